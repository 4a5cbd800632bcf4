# /wait: for runs in the background.
. "${0%/*}/../lib.sh"

run_wf -c '/wait'
is "$status" 0 "without runs there is nothing to wait for"
run_wf -c '/bash "sleep 0.2; echo late" &
/wait
/echo then'
is "$out" "late
then" "/wait waits"
run_wf -c '/bash exit 6 &
/wait
/echo never'
is "$status" 6 "its status is the run's"
is "$out" "" "and a failure stops the script"
run_wf -c '/bash exit 6 &
/wait @last'
is "$status" 6 "a run can be named"
run_wf -c '/wait zzzzzz'
is "$status" 1 "an unknown run is a failure"
"$WF" -c '/chain "/bash \"while ! test -e go; do sleep 0.05; done; exit 5\""' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 sh -c '"$WF" -c /runs | grep -q " running "'
"$WF" -c '/wait @last' >/dev/null 2>&1 &
waiter=$!
touch go
wait $pid
wait $waiter
is $? 5 "another shell's run can be waited for"
finish
