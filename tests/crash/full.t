#!/bin/sh
# A disk that is full: runs pause, nothing acknowledged is lost, they go on.
. "${0%/*}/../lib.sh"

[ "$(id -u)" = 0 ] || skip_all "needs root to mount an 8 MiB file system"
command -v mkfs.ext4 >/dev/null || skip_all "mkfs.ext4 is not installed"
disk=$WORLD/disk
mkdir "$disk"
truncate -s 8M "$WORLD/image"
mkfs.ext4 -q -F -m 0 "$WORLD/image" 2>/dev/null || skip_all "mkfs.ext4 failed"
mount -o loop "$WORLD/image" "$disk" 2>/dev/null ||
	skip_all "a loop file system cannot be mounted here"
trap 'umount "$disk" 2>/dev/null || umount -l "$disk"' EXIT
WF_STATE_DIR=$disk/state

fill() {
	dd if=/dev/zero of="$disk/filler" bs=64k 2>/dev/null
	dd if=/dev/zero of="$disk/filler2" bs=1k 2>/dev/null
	sync "$disk"/filler*
}

# steps N COMMAND prints a chain of N steps.
steps() {
	printf '/chain {'
	i=1
	while [ "$i" -le "$1" ]; do
		[ "$i" -gt 1 ] && printf ' ->'
		printf ' s%s: /bash echo %s >>ledger; %s' "$i" "$i" "$2"
		i=$((i + 1))
	done
	printf ' }\n'
}

acked() {
	grep -c '"step.finished"' "$WORLD/jsonl"
}

stalled() {
	grep -q 'full' "$WORLD/err"
}

more_than() {
	[ "$(acked)" -gt "$1" ]
}

# trial NAME N COMMAND: full after the first results, space again later.
trial() {
	rm -rf ledger "$WORLD/jsonl" "$WORLD/err" "$WF_STATE_DIR"
	mkdir -m 700 "$WF_STATE_DIR"
	: >"$WORLD/jsonl"
	: >"$WORLD/err"
	steps "$2" "$3" >flow.wf
	"$WF" -o jsonl flow.wf >"$WORLD/jsonl" 2>"$WORLD/err" &
	pid=$!
	until_ok 5 more_than 3
	fill
	until_ok 10 stalled
	ok $? "$1: a full disk is told" || note "$(tail -n 3 "$WORLD/err")"
	before=$(acked)
	sleep 1.5
	is "$(acked)" "$before" "$1: nothing is acknowledged while it is full"
	kill -0 "$pid" 2>/dev/null
	ok $? "$1: the shell lives"
	is "$(grep -c 'full' "$WORLD/err")" 1 "$1: it is said once"
}

again() {
	rm -f "$disk"/filler*
	wait "$pid"
	is $? 0 "$1: the run goes on when space returns, and succeeds"
	is "$(grep -c 'goes on' "$WORLD/err")" 1 "$1: it says so once"
	is "$(wc -l <ledger)" "$2" "$1: each step ran once"
	is "$(acked)" "$2" "$1: each is acknowledged"
	run_wf -o json -c '/show @last'
	is "$(printf '%s' "$out" | grep -o '"status":"succeeded"' | wc -l)" \
		$(($2 + 1)) "$1: and in the journal"
}

trial "the journal" 250 'head -c 900 /dev/zero | tr "\0" x'
again "the journal" 250
trial "outputs" 60 'head -c 50000 /dev/urandom | od -An -tx1 | head -c 60000'
again "outputs" 60

# --- large inputs that are joined need room of their own
rm -rf "$WF_STATE_DIR" "$WORLD/jsonl" "$WORLD/err"
mkdir -m 700 "$WF_STATE_DIR"
: >"$WORLD/jsonl"
: >"$WORLD/err"
cat >join.wf <<'END'
/flow { [a: /bash head -c 900000 /dev/zero | tr '\0' a, b: /bash head -c 900000 /dev/zero | tr '\0' b, g: /bash until test -e go; do sleep 0.05; done] -> c: /bash wc -c >joined; cat >/dev/null }
END
"$WF" -o jsonl join.wf >"$WORLD/jsonl" 2>"$WORLD/err" &
pid=$!
until_ok 5 more_than 1
fill
# Room for the journal, not for the input.
truncate -s -300k "$disk/filler"
: >go
until_ok 10 stalled
ok $? "joined inputs: a full disk is told" || note "$(tail -n 3 "$WORLD/err")"
sleep 1
kill -0 "$pid" 2>/dev/null
ok $? "joined inputs: the run waits"
rm -f "$disk"/filler*
wait "$pid"
is $? 0 "joined inputs: it goes on when space returns" ||
	note "$(tail -n 5 "$WORLD/err")"
is "$(tr -d ' ' <joined)" 1800001 "joined inputs: with all of its input"
is "$(grep -c 'goes on' "$WORLD/err")" 1 "joined inputs: it says so once"
rm -f go

# --- killed while it is full
trial "killed" 250 'head -c 900 /dev/zero | tr "\0" x'
grep '"step.finished"' "$WORLD/jsonl" >"$WORLD/before"
kill -9 "$pid"
wait "$pid" 2>/dev/null
rm -f "$disk"/filler*
run_wf -o json -c '/show @last'
lost=0
for path in $(sed -n 's/.*"path":"\([^"]*\)".*/\1/p' "$WORLD/before"); do
	printf '%s' "$out" | grep -q "\"name\":\"$path\"[^}]*\"status\":\"succeeded\"" || lost=$((lost + 1))
done
is "$lost" 0 "killed while it is full: what was acknowledged is there"
resumed() {
	timeout 60 "$WF" -q -c '/resume @last' >"$WORLD/out" 2>"$WORLD/err"
}
until_ok 3 resumed
ok $? "killed while it is full: the run is resumed to its end"
is "$(sort -u ledger | wc -l)" 250 "killed while it is full: each step ran"
# --- a run whose first commit never was
umount "$disk"
mount -t tmpfs -o size=600k none "$disk"
WF_STATE_DIR=$disk/state
"$WF" -c '/echo first' >"$WORLD/out"
dd if=/dev/zero of="$disk/filler" bs=4k 2>/dev/null
: >"$WORLD/err"
env --default-signal=INT "$WF" -c '/chain {a: /bash echo >effect}' \
	2>"$WORLD/err" &
pid=$!
until_ok 10 stalled
kill -INT $pid
wait $pid
has "$(cat "$WORLD/err")" "nothing of it was begun" \
	"a run that was not recorded is no run to resume"
lacks "$(cat "$WORLD/err")" /resume "and nobody is sent to resume it"
ok "$(! test -e effect; echo $?)" "its first step did not run"
timeout 60 "$WF" -c '/chain --timeout 1s {a: /bash echo >effect}' \
	2>"$WORLD/err"
is $? 124 "a run's own timeout ends the wait for room"
has "$(cat "$WORLD/err")" "nothing of the run was begun" "and says so"
finish
