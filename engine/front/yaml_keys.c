/*
 * The tables behind yaml_keys.h. Data only: readers, did-you-mean and the
 * manual take the keys from here.
 */
#include "engine/front/yaml_keys.h"

static const struct ykey step_rows[] = {
	[STEP_NAME] = { "name", YKEY_NAME, 0, NULL, "label of the step" },
	[STEP_COMMAND] = { "command", YKEY_TEXT, 1, NULL,
		"slash command, arguments may follow" },
	[STEP_PARAMS] = { "params", YKEY_PARAMS, 0, NULL, "its arguments" },
	[STEP_DEPENDS] = { "depends_on", YKEY_LIST, 0, NULL,
		"steps that come before" },
	[STEP_IF] = { "if", YKEY_TEXT, 0, NULL,
		"condition; else the step is skipped" },
	[STEP_TIMEOUT] = { "timeout", YKEY_DURATION, 0, NULL,
		"ends an attempt" },
	[STEP_RETRY] = { "retry", YKEY_COUNT, 0, NULL,
		"further attempts after a failure" },
	[STEP_BACKOFF] = { "backoff", YKEY_NUMBER, 0, NULL,
		"growth of the delay between them" },
	[STEP_CACHE] = { "cache", YKEY_CACHE, 0, NULL,
		"reuse a result this long" },
	[STEP_NEEDS] = { "needs", YKEY_LIST, 0, NULL,
		"steps that come before" },
	[STEP_LIMIT] = { "limit", YKEY_SIZE, 0, NULL,
		"items at the same time" },
	[STEP_MAX] = { "max", YKEY_SIZE, 0, NULL, "most rounds of a loop" },
	[STEP_IGNORE] = { "ignore", YKEY_BOOL, 0, NULL,
		"a failure counts as success" },
	[STEP_UNDO] = { "undo", YKEY_TEXT, 0, NULL,
		"workflow text run by rollback" },
	[STEP_FALLBACK] = { "fallback", YKEY_TEXT, 0, NULL,
		"workflow text run on failure" },
	[STEP_VERIFY] = { "verify", YKEY_TEXT, 0, NULL,
		"workflow text: was it done?" },
	[STEP_EFFECT] = { "effect", YKEY_CHOICE, 0, "pure idempotent once",
		"what running twice means" },
	[STEP_USES] = { "uses", YKEY_LIST, 0, NULL, "units of pools, tool:1" },
	[STEP_READS] = { "reads", YKEY_LIST, 0, NULL, "paths it reads" },
	[STEP_WRITES] = { "writes", YKEY_LIST, 0, NULL, "paths it writes" },
	[STEP_ENV] = { "env", YKEY_PAIRS, 0, NULL,
		"environment variables of the child" },
	[STEP_DIR] = { "dir", YKEY_TEXT, 0, NULL, "working directory" },
	[STEP_SHELL] = { "shell", YKEY_TEXT, 0, NULL, "sh or bash" },
	[STEP_TTY] = { "tty", YKEY_BOOL, 0, NULL, "controls the terminal" },
	[STEP_ON] = { "on", YKEY_TEXT, 0, NULL, "pool of workers" },
	[STEP_PRIORITY] = { "priority", YKEY_SIZE, 0, NULL,
		"1 first to 5 last" },
	[STEP_MODEL] = { "model", YKEY_TEXT, 0, NULL, "model of a prompt" },
	[STEP_AGENT] = { "agent", YKEY_TEXT, 0, NULL, "agent of a task" },
};
const struct ykeys ykeys_step = { "a step", step_rows, STEP_KEYS };

static const struct ykey chain_rows[] = {
	[CHAIN_STEPS] = { "steps", YKEY_SEQ, 1, NULL, "the steps, in order" },
	[CHAIN_OPTIONS] = { "options", YKEY_MAP, 0, NULL,
		"of the whole workflow" },
};
const struct ykeys ykeys_chain = { "chain", chain_rows, CHAIN_KEYS };

static const struct ykey options_rows[] = {
	[OPT_SAVE] = { "save_state", YKEY_BOOL, 0, NULL,
		"pin the run for resuming" },
	[OPT_PARALLEL] = { "parallel_where_possible", YKEY_BOOL, 0, NULL,
		"written order neither orders nor carries data" },
	[OPT_STRATEGY] = { "error_strategy", YKEY_CHOICE, 0,
		"stop continue_on_failure ignore rollback",
		"what a failure does" },
	[OPT_LIMIT] = { "limit", YKEY_SIZE, 0, NULL,
		"steps at the same time" },
	[OPT_TIMEOUT] = { "timeout", YKEY_DURATION, 0, NULL, "ends the run" },
	[OPT_FAIL_FAST] = { "fail_fast", YKEY_BOOL, 0, NULL,
		"a failure cancels running steps" },
};
const struct ykeys ykeys_options = { "options", options_rows, OPT_KEYS };

static const struct ykey flow_rows[] = {
	[FLOW_CONDITIONS] = { "conditions", YKEY_SEQ, 1, NULL,
		"condition blocks, in order" },
	[FLOW_ADAPTIVE] = { "adaptive", YKEY_BOOL, 0, NULL,
		"conditions learn from outcomes" },
	[FLOW_LEARNING] = { "learning", YKEY_BOOL, 0, NULL,
		"false: learn nothing new" },
};
const struct ykeys ykeys_flow = { "flow", flow_rows, FLOW_KEYS };

static const struct ykey condition_rows[] = {
	[COND_IF] = { "if", YKEY_TEXT, 1, NULL, "the condition" },
	[COND_THEN] = { "then", YKEY_SEQ, 1, NULL,
		"steps or blocks when it holds" },
	[COND_ELSE] = { "else", YKEY_SEQ, 0, NULL,
		"steps or blocks when it does not" },
};
const struct ykeys ykeys_condition = {
	"a condition block", condition_rows, COND_KEYS
};

static const struct ykey document_rows[] = {
	[DOC_DESCRIPTION] = { "description", YKEY_TEXT, 0, NULL,
		"what the workflow is for" },
	[DOC_PARAMS] = { "params", YKEY_PAIRS, 0, NULL,
		"parameters and their defaults" },
	[DOC_CHAIN] = { "chain", YKEY_MAP, 0, NULL,
		"steps with dependencies" },
	[DOC_FLOW] = { "flow", YKEY_MAP, 0, NULL, "conditions and branches" },
	[DOC_SWARM] = { "swarm", YKEY_MAP, 0, NULL,
		"agents that work together" },
	[DOC_PIPELINE] = { "pipeline", YKEY_MAP, 0, NULL,
		"stages of a stream" },
};
const struct ykeys ykeys_document = {
	"a workflow file", document_rows, DOC_KEYS
};
