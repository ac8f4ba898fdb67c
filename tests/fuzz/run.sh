#!/bin/sh
# Builds every fuzz target with clang and runs each one: run.sh [seconds per target] [target ...]
#
# Findings stay in the build folder (FUZZ_BUILD, by default build/fuzz) next to the corpus that grows there; the seeds
# are in tests/fuzz/seeds.
#
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu

seconds=${1:-10}
[ $# -gt 0 ] && shift
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${FUZZ_BUILD:-$root/build/fuzz}
cc=${CLANG:-clang}
flags="-std=gnu17 -g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all -I$root/plugin"
flags="$flags $(pkg-config --cflags glib-2.0 gmime-3.0 zlib)"
libs=$(pkg-config --libs glib-2.0 gmime-3.0 zlib)

mkdir -p "$build/obj"
objects=
for source in $(sed -n '/^set(PURE_SOURCES/,/^)/s/^ *\(plugin\/.*\.c\)$/\1/p' "$root/CMakeLists.txt"); do
    object=$build/obj/$(echo "$source" | tr / _).o
    # shellcheck disable=SC2086
    $cc $flags -fsanitize=fuzzer-no-link,address,undefined -c "$root/$source" -o "$object"
    objects="$objects $object"
done

passed=0
failed=0
for source in "$here"/fuzz_*.c; do
    name=$(basename "$source" .c)
    case " $* " in "  " | *" $name "*) ;; *) continue ;; esac
    # shellcheck disable=SC2086
    if ! $cc $flags -fsanitize=fuzzer,address,undefined "$source" $objects $libs -o "$build/$name"; then
        failed=$((failed + 1))
        echo "$name failed: it does not compile"
        continue
    fi
    mkdir -p "$build/corpus/$name"
    seeds=
    [ -d "$here/seeds/$name" ] && seeds=$here/seeds/$name
    # shellcheck disable=SC2086
    if "$build/$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
        -dict="$here/$name.dict" -artifact_prefix="$build/$name-" "$build/corpus/$name" $seeds \
        >"$build/$name.log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$name failed: $build/$name.log"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
