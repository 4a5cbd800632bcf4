/*
 * Named limits: every queue, capture, fan-out and depth of the house has its
 * bound here. Exceeding one is an error message that names the limit, never
 * a crash and never silence.
 */
#ifndef WF_BASE_LIMITS_H
#define WF_BASE_LIMITS_H

enum {
	LIMIT_NAME = 64,              /* bytes of a label or a command name */
	LIMIT_LINE = 1 << 20,         /* bytes of one line of input */
	LIMIT_SOURCE = 64 << 20,      /* bytes of one workflow text */
	LIMIT_YAML = 1 << 20,         /* bytes of one YAML block in a script */
	LIMIT_YAML_FILE = 64 << 20,   /* bytes of one .yaml file */
	LIMIT_YAML_DEPTH = 64,        /* nesting of collections */
	LIMIT_NEST = 64,              /* nesting in workflow text */
	LIMIT_NODES = 1 << 20,        /* nodes of one plan */
	LIMIT_EDGES = 1 << 22,        /* edges of one plan */
	LIMIT_FRAMES = 1 << 20,       /* frames of one run */
	LIMIT_FRAME_DEPTH = 64,       /* frames within frames */
	LIMIT_ITEMS = 1 << 20,        /* elements of one `for` or map */
	LIMIT_RUNS_OPEN = 1 << 20,    /* runs open at once in one shell */
	LIMIT_SIGNALS = 1 << 16,      /* signals queued in one run */
	LIMIT_REASON = 1024,          /* error text of a composite's failure */
	LIMIT_INLINE = 8192,          /* output bytes kept inside an event */
	LIMIT_SPOOL_MEMORY = 64 << 20,/* of a spool while the disk is full */
	LIMIT_CAPTURE = 256 << 20,    /* bytes of one stream of one attempt */
	LIMIT_ENV_VALUE = 100000,     /* bytes of one value in an environment */
	LIMIT_ENV_TOTAL = 1000000,    /* bytes of all values of one child */
	LIMIT_STDIN_INLINE = 60000,   /* larger inputs travel as files */
	LIMIT_PARALLEL = 10,          /* default slots of the process pool */
	LIMIT_PURE_ITEMS = 1000,      /* items at once of a loop of pure steps
	                                 in this process */
	LIMIT_AHEAD = 64,             /* jobs handed over beyond free slots */
	LIMIT_RETRY_DELAY_MS = 300000,/* longest delay between attempts */
	LIMIT_WHILE = 100,            /* default @max of a while loop */
	LIMIT_DIAGS = 20,             /* diagnostics printed for one text */
	LIMIT_LIVE_LINE = 64 << 10,   /* of a followed line, then in pieces */
	LIMIT_TAIL_LINES = 20,        /* lines shown of a failing step */
	LIMIT_KILL_GRACE_MS = 2000,   /* between TERM and KILL */
	LIMIT_SPAWN_WAIT_MS = 10000,  /* for room for a process to start */
	LIMIT_GUARDS_LOST = 5,        /* in a row, then their steps fail */
	LIMIT_FACT_CACHES = 200,      /* directories whose facts are kept */
	LIMIT_FACT_FILE = 16 << 20,   /* a file larger is not measured */
	LIMIT_DECISIONS = 1000,       /* kept of one place that decides */
	LIMIT_SITES = 1000,           /* places that decide, by last use */
	LIMIT_EVAL_MS = 100,          /* one condition */
	LIMIT_FUNCTIONS = 64 << 10,   /* bytes of a file of Lua functions */
	LIMIT_LUA_BYTES = 32 << 20,   /* memory of one Lua state */
	LIMIT_PATTERN_STEPS = 1000000,/* work of one Lua pattern call */
	LIMIT_TICK_EVENTS = 500,      /* events of a tick, terminal attached */
	LIMIT_TICK_EVENTS_BULK = 16384/* events of a tick, no terminal */
};

#endif
