"""One tree per frame, whatever the order in which frames are asked for.

SPDX-License-Identifier: GPL-2.0-or-later

tshark -2 and sharkd asked from the last frame to the first must give the same tree; tshark in one pass may lack only
what it cannot know yet: links to later frames.
"""
import os

import pytest

import runner
from conftest import all_captures
from wire import session

COMPARED = ('smtp', 'pop', 'imap', 'mail', 'imf')
FORWARD_LINKS = ('.response_in', '.reassembled.in', '.reassembled_in')
OPEN_ENDS = ('Command has no reply', 'Command has no tagged response', 'Connection ends inside the message',
             'Connection or capture ends inside the literal', 'Multi-line reply is not ended by a line with a dot',
             'Messages were marked as deleted and the session ends without QUIT')
NO_NAMES = ['nameres.mac_name:FALSE', 'nameres.transport_name:FALSE', 'nameres.network_name:FALSE']
CAPTURES = all_captures()
POP = ['S: +OK POP3 ready', 'C: USER a', 'S: +OK', 'C: PASS b', 'S: +OK']
IMAP = ['S: * OK IMAP4rev1 ready', 'C: a1 LOGIN a b', 'S: a1 OK']
CUT_SHORT = {  # name -> (port, script of a session that breaks off, what only the second pass knows)
    'APPEND': (143, IMAP + ['C: a2 APPEND INBOX {100}', 'S: + go', ('C', b'Subject: x\r\n\r\nhel'), ('C', b'lo')],
               'imap.expert.literal_incomplete'),
    'FETCH': (143, IMAP + ['C: a2 FETCH 1 (BODY[])', ('S', b'* 1 FETCH (BODY[] {100}\r\nSubject: x\r\n\r\nhel')],
              'imap.expert.literal_incomplete'),
    'NOOP': (143, IMAP + ['C: a2 NOOP', 'C: a3 IDLE', 'S: + idling'], 'imap.expert.no_reply'),
    'RETR': (110, POP + ['C: RETR 1', ('S', b'+OK\r\nSubject: x\r\n\r\nhel'), ('S', b'lo\r\n')],
             'pop.expert.unterminated'),
    'LIST': (110, POP + ['C: LIST', ('S', b'+OK\r\n1 5\r\n')], 'pop.expert.unterminated'),
    'STAT': (110, POP + ['C: STAT'], 'pop.expert.no_reply'),
    'DELE': (110, POP + ['C: DELE 1', 'S: +OK'], 'pop.expert.no_quit'),
}
LIST_ROWS = b''.join(b'%d %d\r\n' % (n, 1000 + n) for n in range(1, 40))
ODD = {     # name -> (port, script of a session that was hard to show the same)
    'line that is no reply': (25, ['S: 220 mx.example.net ESMTP', ('S', b'what\tis \x07 this\\\r\n')]),
    'AUTH with control characters': (25, ['S: 220 mx.example.net ESMTP', 'C: AUTH LOGIN', 'S: 334 ',
                                          ('C', b'a\tb\x07\r\n'), 'S: 501 What']),
    'AUTHENTICATE with control characters': (143, ['S: * OK IMAP4rev1 ready', 'C: a1 AUTHENTICATE LOGIN', 'S: + ',
                                                   ('C', b'a\tb\x07\r\n'), 'S: a1 BAD What']),
    'segments that end inside lines': (110, POP + ['C: LIST', ('S', b'+OK\r\n' + LIST_ROWS[:50]), ('S', LIST_ROWS[50:97]),
                                                   ('S', LIST_ROWS[97:151]), ('S', LIST_ROWS[151:] + b'.\r\n'),
                                                   'C: QUIT', 'S: +OK']),
}


def label(element):
    """Text of a PDML node as sharkd has it; PDML gives opaque data no text."""
    text = element.get('showname')
    if text is None and element.get('name') == 'data':
        return 'Data (%d bytes)' % (len(element.get('value', '')) // 2)
    return element.get('show', '') if text is None else text


def below(element, depth=0):
    """(depth, field name, label) of a PDML node and of all below it, in order; sharkd has no hidden nodes."""
    if element.get('hide') == 'yes':
        return []
    found = [(depth, element.get('name'), label(element))]
    for child in element:
        found += below(child, depth + 1)
    return found


def of_pdml(packet):
    """Lines of the compared protocols."""
    return [line for proto in packet.findall('proto') if proto.get('name') in COMPARED for line in below(proto)]


def of_sharkd(nodes, depth=0):
    """(depth, label) of sharkd's nodes and of all below them, in order."""
    found = []
    for node in nodes:
        found.append((depth, runner.clean(node['l'])))
        found += of_sharkd(node.get('n', []), depth + 1)
    return found


def first_difference(left, right):
    """What to print of two lists that are not equal."""
    for index in range(max(len(left), len(right))):
        pair = left[index:index + 1], right[index:index + 1]
        if pair[0] != pair[1]:
            return 'line %d: %r, but %r' % (index, *pair)
    return ''


def missing_lines(one, two):
    """Lines of `two` that `one` lacks; None where `one` is not `two` with lines left out."""
    missing, position = [], 0
    for line in two:
        if position < len(one) and one[position] == line:
            position += 1
        else:
            missing.append(line)
    return missing if position == len(one) else None


def is_forward_link(line, frame):
    """Whether a line names a later frame, or is the fallback of a name that does."""
    if not line[1].endswith(FORWARD_LINKS):
        return False
    digits = ''.join(c for c in line[2].rsplit(':', 1)[-1] if c.isdigit())
    return not digits or int(digits) > frame


def without_open_ends(lines):
    """Without what only the end of the capture tells: the record of a message that is left open, and that a reply or the
    rest of a message never comes."""
    kept, skip = [], None
    for index, line in enumerate(lines):
        if skip is not None and line[0] > skip:
            continue
        skip = None
        below = [text for depth, _, text in lines[index + 1:index + 16] if depth > line[0]]
        open_record = line[1] == 'mail' and any('Outcome: incomplete' in text for text in below)
        if open_record or any(text in line[2] for text in OPEN_ENDS):
            skip = line[0]
        else:
            kept.append(line)
    return kept


@pytest.fixture(scope='module', params=CAPTURES, ids=[os.path.basename(path) for path in CAPTURES])
def capture(request):
    """Path of a capture and the packets of its second pass."""
    return request.param, runner.pdml(request.param, two_pass=True, prefs=NO_NAMES)


def check_any_order(path, packets):
    wrong = []
    with runner.Sharkd(path, prefs=NO_NAMES) as sharkd:
        assert sharkd.count() == len(packets)
        for packet in reversed(packets):
            number = runner.frame_number(packet)
            nodes = sharkd.frame(number)['tree']
            lines = of_pdml(packet)
            asked = of_sharkd([node for node in nodes if node.get('f') in COMPARED])
            difference = first_difference([(depth, text) for depth, _, text in lines], asked)
            if difference:
                wrong.append('frame %d: %s' % (number, difference))
    assert not wrong, '\n'.join(wrong[:20])


def check_one_pass(path, packets):
    wrong = []
    once = runner.pdml(path, prefs=NO_NAMES)
    assert len(once) == len(packets)
    for packet, later in zip(once, packets):
        number = runner.frame_number(packet)
        one, two = of_pdml(packet), of_pdml(later)
        missing = missing_lines(without_open_ends(one), without_open_ends(two))
        if missing is None:
            wrong.append('frame %d: %s' % (number, first_difference(one, two)))
        else:
            wrong += ['frame %d lacks %r' % (number, line) for line in missing if not is_forward_link(line, number)]
    assert not wrong, '\n'.join(wrong[:20])


def test_second_pass_is_any_order(capture):
    check_any_order(*capture)


def test_one_pass_lacks_only_forward_links(capture):
    check_one_pass(*capture)


@pytest.mark.parametrize('name', sorted(CUT_SHORT))
def test_session_that_breaks_off(pcap, name):
    port, script, unknown = CUT_SHORT[name]
    path = session(pcap(), script, port=port)
    packets = runner.pdml(path, two_pass=True, prefs=NO_NAMES)
    assert runner.frames(path, unknown) == []
    assert len(runner.frames(path, unknown, two_pass=True)) == 1
    check_any_order(path, packets)
    check_one_pass(path, packets)


@pytest.mark.parametrize('name', ODD)
def test_odd_session(pcap, name):
    port, script = ODD[name]
    path = session(pcap(), script, port=port)
    packets = runner.pdml(path, two_pass=True, prefs=NO_NAMES)
    check_any_order(path, packets)
    check_one_pass(path, packets)


@pytest.mark.parametrize('pcap', CAPTURES, ids=[os.path.basename(path) for path in CAPTURES])
def test_read_filter(pcap):
    """Frames that a read filter drops share their number with the next one that it keeps;
    the records whose fate is known are the same."""
    arguments = ['-n', '-2', '-r', runner.readable(pcap), '-Y', 'mail.outcome != 4', '-T', 'fields', '-e', 'mail.outcome', '-e',
                 'mail.message_id', '-e', 'mail.size', '-e', 'mail.duration']
    assert runner.tshark(arguments + ['-R', 'mail.outcome != 4']) == runner.tshark(arguments)
