# The process that a terminal's shell waits for: stopped, continued, killed,
# and terminals that go away.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"
command -v bash >/dev/null || skip_all "bash has the jobs"

monitor() { # of the wf in the terminal
	tty=$(tm display -p '#{pane_tty}')
	ps -t "${tty#/dev/}" -o pid=,ppid=,args= | awk -v wf="$WF" '
		$3 == wf { parent[$1] = $2 }
		END { for (i in parent) if (!(parent[i] in parent)) print i }'
}
child() {
	ps -eo pid=,ppid= | awk -v p="$(monitor)" '$2 == p { print $1 }'
}
shell() { # an interactive one in the terminal, and wf in it
	tm kill-server 2>/dev/null
	columns=100 tty_start "PS1='$ ' $1 -i"
	shows '^\$$'
	enters "'$WF'"
	until_ok 10 last_is 'wf>'
}
at_shell() {
	until_ok 10 last_is '\$'
}
is_gone() {
	! kill -0 "$1" 2>/dev/null
}
is_cut() {
	"$WF" -c /runs -o json | grep -q '"status":"interrupted"'
}

for sh in sh 'bash --norc'; do
	shell "$sh"
	types '/echo kept'
	until_ok 10 last_is 'wf> /echo kept'
	keys C-z
	see 'Stopped' "Ctrl-Z stops wf for $sh -i"
	at_shell
	enters fg
	until_ok 10 last_is 'wf> /echo kept'
	ok $? "fg brings back the line" || note "$(screen)"
	keys Enter
	see '^kept$' "which can be entered"
done
until_ok 10 last_is 'wf>'
kill -STOP "$(child)"
at_shell
ok $? "a stop of the child gives the shell its terminal" || note "$(screen)"
enters fg
until_ok 10 last_is 'wf>'
ok $? "fg the prompt" || note "$(screen)"
enters '/quit'
at_shell

for sig in TERM=143 HUP=129 KILL=137; do
	name=${sig%=*} number=${sig#*=}
	shell 'bash --norc'
	enters '/bash {echo $$ >pid; exec sleep 1000} &'
	until_ok 10 test -s pid
	until_ok 10 last_is '1 running wf>'
	kid=$(child)
	kill -"$name" "$(monitor)"
	at_shell
	enters 'echo status $?'
	see "^status $number$" "$name to the monitor ends wf"
	until_ok 10 is_gone "$kid"
	ok $? "the child too"
	until_ok 10 is_gone "$(cat pid)"
	ok $? "and what it ran"
	is_cut
	ok $? "the run is interrupted"
	"$WF" -q -c /cancel
	rm -f pid
done

shell 'bash --norc'
enters '/chain {a: /bash {echo $$ >pid; exec sleep 1000} -> b: /bash true}'
see '^· a +[0-9]' "a run is shown"
kill -KILL "$(monitor)"
at_shell
ok $? "KILL to the monitor then: the outer prompt is all that comes" ||
	note "$(screen)"
until_ok 10 is_cut
"$WF" -q -c /cancel
rm -f pid

shell sh
kill -KILL "$(child)"
see 'Killed' "KILL to the child ends wf"
at_shell
enters 'stty -a | grep -c -e "-icanon"'
see '^0$' "and the terminal is as it was found"

shell 'bash --norc'
enters '/bash {echo $$ >pid; while ! test -e go; do sleep 0.05; done; echo finished}'
until_ok 10 test -s pid
tm kill-server
until_ok 10 is_gone "$(cat pid)"
ok $? "when the terminal goes away in the middle of a run nothing is left"
until_ok 10 is_cut
ok $? "the run is interrupted"
touch go
run_wf -q -c '/resume @last'
is "$out" finished "and can be finished"
rm -f pid go

tty_start "exec '$WF'"
until_ok 10 last_is 'wf>'
keys C-z
enters '/echo goes on'
see '^goes on$' "as the terminal's only program it does not stop"
enters '/bash {echo $$ >pid; exec sleep 1000} &'
until_ok 10 test -s pid
tm kill-server
until_ok 10 is_gone "$(cat pid)"
ok $? "and takes its background runs along"

shell 'bash --norc'
enters '/quit'
at_shell
enters "'$WF' | cat"
until_ok 10 last_is 'wf>'
enters '/echo through a pipe'
see '^(wf> )?through a pipe$' "wf may be the first of a pipeline"
enters '/quit'
at_shell
ok $? "and leaves it"
finish
