# /why: reasons from recorded facts.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "a: /bash false -> b: /echo x"'
run_wf -c '/why @last.b'
is "$status" 0 "/why explains a step"
has "$out" "needs" "a skipped step names what it needs"
run_wf -c '/why'
like "$out" '^a$' "without a step all are explained: the first"
like "$out" '^b$' "and the second"
run_wf -c '/flow "if 1 > 2 then /echo yes else /echo no end"'
run_wf -c '/why'
is "$status" 0 "/why explains a branch"
run_wf -c '/why @last.nobody'
is "$status" 1 "an unknown step is a failure"
run_wf -o json -c '/why'
has "$out" '"because"' "JSON has the reasons"
finish
