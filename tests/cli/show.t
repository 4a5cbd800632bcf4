# /show: a run with its steps and output.
. "${0%/*}/../lib.sh"

run_wf -c '/show'
is "$status" 1 "without any run there is nothing to show"
run_wf -c '/chain "a: /bash echo text -> b: /bash \"cat; exit 3\""'
run_wf -c '/show'
is "$status" 0 "/show shows the last run"
like "$out" '^run [0-9a-z]+  failed in .*, exit 1' "its status"
has "$out" "/chain a: /bash echo text" "its text"
like "$out" '^  a +succeeded' "its steps"
like "$out" '^  b +failed .*exit 3' "with their errors"
id=$("$WF" -o json -c '/runs' | grep -o '"run":"[^"]*"' | cut -d'"' -f4)
run_wf -c "/show $id"
is "$status" 0 "a run is named by its id"
run_wf -c "/show $(printf '%s' "$id" | cut -c1-8)"
is "$status" 0 "or by the beginning of it"
run_wf -c "/show $(printf '%s' "$id" | tr a-z A-Z)"
is "$status" 0 "in upper case too"
run_wf -c '/show abc'
is "$status" 2 "three characters are no run"
run_wf -c '/show zzzzzz'
is "$status" 1 "an unknown run is a failure"
run_wf -c '/show --yaml'
has "$out" "chain:" "--yaml writes the workflow as YAML"
"$WF" -c '/show --yaml' >again.yaml
run_wf -n again.yaml
is "$status" 0 "that can be read again"
printf '/bash printf "\\033[2J\\007"\n' >evil.wf
run_wf evil.wf
run_wf -c '/show'
lacks "$(od -c "$WORLD/err")" '\a' "showing does not ring the bell on errors"
run_wf -c '/chain "q: /ask Which? -> /bash cat"'
run_wf -c /show
like "$out" 'q +waiting' "a step that asks is waiting"
"$WF" -c '/chain "s: /bash touch here; sleep 30"' >/dev/null 2>&1 &
pid=$!
until_ok 20 test -e here
kill -TERM $pid
wait $pid
run_wf -c /show
like "$out" 's +interrupted' "a step that was cut off is said to be"
run_wf -c '/chain --on-error rollback "a: /bash true @undo='"'/bash false'"' -> b: /bash true @undo='"'/bash true'"' -> c: /bash false"'
run_wf -c '/show'
like "$out" '^ +b +undone' "/show says of a step that was rolled back: undone"
like "$out" '^ +a +undo failed' "and of one whose undo failed, that it did"
rm -f begun
"$WF" -c '/chain {a: /bash true -> b: /bash {test -e begun || { echo >begun; sleep 65; }}}' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e begun
kill -TERM $pid
wait $pid
sleep 1.5
run_wf -c '/resume @last'
run_wf -c '/show'
like "$out" '^run .* in [0-9.ms]+ of which [0-9.]+s lay still, exit 0' \
	"/show tells how long a run lay still"
whole=$(printf '%s\n' "$out" | sed -n 's/^run .* in \([0-9.ms]*\) of.*/\1/p')
run_wf -c '/runs -n 1'
has "$out" " $whole " "/runs has the same duration"
sleep 1.2
run_wf -c '/resume @last --from b'
run_wf -c '/show'
like "$out" 'of which (2|3)[0-9.]*s lay still' "--from is a resumption too"
if command -v script >/dev/null; then
	run_wf -q -c '/chain "a: /bash true -> b: /bash true"'
	COLUMNS=40 script -qec "$WF -c /show" /dev/null </dev/null |
		tr -d '\r' >"$WORLD/screen"
	like "$(cat "$WORLD/screen")" '^  b +succeeded +[0-9.]+m?s$' \
		"a step is one line of a terminal of 40 columns"
fi
# The steps a run shows, by path.
paths() {
	run_wf -c /show
	printf '%s\n' "$out" | sed -n 's/^  \([^ ]*\) .*/\1/p' | tr '\n' ' '
}
"$WF" -c '/chain {l: /bash seq 2 -> for x in l.lines do a: /bash echo ${x} -> b: /bash cat end -> c: /bash cat}' \
	>/dev/null 2>&1
is "$(paths)" "l for[1].a for[1].b for[2].a for[2].b c " \
	"the rounds of a loop stand where the loop stands"
run_wf -o json -c '/show'
is "$(printf '%s' "$out" | grep -o '"path":"[^"]*"' | cut -d'"' -f4 | tr '\n' ' ')" \
	"l for for[1].a for[1].b for[2].a for[2].b c " "in the document too"
"$WF" -c '/chain {a: /bash false @fallback={f: /echo fb} -> b: /bash cat}' \
	>/dev/null 2>&1
is "$(paths)" "a a.fallback.f b " \
	"what stands in for a step stands behind it"
finish
