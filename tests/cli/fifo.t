# Lines from a pipe that stays open run as soon as they are complete.
. "${0%/*}/../lib.sh"

mkfifo pipe
"$WF" -q <pipe >"$WORLD/out" 2>"$WORLD/err" &
pid=$!
exec 3>pipe

said() {
	grep -qx "$1" "$WORLD/out"
}

echo '/echo one' >&3
until_ok 20 said one
ok $? "a complete line runs while the pipe is open"
printf '/echo tw' >&3
echo '/echo marker' | "$WF" -q >/dev/null
said tw
[ $? -ne 0 ]
ok $? "the beginning of a line does not"
printf 'o\n/chain:\n  steps:\n    - command: /echo block\n' >&3
until_ok 20 said two
ok $? "until the rest of it comes"
echo '/echo three' >&3
until_ok 20 said three
ok $? "a line behind a block runs"
is "$(sed -n 3p "$WORLD/out")" "block" "after the block that it has ended"
printf '/echo "a\n' >&3
printf 'b"\n' >&3
until_ok 20 said b
ok $? "an open text waits for its end"
echo '/bash echo background done &' >&3
until_ok 20 said 'background done'
ok $? "runs in the background go on while no line comes"
printf '/echo last' >&3
exec 3>&-
wait $pid
is $? 0 "the end of the pipe is the end"
is "$(tail -n 1 "$WORLD/out")" "last" "and ends the last line"
finish
