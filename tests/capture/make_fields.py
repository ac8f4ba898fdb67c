#!/usr/bin/env python3
"""Prints the field reference, plugin/FIELDS.md, from what the plugin registers.

SPDX-License-Identifier: GPL-2.0-or-later

usage: python3 tests/capture/make_fields.py >plugin/FIELDS.md

Run it with Wireshark 4.0 and the plugin in place (runner.py says which variables name them) after every change of a
field or an expert info. Names, types, descriptions and values come from `tshark -G`, severities from the issues.def of
each protocol. Wireshark describes few of its own fields: BUILTIN says what they mean, and a test says when a row is
missing there or is too many.
"""
import glob
import os
import re
import sys
from collections import namedtuple

import runner

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROTOCOLS = (('smtp', 'SMTP and LMTP'), ('pop', 'POP3'), ('imap', 'IMAP'), ('mail', 'one record per message'))
SEVERITIES = {'PI_CHAT': 'Chat', 'PI_NOTE': 'Note', 'PI_WARN': 'Warn', 'PI_ERROR': 'Error'}
EXPERT_INFO = 'expert info'
MOST_VALUES = 6  # values of a field that its row lists
MAIL_NOTE = '''All of them are generated. The record stands in the frame in which the fate of the message is known;
`tshark -Y mail -T fields -e mail.…` prints a mail log. POP3 has a record for each RETR, IMAP for each whole message of
FETCH and each message of APPEND.'''

HEAD = '''# Field reference

Every field of SMTP, LMTP, POP3, IMAP and of the mail record. The names are a public interface: display filters, colour
rules, `tshark -e` and scripts depend on them.

`tests/capture/make_fields.py` writes this file from what the plugin registers, and a test compares the two.

Types are those of `tshark -G fields`: string, boolean, uint8 to uint64, framenum (number of a frame, a link in the
user interface), relative time (seconds), none (present or not). A list is the field repeated, in wire order. Times run
from the last octet of the request to the first octet of the reply.'''

EXPERT_HEAD = '''## Expert infos

They are fields without a value (type none): `smtp.expert.bare_lf` as a display filter finds the frames.'''


def fragment_rows(prefix, whole):
    """Meanings of the fields of a reassembled message, which every dissector of Wireshark names alike."""
    return {prefix + name: meaning % whole if '%s' in meaning else meaning for name, meaning in (
        ('.fragments', 'list of the segments of a %s'),
        ('.fragment', 'frame of one segment of a %s'),
        ('.fragment.overlap', 'segment overlaps another'),
        ('.fragment.overlap.conflicts', 'overlapping segments differ'),
        ('.fragment.multiple_tails', 'more than one segment claims to be the last'),
        ('.fragment.too_long_fragment', 'segment reaches beyond the end of the %s'),
        ('.fragment.error', 'frame in which reassembly failed'),
        ('.fragment.count', 'number of segments'),
        ('.reassembled.in', 'frame that shows the whole %s'),
        ('.reassembled.length', 'octets of the whole %s'))}


# Fields of the built-in dissectors of Wireshark 4.0, in the order in which they are listed.
BUILTIN = {
    'smtp.req': 'frame holds a command',
    'smtp.rsp': 'frame holds a reply',
    'smtp.message': 'line of message text, in frames that do not show the whole message',
    'smtp.command_line': 'command line as sent',
    'smtp.req.command': "verb of the command, in the wire's spelling",
    'smtp.req.parameter': 'what follows the verb',
    'smtp.response': 'reply line as sent',
    'smtp.response.code': 'reply code, once per reply, in the frame in which the reply ends',
    'smtp.rsp.parameter': 'text of each line of a reply, without the code',
    'smtp.auth.username': 'user name of AUTH, decoded',
    'smtp.auth.password': 'password of AUTH, decoded',
    'smtp.auth.username_password': 'user name and password of AUTH PLAIN, decoded',
    'smtp.eom': 'end of the message: the line with only a dot',
    **fragment_rows('smtp.data', 'message'),
    'smtp.base64_decode': EXPERT_INFO,
    'smtp.response.code.unexpected': EXPERT_INFO,
    'pop.request': 'command line as sent',
    'pop.request.command': "verb of the command, in the wire's spelling",
    'pop.request.parameter': 'what follows the verb',
    'pop.request.data': 'line of the client that is no command: the answer to a challenge',
    'pop.response': 'first line of a reply as sent',
    'pop.response.indicator': '`+OK`, `-ERR`, or `+` before a challenge',
    'pop.response.description': 'what follows the indicator',
    'pop.response.data': 'further line of a reply as sent, the line with the final dot among them',
    **fragment_rows('pop.data', 'message'),
    'pop.response.tot_len.invalid': EXPERT_INFO,
    'imap.isrequest': 'whether the client sent the frame',
    'imap.line': 'line as sent',
    'imap.tag': 'tag of a command or response',
    'imap.command': 'command with its prefix UID, or first word of a tagged response behind its status',
    'imap.request': 'command line as sent, without its line end',
    'imap.request_tag': 'tag of a command',
    'imap.request.command': "command, in the wire's spelling, without the prefix UID",
    'imap.request.command.uid': 'command has the prefix UID',
    'imap.request.folder': 'mailbox of a command, as sent',
    'imap.request.username': 'user name of LOGIN, without quotes',
    'imap.request.password': 'password of LOGIN, without quotes',
    'imap.response': 'tagged response or continuation request as sent, without its line end',
    'imap.response_tag': 'tag of a response',
    'imap.response.status': 'OK, NO or BAD of a tagged response',
    'imap.response.command': 'first word of a tagged response behind its status',
    'imap.response_in': 'frame in which the tagged response ends',
    'imap.response_to': 'frame in which the command ends',
    'imap.time': 'from the last octet of the command to the first of its tagged response',
}

# What the text of an expert info leaves open.
GUESSER = '3 in one session, or 10 from one address to one server in the capture'
SLOW = 'the preference `mail.slow_reply` has the seconds, 10 unless told'
DETAILS = {
    'smtp.expert.eod_lookalike': 'LF `.` LF · LF `.` CR LF · CR LF `.` LF · CR `.` CR · CR `.` LF · CR `.` CR LF · '
                                 'LF `.` CR not before LF · CR LF `.` CR not before LF · CR LF NUL `.` CR LF · '
                                 'CR LF `.` NUL CR LF · CR CR LF `.` CR CR LF',
    'smtp.expert.smuggling': 'those look-alikes that do not begin with CR LF `.`',
    'smtp.expert.timeout_exceeded': '10 minutes after the end of the message, 2 after DATA, else 5',
    'smtp.expert.user_enumeration': '5 replies 550, 551 or 553 to RCPT, VRFY or EXPN in one session',
    'smtp.expert.many_errors': '10',
    'smtp.expert.auth_bruteforce': GUESSER,
    'smtp.expert.slow_reply': SLOW,
    'pop.expert.auth_bruteforce': GUESSER,
    'pop.expert.slow_reply': SLOW,
    'imap.expert.auth_bruteforce': GUESSER,
    'imap.expert.slow_reply': SLOW,
}

Field = namedtuple('Field', 'name type protocol title blurb')
Issue = namedtuple('Issue', 'name severity text')


def word(kind):
    """The word for a type: FT_UINT32 is uint32."""
    return {'FT_STRINGZ': 'string'}.get(kind, kind[3:].lower().replace('_', ' '))


def registered():
    """Every field of the four protocols, in the order in which it was registered."""
    found = []
    for line in runner.tshark(['-G', 'fields']).split('\n'):
        cells = line.split('\t')
        if cells[0] == 'F' and cells[4] in dict(PROTOCOLS):
            found.append(Field(cells[2], word(cells[3]), cells[4], cells[1], cells[7] if len(cells) > 7 else ''))
    return found


def values():
    """Name -> [(value, word)] of every field whose values have words."""
    found = {}
    for line in runner.tshark(['-G', 'values']).split('\n'):
        cells = line.split('\t')
        if cells[0] == 'V' and cells[1].split('.')[0] in dict(PROTOCOLS):
            found.setdefault(cells[1], []).append((int(cells[2], 0), cells[3]))
    return found


def issues():
    """Every expert info of the plugin, in the order of the issues.def; one that has a milder form is named once."""
    found = {}
    for path in sorted(glob.glob(os.path.join(ROOT, 'plugin', '*', 'issues.def'))):
        with open(path, encoding='utf-8') as rows:
            for name, severity, text in re.findall(
                    r'^MW_ISSUE\(\w+, "([^"]+)", PI_\w+, (PI_\w+), "(.*)"\)$', rows.read(), re.MULTILINE):
                found.setdefault(name, []).append((SEVERITIES[severity], text))
    return [Issue(name, ' or '.join(severity for severity, _ in forms), '; '.join(text for _, text in forms))
            for name, forms in found.items()]


def meaning(field, words):
    """What a row says about a field: a description, and the values where they are few."""
    known = words.get(field.name, [])
    if not 0 < len(known) <= MOST_VALUES:
        return field.blurb or field.title
    return (field.blurb or field.title) + ': ' + ', '.join('%d %s' % pair for pair in sorted(known))


def table(head, rows):
    """Lines of a table; a bar would end a cell, and what stands behind a bracket may be taken for HTML."""
    lines = ['| %s |' % ' | '.join(head), '|%s' % ('---|' * len(head))]
    return lines + ['| %s |' % ' | '.join(re.sub('[|<]', r'\\\g<0>', cell) for cell in row) for row in rows]


def builtin_table(fields):
    """Rows of BUILTIN, as far as they are registered."""
    types = {field.name: field.type for field in fields}
    texts = {issue.name: '%s, %s: %s' % (EXPERT_INFO, issue.severity, issue.text) for issue in issues()}
    return table(('name', 'type', 'meaning'), [('`%s`' % name, types[name], texts.get(name, text))
                                               for name, text in BUILTIN.items() if name in types])


def added_table(fields, words):
    """Rows of the fields that Wireshark does not have, but for expert infos, by name."""
    return table(('name', 'type', 'meaning'),
                 [('`%s`' % field.name, field.type, meaning(field, words)) for field in sorted(fields)])


def expert_table(names):
    """Rows of these expert infos, but for those that Wireshark has."""
    return table(('name', 'severity', 'text'),
                 [('`%s`' % issue.name, issue.severity, ': '.join(filter(None, (issue.text, DETAILS.get(issue.name)))))
                  for issue in issues() if issue.name in names - set(BUILTIN)])


def reference():
    """The whole file."""
    fields, words = registered(), values()
    experts = {issue.name for issue in issues()}
    lines = [HEAD]
    for protocol, title in PROTOCOLS:
        own = [field for field in fields if field.protocol == protocol]
        lines += ['', '## `%s`: %s' % (protocol, title), '']
        if protocol == 'mail':
            lines += [MAIL_NOTE, '']
        else:
            lines += ["Wireshark's own fields:", '', *builtin_table(own), '', 'Fields that mailwire adds:', '']
        lines += added_table([field for field in own if field.name not in BUILTIN and field.name not in experts], words)
    lines += ['', EXPERT_HEAD]
    for protocol, title in PROTOCOLS:
        own = {field.name for field in fields if field.protocol == protocol}
        if experts & own:
            lines += ['', '### `%s`: %s' % (protocol, title), '', *expert_table(own)]
    return '\n'.join(lines) + '\n'


if __name__ == '__main__':
    sys.stdout.write(reference())
