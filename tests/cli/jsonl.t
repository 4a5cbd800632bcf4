# -o jsonl: the events of the run in the foreground, one object a line.
. "${0%/*}/../lib.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed"

# Reads the document in $out as `d`; true when EXPR holds.
holds() {
	printf '%s' "$out" | python3 -c '
import json, sys
d = json.load(sys.stdin)
sys.exit(0 if eval(sys.argv[1]) else 1)' "$1"
	ok $? "$2" || note "$(printf '%s' "$out" | head -c 3000)"
}

# Reads the lines in $out as the list `d`.
lines() {
	out=$(printf '%s' "$out" | python3 -c '
import json, sys
print(json.dumps([json.loads(l) for l in sys.stdin]))')
}
run_wf -o jsonl -c '/chain "a: /bash echo x -> b: /bash exit 2"'
lines
holds '[e["seq"] for e in d] == list(range(1, len(d) + 1))' \
	"seq counts the lines"
holds 'd[0]["command"] == "chain" and d[0]["text"].startswith("a: /bash")' \
	"run.started has command and text"
holds '[e["status"] for e in d if e["event"] == "step.finished"] == ["succeeded", "failed"]' \
	"steps have the statuses of the documents"

# An event of every kind that a run can be made to have.
run_wf -o jsonl -c '/flow --answer q=yes "a: /bash \"echo e >&2; test -e on || { touch on; exit 1; }\" @retry=1 -> if a.ok then /echo y else /echo n end -> w: /bash exit 4 -> s: /echo never -> q: /ask Why?"'
lines
holds '{e["event"] for e in d} >= {"run.started","plan","step.started","step.retrying","step.finished","step.skipped","decision","signal","output","run.finished"}' \
	"every documented event comes"
holds 'all("path" in e and "attempt" in e for e in d if e["event"].startswith("step.") or e["event"] in ("decision", "output", "signal"))' \
	"what is about a step has path and attempt"
holds '[e["seq"] for e in d] == list(range(1, len(d) + 1))' \
	"seq still counts the lines"
holds '[e["text"] for e in d if e["event"] == "output" and e["stream"] == "stderr"] == ["e\n"]' \
	"error output is an event too"
holds '[e["reason"] for e in d if e["event"] == "step.skipped" and e["path"] == "s"] == ["need"] and [e["cause"] for e in d if e.get("cause")][0] == "w"' \
	"a skipped step has reason and cause"
run_wf -o jsonl -c '/resume @last'
lines
holds 'd[0]["event"] == "run.resumed" and d[0]["command"] == "flow" and d[0]["seq"] == 1' \
	"run.resumed has command and text"

for text in nosuchfile --nosuchoption /nope '/chain "/nope"' \
	'/show zzzzzzz' '/runs --wrong' \
	'/chain --resume-from x "/echo a"' \
	'/chain --answer x=y "/echo a"'; do
	case $text in
	/*) set -- -c "$text" ;;
	*) set -- "$text" ;;
	esac
	run_wf -o jsonl "$@"
	lines
	holds 'len(d) == 1 and d[0]["event"] == "run.finished" and d[0]["run"] is None and d[0]["status"] == "error" and d[0]["exit"] > 0 and d[0]["errors"][0]["message"]' \
		"jsonl ends with run.finished: $text"
	run_wf -o json "$@"
	holds 'd["status"] == "error" and d["errors"]' \
		"and json is the errors: $text"
done
run_wf -c '/show --nosuch -o json'
holds 'd["errors"][0]["code"] == "E108"' \
	"the line's own -o holds for its errors"
"$WF" -o jsonl -c '/chain "/bash sleep 60"' >"$WORLD/out" 2>/dev/null &
pid=$!
until_ok 10 grep -q step.started "$WORLD/out"
kill -TERM $pid
wait $pid
is $? 143 "TERM ends a run with 143"
like "$(tail -n 1 "$WORLD/out")" \
	'"run.finished","status":"interrupted","exit":143' \
	"and the last event says so"
"$WF" -o jsonl -c '/chain "/bash sleep 60"' >"$WORLD/out" 2>/dev/null &
pid=$!
until_ok 10 grep -q step.started "$WORLD/out"
"$WF" -q -c '/cancel @last'
wait $pid
like "$(tail -n 1 "$WORLD/out")" '"run.finished","status":"cancelled"' \
	"so it does when the run is cancelled"
finish
