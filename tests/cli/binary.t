# Scripts that are no text: one error with its place, and nothing runs.
. "${0%/*}/../lib.sh"

# one WORDS SENTENCE: the last run was refused by one error with WORDS in it.
one() {
	is "$status" 2 "$2 is a usage error"
	is "$(printf '%s\n' "$err" | grep -c 'error:')" 1 "told once ($2)"
	has "$err" "$1" "with its place and why ($2)"
	has "$err" "   help: " "and a way out ($2)"
	is "$out" "" "and nothing ran ($2)"
}

cp "$WF" ./program
printf '/echo one\n/echo a\000b\n' >nul.wf
printf '/echo one\n/echo caf\351\n' >latin.wf
printf '\377\376/\000e\000c\000h\000o\000\n\000' >utf16.wf
head -c 3000 /dev/urandom | tr -d '\n' >noise.wf
printf '\200\n' >>noise.wf

run_wf ./program
one './program:1:1: error: this is a program, not a script' "a program"
run_wf nul.wf
one 'nul.wf:2:8: error: a NUL byte stands in the text' "a NUL"
run_wf latin.wf
one 'latin.wf:2:10: error: the byte 0xe9 is not UTF-8' "latin text"
run_wf utf16.wf
one 'utf16.wf:1:1: error: this is UTF-16, and a script is UTF-8' "UTF-16"
run_wf noise.wf
one 'noise.wf:1:' "noise"
run_wf -c '/source latin.wf'
has "$err" 'latin.wf:2:10: error: the byte 0xe9' "/source tells the same"
run_wf -o json ./program
has "$out" '"code":"E113"' "-o json has the same error"
run_wf -n ./program
is "$status" 2 "-n finds it too"

"$WF" <./program >"$WORLD/out" 2>"$WORLD/err"
status=$? out=$(cat "$WORLD/out") err=$(cat "$WORLD/err")
one '<stdin>:1:1: error: this is a program' "a program as input"
"$WF" -k <nul.wf >"$WORLD/out" 2>"$WORLD/err"
is $? 2 "input that stops being text ends with 2, with -k too"
is "$(cat "$WORLD/out")" "one" "the lines before it have run"
has "$(cat "$WORLD/err")" '<stdin>:2:8: error: a NUL byte' "its place is told"
printf '/chain:\n  steps:\n    - command: /echo x\377\n/echo never\n' |
	"$WF" >"$WORLD/out" 2>"$WORLD/err"
is "$(cat "$WORLD/out")" "" "a block that is no text does not run"
is "$(grep -c error: "$WORLD/err")" 1 "and is one error"
has "$(cat "$WORLD/err")" '<stdin>:3:23: error: the byte 0xff' "at its place"
printf '\357\273\277/echo bom\r\n/echo caf\303\251\r\n' >bom.wf
run_wf bom.wf
is "$out" "bom
café" "a byte order mark and CRLF are fine"
finish
