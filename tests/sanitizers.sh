#!/bin/sh
# Builds with a sanitizer and runs the suites under it: tests/sanitizers.sh address|thread [pytest arguments]
# (default: units, then for address tests/api, for thread the test that does everything at once).
set -e
cd "$(dirname "$0")/.."
kind=${1:?address or thread}
shift
build=build-$kind
case $kind in
address) with=address,undefined ;;
thread) with=thread ;;
*) echo "address or thread?" >&2; exit 2 ;;
esac
[ -f "$build/build.ninja" ] ||
    meson setup "$build" -Db_sanitize=$with -Db_lundef=false -Dbuildtype=debug -Doptimization=1 >/dev/null
ninja -C "$build" >/dev/null
export ASAN_OPTIONS=handle_segv=2:detect_leaks=1:abort_on_error=0:exitcode=99
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export TSAN_OPTIONS=halt_on_error=0:exitcode=98:second_deadlock_stack=1
export UNDERSTOOD_SANITIZER=$kind
meson test -C "$build" --no-rebuild --suite unit --quiet
if [ $# -eq 0 ]; then
    [ "$kind" = address ] && set -- tests/api || set -- tests/fault/test_everything_at_once.py tests/fault/test_races.py
fi
UNDERSTOOD_BUILD=$PWD/build UNDERSTOOD_BINARY=$PWD/$build/understood /usr/bin/python3 -m pytest -q -p no:cacheprovider "$@"
