# What nobody types on purpose: mashed keys, binary pastes, lines without an
# end, broken files. The prompt lives on, and the terminal is given back.
. "${0%/*}/../lib.sh"
keyboard=$BUILD/test/keyboard
LANG=C.UTF-8
export LANG

with=
# One point: the keyboard's words come to their end.
does() { # SENTENCE WORD…
	sentence=$1
	shift
	said=$("$keyboard" "$@" -- env $with "$WF" 2>&1)
	ok $? "$sentence" || note "$(printf '%s' "$said" | tail -c 2000)"
}
# Whatever is open is ended, then the shell must still work.
alive='type:\x07\x07\e[201~\x07\x05\x15/lua return "ali".."ve"\r'

for seed in 1 2 3; do
	does "10,000 random keys, seed $seed, leave a living prompt" \
		'see:wf> ' mash:$seed:10000 "$alive" see:alive 'see:wf> ' \
		'type:\x04' end:0
done
does "Up at the first line ever, then Ctrl-C" 'see:wf> ' 'type:abc\e[A' \
	'type:d\x03' 'see:wf> ' 'type:\e[A\e[A\e[B\x03' 'see:wf> ' "$alive" \
	see:alive 'type:\x04' end:0
does "an unknown key ends a search" 'see:wf> ' 'type:\x12x\e-\e[99~' \
	"$alive" see:alive 'type:\x03' 'type:\x04' end:0
# Ctrl-Y in a search takes the rest of the line.
does "control characters that are searched for are not sent" 'see:wf> ' \
	'type:\e[200~/echo a\e_b\e[6n\e[201~' 'see:/echo a' 'type:\x01\x12' \
	'see:search' 'type:\x19' 'see:/echo a?_b?' 'type:\x07' "$alive" \
	see:alive 'type:\x04' end:0

# Pastes.
head -c 1048576 /dev/zero | tr '\0' a >mega
{ printf '\033[200~'; cat mega; printf '\033[201~'; } >mega.paste
does "a line of 1 MiB is typed" 'see:wf> ' 'type:/echo x' send:mega \
	'type:\x15' "$alive" see:alive 'type:\x04' end:0
does "and pasted" 'see:wf> ' 'type:/echo x' send:mega.paste \
	'type:\x15' "$alive" see:alive 'type:\x04' end:0
does "control characters of a paste do nothing" 'see:wf> ' \
	'type:\e[200~x\ey\xc2\x9bz\e[201~' "$alive" see:alive 'type:\x04' end:0
does "NUL, Ctrl-D and bytes that are no UTF-8 of a paste do not leave" \
	'see:wf> ' 'type:\e[200~/echo a\x00b\x04c\xffd\e[201~' \
	"$alive" see:alive 'type:\x04' end:0
does "the paste whose end never comes is shown, and ended by Ctrl-C" \
	'see:wf> ' 'type:\e[200~/echo no' 'type: end' 'see:/echo no end' \
	'type:\x03' 'type:\r' 'see:no end' 'see:wf> ' 'type:\x04' end:0
does "a paste while a run has the foreground is kept for the prompt" \
	'see:wf> ' 'type:/bash {while ! test -e go; do sleep 0.05; done}\r' \
	'type:\e[200~/echo pas\e[201~' 'type:\x02' 'see:running' \
	'see:/echo pas' 'type:ted\r' 'see:pasted' 'type:\x03/cancel @last\r' \
	'see:wf> ' "$alive" see:alive 'type:/quit --cancel\r' end:0

# Lines that are wrong.
does "broken UTF-8 is refused" 'see:wf> ' 'type:/echo \xff\xc3\r' \
	'see:UTF-8' "$alive" see:alive 'type:\x04' end:0
does "an unbalanced quote asks for more, and Ctrl-C leaves it" 'see:wf> ' \
	'type:/chain "a\r' 'see:"> ' 'type:\x03' 'see:wf> ' "$alive" \
	see:alive 'type:\x04' end:0

# Files.
rm -f "$WF_STATE_DIR/history"
mkdir "$WF_STATE_DIR/history"
does "a directory in the history's place is told, and lines run" \
	see:history "$alive" see:alive 'type:\e[A\x15\x04' end:0
rmdir "$WF_STATE_DIR/history"
head -c 100000 /dev/urandom >"$WF_STATE_DIR/history"
does "a history of garbage is gone through" 'see:wf> ' 'type:\e[A\e[A\x15' \
	"$alive" see:alive 'type:\x04' end:0
rm -f "$WF_STATE_DIR/history"
printf '/ehco {"\n\377\000/set prompt\n/alias\n' >"$HOME/.wfrc"
does "a broken .wfrc is told, and the prompt comes" see:.wfrc 'see:wf> ' \
	"$alive" see:alive 'type:\x04' end:0
rm -f "$HOME/.wfrc"
touch "$WORLD/file"
with=WF_STATE_DIR=$WORLD/file
does "a state directory that cannot be is told, and the prompt comes" \
	see:file 'see:wf> ' 'type:/help\r' 'see:/chain' 'type:\x04' end:0
with=

# Ways of leaving: all give the terminal back.
does "/quit leaves" 'see:wf> ' 'type:/quit\r' end:0
does "exit leaves" 'see:wf> ' 'type:exit\r' end:0
does "Ctrl-D leaves" 'see:wf> ' 'type:\x04' end:0
does "TERM at the prompt" 'see:wf> ' 'type:abc' signal:15 end:143
does "HUP at the prompt" 'see:wf> ' 'type:abc' signal:1 end:129
does "TERM in a search" 'see:wf> ' 'type:\x12a' signal:15 end:143
does "TERM in a paste" 'see:wf> ' 'type:\e[200~a' signal:15 end:143
does "TERM during a run" 'see:wf> ' 'type:/bash sleep 50\r' 'see:/bash' \
	signal:15 end:143
finish
