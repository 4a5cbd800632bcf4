# What shell tests share. A test begins with `. "${0%/*}/../lib.sh"` and ends
# with `finish`; it then runs in an empty directory of its own. Given:
#
#	WF       the binary             ROOT   the top of the sources
#	BUILD    where it was built     WORLD  a directory that goes away
#
#	ok STATUS SENTENCE              0 is good
#	is GOT WANT SENTENCE            equal texts
#	like GOT REGEX SENTENCE         an extended regular expression
#	has GOT TEXT SENTENCE           contains; `lacks` is its opposite
#	run_wf ARGS…                    sets $out $err $status, and the files
#	                                $WORLD/out and $WORLD/err
#	until_ok SECONDS COMMAND…       tries until it succeeds
#	skip_all REASON                 ends the test, counted as skipped
#	finish                          the plan and the exit status

ROOT=$(cd "${0%/*}/../.." && pwd) || exit 1
BUILD=${BUILD:-$ROOT/build}
WF=${WF:-$BUILD/wf}
case $WF in /*) ;; *) WF=$ROOT/$WF ;; esac
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
export WF BUILD

# By hand, without the runner: the same fresh world.
if [ -z "${WF_TEST_WORLD-}" ]; then
	WF_TEST_WORLD=$(mktemp -d "${TMPDIR:-/tmp}/wf-test.XXXXXX") || exit 1
	trap 'rm -rf "$WF_TEST_WORLD"' EXIT
	mkdir "$WF_TEST_WORLD/home" "$WF_TEST_WORLD/tmp"
	mkdir -m 700 "$WF_TEST_WORLD/state"
	HOME=$WF_TEST_WORLD/home TMPDIR=$WF_TEST_WORLD/tmp
	WF_STATE_DIR=$WF_TEST_WORLD/state
	export HOME TMPDIR WF_STATE_DIR
fi
WORLD=$WF_TEST_WORLD/world
mkdir -p "$WORLD" "$WORLD/work" && cd "$WORLD/work" || exit 1

test_count=0
test_failed=0

say() {
	printf '%s\n' "$*"
}

# Lines of a text as TAP comments.
note() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

ok() {
	test_count=$((test_count + 1))
	if [ "$1" -eq 0 ]; then
		say "ok $test_count - $2"
		return 0
	fi
	test_failed=$((test_failed + 1))
	say "not ok $test_count - $2"
	return 1
}

is() {
	[ "$1" = "$2" ]
	ok $? "$3" || { note "got:  $1"; note "want: $2"; }
}

like() {
	printf '%s\n' "$1" | grep -E -q -e "$2"
	ok $? "$3" || { note "got:  $1"; note "want: /$2/"; }
}

has() {
	case $1 in *"$2"*) true ;; *) false ;; esac
	ok $? "$3" || { note "got:  $1"; note "want: …$2…"; }
}

lacks() {
	case $1 in *"$2"*) false ;; *) true ;; esac
	ok $? "$3" || { note "got:  $1"; note "must not have: $2"; }
}

# shellcheck disable=SC2034 # out, err and status are for the test
run_wf() {
	"$WF" "$@" >"$WORLD/out" 2>"$WORLD/err"
	status=$?
	out=$(cat "$WORLD/out")
	err=$(cat "$WORLD/err")
}

until_ok() {
	until_end=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$until_end" ] || return 1
		sleep 0.02
	done
}

skip_all() {
	say "ok 1 - # SKIP $*"
	say "1..1"
	exit 0
}

finish() {
	say "1..$test_count"
	[ "$test_failed" -eq 0 ]
	exit $?
}
