# Where the state is, and what happens when it can be nowhere.
. "${0%/*}/../lib.sh"

# bad ARGS… — no run without a state: one error with a way out.
bad() {
	env "$@" "$WF" -c '/echo ran' >"$WORLD/out" 2>"$WORLD/err"
	is $? 1 "$*: status 1"
	is "$(cat "$WORLD/out")" "" "$*: nothing runs"
	is "$(grep -c 'wf: error:' "$WORLD/err")" 1 "$*: one error"
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
finish
