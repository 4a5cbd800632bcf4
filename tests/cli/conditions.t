# Conditions are read when they are loaded, not when they are evaluated.
. "${0%/*}/../lib.sh"

run_wf -n -c '/chain {a: /echo x -> if a.output = 1 then /echo y end}'
is "$status" 2 "a single = is refused before anything runs"
like "$err" '\[E504\]' "with its code"
like "$err" '^ +\| {35}\^' "and a caret under it"

for cond in '))' 'a.ok and' '1 == ' 'a.output == 1 and' '(a.ok'; do
	run_wf -n -c "/flow 'a: /echo x -> if $cond then /echo y end'"
	is "$status" 2 "'$cond' is no condition"
done

run_wf -n -c '/chain {for f in a,, do /echo y end}'
is "$status" 2 "what a loop goes over is checked too"

run_wf -c '/flow {a-end: /echo 5 -> if ${a-end.output} > 3 AND !(a-end.output == 9) then /echo many end}'
is "$out" "many" "a step's name with a dash is one word"

run_wf -n -c '/chain {a: /echo x -> if a.outptu == 1 then /echo y end}'
is "$status" 2 "a field that is mistyped is refused"
has "$err" "did you mean 'output'?" "and the right one named"
run_wf -n -c '/chain {a: /echo x -> if a.nothing == 1 then /echo y end}'
has "$err" "a result has no field 'nothing'" "so is one that is no field"
run_wf -n -c '/chain {a: /echo x -> /echo ${a.nothing}}'
has "$err" "a result has no field 'nothing'" "in a reference too"
run_wf -n -c '/chain {a: /echo {} -> if a.json.nothing then /echo y end}'
is "$status" 0 "what is within a document is the document's"

run_wf -n -c '/chain {a: /echo x -> b: /bash echo ${a}}'
is "$status" 2 "a step's name is no variable of the shell"
has "$err" 'write ${a.output}' "and what to write is said"
run_wf -n -c "/chain {a: /echo x -> b: /bash 'a=1; echo \${a}'}"
is "$status" 0 "unless the text sets the variable itself"
run_wf -n -c '/chain {a: /echo x -> b: /bash for a in 1 2; do echo ${a}; done}'
is "$status" 0 "in a loop of the shell too"

cat >b.yaml <<'Y'
chain:
  steps:
    - name: a
      command: /echo
      parms: x
    - name: b
      command: /echo
      depends_on: [zz]
    - command: /echo
      if: "a.ok and"
Y
run_wf -n b.yaml
has "$err" "did you mean 'params'?" "a wrong key is told"
has "$err" "unknown name 'zz'" "with the unknown steps"
like "$err" '^b.yaml:10:20: .*\[E504\]$' "and the conditions of the same file"

run_wf -c '/chain {l: /bash seq 2 -> for x in aa do /echo x end -> /echo y}'
has "$err" "for failed: " "a loop whose items cannot be had is told"
like "$err" ': 1 ok, 1 failed, 1 skipped    /why [0-9a-z]+\.for    ' \
	"counted, and /why says more of it"
why=$(printf '%s\n' "$err" | sed -n 's/.*\(\/why [^ ]*\).*/\1/p')
run_wf -c "$why"
is "$status" 0 "the command that is named works"
has "$out" "unknown name 'aa'" "and says what was wrong"
run_wf -c /show
like "$out" "^  for +failed .*unknown name 'aa'" "/show has its line"
run_wf -c '/runs -n 1'
like "$out" 'failed +1 .* 3 +1  ' "/runs counts it"
unknown() { # CONDITION MESSAGE
	run_wf -c "/flow {first: /echo 1 -> if $1 then /echo yes else /echo no}"
	has "$err" "$2" "$1 is an error: $2"
}
unknown steps.frist.ok "unknown step 'frist' (did you mean first?)"
unknown run.comand "unknown name 'run.comand' (did you mean command?)"
unknown session.name "unknown name 'session.name' (did you mean session.id?)"
run_wf -q -c '/flow {a: /echo 1 -> if steps.a.ok and run.dir and run.command == "flow" and run.started_ms > 0 and session.id and not exists(run.x) then /echo yes else /echo no}'
is "$out" yes "and those that are there have their values" || note "$err"
run_wf -c '/chain {for x in {"a","b"} do /bash exit 3 end}'
lacks "$err" "for failed" "a loop fails with its step without a line of its own"

printf 'a\nb\n' >lines
in=$WORLD/lines
cp lines "$in"
out=$("$WF" -q -c '/flow {if prev == "a\nb" then /echo same else /echo other}' <"$in")
is "$out" same "prev of a first step is what comes in, for a condition too"
out=$("$WF" -q -c '/flow {for l in prev do /echo line ${l} end}' <"$in")
is "$out" "line a
line b" "for a loop"
out=$("$WF" -q -c '/echo got ${prev}' <"$in")
is "$out" "got a
b" "and for a text"
finish
