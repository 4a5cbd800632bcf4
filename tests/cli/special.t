# Files that are none: pipes without another end, devices, sockets, folders.
# None of them holds a step or wf up.
. "${0%/*}/../lib.sh"

mkfifo ff
wf_soon() {
	timeout -k 1 20 "$WF" "$@" >"$WORLD/out" 2>"$WORLD/err"
	status=$?
	out=$(cat "$WORLD/out")
	err=$(cat "$WORLD/err")
}

wf_soon -c '/chain "a: /echo hi -> b: /write ff @timeout=1s"'
is "$status" 1 "a pipe that nobody reads is not written to"
has "$err" "nobody reads" "which is said"
has "$err" "with /bash" "with a way out"
wf_soon -c '/chain "a: /echo hi -> b: /write ff --append"'
is "$status" 1 "nor appended to"

(exec 3<>ff; wf_soon -c '/chain "a: /echo hi -> b: /write ff"'; head -n 1 <&3 >got
	echo "$status" >rc)
is "$(cat rc got)" "0
hi" "a pipe that somebody reads is"
(
	exec 3<>ff
	wf_soon -c '/chain "a: /bash head -c 300000 /dev/zero -> b: /write ff @timeout=1s"'
	echo "$status" >rc
)
is "$(cat rc)" 124 "a reader that does not read is left at the timeout"
(
	exec 3<>ff
	"$WF" -c '/chain "a: /bash head -c 300000 /dev/zero -> b: /write ff"' \
		>out 2>err &
	pid=$!
	until_ok 20 grep -q 'b started' err
	kill -TERM $pid
	wait $pid
	echo "$?" >rc
)
is "$(cat rc)" 143 "or at a signal"

wf_soon -c '/read ff'
has "$err" "not a regular file" "/read takes no pipe"
wf_soon -c '/grep x ff @timeout=9s'
is "$status" 2 "/grep takes no pipe"
has "$err" "neither a file nor a folder" "and says so"
wf_soon -c '/chain "a: /bash echo hi @reads=ff @cache"'
is "$status" 0 "@reads does not wait at a pipe: there is nothing to cache by"

wf_soon -c '/chain "a: /echo hi -> b: /write ."'
has "$err" "s a directory" "a folder is not written to"
wf_soon -c '/chain "a: /echo hi -> b: /write /dev/full"'
has "$err" "No space left" "a device says itself what it takes"
wf_soon -c '/chain "a: /echo hi -> b: /write /dev/null"'
is "$status" 0 "and takes it"

# What is run may come through a pipe.
echo '/echo from a pipe' >ff &
wf_soon ff
is "$out" "from a pipe" "wf runs what comes through a pipe"
wait $!
echo '/echo sourced' >ff &
wf_soon -c '/source ff'
is "$out" "sourced" "and so does /source"
wait $!
"$WF" ff >out 2>err &
pid=$!
until_ok 20 sh -c "ls -l /proc/$pid/fd | grep -q /ff"
kill -TERM $pid
wait $pid
is "$?" 143 "until a signal ends the wait"
finish
