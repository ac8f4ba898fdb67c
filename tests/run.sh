#!/usr/bin/env bash
# Installs what the tests need, runs them all, and ends with one line: "N passed, M failed".
#
# Works on a copy of the project in a temporary folder, as an unprivileged user: Wireshark run by root ignores the
# personal plugin folder.
#
#   STAGES               the stages to run, of: gcc live gui package clang sanitize fuzz (all)
#   FUZZ_SECONDS         seconds for each fuzz target (60)
#   FUZZ_SEED            what its random numbers begin with (1; 0: different in each run)
#   MUTATE_ROUNDS        rounds of mutated captures (1000)
#   MW_KEEP_SCREENSHOTS  a folder that the pictures of the GUI test are copied to
#
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
umask 022
export LC_ALL=C.UTF-8
unset WIRESHARK_CONFIG_DIR WIRESHARK_DATA_DIR XDG_CONFIG_HOME XDG_DATA_HOME
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

test_packages=(python3 python3-pytest python3-pytest-xdist)
gui_packages=(wireshark xvfb xauth xdotool imagemagick)
package_packages=(dpkg-dev file groff-base man-db mandoc)
clang_packages=(clang clang-tidy cppcheck shellcheck pyflakes3)
fuzz_packages=(clang libclang-rt-dev)
project=(.ci .clang-format .clang-tidy CHANGELOG.md CMakeLists.txt LICENSE README.md cmake docs install.sh man pcaps plugin
    profiles tests)
# What the live test starts, in a network namespace of its own; its configuration is that of Dovecot 2.3.
live_packages=(dovecot-imapd dovecot-pop3d dovecot-lmtpd postfix fetchmail getmail6 isync curl wireshark-common openssl
    iproute2 ethtool)
peers=../shared/peers
stage_limit=2700 # seconds
stages=${STAGES:-gcc live gui package clang sanitize fuzz}

passed=0
failed=0
finished=no
proc_mounted=no
as_tester=()

# Whether a stage is wanted; its name and the time so far are printed.
stage()
{
    case " $stages " in
    *" $1 "*) printf '== %s (%d:%02d)\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)) ;;
    *) return 1 ;;
    esac
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

# counted NAME COMMAND...: a script that ends with "N passed, M failed", or with status 77 and a reason when it cannot
# be run here. What it says of passed checks is left out.
counted()
{
    local name=$1 line status
    shift
    "$@" >"$scratch/counted" 2>&1
    status=$?
    if [ $status = 77 ]; then
        echo "$name: not run: $(tail -n 1 "$scratch/counted")"
        return
    fi
    grep -v '^ok: ' "$scratch/counted" | tail -n 200
    line=$(tail -n 1 "$scratch/counted" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
    passed=$((passed + ${line% *}))
    failed=$((failed + ${line#* }))
    [ -n "$line" ] || fail "$name ends with status $status"
}

# packages NAME...: installs them, without questions
packages()
{
    ./install.sh --packages "$@" || fail "packages: $*"
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
    echo '== packages'
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
    check "build $name" sh -c 'cmake -S . "$@" && cmake --build "$2" --parallel "$(nproc)"' \
        sh -B "$scratch/build/$name" -DMAILWIRE_WERROR=ON "$@"
}

# unit_tests NAME [VARIABLE=VALUE...]: counts the cases that GLib reports in TAP; a crash is one failure more
unit_tests()
{
    local name=$1 tests=() test status ok not_ok skipped
    shift
    for test in "$scratch/build/$name"/unit/test_*; do
        [ ! -f "$test" ] || [ ! -x "$test" ] || tests+=("$test")
    done
    # shellcheck disable=SC2016 # expanded by the inner shell
    printf '%s\0' "${tests[@]}" | "${as_tester[@]}" env "$@" xargs -0 -n 1 -P "$(nproc)" \
        sh -c 'timeout --kill-after=10 "$1" "$2" --tap >"$2.tap" 2>&1; echo $? >"$2.status"' sh "$stage_limit"
    for test in "${tests[@]}"; do
        status=$(cat "$test.status" 2>/dev/null || echo none)
        skipped=$(grep -Ec '^ok .*# (SKIP|TODO)' "$test.tap")
        ok=$(($(grep -c '^ok ' "$test.tap") - skipped))
        not_ok=$(grep -c '^not ok ' "$test.tap")
        echo "$(basename "$test"): $ok passed, $not_ok failed"
        passed=$((passed + ok))
        failed=$((failed + not_ok))
        if [ "$not_ok" != 0 ] || [ "$status" != 0 ]; then
            tail -n 60 "$test.tap"
        fi
        if [ "$not_ok" = 0 ] && [ "$status" != 0 ]; then
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

# Lets the capture tests start tshark once for many runs.
build_fork_server()
{
    [ -e "$scratch/bin/fork_server.so" ] ||
        check 'build fork_server' gcc -std=c17 -O2 -Wall -Wextra -Werror -shared -fPIC \
            -o "$scratch/bin/fork_server.so" tests/capture/fork_server.c
}

# capture_tests HOME PREFIX [VARIABLE=VALUE...] -- PYTEST ARGUMENT...: with the programs bin/PREFIXtshark and
# bin/PREFIXsharkd
capture_tests()
{
    local home=$1 prefix=$2 report=$scratch/findings/pytest.xml variables=() counts status
    shift 2
    while [ "$1" != -- ]; do
        variables+=("$1")
        shift
    done
    shift
    build_fork_server && variables+=(MW_FORK_SERVER="$scratch/bin/fork_server.so")
    [ ! -d "$scratch/peers" ] || variables+=(MW_PEERS="$scratch/peers")
    rm -f "$report"
    tester env HOME="$scratch/homes/$home" MW_HOME="$scratch/homes/$home" MW_STOCK_HOME="$scratch/homes/stock" \
        MW_TSHARK="$scratch/bin/${prefix}tshark" MW_SHARKD="$scratch/bin/${prefix}sharkd" "${variables[@]}" \
        python3 -m pytest -q -n "$(nproc)" --dist loadfile --continue-on-collection-errors -p no:cacheprovider \
        --junitxml="$report" "$@"
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
    local limits=log_path=$scratch/findings/report folders=(pcaps "$scratch/made") program finding
    build sanitize -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=RelWithDebInfo -DMAILWIRE_SANITIZE=ON || return
    unit_tests sanitize G_SLICE=always-malloc UBSAN_OPTIONS=halt_on_error=1,print_stacktrace=1
    for program in tshark sharkd; do
        wrapper "sanitize-$program" "$program" LD_PRELOAD="$(gcc -print-file-name=libasan.so):\$LD_PRELOAD" \
            ASAN_OPTIONS="detect_leaks=0,$limits" UBSAN_OPTIONS="halt_on_error=1,print_stacktrace=1,$limits" \
            WIRESHARK_DEBUG_WMEM_OVERRIDE=simple G_SLICE=always-malloc
    done
    install_into sanitize sanitize
    [ ! -d "$scratch/peers" ] || folders+=("$scratch/peers/captures")
    check "dissect all captures" env HOME="$scratch/homes/sanitize" MW_HOME="$scratch/homes/sanitize" \
        MW_SHARKD="$scratch/bin/sanitize-sharkd" MW_TSHARK="$scratch/bin/sanitize-tshark" \
        python3 tests/capture/dissect_all.py "${folders[@]}"
    capture_tests sanitize sanitize- MW_SANITIZE=1 -- --dist load -m 'not no_sanitize' -k 'one-pass' \
        tests/capture/test_facts.py
    check "dissect mutated captures" env HOME="$scratch/homes/sanitize" MW_HOME="$scratch/homes/sanitize" \
        MW_SHARKD="$scratch/bin/sanitize-sharkd" MW_TSHARK="$scratch/bin/sanitize-tshark" \
        MUTATE_BUILD="$scratch/build/mutate" tests/mutate/run.sh "${MUTATE_ROUNDS:-1000}"
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

live_tests()
{
    local test
    if ! install_live_packages; then
        echo "live tests: not run"
        return
    fi
    case $(dovecot --version 2>/dev/null) in
    2.3.*) ;;
    *)
        echo "live tests: not run, they are written for Dovecot 2.3"
        return
        ;;
    esac
    for test in access roundtrip; do
        counted "live test $test" as_root env MW_HOME="$scratch/homes/plugin" "tests/live/test_${test}_live.sh" \
            "$scratch/bin/tshark"
    done
}

# The real Wireshark, with all windows of mailwire.
gui_test()
{
    packages "${gui_packages[@]}"
    command -v wireshark >/dev/null && wrapper wireshark wireshark
    counted "GUI test" tester env HOME="$scratch/homes/plugin" MW_HOME="$scratch/homes/plugin" \
        MW_TSHARK="$scratch/bin/tshark" MW_SHARKD="$scratch/bin/sharkd" MW_WIRESHARK="$scratch/bin/wireshark" \
        MW_SCREENSHOTS="$scratch/screenshots" python3 tests/gui/test_gui.py
    [ -z "${MW_KEEP_SCREENSHOTS:-}" ] || cp -r "$scratch/screenshots" "$MW_KEEP_SCREENSHOTS"
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

if stage gcc && build gcc -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Release; then
    unit_tests gcc
    wrapper tshark tshark
    wrapper sharkd sharkd
    install_into plugin gcc
    capture_tests plugin '' MW_KEEP_CAPTURES="$scratch/made" -- \
        tests/hostile tests/capture tests/gui/test_mail_profile.py
    [ ! -d "$scratch/peers" ] || score_peers
    if stage live; then
        live_tests
    fi
    if stage gui; then
        gui_test
    fi
    if stage package; then
        packages "${package_packages[@]}"
        counted "package test" tester env MW_BUILD="$scratch/build/gcc" tests/package/test_package.sh
    fi
fi

if stage clang; then
    packages "${clang_packages[@]}"
    build clang -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release
    counted lint tester tests/lint/run.sh "$scratch/build/clang"
fi

if stage sanitize; then
    sanitized_tests
fi

if stage fuzz; then
    packages "${fuzz_packages[@]}"
    counted fuzzing tester env FUZZ_BUILD="$scratch/build/fuzz" FUZZ_SEED="${FUZZ_SEED:-1}" tests/fuzz/run.sh \
        "${FUZZ_SECONDS:-60}"
fi
finished=yes
