# What a step gets on standard input: that of its predecessors by arrow,
# depends_on or needs; a reference orders and gives nothing.
. "${0%/*}/../lib.sh"

run_wf -q -c '/chain {a: /echo A -> b: /echo B -> c: /bash {echo "${a.output}:"; cat}}'
is "$out" "A:
B" "a reference to what is behind adds no input"
run_wf -q -c '/chain {[a: /echo A, b: /bash {echo "${a.output}:"; cat}] -> /bash cat}'
is "$out" "A
A:" "nor one to a step beside it, which it only waits for"
printf 'IN\n' | "$WF" -q -c \
	'/chain {[a: /echo A, b: /bash {echo "${a.output}:"; cat}] -> /bash cat}' \
	>"$WORLD/out"
is "$(cat "$WORLD/out")" "A
A:
IN" "a step that only refers is still a first step"
run_wf -q -c '/chain {for f in {"x", "y"} do [a: /echo A, b: /bash {echo "${a.output}:"; cat; echo}] end}'
is "$out" "A:
x
A:
y" "in a loop too, where it gets the element" || note "$err"
run_wf -q -c '/chain {[a: /echo A, b: /bash {echo "${a.output}:"; cat} @needs=a] -> /bash cat}'
is "$out" "A
A:
A" "what it is said to need is its input"
printf 'chain:\n  steps:\n    - name: a\n      command: /echo A\n%s%s%s%s' \
	'    - name: b
      command: /echo B
' '    - name: c
      command: /bash
      params: echo "${a.output}:"; cat
      depends_on: [b]
' '    - name: d
      command: /bash
      params: echo "${b.output}"; cat
      depends_on: []
' >y.yaml
run_wf -q y.yaml
is "$out" "A:
B
B" "in YAML only depends_on gives input" || note "$err"
run_wf -c '/explain {[a: /echo A, b: /echo ${a.output}]}'
like "$out" '^b .* needs a$' "/explain shows the order all the same"
finish
