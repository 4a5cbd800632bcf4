# Programs of the person's: the terminal is theirs, and comes back.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

programs() {
	enters "!echo 'runs $1'"
	see "^runs $1\$" "!text runs $1"
	prompts
	ok $? "and the prompt comes back $1" || note "$(screen)"
	enters "!echo 'now $1'; exec cat"
	shows "^now $1\$"
	keys C-z
	see '^wf: stopped: echo ' "Ctrl-Z stops it $1"
	see '/fg goes on with it' "and it is said how it goes on $1"
	prompts
	enters "/echo 'meanwhile $1'"
	see "^meanwhile $1\$" "and lines run meanwhile $1"
	prompts
	enters '/fg'
	until_ok 20 sh -c 'ps -o stat= -C cat | grep -q "+"'
	enters "again $1"
	see "^again $1\$" "/fg goes on with it $1"
	keys C-d
	prompts
	ok $? "to its end $1" || note "$(screen)"
	enters "!echo 'sleeps $1'; exec sleep 100"
	shows "^sleeps $1\$"
	keys C-c
	see '^\[130\] wf> *$' "Ctrl-C ends it, not wf, $1"
}

tty_open
programs "in a terminal of its own"
columns=80 rows=24
tty_start "PS1='sh> ' exec sh -i"
shows 'sh> *$'
enters "LANG=C.UTF-8 '$WF'"
shows 'wf> *$'
programs "below a shell with job control"
enters exit
see 'sh> *$' "the shell has its terminal at the end"
finish
