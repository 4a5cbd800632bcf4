# The prompt of a dumb terminal: keys that must not end the shell.
. "${0%/*}/../lib.sh"

command -v script >/dev/null || skip_all "script(1) makes the terminal"
mkfifo keys
TERM=dumb script -qec "$WF" /dev/null <keys >screen 2>&1 &
pid=$!
exec 3>keys

# Until the screen shows a text.
shows() {
	until_ok 20 grep -q -e "$1" screen
}

shows 'wf> '
ok $? "a terminal gets a prompt"
printf '\003' >&3
printf '/bash expr 40 + 2\n' >&3
shows '\(^\|> \)42'
ok $? "Ctrl-C at the prompt leaves the shell alive" || note "$(cat screen)"
# Text typed before the prompt is there would stand before it.
until_ok 20 sh -c 'tail -c 4 screen | grep -q "wf> "'
printf '/bash printf no-newline\n' >&3
until_ok 20 grep -q "^no-newline.\{0,1\}\$" screen
ok $? "the prompt behind an output without newline begins a line" ||
	note "$(cat screen)"
printf '/chain "a: /bash sleep 61"\n' >&3
shows 'a started'
printf '\003' >&3
shows 'run .* cancelled'
ok $? "Ctrl-C during a run cancels it" || note "$(cat screen)"
shows 'Ctrl-C again'
ok $? "and says what a second one does"
printf '/chain "c: /bash \\"trap : INT TERM; while :; do sleep 1; done\\""\n' >&3
shows 'c started'
printf '\003' >&3
until_ok 20 sh -c 'test "$(grep -c "Ctrl-C again" screen)" -eq 2'
printf '\003' >&3
until_ok 20 sh -c 'test "$(grep -c "run .* cancelled" screen)" -eq 2'
ok $? "a second one kills what does not listen" || note "$(cat screen)"
printf '/bash sleep 62 &\n/wait\n' >&3
shows 'goes on in the background'
printf '\003' >&3
printf '/bash expr 50 + 5\n' >&3
shows '\(^\|> \)55'
ok $? "and one ends a wait only" || note "$(cat screen)"
printf '/cancel @-2\n/quit\n' >&3
wait $pid
ok 0 "the shell ends when it is told to"
exec 3>&-
run_wf -c '/runs status:interrupted'
lacks "$out" "interrupted" "and no run was left behind"

for end in '\004' '/quit\n'; do
	TERM=dumb script -qec "$WF" /dev/null <keys >screen2 2>&1 &
	pid=$!
	exec 3>keys
	until_ok 20 sh -c 'tail -c 4 screen2 | grep -q "wf> "'
	for status in 4 7; do
		printf '/bash exit %d\n' $status >&3
		until_ok 20 sh -c "grep -q 'exit $status\$' screen2 ||
			grep -q 'exit $status.\$' screen2"
		until_ok 20 sh -c 'tail -c 4 screen2 | grep -q "wf> "'
	done
	printf "$end" >&3
	wait $pid
	is $? 7 "the last line's status is the shell's after $end"
	exec 3>&-
done

# What is to be copied is whole, however narrow the terminal.
if command -v script >/dev/null; then
	for columns in 40 60 80; do
		for line in 'a b' '/chain "a: /bash exit 3"' \
			'/chain "a: /ask Which of the two shall it be?"'; do
			printf '%s' "$line" >line.wf
			COLUMNS=$columns script -qec "$WF line.wf" /dev/null \
				</dev/null | tr -d '\r' >"$WORLD/screen"
			is "$(awk -v n=$columns 'length > n' "$WORLD/screen")" \
				"" "$line fits in $columns columns"
			grep -Eq '\[E101\]|/resume [0-9a-z]{6}$|/answer [0-9a-z]{6}.a TEXT' \
				"$WORLD/screen"
			ok $? "and what is to be copied stands in one line"
		done
	done
fi
run_wf -c 'a b'
has "$err" "is a prompt only at the terminal  [E101]" \
	"where no terminal is, a line is not broken"

# Nothing behind the last byte of an output, but on a terminal.
printf '/bash printf bare\n' >bare.wf
run_wf bare.wf
is "$(od -c <"$WORLD/out" | head -n 1)" "0000000   b   a   r   e" \
	"an output is passed as it is"
script -qec "$WF bare.wf" /dev/null </dev/null >screen3 2>&1
has "$(od -c screen3 | tr -s ' ')" 'b a r e \r \n' \
	"on a terminal what comes next begins a line"
finish
