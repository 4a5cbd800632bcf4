# What calls a person back, and a shell where a step stood.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"


# Marks of the prompt end with a bell, too: they are taken out.
bells() {
	sed 's/\x1b\][0-9]*;[^\x07]*\x07//g' "$1" | tr -cd '\007' | wc -c
}

tty_open 100 30
raw=$PWD/raw
: >"$raw"
tm pipe-pane -o "cat >>'$raw'"
enters '/set notify_after 1s'
prompts
enters '/chain "a: /bash true"'
see 'succeeded in' "a short run ends"
prompts
is "$(bells "$raw")" 0 "without a bell"
enters '/chain "a: /bash sleep 1.2"'
see 'succeeded in 1' "a long one ends"
prompts
is "$(bells "$raw")" 1 "with one"
enters '/set notify osc9'
prompts
enters '/chain "a: /bash {sleep 1.2; exit 3}" &'
see 'failed in 1' "with notify osc9, a run in the background"
until_ok 10 grep -q "]9;wf: run ...... failed" "$raw"
ok $? "is a note of the desktop" || note "$(tail -c 300 "$raw" | cat -v)"
enters '/set notify off'
prompts
enters '/chain "a: /bash sleep 1.2"'
see 'succeeded in 1.*' "with notify off"
prompts
is "$(bells "$raw")" 1 "there is nothing"
enters '/set notify loud'
see 'notify cannot be .loud.' "other words are refused"

mkdir sub
enters '/chain "a: /bash echo one -> b: /bash {echo \"$GREETING\"; exit 3} @dir=sub @env=GREETING:hi-${a}"'
see 'failed in' "a step fails in a directory of its own"
keys C-l
enters '/shell'
see 'where b of run .* stands: .*/sub' "/shell goes where it stood"
enters 'echo "$GREETING $WF_STEP $(basename "$PWD")"'
see '^hi-one b sub$' "with its directory and its variables"
enters 'exit'
see 'wf>$' "exit comes back"
enters '/shell @last.nope'
see "has no step 'nope'" "a step that is not there is told"
rm -rf sub
enters '/shell @last.b'
see 'cannot stand in .*/sub' "nor a directory that is gone"
finish
