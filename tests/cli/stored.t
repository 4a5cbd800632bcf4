# Workflows kept in .wf/workflows: run by name they do what `wf FILE` does,
# and as a step nothing of what they say is lost.
. "${0%/*}/../lib.sh"

mkdir -p .wf/workflows
# kept NAME: a file of it, and one by hand, with the text on standard input.
kept() {
	cat >".wf/workflows/$1"
	cp ".wf/workflows/$1" "hand-$1"
}
# both NAME.yaml: what FILE and /NAME do, in $file and $name.
both() {
	rm -f undone
	"$WF" "hand-$1" >"$WORLD/o1" 2>/dev/null
	file="$? $(cat "$WORLD/o1") $(cat undone 2>/dev/null)"
	rm -f undone
	"$WF" -c "/${1%.*}" >"$WORLD/o2" 2>/dev/null
	name="$? $(cat "$WORLD/o2") $(cat undone 2>/dev/null)"
}
steps='chain:
  steps:
    - name: a
      command: /bash echo did
      undo: /bash "echo undone >undone"
    - name: b
      command: /bash false
    - name: c
      command: /echo on
      depends_on: [a]
  options:'

for option in 'error_strategy: rollback' 'error_strategy: ignore' \
	'error_strategy: continue_on_failure' 'fail_fast: true' 'limit: 1' \
	'save_state: true'; do
	printf '%s\n    %s\n' "$steps" "$option" | kept opt.yaml
	both opt.yaml
	is "$name" "$file" "by name as by file: $option"
	case $option in *rollback) is "$file" "1 on undone" "it is undone" ;; esac
done
printf '%s\n    parallel_where_possible: true\n' "$steps" | kept opt.yaml
run_wf hand-opt.yaml
want=$("$BUILD/test/plandump")
run_wf -c /opt
is "$("$BUILD/test/plandump")" "$want" "a file with parallel makes one plan"
printf 'chain:\n  steps:\n    - command: /sleep 1m\n  options:\n%s\n' \
	'    timeout: 200ms' | kept slow.yaml
both slow.yaml
is "$file" "124  " "a file's timeout ends its run"
is "$name" "$file" "by name too"

# As a step: what cannot hold there is refused by name.
for option in 'error_strategy: rollback' 'error_strategy: stop' \
	'fail_fast: true' 'save_state: true'; do
	printf '%s\n    %s\n' "$steps" "$option" | kept opt.yaml
	for line in '/chain {x: opt -> /echo y}' '/chain {/chain opt}' \
		'/chain {if true then /opt end}'; do
		run_wf -c "$line"
		is "$status" 2 "$option is refused in $line"
		has "$err" "in opt: '$option' is for a run of its own" \
			"by name"
		has "$err" "[E225]" "as E225"
	done
done
printf 'flow:\n  adaptive: true\n  conditions:\n%s\n%s\n' \
	'    - if: "true"' '      then: [{command: /echo x}]' | kept fl.yaml
run_wf -c '/chain {x: /flow fl}'
has "$err" "'adaptive: true' is for a run of its own" \
	"so is adaptive of a flow"
printf '%s\n    fail_fast: false\n    limit: 1\n' "$steps" | kept opt.yaml
run_wf -c '/chain {x: opt}'
is "$status" 1 "what changes nothing is accepted"
run_wf -c '/chain opt'
is "$status" 1 "a name that is all of a text is a run of its own"

# Files of lines.
printf '/echo l1\n/echo l2\n' | kept two.wf
both two.wf
is "$name" "$file" "several lines run by name"
is "$file" "0 l1
l2 " "each for itself"
run_wf -c '/chain {x: two}'
has "$err" "in two: several lines are no step" "as a step they are refused"
printf '#!/usr/bin/env wf\n# what it does\n\n/echo one\n# end\n' | kept one.wf
both one.wf
is "$name" "0 one " "comments and an interpreter's line are no text"
is "$name" "$file" "in files too"
run_wf -c '/chain {x: one -> /bash cat}'
is "$out" "one" "nor in steps"
printf '\357\273\277/chain "/echo a\n -> /bash cat"\n\n# end\n' | kept long.wf
both long.wf
is "$name" "0 a " "a text over lines is one text"
is "$name" "$file" "in files too"
printf 'a: /echo 1 ->\n/bash cat\n' >.wf/workflows/text.wf
run_wf -c /text
is "$out" "1" "a stored text goes on behind an arrow"
printf '# head\nchain:\n  steps:\n    - command: /echo y\n' | kept doc.wf
both doc.wf
is "$name" "0 y " "a .wf file may be one block"
is "$name" "$file" "in files too"

# Parameters.
printf 'params: {WHO: world, REQ: }\nchain:\n  steps:\n%s\n%s\n' \
	'    - name: hi' '      command: /echo ${args.WHO} ${args.REQ}' |
	kept y.yaml
run_wf hand-y.yaml -- WHO=you REQ=1
is "$out" "you 1" "a file takes parameters behind --"
run_wf hand-y.yaml -- REQ=1
is "$out" "world 1" "the others have their defaults"
run_wf hand-y.yaml -- REQ=1 me
is "$out" "me 1" "a word without a name is the next one's"
run_wf -c '/y REQ=1'
is "$out" "world 1" "defaults count by name too"
run_wf hand-y.yaml
is "$status" 2 "a parameter without default must be given"
has "$err" "hand-y.yaml:1:1: error: 'REQ' is a parameter that must be given" \
	"it is named"
has "$err" "wf FILE -- REQ=VALUE" "with the way to give it"
run_wf -c /y
has "$err" "'y' needs REQ=VALUE" "by name too"
run_wf hand-y.yaml -- WOH=1 REQ=1
has "$err" "did you mean 'WHO'?" "a mistyped one is not taken"
has "$err" "[E318]" "as E318"
run_wf -c '/y REQ=1 NOPE=1'
is "$status" 2 "nor by name one that is none"
has "$err" "'y' has no parameter 'NOPE'" "which is said"
run_wf hand-y.yaml -- REQ=1 REQ=2
has "$err" "'REQ' is given twice" "nor one twice"
run_wf hand-y.yaml -- 1 2 3
has "$err" "'3' is for no parameter" "nor one too many"
run_wf -n hand-y.yaml
is "$status" 0 "-n wants no values"
for params in '[WHO=world, REQ]' '["WHO:world", REQ]' \
	'
  WHO: "world"
  REQ: ~'; do
	printf 'params: %s\nchain:\n  steps:\n    - command: %s\n' "$params" \
		'/echo ${args.WHO} ${args.REQ}' | kept z.yaml
	run_wf hand-z.yaml -- REQ=2
	is "$out" "world 2" "parameters may be written $params"
	run_wf -c '/z REQ=2'
	is "$out" "world 2" "of a stored one too"
done
printf 'params: {P: [1, 2], 9x: 1}\nchain: {steps: [{command: /echo}]}\n' \
	>bad.yaml
run_wf -n bad.yaml
has "$err" "the default of 'P' is one value" "a list is no default"
has "$err" "'9x' cannot be the name of a parameter" "nor any word a name"
printf 'params: {P: 1}\nchain: {steps: [{command: "/echo ${args.PP}"}]}\n' \
	>bad.yaml
run_wf -n bad.yaml
has "$err" "no parameter 'PP'" "a reference to none is an error"
finish
