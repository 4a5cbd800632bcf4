# Documents for other programs: -o json, -o jsonl.
. "${0%/*}/../lib.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed"

# Reads the document in $out as `d`; true when EXPR holds.
holds() {
	printf '%s' "$out" | python3 -c '
import json, sys
d = json.load(sys.stdin)
sys.exit(0 if eval(sys.argv[1]) else 1)' "$1"
	ok $? "$2" || note "$out"
}

run_wf -o json -c '/chain "a: /bash echo x -> b: /bash \"cat; exit 3\" -> c: /echo z"'
is "$status" 1 "the status is the same with -o json"
is "$(printf '%s\n' "$out" | wc -l)" 1 "a document is one line"
holds 'd["v"] == 1 and d["command"] == "chain"' "it has version and command"
holds 'len(d["run"]) == 26 and d["parent"] is None' "run and parent"
holds 'd["status"] == "failed" and d["exit"] == 1' "status and exit"
holds 'd["text"].startswith("a: /bash")' "the text"
holds 'd["started_at"].endswith("Z") and d["duration_ms"] >= 0' "times"
holds 'd["degraded"] is False' "whether it is degraded"
holds 'd["resume"].startswith("/resume ")' "how to resume"
holds '[s["name"] for s in d["steps"]] == ["a", "b", "c"]' \
	"steps stand in plan order"
holds 'd["steps"][1]["needs"] == ["a"]' "a step has its needs"
holds 'd["steps"][1]["exit_code"] == 3 and d["steps"][1]["error"]' \
	"exit code and error"
holds 'd["steps"][2]["status"] == "skipped" and d["steps"][2]["started_ms"] is None' \
	"a skipped step never started"
holds 'd["steps"][0]["output"] == "x\n"' "a step has its output"
holds 'set(d["steps"][0]) >= {"name","path","kind","status","exit_code","attempts","started_ms","duration_ms","cached","class","needs","output","error","tokens","cost"}' \
	"a step has every promised field"

cached='/chain {a: /bash {echo run >>ran; echo x} @cache=1h -> b: /bash {test -e there}}'
run_wf -q -c "$cached"
run_wf -o json -c "$cached"
holds 'd["steps"][0]["cached"] and d["steps"][0]["started_ms"] is None' \
	"a cached step did not start in this run"
holds 'd["steps"][1]["started_ms"] >= 0' "the one after it did"
run_wf -q -c '/chain {a: /bash echo x -> b: /bash {test -e there}}'
: >there
run_wf -o json -c '/retry'
holds 'd["steps"][0]["status"] == "succeeded" and d["steps"][0]["started_ms"] is None' \
	"nor did one that a retry took over"
holds 'd["steps"][1]["started_ms"] >= 0' "what it runs did"
run_wf -o json -c '/show @last'
holds 'd["steps"][0]["started_ms"] is None' "/show says the same"

run_wf -o json -c '/chain "l: for x in {\"p\",\"q\"} do /echo ${x} end"'
holds 'd["steps"][0]["output"] == ["p\n", "q\n"]' \
	"a loop's output is the array of its iterations'"
holds 'd["steps"][1]["path"] == "l[1].echo"' "paths count iterations from 1"
run_wf -o json -c '/bash printf "\\377\\376"'
holds 'd["output_base64"] == "//4="' "bytes that are no UTF-8 are base64"
run_wf -o json -c '/bash head -c 200000 /dev/zero | tr "\\0" a'
holds 'len(d["steps"][0]["output"]) == 65536 and d["steps"][0]["truncated"]' \
	"a long output is cut at 64 KiB"
holds 'len(open(d["steps"][0]["file"]).read()) == 200000' \
	"and the file that has it all is named"

# class: what kind of failure it was; of a composite, that of its step.
class() {
	run_wf -o json -c "$2"
	holds "[s['class'] for s in d['steps'] if s['status'] == 'failed'] == $1" \
		"$3"
}
class '[None]' '/bash exit 1' "a plain exit status has no class"
class '["configuration"]' '/bash no-such-program-here' \
	"a command that is not there is a matter of configuration"
class '["transient"]' '/bash exit 75' "a temporary failure is transient"
class '["resource"]' '/bash kill -KILL $$' \
	"a kill by the kernel's hand is a matter of resources"
class '["transient"]' '/chain "/bash sleep 60 @timeout=50ms"' \
	"a step that timed out is transient"
class '["transient"]' '/chain "/sleep 60 @timeout=50ms"' \
	"so is a wait that timed out"
class '["transient", "transient"]' \
	'/chain "l: for x in {1} do /bash sleep 60 @timeout=50ms end"' \
	"a loop fails by the class of its step"
class '["transient"]' '/chain "(/sleep 60) @timeout=50ms"' \
	"a group that timed out is transient"
class '["configuration"]' '/chain "while true do /echo x end @max=2"' \
	"too many rounds are a matter of configuration"
class '["configuration"]' '/chain "for x in vars.no.thing do /echo x end"' \
	"so are items that are none"
class '["configuration"]' '/read no-such-file' "so is a file that is not there"
class '["transient"]' '/http http://127.0.0.1:1/' \
	"a refused connection is transient"
class '["configuration"]' '/chain "a: /bash head -c 3 /dev/zero -> /bash echo ${a.output}"' \
	"a value that cannot be given is a matter of configuration"

run_wf -o json -c '/chain "a: /nope"'
holds 'd["status"] == "error" and d["exit"] == 2' "an error is a document"
holds 'd["errors"][0]["code"] == "E111" and d["errors"][0]["line"] == 1 and d["errors"][0]["col"] == 12' \
	"with code and place"
is "$err" "" "and nothing on standard error"
run_wf -o json -c '/show zzzzzzzzz'
holds 'd["errors"][0]["code"] == "notfound"' "so is a failed command"

for line in '/runs' '/show' '/logs' '/why' '/set' '/env' '/help' '/doctor' \
	'/def' '/alias' '/explain @last' '/graph @last' '/diff @last @last' \
	'/runs purge' '/cd .'; do
	run_wf -o json -c "$line"
	holds '1' "$line gives JSON"
	run_wf -c "$line -o json"
	holds '1' "$line -o json gives JSON"
done
run_wf -c '/chain -o json "/echo x"'
holds 'd["output"] == "x\n"' "a workflow line takes -o json"
run_wf -c '/chain "/echo x" --output=json'
holds 'd["output"] == "x\n"' "also behind its text"

# Every command there is, and every step kind: one line, a document, with its
# version; also for its help.
printf '/echo sourced\n' >source.wf
line_of() {
	case $1 in
	runs|show|logs|why|learned|resume|retry|wait|def|alias|set|env|cd|doctor|help|quit)
		echo "/$1" ;;
	fg|shell|fact|facts|history|edit|clear|trust) echo "/$1" ;;
	watch) echo "/watch @last" ;;
	save) echo "/save json-$(date +%s%N)" ;;
	diff) echo "/diff @last @last" ;;
	explain|graph) echo "/$1 /echo x" ;;
	attach|cancel|pause|continue|approve|deny) echo "/$1 @last" ;;
	answer) echo "/answer @last yes" ;;
	source) echo "/source source.wf" ;;
	*) return 1 ;;
	esac
}
one_line() {
	is "$(wc -l <"$WORLD/out")" 1 "$1 prints one line"
	holds 'd["v"] == 1' "a document with its version"
}
for name in $(sed -n 's/^CMD(\(.*\))$/\1/p' "$ROOT/shell/cmd_list.h"); do
	line=$(line_of "$name")
	ok $? "the test knows how /$name is called"
	run_wf -q -o json -c "$line"
	one_line "$line"
	run_wf -q -o json -c "/$name --help"
	one_line "/$name --help"
done
for line in '/set vars.x 1' '/env A=b' '/def g /echo hi' '/alias x /runs' \
	'/runs pin @last' '/runs unpin @last' '/chain --help' '/echo --help' \
	'/wait @last' '/answer @last no' '/nothing'; do
	run_wf -q -o json -c "$line"
	one_line "$line"
done

run_wf -o json -c '/runs'
holds 'all(set(r) >= {"run","command","text","status","exit","started_at","duration_ms","steps","failed","pinned"} for r in d["runs"])' \
	"a row of /runs has every promised field"
run_wf -o json -c '/explain "a: /bash make -> b: /echo x"'
holds '[p["path"] for p in d["plan"]] == ["a", "b"] and d["plan"][1]["needs"] == ["a"]' \
	"/explain gives the plan"

run_wf -o jsonl -c '/chain "a: /bash echo x -> b: /bash exit 2"'
out=$(printf '%s' "$out" | python3 -c '
import json, sys
print(json.dumps([json.loads(l) for l in sys.stdin]))')
holds 'd[0]["event"] == "run.started" and d[1]["event"] == "plan"' \
	"jsonl begins with the run and its plan"
holds 'd[-1]["event"] == "run.finished" and d[-1]["status"] == "failed" and d[-1]["exit"] == 1' \
	"and ends with run.finished, status and exit"
holds 'all(e["v"] == 1 and "seq" in e and "t_ms" in e and e["run"] == d[0]["run"] for e in d)' \
	"every line has version, seq, time and run"
holds '[e["path"] for e in d if e["event"] == "step.finished"] == ["a", "b"]' \
	"steps finish in order"
holds 'any(e["event"] == "output" and e["text"] == "x\n" for e in d)' \
	"outputs are events"
run_wf -o jsonl -c '/chain "/ask Why?"'
is "$status" 75 "a waiting run ends jsonl with 75"
like "$(printf '%s\n' "$out" | tail -n 1)" \
	'"run.finished","status":"waiting","exit":75' "and says so last"
finish
