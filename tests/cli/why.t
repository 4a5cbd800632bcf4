# /why: reasons from recorded facts.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "a: /bash false -> b: /echo x"'
run_wf -c '/why @last.b'
is "$status" 0 "/why explains a step"
has "$out" "needs" "a skipped step names what it needs"
run_wf -c '/why'
like "$out" '^a$' "without a step all are explained: the first"
like "$out" '^b$' "and the second"
run_wf -c '/flow "if 1 > 2 then /echo yes else /echo no end"'
run_wf -c '/why'
is "$status" 0 "/why explains a branch"
run_wf -c '/why @last.nobody'
is "$status" 1 "an unknown step is a failure"
run_wf -o json -c '/why'
has "$out" '"because"' "JSON has the reasons"

run_wf -c '/chain "a: /echo A -> b: /bash test -e go -> c: /echo end"'
first=$("$WF" -o json -c '/runs' | grep -o '"run":"[^"]*"' | cut -d'"' -f4 |
	head -n 1)
touch go
run_wf -c '/retry'
run_wf -c '/why @last.a'
like "$out" "taken over +from run $(echo "$first" | cut -c1-6)" \
	"a result that was taken over by /retry names its run"
run_wf -c '/chain --resume-from=c "a: /echo A -> b: /bash test -e go -> c: /echo end"'
run_wf -c '/why @last.b'
like "$out" 'taken over +from run [0-9a-z]{6}' "so does --resume-from"
rm go
run_wf -c '/chain "x: /echo one -> y: /bash test -e go"'
touch go
run_wf -c '/resume'
run_wf -c '/why @last.y'
like "$out" 'run again +by /resume$' "a step that was resumed says so"
run_wf -c '/resume @last --from x'
run_wf -c '/why @last.y'
like "$out" 'run again +by /resume --from x$' "and by which --from"
run_wf -c "/resume @last --force --text '\"x: /echo one -> y: /bash true\"'"
run_wf -c '/why @last.x'
has "$out" "from before this run's text was edited" "and by which edit"

run_wf -c '/chain "l: for x in {1,2,3,4} do t: /bash {test ${x} != 3} end"'
run_wf -c '/why @last.l'
like "$out" "finished +failed: item 3: step 't' failed: exit 1" \
	"a loop that fails says which item did, and how"
like "$out" 'failed in +l\[3\]\.t: exit 1' "/why names the failed item's step"
lacks "$out" "l[2]" "and no other"
run_wf -c '/chain "m: for x in {1,2,3} do t: /bash exit 1 end"'
run_wf -c '/why @last.m'
like "$out" "finished +failed: item 1: step" "of several the first is named"
like "$out" 'failed in +m\[3\]\.t: exit 1' "and all are listed"
run_wf -c '/chain "l: for x in {1,2,3,4} do t: /bash {test ${x} != 3} end"'
run_wf -o json -c '/show @last'
has "$out" "\"error\":\"item 3: step 't' failed: exit 1\"" \
	"the document has the item too"
run_wf -q -c '/chain {q: /echo no -> if q.output == "yes" then y: /echo Y else n: /echo N end}'
run_wf -c '/why @last.if'
like "$out" 'not taken +q.output == "yes" is false' \
	"a branch that was passed over is named with its condition"
like "$out" 'branch +else' "and the one that was taken"
run_wf -c '/why @last.if.y'
like "$out" 'not run +if did not take its branch' \
	"a step of the branch that was not taken is explained"
run_wf -c '/why @last.if.x'
is "$status" 1 "one that the plan has not is a failure"
"$WF" -c '/chain {b: /bash {touch begun; sleep 20} -> c: /echo x}' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e begun
kill -9 $pid
wait $pid
until_ok 20 sh -c '"$WF" -c "/runs" | grep -q interrupted'
run_wf -c '/why'
like "$out" 'cut off +its shell ended while it ran' \
	"a step whose shell died is told as cut off"
like "$out" 'needs +b, which was cut off' "also to those that need it"
run_wf -c '/graph @last'
like "$out" 'b .*\[interrupted\]' "and is drawn so"
run_wf -q -c '/chain "a: /bash true -> b: /ask Why? -> c: /echo x"'
run_wf -c '/why @last.c'
like "$out" 'needs +b, which is (running|waiting)$' "a need that is not met reads well"
run_wf -c '/why @last.b'
like "$out" 'needs +a, which succeeded$' "one that is met too"
run_wf -q -c '/chain "a: /bash false -> b: /echo x -> c: /echo y"'
run_wf -c '/why @last.c'
like "$out" 'needs +b, which was skipped$' "and one that was skipped"
run_wf -q -c '/chain "a: /bash true @fallback={x: /bash echo}"'
run_wf -c '/why @last.a.fallback.x'
like "$out" 'not run +a did not need its @fallback' \
	"a fallback that was not needed is explained"
run_wf -q -c "/def sub 'build: /bash exit 3 -> x: /echo X'" \
	-c '/chain {build: /echo outer -> s: /sub}'
run_wf -c '/why @last.build'
like "$out" 'finished +ok' "a path is not taken for a name within"
lacks "$out" "exit 3" "nor are their facts mixed"
run_wf -c '/resume @last --from build'
has "$out$err" "build started" "and --from takes it" || note "$out $err"
run_wf -q -c '/chain {first: /echo 1 -> for x in {"a"} do w: /bash exit 1 end -> last: /echo 2}'
run_wf -c '/why @last.last'
like "$out" 'skipped +the run stopped after for failed$' \
	"what stopped the run is told, not its first step"
run_wf -q -c '/chain "g: if 1 == 1 then a: /bash {test -e once && sleep 9; touch once; exit 1} end @retry=1 @backoff=1 @timeout=1500ms"'
run_wf -c '/show'
like "$out" ' g +failed .*timed out' \
	"a composite that timed out in its second attempt has its line" || note "$out"
finish
