/*
 * Kinds that have a name in the language and no body in this build. Their
 * tables say what to do instead; starting one is refused.
 *
 * A front end refuses them when it reads them; start() is the second wall.
 */
#include "engine/exec/exec.h"

static void start(struct exec_job *job)
{
	struct exec_outcome o = {.outcome = OUTCOME_REFUSED, .exit_code = -1,
		.error_class = CLASS_CONFIGURATION};

	o.error = str_of(job->executor->kind->missing);
	exec_done(job, &o);
}

static const struct vocab_field text_field[] = {
	{"text", 0, FIELD_TEXT, PLACE_REST, 1, "what to do"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const struct vocab_field rest_field[] = {
	{"words", 0, FIELD_WORD, PLACE_REST, 0, "name and arguments"},
	{NULL, 0, 0, 0, 0, NULL},
};

static const char no_agents[] = "this wf has no agents of its own; run an "
	"agent's client without its dialogue, /exec CLIENT ARG…";

static const struct vocab_kind query = {
	.name = "query",
	.summary = "one call of a model",
	.examples = (const char *const[]){"/query Summarise the input",
		"/query 'Which of these is newest?'",
		"/query Name three risks", NULL},
	.style = STYLE_PROMPT,
	.lane = LANE_NET,
	.effect = EFFECT_IDEMPOTENT,
	.fields = text_field,
	.missing = "this wf calls no model itself; give the prompt to a "
		"model's own client, /exec CLIENT ARG…, or to its address "
		"with /http",
};

static const struct vocab_kind task = {
	.name = "task",
	.summary = "an agent with tools, until it is done",
	.examples = (const char *const[]){"/task Fix the failing test",
		"/task 'Update the changelog'", "/task Review the diff",
		NULL},
	.style = STYLE_PROMPT,
	.lane = LANE_NET,
	.effect = EFFECT_ONCE,
	.fields = text_field,
	.missing = no_agents,
};

static const struct vocab_kind agent = {
	.name = "agent",
	.summary = "a named agent",
	.examples = (const char *const[]){"/agent reviewer",
		"/agent tester Run the suite", "/agent writer", NULL},
	.style = STYLE_PROMPT,
	.lane = LANE_NET,
	.effect = EFFECT_ONCE,
	.fields = text_field,
	.missing = no_agents,
};

static const struct vocab_kind protocol = {
	.name = "protocol",
	.summary = "a stored workflow with parameters",
	.examples = (const char *const[]){"/protocol release",
		"/protocol release version=2", "/protocol review", NULL},
	.style = STYLE_WORDS,
	.lane = LANE_WAIT,
	.effect = EFFECT_IDEMPOTENT,
	.fields = rest_field,
	.missing = "this wf reads no protocols; keep the steps under a name "
		"with /def NAME TEXT and run them as /NAME",
};

static const struct vocab_kind docs = {
	.name = "docs",
	.summary = "a report from results",
	.examples = (const char *const[]){"/docs Report of the run",
		"/docs 'Test results'", "/docs Changes", NULL},
	.style = STYLE_PROMPT,
	.lane = LANE_NET,
	.effect = EFFECT_IDEMPOTENT,
	.fields = text_field,
	.missing = "this wf writes no reports; join the results with "
		"/bash or /lua and keep them with /write",
};

static const struct vocab_kind mcp = {
	.name = "mcp",
	.summary = "a tool of an MCP server",
	.examples = (const char *const[]){"/mcp files list",
		"/mcp search q=wf", "/mcp", NULL},
	.style = STYLE_WORDS,
	.lane = LANE_NET,
	.effect = EFFECT_ONCE,
	.fields = rest_field,
	.missing = "this wf speaks to no MCP server; run the tool's own "
		"command with /exec or call its address with /http",
};

const struct executor exec_query = {&query, NULL, start, NULL};
const struct executor exec_task = {&task, NULL, start, NULL};
const struct executor exec_agent = {&agent, NULL, start, NULL};
const struct executor exec_protocol = {&protocol, NULL, start, NULL};
const struct executor exec_docs = {&docs, NULL, start, NULL};
const struct executor exec_mcp = {&mcp, NULL, start, NULL};
