# The examples of wf-workflow(5) and wf-lua(7) can be read, and do what is said there.
. "${0%/*}/../lib.sh"
page=$ROOT/man/wf-workflow.5

# Displayed lines and blocks, without roff.
plain() {
	sed -e 's/\\(dq/"/g' -e 's/\\(aq/'"'"'/g' -e 's/\\-/-/g' -e 's/\\&//g' \
		-e 's/\\e/\\/g'
}
awk '/^\.Bd -literal/ { b = ""; inside = 1; next }
	/^\.Ed/ { inside = 0; if (b ~ /^chain:/) { n++
		printf "%s", b >("block" n ".yaml") } }
	inside { b = b $0 "\n" }' "$page"
for file in block*.yaml; do
	plain <"$file" >"plain-$file"
	run_wf -n "plain-$file"
	is "$status" 0 "the block $file can be read" || note "$err"
done
cp "$ROOT/scripts/examples/risk.lua" .
sed -n 's/^\.Dl \(\/.*\)/\1/p' "$page" "$ROOT/man/wf-lua.7" | plain >lines
[ -s lines ]
ok $? "the pages display lines"
while IFS= read -r line; do
	run_wf -n -c "$line"
	is "$status" 0 "$line" || note "$err"
done <lines
# Quoted ones that are whole: a while, a path in a step.
tr '\n' ' ' <"$page" | plain | grep -o 'Ql while not t.ok [^.]*\.[^.]* end' |
	sed 's/^Ql //' >loop
[ -s loop ]
ok $? "the page has a while"
run_wf -n -c "/chain {$(cat loop)}"
is "$status" 0 "$(cat loop)" || note "$err"

run_wf -q -c '/def greet NAME=world '"'"'/echo hello ${args.NAME}'"'"'
/greet NAME=you'
is "$out" "hello you" "/greet NAME=you is a command"
run_wf -q -c '/chain {while not t.ok do t: /bash {n=$(cat n 2>/dev/null); echo $((n + 1)) >n; test ${n:-0} -ge 2} @ignore end -> /read n}'
is "$out" "3" "a while sees its last round, and nothing before the first" ||
	note "$err"
run_wf -q -c '/chain {while len(t.output or "") < 3 do t: /bash {printf x >>s; cat s} end}'
is "$status" 0 "its condition may read the step's output" || note "$err"
is "$(cat s)" "xxx" "until that is long enough"
run_wf -n -c '/bash /usr/bin/make'
is "$status" 0 "a path behind /bash"
finish
