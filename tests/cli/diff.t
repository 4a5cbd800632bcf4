# /diff: two runs side by side.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "a: /echo same -> b: /bash echo one"'
run_wf -c '/chain "a: /echo same -> b: /bash echo two"'
run_wf -c '/diff @-2 @last'
is "$status" 1 "runs that differ give 1"
like "$out" '^a .*same output' "the same output is said"
like "$out" '^b .*other output' "so is another"
run_wf -c '/diff @last @last'
is "$status" 0 "a run does not differ from itself"
run_wf -c '/chain "a: /echo same -> c: /echo new"'
run_wf -c '/diff @-2 @last'
like "$out" '^b .*only one has it' "a step that only the first has"
like "$out" '^c .*only one has it' "a step that only the second has"
run_wf -c '/diff @last'
is "$status" 2 "one run is too few"
finish
