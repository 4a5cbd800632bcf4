/*
 * The texts of /help TOPIC.
 */
#include "shell/topics.h"

#include <stddef.h>

static const char language[] =
	"A line is a command: /name arguments. A final & runs it in the\n"
	"background, !text runs your shell, # begins a comment.\n"
	"\n"
	"  /chain \"a: /bash make -> b: /bash make check\"   "
	"one after another\n"
	"  [x, y, z]                    at the same time\n"
	"  if COND then a else b end    a branch; COND is a Lua expression\n"
	"  for x in EXPR do ... end     once per element, at the same time\n"
	"  while COND do ... end        at most @max times (100)\n"
	"  choose a or b end            one of several\n"
	"  name: step                   a label\n"
	"  @key=value                   annotations, last in a step\n"
	"\n"
	"Text is given in \"...\", '...', {...} or bare to the end of the "
	"line.\n"
	"Behind a closed text may stand flags, > FILE, >> FILE, | command, "
	"&.\n";

static const char yaml[] =
	"A block begins with /chain:, /flow:, /swarm: or /pipeline: at the "
	"end\n"
	"of a line and ends at the first line that is not indented.\n"
	"\n"
	"  /chain:\n"
	"    steps:\n"
	"      - name: build\n"
	"        command: /bash\n"
	"        params: make\n"
	"      - name: test\n"
	"        command: /bash make check\n"
	"        depends_on: [build]\n"
	"        retry: 2\n"
	"    options:\n"
	"      error_strategy: stop\n"
	"\n"
	"A file that begins with chain: is one block: wf build.yaml\n";

static const char references[] =
	"${build} is the output of the step build, without its final newline.\n"
	"\n"
	"  ${a.output} ${a.stdout} ${a.stderr} ${a.json.x} ${a.lines}\n"
	"  ${a.file} ${a.exit_code} ${a.ok} ${a.duration_ms}\n"
	"  ${prev} ${item} ${index} ${args.P} ${vars.x} ${env.HOME}\n"
	"  ${a.x:-text}                 text when there is no value\n"
	"\n"
	"In /bash a reference needs a dot (${build.output}), and its value is\n"
	"never program text: it travels as a variable. A backslash before ${\n"
	"makes it literal.\n";

static const char keys[] =
	"At the prompt:\n"
	"\n"
	"  Enter      runs the line; an open text goes on in the next one\n"
	"  Ctrl-C     cancels the run in the foreground; twice kills it\n"
	"  Ctrl-D     leaves, on an empty line\n";

const struct topic topics[] = {
	{"language", "lines and workflow text", language},
	{"yaml", "workflows as blocks", yaml},
	{"references", "${...}: results of other steps", references},
	{"annotations", "@key=value at a step", NULL},
	{"exit", "exit statuses", NULL},
	{"keys", "at the prompt", keys},
	{NULL, NULL, NULL},
};
