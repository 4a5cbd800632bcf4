# How wf itself is called: options, where scripts come from, the state.
. "${0%/*}/../lib.sh"

run_wf --version
is "$status" 0 "--version succeeds"
like "$out" '^wf [0-9]+\.[0-9]+\.[0-9]+$' "--version prints name and number"

run_wf --help
is "$status" 0 "--help succeeds"
has "$out" "usage: wf" "--help shows the usage"

run_wf -c '/echo hi'
is "$status" 0 "-c runs a line"
is "$out" "hi" "-c prints the output"
is "$err" "" "a lone step says nothing else"

run_wf -c '/echo a' -c '/echo b'
is "$out" "a
b" "several -c run in order"

printf '/echo from a file\n' >one.wf
run_wf one.wf
is "$out" "from a file" "a file is run"
run_wf one.wf -c '/echo then'
is "$out" "from a file
then" "files and -c mix in order"

out=$(printf '/echo one\n/echo two' | "$WF")
is "$out" "one
two" "standard input is the script when nothing else is"

run_wf --outptu json
is "$status" 2 "an unknown option is a usage error"
has "$err" "did you mean '--output'?" "an unknown option gets a suggestion"
run_wf -o xml -c '/echo x'
is "$status" 2 "an unknown form of output is a usage error"
has "$err" "text, json, jsonl" "the forms of output are listed"
run_wf -c
is "$status" 2 "-c without a command is a usage error"

mkdir sub
run_wf -C sub -c '/bash pwd'
like "$out" '/sub$' "-C changes the directory of the runs"
run_wf -C nowhere -c '/echo x'
is "$status" 2 "-C to nowhere is a usage error"

run_wf -c '/echo ${args.1} ${args.2} ${args.P}' -- one 'two words' P=v
is "$out" "one two words v" "arguments behind -- are references"

run_wf missing.wf
is "$status" 2 "a missing script is a usage error"
has "$err" "missing.wf" "the missing script is named"
run_wf sub
is "$status" 2 "a directory is no script"

run_wf -n -c '/echo never' -c '/chain "a: /nope -> b: /echos"'
is "$status" 2 "-n finds errors"
is "$out" "" "-n runs nothing"
has "$err" "/nope" "-n shows the first error"
run_wf -n -c '/echo never'
is "$status" 0 "-n is content with what is right"
is "$out" "" "and still runs nothing"
WF_STATE_DIR=$WORLD/none run_wf -n -c '/echo never'
is "$status" 0 "-n needs no state directory" || note "$err"
[ ! -e "$WORLD/none" ]
ok $? "and makes none"

rm -rf "$WORLD/fresh"
WF_STATE_DIR=$WORLD/fresh/deep run_wf -c '/bash true'
is "$status" 0 "the state directory is made"
is "$(stat -c %a "$WORLD/fresh/deep")" 700 "it is private"
is "$(find "$WORLD/fresh" -type f -perm /077)" "" "so is every file in it"
WF_STATE_DIR=/proc/nowhere run_wf -c '/echo x'
is "$status" 1 "a state directory that cannot be made is a failure"
has "$err" "WF_STATE_DIR" "and the way out is named"
(
	unset WF_STATE_DIR
	XDG_STATE_HOME=$WORLD/xdg "$WF" -c '/bash true'
)
[ -f "$WORLD/xdg/wf/wf.db" ]
ok $? "XDG_STATE_HOME is honoured"
(
	unset WF_STATE_DIR XDG_STATE_HOME
	"$WF" -c '/bash true'
)
[ -f "$HOME/.local/state/wf/wf.db" ]
ok $? "the default state directory is in the home"

WF_PROGRESS=nonsense run_wf -c '/echo x'
is "$status" 2 "a bad value in the environment is a usage error"
has "$err" "WF_PROGRESS" "and the variable is named"

printf '/def hey /echo rc\n' >rc.wf
run_wf --rc rc.wf -c '/hey'
is "$out" "rc" "--rc runs a file first"
run_wf --rc missing.rc -c '/echo on'
is "$status" 0 "a missing rc file stops nothing"
has "$err" "missing.rc" "but is told"
printf 'params: {n: 3, m: 4}\nchain:\n  steps:\n    - command: /echo ${args.n} ${args.m}\n' \
	>params.yaml
run_wf params.yaml -- 7
is "$status $out" "0 7 4" "a word without a name is the first parameter"
run_wf params.yaml -- 7 n=1
is "$status $out" "0 1 7" "that has none yet"
run_wf params.yaml -- 7 8 9
is "$status" 2 "a word too many is an error"
has "$err" "'9' is for no parameter" "that names it"
finish
