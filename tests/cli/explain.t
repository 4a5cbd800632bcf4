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
finish
