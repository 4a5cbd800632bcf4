# What terminal tests share, beside lib.sh: a shell in a terminal of tmux's.
#
#	tty_open [COLUMNS [ROWS]] [NAME=VALUE…]   starts $WF at a prompt
#	tty_start COMMAND                         runs that in the terminal
#	keys KEY…                                 presses keys, as tmux names them
#	types TEXT                                types it as it stands
#	enters TEXT                               types it, then Enter
#	paste FILE                                with the marks of a paste
#	screen                                    what stands there, and behind
#	shows REGEX                               waits until the screen does
#	see REGEX SENTENCE                        a point: it comes to show it
#	still REGEX SENTENCE                      a point: that may have stood
#	prompts                                   waits for an empty prompt
#	tty_size COLUMNS ROWS                     the window is resized
#
# Nothing waits a fixed time for something to come: `shows` looks until it
# does, at most 20 s. What stood on the screen before the keys that were
# pressed last proves nothing: more lines than then must match.

command -v tmux >/dev/null || skip_all "tmux makes the terminal"
TMUX_NAME=wf-test-$$
unset TMUX
trap 'tmux -L "$TMUX_NAME" kill-server 2>/dev/null; [ -z "${keep-}" ] && :' EXIT

tty_before=$PWD/.screen.before
: >"$tty_before"

# The screen before the first of several keys.
before() {
	[ -n "$count_from" ] || screen >"$tty_before"
	count_from=keys
}

tm() {
	tmux -L "$TMUX_NAME" "$@"
}

tty_start() {
	count_from=
	: >"$tty_before"
	tm kill-server 2>/dev/null
	until_ok 10 sh -c "! tmux -L $TMUX_NAME has-session 2>/dev/null"
	# one that is about to end may still take the call
	until_ok 10 tm -f /dev/null new-session -d -x "${columns:-80}" \
		-y "${rows:-24}" \
		"$1; echo; echo ended with \$?; exec sleep 1000"
	tm set-option -g history-limit 5000
	tm set-option -g escape-time 0
}

tty_open() {
	columns=80 rows=24 given=
	case ${1-} in [0-9]*) columns=$1; shift ;; esac
	case ${1-} in [0-9]*) rows=$1; shift ;; esac
	for word; do given="$given '$word'"; done
	tty_start "exec 2>&1; env LANG=C.UTF-8 $given '$WF'"
	shows 'wf> *$'
}

keys() {
	before
	tm send-keys "$@"
}

types() {
	before
	tm send-keys -l "$1"
}

enters() {
	types "$1"
	keys Enter
}

paste() {
	before
	tm load-buffer "$1" && tm paste-buffer -p
}

# Trailing blanks and empty lines at the end are tmux's own.
screen() {
	tm capture-pane -p -J -S - | sed -e 's/[ ]*$//' |
		sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'
}

screen_has() {
	screen | grep -E -q -e "$1"
}

has_more() {
	[ "$(screen | grep -E -c -e "$1")" -gt "$2" ]
}

shows() {
	count_from=
	until_ok 20 has_more "$1" "$(grep -E -c -e "$1" "$tty_before")"
}

last_is() {
	screen | tail -n 1 | grep -E -q -e "^$1\$"
}

prompts() {
	count_from=
	until_ok 20 last_is '(\[[0-9]+\] |[0-9]+ (running|waiting) )*wf>'
}

tty_size() {
	tm resize-window -x "$1" -y "$2"
}

# One point: the screen comes to show REGEX.
see() {
	shows "$1"
	ok $? "$2" || note "$(screen)"
}

# One point: the screen shows REGEX, which may have stood there before.
still() {
	until_ok 20 screen_has "$1"
	ok $? "$2" || note "$(screen)"
}

# One point: the screen does not show it now.
unseen() {
	screen_has "$1"
	[ $? -ne 0 ]
	ok $? "$2" || note "$(screen)"
}
