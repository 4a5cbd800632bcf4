/*
 * Loading of libcurl. The library is never unloaded: it keeps threads and
 * registers exit handlers.
 */
#include "engine/io/http_curl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	size_t at;
} symbols[] = {
	{ "curl_global_init", offsetof(struct curl_api, global_init) },
	{ "curl_easy_init", offsetof(struct curl_api, easy_init) },
	{ "curl_easy_cleanup", offsetof(struct curl_api, easy_cleanup) },
	{ "curl_easy_setopt", offsetof(struct curl_api, easy_setopt) },
	{ "curl_easy_getinfo", offsetof(struct curl_api, easy_getinfo) },
	{ "curl_easy_strerror", offsetof(struct curl_api, easy_strerror) },
	{ "curl_slist_append", offsetof(struct curl_api, slist_append) },
	{ "curl_slist_free_all", offsetof(struct curl_api, slist_free_all) },
	{ "curl_multi_init", offsetof(struct curl_api, multi_init) },
	{ "curl_multi_cleanup", offsetof(struct curl_api, multi_cleanup) },
	{ "curl_multi_setopt", offsetof(struct curl_api, multi_setopt) },
	{ "curl_multi_add_handle",
		offsetof(struct curl_api, multi_add_handle) },
	{ "curl_multi_remove_handle",
		offsetof(struct curl_api, multi_remove_handle) },
	{ "curl_multi_socket_action",
		offsetof(struct curl_api, multi_socket_action) },
	{ "curl_multi_info_read",
		offsetof(struct curl_api, multi_info_read) },
	{ "curl_multi_assign", offsetof(struct curl_api, multi_assign) },
	{ "curl_url", offsetof(struct curl_api, url) },
	{ "curl_url_cleanup", offsetof(struct curl_api, url_cleanup) },
	{ "curl_url_set", offsetof(struct curl_api, url_set) },
	{ "curl_url_get", offsetof(struct curl_api, url_get) },
	{ "curl_free", offsetof(struct curl_api, free) }
};

static struct curl_api api;
static int loaded;

static void *open_library(void)
{
	static const char *const names[] = { "libcurl.so.4",
		"libcurl-gnutls.so.4" };
	void *lib = NULL;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]) && !lib; i++)
		lib = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	return lib;
}

static int load(struct err *err)
{
	void *lib = open_library(), *symbol;
	size_t i;

	if (!lib) {
		err_set(err, ERR_STATE, "libcurl.so.4 cannot be loaded, "
			"which requests over HTTP need");
		return err_help(err, "install libcurl (package libcurl4 or "
			"libcurl)");
	}
	for (i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		symbol = dlsym(lib, symbols[i].name);
		if (!symbol)
			return err_set(err, ERR_STATE, "libcurl is too old: "
				"it has no %s", symbols[i].name);
		memcpy((char *)&api + symbols[i].at, &symbol,
			sizeof(symbol));
	}
	if (api.global_init(CURL_GLOBAL_DEFAULT))
		return err_set(err, ERR_STATE, "libcurl does not start");
	return 0;
}

const struct curl_api *curl_api_get(struct err *err)
{
	if (!loaded && load(err))
		return NULL;
	loaded = 1;
	return &api;
}
