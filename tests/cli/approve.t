# /approve: yes.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "/ask Go? -> /bash cat"'
run_wf -c '/approve'
is "$out" "yes" "/approve says yes"
run_wf -c '/chain "/ask --choices approve,deny Go? -> /bash cat"'
run_wf -c '/approve'
is "$out" "approve" "in the words of the choices"
run_wf -c '/chain "/ask Sure? -> /bash cat"'
run_wf -c '/echo later'
run_wf -c '/approve'
is "$out" "yes" "without a name it is the run that waits, not the last"
has "$err" "Sure?    yes" "and the question is told"
run_wf -c '/chain "/ask One? -> /bash cat"'
run_wf -c '/chain "/ask Two? -> /bash cat"'
run_wf -c '/approve'
is "$status" 2 "of two that wait one has to be named"
has "$err" "2 runs wait for an answer" "which is said"
run_wf -c '/deny @last'
is "$out" "no" "and can be"
finish
