# Facts: /facts lists and measures them, conditions read them, and what is
# wrong with one says which.
. "${0%/*}/../lib.sh"

mkdir -p src .hidden
printf 'int f(int a)\n{\n\tif (a) /* TODO: b */\n\t\treturn 1;\n}\n' >src/a.c
printf 'def test_f():\n    return "x" and 1\n' >src/b.py
printf 'int g(void) { return 2; }\n' >.hidden/c.c
printf 'note\n' >readme.txt

# ---------------------------------------------------------------- listing
run_wf -c '/facts'
is "$status" 0 "/facts lists"
has "$out" "in $PWD" "for the directory it names"
has "$out" "codebase.complexity        sum over functions" "with one line each"
has "$out" 'security.secrets_found' "of every root"
lacks "$out" '(now)' "and nothing is measured for it"
run_wf -c "/fact quality.todos '/grep -c TODO'
/facts"
has "$out" 'quality.todos              /grep -c TODO' \
	"those of /fact stand there as they were written"
run_wf -c "/fact security.issues_found '/echo 3'
/facts security"
has "$out" 'security.issues_found      /echo 3' \
	"a fact of /fact stands in the place of one of the same name"
is "$(printf '%s\n' "$out" | grep -c issues_found)" 1 "once"
run_wf -c "/fact touching '/bash touch ran'
/facts touching"
is "$out" "in $PWD
touching                   /bash touch ran" "one of /fact is shown by its name"
[ ! -e ran ]
ok $? "and not run"
run_wf -c '/facts codebase.files
/facts'
like "$out" '^codebase.lines  *7 \((now|[0-9]+ s ago)\): their lines$' \
	"what was measured is listed with its age"

run_wf -c '/facts git'
has "$out" 'git.dirty                  true when something' \
	"those that come with wf as steps are listed"
run_wf -c '/facts git.dirty'
has "$out" 'git.dirty                  /exec git status --porcelain' \
	"one of them with its step"

# -------------------------------------------------------------- measuring
run_wf -c '/facts codebase'
like "$out" "^in $PWD: [0-9]+ ms, now\$" "a root is measured, with its cost"
like "$out" '^codebase.files  *2$' "files"
like "$out" '^codebase.lines  *7$' "lines"
like "$out" '^codebase.languages  *C, Python$' "languages"
like "$out" '^codebase.complexity  *4$' "complexity"
like "$out" '^codebase.todo_count  *1$' "notes to do"
like "$out" '^codebase.test_count  *1$' "and tests"
run_wf -c '/facts codebase.complexity'
like "$out" '^codebase.complexity  *4 \([0-9]+ ms, now\)$' \
	"a field is its value, cost and age"
printf 'int h(void) { return a ? 1 : 2; }\n' >src/d.c
run_wf -c '/facts codebase.complexity'
like "$out" '^codebase.complexity  *6 ' "it is measured anew each time"
run_wf -c "/cd src
/facts codebase.files"
like "$out" '^codebase.files  *3 ' "/cd decides where"
run_wf -c '/facts system.cores'
like "$out" '^system.cores  *[1-9][0-9]* ' "the machine is measured too"
rm src/d.c

if command -v python3 >/dev/null; then
	run_wf -o json -c '/facts codebase'
	python3 - "$WORLD/out" "$PWD" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
assert d["v"] == 1 and d["dir"] == sys.argv[2]
f = {x["name"]: x for x in d["facts"]}
assert f["codebase.files"]["value"] == 2
assert f["codebase.languages"]["value"] == ["C", "Python"]
assert f["codebase.complexity_mean"]["value"] == 2.0
for x in f.values():
    assert x["cost_ms"] >= 0 and x["age_ms"] >= 0 and x["summary"]
END
	ok $? "-o json has values, costs, ages"
	run_wf -o json -c "/fact q '/echo 1'
/facts"
	tail -n 1 "$WORLD/out" >"$WORLD/last" && mv "$WORLD/last" "$WORLD/out"
	python3 - "$WORLD/out" <<'END'
import json, sys
d = json.load(open(sys.argv[1]))
assert {"name": "q", "text": "/echo 1"} in d["facts"]
assert not any("value" in x for x in d["facts"])
END
	ok $? "and those of /fact"
fi
run_wf -c '/facts --help'
for example in '/facts' '/facts codebase' \
	'/facts -o json security.issues_found'; do
	has "$out" "  $example" "help has the example $example"
	"$WF" -c "$example" >/dev/null 2>&1
	ok $? "which works"
done

# ----------------------------------------------------------------- errors
run_wf -c '/facts codebas'
is "$status" 1 "a name that is none is an error"
has "$err" "no fact is called 'codebas'" "which says so"
has "$err" "did you mean codebase?" "with what was meant"
run_wf -c '/facts codebase.complexityy'
has "$err" "did you mean codebase.complexity?" "also of a field"
run_wf -c "/fact quality.todos '/echo 1'
/facts quality.todo"
has "$err" "did you mean quality.todos?" "also of one of /fact"
run_wf -c '/facts nothing.like.it'
has "$err" "/facts lists them" "else the way to the list"

cond() {
	run_wf -q -c "/flow if $1 then /echo yes else /echo no"
}
cond 'codebase.complexityy > 3'
is "$status" 2 "a condition about an unknown field is an error before anything runs"
has "$err" "unknown fact 'codebase.complexityy'" "and names it"
has "$err" "did you mean codebase.complexity?" "and what was meant"
cond 'codebase.zzz > 3'
has "$err" "codebase. has files, lines, languages" \
	"what is like none: all that there are"
git init -q .
cond 'git.ahed > 3'
has "$err" "unknown fact 'git.ahed'  [E301]" "so is one of git"
has "$err" "did you mean git.ahead?" "with what was meant"
cond 'git.commits == 0 and git.tag == nil and git.ahead == nil and git.age_s == nil and git.lines_added == 0'
is "$out" yes "what a repository does not have is nil or nothing" || note "$err"
rm -rf .git
cond 'git.tag == nil'
has "$err" "not a git repository" "but there must be one"
cond 'security.bandit_issues > 1'
case $err in
*"it needs bandit here"*) ok 0 "a scanner that is not there is named" ;;
*) command -v bandit >/dev/null; ok $? "a scanner that is not there is named" ;;
esac
cond 'codebas.files > 3'
has "$err" "unknown name 'codebas'" "a root that is none is named"
has "$err" "did you mean codebase?" "with what was meant"
cond 'codebase.languages > 3'
has "$err" "cannot order a list and the number 3" "what cannot be ordered"
has "$err" 'codebase.languages is ["C","Python"]' "is named, with its value"
cond 'codebase.files > "many"'
has "$err" 'the number 2 and the string "many"' "both values are named"
has "$err" 'codebase.files is 2' "and the fact"
run_wf -q -c '/flow "a: /bash rm -r \"$PWD\" -> if codebase.files > 0 then /echo yes"'
has "$err" "codebase: cannot read $PWD: No such file" \
	"a directory that cannot be read is named"
mkdir -p "$PWD" && cd "$PWD" || exit 1
mkdir src && printf 'int f(void) { return 1; }\n' >src/a.c

# ------------------------------------------------------------- conditions
cond 'codebase.files == 1 AND "C" in codebase.languages'
is "$out" yes "a condition reads facts"
cond 'exists(codebase.files)'
is "$out" yes "exists() measures first"
run_wf -q -c "/fact n '/echo 5'
/flow if exists(n) AND n == 5 then /echo yes else /echo no"
is "$out" yes "also what a step makes"
run_wf -q -c "/fact n '/bash exit 3'
/flow if exists(n) then /echo yes else /echo no"
is "$out" no "one that fails is not there"
run_wf -q -c "/fact n '/echo [1]'
/flow if n > 3 then /echo yes else /echo no"
has "$err" 'a list and the number 3' "a fact made by a step is named"
has "$err" 'n is [1]' "with its value too"
cond 'exists(codebase.nothing)'
is "$out" no "and does not fail"
run_wf -q -c '/flow "if codebase.files == 1 then /bash touch new.c end -> if codebase.files == 1 then /echo same else /echo other"'
is "$out" same "a run measures once"
cond 'codebase.files == 2'
is "$out" yes "the next one anew"
run_wf -c '/fact n "/bash echo 7"' -c '/facts n'
lacks "$out" ago "a fact of steps that no run has asked for has no value"
run_wf -c '/fact n "/bash echo 7"' -c '/flow if n == 7 then /echo yes' \
	-c '/facts n'
like "$out" '^n +7 \((now|1 s ago)\): /bash echo 7$' "then the run's"
run_wf -o json -c '/fact n "/bash echo 7"' -c '/flow if n == 7 then /echo yes' \
	-c '/facts n'
like "$out" '"name":"n","value":7,"cost_ms":[0-9]+,' "also in a document"
run_wf -o jsonl -c '/flow if codebase.files == 2 then /echo yes'
has "$out" '"event":"fact"' "what is asked for is recorded"
run_wf -o jsonl -c '/flow if false AND codebase.files == 2 then /echo yes'
has "$out" '"event":"run.finished"' "what is not asked for"
lacks "$out" '"event":"fact"' "is not measured"

# A slot of a run that was cancelled is another's: its measurement is not.
mkdir many few
seq 3000 | while read -r i; do
	echo "int f$i(int x) { return x ? 1 : 2; }" >"many/f$i.c"
done
run_wf -q -c '/cd many
/flow "if codebase.files == 0 then /echo a else /echo b" &
/cancel @last
/cd ../few
/flow "a: /bash {sleep 0.7} -> if codebase.files == 0 then /echo right else /echo wrong"'
is "$out" right "what another run asked for elsewhere is not told to this one"
rm -rf many few
finish
