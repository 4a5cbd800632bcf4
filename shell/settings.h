/*
 * Settings: one table of names with type, default and origin. A value comes
 * from, in falling order: /set, a flag, the environment, the default.
 */
#ifndef WF_SHELL_SETTINGS_H
#define WF_SHELL_SETTINGS_H

#include "engine/base/err.h"
#include "shell/args.h"

enum setting_id {
	SET_DURABILITY, SET_EDITOR, SET_HEARTBEAT, SET_KEEP_GOING,
	SET_MAX_PARALLEL, SET_MODEL, SET_NOTIFY, SET_NOTIFY_AFTER, SET_OUTPUT,
	SET_PAGER, SET_PROGRESS, SET_PROMPT, SET_STATE_DIR, SET_COUNT
};
enum origin { FROM_DEFAULT, FROM_ENVIRONMENT, FROM_FLAG, FROM_SET };

struct setting_kind {
	const char *name, *type, *summary;
	const char *choices;   /* "a|b", or NULL */
	const char *env[3];    /* first that is set; NULL-terminated */
	uint8_t fixed;         /* only at the start of wf */
	uint8_t number, duration;
};
struct setting {
	char *value, *usual;   /* owned; the default */
	uint8_t origin;        /* enum origin */
};
struct settings {
	struct setting v[SET_COUNT];
};

extern const struct setting_kind setting_kinds[SET_COUNT];
const char *origin_name(enum origin o);

/* Defaults, environment, flags. A bad value in the environment is an error. */
int settings_init(struct settings *s, const struct options *o,
	struct err *err);
void settings_release(struct settings *s);
const char *setting_get(const struct settings *s, enum setting_id id);
/* Index of the setting called `name` or -1 with did-you-mean. */
int setting_find(struct str name, struct err *err);
/* The value as it holds from now on, made of what was said. */
void setting_fix(struct settings *s, enum setting_id id, const char *value);
/* /set: checks the type. */
int setting_set(struct settings *s, enum setting_id id, struct str value,
	enum origin from, struct err *err);

#endif
