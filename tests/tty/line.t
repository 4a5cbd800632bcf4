# The line that is typed: keys, drafts, blocks, paste.
. "${0%/*}/../lib.sh"
. "$ROOT/tests/tty.sh"

tty_open
ok $? "a terminal gets a prompt"
enters '/echo hello'
see '^hello$' "a line runs"
prompts
ok $? "and the prompt comes back" || note "$(screen)"
keys Up
see '^wf> /echo hello$' "Up brings the last line"
keys C-c
see '^wf> /echo hello\^C$' "Ctrl-C leaves what was typed to be read"
prompts
ok $? "and gives a fresh prompt"
types '/echo a long draft'
shows '^wf> /echo a long draft$'
keys C-c
prompts
keys Up
see '^wf> /echo a long draft$' "Up brings back the draft that Ctrl-C left"
keys C-u
enters '/bash {'
see '^    \{>$' "an open brace asks for more, and says for what"
enters 'echo one'
enters '}'
see '^one$' "a block runs when it is closed"
prompts
keys Up
see '^\}$' "Up brings the block whole"
has "$(screen | tail -n 3)" 'wf> /bash {
echo one
}' "on lines as it was typed"
keys C-c
prompts
enters '/chain "a: /echo 1'
see '^    ">$' "so does a quote"
keys C-c
prompts
ok $? "Ctrl-C ends an open block"
keys Up
see '^wf> /chain "a: /echo 1$' "and Up has it"
keys C-c
prompts
enters '/chain:'
see '^block>$' "a block of YAML asks for its lines"
enters '  steps:'
enters '    - name: y'
enters '      command: /echo'
enters '      params: from yaml'
keys Enter
see '^from yaml$' "an empty line ends it"
prompts

printf '/chain:\n  steps:\n    - name: p\n      command: /bash\n      params: printf "a\\tb" | tr "\\t" T\n\n    - name: q\n      command: /bash\n      params: cat; echo\n' >block
paste block
see 'params: cat; echo$' "a pasted block stands whole in the line"
has "$(screen)" 'T

    - name: q' "with its empty line"
keys Enter
see '^aTb$' "Enter runs it as one submission"
prompts
printf '/bash {printf "x\ty\\n" | od -c | head -n 1}' >tab
paste tab
keys Enter
see 'x +\\t +y' "tabs of a paste stay tabs"
prompts
printf 'one\ntwo' >open
printf '\033[200~' >begin
tm load-buffer begin
tm paste-buffer
types '/echo no end'
see '^wf> /echo no end$' "a paste whose end never comes is shown after a while"
keys C-c
still '^wf> /echo no end$' "Ctrl-C ends it, and leaves it in the line"
keys Enter
see '^no end$' "and runs"
prompts

enters '/ehco x'
see "unknown command '/ehco'" "an unknown command is told"
see "did you mean '/echo'" "with what was meant"
prompts
enters '/chain "a: /echo 1" b'
see '\^' "an error in a line points at its place"
prompts
keys Up
see '^\[2\] wf> /chain "a: /echo 1" b$' "and Up brings it for repair"
keys C-c
prompts
types '/echo left'
keys Home
types ' '
keys C-a
see 'wf>  /echo left' "Home and Ctrl-A go to the beginning"
keys C-k
prompts
keys C-y
see 'wf>  /echo left' "Ctrl-K and Ctrl-Y cut and paste"
keys C-c
prompts
enters '/echo ä→ü'
see '^ä→ü$' "UTF-8 is typed as it is"
prompts
enters 'exit'
see '^ended with 0$' "exit leaves, with the status of the last line"
finish
