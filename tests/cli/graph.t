# /graph: the plan as a picture.
. "${0%/*}/../lib.sh"

run_wf -c '/graph "a: /bash true -> [b: /echo x, c: /echo y]"'
is "$status" 0 "/graph draws a text"
has "$out" "a  /bash true" "as a tree with its steps"
run_wf -c '/graph --dot "a: /echo x -> b: /echo y"'
like "$out" '^digraph' "--dot draws for dot"
if command -v dot >/dev/null; then
	"$WF" -c '/graph --dot "a: /echo \"q\" -> b: /echo y"' |
		dot -Tsvg >picture.svg
	is $? 0 "which dot accepts"
fi
run_wf -c '/graph --mermaid "a: /echo x -> b: /echo y"'
has "$out" "-->" "--mermaid draws for Mermaid"
run_wf -c '/graph --dot "a: /echo x" > plan.dot'
like "$(cat plan.dot)" '^digraph' "it can be redirected"
run_wf -c '/chain "a: /bash false -> b: /echo y"'
run_wf -c '/graph @last'
has "$out" "failed" "of a run it has the states"
run_wf -c '/graph nobody'
is "$status" 2 "a word that is neither is an error"
run_wf -c '/graph "build: /bash make -> [unit: /bash true, lint: /bash true] -> e: /echo"'
like "$out" 'unit .* ← build$' "a member of a group names its need"
like "$out" 'lint .* ← build$' "so does its neighbour"
like "$out" 'e  /echo  ← unit, lint$' "and what follows names them all"
run_wf -c '/graph "a: /echo -> b: /echo"'
lacks "$out" "←" "written order needs no words"
run_wf -c '/graph /pipeline "a -> b" > g.txt'
is "$status" 0 "a redirection stands behind a nested text" || note "$err"
has "$(cat g.txt)" "b" "and the picture is in its file"
run_wf -c '/graph /chain {a: /echo 1 -> b: /echo 2} --parallel | cat -n'
like "$out" '2.*a  /echo 1' "or goes through a pipe, flags too"
run_wf -c '/graph /chain {/echo 1} -> b: /echo 2'
has "$out" "b  /echo 2" "a nested text may have steps behind it"
printf 'chain:\n  steps:\n    - name: one\n      command: /echo x\n' >w.yaml
run_wf -c '/graph w.yaml'
has "$out" "└── one  /echo x" "a file is drawn"
run_wf -c '/graph --dot ./w.yaml > w.dot'
like "$(cat w.dot)" '^digraph' "for dot, into a file"
run_wf -c '/graph {a: /echo hi -> b: /bash echo "${a.output}" $HOME}'
has "$out" 'b  /bash echo "${a.output}" $HOME' \
	"program text shows a reference as it was written"
run_wf -c '/graph --mermaid {a: /echo hi -> b: /lua return ${a.output}}'
has "$out" 'a.output' "Lua text too"
lacks "$out" 'WF_V' "and none of the names it is bound to"
finish
