# !command: the person's own programs, with the terminal and job control.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

tty_open 90 30
enters '!test -t 0 && test -t 1 && echo both'
see '^both$' "a program has the terminal"
enters '!(exit 3)'
see '^\[3\] wf>$' "its status stands in the prompt"
# what is typed before a program has the terminal is for the next line
enters '!echo reads; read x; echo "got $x"'
shows '^reads$'
types 'some words'
keys Enter
see '^got some words$' "it reads what is typed"
# the terminal drops what is typed and not yet read when a key signals
enters '!touch begun; sleep 100'
until_ok 20 test -e begun
rm -f begun
keys C-c
see '^\[130\] wf>$' "Ctrl-C ends it, and not the shell"
enters '!sleep 100'
see '!sleep 100$' "another one"
until_ok 10 sh -c 'pgrep -x sleep >/dev/null'
keys C-z
see 'stopped: sleep 100 +/fg goes on with it' "Ctrl-Z stops it"
see '^\[148\] wf>$' "and the prompt is back"
enters '/echo meanwhile'
see '^meanwhile$' "where lines are run"
prompts
enters '/fg'
see '/fg$' "/fg goes on with it"
until_ok 10 sh -c 'ps -o stat= -C sleep | grep -q "+"'
ok $? "in front"
keys C-c
see '^\[130\] wf>$' "where Ctrl-C reaches it"
enters '!stty -echo; stty -icanon'
prompts
types 'abc'
see 'wf> abc$' "what a program does to the terminal is undone"
keys C-u
keys C-l
enters '/bash {until test -e go; do sleep 0.05; done; echo from behind} &'
see 'goes on in the b' "a run goes on behind"
enters '!echo in front; touch go; read x'
see '^in front$' "while a program has the terminal"
until_ok 20 sh -c "\"$WF\" -c '/runs status:succeeded' | grep -q 'test -e go'"
ok $? "it goes on to its end"
unseen '^from behind$' "without a word"
keys Enter
see '^from behind$' "which comes when the program is over"
prompts
enters '/bash cat /dev/tty'
see 'No such device' "a step has no terminal"
see '@tty' "and it is told how it gets one"
prompts
enters '!nosuchprogram'
see '^\[127\] wf>$' "a program that is not there is 127"
enters '/runs | (echo asks >/dev/tty; read v </dev/tty; echo "took $v")'
see '^asks$' "a filter"
keys o n e Enter
see '^took one$' "has the terminal, too"
prompts
enters '/chain "a: /bash seq 100" | tail -n 1'
see '^100$' "and gets the output of a run"
prompts
enters 'ls'
see 'did you mean !ls\? \[Y/n\]' "a bare command of the shell is asked about"
keys y
see '\[Y/n\] y$' "y runs it"
see '^go$' "as it is"
enters 'ls -a'
see 'did you mean !ls -a\?' "with its arguments, too"
keys n
see '\[Y/n\] no?$' "n does not"
prompts
enters 'ls'
shows 'mean !ls\?'
keys C-l
see 'mean !ls\?' "Ctrl-L asks anew"
types '/echo kept'
see 'wf> /echo kept$' "any other key is no, and is typed"
keys Enter
see '^kept$' "with what follows it"
prompts
enters 'chain "a: /echo x"'
see 'did you mean /chain\?' "a command without its slash is told"
prompts
enters clear
prompts
is "$(screen | head -n 1)" 'wf>' "clear is wf's own, though there is a program"

printf '/bash sleep 30\n/echo second\n' >lines
paste lines
keys Enter
see '^ *· bash|sleep 30$' "of two pasted lines the first runs"
until_ok 10 sh -c 'pgrep -x sleep >/dev/null'
keys C-c
see 'wf> /echo second$' "Ctrl-C leaves the second to be looked at"
keys C-u
enters '!touch begun; exec cat'
until_ok 20 test -e begun
keys C-z
see 'stopped: touch begun; exec cat' "a program is stopped"
enters '/quit'
see 'stopped: touch begun; exec cat .*/quit again leaves' "it is not left without a word"
enters '/bash sleep 30 &'
see 'goes on in the b' "and a run goes on"
keys C-d
see 'again leaves' "told anew behind another line"
keys C-d
see '\[S\]tay\? *$' "then it is the run's turn"
keys w
see 'tay\? w$' "which is waited for"
keys C-c
see '1 running wf> *$' "until Ctrl-C, which stays"
finish
