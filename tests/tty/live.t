# The live view: what runs, in a small region that is drawn anew.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

hold='until test -e go; do sleep 0.05; done'
tty_open 80 24
enters "/chain \"one: /bash true -> two: /bash {echo at work; $hold} -> three: /bash true\""
see '^✓ one ' "a step that is over stands above"
see '^· two .*at work' "one that runs below, with its last line"
see 'run [0-9a-z]+ .*1/3|1 of 3' "and where the run is" || note "$(screen)"
touch go
see '^run .* succeeded in' "at the end"
unseen '^· ' "nothing of the region is left"
is "$(screen | grep -c '^✓ two ')" 1 "each step is told once"
prompts
rm -f go

set --
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
	set -- "$@" "s$n: /bash {$hold}"
done
text=$(printf '%s -> ' "$@")
enters "/set max_parallel 16"
prompts
keys C-l
cat >many.wf <<X
/chain "${text% -> }" --parallel
X
enters '/source many.wf'
see 'and [0-9]+ more' "of many only some are shown" || note "$(screen)"
[ "$(screen | grep -c '^· ')" -le 12 ]
ok $? "at most twelve rows" || note "$(screen)"
tty_size 40 12
see '^· ' "in a smaller window"
[ "$(tm capture-pane -p | grep -c '^· ')" -le 11 ]
ok $? "fewer" || note "$(screen)"
touch go
see 'succeeded in' "and it ends as it should"
prompts
is "$(screen | grep -c '^✓ s7 ')" 1 "with every step told once"
rm -f go

tty_open 40 12 LC_ALL=C
enters "/chain \"a-step-with-a-rather-long-name: /bash {echo a line that is longer than the window; $hold}\""
see '^. a-st' "at 40 columns in the C locale"
screen | LC_ALL=C grep -q '[^ -~]'
is $? 1 "it is plain ASCII" || note "$(screen)"
[ "$(tm capture-pane -p | awk 'length > 40' | wc -l)" -eq 0 ]
ok $? "and nothing wraps"
touch go
see 'succeeded' "to its end"
rm -f go

tty_open 80 24 TERM=dumb
tm pipe-pane -o "cat >>'$PWD/raw'"
enters "/chain \"one: /bash true -> two: /bash false\""
see '^one ok ' "a dumb terminal gets lines"
see '^two failed' "of each step"
see 'run .* failed in' "and of the run"
# what tmux itself was sent
has "$(tr -d '\007' <raw | grep -c "$(printf '\033')")" 0 "and no motions"

tty_open 80 24 WF_PROGRESS=plain
enters "/chain \"one: /bash true -> two: /bash true\""
see '^one ok |^one started' "WF_PROGRESS=plain gives lines"
see 'succeeded in' "to the end"
tty_open 80 24 WF_PROGRESS=none
enters "/chain \"one: /bash echo hi -> two: /bash cat\""
see '^hi$' "WF_PROGRESS=none gives the output alone"
unseen '^. one ' "and nothing else" || note "$(screen)"
finish
