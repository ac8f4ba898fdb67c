#!/usr/bin/env bash
# Installs what the tests need, runs them all, and ends with one line: "N passed, M failed".
#
# Works on a copy of the project in a temporary folder, as an unprivileged user: Wireshark run by root ignores the
# personal plugin folder. SPDX-License-Identifier: GPL-2.0-or-later
set -u
umask 022
export LC_ALL=C.UTF-8
unset WIRESHARK_CONFIG_DIR WIRESHARK_DATA_DIR XDG_CONFIG_HOME XDG_DATA_HOME
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

test_packages=(python3 python3-pytest python3-pytest-xdist clang clang-tidy)
project=(CMakeLists.txt .clang-tidy README.md docs install.sh plugin profiles tests pcaps)
# What the live test starts, in a network namespace of its own; its configuration is that of Dovecot 2.3.
live_packages=(dovecot-imapd dovecot-pop3d dovecot-lmtpd postfix fetchmail getmail6 isync curl wireshark-common openssl
    iproute2 ethtool)
peers=../shared/peers
stage_limit=2700 # seconds

passed=0
failed=0
finished=no
proc_mounted=no
as_tester=()

stage()
{
    printf '== %s\n' "$1"
}

pass()
{
    passed=$((passed + 1))
}

fail()
{
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$1"
}

tester()
{
    timeout --foreground --kill-after=10 "$stage_limit" "${as_tester[@]}" "$@"
}

# One check: a command that has to succeed, and is silent when it does. Returns whether it did.
check()
{
    local name=$1
    shift
    if tester "$@" >"$scratch/log" 2>&1; then
        pass
        echo "ok: $name"
    else
        tail -n 100 "$scratch/log"
        fail "$name"
        return 1
    fi
}

# The sanitizers need /proc, which a bare chroot may lack.
provide_proc()
{
    [ ! -e /proc/self ] || return 0
    mount -t proc proc /proc && proc_mounted=yes
}

prepare()
{
    provide_proc
    stage packages
    if ! ./install.sh --packages "${test_packages[@]}"; then
        fail packages
        exit 1
    fi
    scratch=$(mktemp -d) || exit 1
    chmod 755 "$scratch"
    mkdir -p "$scratch"/{src,bin,build,made,no-plugins,findings,homes/{plugin,stock,sanitize}}
    cp -a "${project[@]}" "$scratch/src"
    [ ! -d $peers ] || cp -a $peers "$scratch/peers"
    chmod -R u+w "$scratch"
    if [ "$(id -u)" = 0 ]; then
        chown -R nobody: "$scratch"
        as_tester=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups --)
    fi
    export HOME=$scratch/homes/stock
    cd "$scratch/src" || exit 1
}

# build NAME OPTION...: configures and builds the plugin and the unit tests in build/NAME
build()
{
    local name=$1
    shift
    # shellcheck disable=SC2016 # expanded by the inner shell
    check "build $name" sh -c 'cmake -S . "$@" && cmake --build "$2" --parallel' \
        sh -B "$scratch/build/$name" -DMAILWIRE_WERROR=ON "$@"
}

# unit_tests NAME [VARIABLE=VALUE...]: counts the cases that GLib reports in TAP; a crash is one failure more
unit_tests()
{
    local name=$1 test status ok not_ok skipped
    shift
    for test in "$scratch/build/$name"/unit/test_*; do
        [ -x "$test" ] || continue
        tester env "$@" "$test" --tap >"$scratch/tap" 2>&1
        status=$?
        skipped=$(grep -Ec '^ok .*# (SKIP|TODO)' "$scratch/tap")
        ok=$(($(grep -c '^ok ' "$scratch/tap") - skipped))
        not_ok=$(grep -c '^not ok ' "$scratch/tap")
        echo "$(basename "$test"): $ok passed, $not_ok failed"
        passed=$((passed + ok))
        failed=$((failed + not_ok))
        if [ "$not_ok" != 0 ] || [ $status != 0 ]; then
            tail -n 60 "$scratch/tap"
        fi
        if [ "$not_ok" = 0 ] && [ $status != 0 ]; then
            fail "$(basename "$test") ends with status $status"
        fi
    done
}

# wrapper NAME PROGRAM VARIABLE=VALUE...: a script bin/NAME that runs a Wireshark program with these variables.
# WIRESHARK_PLUGIN_DIR hides the system's plugin folder, which may hold another mailwire.so.
wrapper()
{
    local name=$1 program
    program=$(command -v "$2")
    shift 2
    printf '#!/bin/sh\nexport WIRESHARK_PLUGIN_DIR="%s" %s\nexec %s "$@"\n' "$scratch/no-plugins" "$*" "$program" \
        >"$scratch/bin/$name"
    chmod 755 "$scratch/bin/$name"
}

install_into()
{
    check "install in $1" env HOME="$scratch/homes/$1" cmake --install "$scratch/build/$2"
}

# pytest_counts FILE: "PASSED FAILED" of a JUnit report
pytest_counts()
{
    python3 - "$1" <<'PYTHON'
import sys
import xml.etree.ElementTree as tree

totals = dict.fromkeys(('tests', 'failures', 'errors', 'skipped'), 0)
for suite in tree.parse(sys.argv[1]).iter('testsuite'):
    for name in totals:
        totals[name] += int(suite.get(name, 0))
bad = totals['failures'] + totals['errors']
print(totals['tests'] - bad - totals['skipped'], bad)
PYTHON
}

# capture_tests HOME PREFIX [VARIABLE=VALUE...] [-- PYTEST OPTION...]: with the programs bin/PREFIXtshark, bin/PREFIXsharkd
capture_tests()
{
    local home=$1 prefix=$2 report=$scratch/findings/pytest.xml variables=() counts status
    shift 2
    while [ $# != 0 ] && [ "$1" != -- ]; do
        variables+=("$1")
        shift
    done
    [ $# = 0 ] || shift
    [ ! -d "$scratch/peers" ] || variables+=(MW_PEERS="$scratch/peers")
    rm -f "$report"
    tester env HOME="$scratch/homes/$home" MW_HOME="$scratch/homes/$home" MW_STOCK_HOME="$scratch/homes/stock" \
        MW_TSHARK="$scratch/bin/${prefix}tshark" MW_SHARKD="$scratch/bin/${prefix}sharkd" "${variables[@]}" \
        python3 -m pytest -q -n "$(nproc)" --dist loadfile --continue-on-collection-errors -p no:cacheprovider --junitxml="$report" "$@" tests/capture
    status=$?
    counts=$(pytest_counts "$report" 2>/dev/null) || counts='0 0'
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
    if [ $status != 0 ] && [ "${counts#* }" = 0 ]; then
        fail "pytest ends with status $status"
    fi
    rm -f "$report"
}

# AddressSanitizer and UndefinedBehaviorSanitizer in the plugin, but not in Wireshark: the runtime comes by LD_PRELOAD.
# Wireshark's own memory pools are bypassed, so that each of their blocks is guarded. Every finding leaves a file. Read
# are all captures that the capture tests have made, each once, since a sanitized tshark takes a second to start.
sanitized_tests()
{
    local limits=log_path=$scratch/findings/report program finding
    build sanitize -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=RelWithDebInfo -DMAILWIRE_SANITIZE=ON || return
    unit_tests sanitize G_SLICE=always-malloc UBSAN_OPTIONS=halt_on_error=1,print_stacktrace=1
    for program in tshark sharkd; do
        wrapper "sanitize-$program" "$program" LD_PRELOAD="$(gcc -print-file-name=libasan.so)" \
            ASAN_OPTIONS="detect_leaks=0,$limits" UBSAN_OPTIONS="halt_on_error=1,print_stacktrace=1,$limits" \
            WIRESHARK_DEBUG_WMEM_OVERRIDE=simple G_SLICE=always-malloc
    done
    install_into sanitize sanitize
    check "dissect all captures" env HOME="$scratch/homes/sanitize" MW_HOME="$scratch/homes/sanitize" \
        MW_SHARKD="$scratch/bin/sanitize-sharkd" MW_TSHARK="$scratch/bin/sanitize-tshark" \
        sh -c 'for folder; do [ ! -d "$folder" ] || python3 tests/capture/dissect_all.py "$folder" || exit 1; done' \
        sh pcaps "$scratch/peers/captures" "$scratch/made"
    capture_tests sanitize sanitize- MW_SANITIZE=1 -- -m 'not no_sanitize' -k 'test_facts and one-pass'
    for finding in "$scratch"/findings/report*; do
        [ -e "$finding" ] || continue
        cat "$finding"
        fail "sanitizer finding"
    done
}

# Known facts about captures of other projects: what once passed has to go on passing.
score_peers()
{
    local line wanted
    line=$(tester env HOME="$scratch/homes/plugin" python3 "$scratch/peers/score.py" "$scratch/peers" \
        --tshark "$scratch/bin/tshark" 2>&1 | tail -n 1)
    wanted=$(awk -v version="$("$scratch/bin/tshark" -v 2>/dev/null | sed -n '1s/[^0-9]*\([0-9]*\.[0-9]*\).*/\1/p')" \
        '$1 == version { print $2; exit }' tests/peers_baseline)
    wanted=${wanted:-0}
    echo "$line"
    case $line in
    *' passed, '*' failed') ;;
    *) line='0 passed' ;;
    esac
    if [ "${line%% *}" -ge "$wanted" ]; then
        pass
    else
        fail "fewer facts of $peers than the $wanted of tests/peers_baseline"
    fi
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Real servers and clients. Their packages are installed without starting anything, and not at all where that would
# remove another mail server.
install_live_packages()
{
    local policy=/usr/sbin/policy-rc.d made=no status removed
    removed=$(LC_ALL=C apt-get -s install --no-install-recommends "${live_packages[@]}" 2>/dev/null |
        awk '/^Remv / { printf "%s ", $2 }')
    if [ -n "$removed" ]; then
        echo "live test: its packages would remove $removed"
        return 1
    fi
    echo 'postfix postfix/main_mailer_type select No configuration' | as_root debconf-set-selections
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null && as_root chmod 755 $policy && made=yes
    fi
    ./install.sh --packages "${live_packages[@]}"
    status=$?
    [ $made = no ] || as_root rm -f $policy
    return $status
}

live_test()
{
    local line status test
    if ! install_live_packages; then
        echo "live test: not run"
        return
    fi
    case $(dovecot --version 2>/dev/null) in
    2.3.*) ;;
    *)
        echo "live test: not run, it is written for Dovecot 2.3"
        return
        ;;
    esac
    for test in access roundtrip; do
        as_root env MW_HOME="$scratch/homes/plugin" "tests/live/test_${test}_live.sh" "$scratch/bin/tshark" \
            >"$scratch/live" 2>&1
        status=$?
        if [ $status = 77 ]; then
            cat "$scratch/live"
            continue
        fi
        grep -v '^ok: ' "$scratch/live"
        line=$(tail -n 1 "$scratch/live" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
        passed=$((passed + ${line% *}))
        failed=$((failed + ${line#* }))
        [ -n "$line" ] || fail "live test $test ends with status $status"
    done
}

finish()
{
    exec >&3 # an interrupt may come while a command's output goes elsewhere
    [ $finished = yes ] || [ $failed != 0 ] || fail "ended early"
    [ -z "${scratch:-}" ] || rm -rf "$scratch"
    [ $proc_mounted = no ] || umount /proc
    echo "$passed passed, $failed failed"
    [ $failed = 0 ] && exit 0
    exit 1
}

exec 3>&1
trap finish EXIT
trap 'exit 1' INT TERM
prepare

stage gcc
if build gcc -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Release; then
    unit_tests gcc
    wrapper tshark tshark
    wrapper sharkd sharkd
    install_into plugin gcc
    capture_tests plugin '' MW_KEEP_CAPTURES="$scratch/made"
    if [ -d "$scratch/peers" ]; then
        stage peers
        score_peers
    fi
fi

stage live
live_test

stage clang
build clang -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release
# shellcheck disable=SC2016 # expanded by the inner shell
check 'functions are short and flat' sh -c 'clang-tidy --quiet -p "$1" $(find plugin -name "*.c")' \
    sh "$scratch/build/clang"

stage sanitizers
sanitized_tests
finished=yes
