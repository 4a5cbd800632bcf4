#!/bin/sh
# The unit tests under valgrind: no invalid access, no definite leak. With a
# sanitizer build there is nothing to add, and the two do not mix.
. "${0%/*}/../lib.sh"

command -v valgrind >/dev/null || skip_all "valgrind is not installed"
nm -D "$WF" 2>/dev/null | grep -q __asan_init && skip_all "sanitizer build"

cd "$ROOT" || exit 1
for source in tests/unit/test_*.c; do
	name=${source##*/}
	name=${name%.c}
	# Not these: they start the guard by its other name, mount a disk, or
	# hold the process to a bound of memory, or take minutes. The sanitizers
	# run them all.
	case $name in test_adaptive | test_exec* | test_guard* | test_store_f* | test_vm | test_yaml) continue ;; esac
	timeout 250 valgrind -q --error-exitcode=99 --leak-check=full \
		--errors-for-leak-kinds=definite --child-silent-after-fork=yes \
		"$BUILD/test/$name" >"$WORLD/out" 2>"$WORLD/err" </dev/null
	ok $? "$name passes and is clean under valgrind" ||
		note "$(grep '^not ok' "$WORLD/out"; head -n 20 "$WORLD/err")"
done
finish
