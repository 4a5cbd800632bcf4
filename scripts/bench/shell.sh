# Rows of the shell at a terminal, for scripts/bench/run: its start, its keys
# while much goes on, its live view, its history, its completion. Goals: a
# prompt within 15 ms and 12 MB; a key's echo within 5 ms (p99), 20 ms while
# wf itself works as much as it can; a frame below 1 ms; history 5 ms;
# completion 30 ms.

tty=$build/bench/bench_tty
keys=${KEYS:-500}

# A state of 100,000 runs and 10,000 entries of history: copies of one run.
full_state() {
	fresh
	"$wf" -q -c '/chain "a: /bash true -> b: /bash true"' >/dev/null
	sqlite3 "$WF_STATE_DIR/wf.db" "
		with recursive n(i) as (select 1 union all
			select i + 1 from n where i < 99999)
		insert into runs select i + 1, lower(hex(randomblob(13))),
			parent, owner, state, exit, started_ms + i,
			finished_ms + i, steps, failed, pinned, hidden,
			first_seq + i * 5, last_seq + i * 5, seed + i, plan,
			text_key, command, text, dir, args, session,
			error_class, queued_ms, tokens_in, tokens_out,
			cost_micro from n, runs where id = 1;
		with recursive n(i) as (select 1 union all
			select i + 1 from n where i < 99999)
		insert into events select e.seq + i * 5, i + 1, frame, step,
			kind, t + i, data from n, events e where e.run = 1;"
	awk 'BEGIN { for (i = 0; i < 10000; i++)
		printf "#%d\n/chain \"build%d: /bash make -> test: /bash make check\"\n", 1732300000000 + i, i }' >"$WF_STATE_DIR/history"
}

shell_starts() { # NAME
	say "prompt, $1 (goal 15 ms, 12 MB)" \
		"$("$tty" start 25 'wf> ' "$wf" / 'sqlite> ' sqlite3)"
	have fish && say "prompt, $1" "$("$tty" start 25 'wf> ' "$wf" / \
		'fish> ' fish --no-config -C \
		'function fish_prompt; echo -n "fish> "; end')"
}

printers() { # EVERY_MS
	printf '/chain {['
	for ((i = 1; i <= 200; i++)); do
		printf '/bash exec %s print %s%s' "$tty" "$1" \
			"$( ((i < 200)) && echo ', ')"
	done
	printf ']} &\n'
}

in_process() { # SEPARATOR OPEN CLOSE
	awk -v s="$1" -v o="$2" -v c="$3" 'BEGIN { print "/chain {" o
		for (i = 1; i < 100000; i++) printf "/lua return %d%s\n", i, s
		print "/lua return 0\n" c "} &" }'
}

shell_keys() { # NAME GOAL FILE
	fresh
	say "keys, $1 (p99 goal $2)" \
		"$(WF_PROGRESS=auto WF_MAX_PARALLEL=200 PS1='bash> ' "$tty" \
		keys "$keys" "$3" 'wf> ' "$wf" / 'bash> ' bash --norc)"
}

all_keys() { # WHERE
	shell_keys "$1200 steps print every 10 ms" "5 ms" "$tmp/printers"
	shell_keys "$1200 steps print all they can" "5 ms" "$tmp/flood"
	shell_keys "$1chain of 100,000 /lua" "20 ms" "$tmp/deep.keys"
	shell_keys "$13 x 100,000 /lua at once" "20 ms" "$tmp/wide.keys"
}

rows_shell() {
	fresh
	shell_starts "new state"
	full_state
	shell_starts "100,000 runs"
	say "history (goal 5 ms)" \
		"$("$build/bench/bench_shell" history "$WF_STATE_DIR/history" 25)"
	mkdir -p "$tmp/many"
	(cd "$tmp/many" && seq -f 'file-%05g' 10000 | xargs touch)
	say "Tab behind /show, 100,000 runs (goal 30 ms)" \
		"$("$tty" tab 15 '/show ' '@last' 'wf> ' "$wf")"
	say "Tab of 10,000 files (goal 30 ms)" "$(cd "$tmp/many" &&
		"$tty" tab 15 '/read file-0' file-00 'wf> ' "$wf")"
	fresh
	say "live view (goal 1 ms)" "$(WF_MAX_PARALLEL=200 WF_PROGRESS=auto \
		"$build/bench/bench_shell" live 200 50)"
	printers 10 >"$tmp/printers"
	printers 0 >"$tmp/flood"
	in_process ' ->' '' '' >"$tmp/deep.bg"
	in_process , '[' ']' >"$tmp/wide.bg"
	echo "/source $tmp/deep.bg" >"$tmp/deep.keys"
	for ((i = 0; i < 3; i++)); do echo "/source $tmp/wide.bg"; done \
		>"$tmp/wide.keys"
	all_keys ""
	cc -shared -fPIC -D_GNU_SOURCE -O2 -o "$tmp/slow.so" \
		scripts/bench/slow_disk.c -ldl || return
	LD_PRELOAD=$tmp/slow.so WF_BENCH_FSYNC_MS=50 all_keys "slow disk, "
}
