# /resume: going on with a run that has stopped.
. "${0%/*}/../lib.sh"

printf 'echo b >>ledger; test -e go\n' >b.sh
run_wf -c '/chain "a: /bash \"echo a >>ledger; echo A\" -> b: /bash sh b.sh -> c: /bash cat"'
is "$status" 1 "a run fails"
touch go
run_wf -c '/resume'
is "$status" 0 "/resume goes on with it"
is "$(tr '\n' ' ' <ledger)" "a b b " "what had finished does not run again"
before=$("$WF" -o json -c '/runs')
run_wf -c '/resume'
is "$(tr '\n' ' ' <ledger)" "a b b " "resuming a run that succeeded runs nothing"
is "$status" 0 "and is no failure"
has "$err" "has succeeded: nothing to resume" "but is told"
is "$out" "" "its output is not printed again"
is "$("$WF" -o json -c '/runs')" "$before" "and its record stays as it was"
run_wf -o json -c '/resume @last'
has "$out" '"status":"succeeded"' "as a document it is shown"
run_wf -c '/resume @last --from a'
is "$(tr '\n' ' ' <ledger)" "a b b a b " "--from runs a step and what follows"
rm -f ledger
run_wf -c '/chain "a: /bash \"echo a >>ledger\" -> b: /bash \"echo b >>ledger; exit 9\" @fallback='"'/bash \\\"echo f >>ledger\\\"'"' -> c: /bash \"echo c >>ledger\""'
is "$status" 0 "a fallback stands in" || note "$err"
rm -f ledger
run_wf -c '/resume @last --from b.fallback.bash'
is "$(tr '\n' ' ' <ledger)" "f c " \
	"--from a step within a fallback leaves what it stands in for"
rm -f ledger
run_wf -c '/resume @last --from b'
is "$(tr '\n' ' ' <ledger)" "b f c " "which --from by its own name tries again"
run_wf -c '/chain "l: for x in {1,2,3} do (p: /bash {echo p${x} >>ledger} -> q: /bash {echo q${x} >>ledger}) end -> z: /bash {echo z >>ledger}"'
rm -f ledger
run_wf -c '/resume @last --from l[2].q'
is "$(tr '\n' ' ' <ledger)" "q2 z " "--from a step of one item leaves the others"
run_wf -c '/chain --on-error rollback "a: /bash true @undo='"'/bash true'"' -> b: /bash false"'
run_wf -c '/resume @last --from a.undo.bash'
is "$status" 1 "--from does not begin within an @undo" || note "$err"
has "$err" "name 'a' itself" "and says what to name"
rm -f ledger
run_wf -c '/chain "(g: /bash {echo g >>ledger; exit 1}) @retry=0"'
rm -f ledger
run_wf -c '/resume'
is "$(wc -l <ledger)" 1 "a group that is resumed is tried as often as @retry says"
run_wf -c '/resume @last --from nobody'
is "$status" 1 "--from needs a step that is there"

rm -f ledger go
run_wf -c '/chain "x: /bash \"echo x >>ledger\" -> y: /bash exit 1"'
run_wf -c "/resume @last --text '\"x: /bash \\\"echo x >>ledger\\\" -> y: /bash true\"'"
is "$status" 0 "a text whose finished steps are the same is taken" ||
	note "$err"
is "$(cat ledger)" "x" "and they do not run again"
run_wf -c '/show @last'
like "$out" '^/chain x: /bash' "/show prints the new text with one command"
run_wf -o json -c '/show @last'
has "$out" '"text":"x: /bash' "in a document it has none, as in every run"

run_wf -c '/chain "x: /echo one -> y: /bash exit 1"'
run_wf -c "/resume @last --text '\"x: /echo two -> y: /bash cat\"'"
is "$status" 4 "a text that changes a finished step is refused"
has "$err" "- x" "and the difference is shown"
run_wf -c "/resume @last --force --text '\"x: /echo two -> y: /bash cat\"'"
is "$status" 0 "--force takes it"
is "$out" "two" "and runs the changed step"
printf '#!/bin/sh\nsed s/exit/true/ "$1" >"$1.new" && cat "$1.new" >"$1"\n' >ed
chmod +x ed
run_wf -c '/chain "x: /echo one -> y: /bash exit 1"'
WF_EDITOR=./ed run_wf -c '/resume --edit'
is "$status" 0 "--edit opens the editor" || note "$err"
run_wf -c '/runs'
lacks "$out" "/chain /" "and the text has its command once"
run_wf -c '/chain --save-state "x: /echo one -> y: /bash exit 1"'
run_wf -c "/resume @last --text '/chain --save-state \"x: /echo one -> y: /bash true\"'"
run_wf -o json -c '/show @last'
has "$out" '"text":"x: /echo one' "a whole line leaves its command and flags" ||
	note "$err"
run_wf -c '/chain "x: /echo one -> y: /bash exit 1"'
run_wf -c '/resume @last --text "x: /echo one -> y: /bash cat"'
run_wf -o json -c '/show @last'
has "$out" '"text":"x: /echo one' "nor has a text alone one" ||
	note "$err"

for verdict in retry skip done; do
	rm -f begun
	"$WF" -c '/chain "a: /bash \"echo >begun; test -e quick || sleep 60\" @effect=once -> b: /echo end"' \
		>/dev/null 2>&1 &
	pid=$!
	until_ok 20 test -e begun
	kill -KILL $pid
	wait $pid
	until_ok 20 sh -c '"$WF" -c "/runs status:interrupted" | grep -q once'
	run_wf -c '/resume'
	is "$status" 75 "a once step that was cut off waits for a person"
	has "$err" "--in-doubt" "and says what to say"
	touch quick
	run_wf -c "/resume @last --in-doubt $verdict"
	is "$status" 0 "--in-doubt $verdict goes on" || note "$err"
	rm -f quick
done
rm -f begun
"$WF" -c '/chain "a: /bash \"echo >>begun; test -e quick || sleep 60\" -> b: /echo end"' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -s begun
kill -KILL $pid
wait $pid
touch quick
until_ok 20 sh -c '"$WF" -c "/runs status:interrupted" | grep -q end'
run_wf -c '/resume'
has "$err" "a runs again" "/resume says which steps run again"
is "$(wc -l <begun)" 2 "and they do"
rm -f go
"$WF" -c '/chain "a: /bash \"while ! test -e go; do sleep 0.05; done\""' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 sh -c '"$WF" -c /runs | grep -q " running "'
run_wf -c /resume
is "$status" 1 "a run that is open in another shell is left to it"
has "$err" "open in another shell (pid $pid)" "which is named"
has "$err" "/wait" "with what can be done"
lacks "$err" "runs again" "and nothing is said of steps"
lacks "$err" ".sock" "nor of sockets"
touch go
wait $pid
rm -f begun go
"$WF" -c '/chain {a: /bash {trap "" TERM; echo >begun; while ! test -e go; do sleep 0.05; done; echo over}}' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e begun
kill -KILL $pid
touch go
run_wf -c '/resume @last'
is "$status" 0 "a run is taken over at once from a shell that was killed"
is "$out" "over" "as soon as what it had begun is ended"
wait $pid 2>/dev/null
run_wf -q -c '/chain {i: /bash seq 3 -> for x in i.lines do s: /bash {echo ${x} >>rounds} end}'
run_wf -c '/resume @last --from s'
is "$status" 2 "--from with the name of a step in three rounds is refused"
has "$err" "there are 3 steps 's'" "and says how many there are"
has "$err" "--from for runs all again" "and the ways out" || note "$err"
rm -f rounds
run_wf -q -c '/resume @last --from for'
is "$(sort rounds | tr -d '\n')" 123 "--from the loop runs all its rounds"
rm -f rounds
run_wf -q -c "/resume @last --from 'for[2].s'"
is "$(tr -d '\n' <rounds)" 2 "--from one round runs that one"
printf '#!/bin/sh\n: >"$1"\n' >empties
chmod +x empties
run_wf -q -c '/chain "x: /echo one -> y: /bash exit 1"'
WF_EDITOR=./empties run_wf -c '/resume --edit'
is "$status" 2 "a text that the editor left empty is refused"
has "$err" "the run is as it was" "and nothing has changed"
run_wf -q -c '/chain {i: /bash seq 2 -> for x in i.lines do for y in {1,2} do s: /bash echo ${x} end end}'
run_wf -c '/resume @last --from s'
has "$err" "--from for runs all again" "of loops in loops the outer one is told"
finish
