# /answer: to a step that asks.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "q: /ask --choices red,blue Which? -> /bash cat"'
is "$status" 75 "a step that asks waits"
run_wf -o json -c '/show @last'
like "$out" '"resume":"/answer [0-9a-z]+\.q TEXT"' \
	"its document says how it goes on"
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
run_wf -c '/chain --answer q=blu "q: /ask --choices red,blue Which?"'
is "$status" 2 "--answer takes only a choice too"
has "$err" "answer one of red,blue" "and says which there are"
run_wf -c '/chain --answer q=a "v: /echo a,b -> q: /ask --choices ${v} Which?"'
is "$status" 2 "an answer cannot come before its choices are known"
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
ask='v: /echo 1.2 -> ok: /ask --choices yes,no Deploy ${v}? -> /echo did'
run_wf -c "/chain $ask"
has "$err" 'answer: Deploy 1.2? (yes, no)    /answer ' \
	"the question is put, with its choices"
run_wf -c /show
has "$out" "Deploy 1.2? (yes, no)" "/show tells it"
run_wf -c '/why @last.ok'
has "$out" "Deploy 1.2? (yes, no)" "/why too"
run_wf -o json -c /show
has "$out" '"question":"Deploy 1.2?","choices":["yes","no"]' \
	"and the document"
run_wf -c '/resume @last'
has "$err" 'Deploy 1.2? (yes, no)' "it is put again by /resume"
run_wf -o jsonl -c "/chain $ask"
has "$out" '"name":"answer","question":"Deploy 1.2?","choices":["yes","no"]' \
	"the event of JSON lines has it"
OTHER=1 run_wf -c '/chain "q: /ask --choices ${env.OTHER},2 Is it ${env.OTHER}?"'
has "$err" "Is it 1? (1, 2)" "a question may hold a variable"
run_wf -c /show
has "$out" 'Is it ${env.OTHER}?' \
	"which stays as it is written where nobody knows its value then"
run_wf -k -c '/chain "a: /ask Go? -> b: /bash sleep 0.2; echo got"' \
	-c '/answer @last fine'
is "$out" "got" "an answer in the same process: the run goes on to its end"
lacks "$err" "interrupted" "and nothing of it is interrupted"
run_wf -k -c '/chain "a: /ask Go? -> b: /bash exit 7"' \
	-c '/answer @last fine' -c '/show -o json'
has "$out" '"status":"failed"' "with the status it then has"
run_wf -k -c '/chain "a: /ask One? -> b: /ask Two? -> c: /bash cat"' \
	-c '/answer @last 1' -c '/answer @last 2'
is "$out" "2" "a second question can be answered too"
run_wf -c '/chain "a: /ask Go? -> b: /bash cat" &' -c '/bash sleep 0.3' \
	-c '/answer @-2 fine'
is "$out" "fine" "a run in the background that asks is answered"
is "$status" 0 "and its end is what counts"
run_wf -k -c '/chain "a: /ask Go? -> b: /bash cat" &' -c '/wait' \
	-c '/answer @last fine'
is "$out" "fine" "also after somebody waited for it"
run_wf -k -c '/chain "a: /ask Go? -> b: /bash cat"' -c '/cancel @last'
run_wf -c '/runs status:cancelled'
like "$out" "cancelled" "a run that asks can be cancelled where it asked"
run_wf -c '/runs'
before=$(printf '%s\n' "$out" | wc -l)
run_wf -c '/chain --answer q=x {for n in {1,2} do q: /ask Which? end}'
is "$status" 2 "--answer of a step in a loop is refused"
has "$err" "stands within for: it is answered when it asks" "and says why"
has "$err" "/answer RUN.q TEXT" "and how to answer it"
run_wf -c '/runs'
is "$(printf '%s\n' "$out" | wc -l)" "$before" "and no run was begun"
finish
