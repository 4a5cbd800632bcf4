# /learned: what decisions have taught.
. "${0%/*}/../lib.sh"

run_wf -c /learned
is "$status" 0 "with nothing learned, /learned succeeds"
is "$out" "" "and lists nothing"
has "$err" 'nothing has been learned yet' "but says so"
run_wf -q -c /learned
is "$err" "" "not when it is to be quiet"
run_wf -c '/learned -o json'
is "$out" '{"v":1,"sites":[]}' "as a document it is an empty list"
run_wf -c '/learned --reset --all'
is "$status" 0 "to reset all of nothing is no error"
has "$err" '0 sites begin anew' "and is told"
run_wf -c '/learned abcdef'
is "$status" 1 "an unknown key fails"
has "$err" "no site begins with 'abcdef'" "and is named"
has "$err" 'nothing has been learned yet' "with the reason"

# What cannot be right is told before anything is done, by -n too.
bad() {
	run_wf -n -c "/learned $1"
	is "$status" 2 "refused: $1" || note "$err"
	has "$err" "$2" "and told: $2"
}
bad abcde "'abcde' is not a site: 6 or more digits"
bad "''" 'is not a site'
bad "xyzxyz" "/learned lists them"
bad "$(printf '%065d' 0)" 'is not a site'
bad "abcdef'
'" 'is not a site'
bad "abcdef abcdef" '[E'
bad "--rest abcdef" "did you mean '--reset'?"
bad "-n many" "is not a number"
refused() {
	run_wf -c "/learned $1"
	is "$status" 2 "refused: $1" || note "$err"
	has "$err" "$2" "and told: $2"
}
refused "--reset" 'needs a site, or --all'
refused "--freeze" 'needs a site'
refused "--thaw" 'needs a site'
refused "--all" '--all goes with --reset'
refused "--reset --all abcdef" '--all goes with --reset'
refused "--reset --freeze abcdef" 'one of --reset, --freeze and --thaw'
refused "-n 0" '--limit takes a number from 1'

command -v sqlite3 >/dev/null || finish
sql() {
	sqlite3 "$WF_STATE_DIR/wf.db" "$1"
}

"$WF" -q -c '/chain "one: /bash true"' >/dev/null
run=$(sql "select ulid from runs")
now=$(date +%s)000
one=abcdef0101010101010101010101010101010101010101010101010101010101
two=abcdef0202020202020202020202020202020202020202020202020202020202
state='{"v":1,"rows":7,"b":[[4,8,6,4,2.5],[0,0,0,0,0]],"c":[{"o":[[8,4,83.2],[4,1,0.1]],"t":[]}]}'
sql "insert into sites(key, text, path, dir, upto, count, stored, used_ms,
	state) values
	(x'$one', 'if tests.ok &&
	  quick then ship', 'review.if1', '/tmp/one', 2, 1200, 3, $now,
	'$state'),
	(x'$two', 'choose a or b' || char(27) || '[31m', 'choose1',
	'/tmp/two', 0, 1, 0, $now - 1, NULL);
insert into decisions(site, at_ms, branch, ok, ms, cost, run, path, detail)
	values (1, $now - 90000, 0, 1, 12.5, 0, '$run', 'review.if1',
	'{\"c\":[]}'), (1, $now - 60000, -1, 0, 2100, 0.25,
	'00000000000000000000000000', 'for1[3].if1', '{}');"

run_wf -c /learned
is "$(printf '%s\n' "$out" | head -n 1)" \
	'SITE     DECISIONS  LAST STATE   PATH                 TEXT' \
	"sites are listed under a heading"
like "$(printf '%s\n' "$out" | sed -n 2p)" \
	'^abcdef01 +1200 +[0-9]+s learns  review\.if1 +if tests\.ok && quick then ship$' \
	"the last used first, each on one line"
like "$(printf '%s\n' "$out" | sed -n 3p)" '^abcdef02 +1 +[0-9]+s new ' \
	"one that knows nothing yet is new"
run_wf -c '/learned -o json'
has "$out" '{"v":1,"sites":[{"site":"'$one'","short":"abcdef01"' \
	"as a document, with whole keys"
has "$out" '"path":"review.if1","dir":"/tmp/one"' "path and directory"
has "$out" '"decisions":1200,"stored":3,' "and counts"
run_wf -c '/learned abcdef'
is "$status" 1 "a prefix of two is refused"
has "$err" "'abcdef' is ambiguous: abcdef010101, abcdef020202" \
	"and both are named"
run_wf -c '/learned abcdef03'
has "$err" 'the nearest is abcdef020202' "of an unknown one the nearest"

run_wf -c '/learned ABCDEF01'
is "$status" 0 "one is shown"
has "$out" 'abcdef01  review.if1  in /tmp/one' "with path and directory"
has "$out" '  if tests.ok && quick then ship' "its text on one line"
has "$out" '1200 decisions' "how often it decided"
has "$out" '  learned from 7 decisions
  branch 1: taken 4 times, succeeds 75 %, 12.2 ms
  condition 1, operand 1: costs 83.2 ms, true 50 %
  condition 1, operand 2: costs 0.1 ms, true 25 %' "what it knows"
like "$out" "^1      ok +13ms +1m ${run%????????????????????}" \
	"and its decisions"
like "$out" '^none   failed +2\.1s +1m gone for1\[3\]\.if1$' \
	"also those whose run is gone"
is "$(printf '%s\n' "$out" | sed -n '/^BRANCH/,$p' | sed -n '2s/ .*//p')" \
	none "the newest first"
run_wf -c '/learned abcdef01 -o json'
has "$out" '"state":'"$state" "as a document with its state"
has "$out" '"path":"for1[3].if1","branch":-1,"ok":false,"ms":2100,"cost":0.25,"detail":{}}' \
	"and its decisions"
if command -v python3 >/dev/null; then
	printf '%s' "$out" | python3 -m json.tool >/dev/null
	ok $? "which is JSON"
fi
run_wf -c '/learned abcdef02'
has "$out" '1 decision' "one that knows nothing is shown too"
lacks "$out" "$(printf '\033')" "no text gets through to a terminal"

run_wf -c '/learned --freeze abcdef01'
is "$status" 0 "a site is frozen"
has "$err" '/learned --thaw abcdef01' "and how it is thawed"
run_wf -c /learned
like "$out" '^abcdef01 .* frozen ' "the list says so"
run_wf -c '/learned abcdef01'
has "$out" '1200 decisions, frozen' "and so does the site"
run_wf -c '/learned abcdef01 --thaw -o json'
is "$out" '{"v":1,"thawed":1}' "thawed again, as a document"
run_wf -c /learned
like "$out" '^abcdef01 .* learns ' "it learns"
run_wf -c '/learned abcdef01 --reset'
is "$status" 0 "a site is reset"
run_wf -c '/learned abcdef01'
has "$out" '1200 decisions, 0 since it was reset' "it begins anew"
lacks "$out" 'operand' "and knows nothing"
has "$out" 'before it was reset:' "its decisions are still there"
sql "update sites set state = '{\"a\"' where id = 2"
run_wf -c '/learned abcdef02'
is "$status" 1 "a damaged state fails"
has "$err" 'cannot be read' "and is told"
has "$err" '/learned --reset SITE' "with the way out"
run_wf -c '/learned abcdef02 -o json'
has "$out" '"state":null' "in a document it is null"
run_wf -c '/learned --reset --all -o json'
is "$out" '{"v":1,"reset":2}' "all are reset"
run_wf -c '/learned abcdef02'
is "$status" 0 "which repairs it"

sql "with recursive n(i) as (select 1 union all select i + 1 from n
	where i < 30) insert into sites(key, text, path, dir, used_ms)
	select cast(printf('%032d', i) as blob), 'x', 'if' || i, '/', i from n"
run_wf -c /learned
is "$(printf '%s\n' "$out" | wc -l)" 19 "a list fits on one screen"
has "$err" '14 more are not shown    /learned -n 32' "and says what is left"
run_wf -c '/learned -n 32'
is "$(printf '%s\n' "$out" | wc -l)" 33 "which are shown too"
is "$err" "" "then nothing is left"
is "$(printf '%s\n' "$out" | awk 'NR > 1 { print $1 }' | sort -u | wc -l)" \
	32 "keys alike are as long as they need be"
finish
