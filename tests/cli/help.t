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
done
for name in $(printf '%s\n' "$out" | sed -n '/^workflow/,/^topics/p' |
	grep -o '/[a-z-]*' | tr -d /); do
	"$WF" -c "/help $name" >"$WORLD/page"
	is $? 0 "/help $name tells about it"
	is "$(sed '1,/^examples:/d' "$WORLD/page" | grep -c '^  ')" 3 \
		"with three examples of $name"
	"$WF" -c "/$name --help" >"$WORLD/same"
	cmp -s "$WORLD/page" "$WORLD/same"
	ok $? "/$name --help is the same"
	is "$(awk 'length > 80' "$WORLD/page")" "" "in 80 columns"
	[ "$(wc -l <"$WORLD/page")" -le 24 ]
	ok $? "on one screen"
done
for topic in language yaml references annotations exit keys prompt; do
	run_wf -c "/help $topic"
	is "$status" 0 "/help $topic is there"
	[ "$(printf '%s\n' "$out" | wc -l)" -le 24 ]
	ok $? "and short"
	run_wf -o json -c "/help $topic"
	has "$out" '"topics":[{"name":"'$topic'"' "also as a document"
done
run_wf -c '/help annotations'
for key in timeout retry backoff cache needs limit max ignore undo fallback \
	verify effect uses reads writes env dir shell tty on priority model \
	agent; do
	like "$out" "^  @$key[= ].* [a-z]" "/help annotations says what @$key means"
	"$WF" -c "/help @$key" >"$WORLD/page"
	is $? 0 "/help @$key tells about it"
	line=$(sed '1,/^example:/d; s/^  //' "$WORLD/page")
	has "$line" "@$key" "with an example"
	"$WF" -n -c "$line" </dev/null 2>"$WORLD/err"
	is $? 0 "that can be read: $line" || note "$(cat "$WORLD/err")"
done
run_wf -c '/help rusn'
is "$status" 1 "help about nothing is a failure"
has "$err" "did you mean 'runs'?" "with a suggestion"

# Names of one's own.
mkdir -p .wf/workflows
printf '# params: WHO DAY=monday\n/bash echo ${args.WHO} ${args.DAY}\n' \
	>.wf/workflows/stored.wf
own='/def greet NAME=world '"'/echo hello \${args.NAME}'"
for ask in '/help greet' '/help /greet' '/greet --help'; do
	run_wf -c "$own" -c "$ask"
	is "$status" 0 "$ask tells of a definition"
	has "$out" '/echo hello ${args.NAME}' "its text"
	like "$out" "^  NAME +'world'" "its parameters and their defaults"
	has "$out" "of this session" "and where it is kept"
done
for ask in '/help stored' '/stored --help'; do
	run_wf -c "$ask"
	has "$out" ".wf/workflows/stored.wf" "$ask names the file"
	like "$out" '^  WHO +has to be given' "and what has to be given"
done
run_wf -c '/alias r /runs --all' -c '/help r' -c '/r --help'
is "$(printf '%s\n' "$out" | grep -c '^  /runs --all$')" 2 \
	"an alias shows its line"
run_wf -c "$own" -c '/help greet -o json'
has "$out" '"definitions":[{"name":"greet","kind":"definition","file":null,"params":[{"name":"NAME","default":"world"}]' \
	"-o json has the same"
finish
