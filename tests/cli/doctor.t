# wf doctor and /doctor.
. "${0%/*}/../lib.sh"

run_wf -c '/bash true'
run_wf doctor
is "$status" 0 "a sound state passes"
like "$out" '^ok integrity: ' "the database is checked"
lacks "$out" "fail " "nothing fails"
like "$out" '^ok guard: it ran a job' "the guard is tried"
like "$out" '^ok sandbox: of Lua only; steps may do what you may' \
	"what no sandbox holds is told"
out=$(env PATH=/nowhere "$WF" doctor)
is $? 1 "where no job can run the doctor fails"
like "$out" '^fail guard: cannot run a job: .*No such file' "and says why"
run_wf -c '/doctor'
like "$out" '^ok modes: ' "/doctor does the same"
run_wf doctor -o json
like "$out" '^\{"v":1,"checks":\[' "-o json gives a document"
# Runs that are not at their end are read back, each as a resume would.
like "$out" '"name":"journals","text":"0 unfinished' \
	"where no run is unfinished, none is read"
lost() {
	"$WF" -c "/chain \"a: /bash sleep 6$1 -> b: /echo x\"" >/dev/null 2>&1 &
	pid=$!
	until_ok 20 sh -c '"$WF" -c /runs | grep -q running'
	kill -KILL "$pid"
	wait "$pid"
	until_ok 20 sh -c '! "$WF" -c /runs | grep -q running'
}
lost 1
lost 2
run_wf doctor
is "$status" 0 "interrupted runs are no fault" || note "$out"
like "$out" '^ok journals: 2 unfinished, each can be read$' \
	"they can be read back"
if command -v python3 >/dev/null && python3 -c 'import sqlite3'; then
	run_wf -c '/runs'
	id=$(printf '%s\n' "$out" | awk '/sleep 61/ { print $1 }')
	python3 - "$WF_STATE_DIR/wf.db" "$id" <<'END'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
run = c.execute("SELECT id FROM runs WHERE ulid LIKE ?",
    (sys.argv[2] + "%",)).fetchone()[0]
c.execute("UPDATE events SET data = x'ff' WHERE seq = "
    "(SELECT max(seq) FROM events WHERE run = ?)", (run,))
c.commit()
END
	run_wf doctor
	is "$status" 1 "one whose journal cannot be read is"
	like "$out" "^fail journals: run $id cannot be read: " \
		"and is named" || note "$out"
	is "$(printf '%s\n' "$out" | grep -c '^fail')" 1 \
		"the other is not"
	run_wf -c '/doctor -o json'
	has "$out" "\"text\":\"run $id cannot be read" "/doctor does so too"
fi
for file in wf.db wf.db-wal; do
	[ ! -s "$WF_STATE_DIR/$file" ] || dd if=/dev/urandom bs=4096 count=2 \
		of="$WF_STATE_DIR/$file" conv=notrunc 2>/dev/null
done
run_wf doctor
is "$status" 1 "a damaged database fails"
like "$out" '^fail ' "and is told"
mkdir -m 777 "$WORLD/shared"
chmod 777 "$WORLD/shared"
WF_STATE_DIR=$WORLD/shared run_wf -c '/echo x'
is "$status" 1 "a state that others may write to is refused"
has "$err" "chmod 700" "with the command that mends it"
WF_STATE_DIR=$WORLD/shared run_wf doctor
is "$status" 1 "and the doctor agrees"
like "$out" '^fail modes: .*chmod 700' "with the same command"
chmod 750 "$WORLD/shared"
WF_STATE_DIR=$WORLD/shared run_wf doctor
is "$status" 0 "one that others may read is used"
like "$out" '^warn modes: others may read' "and warned of"
rm -rf "$WORLD/none"
WF_STATE_DIR=$WORLD/none run_wf doctor
[ ! -e "$WORLD/none" ]
ok $? "the doctor makes no state directory"
run_wf -o json doctor
has "$out" '"checks":[' "options may stand before it"
run_wf -q -C / doctor
like "$out" "^ok guard" "also -q and -C"
run_wf serve
is "$status" 2 "wf serve is refused"
has "$err" "this wf has no" "because there is none"
is "$(wc -l <"$WORLD/err")" 2 "in one error with its help"
finish
