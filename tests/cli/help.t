# /help and --help.
. "${0%/*}/../lib.sh"

run_wf -c '/help'
is "$status" 0 "/help succeeds"
[ "$(printf '%s\n' "$out" | wc -l)" -le 24 ]
ok $? "it fits on one screen"
[ "$(printf '%s\n' "$out" | awk '{ print length }' | sort -n | tail -n 1)" -le 80 ]
ok $? "of 80 columns"
for name in chain flow swarm pipeline runs show resume def help bash ask; do
	has "$out" "/$name" "/help names /$name"
	"$WF" -c "/help $name" >"$WORLD/page"
	is $? 0 "/help $name tells about it"
	is "$(sed '1,/^examples:/d' "$WORLD/page" | grep -c '^  ')" 3 \
		"with three examples of $name"
	"$WF" -c "/$name --help" >"$WORLD/same"
	cmp -s "$WORLD/page" "$WORLD/same"
	ok $? "/$name --help is the same"
done
for topic in language yaml references annotations exit keys; do
	run_wf -c "/help $topic"
	is "$status" 0 "/help $topic is there"
	[ "$(printf '%s\n' "$out" | wc -l)" -le 24 ]
	ok $? "and short"
done
run_wf -c '/help rusn'
is "$status" 1 "help about nothing is a failure"
has "$err" "did you mean 'runs'?" "with a suggestion"
finish
