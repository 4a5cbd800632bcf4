# No room for processes, threads or descriptors: a run waits for it or fails
# with the cause; it is never lost.
. "${0%/*}/../lib.sh"

# Many outputs that are files until the journal has them.
wide=$(i=0; while [ $i -lt 120 ]; do
	printf '%s%s' "${sep-}" "s$i: /bash head -c 20000 /dev/zero"
	sep=', ' i=$((i + 1))
done)
(
	ulimit -n 100
	export WF_MAX_PARALLEL=60 WF_STATE_DIR="$WORLD/wide"
	run_wf -c "/chain \"[$wide]\"" >/dev/null
	echo "$status" >rc
)
is "$(cat rc)" 0 "steps and their outputs wait for descriptors"

text='/chain "a: /bash echo hi -> [b: /bash sleep 0.1, c: /bash sleep 0.1, d: /bash sleep 0.1, e: /bash sleep 0.1] -> f: /bash echo end"'

bad=
for n in 17 18 20 22 23 24 25 26 27 28 30 40; do
	export WF_STATE_DIR="$WORLD/files$n"
	(ulimit -n $n && exec timeout 60 "$WF" -c "$text") >out 2>err
	status=$?
	case $status in
	0) ;;
	1) grep -q 'Too many open files\|unable to open' err ||
		bad="$bad $n:no-cause" ;;
	*) bad="$bad $n:$status" ;;
	esac
	# that there was no room for a database is told above
	[ -e "$WF_STATE_DIR/wf.db" ] &&
		"$WF" -c '/runs --all' 2>&1 | grep -q 'interrupted\|running' &&
		bad="$bad $n:lost"
done
is "$bad" "" "with few descriptors a run ends, and a failure says why" ||
	cat err
export WF_STATE_DIR="$WORLD/state2"

run_wf -o json -c '/bash kill -KILL $PPID; sleep 60'
is "$status" 1 "a step that ends the process that keeps it fails in the end"
has "$out" "died, 5 times in a row" "and says so"
run_wf -c '/chain "pay: /bash {kill -KILL $PPID; sleep 60} @effect=once"'
is "$status" 75 "but one that must not be repeated is in doubt"

# A bound of files' size, as `ulimit -f` sets it.
(
	ulimit -f 2000
	run_wf -c '/chain "a: /bash head -c 3000000 /dev/zero @retry=0"'
	is "$status" 1 "an output larger than a file may be fails its step"
	has "$err" "File too large (ulimit -f)" "with the cause"
	run_wf -c '/chain "a: /bash head -c 200000 /dev/zero -> b: /bash {cat; cat; cat} -> c: /write big --append"'
	is "$status" 0 "smaller ones do not"
	run_wf -c '/bash {cat big big big big big big big big big big big >bigger}'
	is "$status" 153 "a step's own process is ended as everywhere"
	run_wf -c '/bash grep SigIgn /proc/self/status'
	# Those above 31 belong to the C library; who began us may ignore them.
	is "$((0x${out##*[!0-9a-f]} & 0x7fffffff))" 0 \
		"and inherits no ignored signal"
	echo "$test_count $test_failed" >"$WORLD/counts"
)
read -r test_count test_failed <"$WORLD/counts"

# The bound of processes is a user's, and root has none.
room() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=54321 --clear-groups -- "$@"
	else
		return 1
	fi
}
if command -v prlimit >/dev/null && room true 2>/dev/null; then
	home=$(mktemp -d /tmp/wf-scarce.XXXXXX)
	chmod 755 "$home"
	cp "$WF" "$home/wf"
	mkdir "$home/t" && chmod 777 "$home/t"
	there=$PWD
	cd "$home/t" || exit 1
	for n in 10 12; do
		room env HOME="$home/t" WF_STATE_DIR="$home/t/st$n" \
			prlimit --nproc=$n timeout 60 "$home/wf" -c "$text" \
			>"$there/out" 2>"$there/err"
		is "$?" 0 "with room for $n processes and threads steps wait for each other" ||
			cat "$there/err"
	done
	for n in 4 5; do
		room env HOME="$home/t" WF_STATE_DIR="$home/t/st$n" \
			prlimit --nproc=$n timeout 60 "$home/wf" -c "$text" \
			>"$there/out" 2>"$there/err"
		is "$?" 1 "with room for $n a run fails"
		has "$(cat "$there/err")" "Resource temporarily unavailable" \
			"with the cause"
		lacks "$(WF_STATE_DIR=$home/t/st$n "$WF" -c /runs 2>&1)" \
			interrupted "and is not interrupted"
	done
	cd "$there" && rm -rf "$home"
else
	ok 0 "no other user here # SKIP"
fi
finish
