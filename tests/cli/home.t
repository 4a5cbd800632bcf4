# Where the state is, and what happens when it can be nowhere.
. "${0%/*}/../lib.sh"

# bad ARGS… — no run without a state: one error with a way out.
bad() {
	env "$@" "$WF" -c '/echo ran' >"$WORLD/out" 2>"$WORLD/err"
	is $? 1 "$*: status 1"
	is "$(cat "$WORLD/out")" "" "$*: nothing runs"
	is "$(grep -c 'error:' "$WORLD/err")" 1 "$*: one error"
	has "$(cat "$WORLD/err")" "WF_STATE_DIR" "$*: with a way out"
	env "$@" "$WF" -o json -c '/echo ran' >"$WORLD/out" 2>/dev/null
	has "$(cat "$WORLD/out")" '"status":"error","exit":1' \
		"$*: -o json has a document"
}
# The same, and the doctor can see it.
seen() {
	bad "$@"
	env "$@" "$WF" doctor >"$WORLD/out" 2>&1
	is $? 1 "$*: the doctor says so too"
}

touch file
ln -s /nonexistent/wf dangling
seen -u HOME -u WF_STATE_DIR
has "$(env -u HOME -u WF_STATE_DIR "$WF" -c /runs 2>&1)" \
	"HOME is not set" "an unset HOME is named"
seen -u WF_STATE_DIR HOME=
seen -u WF_STATE_DIR HOME=home
has "$(env -u WF_STATE_DIR HOME=home "$WF" -c /runs 2>&1)" \
	"HOME is 'home', which does not begin with /" "so is a relative one"
[ ! -e home ]
ok $? "and nothing is made beneath the working directory"
bad -u WF_STATE_DIR HOME=/proc
seen WF_STATE_DIR=file
seen WF_STATE_DIR=file/below
bad WF_STATE_DIR=/proc/state
seen WF_STATE_DIR=dangling
if [ "$(id -u)" -ne 0 ]; then
	mkdir -m 555 locked
	bad WF_STATE_DIR=locked/state
fi

out=$(env -u WF_STATE_DIR XDG_STATE_HOME=relative "$WF" -c '/set state_dir')
is "$out" "$HOME/.local/state/wf" "a relative XDG_STATE_HOME is ignored"
out=$(env -u WF_STATE_DIR XDG_STATE_HOME="$PWD/xdg" "$WF" -c '/set state_dir')
is "$out" "$PWD/xdg/wf" "an absolute one is used"
mkdir below
out=$(WF_STATE_DIR=state "$WF" -C below -c '/cd ..' -c '/set state_dir')
is "$out" "$PWD/below/state" \
	"a relative WF_STATE_DIR counts from where wf begins"
[ -e below/state/wf.db ]
ok $? "and is there"
is "$(stat -c %a below/state)" 700 "for its owner only"
out=$(env -u HOME -u WF_STATE_DIR "$WF" -n -c '/echo x' 2>&1)
is "$?$out" 0 "checking needs no state"

# What keeps nothing works without a state, and says what it does not know.
without() {
	env WF_STATE_DIR=file "$WF" -c "$1" >"$WORLD/out" 2>"$WORLD/err"
	is $? "${3:-0}" "$1 without a state: status ${3:-0}"
	has "$(cat "$WORLD/out")" "$2" "$1 does its work"
}
without '/explain "a: /bash true -> b: /echo x"' 'no prediction'
has "$(cat "$WORLD/err")" "durations are not known: " "and tells what it lacks"
without '/graph "a: /bash true -> b: /echo x"' '/bash true'
without '/help chain' '/chain'
without '/bash --help' 'shell text'
without '/set durability' 'full'
without '!echo bang' 'bang'
for line in /runs /show '/explain @last' '/chain {/echo x}' /wait /resume; do
	without "$line" '' 1
	has "$(cat "$WORLD/err")" "file'" "$line tells why it cannot"
done
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null &&
	setpriv --reuid=65534 --clear-groups "$WF" --version >/dev/null 2>&1
then
	chmod 755 "$WF_TEST_WORLD" "$WORLD"
	mkdir -m 755 "$WORLD/rooted"
	other() {
		cd / && setpriv --reuid=65534 --clear-groups env -u \
			WF_STATE_DIR HOME="$WORLD/rooted" "$WF" "$@" 2>&1
	}
	has "$(other -c /runs)" "Permission denied" \
		"that making is not permitted is named as the reason"
	has "$(other doctor)" "fail state: " "and the doctor says so"
	has "$(other -c '/explain "/echo x"')" "no prediction" \
		"texts can be explained all the same"
fi
finish
