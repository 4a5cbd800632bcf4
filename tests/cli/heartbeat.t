# Under CI a line says now and then that a run still goes on.
. "${0%/*}/../lib.sh"

# A run that ends when the file `go` is there.
hold='/bash until test -e go; do sleep 0.05; done'

# beats ARGS…: begins wf with them, waits for two such lines, lets it end.
beats() {
	rm -f go
	"$@" >"$WORLD/out" 2>"$WORLD/err" &
	pid=$!
	until_ok 30 two_beats
	told=$?
	touch go
	wait $pid
	status=$?
}
two_beats() {
	[ "$(grep -c 'still runs after' "$WORLD/err")" -ge 2 ]
}

CI=true WF_HEARTBEAT=20ms
export CI WF_HEARTBEAT
beats "$WF" -c "/chain \"a: /echo x -> b: $hold\""
ok $told "a workflow is told of again and again"
is "$status" 0 "and ends as always"
like "$(grep 'still runs' "$WORLD/err" | tail -n 1)" \
	'^run [0-9a-z]{6} still runs after [0-9.]+m?s: 1 ok, 1 running$' \
	"a line tells since when, and what is done and running"
is "$(cat "$WORLD/out")" "" "standard output stays the output"
beats "$WF" -c "$hold"
ok $told "so is a single step"
beats "$WF" -c "$hold &
/bash true
/chain \"/echo x\"
/wait"
ok $told "and a run in the background when another one ends"
beats "$WF" -c '/set heartbeat 10ms' -c "$hold"
ok $told "/set heartbeat changes how often"
beats env WF_HEARTBEAT=5m "$WF" -c '/set heartbeat 10ms' -c "$hold"
ok $told "whatever the environment says"

# Many intervals without a line: nobody says anything.
quiet='/bash sleep 0.3'
run_wf -q -c "$quiet"
lacks "$err" "still runs" "-q says nothing"
WF_PROGRESS=none run_wf -c "$quiet"
lacks "$err" "still runs" "nor does WF_PROGRESS=none"
CI=false run_wf -c "$quiet"
lacks "$err" "still runs" "CI=false is no CI"
CI='' run_wf -c "$quiet"
lacks "$err" "still runs" "nor is an empty one"
WF_HEARTBEAT=often run_wf -c "$quiet"
is "$status" 2 "WF_HEARTBEAT takes a time"
finish
