# /cancel: here, elsewhere, at rest.
. "${0%/*}/../lib.sh"

until_running() {
	until_ok 20 sh -c '"$WF" -c "/runs" | grep -q " running .*$0"' "$1"
}
"$WF" -c '/chain "a: /bash \"sleep 61\" -> b: /echo x"' >/dev/null 2>"$WORLD/e" &
pid=$!
until_running "sleep 61"
run_wf -c '/cancel'
is "$status" 0 "a run of another shell can be cancelled"
wait $pid
is $? 130 "which ends with 130"
run_wf -o json -c '/show'
has "$out" '"status":"cancelled"' "and is cancelled"
run_wf -c '/cancel'
is "$status" 0 "cancelling twice is once"
like "$err" 'run [0-9a-z]+ is cancelled already' "and the second is told so"
run_wf -c '/chain "/ask Go on?"'
run_wf -c '/cancel'
is "$status" 0 "a run that waits can be cancelled"
run_wf -c '/runs'
like "$(printf '%s\n' "$out" | sed -n 2p)" 'cancelled' "and is"
run_wf -c '/bash true'
run_wf -c '/cancel'
is "$status" 1 "a run that has ended cannot be"
run_wf -c '/chain "/bash \"sleep 62\"" &
/cancel @last'
is "$status" 130 "a run in the background can be, and counts" || note "$err"
run_wf -o json -c '/show'
has "$out" '"status":"cancelled"' "and is"
"$WF" -c '/chain "a: /bash \"trap \\\"\\\" TERM; echo > deaf; sleep 63\""' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e deaf
run_wf -c '/cancel --hard'
wait $pid
is $? 130 "--hard ends what ignores TERM"
"$WF" -c '/chain "a: /bash {trap \"echo bye; exit 1\" TERM; echo start; echo > begins; sleep 65 & wait}"' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e begins
run_wf -c '/logs'
like "$err" 'a is running' "/logs says of what runs that it is not over"
run_wf -c '/cancel'
wait $pid
run_wf -c '/logs'
is "$(printf '%s\n' "$out" | sed 's/^ *[0-9.]* //')" "a | start
a | bye" "what a cancelled step wrote to its end is recorded"
run_wf -o json -c '/show'
has "$out" '"output":"start\nbye\n"' "and is its output"
"$WF" -c '/chain "a: /bash {echo > begun; sleep 64} -> b: /echo x"' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e begun
kill -TERM $pid
wait $pid
run_wf -c '/cancel'
lacks "$err" "started" "cancelling an interrupted run starts nothing"
run_wf -o json -c '/show'
has "$out" '"status":"cancelled"' "and it is cancelled"
run_wf -c '/bash sleep 20 &' -c '/cancel @last' -c '/echo on'
is "$out" "on" "but /cancel itself is no failure"
"$WF" -c '/set max_parallel 2' -c '/chain {[p: /bash sleep 0.3, q: /bash sleep 0.3, a: /bash {echo start; echo >>both; sleep 66}, b: /bash {echo start; echo >>both; sleep 66}, c: /bash sleep 66]}' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 sh -c 'test "$(cat both 2>/dev/null | wc -l)" -eq 2'
run_wf -c '/cancel'
wait $pid
run_wf -c '/logs'
is "$(printf '%s\n' "$out" | grep -c '| start$')" 2 \
	"also of steps that had waited for a free place"
finish
