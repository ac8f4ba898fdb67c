"""What each POP3 capture holds. One function a capture; its decorator says who talks to whom.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import base64
import hashlib
import hmac
import os
import poplib
import re
import ssl
import time

from access_scenarios import PORTS, scenario
from recorder import run

USER, PASS = 'USER alice', 'PASS secret-alice'


def b64(text):
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


@scenario('pop3-user-pass', 'wire', 'USER and PASS, a wrong password first ([AUTH]); CAPA, STAT, LIST and UIDL with '
          'and without argument, RETR, QUIT', ('plain', 'dots'), records=1)
def user_pass(bench):
    c = bench.pop()
    c.ask('CAPA', multi=True)
    c.ask(USER)
    c.ask('PASS wrong password')
    c.ask(USER)
    c.ask(PASS)
    c.ask('CAPA', multi=True)
    c.ask('STAT')
    c.ask('LIST', multi=True)
    c.ask('LIST 2')
    c.ask('UIDL', multi=True)
    c.ask('UIDL 1')
    c.ask('RETR 1', multi=True)
    c.ask('QUIT')
    c.finish()


@scenario('pop3-dot-stuffed', 'wire', 'RETR of a message with lines that begin with a dot and lines like replies; TOP '
          'with 0 and 3 lines', ('dots', 'words'), records=2)
def dot_stuffed(bench):
    c = bench.pop()
    c.ask(USER)
    c.ask(PASS)
    c.ask('TOP 1 0', multi=True)
    c.ask('TOP 1 3', multi=True)
    c.ask('RETR 1', multi=True)
    c.ask('RETR 2', multi=True)
    c.ask('QUIT')
    c.finish()


@scenario('pop3-dele-rset', 'wire', 'DELE, LIST without the deleted one, RSET, NOOP, commands that are refused (-ERR), '
          'DELE and QUIT', ('plain', 'small', 'html'))
def dele_rset(bench):
    c = bench.pop()
    c.ask('STAT')
    c.ask(USER)
    c.ask(PASS)
    for command in ('DELE 1', 'STAT', 'LIST 1', 'RETR 1', 'RETR 9', 'DELE x', 'XYZZY', 'RSET', 'NOOP', 'STAT',
                    'dele 3', 'LAST'):
        c.ask(command)
    c.ask('LIST', multi=True)
    c.ask('QUIT')
    c.finish()


@scenario('pop3-pipelined', 'wire', 'pipelined commands: STAT, LIST, UIDL and four RETR in one segment, then DELE and '
          'QUIT in one', ('plain', 'dots', 'attachments', 'small'), records=4)
def pipelined(bench):
    c = bench.pop()
    c.send(b'USER alice\r\nPASS secret-alice\r\n')
    c.line(), c.line()
    c.send(b'STAT\r\nLIST\r\nUIDL\r\nRETR 1\r\nRETR 2\r\nRETR 3\r\nRETR 4\r\nNOOP\r\n')
    c.line()
    for _ in range(6):
        c.line(), c.lines()
    c.line()
    c.send(b'DELE 1\r\nDELE 2\r\nQUIT\r\n')
    c.finish()


@scenario('pop3-many-segments', 'wire', 'RETR of a message over several segments, each line beginning with a dot',
          ('long',), records=1)
def many_segments(bench):
    c = bench.pop()
    c.ask(USER)
    c.ask(PASS)
    c.ask('RETR 1', multi=True)
    c.ask('QUIT')
    c.finish()


@scenario('pop3-in-use', 'wire', '-ERR with [IN-USE] (a second session), with [AUTH] and with [SYS/TEMP]', ('small',))
def in_use(bench):
    first = bench.pop()
    first.ask(USER)
    first.ask(PASS)
    time.sleep(0.5)    # until Dovecot has counted it
    second = bench.pop()
    second.ask(USER)
    second.ask(PASS)
    second.finish()
    first.ask('QUIT')
    first.finish()
    third = bench.pop()
    third.ask('USER nobody')
    third.ask('PASS x')
    third.ask('USER homeless')
    third.ask('PASS secret-homeless')
    third.finish()


@scenario('pop3-apop', 'wire', 'APOP: a wrong digest, then the right one', ('small',), records=1)
def apop(bench):
    c = bench.pop()
    stamp = re.search(rb'<.*>', c.greeting).group(0)
    c.ask('APOP alice ' + hashlib.md5(stamp + b'wrong').hexdigest())
    c.ask('APOP alice ' + hashlib.md5(stamp + b'secret-alice').hexdigest())
    c.ask('RETR 1', multi=True)
    c.ask('QUIT')
    c.finish()


@scenario('pop3-sasl-plain', 'wire', 'AUTH PLAIN with initial response (wrong password), and without', ('small',),
          records=1)
def sasl_plain(bench):
    c = bench.pop()
    c.ask('AUTH PLAIN ' + b64('\0alice\0wrong'))
    c.ask('AUTH PLAIN')
    c.ask(b64('\0alice\0secret-alice'))
    c.ask('RETR 1', multi=True)
    c.ask('QUIT')
    c.finish()


@scenario('pop3-sasl-login', 'wire', 'AUTH LOGIN; before it a mechanism that is not offered, and one cancelled with *',
          ('small',), records=1)
def sasl_login(bench):
    c = bench.pop()
    c.ask('AUTH GSSAPI')
    c.ask('AUTH LOGIN')
    c.ask('*')
    c.ask('AUTH LOGIN')
    c.ask(b64('alice'))
    c.ask(b64('secret-alice'))
    c.ask('RETR 1', multi=True)
    c.ask('QUIT')
    c.finish()


@scenario('pop3-sasl-cram-md5', 'wire', 'AUTH CRAM-MD5', ('small',))
def sasl_cram(bench):
    c = bench.pop()
    challenge = base64.b64decode(c.ask('AUTH CRAM-MD5')[0][2:])
    c.ask(b64('alice ' + hmac.new(b'secret-alice', challenge, 'md5').hexdigest()))
    c.ask('STAT')
    c.ask('QUIT')
    c.finish()


def scram(ask, begin):
    """SCRAM-SHA-256 (RFC 7677); ask sends a line and gives the text of the challenge that answers it."""
    first = 'n=alice,r=fyko+d2lbbFgONRv9qkxdawL'
    server = base64.b64decode(ask(begin + b64('n,,' + first))).decode()
    nonce, salt, rounds = re.match(r'r=(.*),s=(.*),i=(\d+)', server).groups()
    salted = hashlib.pbkdf2_hmac('sha256', b'secret-alice', base64.b64decode(salt), int(rounds))
    key = hmac.new(salted, b'Client Key', 'sha256').digest()
    last = 'c=biws,r=' + nonce
    auth = ','.join((first, server, last)).encode()
    mask = hmac.new(hashlib.sha256(key).digest(), auth, 'sha256').digest()
    return ask(b64(last + ',p=' + b64(bytes(a ^ b for a, b in zip(key, mask)))))


@scenario('pop3-sasl-scram-sha-256', 'wire', 'AUTH SCRAM-SHA-256 with initial response', ('small',))
def sasl_scram(bench):
    c = bench.pop()
    scram(lambda line: c.ask(line)[0][2:], 'AUTH SCRAM-SHA-256 ')
    c.ask('')
    c.ask('STAT')
    c.ask('QUIT')
    c.finish()


@scenario('pop3-stls', 'wire', 'STLS, TLS 1.3 with its secrets in the file, USER, PASS and RETR inside',
          ('plain', 'attachments'), records=2)
def stls(bench):
    context = bench.context()
    c = bench.pop()
    c.ask('CAPA', multi=True)
    c.ask('STLS')
    c.start_tls(context)
    c.ask('CAPA', multi=True)
    c.ask(USER)
    c.ask(PASS)
    c.ask('LIST', multi=True)
    c.ask('RETR 1', multi=True)
    c.ask('RETR 2', multi=True)
    c.ask('QUIT')
    c.finish()


@scenario('pop3s-tls12', 'wire', 'implicit TLS 1.2 on 995 with its secrets in the file, AUTH PLAIN and RETR inside',
          ('dots',), records=1, service='pop3s')
def pop3s(bench):
    c = bench.pop(port=PORTS['pop3s'], tls=bench.context(ssl.TLSVersion.TLSv1_2))
    c.ask('AUTH PLAIN ' + b64('\0alice\0secret-alice'))
    c.ask('RETR 1', multi=True)
    c.ask('QUIT')
    c.finish()


@scenario('pop3-poplib', 'poplib', 'APOP, stat, list, uidl, top, retr and dele of poplib', ('plain', 'nested', 'dots'),
          records=3)
def python_poplib(bench):
    c = poplib.POP3('127.0.0.1', timeout=20)
    c.capa()
    c.apop('alice', 'secret-alice')
    c.stat()
    for number in range(1, len(c.list()[1]) + 1):
        c.uidl(number)
        c.top(number, 2)
        c.retr(number)
    c.dele(2)
    c.quit()


@scenario('pop3-curl', 'curl', 'two runs: the list of messages, then one message; DIGEST-MD5 cancelled with *, then '
          'CRAM-MD5', ('plain', 'html'), records=1)
def curl(bench):
    run(['curl', '-sS', 'pop3://127.0.0.1/', '-u', 'alice:secret-alice'])
    run(['curl', '-sS', 'pop3://127.0.0.1/2', '-u', 'alice:secret-alice'])


@scenario('pop3-fetchmail', 'fetchmail', 'all messages fetched and deleted', ('plain', 'dots', 'html'), records=3)
def fetchmail(bench):
    rc = bench.path('work', 'fetchmailrc')
    with open(rc, 'w') as h:
        h.write('poll 127.0.0.1 protocol pop3 user alice password "secret-alice" sslproto "" no keep fetchall\n'
                'mda "/bin/cat >/dev/null"\n')
    os.chmod(rc, 0o600)
    run(['fetchmail', '-f', rc, '--pidfile', bench.path('work', 'fetchmail.pid'), '-i', bench.path('work', 'ids')],
        env={'HOME': bench.path('work'), 'FETCHMAILHOME': bench.path('work')})


@scenario('pop3-getmail', 'getmail', 'all messages fetched, left on the server', ('words', 'attachments'), records=2)
def getmail(bench):
    folder = bench.path('work', 'getmail')
    os.makedirs(folder, mode=0o700, exist_ok=True)
    for name in os.listdir(folder):
        if name.startswith('oldmail'):
            os.remove(os.path.join(folder, name))
    with open(folder + '/getmailrc', 'w') as h:
        h.write('[retriever]\ntype = SimplePOP3Retriever\nserver = 127.0.0.1\nusername = alice\n'
                'password = secret-alice\nuse_apop = false\n[destination]\ntype = MDA_external\npath = /bin/true\n'
                'allow_root_commands = true\n[options]\nread_all = true\ndelete = false\n')
    run(['getmail', '--getmaildir', folder, '--rcfile', 'getmailrc'])
