#!/usr/bin/env bash
# Measures which lines of the plugin the tests run through.
#
#   tests/coverage/run.sh [CAPTURES...]
#
# Builds with gcov's counters, runs the unit tests, lets sharkd read the captures of pcaps/ (and CAPTURES, files or
# folders), runs the capture tests, and prints the share of lines for each file and in total. The list of all lines and
# functions that nothing ran through is uncovered.txt in the build folder. Root drops to nobody for what it measures.
#
#   MW_PEERS         as for the capture tests
#   COVERAGE_BUILD   the build folder (/var/tmp/mailwire-coverage); nobody has to reach it
#
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
umask 022
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
unset WIRESHARK_CONFIG_DIR WIRESHARK_DATA_DIR XDG_CONFIG_HOME XDG_DATA_HOME
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${COVERAGE_BUILD:-/var/tmp/mailwire-coverage}
as_tester=()
failed=0

die()
{
    echo "coverage: $*" >&2
    exit 1
}

# A Wireshark program that does not see the system's plugin folder, which may hold another mailwire.so.
wrapper()
{
    printf '#!/bin/sh\nexport WIRESHARK_PLUGIN_DIR="%s"\nexec %s "$@"\n' "$build/no-plugins" "$(command -v "$1")" \
        >"$build/$1"
    chmod 755 "$build/$1"
}

# The counters lie beside the objects; those of an earlier run would be added to.
prepare()
{
    mkdir -p "$build" || die "no folder $build"
    build=$(cd "$build" && pwd)
    if ! cmake -S "$root" -B "$build" -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS="-Og --coverage" \
        >"$build/log" 2>&1 || ! cmake --build "$build" --parallel "$(nproc)" >>"$build/log" 2>&1; then
        die "the build failed, see $build/log"
    fi
    find "$build" -name '*.gcda' -delete
    mkdir -p "$build"/{plugin-home,stock-home,no-plugins}
    wrapper tshark
    wrapper sharkd
    if [ "$(id -u)" = 0 ]; then
        chown -R nobody: "$build"
        as_tester=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups --)
    fi
    "${as_tester[@]}" env HOME="$build/plugin-home" cmake --install "$build" >>"$build/log" 2>&1 || die "not installed"
}

run()
{
    local name=$1
    shift
    "$@" >"$build/log" 2>&1 && return
    failed=$((failed + 1))
    echo "$name failed:"
    tail -n 20 "$build/log"
}

measure()
{
    local test
    for test in "$build"/unit/test_*; do
        run "$(basename "$test")" "${as_tester[@]}" "$test" --tap
    done
    export MW_HOME=$build/plugin-home MW_STOCK_HOME=$build/stock-home MW_TSHARK=$build/tshark MW_SHARKD=$build/sharkd
    run "reading all captures" /usr/bin/python3 "$root/tests/capture/dissect_all.py" "$root/pcaps" "$@"
    export MW_FORK_SERVER=$build/fork_server.so
    run "fork_server" gcc -O2 -shared -fPIC -o "$MW_FORK_SERVER" "$root/tests/capture/fork_server.c"
    run "a capture test" /usr/bin/python3 -m pytest -q -n "$(nproc)" --dist loadfile -p no:cacheprovider \
        "$root/tests/capture"
}

prepare
measure "$@"
/usr/bin/python3 "$root/tests/coverage/report.py" "$build" "$root/plugin" "$build/uncovered.txt" || failed=$((failed + 1))
[ $failed = 0 ]
