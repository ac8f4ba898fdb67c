#!/usr/bin/env bash
# Static analysis: clang-tidy and cppcheck over plugin/, shellcheck over the shell scripts, pyflakes over the Python.
#
#   tests/lint/run.sh [BUILD]
#
# BUILD is a build folder, for its compile_commands.json; without one, one is made and removed. The configurations are
# .clang-tidy and tests/lint/cppcheck.txt. Needs the Debian packages clang, clang-tidy, cppcheck, shellcheck and
# pyflakes3; a missing one counts as a failure. Ends with "N passed, M failed".
#
# SPDX-License-Identifier: GPL-2.0-or-later
set -u
export LC_ALL=C.UTF-8
scratch=$(mktemp -d) || exit 1
build=$(realpath -m "${1:-$scratch/build}") # cppcheck's filter wants whole paths
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

passed=0
failed=0
trap 'rm -rf "$scratch"' EXIT

# check NAME COMMAND...: passed is what ends with 0
check()
{
    local name=$1 start=$SECONDS
    shift
    if "$@" >"$scratch/log" 2>&1; then
        passed=$((passed + 1))
        echo "ok: $name, $((SECONDS - start)) s"
    else
        failed=$((failed + 1))
        cat "$scratch/log"
        echo "FAILED: $name"
    fi
}

configure()
{
    cmake -S . -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release
}

tidy()
{
    find plugin -name '*.c' -print0 | xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet -p "$build"
}

# Wireshark's headers are not read, only its version is told: what cppcheck finds is in our own code, in seconds.
check_sources()
{
    cppcheck -q -j "$(nproc)" --std=c11 --library=gtk --library=posix --enable=warning,performance,portability \
        --inline-suppr --suppressions-list=tests/lint/cppcheck.txt --error-exitcode=1 \
        -DWIRESHARK_VERSION_MAJOR=4 -DWIRESHARK_VERSION_MINOR=0 --project="$build/compile_commands.json" \
        --file-filter='*/plugin/*' --template='{file}:{line}: {severity} {id}: {message}'
}

check_shell()
{
    find install.sh tests .ci packaging -type f \( -name '*.sh' -o -path '.ci/*' \) -print0 2>/dev/null |
        xargs -0 shellcheck -x --source-path=SCRIPTDIR
}

check_python()
{
    find tests pcaps -name '*.py' -print0 | xargs -0 pyflakes3
}

if [ ! -e "$build/compile_commands.json" ]; then
    check configure configure
fi
check clang-tidy tidy
check cppcheck check_sources
check shellcheck check_shell
check pyflakes check_python
echo "$passed passed, $failed failed"
[ $failed = 0 ]
