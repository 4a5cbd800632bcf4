# /runs: lists, filters, purge.
. "${0%/*}/../lib.sh"

run_wf -c '/runs'
is "$out" "" "without runs the list is empty"
has "$err" "no runs yet    /chain" "a note says so, and what to do next"
run_wf -c '/show'
has "$err" "/bash date makes one" "where no run is, one can be made"
run_wf -c '/show abcdef'
has "$err" "/runs lists them" "a run that is not there has a way out"
"$WF" -q -c '/echo hidden' >/dev/null
run_wf -c '/runs'
has "$err" "one in-process step    /runs --all" "hidden runs are told of"
rm -r "$WF_STATE_DIR"/*
run_wf -q -c '/runs'
is "$err" "" "but not with -q"
run_wf -c '/runs status:failed'
has "$err" "no run matches" "a filter that nothing passes is told"
run_wf -c '/chain "/bash true"'
run_wf -c '/chain "/bash false -> /echo never"'
run_wf -c '/echo hidden'
run_wf -c '/runs'
like "$out" '^RUN +STATUS' "the list has a heading"
is "$(printf '%s\n' "$out" | wc -l)" 3 "it has one line per run"
like "$(printf '%s\n' "$out" | sed -n 2p)" 'failed +1 .*/bash false' \
	"the newest run comes first"
lacks "$out" "hidden" "runs of one in-process step are hidden"
run_wf -c '/runs --all'
has "$out" "/echo hidden" "--all shows them"
run_wf -c '/runs status:failed'
has "$out" "/bash false" "status:failed shows failed runs"
lacks "$out" "/bash true" "and no others"
run_wf -c '/runs true'
has "$out" "/bash true" "a word looks for text"
lacks "$out" "/bash false" "and leaves out the rest"
run_wf -c '/runs --limit 1'
is "$(printf '%s\n' "$out" | wc -l)" 2 "--limit bounds the list"
run_wf -c '/runs --since 1d'
has "$out" "/bash true" "--since takes a duration"
run_wf -c '/runs --since soon'
is "$status" 2 "anything else is a usage error"
run_wf -c '/runs status:faild'
is "$status" 2 "an unknown status is a usage error"
has "$err" "status:failed" "with a suggestion"
run_wf -c '/runs status:'
is "$status" 2 "no status is a usage error"
run_wf -c '/runs one two'
is "$status" 2 "so are two texts"
run_wf -c '/runs purge'
like "$out" '^deleted 0 runs, kept 3: .*30 days.*--since' \
	"purge keeps what is within the bounds, and names them"
run_wf -c '/runs purge @-2'
is "$out" "deleted 1 run, kept 2" "purge RUN deletes it"
run_wf -c '/runs status:failed'
is "$out" "" "and it is gone"
run_wf -q -c '/chain "/bash true" --save-state'
run_wf -c '/runs purge @last'
is "$status" 1 "a run that is kept is not deleted"
has "$err" "is pinned" "and the error says why"
has "$err" "/runs unpin @last" "and the way out"
run_wf -q -c '/chain --save-state "a: /echo one step"'
run_wf -c '/runs'
has "$out" "one step  (pinned)" "a pinned run is never hidden"
run_wf -c '/runs unpin @last' -c '/runs purge @last'
is "$out" "unpinned 1 run
deleted 1 run, kept 3 (1 pinned)" "unpinned it can be deleted"
"$WF" -q -c '/echo to be pinned' >/dev/null
run_wf -c '/runs pin @last' -c '/runs pinned'
has "$out" "to be pinned  (pinned)" "any run can be pinned, and then is shown"
run_wf -c '/runs unpin @last -o json' -c '/runs purge @last'
has "$out" '{"v":1,"unpinned":1}' "-o json counts"
run_wf -c '/runs pin'
is "$status" 2 "/runs pin without a run is a usage error"
has "$err" "/runs pin @last" "with an example"
run_wf -c '/runs unpin zzzzzzzz'
is "$status" 1 "a run that is not there cannot be unpinned"
run_wf -c '/runs purge @-2 zzzzzzzz'
is "$status" 1 "an unknown run is a failure"
has "$out" "deleted 1 run, kept 2 (1 pinned)" \
	"what was deleted before it is told"
run_wf -c '/runs purge --since 1d @last'
is "$status" 2 "--since and RUN contradict each other"
run_wf -c '/runs purge -o json'
is "$out" '{"v":1,"deleted":0,"kept":2}' "-o json has the numbers"

# Blocks by their steps, long texts whole, twenty rows.
cat >build.yaml <<'END'
# What it does.
chain:
  steps:
    - name: fetch
      command: /bash true
    - name: pack
      command: /echo packed
END
run_wf -q build.yaml
run_wf -q -c '/runs'
has "$out" "/chain: fetch, pack" "a block is listed by its steps"
{
	printf 'description: |\n  Adds \ttwo\n  things\nparams:\n  n: 3\n'
	cat build.yaml
} >about.yaml
run_wf -q about.yaml
run_wf -q -c '/runs -n 1'
has "$out" "/chain: Adds two" "one with a description by that, in one line"
run_wf -q -c '/show'
lacks "$out" "/chain desc" "/show prints a file as it is"
printf 'params: {n: 3}\n' | cat - build.yaml >params.yaml
run_wf -q params.yaml
run_wf -q -c '/runs -n 1'
has "$out" "/chain: fetch, pack" "one with parameters by its steps"
run_wf -q -c '/runs purge @last @-2'
long=$(printf '%0100d' 7)
run_wf -q -c "/chain \"/bash echo $long
 -> /echo end\""
run_wf -q -c '/runs'
has "$out" "/bash echo $long -> /echo end" \
	"where no terminal is, a text is whole and on one line"
i=0
while [ $i -lt 20 ]; do
	echo '/bash true'
	i=$((i + 1))
done | "$WF" -q
run_wf -c '/runs'
is "$(printf '%s\n' "$out" | wc -l)" 21 "twenty runs are listed"
has "$err" "/runs --all" "a note says how to see the others"
run_wf -c '/runs -o json'
has "$out" '"more":true' "-o json says that there are more"
run_wf -c '/runs -n 23'
is "$(printf '%s\n' "$out" | wc -l)" 24 "-n N lists as many"
run_wf -c '/runs -n 24'
is "$err" "" "and says nothing when those are all"
run_wf -c '/runs -n 0'
is "$status" 2 "-n 0 is a usage error"
run_wf -c '/runs --all'
is "$(printf "%s\n" "$out" | wc -l)" 25 "--all lists all"

if command -v script >/dev/null; then
	for columns in 40 60 80 100 132; do
		COLUMNS=$columns script -qec "$WF -c '/runs -n 30'" /dev/null \
			</dev/null | tr -d '\r' >"$WORLD/screen"
		is "$(awk -v n=$columns 'length > n' "$WORLD/screen" |
			grep -v '^wf: ')" "" "a row fits in $columns columns"
		grep -q '/ba' "$WORLD/screen"
		ok $? "and shows some of its text"
	done
fi
"$WF" -c '/chain {a: /bash true -> b: /bash false @ignore -> c: /bash {echo >begun; sleep 65} -> d: /echo x}' \
	>/dev/null 2>&1 &
pid=$!
until_ok 20 test -e begun
run_wf -c '/runs -n 1 -o json'
has "$out" '"steps":4' "a run that goes on has its steps counted"
kill -TERM $pid
wait $pid
run_wf -c '/runs -n 1'
like "$out" 'interrupted +- +[0-9]+s +[0-9.]+m?s +4 +1 ' \
	"one that was cut off tells its steps, and how long it took so far"
run_wf -c '/show'
like "$out" ' c +interrupted' "/show tells which step was cut off"
finish
