# JSON passes as it is: a number keeps its text, whatever its size, and no
# string is cut.
. "${0%/*}/../lib.sh"

cat >doc.json <<'END'
{"id":1234567890123456789,"b":9007199254740993,"n":"a\u0000b","e":1e400,
 "x":1.50, "l":[ 9007199254740993, 1.50, 1e400, "t", {"k":-0.0}, [ 1 ] ]}
END

value() {
	run_wf -q -c "/chain \"a: /bash cat doc.json -> b: /echo \${a.json$1}\""
	is "$out" "$2" "$3" || note "$err"
}

value .id 1234567890123456789 "a number of 64 bits keeps its digits"
value .b 9007199254740993 "so does the first that a double has not"
value .e 1e400 "one that no double holds stays itself"
value .x 1.50 "a fraction keeps its zeros"
value .l.4.k -0.0 "within a list too"
value .l '[ 9007199254740993, 1.50, 1e400, "t", {"k":-0.0}, [ 1 ] ]' \
	"a list is its own source"
value '' "$(cat doc.json)" "and so is the whole"

run_wf -q -c '/chain "a: /bash cat doc.json -> b: /echo ${a.json.n}"'
is "$status" 1 "a string with a NUL fails the step"
has "$err" "NUL" "and says why" || note "$err"

run_wf -q -c '/flow "a: /bash cat doc.json -> for x in a.json.l do b: /echo ${x} end"'
is "$(printf '%s' "$out" | tr '\n' '|')" \
	'9007199254740993|1.50|1e400|t|{"k":-0.0}|[ 1 ]' \
	"items of a loop keep their text" || note "$err"
run_wf -q -c '/flow "a: /echo {[\"a\\u0000b\"]} -> for x in a.json do /echo ${x} end"'
is "$status" 1 "an item with a NUL fails the loop"
has "$err" "NUL" "with the cause" || note "$err"
run_wf -q -c '/flow "a: /echo {[{\"k\":12345678901234567890.10}]} -> for x in a.json do /echo ${x.k} end"'
is "$out" 12345678901234567890.10 "a field of an item too" || note "$err"
run_wf -q -c '/chain "a: /bash cat doc.json -> b: /exec printf %s| ${a.json.l...}"'
is "$out" '9007199254740993|1.50|1e400|t|{"k":-0.0}|[ 1 ]|' \
	"and what is spread over arguments" || note "$err"

run_wf -q -c '/chain "a: /bash cat doc.json -> if a.json.id == 1234567890123456789 and a.json.b ~= 9007199254740992 then /echo same else /echo other end"'
is "$out" same "a condition compares whole numbers of 64 bits exactly" ||
	note "$err"
run_wf -q -c '/chain "a: /bash cat doc.json -> l: for x in {1} do b: /echo ${a.json.b} end -> c: /echo ${b.json}"'
is "$out" '[9007199254740993]' "the list of a loop holds them as they are" ||
	note "$err"
for bad in '01' '{"a":1,}' '[1' '1 2' 'nul' '"\ud800"'; do
	printf '%s' "$bad" >bad.json
	run_wf -q -c '/chain "a: /bash cat bad.json -> b: /echo ${a.json}"'
	is "$status" 1 "$bad is not JSON" || note "$out"
done
finish
