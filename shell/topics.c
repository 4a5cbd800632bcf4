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
	"No label may be one of these words, nor a word of Lua's:\n"
	"  if then elif else end for in do while choose or prev item index "
	"args\n"
	"  vars env run session facts steps\n"
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

/* The manual's list of keys is made of this one: a heading ends in a colon,
 * two blanks stand before a key and at least two behind it. */
static const char keys[] =
	"At a prompt, beside readline's own keys and those of ~/.inputrc:\n"
	"  Enter           runs the line; what is open goes on in the next\n"
	"  Tab             completes; in a block, before any text, two blanks\n"
	"  Up, Down        earlier entries, blocks whole; Ctrl-R searches them\n"
	"  Ctrl-C          drops the line or the open text; Up has it\n"
	"  Ctrl-D          on an empty line leaves; ends a text that is open\n"
	"  Ctrl-X Ctrl-E   all of the open text in your editor\n"
	"  Ctrl-Z          stops wf; steps that run go on; fg comes back\n"
	"  Ctrl-L          clears the screen\n"
	"  paste           stands in the line as it is, runs with Enter\n"
	"\n"
	"While a run is in the foreground:\n"
	"  Ctrl-C          cancels it; once more kills what it runs\n"
	"  Ctrl-B          sends it to the background; /fg brings it back\n"
	"  Ctrl-Z          stops wf, as at a prompt\n"
	"  other keys      are kept for the next line\n"
	"\n"
	"While !text has the terminal:\n"
	"  Ctrl-C, Ctrl-Z  are its own; /fg goes on with what was stopped\n";

/* So is its list of what a prompt may hold. */
static const char prompt[] =
	"/set prompt TEXT, or WF_PROMPT in the environment; else %s%j%wwf> .\n"
	"TEXT may hold:\n"
	"  %s              the last line's status as [2] and a blank; 0: "
	"nothing\n"
	"  %?              the number alone\n"
	"  %j              runs in the background, 2 running and a blank\n"
	"  %w              those that wait for a person, 1 waiting and a "
	"blank\n"
	"  %d, %D          the directory; its last part\n"
	"  %u, %h          you; the machine\n"
	"  %t              the time of day\n"
	"  %n              a new line\n"
	"  %e              ESC; %[ and %] stand around what has no width\n"
	"  %%              a percent sign\n"
	"\n"
	"  /set prompt '%[%e[36m%]%D%[%e[0m%] %s%j%wwf> '\n";

const struct topic topics[] = {
	{"language", "lines and workflow text", language},
	{"yaml", "workflows as blocks", yaml},
	{"references", "${...}: results of other steps", references},
	{"annotations", "@key=value at a step", NULL},
	{"exit", "exit statuses", NULL},
	{"keys", "at the prompt, in a run", keys},
	{"prompt", "its text", prompt},
	{NULL, NULL, NULL},
};
