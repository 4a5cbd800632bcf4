/*
 * Opening and closing a session. The order matters: settings before the
 * store, observers after the engine, signals last, so that a signal always
 * finds something to wake.
 */
#include "shell/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "engine/base/limits.h"
#include "engine/base/mem.h"
#include "engine/base/text.h"
#include "engine/learn.h"
#include "engine/view.h"
#include "shell/bang.h"
#include "shell/cmd.h"
#include "shell/errand.h"
#include "shell/fact_known.h"
#include "shell/fact_names.h"
#include "shell/interactive.h"
#include "shell/monitor.h"
#include "shell/observe_jsonl.h"
#include "shell/observe_plain.h"
#include "shell/relay.h"
#include "shell/screen.h"
#include "shell/term.h"

enum { INPUT_IN_MEMORY = 1 << 20 };

/* ---------------------------------------------------------------- signals */
struct wakeup {
	uv_async_t async;
};

enum { PATIENCE_S = 1 };

static struct session *volatile listening;
static volatile sig_atomic_t ending;

/* Whatever wf is in the middle of has not come back: the journal and the
 * guard are made for an end without a word. */
static void on_alarm(int sig)
{
	static const char said[] = "wf: ended in the midst of it; "
		"/runs lists what can be resumed\n";
	ssize_t rc = listening ? write(2, said, sizeof(said) - 1) : 0;

	(void)sig, (void)rc;
	term_give_back();
	_exit(128 + ending);
}

static void on_signal(int sig)
{
	struct session *s = listening;

	if (sig == SIGHUP && monitor_is_lost())
		term_let_go();
	if (s && sig == SIGINT && s->interactive) {
		s->interrupts++;
	} else {
		if (!ending) {
			ending = sig;
			alarm(PATIENCE_S);
		}
		if (s && !s->signal)
			s->signal = sig;
	}
	if (s)
		uv_async_send(&s->wakeup->async);
}

/* From the first signal that ends wf on, its end is at most so far away. */
static void set_alarm(void)
{
	struct sigaction a;

	memset(&a, 0, sizeof(a));
	a.sa_handler = on_alarm;
	sigaction(SIGALRM, &a, NULL);
	sigemptyset(&a.sa_mask);
	sigaddset(&a.sa_mask, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &a.sa_mask, NULL);
}

static void woken(uv_async_t *h)
{
	(void)h;
}

/* The second signal of a kind ends wf at once; the guard then ends what it
 * has started. */
static void listen_to_signals(struct session *s)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction a, old;

	s->wakeup = mem_zero(sizeof(*s->wakeup));
	uv_async_init(engine_loop(s->engine), &s->wakeup->async, woken);
	uv_unref((uv_handle_t *)&s->wakeup->async);
	listening = s;
	set_alarm();
	memset(&a, 0, sizeof(a));
	a.sa_handler = on_signal;
	a.sa_flags = SA_RESETHAND;
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaction(signals[i], NULL, &old);
		if (old.sa_handler != SIG_IGN) /* nohup */
			sigaction(signals[i], &a, NULL);
	}
}

void session_interactive(struct session *s)
{
	struct sigaction a;

	static const int lasting[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction old;

	memset(&a, 0, sizeof(a));
	a.sa_handler = on_signal;
	s->interactive = 1;
	signal(SIGQUIT, SIG_IGN); /* a key; programs have it as usual */
	/* a second one does not keep the terminal from being given back */
	for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++) {
		sigaction(lasting[i], NULL, &old);
		if (i == 0 || old.sa_handler != SIG_IGN) /* nohup */
			sigaction(lasting[i], &a, NULL);
	}
}

int session_stopped(void *session)
{
	const struct session *s = session;

	return s->signal != 0 || s->interrupts != 0;
}

static void on_pause_over(uv_timer_t *h)
{
	*(int *)h->data = 1;
}

static void on_timer_closed(uv_handle_t *h)
{
	free(h);
}

int session_pause(struct session *s, int64_t ms)
{
	uv_timer_t *t = mem_zero(sizeof(*t));
	int over = 0;

	uv_timer_init(engine_loop(s->engine), t);
	t->data = &over;
	uv_timer_start(t, on_pause_over, (uint64_t)ms, 0);
	while (!over && !session_stopped(s)) {
		if (interactive_wanted(s) == WANTED_BACKGROUND)
			s->interrupts++;
		else
			engine_turn(s->engine);
	}
	t->data = NULL;
	uv_timer_stop(t);
	uv_close((uv_handle_t *)t, on_timer_closed);
	return session_stopped(s);
}

void session_stop(struct session *s, int signal)
{
	if (!s->signal)
		s->signal = signal;
}

void session_say(struct session *s, const char *fmt, ...)
{
	struct buf text, wrapped;
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	buf_init(&text);
	buf_printf(&text, "wf: %s\n", line);
	buf_init(&wrapped);
	screen_wrap(&wrapped, (struct str){text.data, text.len},
		screen_columns(&s->err));
	out_bytes(&s->err, (struct str){wrapped.data, wrapped.len});
	out_end(&s->err); /* what is quoted may have left a colour on */
	buf_release(&wrapped);
	buf_release(&text);
}

/* ---------------------------------------------------------------- opening */
static int vm_ready(struct session *s, struct err *err)
{
	struct vm_options o = {.seed = 1};

	return s->vm ? 0 : vm_new(&s->vm, &o, err);
}

static int lua_eval(void *ud, struct str expr, const struct vm_host *host,
	struct value *out, size_t *at, struct err *err)
{
	struct session *s = ud;

	if (vm_ready(s, err) < 0)
		return -1;
	return vm_eval(s->vm, expr, host, out, at, err);
}

static void lua_split(void *ud, struct str expr, const struct vm_host *host,
	struct vm_split *out)
{
	(void)ud;
	vm_split(expr, host, out);
}

/* In a vm of its own: conditions ask for thresholds while they run. */
static int policy_call(void *ud, const char *name, struct str in,
	struct buf *out, struct err *err)
{
	struct vm_options o = {.seed = 1};
	struct session *s = ud;

	if (!s->policy_vm && vm_new(&s->policy_vm, &o, err) < 0)
		return -1;
	return vm_policy(s->policy_vm, name, in, out, err);
}

static char *absolute(const char *dir, const char *path)
{
	return path[0] == '/' ? mem_strdup(path)
		: mem_printf("%s/%s", dir, path);
}

/* Where making is not permitted but there is something, it is gone through:
 * the first that is missing is what cannot be made. */
static int make_dirs(char *path, struct err *err)
{
	for (char *p = path + 1; *p; p++) {
		struct stat st;
		int error;

		if (*p != '/')
			continue;
		*p = '\0';
		error = mkdir(path, 0700) < 0 ? errno : 0;
		if (error && error != EEXIST && stat(path, &st) < 0) {
			errno = error;
			err_errno(err, ERR_STATE, "cannot make %s", path);
			*p = '/';
			return err_help(err, "set WF_STATE_DIR to a directory "
				"of your own");
		}
		*p = '/';
	}
	return 0;
}

/* What is only checked needs no journal, and makes none. */
static int has_state(const char *dir)
{
	char *db = mem_printf("%s/wf.db", dir);
	int there = access(db, F_OK) == 0;

	mem_free(db);
	return there;
}

static int no_state(struct err *err)
{
	const char *home = getenv("HOME");

	if (home && home[0])
		err_set(err, ERR_STATE, "there is no state directory: HOME is"
			" '%s', which does not begin with /", home);
	else
		err_set(err, ERR_STATE,
			"there is no state directory: HOME is not set");
	return err_help(err, "set HOME, or WF_STATE_DIR to a directory of your"
		" own");
}

/* `check`: to be looked at only, or none when there is none to look at. */
static int open_engine(struct session *s, int check, struct err *err)
{
	static const struct executor *const more[] = {&exec_lua, NULL};
	const char *state = setting_get(&s->settings, SET_STATE_DIR);
	struct engine_options o = {.more = more, .lua = &s->lua};
	char *dir;
	int rc;

	if (!state[0] && !check)
		return no_state(err);
	dir = absolute(s->dir, state);
	o.state_dir = check && (!state[0] || !has_state(dir)) ? NULL : dir;
	if (state[0])
		setting_fix(&s->settings, SET_STATE_DIR, dir);
	o.durability_normal = strcmp(setting_get(&s->settings,
		SET_DURABILITY), "normal") == 0;
	o.slots = (uint32_t)atoll(setting_get(&s->settings,
		SET_MAX_PARALLEL));
	o.read_only = (uint8_t)check;
	s->lua.ud = s;
	s->lua.eval = lua_eval;
	s->lua.split = lua_split;
	rc = check ? 0 : make_dirs(dir, err);
	if (rc == 0)
		rc = engine_open(&s->engine, &o, err);
	if (rc < 0 && check) { /* no state is as good as one not to be read */
		o.state_dir = NULL;
		memset(err, 0, sizeof(*err));
		rc = engine_open(&s->engine, &o, err);
	}
	if (rc == 0)
		engine_set_policy(s->engine, &(struct engine_policy){s,
			policy_call});
	free(dir);
	return rc;
}

/* Without a state nothing can be kept, but texts can be read and explained:
 * what needs more tells why it cannot be. */
static int open_some_engine(struct session *s, struct err *err)
{
	if (s->options->check)
		return open_engine(s, 1, err);
	if (open_engine(s, 0, err) == 0)
		return 0;
	s->no_state = *err;
	memset(err, 0, sizeof(*err));
	return open_engine(s, 1, err);
}

static void name_commands(struct session *s)
{
	const struct vocab *v = engine_vocab(s->engine);
	static const char *const workflows[] = {"chain", "flow", "swarm",
		"pipeline"};
	size_t n = 0, count = v->count + 5;

	while (cmd_list[n])
		n++;
	s->names = mem_zero((n + count) * sizeof(*s->names));
	n = 0;
	for (size_t i = 0; i < 4; i++)
		s->names[n++] = workflows[i];
	for (size_t i = 0; i < v->count; i++)
		s->names[n++] = v->kinds[i]->name;
	for (size_t i = 0; cmd_list[i]; i++)
		s->names[n++] = cmd_list[i]->name;
}

/* What the front end asks: of definitions and of history. */
static int find_def(void *ud, struct str name, struct front_def *out)
{
	return defs_find(&((struct session *)ud)->defs, name, out);
}

static int find_fact(void *ud, struct str name, struct front_def *out)
{
	const struct fact_known *known;

	if (defs_find_fact(&((struct session *)ud)->defs, name, out))
		return 1;
	known = fact_known_find(name, ((struct session *)ud)->dir);
	if (!known)
		return 0;
	memset(out, 0, sizeof(*out));
	out->name = str_of(known->name);
	out->text = str_of(known->text);
	return 1;
}

static int no_fact(void *ud, struct str name, char *help)
{
	return fact_names_miss(ud, name, help);
}

static size_t def_names(void *ud, const char **names, size_t max)
{
	return defs_names(&((struct session *)ud)->defs, names, max);
}

static int64_t predict(void *ud, const char *leaf_key)
{
	return engine_predict(((struct session *)ud)->engine, leaf_key);
}

static int find_function(void *ud, struct str name, struct front_def *out)
{
	return functions_find(&((struct session *)ud)->functions, name, out);
}

static int is_function(void *ud, struct str name)
{
	struct front_def ignored;

	return find_function(ud, name, &ignored);
}

static int check_expr(void *ud, struct str expr, size_t *at, struct err *err)
{
	struct session *s = ud;

	const struct vm_host host = {.ud = s, .is_function = is_function};

	return vm_ready(s, err) < 0 ? -1 : vm_check(s->vm, expr, &host, at,
		err);
}

int session_functions(struct session *s, const char *path, struct err *err)
{
	return vm_ready(s, err) < 0 ? -1 : functions_load(&s->functions,
		s->vm, path, err);
}

static void front_ready(struct session *s)
{
	name_commands(s);
	s->env.vocab = engine_vocab(s->engine);
	s->env.ud = s;
	s->env.find_def = find_def;
	s->env.find_fact = find_fact;
	s->env.no_fact = no_fact;
	s->env.find_function = find_function;
	s->env.def_names = def_names;
	s->env.predict = predict;
	s->env.check_expr = check_expr;
	s->env.commands = s->names;
	s->env.slots = (uint32_t)atoll(setting_get(&s->settings,
		SET_MAX_PARALLEL));
}

static void observe(struct session *s)
{
	s->watch.ud = s;
	s->watch.on_event = errand_on_event;
	s->watch.on_over = errand_on_over;
	s->watch.on_tap = errand_on_tap;
	engine_observe(s->engine, &s->watch);
	s->progress = progress_new(s);
	s->jsonl = jsonl_new(s);
	s->relay = relay_new(s);
}

int session_open(struct session *s, const struct options *o,
	struct err *err)
{
	struct buf args;

	memset(s, 0, sizeof(*s));
	s->options = o;
	s->input_fd = -1;
	out_init(&s->out, 1);
	out_init(&s->err, 2);
	s->dir = getcwd(NULL, 0);
	if (!s->dir) {
		err_errno(err, ERR_IO, "the working directory is gone");
		return err_help(err, "go to another, or use -C DIR");
	}
	if (settings_init(&s->settings, o, err) < 0)
		return -1;
	buf_init(&args);
	args_json(o, &args);
	s->args = buf_take(&args);
	defs_init(&s->defs, s->dir);
	if (open_some_engine(s, err) < 0)
		return -1;
	front_ready(s);
	observe(s);
	listen_to_signals(s);
	return 0;
}

void session_close(struct session *s)
{
	listening = NULL;
	bang_release(s);
	errands_release(s);
	if (s->engine) {
		relay_free(s->relay);
		progress_free(s->progress);
		jsonl_free(s->jsonl);
		engine_unobserve(s->engine, &s->watch);
		engine_close(s->engine);
	}
	functions_release(&s->functions);
	vm_free(s->vm);
	vm_free(s->policy_vm);
	defs_release(&s->defs);
	settings_release(&s->settings);
	buf_release(&s->input);
	if (s->input_fd >= 0)
		close(s->input_fd);
	free(s->wakeup);
	free(s->names);
	free(s->args);
	free(s->dir);
	free(s->old_dir);
}

enum output_form session_form(const struct session *s, const char *said)
{
	const char *form = said ? said : setting_get(&s->settings, SET_OUTPUT);

	if (strcmp(form, "json") == 0)
		return OUTPUT_JSON;
	return strcmp(form, "jsonl") == 0 ? OUTPUT_JSONL : OUTPUT_TEXT;
}

/* ------------------------------------------------------------------ input */
static int write_all(int fd, const char *p, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

/* More than fits in memory: an unnamed file takes over. */
static int spool_input(struct session *s, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *name = mem_printf("%s/wf-input.XXXXXX",
		tmp && tmp[0] ? tmp : "/tmp");

	s->input_fd = mkostemp(name, O_CLOEXEC);
	if (s->input_fd >= 0)
		unlink(name);
	mem_free(name);
	if (s->input_fd < 0 || write_all(s->input_fd, s->input.data,
			s->input.len) < 0)
		return err_errno(err, ERR_IO, "cannot keep standard input");
	buf_release(&s->input);
	buf_init(&s->input);
	return 0;
}

static int read_input(struct session *s, struct err *err)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(0, chunk, sizeof(chunk))) != 0) {
		if (s->signal)
			return err_set(err, ERR_IO, "interrupted");
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, ERR_IO,
				"cannot read standard input");
		if (s->input_fd < 0 &&
				s->input.len + (size_t)n > INPUT_IN_MEMORY &&
				spool_input(s, err) < 0)
			return -1;
		if (s->input_fd < 0)
			buf_add(&s->input, chunk, (size_t)n);
		else if (write_all(s->input_fd, chunk, (size_t)n) < 0)
			return err_errno(err, ERR_IO,
				"cannot keep standard input");
	}
	return 0;
}

int session_input(struct session *s, struct setup_options *o,
	struct err *err)
{
	static char path[40];

	if (s->input_none || isatty(0))
		return 0;
	if (!s->input_read && read_input(s, err) < 0)
		return -1;
	s->input_read = 1;
	o->input = (struct str){s->input.data, s->input.len};
	if (s->input_fd >= 0) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d",
			s->input_fd);
		o->input_path = path;
	}
	return 0;
}

int session_cd(struct session *s, const char *dir, struct err *err)
{
	char *now;

	if (chdir(dir) < 0)
		return err_errno(err, ERR_NOTFOUND, "cannot go to %s", dir);
	now = getcwd(NULL, 0);
	if (!now)
		return err_errno(err, ERR_IO, "cannot go to %s", dir);
	free(s->old_dir);
	s->old_dir = s->dir;
	s->dir = now;
	defs_dir(&s->defs, now);
	return 0;
}
