# /approve: yes.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "/ask Go? -> /bash cat"'
run_wf -c '/approve'
is "$out" "yes" "/approve says yes"
run_wf -c '/chain "/ask --choices approve,deny Go? -> /bash cat"'
run_wf -c '/approve'
is "$out" "approve" "in the words of the choices"
finish
