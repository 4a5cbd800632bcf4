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
has "$err" "has succeeded" "and says so"
lacks "$err" "/resume" "without advice that cannot help"
rm -f go
"$WF" -c '/chain "a: /bash \"while ! test -e go; do sleep 0.05; done\" -> b: /echo x"' \
	>got 2>"$WORLD/e" &
pid=$!
until_ok 20 sh -c '"$WF" -c /runs | grep -q " running "'
run_wf -c '/pause'
touch go
wait $pid
is $? 75 "a paused run ends its shell with 75"
advice=$(sed -n 's/.* \(\/continue [a-z0-9]*\).*/\1/p' "$WORLD/e")
run_wf -c "$advice"
is "$status" 0 "the command it names goes on with the run" || note "$err"
is "$out" "x" "to its end"
run_wf -k -c '/chain "a: /ask Go?"' -c /continue
has "$err" "/answer" "a run that asks wants an answer"
finish
