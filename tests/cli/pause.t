# /pause: nothing new starts.
. "${0%/*}/../lib.sh"

"$WF" -c '/chain "a: /bash \"while ! test -e go; do sleep 0.05; done\" -> b: /echo x"' \
	>/dev/null 2>"$WORLD/e" &
pid=$!
until_ok 20 sh -c '"$WF" -c /runs | grep -q " running "'
run_wf -c '/pause'
is "$status" 0 "a run of another shell can be paused"
touch go
wait $pid
is $? 75 "its shell stops waiting when nothing runs any more"
has "$(cat "$WORLD/e")" "/continue" "and says how to go on"
run_wf -o json -c /show
like "$out" '"path":"b","kind":"echo","status":"(waiting|ready)"' \
	"the next step did not start"
run_wf -c '/resume'
is "$status" 0 "a paused run can be resumed elsewhere"
is "$out" "x" "and ends"
run_wf -c '/pause'
is "$status" 1 "a run that has ended cannot be paused"
finish
