#!/bin/sh
# Several shells on one state directory.
. "${0%/*}/../lib.sh"

db() {
	sqlite3 -readonly "$WF_STATE_DIR/wf.db" "$1"
}

# A shell of 200 runs, quick ones.
i=0
while [ $i -lt 200 ]; do
	say '/chain { a: /bash true -> b: /echo ok }'
	i=$((i + 1))
done >many.wf

# --- four at once, one of them stopped now and then
for n in 1 2 3 4; do
	"$WF" -q many.wf >"out.$n" 2>"err.$n" &
	eval "pid$n=$!"
done
for round in 1 2 3 4 5 6; do
	sleep 0.15
	kill -STOP "$pid1" 2>/dev/null || break
	sleep 0.1
	kill -CONT "$pid1" 2>/dev/null
done
bad=0
for n in 1 2 3 4; do
	eval "wait \$pid$n" || bad=1
done
ok $bad "four shells of 200 runs at once end well, one stopped now and then"
is "$(cat err.1 err.2 err.3 err.4)" "" "none of them has anything to say"
is "$(cat out.1 out.2 out.3 out.4 | grep -c '^ok$')" 800 "all 800 outputs are there"
out=$("$WF" -o json -c '/runs --all status:succeeded --limit 2000' 2>&1)
is "$(printf '%s' "$out" | grep -o '"status":"succeeded"' | wc -l)" 800 \
	"all 800 runs are in the journal"
slow=$(printf '%s' "$out" | grep -o '"duration_ms":[0-9]*' |
	awk -F: '$2 > 1100' | wc -l)
is "$slow" 0 "no run waited over a second for another shell"

# --- the owner dies, another shell sees it and goes on
"$WF" -q -c '/chain { a: /bash echo a >>ledger -> b: /bash test -e go || { touch up; sleep 30; }; echo b >>ledger }' &
owner=$!
until_ok 5 test -e up
run_wf -o json -c '/show @last'
has "$out" '"status":"running"' "another shell sees the run that is at work"
run_wf -c '/resume @last'
like "$status:$err" '^[1-9].*' "a run with a living owner cannot be resumed"
kill -9 "$owner"
wait "$owner" 2>/dev/null
interrupted() {
	"$WF" -o json -c '/show @last' 2>/dev/null | grep -q '"status":"interrupted"'
}
until_ok 2 interrupted
ok $? "another shell sees within 2 s that its run was interrupted"
touch go
run_wf -c '/resume @last'
is "$status" 0 "another shell resumes it"
is "$(tr '\n' ' ' <ledger)" "a b " "what had a result did not run again"

# --- cancel and answer reach the owner
rm -f up go
"$WF" -q -c '/chain { a: /bash touch up; sleep 30 -> b: /echo never }' &
owner=$!
until_ok 5 test -e up
run_wf -c '/cancel @last'
is "$status" 0 "/cancel from another shell is accepted"
wait "$owner"
ok $(($? == 0)) "and ends the owner's run, which fails"
run_wf -o json -c '/show @last'
has "$out" '"status":"cancelled"' "the run is cancelled"

"$WF" -q -c '/chain { q: /ask ready? -> b: /bash cat }' \
	-c '/wait' >answered 2>"$WORLD/err" &
owner=$!
waiting() {
	"$WF" -o json -c '/show @last' 2>/dev/null | grep -q '"status":"waiting"'
}
until_ok 5 waiting
ok $? "a run waits for an answer"
run_wf -c '/answer @last yes please'
is "$status" 0 "/answer from another shell is accepted"
wait "$owner"
run_wf -o json -c '/show @last'
has "$out" '"status":"succeeded"' "and the run goes on to its end"
finish
