# /continue: on with a paused run.
. "${0%/*}/../lib.sh"

"$WF" -c '/chain "a: /bash \"while ! test -e go; do sleep 0.05; done\" -> b: /echo x"' \
	>got 2>/dev/null &
pid=$!
until_ok 20 sh -c '"$WF" -c /runs | grep -q " running "'
run_wf -c '/pause'
run_wf -c '/continue'
is "$status" 0 "a paused run goes on"
touch go
wait $pid
is $? 0 "to its end"
is "$(cat got)" "x" "with its output"
run_wf -c '/continue'
is "$status" 1 "a run that has ended does not"
finish
