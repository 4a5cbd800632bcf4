# The shell that owns a run is reached wherever its state lies, and whatever
# answers there is taken with care.
. "${0%/*}/../lib.sh"

running() {
	"$WF" -c /runs | grep -q running
}

# start TEXT: a run in the background that lasts.
start() {
	"$WF" -c "$1" >/dev/null 2>"$WORLD/e" &
	pid=$!
	until_ok 20 running
}

long=$WORLD/$(printf '%0100d/%0100d' 1 2)
mkdir -p "${long%/*}" && mkdir -m 700 "$long"
short=$WF_STATE_DIR
WF_STATE_DIR=$long
start '/chain "a: /bash sleep 61 -> b: /echo x"'
run_wf -c '/cancel'
is "$status" 0 "a run whose state has a long path is cancelled from elsewhere" ||
	note "$err"
if [ "$status" != 0 ]; then
	kill "$pid"
fi
wait "$pid"
is $? 130 "and ends"
WF_STATE_DIR=$short

umask 000
start '/chain "a: /bash sleep 62 -> b: /echo x"'
modes() {
	find "$WF_STATE_DIR/owners" -type s -exec stat -c %a {} + 2>/dev/null
}
until_ok 20 sh -c 'test -S "$0"/owners/*.sock' "$WF_STATE_DIR"
is "$(modes)" 600 "only the same user may connect, whatever the umask"
umask 022

if command -v python3 >/dev/null; then
	set -- "$WF_STATE_DIR"/owners/*.sock
	mv "$1" "$WORLD/kept.sock"
	python3 - "$1" <<'END' &
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
os.chdir(os.path.dirname(sys.argv[1]))
s.bind(os.path.basename(sys.argv[1]))
s.listen()
for reply in b'{"error":"no such luck"}\n', b'{"error":"odd","code":-7}\n', b'[]\n':
    c, _ = s.accept()
    c.recv(4096)
    c.sendall(reply)
    c.close()
END
	server=$!
	until_ok 20 test -S "$1"
	run_wf -c '/cancel'
	ok $((status > 128)) "an answer without a code is an answer"
	has "$err" "no such luck" "and is told" || note "$status: $err"
	run_wf -c '/cancel'
	ok $((status == 0 || status > 128)) "a code that is none is an error"
	run_wf -c '/cancel'
	is "$status" 1 "what says neither yes nor no is no answer"
	wait "$server"
	mv "$WORLD/kept.sock" "$1"
fi
run_wf -c '/cancel'
is "$status" 0 "the run of the other shell is cancelled" || note "$err"
wait "$pid"

# The guard is stopped, so that the lock of the shell that died stays held:
# only a step of ours lets it go on.
guard_of() {
	for f in /proc/[0-9]*/status; do
		grep -q "^PPid:[[:space:]]*$1\$" "$f" 2>/dev/null || continue
		grep -q '^Name:.*wf-guard' "$f" 2>/dev/null || continue
		f=${f%/status}
		echo "${f#/proc/}"
	done
}
# A run goes before the first process that it needs.
guarded() {
	guard=$(guard_of "$pid")
	[ -n "$guard" ]
}
# die: a run whose shell has died and whose guard has not yet.
die() {
	start "/chain \"a: /bash sleep 6$1 -> b: /echo x\""
	until_ok 20 guarded
	id=$("$WF" -c /runs | awk '/running/ { print $1 }')
	kill -STOP "$guard"
	kill -KILL "$pid"
	wait "$pid"
}
die 3
run_wf -c "/chain \"a: /bash true -> b: /bash true -> c: /bash kill -CONT $guard\" &
/cancel $id"
is "$status" 0 "/cancel waits for what a dead shell left, and runs go on" ||
	{ note "$err"; kill -CONT "$guard"; }
run_wf -c '/runs'
like "$out" "^$id +cancelled" "the run is cancelled"
die 4
run_wf -c '/resume @last'
is "$status" 1 "what does not go away is not waited for long"
has "$err" "its steps are still being ended" "and why is told" || note "$err"
kill -CONT "$guard"
free() {
	"$WF" -c '/runs' | grep -q interrupted
}
until_ok 20 free
run_wf -c '/cancel @last'
is "$status" 0 "then it can be had" || note "$err"
finish
