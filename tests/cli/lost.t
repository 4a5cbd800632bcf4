# An output whose blob is gone: all else is shown, and one line warns.
. "${0%/*}/../lib.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed"

holds() {
	printf '%s' "$out" | python3 -c '
import json, sys
d = json.load(sys.stdin)
sys.exit(0 if eval(sys.argv[1]) else 1)' "$1"
	ok $? "$2" || note "$(printf '%s' "$out" | head -c 2000)"
}
# The last run warned once, of the blob.
warned() {
	is "$status" 1 "$1 ends with 1"
	is "$(printf '%s\n' "$err" | grep -c warning)" 1 "$1 warns once"
	has "$err" "$blob" "and names the blob"
}

run_wf -q -c '/chain "a: /bash seq 30000 -> b: /bash wc -l -> c: /echo end"'
run_wf -q -c '/chain "a: /bash seq 30000 -> b: /bash wc -l -> c: /echo end"'
file=$(find "$WF_STATE_DIR/blobs" -type f -size +10k)
blob=$(basename "$file" | cut -c1-12)
rm "$file"

run_wf -c '/show @last -o json'
warned "/show -o json"
holds 'd["steps"][0]["output"] is None and d["steps"][0]["output_error"] and d["steps"][0]["status"] == "succeeded"' \
	"the output that is gone is null and has an error"
holds 'd["steps"][1]["output"].strip() == "30000" and d["output"] == "end\n" and "output_error" not in d["steps"][1]' \
	"the others are there"
run_wf -c '/logs @last'
warned "/logs"
like "$out" 'b \| 30000$' "it shows the lines of the other steps"
like "$out" "a \\? .*$blob" "and says where some are missing"
run_wf -c '/logs @last -o json'
warned "/logs -o json"
holds '[l["text"] for l in d["lines"] if l["path"] == "b"] == ["30000"]' \
	"the other lines are there"
holds '[1 for l in d["lines"] if l["path"] == "a" and l["error"]]' \
	"the missing ones are an error"
run_wf -c '/diff @-2 @last'
warned "/diff"
like "$out" '^a .* same output' "/diff still knows that both were the same"

run_wf -q -c '/chain "l: for x in {1,2} do /bash seq 30000 end"'
run_wf -c '/show @last'
is "$status" 0 "with the blob back, nothing is missing" || note "$err"
rm "$file"
run_wf -c '/show @last'
warned "/show"
like "$out" 'l\[2\].bash +succeeded' "/show lists the steps"
run_wf -c '/show @last -o json'
warned "/show of a loop"
holds 'd["steps"][0]["output"] == [None, None] and d["output"] is None and d["output_error"]' \
	"rounds of a loop are null one by one"
finish
