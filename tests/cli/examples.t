#!/bin/sh
# The files of scripts/examples do what their comments say.
. "${0%/*}/../lib.sh"
ex=$ROOT/scripts/examples

cd "$ROOT" || exit 1
for file in "$ex"/*.wf "$ex"/*.yaml; do
	run_wf -n "$file"
	is "$status" 0 "${file##*/} can be read" || note "$err"
done
cd "$HOME" || exit 1

run_wf -q "$ex/hello.wf"
is "$out" "HELLO WORLD has 12 letters" "hello.wf greets the world"
run_wf -q "$ex/hello.wf" -- Ada
is "$out" "HELLO ADA has 10 letters" "hello.wf greets whom it is told to"

run_wf -q "$ex/fan.wf"
like "$out" '^[^ ]+ on [A-Za-z]+ sees [0-9]+ files$' "fan.wf joins three results"

run_wf -q "$ex/retry.wf"
is "$out" "mirror: from the second mirror, lint: 3 warnings" \
	"retry.wf ends well though three of its steps fail"

run_wf -q "$ex/loop.wf"
is "$out" "quince" "loop.wf finds the longest word"

run_wf -q "$ex/branch.wf"
like "$out" '^(enough room|getting tight|disk nearly full)$' \
	"branch.wf takes one of three branches"

cd "$ROOT" || exit 1
run_wf -q "$ex/review.wf"
like "$out" '^a large tree of [0-9]{3,} files$' \
	"review.wf takes the branch for a large tree" || note "$err"
like "$out" 'codebase.files is [0-9]+' "and /why tells of the facts"
run_wf -q "$ex/quality.yaml"
has "$out" "write a test first" "quality.yaml looks at the tests" || note "$err"
run_wf -q -c '/why @last.if'
has "$out" "codebase.complexity > ~1000[100,100000] is true" \
	"its first condition holds here"
cd "$HOME" || exit 1
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	run_wf -q "$ex/adaptive.wf"
	printf '%s\n' "$out"
done >found
found=$(grep -c 'found it' found)
[ "$found" -ge 14 ]
ok $? "adaptive.wf takes the arm that works ($found of 20)"

run_wf -q "$ex/approve.wf"
is "$status" 75 "approve.wf waits for a person"
has "$err" "/answer" "and says how to answer"
run_wf -q -c '/answer @last yes'
run_wf -o json -c '/show @last'
has "$out" '"output":"deleted' "after the answer it goes on"
run_wf -q "$ex/approve.wf"
run_wf -q -c '/answer @last maybe'
isnt=$status
[ "$isnt" -ne 0 ]
ok $? "an answer that is no choice is refused"

run_wf -q "$ex/once.wf"
is "$out" "$(printf 'reserved\npaid')" "once.wf pays once and confirms"

run_wf "$ex/cache.wf"
is "$out" "$(printf '500500\n500500')" "cache.wf gives the same sum twice"
has "$err" "(cached)" "the second time from the cache"

run_wf -q "$ex/def.wf"
is "$out" "found 2" "def.wf counts with a command of its own"

run_wf -q "$ex/release.yaml"
is "$out" "$(printf '%s\n' 'main.c is tidy' 'util.c is tidy' \
	'main.c is tested' 'util.c is tested')" "release.yaml reports on both branches"

run_wf -q "$ex/triage.yaml" -- errors=12
is "$out" "page somebody: 12 errors" "triage.yaml pages for many errors"
run_wf -q "$ex/triage.yaml" -- errors=2
is "$out" "write it down: 2 errors" "triage.yaml writes few errors down"
run_wf -q "$ex/triage.yaml"
is "$out" "nothing to do" "triage.yaml does nothing when there are none"

run_wf --rc "$ex/wfrc" -c '/both' -c '/set max_parallel' -c '/env PAGER'
has "$out" "building release" "wfrc defines a command with a variable"
like "$out" '^4$' "and sets what it says"
like "$out" '^(PAGER=)?cat$' "in the environment too"
mkdir three && touch three/a three/b three/.c
run_wf -q --rc "$ex/wfrc" -c '/count DIR=three'
is "$out" 3 "its commands take arguments"
run_wf -q --rc "$ex/wfrc" -c '/failed -o json'
has "$out" '"runs":[' "and its aliases stand for lines"

# What this wf only reads and draws fails at once, and says so.
for file in team stream; do
	run_wf -q "$ex/$file.yaml"
	[ "$status" -ne 0 ]
	ok $? "$file.yaml does not run"
done

finish
