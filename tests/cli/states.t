# State directories of earlier versions: every run in them can be read, and
# what is not over goes on. tests/cli/states/N.sql is a dump of what the wf of
# its time wrote; none is ever changed.
. "${0%/*}/../lib.sh"

command -v sqlite3 >/dev/null || skip_all "sqlite3 is not installed"
export LEDGER="$WORLD/l"
for dump in "$ROOT"/tests/cli/states/*.sql; do
	name=${dump##*/}
	export WF_STATE_DIR="$WORLD/${name%.sql}"
	mkdir -m 700 -p "$WF_STATE_DIR"
	sed "s#@DIR@#$WORLD#g" "$dump" | sqlite3 "$WF_STATE_DIR/wf.db" >/dev/null
	chmod 600 "$WF_STATE_DIR/wf.db"
	run_wf -c '/runs --all -n 100'
	is "$status" 0 "$name: its runs are listed"
	printf '%s\n' "$out" | sed -n 's/^\([0-9a-z]\{6,26\}\) .*/\1/p' >ids
	ok $([ "$(wc -l <ids)" -ge 9 ]; echo $?) "$name: all of them" ||
		note "$out"
	bad=
	while read -r id; do
		for what in "/show $id" "/why $id" "/logs $id"; do
			"$WF" -c "$what" >got 2>&1 </dev/null ||
				bad="$bad; $what: $(tail -n 1 got)"
		done
	done <ids
	is "$bad" "" "$name: each can be shown"
	list=$out
	id=$(printf '%s\n' "$list" | awk '$2 == "interrupted" { print $1 }')
	run_wf -c "/cancel $id"
	is "$status" 0 "$name: what was interrupted can be cancelled"
	id=$(printf '%s\n' "$list" | awk '$2 == "waiting" { print $1 }')
	run_wf -c "/answer $id yes"
	has "$out" yes "$name: what waited goes on"
	run_wf -c '/chain {c: /bash echo cached @cache=1h}'
	is "$out" cached "$name: its cache can be asked"
	run_wf doctor
	is "$status" 0 "$name: the doctor finds nothing" || note "$out"
done
finish
