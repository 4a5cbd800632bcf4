/*
 * The tables behind yaml_team.h: keys of swarm and pipeline. Data only.
 */
#include "engine/front/yaml_team.h"

static const struct ykey swarm_rows[] = {
	[SWARM_TOPOLOGY] = { "topology", YKEY_CHOICE, 0,
		"hierarchical mesh pipeline star", "who talks to whom" },
	[SWARM_AGENTS] = { "agents", YKEY_MAP, 1, NULL,
		"the agents, by name" },
	[SWARM_COORDINATION] = { "coordination", YKEY_MAP, 0, NULL,
		"how they talk" },
	[SWARM_EXECUTION] = { "execution", YKEY_MAP, 0, NULL,
		"bounds of the work" },
	[SWARM_GOAL] = { "goal", YKEY_TEXT, 0, NULL,
		"what the swarm is to reach" },
	[SWARM_DECISION] = { "decision", YKEY_CHOICE, 0,
		"consensus priority voting", "how answers become one" },
	[SWARM_QUORUM] = { "quorum", YKEY_NUMBER, 0, NULL,
		"votes: a share up to 1, or a count" },
	[SWARM_ROUNDS] = { "max_rounds", YKEY_SIZE, 0, NULL,
		"most rounds of talk" },
	[SWARM_BUDGET] = { "budget", YKEY_TEXT, 0, NULL,
		"tokens or money for all agents" },
};
const struct ykeys ykeys_swarm = { "swarm", swarm_rows, SWARM_KEYS };

static const struct ykey agent_rows[] = {
	[AGENT_ROLE] = { "role", YKEY_TEXT, 0, NULL, "what the agent is for" },
	[AGENT_MODEL] = { "model", YKEY_TEXT, 0, NULL, "its model" },
	[AGENT_CAPABILITIES] = { "capabilities", YKEY_LIST, 0, NULL,
		"what it is good at" },
	[AGENT_TOOLS] = { "tools", YKEY_LIST, 0, NULL,
		"slash commands it may use" },
	[AGENT_RUN] = { "run", YKEY_TEXT, 0, NULL,
		"a slash command instead of a model" },
	[AGENT_LUA] = { "lua", YKEY_TEXT, 0, NULL,
		"Lua text instead of a model" },
	[AGENT_PRIORITY] = { "priority", YKEY_SIZE, 0, NULL,
		"1 first to 5 last" },
	[AGENT_SUBSCRIBES] = { "subscribes", YKEY_LIST, 0, NULL,
		"topics it listens to" },
	[AGENT_TIMEOUT] = { "timeout", YKEY_DURATION, 0, NULL,
		"ends an attempt" },
	[AGENT_RETRY] = { "retry", YKEY_COUNT, 0, NULL,
		"further attempts after a failure" },
	[AGENT_BUDGET] = { "budget", YKEY_TEXT, 0, NULL,
		"tokens or money it may use" },
};
const struct ykeys ykeys_agent = { "an agent", agent_rows, AGENT_KEYS };

static const struct ykey coordination_rows[] = {
	[COORD_COMMUNICATION] = { "communication", YKEY_CHOICE, 0,
		"event_driven synchronous asynchronous",
		"when messages arrive" },
	[COORD_SHARING] = { "state_sharing", YKEY_CHOICE, 0,
		"global local hierarchical", "who sees the shared state" },
	[COORD_CONFLICT] = { "conflict_resolution", YKEY_CHOICE, 0,
		"consensus priority voting", "who wins a conflict" },
};
const struct ykeys ykeys_coordination = {
	"coordination", coordination_rows, COORD_KEYS
};

static const struct ykey execution_rows[] = {
	[EXEC_LIMIT] = { "parallel_limit", YKEY_SIZE, 0, NULL,
		"agents at the same time" },
	[EXEC_TIMEOUT] = { "timeout", YKEY_DURATION, 0, NULL,
		"ends the swarm" },
	[EXEC_RETRY] = { "retry_strategy", YKEY_CHOICE, 0,
		"exponential_backoff linear none", "delays between attempts" },
};
const struct ykeys ykeys_execution = { "execution", execution_rows, EXEC_KEYS };

static const struct ykey pipeline_rows[] = {
	[PIPE_STAGES] = { "stages", YKEY_SEQ, 1, NULL,
		"the stages, in series" },
	[PIPE_FLOW] = { "flow_control", YKEY_MAP, 0, NULL,
		"buffers between stages" },
	[PIPE_MONITORING] = { "monitoring", YKEY_MAP, 0, NULL,
		"what is measured" },
};
const struct ykeys ykeys_pipeline = { "pipeline", pipeline_rows, PIPE_KEYS };

static const struct ykey stage_rows[] = {
	[STAGE_NAME] = { "name", YKEY_NAME, 0, NULL, "label of the stage" },
	[STAGE_PROCESSOR] = { "processor", YKEY_TEXT, 1, NULL,
		"slash command per batch" },
	[STAGE_BATCH] = { "batch_size", YKEY_SIZE, 0, NULL, "items per call" },
	[STAGE_PARALLELISM] = { "parallelism", YKEY_SIZE, 0, NULL,
		"calls at the same time" },
};
const struct ykeys ykeys_stage = { "a stage", stage_rows, STAGE_KEYS };

static const struct ykey flow_control_rows[] = {
	[FLOWC_BACKPRESSURE] = { "backpressure", YKEY_BOOL, 0, NULL,
		"a full buffer holds the stage before it" },
	[FLOWC_BUFFER] = { "buffer_size", YKEY_SIZE, 0, NULL,
		"items between two stages" },
	[FLOWC_OVERFLOW] = { "overflow_strategy", YKEY_CHOICE, 0,
		"block drop_oldest drop_newest fail",
		"what a full buffer does" },
};
const struct ykeys ykeys_flow_control = {
	"flow_control", flow_control_rows, FLOWC_KEYS
};

static const struct ykey monitoring_rows[] = {
	[MON_THROUGHPUT] = { "throughput_tracking", YKEY_BOOL, 0, NULL,
		"items per second" },
	[MON_LATENCY] = { "latency_monitoring", YKEY_BOOL, 0, NULL,
		"time per item" },
	[MON_ERRORS] = { "error_rate_alerting", YKEY_BOOL, 0, NULL,
		"alert on errors" },
};
const struct ykeys ykeys_monitoring = {
	"monitoring", monitoring_rows, MON_KEYS
};
