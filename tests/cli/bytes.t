# Data passes as it is: every byte value, NUL too, through all that carries it.
. "${0%/*}/../lib.sh"

# 300 bytes: all 256 values, then more that ends without a newline.
awk 'BEGIN { for (i = 0; i < 256; i++) printf "\\%03o", i;
	printf "tail\\000\\377\\n\\n\\000";
	for (i = 0; i < 35; i++) printf "x" }' >octal
# shellcheck disable=SC2059 # the file is a format on purpose
printf "$(cat octal)" >all
is "$(wc -c <all | tr -d ' ')" 300 "the bytes are 300"

same() {
	cmp -s all "$1"
	ok $? "$2" || note "$(od -c "$1" | head -n 30)"
}

"$WF" -q -c '/bash cat all' >got 2>/dev/null
same got "a step's output"
"$WF" -q -c '/bash cat' <all >got 2>/dev/null
same got "the run's input"
run_wf -c '/chain "a: /bash cat all -> b: /bash cat >got"'
same got "from process to process"
run_wf -c '/chain "a: /read all -> b: /write got"'
same got "from /read to /write"
run_wf -c '/chain "a: /bash cat all -> b: /lua { return input } -> c: /write got"'
same got "through /lua"
run_wf -c '/chain "a: /bash cat all -> [b: /bash cat] -> c: /bash cat >got"'
same got "through a group"
run_wf -c '/chain "a: /bash cat all -> if a.ok then /bash cat end -> c: /bash cat >got"'
same got "through a branch"
run_wf -c '/chain "a: /bash cat all -> b: /echo -> c: /bash cp \"${a.file}\" got"'
same got "in the file of a reference"
run_wf -c '/chain "a: /bash {cat all; exit 1} @ignore -> b: /bash cat >got"'
same got "of a failure that is ignored"
run_wf -c '/chain "a: /bash {cat all} @cache=1h -> b: /bash cat >got"'
run_wf -c '/chain "a: /bash {cat all} @cache=1h -> b: /bash cat >got2"'
same got2 "out of the cache"
run_wf -c '/chain "a: /bash cat all -> b: /bash { test -e go && cat >got }"'
: >go
run_wf -c '/resume'
same got "over a resume"
run_wf -c '/flow "a: /bash cat all -> if len(a.stdout) == 300 then /echo yes else /echo no end"'
is "$out" yes "a step's text in a condition is whole"
run_wf -c '/flow "g: (a: /bash cat all) -> if len(a.stdout) == 300 then /echo yes else /echo no end"'
is "$out" yes "so is that of a step within a group"
run_wf -c '/chain "g: (a: /bash cat all) -> b: /bash echo ${a.output}"'
is "$status" 4 "where a NUL cannot go, the step fails before it starts"
has "$err" "NUL" "and says why" || note "$out"
run_wf -c '/chain "l: for x in {1,2} do a: /bash cat all end -> b: /echo ${a.output}"'
is "$status" 1 "so does a list, whose texts end at a NUL"
has "$err" "NUL" "with the cause" || note "$out"
run_wf -c '/chain "a: /bash {tr -d \"\\000\" <all} -> b: /bash {printf %s \"${a.stdout}\" >got}"'
tr -d '\000' <all >want
cmp -s want got
ok $? "all but NUL is given in a reference as it is" || note "$err"
finish
