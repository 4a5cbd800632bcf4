# /watch: what goes on, in its place.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

tty_open 100 30
enters '/chain "a: /bash {until test -e go; do sleep 0.05; done} -> b: /bash echo did" &'
see 'goes on in the background' "a run goes on"
enters '/watch --every 200ms'
see '^[0-9a-z]{6} .*running .*a:' "/watch lists it" || note "$(screen)"
keys C-c
prompts
ok $? "Ctrl-C ends the looking"
is "$(screen | grep -c '1 running wf>')" 2 "and not the run" ||
	note "$(screen)"
enters '/watch --every 200ms @last'
see '^  a +running' "/watch RUN shows its steps"
touch go
see '^  b +succeeded' "as they go on"
see 'did' "to the end of the run"
prompts
ok $? "where it ends"
is "$(screen | grep -c '^  a ')" 1 "what it showed was in one place" ||
	note "$(screen)"
enters '/watch'
see 'nothing goes on' "with nothing running it says so"
enters '/watch /chain "a: /bash true"'
see '/chain cannot be watched' "what does more than look is refused"
enters '/watch zzzzzz'
see 'no run' "a run that is not there is told"
tm kill-server
"$WF" -c '/watch /resume @last' >out 2>&1
is $? 2 "a command that acts, too"
"$WF" -c '/watch -o json @last' >out 2>&1
is "$(wc -l <out | tr -d ' ')" 1 "as JSON it is one document a change"
finish
