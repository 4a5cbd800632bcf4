# Completion of wf's words in other shells.
. "${0%/*}/../lib.sh"

"$ROOT/scripts/completions" "$WORLD/c" 2>"$WORLD/err"
is $? 0 "the files are made of the binary's tables" || note "$(cat "$WORLD/err")"
for file in wf.bash _wf wf.fish; do
	for word in durability runs since on-error; do
		has "$(cat "$WORLD/c/$file")" "$word" "$file knows $word"
	done
done
mkdir sub
touch 'a file.wf' build.wf
ln -s "$WF" "$WORLD/wf"

if command -v bash >/dev/null; then
	# Words as bash splits them; what it would offer, a line each.
	offers() {
		bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
			_wf; printf "%s\n" "${COMPREPLY[@]}"' "$WORLD/c/wf.bash" "$@"
	}
	bash -n "$WORLD/c/wf.bash"
	is $? 0 "bash reads its file"
	is "$(offers wf --dur)" --durability "bash completes an option"
	is "$(offers wf --durability f)" full "and its value"
	is "$(offers wf --output = j)" 'json
jsonl' "behind an equals sign too"
	is "$(offers wf b)" build.wf "files"
	is "$(offers wf a)" 'a file.wf' "with blanks in their names"
	is "$(offers wf -C s)" sub "directories where one is wanted"
	has "$(offers wf -n '')" build.wf "files behind an option without a value"
	is "$(offers wf do)" doctor "and doctor"
	is "$(offers wf -c "'/expl")" /explain "a command in quotes"
	is "$(offers wf -c '"/runs --si')" '/runs --since' "and its flags"
	has "$(offers wf -q -c "'/chain --")" '/chain --on-error' \
		"those of a workflow too"
fi
if command -v zsh >/dev/null; then
	zsh -n "$WORLD/c/_wf"
	is $? 0 "zsh reads its file"
fi
if command -v fish >/dev/null; then
	# shellcheck disable=SC2016
	offers() {
		PATH=$WORLD:$PATH fish --no-config -c "source $WORLD/c/wf.fish
			complete -C\$argv[1]" "$1" | cut -f 1
	}
	fish -n "$WORLD/c/wf.fish"
	is $? 0 "fish reads its file"
	is "$(offers 'wf --dur')" --durability "fish completes an option"
	is "$(offers 'wf --durability n')" normal "and its value"
	is "$(offers 'wf do')" doctor "and doctor"
	is "$(offers 'wf bu')" build.wf "and files"
	is "$(offers "wf -c '/expl")" /explain "a command in quotes"
	is "$(offers 'wf -c "/runs --si')" '/runs --since' "and its flags"
fi
if command -v tmux >/dev/null && command -v zsh >/dev/null; then
	. "$ROOT/tests/tty.sh"
	columns=80 rows=24
	tty_start "PATH=$WORLD:\$PATH exec zsh -f"
	enters "fpath=($WORLD/c \$fpath); autoload -Uz compinit; compinit -u -D; PS1='zsh> '"
	shows '^zsh> *$'
	types 'wf --dura'
	keys Tab
	types no
	keys Tab
	see '^zsh> wf --durability=normal *$' "zsh completes an option and its value"
	keys C-u
	types "wf -c '/expl"
	keys Tab
	see "^zsh> wf -c '/explain" "a command in quotes"
	keys C-u
	types "wf -c '/runs --si"
	keys Tab
	see "^zsh> wf -c '/runs --since" "and its flags"
fi
finish
