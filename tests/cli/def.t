# /def: steps and commands of one's own.
. "${0%/*}/../lib.sh"

run_wf -c '/def greet NAME=world "/echo hello ${args.NAME}"
/greet
/greet NAME=Ada
/greet Bob
/chain "/greet NAME=Eve -> /bash cat"'
is "$out" "hello world
hello Ada
hello Bob
hello Eve" "a definition is a command and a step"
run_wf -c '/def two A B="x y" {/echo ${args.A} and ${args.B}}
/two 1
/two A=2 B=3'
is "$out" "1 and x y
2 and 3" "parameters have defaults, which may be quoted"
run_wf -c '/def need P /echo ${args.P}
/need'
is "$status" 2 "a parameter without default must be given"
run_wf -c '/def bash /echo x'
is "$status" 2 "a step of wf cannot be defined anew"
run_wf -c '/def runs /echo x'
is "$status" 2 "nor a command"
run_wf -c '/def chain /echo x'
is "$status" 2 "nor a workflow command"
run_wf -c '/def 9x /echo x'
is "$status" 2 "a name begins with a letter"
run_wf -c '/def x'
is "$status" 2 "a definition needs a text"
run_wf -c '/def a /echo one
/def a /echo two
/a'
is "$out" "two" "the later definition counts"
run_wf -c '/def a /echo one
/def'
has "$out" "/def a {/echo one}" "/def lists them"
mkdir -p .wf/workflows
printf '# params: WHO=all\n/echo stored for ${args.WHO}\n' >.wf/workflows/st.wf
run_wf -c '/st'
is "$out" "stored for all" "a stored workflow is a command"
run_wf -c '/chain "/st WHO=you -> /bash cat"'
is "$out" "stored for you" "and a step"
printf 'description: d\nparams:\n  P: "5"\nchain:\n  steps:\n    - name: a\n      command: /echo\n      params: "${args.P}"\n' \
	>.wf/workflows/ym.yaml
run_wf -c '/ym'
is "$out" "5" "a stored YAML file has parameters too" || note "$err"
mkdir -p "$HOME/.config/wf/workflows"
printf '/echo from home\n' >"$HOME/.config/wf/workflows/hw.wf"
run_wf -c '/hw'
is "$out" "from home" "the user's workflows are found"
run_wf -c '/def greet NAME "/echo hi ${args.NAME}"
/greet NAM=x'
is "$status" 2 "a parameter that is mistyped is refused"
has "$err" "did you mean 'NAME'?" "and the right one named"
run_wf -c '/def greet NAME "/echo hi ${args.NAME}"
/greet other=x'
is "$status" 2 "a name that is like no parameter is refused too"
has "$err" "'greet' has no parameter 'other'" "and said to be none"
run_wf -c '/def greet NAME "/echo hi ${args.NAME}"
/greet "other=x"
/greet NAME=other=x
/greet "NAME=x y"
/greet http://x/?a=b'
is "$out" "hi other=x
hi other=x
hi x y
hi http://x/?a=b" "a value that holds = is quoted or behind its name"
run_wf -c '/def d A B=2 "/echo ${args.A} ${args.B}"
/d x C=9'
has "$err" "[E318]" "a misspelt parameter is not the next one's value"
run_wf -c '/def d A B=2 "/echo ${args.A} ${args.B}"
/explain /d x C=9'
has "$err" "[E318]" "nor for /explain"
run_wf -c '/def d A B=2 "/echo ${args.A} ${args.B}"
/chain {/d x C=9 -> /bash cat}'
has "$err" "[E318]" "nor for a step"
run_wf -c '/def d /chain --parallel --limit=2 {a: /echo 1 -> b: /echo 2}
/d
/chain "/d -> /bash sort -r"'
is "$out" "1
2
2
1" "a line with flags can be defined, run and be a step"
run_wf -c '/def d /chain --answer sure=yes {sure: /ask Sure? -> /bash cat}
/d'
is "$out" "yes" "flags of the shell count where the line is the whole run"
run_wf -c '/def d /chain --answer sure=yes {sure: /ask Sure? -> /bash cat}
/chain {/d}'
has "$err" "-c:2:9: error: in d: --answer is for a run of its own" \
	"where it is a step they are refused by name, at the step"
run_wf -o json -c '/def d P /chain --on-error ignore {/bash exit ${args.P}}
/d 3'
is "$status" 0 "flags of a definition with parameters are those of the run"
run_wf -c '/def d /chain a: /echo bare -> b: /bash cat # x
/d &'
is "$out" "bare" "a defined line can be run in the background"
run_wf -c '/ym -o json'
has "$out" '"output":"5\n"' "a stored file takes flags of the line" ||
	note "$err"
printf 'chain:\n  steps:\n    - comand: /echo 1\n      bad: 2\n' \
	>.wf/workflows/wrong.yaml
run_wf -c '/wrong'
has "$err" "-c:1:1: error: in wrong:3:7: a step has no key 'comand'" \
	"an error in a stored file names its place"
has "$err" "in wrong:4:7:" "and all are told"
finish
