# Runs at a terminal: what is seen of them, and the keys meanwhile.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

tty_open 120
enters '/chain "build: /bash true -> test: /bash {echo some words; exit 3} -> deploy: /bash true"'
see '^✓ build' "a step that succeeds has its line"
see '^✗ test .*failed: exit 3' "one that fails has its own"
see '^  \| some words$' "and its last lines below"
see '^– deploy +skipped \(needs test\)$' "what is skipped says why"
see '^run [0-9a-z]{6} failed in .*: 1 ok, 1 failed, 1 skipped' "one line sums up"
see '/logs [0-9a-z]{6} test    /resume [0-9a-z]{6}$' "with the commands to go on"
see '^\[1\] wf>$' "and the prompt has the status"
enters '/echo ok'
prompts
ok $? "until a line succeeds"

enters '/chain {slow: /bash {echo first words; while ! test -e go; do sleep 0.05; done} -> b: /bash echo end}'
see '^· slow +[0-9.]+s .*first words' "a running step is shown with its last line"
see '0 of 2 done' "and how much is done"
types '/echo typed ahead'
touch go
see '^end$' "its output is printed at the end"
see '^wf> /echo typed ahead$' "what was typed meanwhile stands at the prompt"
unseen '^· slow' "and nothing of the live view is left"
keys C-u
rm -f go

enters '/chain {a: /bash {while ! test -e go; do sleep 0.05; done} -> b: /bash echo B}'
see '^· a ' "a run has the foreground"
keys C-b
see 'run [0-9a-z]{6} goes on in the background' "Ctrl-B sends it to the background"
see '^1 running wf>$' "the prompt counts it"
types '/echo half'
touch go
see '^B$' "its output appears above the line being typed"
see 'wf> /echo half$' "which is left as it was"
enters ' done'
see '^half done$' "and can be finished"
rm -f go
prompts

enters '/bash {touch begun; exec sleep 30}'
until_ok 20 test -e begun
keys C-c
see 'cancelling the run: Ctrl-C again kills' "Ctrl-C cancels a run and says what a second does"
see '^wf: run [0-9a-z]{6} is cancelled +/resume' "and how it can go on"
see '^\[130\] wf>$' "the shell lives on"
rm -f begun
enters "/bash {trap '' TERM; echo deaf; while :; do sleep 1; done}"
see '^deaf$' "a step may be deaf to TERM"
keys C-c
see 'Ctrl-C again kills what it runs' "then the first Ctrl-C does nothing"
keys C-c
until_ok 20 last_is '\[130\] wf>'
ok $? "and the second kills it" || note "$(screen)"

enters '/ask --choices yes,no Sure?'
see 'waiting wf> /answer [0-9a-z]{6,}.ask$' "a lone question, too"
enters maybe
see 'answer one of yes,no' "an answer that is none of the choices is refused"
see '^\[2\] 1 waiting wf> /answer [0-9a-z]{6,}.ask$' "and begun again"
enters yes
prompts

enters '/chain "q: /ask \"ship it?\" -> r: /echo said ${q}"'
see 'waits for an answer: ship it' "a run may ask"
see '1 waiting wf> /answer [0-9a-z]{6,}.q$' "the prompt says so, and the answer is begun"
enters 'gladly'
see '^said gladly$' "who only types it"
prompts
enters '/chain "p: /bash {until test -e go; do sleep 0.05; done} -> q: /ask \"sure?\" -> r: /echo said ${q}"'
see '^· p' "before one asks"
enters '/echo typed ahead'
touch go
see '^typed ahead$' "what was typed ahead is a line of its own"
unseen '^said /echo' "and no answer"
rm -f go
enters '/cancel @-2'
see 'cancelled' "such a run can be cancelled"
prompts

enters '/bash {while ! test -e go; do sleep 0.05; done} &'
see 'goes on in the background' "& begins in the background"
enters '/fg'
see '^· bash ' "/fg brings it back"
touch go
prompts
ok $? "until it ends" || note "$(screen)"
is "$(screen | tail -n 2 | head -n 1)" '1 running wf> /fg' "and leaves no line"
rm -f go
enters '/bash sleep 300 &'
see 'goes on in the b' "a run goes on"
enters '/quit'
see '\[w\]ait for it, \[d\]etach, \[c\]ancel it, \[S\]tay\?' "/quit asks what becomes of it"
keys s
see 'tay\? s$' "s stays"
keys C-d
see 'tay\?$' "so does Ctrl-D"
keys c
see '^ended with' "c cancels it and leaves"
"$WF" -c '/runs' >runs
has "$(cat runs)" "cancelled" "which is recorded"
lacks "$(cat runs)" "interrupted" "and nothing is left behind"
finish
