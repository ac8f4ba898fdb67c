#!/bin/bash
# Records captures of Dovecot's POP3 and IMAP with real clients, and writes the facts that follow from what was said.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: record_access.sh SCRATCH CAPTURES FACTS [NAME...]
#
# SCRATCH   a folder for configuration, mailboxes, logs and key logs; every user must be able to enter it (mode 755
#           all the way down, so not a folder made by mktemp -d)
# CAPTURES  where NAME.pcapng goes
# FACTS     where NAME.json goes
# NAME      only these captures (default: all). MAILWIRE_FACTS_ONLY=1: no recording; facts again from those in SCRATCH
#
# Run as root. Needs, and does not install, on Debian:
#   dovecot-imapd dovecot-pop3d dovecot-lmtpd postfix fetchmail getmail6 isync curl socat tcpdump wireshark-common
#   openssl iproute2 ethtool python3-minimal
# Put a /usr/sbin/policy-rc.d there that exits 101 before installing them, so that nothing starts.
#
# All servers listen on loopback in a network namespace of their own, which ends with this script, and they with it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
. "$here/access_servers.sh"
if [ $# -lt 3 ]; then
    sed -n '2,13s/^# \{0,1\}//p' "$0"
    exit 2
fi

if [ "${MAILWIRE_IN_NAMESPACE:-}" != 1 ]; then
    [ "$(id -u)" = 0 ] || { echo "run as root"; exit 1; }
    access_programs fetchmail getmail mbsync curl socat tcpdump editcap || exit 1
    mkdir -p "$1" "$2" "$3"
    export MAILWIRE_IN_NAMESPACE=1
    exec unshare --net --uts --mount --pid --fork --kill-child --mount-proc "$here/record_access.sh" "$@"
fi

T=$(cd "$1" && pwd)
captures=$(cd "$2" && pwd)
facts=$(cd "$3" && pwd)
shift 3

if [ "${MAILWIRE_FACTS_ONLY:-}" != 1 ]; then
    access_network "$T"
    access_dovecot "$T"
    trap 'access_stop "$T"' EXIT
fi
python3 "$here/access_scenarios.py" "$T" "$captures" "$facts" "$@"
