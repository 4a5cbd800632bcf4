#!/bin/sh
# A script waits for the deadline of what it asks. The wait keeps its deadline
# over the death of its shell, and a resume after the deadline goes on to the
# end.
. "${0%/*}/../lib.sh"

ask='q: /ask --default no Go? @timeout=300ms -> last: /bash cat'
run_wf -c "/chain {$ask}"
is "$status" 0 "a script waits for the deadline of what it asks"
is "$out" "no" "and takes the default"
has "$err" "waits for an answer: Go?    /answer " \
	"having told how it can be answered before"
run_wf -q -c "/chain {$ask} &" -c '/wait'
is "$status" 0 "so does /wait for a run in the background"
is "$out" "no" "with the default too"
run_wf -q -c '/chain {q: /ask Go? @timeout=200ms -> /bash cat}'
is "$status" 124 "without a default the step times out"
run_wf -c '/chain {q: /ask Go? @timeout=200ms -> /bash cat}'
like "$err" '^q failed [2-9][0-9]+ms: timed out' "after the time it waited"
run_wf -o json -c '/show @last'
like "$out" '"name":"q".*"started_ms":[0-9]+,"duration_ms":[2-9][0-9]+,' \
	"which is recorded, with when it began"
run_wf -q -c '/chain {g: (q: /ask Go? -> /bash cat) @timeout=200ms}'
is "$status" 124 "a deadline around it counts as well"

"$WF" -c '/chain {q: /ask Go? @timeout=1h -> /bash cat}' >got 2>told &
pid=$!
until_ok 20 grep -q /answer told
run_wf -c '/answer @last fine'
wait $pid
is $? 0 "until then another shell can answer"
is "$(cat got)" "fine" "and the script goes on with that"

"$WF" -c '/chain {q: /ask --default no Go? @timeout=1s -> /bash cat}' \
	>got 2>told &
pid=$!
until_ok 20 grep -q /answer told
kill -KILL $pid
wait $pid 2>/dev/null
sleep 1
run_wf -q -c '/resume @last'
is "$status" 0 "resumed after its deadline it goes on to the end"
is "$out" "no" "with the default answer, through the step behind it"
run_wf -o json -c '/show @last'
has "$out" '"status":"succeeded"' "and the run has succeeded"
finish
