#!/bin/sh
# The unit tests under valgrind: no invalid access, no definite leak. With a
# sanitizer build there is nothing to add, and the two do not mix.
. "${0%/*}/../lib.sh"

command -v valgrind >/dev/null || skip_all "valgrind is not installed"
nm -D "$WF" 2>/dev/null | grep -q __asan_init && skip_all "sanitizer build"

for program in "$BUILD"/test/test_*; do
	[ -x "$program" ] || continue
	case $program in *.d|*.o) continue ;; esac
	timeout 250 valgrind -q --error-exitcode=99 --leak-check=full \
		--errors-for-leak-kinds=definite --child-silent-after-fork=yes \
		"$program" >"$WORLD/out" 2>"$WORLD/err" </dev/null
	[ $? -ne 99 ]
	ok $? "${program##*/} is clean under valgrind" ||
		note "$(head -n 20 "$WORLD/err")"
done
finish
