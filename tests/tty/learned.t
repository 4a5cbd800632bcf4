# /learned on a terminal: one row a site, keys by Tab.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"
command -v sqlite3 >/dev/null || skip_all "sqlite3 is not installed"

"$WF" -q -c /learned
sqlite3 "$WF_STATE_DIR/wf.db" "insert into sites(key, text, path, dir,
	used_ms, count) values(cast(x'abcdef01' || zeroblob(28) as blob),
	'if the first of these is so and the second of them is not then ship',
	'a_rather_long_path.of_names.if1', '/tmp', 1, 7),
	(cast(x'1234567890' || zeroblob(27) as blob), 'choose', 'choose1', '/', 2, 123456)"
see() {
	shows "$1"
	ok $? "$2" || note "$(screen)"
}
within() {
	is "$(screen | awk -v w="$1" 'length > w')" "" "no row is longer than $1"
	is "$(screen | sed -n '/^SITE/,/^wf>/p' | wc -l)" 4 "each site is one row"
}
tty_open 80 24
enters /learned
see '^123456 +123456 +[0-9]+d new +choose1 +choose$' "the last used is first"
see '^abcdef +7 .* a_rather_long_.*\.\.\. +if the first.*\.\.\.$' \
	"long texts are cut"
within 80
types '/learned 12'
keys Tab
see 'wf> /learned 123456 *$' "a key is completed"
keys Enter
see '^123456  choose1  in /$' "and shown"
tty_open 50 24
enters /learned
see '^abcdef +7 .*new +if .*\.\.\.$' "on a narrow one there is no path"
within 50
finish
