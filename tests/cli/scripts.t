# Scripts: read whole, blocks, line numbers, errors of garbage.
. "${0%/*}/../lib.sh"

cat >two.wf <<'END'
# a comment

/echo first
/chain "a: /echo one ->
        b: /nope"
/echo last
END
run_wf two.wf
is "$status" 2 "an error anywhere in a file is a usage error"
is "$out" "" "and nothing of the file runs"
has "$err" "two.wf:5:12: error: unknown command '/nope'" \
	"the error has file, line and column"

run_wf -c '/nope1
/echo ok
/nope2'
like "$err" '^-c:1:1: error' "all errors are shown: the first"
like "$err" '^-c:3:1: error' "all errors are shown: the last"

out=$(printf '/echo one\n/nope\n/echo three\n' | "$WF" 2>"$WORLD/err")
is $? 2 "piped lines stop at a bad one"
is "$out" "one" "what stood before it ran"
has "$(cat "$WORLD/err")" "<stdin>:2:1: error" "standard input has lines too"

cat >block.wf <<'END'
/chain:
  steps:
    - name: hello
      command: /echo
      params: hello

    - name: again
      command: /bash cat; echo again
/echo behind
END
run_wf block.wf
is "$out" "hello
again
behind" "a block ends at the first line that is not indented"
out=$("$WF" <block.wf 2>/dev/null)
is "$out" "hello
again
behind" "and so it does on standard input"

sed 1d block.wf | sed '$d' | sed '1i chain:' >flow.yaml
run_wf flow.yaml
is "$out" "hello
again" "a .yaml file is one block"
mv flow.yaml flow.txt
run_wf flow.txt
is "$out" "hello
again" "so is a file that begins with chain:"

printf '\357\273\277/echo dos\r\n' >dos.wf
run_wf dos.wf
is "$out" "dos" "a BOM and CRLF are accepted"
printf '#!/usr/bin/env wf\n/echo shebang\n' >sb.wf
run_wf sb.wf
is "$out" "shebang" "a first line with #! is a comment"
: >empty.wf
run_wf empty.wf
is "$status" 0 "an empty script succeeds"

run_wf -c '/chain "open'
is "$status" 2 "an open quote is an error"
has "$err" "not closed" "and says so"
out=$(printf '/chain "a: /echo one ->\n  b: /echo two"\n' | "$WF" 2>/dev/null)
is "$out" "two" "an open quote goes on in the next line of a pipe"

head -c 4000 /dev/urandom >garbage
run_wf garbage
is "$status" 2 "random bytes are a usage error"
run_wf -o json garbage
is "$status" 2 "also with -o json"
printf '%s' "$out" | python3 -c 'import json,sys; json.load(sys.stdin)'
ok $? "whose document is JSON"
"$WF" <garbage >/dev/null 2>&1
is $? 2 "random bytes on standard input are a usage error"
printf '/echo a\0b\n' >nul.wf
run_wf nul.wf
is "$status" 2 "a NUL byte is a usage error"
head -c 300000 /dev/zero | tr '\0' '(' >deep.wf
run_wf -c "/chain $(head -c 5000 deep.wf)"
is "$status" 2 "five thousand brackets are a usage error"

i=0
while [ $i -lt 600 ]; do
	echo "/echo $i"
	i=$((i + 1))
done >long.wf
run_wf long.wf
is "$(printf '%s\n' "$out" | tail -n 1)" 599 "a long script runs to its end"
is "$(printf '%s\n' "$out" | wc -l)" 600 "every line of it once"
finish
