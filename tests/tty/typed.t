# What is typed when: ahead of a prompt, before a question, in a search, in a
# paste that stalls; and keys and signals that must not stop anything.
. "${0%/*}/../lib.sh"
keyboard=$BUILD/test/keyboard
LANG=C.UTF-8
export LANG

# One point: the keyboard's words come to their end.
does() { # SENTENCE WORD…
	sentence=$1
	shift
	said=$("$keyboard" "$@" -- "$WF" 2>&1)
	ok $? "$sentence" || note "$(printf '%s' "$said" | tail -c 2000)"
}
alive='type:/lua return "ali".."ve"\r'
leave='type:\x05\x15/quit --cancel\r'

# Pastes.
does "a paste that stalls goes on as a paste" 'see:wf> ' \
	'type:\e[200~/echo a\r/bash touch pwned1\r' gap:1300 \
	'type:/bash touch pwned2\r/bash touch pwned3\r' see:pwned3 \
	'type:/echo "the" end\e[201~' 'see:"the" end' \
	'type:\x15' "$alive" see:alive 'see:wf> ' "$leave" end:0
[ -z "$(ls pwned* 2>/dev/null)" ]
ok $? "and no line of it is entered"
does "Enter takes what has come, in two parts" 'see:wf> ' \
	'type:\e[200~/bash touch one\r\n' 'see:touch one' \
	'type:/bash touch two\e[201~\r' 'see:wf> ' "$alive" see:alive \
	"$leave" end:0
[ -e one ] && [ -e two ]
ok $? "and runs all"
does "the mark of an end by itself is nothing" 'see:wf> ' \
	'type:/echo a\e[201~b\r' 'see:ab' "$leave" end:0
does "timers go on while the end of a paste does not come" 'see:wf> ' \
	'type:/bash {sleep 2; echo "o"ver} &\r' 'see:wf> ' \
	'type:\e[200~/echo no' see:over 'type:\x03' 'type:\x15' "$alive" see:alive \
	"$leave" end:0
does "Ctrl-B and Ctrl-D of a paste do nothing to a run" 'see:wf> ' \
	'type:/bash {echo be"gun"; sleep 1; echo o"ver"}\r' 'see:/bash' \
	'type:\e[200~/echo c\x02d\x04e\e[201~' 'see:over' 'unseen:1 running' \
	'see:/echo c' 'see:d' "$leave" end:0
does "Ctrl-B behind it does" 'see:wf> ' 'type:/bash sleep 1000\r' \
	'type:\e[200~/echo c\x02d\e[201~\x02' 'see:1 running' "$leave" end:0

# More than fits.
{ printf '\033[200~'; head -c 1500000 /dev/zero | tr '\0' ' '
	printf '/echo who"le"\033[201~'; } >paste
does "a paste of 1.5 MB during a run is whole" 'see:wf> ' \
	'type:/bash sleep 1\r' send:paste 'see:who"le"' 'type:\r' \
	'see:wf> ' "$alive" see:alive "$leave" end:0
does "6 MB typed during a run wait in the terminal" 'see:wf> ' \
	'type:/bash sleep 2\r' fill:6000000 'type:\x15' "$alive" see:alive \
	"$leave" end:0

# Searches and questions.
does "Ctrl-C in a search keeps the draft" 'see:wf> ' 'type:/echo found\r' \
	'see:wf> ' 'type:draft\x12ech' 'see:found' 'type:\x03' 'see:wf> ' \
	'type:\e[A' 'see:draft' "$leave" end:0
does "what was typed before a question is no answer" 'see:wf> ' \
	'type:/bash sleep 1000 &\r' 'see:1 running' \
	'type:/quit\rcd /\r/lua return "la".."ter"\r' 'see:tay? ' \
	'type:s' 'see:later' \
	'see:1 running' "$leave" end:0
does "a key of several bytes is one answer, and no" 'see:wf> ' \
	'type:/bash sleep 1000 &\r' 'see:1 running' 'type:/quit\r' 'see:tay? ' \
	'type:\e[A' 'see:no' 'see:wf> ' 'type:/lua return "cl".."ean"\r' \
	see:clean \
	'unseen:[A' "$leave" end:0
does "ESC by itself is one too" 'see:wf> ' 'type:/bash sleep 1000 &\r' \
	'see:1 running' 'type:/quit\r' 'see:tay? ' 'type:\e' 'see:no' \
	'see:wf> ' "$leave" end:0
does "what is pasted is none" 'see:wf> ' 'type:/bash sleep 1000 &\r' \
	'see:1 running' 'type:/quit\r' 'see:tay? ' \
	'type:\e[200~/lua return "c".."dc"\e[201~' 'type:s' 'see:"dc"' \
	'type:\r' 'see:cdc' "$leave" end:0
does "a line that is no UTF-8 reaches Up" 'see:wf> ' \
	'type:/echo f\xffg\r' 'see:UTF-8' 'see:wf> ' 'type:\e[A' 'see:/echo f' \
	'type:\x05\x15' "$alive" see:alive "$leave" end:0

# Keys of the terminal, and signals.
does "Ctrl-S holds nothing up" 'see:wf> ' 'type:\x13\x07' "$alive" \
	see:alive 'type:\x13' signal:15 end:143
does "nor during a run" 'see:wf> ' 'type:/bash {echo be"gu"n; sleep 1000}\r' \
	'see:/bash' 'type:\x13' signal:15 end:143
does "Ctrl-\\ does not end wf" 'see:wf> ' 'type:/lua return "qu".."it"' \
	'see:.."it"' 'type:\x1c' 'type:\r' see:quit 'see:wf> ' \
	'type:\x04' end:0
# SIGQUIT's bit of the mask; whoever started the test may ignore others.
usual='grep SigIgn /proc/self/status | grep -q "[0-389ab]$" && echo as us"ual"'
does "nor is it ignored by what it runs" 'see:wf> ' "type:!$usual\\r" \
	'see:as usual' "type:/bash {$usual}\\r" 'see:as usual' "$leave" end:0
command -v bash >/dev/null && { # in a job of a shell: it can be stopped
	said=$("$keyboard" 'see:$ ' "type:'$WF'\\r" 'see:wf> ' \
		'type:!trap "" HUP; echo $$ >pid; kill $PPID; exec sleep 1000\r' \
		'see:ended in the' 'see:$ ' 'type:echo st"at"us $?\r' 'see:status 143' \
		-- env PS1='$ ' bash --norc -i 2>&1)
	ok $? "TERM while a program has the terminal ends wf" ||
		note "$(printf '%s' "$said" | tail -c 2000)"
	until_ok 10 test -s pid && kill -KILL "$(cat pid)"
}
finish
