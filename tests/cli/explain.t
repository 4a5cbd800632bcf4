# /explain: the plan; nothing runs.
. "${0%/*}/../lib.sh"

run_wf -c '/explain "a: /bash touch ran -> b: /echo x"'
is "$status" 0 "/explain explains a text"
[ ! -e ran ]
ok $? "and runs nothing"
like "$out" '^a +bash' "it lists the steps"
like "$out" '^b +echo .*needs a' "and what they wait for"
has "$out" "no prediction" "without history nothing is predicted"
run_wf -c '/chain "a: /bash true -> b: /bash true"'
run_wf -c '/explain "a: /bash true -> b: /bash true"'
like "$out" '^about ' "with history a time is predicted"
run_wf -c '/explain @last'
like "$out" '^a +bash' "a run can be explained"
run_wf -c '/explain --parallel "a: /glob x -> b: /echo y"'
is "$status" 0 "a flag of the workflow is its own"
run_wf -c '/explain /chain "a: /echo x"'
is "$status" 0 "a whole line can be explained"
run_wf -c '/explain "a: /nope"'
is "$status" 2 "an error in the text is a usage error"
has "$err" "-c:1:14" "with its place"
run_wf -c '/explain "a: /echo x" | cat -n'
like "$out" '^ +1.a +echo' "its output can be piped"
run_wf -c '/explain'
is "$status" 2 "without anything it is a usage error"
run_wf -c '/runs'
is "$(printf '%s\n' "$out" | wc -l)" 2 "explaining leaves no run behind"

# Files.
printf 'chain:\n  steps:\n    - name: one\n      command: /echo x\n%s\n' \
	'    - name: two
      command: /bash cat' >w.yaml
cp w.yaml "a b.yml"
printf '#!/usr/bin/env wf\n/def go /echo x\n/echo 1\n/runs\n/chain "x: /go"\n' \
	>lines.wf
for what in w.yaml "$PWD/w.yaml" '"a b.yml"' './w.yaml > made; cat made'; do
	run_wf -c "/explain ${what%;*}"
	[ ! -e made ] || out=$(cat made)
	like "$out" '^one +echo' "a file is explained: $what"
	like "$out" '^two +bash .*needs one' "with all of its steps"
done
run_wf -c '/explain lines.wf'
is "$status" 0 "so is a file of lines" || note "$err"
has "$out" "# lines.wf:3
echo " "each workflow in it with its place"
has "$out" "# lines.wf:5
x " "with what the file defines"
run_wf -c '/explain lines.wf
/go'
is "$status" 2 "which is forgotten afterwards"
run_wf -o json -c '/explain w.yaml'
has "$out" '"path":"two"' "a file is explained in JSON"
run_wf -o json -c '/explain lines.wf'
is "$status" 2 "of several workflows there is no one document"
run_wf -c '/explain nope.yaml'
is "$status" 1 "a file that is not there is told of"
has "$err" "nope.yaml" "by its name"
printf 'chain:\n  steps:\n    - comand: /echo\n' >bad.yaml
run_wf -c '/explain bad.yaml'
is "$status" 2 "errors in a file are told"
has "$err" "bad.yaml:3:7: error: a step has no key 'comand'" "at their place"
printf '/runs\n' >none.wf
run_wf -c '/explain none.wf'
has "$err" "none.wf holds no workflow" "nor is a file without any explained"
run_wf -c '/explain /chain "a: /echo 1 -> b: /echo 2" > plan.txt'
is "$status" 0 "a line with quoted text and arrows can be redirected"
like "$(cat plan.txt)" '^b +echo' "and its plan is in the file"
printf 'params:\n  n: 3\n  m: 4\n' | cat - w.yaml >p.yaml
mkdir -p .wf/workflows && cp p.yaml .wf/workflows/both.yaml
for what in 'p.yaml n=5' 'p.yaml n=5 m="a b"' 'p.yaml -- 5'; do
	run_wf -c "/explain $what"
	like "$out" '^two +bash .*needs one' "a file with parameters: $what"
done
run_wf -c '/explain p.yaml n=5 > plan.txt'
like "$(cat plan.txt)" '^two +bash' "and its plan goes to a file"
run_wf -c '/explain p.yaml k=5'
is "$status" 2 "a parameter that it does not have is an error"
has "$err" "p.yaml:1:1: error: 'k' is no parameter" "as when it is run"
run_wf -c '/explain p.yaml is good'
like "$out" '^task ' "other words behind a file's name are a text"
run_wf -c '/explain both n=5'
like "$out" '^both.two +bash' "a stored workflow with parameters" || note "$out$err"
run_wf -c '/def go N=1 "/echo ${args.N}"
/explain go N=2'
like "$out" '^go.echo +echo' "and a definition"

# What decides.
mkdir tree
cat >tree/a.c <<'EOF'
int f(int a)
{
	return a ? 1 : 2;
}
EOF
flow='if codebase.complexity > 1 AND vars.on then a: /echo deep else b: /echo quick'
run_wf -c "/cd tree
/explain \"$flow\""
has "$out" "  if codebase.complexity > 1 AND vars.on" "conditions are shown"
like "$out" '^    reads codebase.complexity, measured in [0-9.]+m?s$' \
	"with the facts that they read, and their cost"
has "$out" "now: else, for codebase.complexity is 2, vars.on is nil" \
	"and the branch that would be taken, and why"
lacks "$out" "before:" "nothing is told of decisions there were not"
like "$out" '^if\.a +echo .* then$' "steps stand in their branches"
like "$out" '^if\.b +echo .* else$' "each in its own"
run_wf -c "/cd tree
/set vars.on yes
/explain \"$flow\"
/flow $flow"
has "$out" "now: then, for codebase.complexity is 2, vars.on is yes" \
	"variables count as they are"
run_wf -c "/cd tree
/explain /flow $flow"
has "$out" "now: else" "now it would be another"
like "$out" '^  before: then, [0-9]+s ago$' "but it was so in the last run"
run_wf -o json -c "/cd tree
/explain /flow $flow"
has "$out" '"conditions":[{"kind":"if","text":"codebase.complexity > 1 AND vars.on","reads":[{"name":"codebase.complexity","by":"measured","cost_ms":' \
	"as a document too"
has "$out" '"branch_now":1,"because":"codebase.complexity is 2, vars.on is nil","branch_before":0,"before_times":1,"before_of":1' \
	"with both branches"

run_wf -c '/fact slow "/bash touch made; echo 3"
/explain "if slow > 2 then /echo x else /echo y"
/flow "if slow > 2 then /echo x else /echo y"
/explain "if slow > 2 then /echo x else /echo y"'
like "$out" 'reads slow, made by steps; how long that takes is not known' \
	"a fact that steps make is not made"
has "$out" "now: not known, for slow is known when it runs" "nor guessed"
like "$out" 'reads slow, made by steps in about [0-9.]+m?s$' \
	"what its steps took is known after a run"
rm made
run_wf -c '/fact slow "/bash touch made; echo 3"
/explain "if slow > 2 then /echo x else /echo y"'
[ ! -e made ]
ok $? "and still nothing runs"

arms='choose one: /echo 1 or two: /bash exit 1 end'
for i in 1 2 3 4 5 6 7 8 9 10; do
	run_wf -c "/flow \"$arms\" --adaptive"
done
run_wf -c "/explain --adaptive \"$arms\""
like "$out" '^  before: one, [0-9]+ of 10 times, the last [0-9]+s ago$' \
	"what was learned says which arm is likely"
run_wf -c '/explain "while vars.on do /echo x end"
/explain "for i in {1,2} do /echo ${i} end"'
has "$out" "  while vars.on" "conditions of loops are shown"
has "$out" "  in {1,2}" "and what they go over"
run_wf -c '/explain "if codebase.complexty > 2 then /echo x else /echo y"'
has "$err" "unknown fact 'codebase.complexty'  [E301]" \
	"what cannot be evaluated is told"
finish
