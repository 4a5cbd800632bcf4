# /logs: both streams in order, with times.
. "${0%/*}/../lib.sh"

cat >two.sh <<'END'
echo one
sleep 0.05
echo two >&2
sleep 0.05
echo three
END
run_wf -c '/chain "a: /bash sh two.sh -> b: /bash \"cat >/dev/null; echo four\""'
run_wf -c '/logs'
is "$(printf '%s\n' "$out" | sed 's/^ *[0-9.]* //')" "a | one
a ! two
a | three
b | four" "lines of both streams stand in the order in which they came"
like "$out" '^ +[0-9]+\.[0-9]{3} a' "with their times"
cat >steps.wf <<'END'
/chain {[a: /bash {echo a1; touch a1; while ! test -e b1; do sleep 0.02; done; sleep 0.05; echo a2; touch a2},
 b: /bash {while ! test -e a1; do sleep 0.02; done; sleep 0.05; echo b1; touch b1; while ! test -e a2; do sleep 0.02; done; sleep 0.05; echo b2}]}
END
run_wf steps.wf
run_wf -c '/logs'
is "$(printf '%s\n' "$out" | sed 's/^ *[0-9.]* //')" "a | a1
b | b1
a | a2
b | b2" "lines of parallel steps stand in the order in which they came"
is "$(printf '%s\n' "$out" | sed 's/^ *\([0-9.]*\) .*/\1/' | sort -n | uniq | wc -l)" \
	4 "each with a time of its own"
run_wf -c '/chain "a: /bash sh two.sh -> b: /bash \"cat >/dev/null; echo four\""'
run_wf -c '/logs @last b'
is "$(printf '%s\n' "$out" | sed 's/^ *[0-9.]* //')" "b | four" \
	"a step can be named"
run_wf -c '/logs @last.b'
has "$out" "four" "also as RUN.STEP"
run_wf -c '/logs @last nobody'
is "$status" 1 "a step that is not there is a failure"
run_wf -c '/chain "t: /bash \"echo try; exit 1\" @retry=1 @backoff=1"'
run_wf -c '/logs'
is "$(printf '%s\n' "$out" | grep -c try)" 2 "every attempt is in the log"
run_wf -c '/logs -f @last'
is "$status" 0 "-f of a run that is over ends"
rm -f go
"$WF" -c '/chain "s: /bash \"while ! test -e go; do sleep 0.05; done; echo came\""' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 sh -c '"$WF" -c "/runs" | grep -q running'
"$WF" -c '/logs -f' >followed 2>&1 &
follower=$!
touch go
wait $pid
wait $follower
is $? 0 "-f follows a run of another shell to its end"
has "$(cat followed)" "came" "and shows what it wrote"
rm -f go
"$WF" -c '/chain {s: /bash {echo first; echo second >&2; for i in 1 2 3 4 5 6 7 8 9; do echo line $i; done; touch wrote; while ! test -e go; do echo again; sleep 0.05; done; echo last} -> t: /echo after}' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e wrote
"$WF" -c '/logs -f @last' >followed 2>&1 &
follower=$!
until_ok 20 grep -q 'again' followed
ok $? "-f tells what a step writes while it runs"
has "$(cat followed)" "line 9" "and what it wrote before"
ok "$(kill -0 $pid 2>/dev/null; echo $?)" "the step has not ended then"
touch go
wait $pid
wait $follower
is "$(grep -c 'line 9' followed)" 1 "no line is told twice"
is "$(grep -c ' | last$' followed)" 1 "and the last ones come too"
has "$(cat followed)" "after" "those of the next step as well"
lines=$("$WF" -c '/logs @last' | wc -l)
is "$(wc -l <followed)" "$lines" "as many lines as the log has at the end"
rm -f go wrote
"$WF" -c '/chain {a: /bash {echo begin; touch wrote; while ! test -e go; do sleep 0.05; done; seq 1 200000; head -c 200000 /dev/zero | tr "\0" z; echo; echo; sleep 1; echo end}}' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e wrote
"$WF" -c '/logs -f @last' >followed 2>&1 &
follower=$!
until_ok 20 grep -q 'begin' followed
touch go
wait $pid
wait $follower
is "$(grep -c 'a | [0-9]' followed)" 200000 \
	"a step that writes faster than it can be told loses no line"
is "$(sed -n 's/.*a | \([0-9]\)/\1/p' followed | sort -n | uniq -d | wc -l)" 0 \
	"and none comes twice"
is "$(sed -n 's/.*a | \(z*\)$/\1/p' followed | tr -d '\n' | wc -c)" 200000 \
	"a very long line comes whole, maybe in pieces"
is "$(grep -c 'a | end$' followed)" 1 "the last line too"
rm -f go
run_wf -q -c '/bash {echo one; sleep 0.3; echo two; sleep 0.3; echo three} &' -c '/logs -f @last'
is "$(printf '%s\n' "$out" | grep -c '[0-9] bash | ')" 3 \
	"-f follows a run of its own shell"
rm -f go
"$WF" -c '/chain {a: /bash {echo silent; touch quiet; while ! test -e go; do sleep 0.05; done}}' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e quiet
"$WF" -c '/logs -f @last' >followed 2>&1 &
follower=$!
until_ok 20 grep -q 'a | silent' followed
ok $? "-f tells what a step wrote that is silent since"
touch go
wait $pid
wait $follower
is "$(grep -c silent followed)" 1 "once"
rm -f go quiet
"$WF" -c '/chain {a: /bash {echo early; exec >&- 2>&-; touch quiet; while ! test -e go; do sleep 0.05; done}}' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e quiet
"$WF" -c '/logs -f @last' >followed 2>&1 &
follower=$!
until_ok 20 grep -q 'a | early' followed
ok $? "also one that has closed its outputs"
run_wf -c '/pause'
run_wf -c '/logs'
has "$err" "a is running" "of a paused run, too, what runs is not cut off"
touch go
wait $pid
wait $follower
finish
