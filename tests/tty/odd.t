# Terminals that are narrow, low, dumb or of another mind; wide characters.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

cursor_is() {
	[ "$(tm display-message -p '#{cursor_x},#{cursor_y}')" = "$1" ]
}

# cursor X,Y SENTENCE
cursor() {
	until_ok 20 cursor_is "$1"
	ok $? "$2" || note "$(tm display-message -p '#{cursor_x},#{cursor_y}'):
$(screen)"
}

# fresh: an empty prompt on the first row.
top_only() {
	[ "$(tm capture-pane -p | grep -c .)" -eq 1 ] &&
		last_is '([0-9]+ running |\[[0-9]+\] )*wf>'
}

fresh() {
	keys C-e C-u C-l
	until_ok 20 top_only # what was there has gone behind it
	tm clear-history
}

accent=$(printf 'e\314\201')
tty_open 40 24
fresh
types '/echo 日本語 x'
cursor 18,0 "a wide character takes two columns"
keys Left Left
cursor 16,0 "Left goes over one column of a blank"
keys Left
cursor 14,0 "and over both of a wide one"
keys BSpace
see '^wf> /echo 日語 x$' "Backspace takes a whole character"
cursor 12,0 "and both its columns"
keys Enter
see '^日語 x$' "and what is left runs"
prompts
fresh
types '/echo 👍 x'
cursor 14,0 "an emoji takes two"
keys Left Left Left
cursor 10,0 "which Left passes at once"
keys Delete
see '^wf> /echo  x$' "and Delete removes"
fresh
types '/echo 1234567890 1234567890 1234567890 日本語 end'
cursor 13,1 "a line over 40 columns goes on in the next row"
keys Home
cursor 4,0 "Home goes to its beginning"
types ' '
keys End
cursor 14,1 "End to its end"
keys Home Delete End
cursor 13,1 "and editing keeps it whole"
tty_size 30 24
cursor 23,1 "in a narrower window it is wrapped anew"
types ' more'
tty_size 60 24
see '^wf> /echo 1234567890 1234567890 1234567890 日本語 end more$' \
	"and in a wider one, with what was typed meanwhile"
keys Enter
see '^1234567890 1234567890 1234567890 日本語 end more$' "and runs whole"
prompts
fresh
types "/echo ${accent}b"
cursor 12,0 "a combining character takes no column"
keys Left Left
cursor 10,0 "and is passed with its letter"

tty_open 60 5
enters '/help'
see '/quit leaves\.$' "five rows are enough for a prompt"
prompts
types '/re'
keys Tab
see '^/retry ' "for a list"
keys C-u
enters '/chain {[a: /bash {while ! test -e go; do sleep 0.05; done}, b: /bash {while ! test -e go; do sleep 0.05; done}, c: /bash {while ! test -e go; do sleep 0.05; done}, d: /bash {while ! test -e go; do sleep 0.05; done}, e: /bash {while ! test -e go; do sleep 0.05; done}, f: /bash {while ! test -e go; do sleep 0.05; done}]}'
see '0 of 6 done' "and for a live view"
touch go
see 'run [0-9a-z]{6} succeeded' "which ends"
prompts
is "$(screen | grep -c '^✓ [a-f]')" 6 "with each step told once" ||
	note "$(screen)"

tty_open 80 24 LC_ALL=C
fresh
types '/echo 日本語 x'
keys Left Left BSpace
cursor 14,0 "in the C locale UTF-8 is edited by characters too"
keys Enter
see '^日本 x$' "and runs"
prompts
enters '/bash echo $LC_ALL'
see '^C$' "with the environment as it was"

tty_open 80 24 TERM=dumb
types '/echo hi'
keys Left Left
types 'X'
keys Enter
see '^Xhi$' "a dumb terminal edits a line"
types '/re'
keys Tab
see '^/retry ' "and completes"
keys C-c
tty_open 80 24 TERM=
enters '/echo no terminal type'
see '^no terminal type$' "without a TERM there is a prompt as well"

tty_open 80 24 NO_COLOR=1
enters '/chain "a: /bash true -> b: /bash false"'
see '^✗ b' "NO_COLOR leaves the marks"
tm capture-pane -p -e | grep -q "$(printf '\033\[[0-9;]*m')"
[ $? -ne 0 ]
ok $? "and no colour" || note "$(tm capture-pane -p -e | cat -v)"
tty_open
enters '/chain "a: /bash true -> b: /bash false"'
see '^✗ b' "without it"
tm capture-pane -p -e | grep -q "$(printf '\033\[[0-9;]*m')"
ok $? "there are colours"

rm -f go
enters '/chain {a: /bash {while ! test -e go; do sleep 0.05; done} -> b: /echo b}  &'
prompts
enters '/quit'
shows 'tay\? *$'
touch go
see 'run [0-9a-z]{6} succeeded' "what a run tells while a question stands"
see '^1 run goes on: .*tay\? *$' "leaves the question readable"
until_ok 20 last_is '1 run goes on: .*tay\?'
ok $? "which is asked again below" || note "$(screen)"
keys s
prompts

cat >inputrc <<'END'
set editing-mode vi
$if wf
"\C-t": "/echo bound for wf"
$endif
$if other
"\C-t": "/echo bound for others"
$endif
END
tty_open 80 24 INPUTRC=inputrc
keys C-t
see '^wf> /echo bound for wf$' "\$if wf of an inputrc is for us"
keys Enter
see '^bound for wf$' "and its text runs"
prompts
types '/echo one two three'
keys Escape
keys 0
types 'wwcw'
types '2'
keys Escape
keys Enter
see '^2 two three$|^one 2 three$' "editing-mode vi edits as vi does"
prompts
types '/hel'
keys Tab
see '^wf> /help *$' "Tab completes in it"
keys Escape
keys k k
see '^wf> /echo bound for wf$|^wf> /echo one two three$|^wf> /echo .*three$' \
	"and k goes up the history"
keys C-c
prompts
printf '"\\C-o": wf-edit\n' >inputrc
printf '#!/bin/sh\necho "/echo from the editor" >"$1"\n' >editor
chmod +x editor
tty_open 80 24 INPUTRC=inputrc EDITOR="$PWD/editor"
types 'x'
keys C-o
see 'wf> /echo from the editor$' "our functions can be bound to other keys"
keys Enter
see '^from the editor$' "and do what they do"
finish
