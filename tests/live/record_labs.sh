#!/bin/bash
# Records the classroom captures that real servers can produce: Dovecot and Postfix at the addresses of the labs, a
# network namespace for each machine, a bridge as the switch between them.
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: record_labs.sh SCRATCH CAPTURES FACTS [NAME...]
#
# SCRATCH   a folder for configuration, mailboxes and logs; every user must be able to enter it (mode 755 all the way
#           down, so not a folder made by mktemp -d)
# CAPTURES  where NAME.pcapng goes; cs2910-starttls.pcapng has to be there for its variant without keys
# FACTS     where NAME.json goes; cs2910-starttls.json likewise
# NAME      only these captures: lab-3.4.3-imap, lab-3.4.3-pop3, lab-06-smtp-pop3, cs2910-starttls-nokeys
#
# Run as root. Needs, and does not install, on Debian:
#   dovecot-imapd dovecot-pop3d dovecot-lmtpd postfix tcpdump wireshark-common openssl iproute2 ethtool python3-minimal
# Put a /usr/sbin/policy-rc.d there that exits 101 before installing them, so that nothing starts.
#
# Everything ends with this script: the namespaces, and the servers in them.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
. "$here/access_servers.sh"
if [ $# -lt 3 ]; then
    sed -n '2,13s/^# \{0,1\}//p' "$0"
    exit 2
fi

if [ "${MAILWIRE_IN_NAMESPACE:-}" != 1 ]; then
    [ "$(id -u)" = 0 ] || { echo "run as root"; exit 1; }
    access_programs tcpdump editcap || exit 1
    mkdir -p "$1" "$2" "$3"
    export MAILWIRE_IN_NAMESPACE=1
    exec unshare --net --uts --mount --pid --fork --kill-child --mount-proc "$here/record_labs.sh" "$@"
fi

T=$(cd "$1" && pwd)
captures=$(cd "$2" && pwd)
facts=$(cd "$3" && pwd)
shift 3

# machine NAME MAC ADDRESS/LENGTH [GATEWAY]: a namespace, plugged into the switch; checksums are filled in
machine() {
    ip netns add "$1"
    ip link add "to-$1" type veth peer name eth0 netns "$1"
    ethtool -K "to-$1" tx off tso off gso off gro off >/dev/null
    ip link set "to-$1" master switch up
    ip -n "$1" link set eth0 address "$2" up
    ip netns exec "$1" ethtool -K eth0 tx off tso off gso off gro off >/dev/null
    ip -n "$1" address add "$3" dev eth0
    [ -z "${4:-}" ] || ip -n "$1" route add default via "$4"
}

# The servers are in the script's own namespace: Eagle server behind the router of lab 3.4.3, the mail server of lab 06.
network() {
    echo eagle-server.example.com > /proc/sys/kernel/hostname
    echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
    echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
    mount -t tmpfs tmpfs /run
    mkdir -p /run/netns
    ip link set lo up
    ip link add switch address 02:00:00:00:00:02 type bridge
    ethtool -K switch tx off tso off gso off gro off >/dev/null
    ip link set switch up
    ip address add 192.168.254.254/32 dev lo
    ip address add 172.16.255.254/16 dev switch
    ip address add 192.168.1.2/24 dev switch
    machine pod1a 02:00:00:00:00:01 172.16.1.1/16 172.16.255.254
    machine pc0 02:00:00:00:01:04 192.168.1.4/24
    machine pc1 02:00:00:00:01:03 192.168.1.3/24
    machine dns 02:00:00:00:01:05 192.168.1.5/24
}

folders() {
    rm -rf "$T/mail"
    mkdir -p "$T"/{etc/postfix,lib/postfix,spool/postfix/{pid,private,public},dovecot/{run,state},log,raw,mail,work}
    echo '127.0.0.1 localhost' > "$T/etc/hosts"
    echo 'nameserver 192.168.1.5' > "$T/etc/resolv.conf"
    echo 'hosts: files dns' > "$T/etc/nsswitch.conf"
    mount --bind "$T/etc/hosts" /etc/hosts
    mount --bind "$T/etc/nsswitch.conf" /etc/nsswitch.conf
    mount --bind "$T/etc/resolv.conf" "$(readlink -m /etc/resolv.conf)"
    : > "$T/log/postfix.log"
    : > "$T/log/dovecot.log"
}

labs_dovecot() {
    local account user
    : > "$T/dovecot/users"
    for account in ccna1:cisco ccna2:cisco client1:admin client2:admin; do
        user=${account%:*}
        echo "$user:{PLAIN}${account#*:}::::::" >> "$T/dovecot/users"
        mkdir -p "$T/mail/$user"
        chown mail:mail "$T/mail/$user"
    done
    cat > "$T/dovecot/dovecot.conf" <<D
base_dir = $T/dovecot/run
state_dir = $T/dovecot/state
instance_name = labs
log_path = $T/log/dovecot.log
protocols = imap pop3 lmtp
listen = 192.168.254.254 192.168.1.2
hostname = mail.com
postmaster_address = postmaster@mail.com
ssl = no
disable_plaintext_auth = no
auth_username_format = %Ln
first_valid_uid = 1
passdb {
  driver = passwd-file
  args = $T/dovecot/users
}
userdb {
  driver = passwd-file
  args = $T/dovecot/users
  override_fields = uid=mail gid=mail home=$T/mail/%n
}
mail_location = maildir:~/Maildir
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = 24
  }
}
D
    dovecot -c "$T/dovecot/dovecot.conf"
}

labs_postfix() {
    access_postfix "$T"
    postfix -c "$T/etc/postfix" stop 2>/dev/null
    printf 'client1@mail.com client1/\nclient2@mail.com client2/\n' > "$T/etc/postfix/users"
    postconf -c "$T/etc/postfix" -e myhostname=mail.com mydomain=mail.com inet_interfaces=192.168.1.2 \
        mynetworks=192.168.1.0/24 virtual_mailbox_domains=mail.com smtpd_peername_lookup=no \
        debug_peer_list=192.168.1.0/24 debug_peer_level=1
    : > "$T/log/postfix.log"
    postfix -c "$T/etc/postfix" start 2>/dev/null
}

network
folders
trap 'access_stop "$T"' EXIT
labs_dovecot
labs_postfix
python3 "$here/lab_sessions.py" "$T" "$captures" "$facts" "$@"
