# /deny: no.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "/ask Go? -> /bash cat"'
run_wf -c '/deny'
is "$out" "no" "/deny says no"
run_wf -c '/chain "q: /ask --choices approve,deny Go? -> /bash cat"'
run_wf -c '/deny @last.q'
is "$out" "deny" "in the words of the choices"
finish
