# Every command has three examples, and each of them runs.
. "${0%/*}/../lib.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed"

"$WF" -o json -c /help >"$WORLD/help.json"
python3 - "$WORLD" <<'END'
import json, sys
world = sys.argv[1]
d = json.load(open(world + "/help.json"))
with open(world + "/examples", "w") as f:
    for c in d["commands"]:
        assert len(c["examples"]) == 3, c["name"]
        for e in c["examples"]:
            f.write(c["name"] + "\t" + e + "\n")
with open(world + "/steps", "w") as f:
    for c in d["steps"]:
        assert len(c["examples"]) == 3, c["name"]
        for e in c["examples"]:
            f.write(e + "\n")
END
ok $? "every command and step has three examples"
python3 - "$WORLD" <<'END'
import json, sys
world = sys.argv[1]
d = json.load(open(world + "/help.json"))
assert [c["name"] for c in d["workflows"]] == ["chain", "flow", "swarm", "pipeline"]
with open(world + "/workflows", "w") as f:
    for c in d["workflows"]:
        assert len(c["examples"]) == 3, c["name"]
        for e in c["examples"]:
            assert "/" + c["name"] in e, e
            f.write(e + "\n")
END
ok $? "so has every kind of workflow, its own"

printf '/echo deployed\n' >deploy.wf
printf '/def hello /echo hello\n' >defs.wf
cp "$ROOT/scripts/examples/risk.lua" .
printf 'chain:\n  steps:\n    - name: a\n      command: /echo\n' >build.yaml

# What an example stands on: two runs; of commands about open runs, one that
# waits or failed.
prepare() {
	rm -rf "$WF_STATE_DIR"/* .wf
	"$WF" -q -c '/chain "/bash true"' -c '/chain "/bash true"'
	case $1 in
	answer|approve|deny) "$WF" -q -c '/chain "/ask Go on?"' ;;
	cancel) "$WF" -q -c '/chain "/ask Go on?"' ;;
	resume|retry) "$WF" -q -c '/chain "/bash test -e go"' ;;
	save) case $2 in *--force*) "$WF" -q -c '/save nightly' ;; esac ;;
	esac >/dev/null 2>&1
	touch go
	case $1 in resume|retry) ;; *) rm -f go ;; esac
}

while IFS='	' read -r name line; do
	rm -f go
	prepare "$name" "$line" </dev/null
	case $line in
	*' --every '*) # looks until it is told to end
		timeout 2 "$WF" -q -c "$line" </dev/null >"$WORLD/out" 2>&1
		is $? 124 "$line" || note "$(cat "$WORLD/out")"
		continue ;;
	esac
	run_wf -q -c "$line" </dev/null
	want=0
	case $line in
	*--help | */trust\ --list) ;;
	/pause* | /continue* | /fg* | /trust*) want=1 ;; # none is here
	'/fact --remove '*) want=2 ;; # none is defined here
	/shell* | /edit*) want=2 ;; # which ask for a terminal
	esac
	is "$status" $want "$line" || note "$err"
done <"$WORLD/examples"

while IFS= read -r line; do
	run_wf -q -c "$line" </dev/null
	is "$status" 0 "$line" || note "$err"
done <"$WORLD/workflows"

while IFS= read -r line; do
	run_wf -n -c "/def release version=1 '/echo released'" \
		-c '/def review /echo reviewed' -c "$line" </dev/null
	is "$status" 0 "$line can be read" || note "$err"
done <"$WORLD/steps"
finish
