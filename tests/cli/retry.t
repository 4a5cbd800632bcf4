# /retry: a new run from the first step that failed.
. "${0%/*}/../lib.sh"

run_wf -c '/chain "a: /bash \"echo a >>ledger; echo A\" -> b: /bash \"cat; test -e go\""'
first=$("$WF" -o json -c '/runs' | grep -o '"run":"[^"]*"' | cut -d'"' -f4)
touch go
run_wf -c '/retry'
is "$status" 0 "/retry runs what had failed"
is "$out" "A" "with the results there are"
is "$(cat ledger)" "a" "which do not run again"
run_wf -o json -c '/show @last'
has "$out" "\"parent\":\"$first\"" "it is a new run that names the old one"
run_wf -o json -c "/show $first"
has "$out" '"status":"failed"' "which stays as it was"
run_wf -c '/retry zzzzzz'
is "$status" 1 "an unknown run is a failure"
run_wf -c '/chain "/echo fine"'
run_wf -c /retry
is "$status" 1 "a run that has succeeded has nothing to retry"
has "$err" "nothing of run" "and says so"
finish
