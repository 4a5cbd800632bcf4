#!/bin/sh
# A wait keeps its deadline over the death of its shell, and a resume after
# the deadline goes on to the end.
. "${0%/*}/../lib.sh"

run_wf -q -c '/chain {q: /ask --default no Go? @timeout=300ms -> last: /bash cat}'
is "$status" 75 "a run that waits for a person ends its script with 75"
sleep 0.4
run_wf -q -c '/resume @last'
is "$status" 0 "resumed after its deadline it goes on to the end"
is "$out" "no" "with the default answer, through the step behind it"
run_wf -o json -c '/show @last'
has "$out" '"status":"succeeded"' "and the run has succeeded"
finish
