#!/usr/bin/env bash
# Has a sanitized plugin dissect mutated captures: run.sh [rounds [seed [capture or folder ...]]]
#
# Without MW_TSHARK, MW_SHARKD and MW_HOME (see tests/capture/runner.py) it builds the plugin with the sanitizers in
# MUTATE_BUILD, by default build/mutate. Captures that fail are kept there. Run by root, the programs become nobody.
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu
umask 022

rounds=${1:-1000}
seed=${2:-1}
shift $(($# < 2 ? $# : 2))
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${MUTATE_BUILD:-$root/build/mutate}
home=$build/home
mkdir -p "$home" "$build/bin" "$build/findings" "$build/no-plugins"

# wrapper PROGRAM: a script that runs it with the sanitizers' runtime, and each block of its memory pools by itself
wrapper()
{
    cat >"$build/bin/$1" <<WRAPPER
#!/bin/sh
export WIRESHARK_PLUGIN_DIR='$build/no-plugins' LD_PRELOAD='$(gcc -print-file-name=libasan.so)'
export ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=halt_on_error=1,print_stacktrace=1
export WIRESHARK_DEBUG_WMEM_OVERRIDE=simple G_SLICE=always-malloc
exec '$(command -v "$1")' "\$@"
WRAPPER
    chmod 755 "$build/bin/$1"
}

if [ -z "${MW_TSHARK:-}" ]; then
    cmake -S "$root" -B "$build/plugin" -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DMAILWIRE_SANITIZE=ON >"$build/log"
    cmake --build "$build/plugin" --target mailwire >>"$build/log"
    version=$(basename "$(pkg-config --variable=plugindir wireshark)")
    plugins=$home/.local/lib/wireshark/plugins/$version/epan
    mkdir -p "$plugins"
    cp "$build/plugin/mailwire.so" "$plugins"
    wrapper tshark
    wrapper sharkd
    export MW_HOME=$home MW_TSHARK=$build/bin/tshark MW_SHARKD=$build/bin/sharkd
fi
python3 "$here/mutate.py" --rounds "$rounds" --seed "$seed" --keep "$build/findings" "$@"
