# One signal ends wf within about a second, whatever it is in the middle of.
. "${0%/*}/../lib.sh"

# begin LINE, signalled NAME STATUS LINE SENTENCE: the line makes the file
# "started" when it runs.
begin() {
	rm -f started
	env --default-signal=INT "$WF" -c "$1" >"$WORLD/out" 2>"$WORLD/err" &
	pid=$!
	until_ok 20 test -e started
}

gone() {
	! kill -0 "$1" 2>/dev/null
}

signalled() {
	begin "$3"
	kill -s "$1" "$pid"
	# far less than the loop lasts; the alarm is set to one second
	( until_ok 5 gone "$pid" || kill -KILL "$pid" ) &
	wait "$pid"
	is $? "$2" "$4"
	has "$(cat "$WORLD/err")" "is interrupted    /resume" \
		"and says how to go on with the run ($1)"
}

loop='a: /bash touch started -> b: /lua while true do end'
signalled INT 130 "/chain {$loop}" "INT ends wf while Lua computes"
signalled TERM 143 "/chain {$loop}" "TERM does"
signalled HUP 129 "/chain {$loop}" "HUP does"
run_wf -c '/runs --all -o json'
is "$(printf '%s' "$out" | grep -o '"status":"interrupted"' | wc -l)" 3 \
	"and the runs are interrupted"
signalled INT 130 \
	"/chain {a: /bash touch started -> [/lua {while true do end}, /lua {while true do end}, /lua {while true do end}]}" \
	"also when more of it waits for a thread"

begin '/bash touch here | sh -c "touch started; exec sleep 60"'
kill -s INT "$pid"
( until_ok 5 gone "$pid" || kill -KILL "$pid" ) &
wait "$pid"
is $? 130 "what wf waits for does not keep it"

finish
