# /runs: lists, filters, purge.
. "${0%/*}/../lib.sh"

run_wf -c '/runs'
is "$out" "" "without runs the list is empty"
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
run_wf -c '/runs purge'
is "$out" "0 runs deleted" "purge keeps what is within the bounds"
run_wf -c '/runs purge @last'
is "$out" "1 runs deleted" "purge RUN deletes it"
run_wf -c '/runs status:failed'
is "$out" "" "and it is gone"
finish
