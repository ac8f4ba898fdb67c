"""Nothing that the built-in dissectors say in their own fields is lost, except on purpose.

SPDX-License-Identifier: GPL-2.0-or-later

A value that stock Wireshark gives in a frame and the plugin does not is a loss. RULES lists the deliberate ones, each
with a test of that one value; docs/differences.md has the same list, and each row's keyword must stand in it.
"""
import base64
import binascii
import functools
import os
import re
from collections import Counter, namedtuple

import pytest

import runner
from conftest import ROOT, all_captures

# compares values of two Wiresharks; what the plugin reads on the way is read in the other tests, too
pytestmark = pytest.mark.no_sanitize

PROTOCOLS = ('smtp', 'pop', 'imap')
CONTEXT = ['smtp.req.verb', 'smtp.auth.response', 'smtp.data.reassembled.in', 'smtp.data.fragments',
           'smtp.data.fragment', 'smtp.response.code', 'smtp.response_to', 'tcp.stream', 'tcp.srcport', 'tcp.payload',
           'tcp.analysis.retransmission', 'tcp.analysis.spurious_retransmission', 'tcp.analysis.out_of_order',
           'icmp.type',
           'tls.record.length', 'imap.request.verb', 'imap.auth.response', 'pop.request.verb', 'pop.auth.response']
IMAP_TEXT = ('imap.line', 'imap.request', 'imap.request_tag', 'imap.request.command', 'imap.request.folder',
             'imap.request.username', 'imap.request.password', 'imap.response', 'imap.response_tag',
             'imap.response.status', 'imap.response.command', 'imap.tag', 'imap.command')
EMPTY_ANSWERS = (b'\r\n', b'*\r\n')    # to a challenge: nothing, and no more of it
IMAP_PAIRING = ('imap.response_in', 'imap.response_to', 'imap.time')
COMMAND = ('smtp.req', 'smtp.command_line', 'smtp.req.command', 'smtp.req.parameter')
BODY = ('smtp.eom', 'smtp.data.fragments', 'smtp.data.fragment', 'smtp.data.fragment.count',
        'smtp.data.reassembled.in', 'smtp.data.reassembled.length', 'smtp.message')
SIZES = ('smtp.data.fragment.count', 'smtp.data.reassembled.length')
BUILTIN_VERBS = ('HELO', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'RSET', 'VRFY', 'EXPN', 'HELP', 'NOOP', 'QUIT', 'AUTH',
                 'STARTTLS', 'BDAT')
CREDENTIALS = ('smtp.auth.username', 'smtp.auth.password', 'smtp.auth.username_password')
CAPTURES = all_captures()

Loss = namedtuple('Loss', 'frame field value')
Rule = namedtuple('Rule', 'keyword reason applies')


@functools.lru_cache(maxsize=None)
def builtin_fields():
    """Names of the fields that stock Wireshark registers for the three protocols."""
    known = runner.known_fields(plugin=False)
    return tuple(name for name, (_, protocol, _) in known.items() if protocol in PROTOCOLS)


def by_frame(rows):
    return {row['frame']: row for row in rows}


def in_clear(path):
    """Filter for frames in which stock reads what was sent: behind COMPRESS it takes compressed octets for text."""
    found = runner.rows(path, ['tcp.stream', 'imap.response_in'], two_pass=True, plugin=False,
                        filter='imap.request.command matches "(?i)^compress$"')
    parts = ['!(tcp.stream == %s && frame.number > %s)' % (row['tcp.stream'][-1], row['imap.response_in'][-1])
             for row in found if row['imap.response_in']]
    return ' && '.join(parts) or None


class View:
    """What a rule may look at: the rows of both, by frame; the plugin's own context is read when first asked for."""

    def __init__(self, path):
        self.path = path
        names = builtin_fields()
        self.stock = by_frame(runner.rows(path, names, filter=in_clear(path), plugin=False))
        self.plugin = by_frame(runner.rows(path, names))

    @functools.cached_property
    def context(self):
        return by_frame(runner.rows(self.path, CONTEXT, two_pass=True))  # only a second pass knows links ahead

    def payload(self, frame):
        """TCP payload of a frame, of the innermost TCP."""
        values = self.context[frame]['tcp.payload']
        return bytes.fromhex(values[-1].replace(':', '')) if values else b''

    def side(self, frame):
        """(stream, source port) of a frame."""
        row = self.context[frame]
        return row['tcp.stream'][-1:], row['tcp.srcport'][-1:]

    def later(self, frame, same_side=True):
        """Frames after this one, of the same stream, from the same side or from the other."""
        stream, port = self.side(frame)
        for number in sorted(self.context):
            if number > frame and self.side(number)[0] == stream and (self.side(number)[1] == port) == same_side:
                yield number

    def is_body(self, frame):
        """Whether the plugin says that the frame carries octets of a message."""
        row = self.context[frame]
        return bool(row['smtp.data.reassembled.in'] or row['smtp.data.fragments'])

    def fragments(self, frame):
        """Frames of the message that stock reassembles in this frame."""
        return [int(value) for value in self.stock[frame]['smtp.data.fragment']]

    def sent(self, frame):
        """Frames of the message that the plugin reassembles in this frame."""
        return [int(value) for value in self.context[frame]['smtp.data.fragment']]

    def not_of_message(self, frame):
        """Stock's fragments of this frame's message that the plugin keeps out of it."""
        return [number for number in self.fragments(frame) if number not in self.sent(frame)]

    def is_repeated(self, frame):
        row = self.context[frame]
        return bool(row['tcp.analysis.retransmission'] or row['tcp.analysis.spurious_retransmission'])


    def is_kept_back(self, frame):
        """Whether TCP hands the segment to nobody."""
        return self.is_repeated(frame) or bool(self.context[frame]['tcp.analysis.out_of_order'])


def losses(stock, plugin):
    """Every (frame, field, value) that stock gives more often than the plugin."""
    found = []
    for frame, row in sorted(stock.items()):
        other = plugin.get(frame, {})
        for field in builtin_fields():
            missing = Counter(row.get(field, [])) - Counter(other.get(field, []))
            found += [Loss(frame, field, value) for value in missing.elements()]
    return found


def decoded(value):
    """Base64 of a field's value as text; '' where it is none."""
    try:
        return base64.b64decode(value, validate=True).decode('utf-8', 'replace')
    except (binascii.Error, ValueError):
        return ''


def is_cut_verb(loss, view):
    """Stock takes four letters for the verb, and what follows the fifth octet for the parameter."""
    row = view.plugin[loss.frame]
    long_verbs = [verb for verb in row['smtp.req.command'] if len(verb) > 4]
    if loss.field == 'smtp.req.command':
        return any(loss.value == verb[:4] for verb in long_verbs)
    lines = [re.sub(r'(\\r)?(\\n)?$', '', line) for line in row['smtp.command_line']]
    return loss.field == 'smtp.req.parameter' and any(
        line.startswith(verb) and line[5:] == loss.value for line in lines for verb in long_verbs)


def is_after_refused_data(view, frame):
    """Whether the last DATA of the stream before this frame was refused. In a pipelined group DATA comes last."""
    stream, _ = view.side(frame)
    data = [number for number in view.context if number < frame and view.side(number)[0] == stream
            and 'DATA' in view.context[number]['smtp.req.verb']]
    if not data:
        return False
    codes = []
    for row in view.context.values():
        if len(row['smtp.response_to']) == len(row['smtp.response.code']):
            codes += [code for code, to in zip(row['smtp.response.code'], row['smtp.response_to'])
                      if int(to) == max(data)]
    return bool(codes) and codes[-1][0] in '45'


def is_refused_data(loss, view):
    """Stock goes on to read message text after a DATA that was refused, up to the next line with a dot."""
    if loss.field not in BODY:
        return False
    if loss.field == 'smtp.data.fragment':
        return is_after_refused_data(view, int(loss.value))
    if loss.field in SIZES:
        return is_size_without(loss, view, is_after_refused_data)
    return is_after_refused_data(view, loss.frame)


def octets_of(view, frame):
    """Octets, as sent, of the segments of the message that the plugin reassembles in this frame."""
    return b'\n' + b''.join(view.payload(number) for number in sorted({*view.sent(frame), frame}))


def has_empty_last_line(view, frame):
    """Whether the last line of the message is empty, and in one segment with the dot."""
    return b'\n\r\n.\r\n' in octets_of(view, frame) and b'\r\n.\r\n' in view.payload(frame)


def has_empty_fragment(view, frame):
    """Whether the plugin counts a frame as a fragment that holds nothing but the dot line or the end of it."""
    text = octets_of(view, frame)
    end = text.find(b'\n.\r\n') + 1
    return 0 < end <= len(text) - len(view.payload(frame)) and frame in view.sent(frame)


def is_same_message(loss, view):
    """Whether stock's message is the plugin's, but for whole frames of something else and for framing.

    Framing: stock keeps doubled dots, and drops the last line when that is empty.
    """
    stock, plugin = (rows[loss.frame]['smtp.data.reassembled.length'] for rows in (view.stock, view.plugin))
    if len(stock) != 1 or len(plugin) != 1 or len(view.fragments(loss.frame)) != int(
            view.stock[loss.frame]['smtp.data.fragment.count'][0]):
        return False
    if loss.field == 'smtp.data.fragment.count' and has_empty_fragment(view, loss.frame):
        return False
    strange = view.not_of_message(loss.frame)
    if not all(any(other(view, number) for other in NOT_OF_MESSAGE) for number in strange):
        return False
    if view.context[loss.frame]['tls.record.length']:  # the payload is not what the message is made of
        return bool(strange) and int(stock[0]) > int(plugin[0])
    text = octets_of(view, loss.frame)
    framing = text.count(b'\n..') - (2 if has_empty_last_line(view, loss.frame) else 0)
    return int(stock[0]) == int(plugin[0]) + sum(len(view.payload(number)) for number in strange) + framing


def is_size_without(loss, view, other):
    """A size that differs because stock takes some frames of another kind for the message's."""
    return loss.field in SIZES and any(other(view, number) for number in view.not_of_message(loss.frame)) \
        and is_same_message(loss, view)


def is_undotted_length(loss, view):
    """The message is shorter by one octet for each doubled dot."""
    return loss.field == 'smtp.data.reassembled.length' and not view.not_of_message(loss.frame) \
        and b'\n..' in octets_of(view, loss.frame) and is_same_message(loss, view)


def is_empty_last_line(loss, view):
    """The message is longer by its last line, which stock leaves out when it is empty."""
    return loss.field == 'smtp.data.reassembled.length' and not view.not_of_message(loss.frame) \
        and has_empty_last_line(view, loss.frame) and is_same_message(loss, view)


def is_count_of_segments(loss, view):
    """Each segment is a fragment; stock lets TCP join some first, and has none for an empty last line."""
    return loss.field == 'smtp.data.fragment.count' and not view.not_of_message(loss.frame) \
        and len(view.sent(loss.frame)) > int(loss.value) and is_same_message(loss, view)


def is_bdat(loss, view):
    """Stock has its own ideas of what a BDAT chunk is; frames whose stream has BDAT and no DATA open."""
    if loss.field not in BODY + COMMAND:
        return False
    stream, _ = view.side(loss.frame)
    last = None
    for number in sorted(view.context):
        if number <= loss.frame and view.side(number)[0] == stream:
            for verb in view.context[number]['smtp.req.verb']:
                last = verb if verb in ('BDAT', 'DATA') else last
    if last != 'BDAT':
        return False
    return loss.field in BODY or view.is_body(loss.frame)


def is_text_as_command(loss, view):
    """Stock reads message text as commands when it has lost count of where the message ends."""
    stock, plugin = view.stock[loss.frame], view.plugin[loss.frame]
    end = re.match(rb'(.*\n)?\.\r\n', view.payload(loss.frame), re.DOTALL)
    octets = end[0] if end and plugin['smtp.eom'] else view.payload(loss.frame)
    message = {repr(line)[2:-1] for line in octets.splitlines(keepends=True)} if view.is_body(loss.frame) else ()
    text = [line for line in stock['smtp.command_line'] if line in message]
    if loss.field == 'smtp.req':
        return len(stock['smtp.req']) - len(text) <= len(plugin['smtp.req'])
    lines = [re.sub(r'(\\r)?(\\n)?$', '', line) for line in text]
    return loss.field == 'smtp.command_line' and loss.value in text \
        or loss.field == 'smtp.req.command' and any(loss.value == line[:4] for line in lines) \
        or loss.field == 'smtp.req.parameter' and any(loss.value == line[5:] for line in lines)


def is_answer_as_command(loss, view):
    """Stock reads the client's answer to a challenge as a command."""
    return loss.field in COMMAND[1:] and bool(view.context[loss.frame]['smtp.auth.response']) \
        and not view.context[loss.frame]['smtp.req.verb']


def is_answer(view, frame):
    """Whether a frame answers a challenge; an empty answer, and a cancelling one, have no decoded text."""
    if view.is_body(frame) or view.plugin[frame]['smtp.command_line']:
        return False
    return bool(view.context[frame]['smtp.auth.response']) or view.payload(frame) in (b'\r\n', b'*\r\n')


def is_unknown_command(view, frame):
    """Whether a frame holds only command lines for the plugin, the first with a verb that stock does not know."""
    row = view.plugin[frame]
    return bool(row['smtp.command_line']) and row['smtp.req.command'][0].upper() not in BUILTIN_VERBS \
        and view.payload(frame).count(b'\n') == len(row['smtp.command_line']) and not view.is_body(frame)


def is_quoted(view, frame):
    return bool(view.context[frame]['icmp.type'])


def is_frame_of(loss, view, other):
    """Whether stock takes frames of another kind for the message's."""
    if loss.field == 'smtp.data.fragment':
        return other(view, int(loss.value))
    if loss.field == 'smtp.data.reassembled.in':
        return other(view, loss.frame)
    return is_size_without(loss, view, other)


def is_answer_as_text(loss, view):
    """Stock puts the client's answer to a challenge in front of the next message."""
    return is_frame_of(loss, view, is_answer)


def is_unknown_as_text(loss, view):
    """Stock takes commands that it does not know for the start of the next message."""
    return is_frame_of(loss, view, is_unknown_command)


def is_quoted_as_text(loss, view):
    """Stock takes a segment that an ICMP error quotes for one that was sent."""
    return is_frame_of(loss, view, is_quoted)


def is_utf8(loss, view):
    """Text outside ASCII is UTF-8; stock shows two replacement characters or more for each of its characters."""
    pattern = r'[^\x00-\x7f]+'.join(re.escape(part) for part in re.split('\ufffd+', loss.value))
    return '\ufffd' in loss.value and loss.field in COMMAND + ('smtp.rsp.parameter',) and any(
        '\ufffd' not in value and re.fullmatch(pattern, value) and len(loss.value) == len(value.encode())
        for value in view.plugin[loss.frame][loss.field])


def is_credential(loss, view):
    """The plugin always decodes user name and password."""
    row = view.plugin[loss.frame]
    if loss.field == 'smtp.base64_decode':
        return any(row[name] for name in CREDENTIALS) or bool(view.context[loss.frame]['smtp.auth.response'])
    plain = decoded(loss.value)
    return loss.field in CREDENTIALS and any(
        value in (plain, plain.replace('\0', '\\0')) for value in row[loss.field])


def is_unended_reply(data):
    """Whether octets of a server stop before the last line of a reply."""
    lines = data.split(b'\n')
    return bool(lines[-1]) or (len(lines) > 1 and re.match(rb'[0-9]{3}-', lines[-2]) is not None)


def is_cut_reply(loss, view):
    """The code of a reply that is spread over segments stands in the frame of its last line, once."""
    if loss.field not in ('smtp.response.code', 'smtp.response'):
        return False
    code = loss.value[:3]
    if not is_unended_reply(view.payload(loss.frame)):
        before = [n for n in view.context if n < loss.frame and view.side(n) == view.side(loss.frame)
                  and view.payload(n)]
        return loss.field == 'smtp.response' and bool(before) and is_unended_reply(view.payload(max(before)))
    for number in view.later(loss.frame):
        if code in view.plugin[number]['smtp.response.code']:
            return True
        if view.payload(number) and not is_unended_reply(view.payload(number)):
            return False
    return False


def is_repetition(loss, view):
    """A segment that was sent again is one fragment of the message, not two."""
    return is_frame_of(loss, view, View.is_repeated)


def is_late(loss, view):
    """The plugin has octets of the message that came in segments which TCP keeps back; stock has fewer, but for
    segments that are no part of it."""
    ours = view.plugin[loss.frame].get(loss.field)
    return loss.field in ('smtp.data.fragment.count', 'smtp.data.reassembled.length') and bool(ours) \
        and any(view.is_kept_back(number) for number in view.sent(loss.frame)) \
        and (int(ours[0]) > int(loss.value) or bool(view.not_of_message(loss.frame)))


def imap_lines(view, frame):
    """(lines outside literals, rest) of a frame, as text: the rest is octets of literals and what follows one."""
    side, outside, rest, literal, tail = view.side(frame), '', '', 0, False
    for number in sorted(view.context):
        if number > frame or view.side(number) != side or view.is_repeated(number):
            continue
        data, outside, rest = view.payload(number), '', ''
        if literal and data and is_refused_literal(view, number):
            literal, tail = 0, False
        while data:
            if literal:
                rest, data, literal = rest + ascii_of(data[:literal]), data[literal:], max(0, literal - len(data))
                continue
            line, end, data = data.partition(b'\n')
            outside, rest = (outside, rest + ascii_of(line + end)) if tail else (outside + ascii_of(line + end), rest)
            size = re.search(rb'\{(\d{1,9})\+?\}\r$', line)
            literal, tail = (int(size[1]), True) if size else (0, tail and not end)
    return outside, rest


def is_refused_literal(view, frame):
    """Whether the last octets of the other side refuse the command, so that its literal is never sent."""
    stream, port = view.side(frame)
    other = [number for number in view.context if number < frame and view.payload(number)
             and view.side(number)[0] == stream]
    return bool(other) and view.side(max(other))[1] != port \
        and re.match(rb'[^*+\s]\S* (NO|BAD) ', view.payload(max(other))) is not None


def ascii_of(data):
    return data.decode('ascii', 'replace')


def shown(value):
    """A value as it stands on the wire: tshark escapes line ends."""
    return value.replace('\\r', '\r').replace('\\n', '\n')


def is_literal(loss, view):
    """Stock reads octets of a literal, and what follows it, as commands and tagged responses."""
    if loss.field not in IMAP_TEXT + IMAP_PAIRING:
        return False
    outside, rest = imap_lines(view, loss.frame)
    if view.context[loss.frame]['tls.record.length']:    # the payload is not what was said
        ours = view.plugin[loss.frame]
        return loss.field in IMAP_TEXT and (set(loss.value) == {')'}
                                            or not ours['imap.request_tag'] + ours['imap.response_tag'])
    if loss.field in IMAP_PAIRING:
        return bool(rest) and not outside
    value = shown(loss.value)
    return value in rest and (value in view.plugin[loss.frame][loss.field]
                              or value.strip() not in outside.splitlines() + outside.split())


def is_shorter_time(loss, view):
    """Time counts from the last octet of a command, its literals included, to the first of the tagged response."""
    ours = view.plugin[loss.frame]['imap.time']
    return loss.field == 'imap.time' and len(ours) == len(view.stock[loss.frame]['imap.time']) \
        and any(float(value) < float(loss.value) for value in ours)


def is_line_of_its_frame(loss, view):
    """Stock shows the line that announces a literal where the literal ends, not where the line stands."""
    return loss.field == 'imap.line' and re.search(r'\{\d+\}\\r\\n$', loss.value) is not None and any(
        loss.value in view.plugin[number]['imap.line'] for number in view.context
        if number < loss.frame and view.side(number) == view.side(loss.frame))


def is_login_word(loss, view):
    """User name and password are whole and without their quotes."""
    return loss.field in ('imap.request.username', 'imap.request.password') and (is_announcement(loss.value) or any(
        loss.value.strip('"') in value for value in view.plugin[loss.frame][loss.field]))


def is_announcement(value):
    return re.fullmatch(r'\{\d+\+?\}', value) is not None


def is_cut_folder(loss, view):
    """Stock ends a quoted mailbox name at its first space, and takes the announcement of a literal for one."""
    return loss.field == 'imap.request.folder' and (is_announcement(loss.value) or loss.value.startswith('"') and any(
        value.startswith(loss.value + ' ') for value in view.plugin[loss.frame][loss.field]))


def is_search_key(loss, view):
    return loss.field == 'imap.request.folder' and 'SEARCH' in view.context[loss.frame]['imap.request.verb']


def is_done(loss, view):
    """DONE ends IDLE and has no tag."""
    return loss.field in ('imap.request_tag', 'imap.tag') and loss.value.upper() == 'DONE'


def is_continuation_text(loss, view):
    """Stock takes "+" for a tag and the words behind it for status and command."""
    fields = ('imap.response_tag', 'imap.response.status', 'imap.response.command', 'imap.tag', 'imap.command')
    return loss.field in fields and any(line.startswith('+') and loss.value in line.split()
                                        for line in view.plugin[loss.frame]['imap.response'])


def is_imap_answer(loss, view):
    """Stock reads the client's answer to a challenge as a command."""
    row = view.context[loss.frame]
    return loss.field in IMAP_TEXT and not row['imap.request.verb'] \
        and (bool(row['imap.auth.response']) or view.payload(loss.frame) in EMPTY_ANSWERS) \
        and shown(loss.value).strip() in ascii_of(view.payload(loss.frame))


def is_pop_answer(loss, view):
    """Stock reads the client's answer to a challenge as a command."""
    row = view.context[loss.frame]
    return loss.field in ('pop.request', 'pop.request.command', 'pop.request.parameter') \
        and (bool(row['pop.auth.response']) or view.payload(loss.frame) in EMPTY_ANSWERS) \
        and not row['pop.request.verb'] \
        and loss.value in ascii_of(view.payload(loss.frame))


def is_empty_row(loss, view):
    """Stock has lines behind the first, pipelined commands among them, as data without text."""
    return loss.field in ('pop.response.data', 'pop.request.data') and loss.value == '' and (
        any(view.plugin[loss.frame][loss.field])
        or loss.field == 'pop.request.data' and len(view.context[loss.frame]['pop.request.verb']) > 1)


def is_pipelined(loss, view):
    """Stock takes pipelined commands, and their replies, behind the first one for data."""
    line = {'pop.request.data': 'pop.request', 'pop.response.data': 'pop.response'}.get(loss.field)
    return line is not None and loss.value == '' and len(view.plugin[loss.frame][line]) > 1


def is_size_left_out(loss, view):
    """Stock complains of every answer to RETR and TOP that does not begin with a number."""
    return loss.field == 'pop.response.tot_len.invalid' and not any(
        'octets' in text for text in view.plugin[loss.frame]['pop.response.description'])


def is_pop_dot(loss, view):
    """Stock leaves doubled dots as they are, and counts the line with the final dot."""
    ours = view.plugin[loss.frame]['pop.data.reassembled.length']
    if loss.field != 'pop.data.reassembled.length' or len(ours) != 1:
        return False
    frames = {int(value) for value in view.stock[loss.frame]['pop.data.fragment']} | {loss.frame}
    text = b'\n' + b''.join(view.payload(number) for number in sorted(frames))
    return int(loss.value) == len(text) - 1 == int(ours[0]) + text.count(b'\n..') + len(b'.\r\n')


def is_8bit(loss, view):
    """Text outside ASCII that is no UTF-8 is windows-1252; stock shows a replacement character for each octet."""
    pattern = ''.join('[^\x00-\x7f]' if letter == '\ufffd' else re.escape(letter) for letter in loss.value)
    return '\ufffd' in loss.value and loss.field.startswith(('pop.', 'imap.')) and any(
        '\ufffd' not in value and re.fullmatch(pattern, value) for value in view.plugin[loss.frame][loss.field])


NOT_OF_MESSAGE = (is_after_refused_data, is_answer, is_unknown_command, is_quoted, View.is_repeated)
RULES = (
    Rule('STARTTLS', 'the verb is the whole word, not its first four letters (STAR)', is_cut_verb),
    Rule('refused DATA', 'commands after a refused DATA are commands, not message text', is_refused_data),
    Rule('doubled dot', 'doubled dots are undone, so the message is shorter', is_undotted_length),
    Rule('empty last line', 'a last line that is empty is part of the message', is_empty_last_line),
    Rule('each segment', 'each segment that carries octets of the message is a fragment', is_count_of_segments),
    Rule('BDAT', 'a BDAT chunk is counted, and message text only', is_bdat),
    Rule('message text', 'message text is not read as commands', is_text_as_command),
    Rule('challenge', 'an answer to a challenge is no command', is_answer_as_command),
    Rule('challenge', 'an answer to a challenge is not part of the next message', is_answer_as_text),
    Rule('XCLIENT', 'commands that the built-in does not know are commands, not message text', is_unknown_as_text),
    Rule('ICMP', 'a segment that is quoted in an ICMP error was not sent there', is_quoted_as_text),
    Rule('UTF-8', 'text outside ASCII is read as UTF-8', is_utf8),
    Rule('always decoded', 'user name and password are decoded, whatever the preference', is_credential),
    Rule('cut across segments', 'a reply that is cut across segments is one reply', is_cut_reply),
    Rule('retransmi', 'a retransmission adds nothing to the message', is_repetition),
    Rule('keeps back', 'octets in segments that TCP keeps back are part of the message', is_late),
    Rule('literal', 'octets of a literal and what follows it are no commands and no tagged responses', is_literal),
    Rule('announces a literal', 'a line stands in the frame that brings it', is_line_of_its_frame),
    Rule('without quotes', 'user name and password of LOGIN are whole and without quotes', is_login_word),
    Rule('mailbox name', 'a quoted mailbox name goes on behind a space', is_cut_folder),
    Rule('SEARCH', 'what SEARCH looks for is no mailbox', is_search_key),
    Rule('last octet', 'time counts from the last octet of the command to the first of the reply', is_shorter_time),
    Rule('DONE', 'DONE has no tag', is_done),
    Rule('continuation request', 'a continuation request has neither tag nor status', is_continuation_text),
    Rule('challenge', 'an answer to AUTHENTICATE is no command', is_imap_answer),
    Rule('challenge', 'an answer to AUTH of POP3 is no command', is_pop_answer),
    Rule('rows', 'rows of a POP3 reply have their text', is_empty_row),
    Rule('pipelined', 'pipelined commands of POP3 and their replies are no data', is_pipelined),
    Rule('number of octets', 'an answer to RETR need not tell the number of octets', is_size_left_out),
    Rule('final dot', 'the final dot and doubled dots are no part of a message that POP3 brings', is_pop_dot),
    Rule('windows-1252', 'text that is no UTF-8 is windows-1252', is_8bit),
)


def excuse(loss, view):
    """The first rule that a loss falls under, or None."""
    return next((rule for rule in RULES if rule.applies(loss, view)), None)


def test_builtin_fields_are_known():
    """Wireshark 4.0 has 62 of them; a later one must not have fewer than half."""
    assert len(builtin_fields()) > 31
    assert set(builtin_fields()) <= set(runner.known_fields())


def test_types_are_kept():
    stock, ours = runner.known_fields(plugin=False), runner.known_fields()
    assert [name for name in builtin_fields() if stock[name][:2] != ours[name][:2]] == []


@pytest.mark.parametrize('path', CAPTURES, ids=[os.path.basename(path) for path in CAPTURES])
@pytest.mark.skipif(runner.wireshark_version() != '4.0', reason='the rules describe the built-in dissectors of 4.0')
def test_no_loss(path):
    view = View(path)
    lost = [loss for loss in losses(view.stock, view.plugin) if excuse(loss, view) is None]
    assert lost == [], '\n'.join('frame %d: %s == %r' % loss for loss in lost[:40])


@pytest.mark.parametrize('rule', RULES, ids=[rule.applies.__name__ for rule in RULES])
def test_difference_is_documented(rule):
    with open(os.path.join(ROOT, 'docs', 'differences.md'), encoding='utf-8') as differences:
        text = ' '.join(differences.read().split())
    assert rule.keyword.lower() in text.lower(), 'docs/differences.md does not say that ' + rule.reason


def test_a_loss_is_seen():
    """The comparison itself: a value moved, changed or given once for twice is a loss."""
    field = 'smtp.response.code'
    stock = {1: {field: ['250', '250']}, 2: {field: ['354']}}
    assert losses(stock, stock) == []
    assert losses(stock, {1: {field: ['250']}, 2: {field: ['354']}}) == [Loss(1, field, '250')]
    assert losses(stock, {1: {field: ['250', '250', '354']}}) == [Loss(2, field, '354')]
    assert losses({1: {field: ['250']}}, {1: {field: ['250', '250']}}) == []


class Told(View):
    """A view of rows given in a test; fields that are not given have no values."""

    def __init__(self, stock=None, plugin=None, context=None):
        names = builtin_fields() + tuple(CONTEXT)
        self.stock, self.plugin, self.context = (
            {frame: {**dict.fromkeys(names, []), **row} for frame, row in (rows or {}).items()}
            for rows in (stock, plugin, context))


def octets(text, port='25', **more):
    return {'tcp.stream': ['0'], 'tcp.srcport': [port], 'tcp.payload': [text.encode().hex()], **more}


STARTTLS = {1: {'smtp.req.command': ['STARTTLS'], 'smtp.command_line': [r'STARTTLS\r\n']}}
REPLY = {1: octets('250-a\r\n'), 2: octets('250 b\r\n')}
REFUSED = {1: octets('DATA\r\n', '4', **{'smtp.req.verb': ['DATA']}),
           2: octets('503 no\r\n', **{'smtp.response.code': ['503'], 'smtp.response_to': ['1']}),
           3: octets('RSET\r\n', '4', **{'smtp.req.verb': ['RSET']})}
ACCEPTED = {**REFUSED, 2: octets('354 go\r\n', **{'smtp.response.code': ['354'], 'smtp.response_to': ['1']})}
DATA = 'smtp.data.'


def message(fragments, length):
    return {3: {DATA + 'fragment': fragments, DATA + 'fragment.count': [str(len(fragments))],
                DATA + 'reassembled.length': [str(length)]}}


def sent(text, fragments=('3',), **first):
    """Frame 3 ends a message; frame 1 is of the client too, and of another kind."""
    return {1: octets('*\r\n', '4', **first), 3: octets(text, '4', **{DATA + 'fragment': list(fragments)})}


LENGTH, COUNT = DATA + 'reassembled.length', DATA + 'fragment.count'
STUFFED, EMPTY_LAST, PLAIN = '..a\r\n.\r\n', 'a\r\n\r\n.\r\n', 'abc\r\n.\r\n'
TEXT_LINE = {1: {'smtp.command_line': [r'To: x\r\n', r'QUIT\r\n'], 'smtp.req': ['1', '1']}}
TEXT = {1: octets('To: x\r\n.\r\nQUIT\r\n', '4', **{DATA + 'fragments': ['1']})}
XCLIENT = {1: {'smtp.command_line': [r'XCLIENT\r\n'], 'smtp.req.command': ['XCLIENT']}}
KEPT_BACK = {'tcp.analysis.out_of_order': ['1']}
FRAGMENTS = {3: {'smtp.data.fragment': ['3']}}


@pytest.mark.parametrize('loss, view, expected', [
    (Loss(1, 'smtp.req.command', 'STAR'), Told(plugin=STARTTLS), is_cut_verb),
    (Loss(1, 'smtp.req.parameter', 'TLS'), Told(plugin=STARTTLS), is_cut_verb),
    (Loss(1, 'smtp.req.command', 'QUIT'), Told(plugin=STARTTLS, context=REPLY), None),
    (Loss(3, 'smtp.data.fragment', '3'), Told(FRAGMENTS, context=REFUSED), is_refused_data),
    (Loss(3, 'smtp.data.fragment', '3'), Told(FRAGMENTS, context=ACCEPTED), None),
    (Loss(1, 'smtp.response.code', '250'), Told(plugin={2: {'smtp.response.code': ['250']}}, context=REPLY),
     is_cut_reply),
    (Loss(1, 'smtp.response.code', '250'), Told(plugin={2: {}}, context=REPLY), None),
    (Loss(2, 'smtp.response.code', '250'), Told(context=REPLY), None),
    (Loss(1, 'smtp.auth.username', 'am9obg=='), Told(plugin={1: {'smtp.auth.username': ['john']}}, context=REPLY),
     is_credential),
    (Loss(1, 'smtp.auth.username', 'am9obg=='), Told(plugin={1: {'smtp.auth.username': ['jo']}}, context=REPLY), None),
    (Loss(1, 'smtp.auth.username_password', 'AGEAYg=='),
     Told(plugin={1: {'smtp.auth.username_password': [r'\0a\0b']}}, context=REPLY), is_credential),
    (Loss(3, LENGTH, '6'), Told(message(['3'], 6), message(['3'], 5), sent(STUFFED)), is_undotted_length),
    (Loss(3, LENGTH, '7'), Told(message(['3'], 7), message(['3'], 5), sent(STUFFED)), None),
    (Loss(3, LENGTH, '3'), Told(message(['3'], 3), message(['3'], 5), sent(EMPTY_LAST)), is_empty_last_line),
    (Loss(3, LENGTH, '3'), Told(message(['3'], 3), message(['3'], 5), sent(PLAIN)), None),
    (Loss(3, COUNT, '1'), Told(message(['3'], 8), message(['1', '3'], 8), sent(PLAIN, '13')), is_count_of_segments),
    (Loss(3, COUNT, '1'), Told(message(['3'], 9), message(['1', '3'], 8), sent(PLAIN, '13')), None),
    (Loss(3, COUNT, '1'), Told(message(['1'], 3), message(['1', '3'], 3), sent('.\r\n', '13')), None),
    (Loss(3, COUNT, '2'), Told(message(['3', '3'], 5), message(['3'], 5), sent(PLAIN)), None),
    (Loss(3, LENGTH, '5'), Told(message(['3'], 5), message(['1', '3'], 8), sent(PLAIN, '13', **KEPT_BACK)), is_late),
    (Loss(3, LENGTH, '9'), Told(message(['3'], 9), message(['1', '3'], 8), sent(PLAIN, '13', **KEPT_BACK)), None),
    (Loss(3, LENGTH, '5'), Told(message(['3'], 5), message(['1', '3'], 8), sent(PLAIN, '13')), None),
    (Loss(3, LENGTH, '8'), Told(message(['1', '3'], 8), message(['3'], 5), sent(PLAIN)), is_answer_as_text),
    (Loss(3, LENGTH, '9'), Told(message(['1', '3'], 9), message(['3'], 5), sent(PLAIN)), None),
    (Loss(1, DATA + 'reassembled.in', '3'), Told(context=sent(PLAIN)), is_answer_as_text),
    (Loss(3, DATA + 'fragment', '1'), Told(plugin=XCLIENT, context=sent(PLAIN)), is_unknown_as_text),
    (Loss(3, DATA + 'fragment', '1'),
     Told(plugin={1: {'smtp.command_line': [r'MAIL\r\n'], 'smtp.req.command': ['MAIL']}}, context=sent(PLAIN)), None),
    (Loss(3, DATA + 'fragment', '1'), Told(plugin=STARTTLS, context=sent(PLAIN)), None),
    (Loss(3, DATA + 'fragment', '1'), Told(plugin=STARTTLS, context=sent(PLAIN, **{'icmp.type': ['3']})),
     is_quoted_as_text),
    (Loss(3, DATA + 'fragment', '3'), Told(context=sent(PLAIN)), None),
    (Loss(1, 'smtp.command_line', r'To: x\r\n'),
     Told(TEXT_LINE, {1: {'smtp.eom': ['1']}}, context=TEXT), is_text_as_command),
    (Loss(1, 'smtp.command_line', r'QUIT\r\n'),
     Told(TEXT_LINE, {1: {'smtp.eom': ['1']}}, context=TEXT), None),
    (Loss(1, 'smtp.req', '1'), Told(TEXT_LINE, {1: {'smtp.req': ['1']}}, context=REPLY), None),
    (Loss(1, 'smtp.req', '1'), Told(TEXT_LINE, {1: {'smtp.req': ['1'], 'smtp.eom': ['1']}}, context=TEXT),
     is_text_as_command),
    (Loss(1, 'smtp.req.parameter', 'TO:<\ufffd\ufffdx>'),
     Told(plugin={1: {'smtp.req.parameter': ['TO:<\xfcx>']}}, context=REPLY), is_utf8),
    (Loss(1, 'smtp.req.parameter', 'TO:<\ufffd\ufffdx>'),
     Told(plugin={1: {'smtp.req.parameter': ['TO:<\xfcy>']}}, context=REPLY), None),
])
def test_rules_are_narrow(loss, view, expected):
    check_rule(loss, view, expected)


def check_rule(loss, view, expected):
    """The loss falls under this rule, or under none."""
    for frame in view.context:
        view.plugin.setdefault(frame, dict.fromkeys(builtin_fields(), []))
        view.stock.setdefault(frame, dict.fromkeys(builtin_fields(), []))
    rule = excuse(loss, view)
    assert (rule and rule.applies) is expected
