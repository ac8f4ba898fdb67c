#!/bin/bash
# A mail's whole way, live: Postfix and Dovecot (LMTP, POP3, IMAP) on loopback, real clients, dumpcap; then what
# tshark with the plugin says about it is compared with what the server and the clients hold.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: test_access_live.sh TSHARK
#
# TSHARK with the plugin; run as nobody, with MW_HOME as its home if that is set (tests/capture/runner.py has more of
# such variables; MW_USER=root when TSHARK itself changes the user). Needs root, for a network namespace; where that
# cannot be had, it says so and exits 77. Debian packages: dovecot-imapd dovecot-pop3d dovecot-lmtpd postfix fetchmail
# getmail6 isync curl wireshark-common openssl iproute2 ethtool python3.
# MAILWIRE_KEEP=FOLDER keeps the capture and the mailboxes there.
#
# Prints "ok: ..." and "FAILED: ..." lines and at last "N passed, M failed"; takes at most a minute.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
. "$here/access_servers.sh"
limit=58 # seconds
spaces=(--net --uts --mount --pid --fork --kill-child --mount-proc)

if [ $# != 1 ]; then
    sed -n '6,14s/^# \{0,1\}//p' "$0"
    exit 2
fi

if [ "${MAILWIRE_IN_NAMESPACE:-}" != 1 ]; then
    if [ "$(id -u)" != 0 ] || ! unshare "${spaces[@]}" true 2>/dev/null; then
        echo "skipped: the live test needs root and network namespaces"
        exit 77
    fi
    if ! access_programs dumpcap curl mbsync fetchmail getmail; then
        echo "FAILED: programs are missing"
        echo "0 passed, 1 failed"
        exit 1
    fi
    scratch=$(mktemp -d)
    chmod 755 "$scratch"
    trap 'rm -rf "$scratch"' EXIT
    status=0
    MAILWIRE_IN_NAMESPACE=1 MAILWIRE_SCRATCH=$scratch timeout --kill-after=5 $limit \
        unshare "${spaces[@]}" "$here/test_access_live.sh" "$1" || status=$?
    [ -z "${MAILWIRE_KEEP:-}" ] || cp -a "$scratch/." "$MAILWIRE_KEEP"
    if [ $status -ge 124 ]; then
        echo "FAILED: the live test ended early, with status $status"
        echo "0 passed, 1 failed"
    fi
    exit $status
fi

export access_pop3_connections=20
trap 'access_stop "$MAILWIRE_SCRATCH"' EXIT
access_network "$MAILWIRE_SCRATCH"
access_dovecot "$MAILWIRE_SCRATCH"
access_postfix "$MAILWIRE_SCRATCH"
MW_TSHARK=$1 timeout 50 python3 "$here/access_live.py" "$MAILWIRE_SCRATCH"
