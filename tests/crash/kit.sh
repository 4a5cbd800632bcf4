# What the tests of this directory share; sourced after ../lib.sh.
#
#	KILLER   the preloaded object, built here
#	FLOWS    the directory of canonical workflows
#	seed     $CRASH_SEED or one of the day's; print it

FLOWS=$ROOT/tests/crash/flows
seed=${CRASH_SEED:-$(date +%s)}
export WORLD

build_killer() {
	KILLER=$WORLD/killer.so
	${CC:-cc} -std=c11 -D_GNU_SOURCE -I"$ROOT" -shared -fPIC -O1 \
		-o "$KILLER" "$ROOT/tests/crash/killer.c" -ldl ||
		skip_all "no compiler for the preloaded object"
}

# flows NAME… prints their paths.
flows() {
	for flow; do
		printf '%s\n' "$FLOWS/$flow"
	done
}

# Everything but the named ones.
flows_but() {
	for flow in "$FLOWS"/*; do
		case " $* " in
		*" ${flow##*/} "*) ;;
		*) printf '%s\n' "$flow" ;;
		esac
	done
}
