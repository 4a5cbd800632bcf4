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
like "$out" '"resume":"/continue [0-9a-z]+"' "its document names it too"
like "$out" '"path":"b","kind":"echo","status":"(waiting|ready)"' \
	"the next step did not start"
run_wf -c '/resume'
is "$status" 0 "a paused run can be resumed elsewhere"
is "$out" "x" "and ends"
run_wf -c '/pause'
is "$status" 1 "a run that has ended cannot be paused"

# In one shell: what a run in the background is told, and what of its end.
mkfifo lines
"$WF" <lines >"$WORLD/out" 2>"$WORLD/err" &
pid=$!
exec 3>lines
echo '/chain "a: /bash until test -e go2; do sleep 0.05; done -> b: /echo b" &' >&3
until_ok 20 grep -q 'a started' "$WORLD/err"
echo '/pause' >&3
until_ok 20 grep -q '\] paused$' "$WORLD/err"
ok $? "a run in the background says that it is paused"
echo '/continue' >&3
until_ok 20 grep -q '\] goes on$' "$WORLD/err"
ok $? "and that it goes on"
touch go2
until_ok 20 grep -q 'succeeded in' "$WORLD/err"
echo '/pause' >&3
exec 3>&-
wait $pid
is $? 1 "a run that has ended cannot be paused"
has "$(cat "$WORLD/err")" "is not running: its state is succeeded" \
	"its own shell says so"
finish
