"""Records one capture at a time, and keeps what the servers logged meanwhile.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import json
import os
import signal
import subprocess
import time

LIMIT_SECONDS = 30
SETTLE_SECONDS = 0.6    # a shorter wait may lose the last frames


class Recorder:
    def __init__(self, scratch, captures, facts):
        self.scratch, self.captures, self.facts = scratch, captures, facts

    def path(self, *parts):
        return os.path.join(self.scratch, *parts)

    def log(self, name, start=0):
        with open(self.path('log', name), encoding='utf-8', errors='replace') as h:
            h.seek(start)
            return h.read()

    def start(self, name, filt):
        self.name = name
        self.raw = self.path('raw', name + '.pcap')
        self.mark = {n: os.path.getsize(self.path('log', n)) for n in ('postfix.log', 'dovecot.log')}
        self.tcpdump = subprocess.Popen(['tcpdump', '-i', 'lo', '-s', '0', '-U', '--immediate-mode', '-B', '65536',
                                         '-Z', 'root', '-w', self.raw, filt],
                                        stderr=subprocess.PIPE, text=True)
        for line in self.tcpdump.stderr:
            if 'listening on' in line:
                break

    def stop(self, keylog=None):
        time.sleep(SETTLE_SECONDS)
        self.tcpdump.send_signal(signal.SIGINT)
        self.tcpdump.communicate(timeout=LIMIT_SECONDS)
        self.out = os.path.join(self.captures, self.name + '.pcapng')
        secrets = ['--inject-secrets', 'tls,' + keylog] if keylog else []
        subprocess.run(['editcap', '-F', 'pcapng'] + secrets + [self.raw, self.out], check=True,
                       stderr=subprocess.DEVNULL)

    def postfix_log(self):
        return self.log('postfix.log', self.mark['postfix.log'])

    def write_facts(self, facts, server, client, shows):
        size = os.path.getsize(self.out)
        if size > 60000:
            raise ValueError('%s has %d octets' % (self.name, size))
        body = ',\n'.join('  ' + json.dumps(f, ensure_ascii=False) for f in facts)
        head = {'capture': self.name + '.pcapng', 'kind': self.name.split('-')[0], 'server': server, 'client': client,
                'shows': shows}
        text = json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "facts": [\n' + body + '\n ]\n}\n'
        with open(os.path.join(self.facts, self.name + '.json'), 'w', encoding='utf-8') as h:
            h.write(text)


def run(command, ok=(0,), env=None, stdin=None):
    """Runs a client; gives what it printed."""
    p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, input=stdin,
                       timeout=LIMIT_SECONDS, env=dict(os.environ, **(env or {})))
    if p.returncode not in ok:
        raise RuntimeError('%s gave %d:\n%s' % (command[0], p.returncode, p.stdout.decode('utf-8', 'replace')))
    return p.stdout.decode('utf-8', 'replace')


def payload(pcap):
    """Octets of each TCP direction of a classic pcap of Ethernet frames, in order, retransmissions left out."""
    with open(pcap, 'rb') as h:
        data = h.read()
    order = 'little' if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') else 'big'
    flows, at = {}, 24
    while at + 16 <= len(data):
        size = int.from_bytes(data[at + 8:at + 12], order)
        ip = data[at + 30:at + 16 + size]
        at += 16 + size
        header = (ip[0] & 15) * 4
        tcp = ip[header:int.from_bytes(ip[2:4], 'big')]
        body = tcp[(tcp[12] >> 4) * 4:]
        flow = flows.setdefault((ip[12:20], tcp[:4]), {})
        if body:
            flow[int.from_bytes(tcp[4:8], 'big')] = body
    return [b''.join(flow[seq] for seq in sorted(flow)) for flow in flows.values()]
