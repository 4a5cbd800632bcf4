# /quit: the end, and its status.
. "${0%/*}/../lib.sh"

run_wf -c '/echo a
/quit
/echo b'
is "$out" "a" "/quit ends a script"
is "$status" 0 "with the status of the last line"
run_wf -c '/quit 7'
is "$status" 7 "or the one that is given"
run_wf -k -c '/bash exit 3
/quit'
is "$status" 3 "a failure before it is not forgotten"
run_wf -c '/quit now'
is "$status" 2 "a status is a number"
run_wf -c '/bash "sleep 0.1; echo late" &
/quit'
is "$out" "late" "runs in the background are waited for"
finish
