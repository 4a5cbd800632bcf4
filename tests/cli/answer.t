# /answer: to a step that asks.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "q: /ask --choices red,blue Which? -> /bash cat"'
is "$status" 75 "a step that asks waits"
run_wf -c '/answer @last green'
is "$status" 2 "an answer that is no choice is refused"
has "$err" "red,blue" "and the choices are named"
run_wf -c '/answer @last.q blue'
is "$status" 0 "an answer lets the run go on"
is "$out" "blue" "and is the step's output"
run_wf -c '/answer @last blue'
is "$status" 1 "a run that has ended takes no answer"
run_wf -c '/chain --answer q=blue "q: /ask --choices red,blue Which? -> /bash cat"'
is "$out" "blue" "--answer answers beforehand"
run_wf -c '/chain "q: /ask Which? -> /bash cat" --answer=q=both'
is "$out" "both" "also behind the text"
run_wf -c '/chain --answer nobody=x "q: /ask Which?"'
is "$status" 2 "--answer needs a step that is there"
"$WF" -c '/chain "[q: /ask Which?, s: /bash \"while ! test -e go; do sleep 0.05; done\"]"' \
	>got 2>"$WORLD/e" &
pid=$!
until_ok 20 grep -q 'waits for an answer' "$WORLD/e"
run_wf -c '/answer @last.q from afar'
is "$status" 0 "a run of another shell can be answered"
touch go
wait $pid
is $? 0 "and ends there"
has "$(cat got)" "from afar" "with the answer"
finish
