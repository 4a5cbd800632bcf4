# The table of exit statuses: a failure is never reported as success.
. "${0%/*}/../lib.sh"

expect() { # STATUS SENTENCE LINE [OPTION...]
	want=$1 sentence=$2 line=$3
	shift 3
	run_wf "$@" -c "$line"
	is "$status" "$want" "$sentence"
}

expect 0 "success is 0" '/bash true'
expect 7 "one process step passes its own status" '/bash exit 7'
expect 127 "a program that is not found is 127" '/exec no-such-program'
touch plain
expect 126 "a file that cannot be executed is 126" '/exec ./plain'
expect 137 "a process killed by KILL is 137" '/bash kill -9 $$'
expect 1 "a failed workflow is 1" '/chain "/bash true -> /bash exit 9"'
expect 2 "a syntax error is 2" '/chain "a ->"'
expect 2 "an unknown command is 2" '/nosuch'
expect 2 "plain text is 2" 'make all'
expect 124 "a timeout is 124" '/chain "/bash sleep 9 @timeout=50ms"'
expect 3 "continue_on_failure with a success is 3" \
	'/chain --on-error continue_on_failure "[/bash false, /bash true]"'
expect 1 "continue_on_failure without any is 1" \
	'/chain --on-error continue_on_failure "[/bash false, /bash false]"'
expect 75 "waiting for a person is 75" '/chain "/ask Go on?"'
has "$err" "/answer " "and the command to answer is printed"
expect 5 "a step in the background counts at the end" '/bash exit 5 &'
expect 0 "unless the end does not wait" '/bash "sleep 20" &' --no-wait
expect 3 "! passes the shell's status" '!exit 3'
expect 1 "a failing | command fails the line" '/echo x | exit 1'
expect 0 "a | command that does not read is fine" '/echo x | true'
expect 1 "a redirection that cannot be opened fails the line" \
	'/echo x > /nowhere/file'

for sig in INT TERM HUP; do
	case $sig in INT) want=130 ;; TERM) want=143 ;; HUP) want=129 ;; esac
	rm -f begun
	# A shell's background jobs ignore INT; nohup's ignore HUP.
	env --default-signal=$sig "$WF" \
		-c '/chain "a: /bash \"echo > begun; sleep 60\""' \
		>"$WORLD/out" 2>"$WORLD/err" &
	pid=$!
	until_ok 20 test -s begun
	kill -s $sig $pid
	wait $pid
	is $? $want "wf ended by $sig exits with $want"
	has "$(cat "$WORLD/err")" "/resume" "and says how to go on after $sig"
	run_wf -o json -c '/show @last'
	has "$out" '"status":"interrupted"' "its run is interrupted by $sig"
done

out=$(printf '/echo a\n/bash exit 4\n/echo c\n' | "$WF")
is $? 4 "a script's status is that of the line that failed"
is "$out" "a" "and nothing runs behind it"
out=$(printf '/echo a\n/bash exit 4\n/echo c\n/bash exit 6\n' | "$WF" -k)
is $? 4 "-k gives the first failure"
is "$out" "a
c" "-k goes on"

if [ -w /dev/full ]; then
	"$WF" -c '/echo x' >/dev/full 2>"$WORLD/err"
	is $? 1 "a full disk under standard output is a failure"
	has "$(cat "$WORLD/err")" "No space left" "and is told"
	for form in text json jsonl; do
		for line in '/bash seq 100000' '/chain "/echo x"' /runs /nope; do
			"$WF" -q -o $form -c "$line" >/dev/full 2>"$WORLD/err"
			code=$?
			[ $code -eq 1 ] || [ "$line$code" = /nope2 ]
			ok $? "for $line -o $form it is no closed pipe" ||
				note "$code"
			[ "$form$line" = text/nope ] ||
				has "$(cat "$WORLD/err")" "No space left" \
					"and is told"
		done
	done
	"$WF" -c '/help' >/dev/full 2>"$WORLD/err"
	is $? 1 "for commands too"
	"$WF" --version >/dev/full 2>/dev/null
	is $? 1 "for --version too"
fi
"$WF" -c '/echo x' >&- 2>"$WORLD/err"
is $? 1 "a closed standard output is a failure"
"$WF" -c '/bash true' <&-
is $? 0 "a closed standard input is no reason to fail"
{
	"$WF" -c '/bash yes'
	echo $? >"$WORLD/status"
} | head -n 1 >/dev/null
is "$(cat "$WORLD/status")" 141 "without a reader wf ends as by PIPE"
run_wf -c '/chain --timeout 1 "a: /bash sleep 30"'
like "$err" 'run [0-9a-z]+ timed out after 1' "a run's timeout is said"
run_wf -c '/chain --save-state "a: /echo x -> b: /echo y"'
like "$err" 'succeeded.*/resume' "--save-state says how to resume"
# The table of EXIT STATUS in wf(1).
while read -r want line; do
	run_wf -q -c "$line"
	is "$status" "$want" "exit $want: $line"
done <<'END'
7 /chain {/bash exit 7}
7 /swarm {/bash exit 7}
2 /chain {/grep x nofile}
127 /chain {/bash nope-x}
126 /exec /etc/passwd
137 /chain {/bash kill -9 $$}
1 /chain {/bash exit 7 -> /echo x}
1 /chain {/chain {/bash exit 7}}
1 /chain {if true then /bash exit 7}
1 /chain {/bash nope-x -> /echo x}
3 /chain --on-error continue_on_failure {[/bash true, /bash false]}
1 /chain --on-error continue_on_failure {[/bash false, /bash false]}
4 /chain {/task hello -> /echo x}
75 /chain {/ask x -> /echo y}
124 /chain {/bash sleep 61 @timeout=100ms -> /echo x}
124 /chain --timeout 100ms {/bash sleep 61 -> /echo x}
END
finish
