/*
 * The plan of the last run, or of RUN, as text: what a shell test compares
 * when two lines must mean the same.
 *
 *	plandump [RUN]
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/base/mem.h"
#include "engine/engine.h"
#include "engine/io/guard.h"
#include "engine/view.h"

int main(int argc, char **argv)
{
	struct engine_options o = {.state_dir = getenv("WF_STATE_DIR")};
	struct engine *e;
	struct view v;
	struct err err = {0};
	struct buf out;

	if (guard_is_me(argc, argv))
		return guard_main(argc, argv);
	buf_init(&out);
	if (engine_open(&e, &o, &err) < 0 || view_open(e, argc > 1 ? argv[1] :
			"@last", &v, &err) < 0) {
		fprintf(stderr, "plandump: %s\n", err.text);
		return 1;
	}
	plan_dump(v.plan, &out);
	fputs(buf_cstr(&out), stdout);
	view_release(&v);
	engine_close(e);
	buf_release(&out);
	return 0;
}
