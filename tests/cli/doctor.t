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
