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
run_wf -c '/chain {pay: /bash false @effect=once @retry=2 @backoff=1}'
has "$err" "@effect=once: @retry does not try it again" \
	"why a once step is not tried again is told"
lacks "$err" "attempt 1/3" "and no further attempts are promised"
run_wf -c "/chain \"a: /query why @retry=3 @backoff=1\""
like "$err" '^a failed' "a step that this wf cannot run fails"
lacks "$err" "retrying" "and is not tried again"
has "$err" "not tried again: it would fail" "which is told"
run_wf -c '/chain "[a: /read late @retry=9 @backoff=1, b: /bash {sleep 0.1; echo here >late.new; mv late.new late}]"'
is "$status" 0 "a file that is missing may come"

# What a rollback undid is not there any more: it runs again.
mkdir st
line='up: /bash "touch st/server; echo srv" @undo="/bash rm st/server" -> use: /bash "test -e st/ok && ls st/server"'
run_wf -c "/chain --on-error rollback {$line}"
is "$status $(ls st)" "1 " "a run fails and rolls back"
run_wf -c '/retry'
lacks "$err" "up taken over" "/retry takes over no step that was undone"
has "$err" "rolling back" "and rolls back when it fails"
is "$status $(ls st)" "1 " "so that nothing is left"
touch st/ok
run_wf -c '/retry'
is "$status $out" "0 st/server" "the step that was undone has run again" ||
	note "$err"
rm st/*
run_wf -c "/chain --on-error rollback {$line}"
touch st/ok
run_wf -c "/chain --on-error rollback --resume-from=use {$line}"
is "$status $out" "0 st/server" "so it does with --resume-from" || note "$err"
rm st/*
line='(up: /bash "touch st/server" @undo="/bash rm st/server") -> mid: /bash "echo m >>st/mid" -> use: /bash "test -e st/ok && ls st/server"'
run_wf -c "/chain --on-error rollback {$line}"
touch st/ok
run_wf -c '/retry'
is "$status $out" "0 st/server" "so does a step within a group" || note "$err"
is "$(wc -l <st/mid)" 2 "and what follows from it"
rm st/*
line='up: /bash "touch st/server; echo srv" @undo="/bash rm st/server" -> use: /bash "test -e st/ok && ls st/server"'
run_wf -c "/chain --on-error rollback {$line}"
run_wf -c "/resume @last --text '/chain {up: /bash \"touch st/server\" -> use: /bash \"ls st/server\"}'"
is "$status $out" "0 st/server" \
	"an edit may change a step that was undone, and runs it" || note "$err"
run_wf -q -c '/chain --save-state "a: /bash exit 1"'
run_wf -q -c '/retry'
run_wf -c '/runs'
is "$(printf '%s\n' "$out" | grep -c pinned)" 2 \
	"the retry of a run with --save-state is kept too"
finish
