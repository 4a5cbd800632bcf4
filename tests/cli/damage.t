# A damaged page in the middle of the database: what it touches is told, the
# rest goes on.
. "${0%/*}/../lib.sh"
command -v python3 >/dev/null || skip_all "python3 is not installed"
python3 -c 'import sqlite3' 2>/dev/null || skip_all "python3 has no sqlite3"

i=0
while [ $i -lt 30 ]; do
	printf '/chain "a: /echo marker-%d- -> for x in {1,2,3,4,5,6,7,8,9,10,11,12} do /echo ${x} some text that fills a page end"\n' $i
	i=$((i + 1))
done >lines
"$WF" -q lines >/dev/null 2>&1
# Into the file, then noise over the page that holds one run's events.
python3 - "$WF_STATE_DIR/wf.db" <<'END'
import os, sqlite3, sys
path = sys.argv[1]
c = sqlite3.connect(path)
c.execute("PRAGMA wal_checkpoint(TRUNCATE)")
c.close()
with open(path, "r+b") as f:
    data = f.read()
    for at in range(4096, len(data), 4096):
        page = data[at:at + 4096]
        if page[0] == 13 and b"marker-15-\n" in page:
            f.seek(at)
            f.write(os.urandom(4096))
            break
    else:
        sys.exit("no page has the marker")
END
ok $? "a page is damaged"
run_wf -o json -c '/runs'
is "$status" 0 "the runs are still listed"
good=0
bad=0
odd=
for run in $(printf %s "$out" | grep -o '"run":"[^"]*"' | cut -d'"' -f4); do
	run_wf -c "/show $run"
	case $status in
	0) good=$((good + 1)) ;;
	*)
		bad=$((bad + 1))
		[ "$(grep -c 'error:' "$WORLD/err")" -eq 1 ] &&
			grep -q 'is damaged' "$WORLD/err" &&
			grep -q 'wf doctor' "$WORLD/err" || odd="$odd $run"
		hurt=$run
		;;
	esac
done
[ $bad -gt 0 ] && [ $good -gt 10 ]
ok $? "runs beside the damage can be shown ($good, not $bad)"
is "$odd" "" "each that cannot gives one error, with the way on"
for line in "/logs $hurt" "/why $hurt" "/resume $hurt" "/retry $hurt" \
	"/diff $hurt @last" "/graph $hurt"; do
	run_wf -c "$line"
	[ "$status" -eq 1 ] && has "$err" "is damaged" "${line%% *} says so too"
done
run_wf -c '/chain "/bash echo new -> /bash cat"'
is "$status $out" "0 new" "a new run goes on" || note "$err"
run_wf doctor
is "$status" 1 "the doctor fails"
has "$out" "fail integrity: wf.db is damaged" "says that it is damaged"
has "$out" "unreadable in part: events" "where"
like "$out" "fail damage: $bad of [0-9]+ runs cannot be read: .*" "which runs"
has "$out" "$hurt" "by their ids"
has "$out" "fail rescue: " "and what can be done"
lacks "$out" "-1 " "and counts nothing that it cannot count"
mv "$WF_STATE_DIR" "$WF_STATE_DIR.damaged"
run_wf -c '/echo anew'
is "$status" 0 "moved away, wf starts anew"
WF_STATE_DIR=$WF_STATE_DIR.damaged run_wf -c '/show @last'
is "$status" 0 "and what can be read there still is" || note "$err"
finish
