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
run_wf -c '/chain "a: /echo 1 -> b: /echo 2"'
run_wf -c '/def cof /chain {a: /echo 1 -> b: /echo 3}
/chain "cof: /cof -> d: /echo 4"'
run_wf -c '/diff @-2 @last'
is "$(printf '%s\n' "$out" | sed 's/  .*  /|/')" "a = cof.a|same output
b = cof.b|other output
d|only one has it" "steps of one name elsewhere are compared, once"
run_wf -c '/diff @last @-2'
is "$(printf '%s\n' "$out" | sed 's/  .*  /|/')" "d|only one has it
cof.a = a|same output
cof.b = b|other output" "the other way round too"
run_wf -c '/diff @-2 @last -o json'
has "$out" '"path":"a","path_b":"cof.a"' "and as a document"
run_wf -c '/chain "for i in {1,2} do (x: /echo ${i}) end -> x: /echo 9"'
run_wf -c '/diff @last @last'
is "$(printf '%s\n' "$out" | sort -u | wc -l)" 3 \
	"a step is never taken for another of its name"
run_wf -c '/diff @last'
is "$status" 2 "one run is too few"
finish
