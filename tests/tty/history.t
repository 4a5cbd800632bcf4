# The history: what is kept, what is not, over shells.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

file=$WF_STATE_DIR/history
tty_open
enters '/echo kept'
prompts
enters '/bash {'
enters 'echo in a block'
enters '}'
prompts
enters ' /echo with a blank before'
prompts
enters '/env API_KEY=abcdef123456'
see '^wf: what looks like a secret is not kept in the history' \
	"a secret is not kept, which is said"
prompts
enters '/env API_KEY=abcdef654321'
prompts
is "$(screen | grep -c 'looks like a secret')" 1 "once"
keys Up
see 'abcdef654321$' "and Up has it"
keys C-c
prompts
enters '/echo again'
prompts
enters '/echo again'
prompts
keys Up Up
see '^wf> /env API_KEY=abcdef654321$' "of the same in a row Up has one"
keys C-c
prompts
is "$(grep -c '^/echo again$' "$file")" 2 "and the file all, with their runs"
is "$(stat -c %a "$file")" 600 "the file is the person's own"
has "$(cat "$file")" "/echo kept" "a line is written at once"
has "$(cat "$file")" "/bash {
echo in a block
}" "a block whole"
lacks "$(cat "$file")" "with a blank" "a leading blank keeps it out"
lacks "$(cat "$file")" "abcdef" "what looks like a secret never reaches it"
enters '/history kept'
see '[0-9]s  [0-9a-z]{6}   /echo kept' "/history lists with age and run"
"$WF" -o json -c '/history block' >json
has "$(cat json)" '"text":"/bash {\necho in a block\n}"' \
	"the document has the text as it was"
enters exit
see 'ended with 0'
tty_open
keys Up Up
see '^wf> /history kept$' "the next shell begins with it"
keys Up Up
see '^\}$' "there too of the same in a row one"
keys C-r
types 'a block'
see 'search.*a block' "Ctrl-R asks"
still '^echo in a block$' "and finds it"
keys C-c
prompts
enters '/history --delete kept'
see 'entries are gone' "entries can be deleted"
lacks "$(cat "$file")" "/echo kept" "from the file"
keys Up Up Up Up Up Up Up Up Up
see '^wf> /bash \{$' "Up ends with what was before them"
unseen 'wf> /echo kept$' "and shows none of them"
keys C-c
enters exit
see 'ended with 0'
i=0
while [ $i -lt 12000 ]; do
	printf '#%d\n/echo %d\n' $((1700000000000 + i)) $i
	i=$((i + 1))
done >>"$file"
tty_open
keys Up
see '^wf> /echo 11999$' "a long one is read"
keys C-c
enters exit
see 'ended with 0'
rm "$file"
tty_open
{
	printf '/bash {:\n'
	head -c 1100000 /dev/zero | tr '\0' '#'
	printf '\n}'
} >big
paste big
keys Enter
see 'a text of over 1 MiB is not kept' "one of over 1 MiB is not kept, which is said"
keys C-c
rm -rf "$file"
mkdir "$file"
tty_open
ok $? "a history that cannot be read keeps nobody from working"
see 'history' "and is told of"
enters '/echo on'
see '^on$' "lines run"
finish
