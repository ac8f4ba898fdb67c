#!/bin/sh
# What the plugin costs, against the built-in dissectors: a table, never a pass or a failure.
#
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: run.sh [--runs N] [data] [bdat] [sessions] [log] [batch] [table] [retr] [fetch5] [fetch] [append] [growth] [flags]
#
# MW_BENCH_DIR  folder of the captures (default: build/bench); they are written once and kept, about 400 MB
# MW_PYTHON     Python 3.9 or later (default: python3)
# MW_HOME, MW_STOCK_HOME, MW_PLUGIN_DIR, MW_TSHARK, MW_USER  as in tests/capture/runner.py; with neither MW_HOME nor
#               MW_PLUGIN_DIR the plugin is MW_BUILD/mailwire.so (default: build/mailwire.so) in a scratch home
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${MW_PYTHON:-python3}
folder=${MW_BENCH_DIR:-$here/../../build/bench}
export PYTHONDONTWRITEBYTECODE=1
"$python" "$here/make_traffic.py" "$folder"
exec "$python" "$here/measure.py" "$folder" "$@"
