# Steps with @tty: they have the terminal while they run in front.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

tty_open 80 24
enters '/chain "a: /bash {printf \"name? \"; read x; echo hi $x; stty size} @tty -> b: /bash echo after"'
see '^name\?$' "a step with @tty speaks to the terminal"
enters 'Bob'
see '^hi Bob$' "reads what is typed"
see '^24 80$' "and knows its size"
see '^after$' "the run goes on behind it"
prompts
ok $? "and the prompt comes back"
types 'ab'
keys BSpace
see 'wf> a$' "where keys are the editor's again"
keys C-u

"$WF" -c '/logs @last a' >logs 2>&1
lacks "$(cat logs)" Bob "what was said there is in no journal"

enters '/chain "a: /bash {echo go; sleep 30} @tty -> b: /bash echo never"'
see '^go$' "a step sleeps"
keys C-c
see '^✗ a .*SIGINT' "Ctrl-C is the step's own"
see 'run .* failed' "which fails by it"
prompts

enters '/chain "a: /bash tty @tty" &'
see 'a failed .*its run is in the background' "in the background it is refused"
see '/resume' "and told how to go on"
prompts

enters '/chain "p: /bash {echo in; read x; echo out} @tty -> q: /bash {echo in; read x; echo out} @tty" --parallel'
see '^in$' "of two steps"
is "$(screen | grep -c '^in$')" 1 "only one has it"
enters 'x'
see '^out$' "then the other"
enters 'y'
see '2 ok' "and both end"
prompts

keys C-l
tty_size 60 20
enters '/chain "a: /bash {trap \"stty size\" WINCH; echo ready; while :; do sleep 0.1; done} @tty"'
see '^ready$' "a step that watches its window"
tty_size 70 22
see '^22 70$' "hears of its new size"
keys C-c
prompts

enters '/chain "a: /bash {echo $$ >pid; exec sleep 300} @tty"'
until_ok 20 test -s pid
ok $? "a step holds the terminal"
# shellcheck disable=SC2046 # a list of numbers
kill -9 $(tm list-panes -F '#{pane_pid}' | xargs -I{} pgrep -P {} -f 'wf$' |
	xargs -I{} pgrep -P {})
until_ok 20 sh -c '! kill -0 $(cat pid) 2>/dev/null'
ok $? "and goes when wf is killed"

tty_open 80 24
pid=$(ps -o pid= --ppid "$(ps -o pid= --ppid "$(tm list-panes -F \
	'#{pane_pid}')" | tr -d ' ')" | tr -d ' ')
enters '/chain "a: /bash {echo in; read x; echo \"got $x\"} @tty"'
see '^in$' "while a step has the terminal"
kill -CONT "$pid"
enters 'well'
see '^got well$' "a CONT from outside changes nothing"
prompts
enters '/echo still'
see '^still$' "nor afterwards"
prompts

tty_start "stty -a >before; timeout -s TERM --foreground 2 '$WF' -c '/chain \"a: /bash yes @tty\"'; stty -a >after"
see '^ended with' "a step that floods the terminal does not keep wf from ending"
cmp -s before after
ok $? "with the terminal as it was" || note "$(diff before after)"

tty_start "exec 2>&1; stty -a >before; '$WF' -c '/chain \"a: /bash {printf what?; read x; echo got \$x} @tty\"'; stty -a >after"
see '^what\?' "a script run at a terminal lends it, too"
enters 'this'
see '^got this$' "and takes it back"
see '^ended with' "at its end"
cmp -s before after
ok $? "as it was" || note "$(diff before after)"

"$WF" -c '/chain "a: /bash true @tty"' </dev/null >out 2>&1
is $? 1 "without a terminal it fails"
has "$(cat out)" "wants the terminal, and wf has none" "and says why"
finish
