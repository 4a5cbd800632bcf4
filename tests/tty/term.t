# The terminal itself: stopping, resizing, narrow and dumb ones, its end.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

columns=80 rows=24
tty_start "PS1='sh> ' exec sh -i"
shows 'sh> *$'
enters "LANG=C.UTF-8 '$WF'"
shows 'wf> *$'
types '/echo before'
shows '^wf> /echo before$'
keys C-z
see 'Stopped|Suspended' "Ctrl-Z at the prompt stops the shell"
enters 'stty -a | grep -c -e "-icanon"'
see '^0$' "with the terminal as it was found"
enters fg
see 'wf> /echo before$' "fg brings the line back"
enters ' after'
see '^before after$' "to be gone on with"
prompts
enters '/bash {touch begun; while ! test -e go; do sleep 0.05; done; echo came}'
until_ok 20 test -e begun
keys C-z
see 'sh> *$' "Ctrl-Z during a run stops the shell too"
touch go
enters fg
see '^came$' "the run has gone on, and its end is told"
prompts
rm -f go begun

enters '/chain {a: /bash {echo 0123456789 0123456789 0123456789 0123456789; while ! test -e go; do sleep 0.05; done}}'
see '^· a ' "a live view"
tty_size 40 20
see '^· a .{25,35}$' "is drawn anew in a narrower window"
tty_size 100 24
see '0123456789 0123456789$' "and in a wider one"
touch go
see 'run [0-9a-z]{6} succeeded' "and its run ends as ever"
is "$(screen | grep -c '^✓ a')" 1 "with one line for its step"
rm -f go
prompts
types '/echo 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234567890'
tty_size 40 20
keys Enter
see '1234567890 1234567890' "a wrapped line runs whole"
prompts
enters 'exit'
shows 'sh> *$'
enters 'stty -a | grep -c -e "-icanon"'
see '^0$' "the end gives the terminal back"

tty_open 40 15
enters '/chain "build: /bash true -> test: /bash exit 3"'
see '/logs [0-9a-z]{6} test' "at 40 columns the commands to copy stay whole"
tty_open 80 24 TERM=dumb
ok $? "a dumb terminal gets a prompt"
enters '/chain "a: /bash true -> b: /echo end"'
see '^a ok' "and lines instead of a live view"
see '^end$' "a run ends there too"
unseen '\[[0-9?]+[a-zA-Z]' "with no escape sequence"
tty_open 80 24 LC_ALL=C
enters '/chain "a: /bash true -> b: /echo ä"'
see '^ok +a ' "in the C locale marks are words"
see '^ä$' "and bytes stay what they are"

tty_open
enters '/chain {a: /bash {touch begun; sleep 30; echo never}}'
until_ok 20 test -e begun
tm kill-server
until_ok 20 sh -c '"$WF" -c "/runs status:interrupted" | grep -q begun'
ok $? "a terminal that is closed leaves the run interrupted"
until_ok 10 sh -c '! ps -eo args | grep -q "^sleep 30$"'
ok $? "and nothing of it running"
tty_open
enters '/runs'
see 'interrupted' "the next shell can see it"
enters '/resume @last'
see '^wf: a runs again: it was running' "what ran when it was cut runs again, and why is told"
finish
