"""-T json, -T ek and -T pdml can be loaded, and hold each value that -T fields gives.

SPDX-License-Identifier: GPL-2.0-or-later
"""
import functools
import json
import os
import re
import xml.etree.ElementTree as ElementTree

import pytest

import runner
import smtp_talk
from conftest import ROOT
from wire import session

CAPTURES = ['smtp-attachments', 'pop3-getmail', 'imap-imaplib', 'imap-mbsync-compress']
PROTOCOLS = ('smtp', 'pop', 'imap', 'mail')
FIELDS = ['smtp.req.command', 'smtp.req.verb', 'smtp.response.code', 'smtp.response.text', 'pop.request.command',
          'pop.request.verb', 'pop.response.indicator', 'imap.request.verb', 'imap.response.status', 'imap.untagged',
          'imap.line', 'mail.transaction', 'mail.protocol', 'mail.subject', 'mail.from', 'mail.from.address',
          'mail.to.address', 'mail.size', 'mail.message_id', 'mail.attachment', 'mail.attachment.size', 'mail.duration',
          'mail.mailbox', 'mail.reply', 'mail.sha256']
FITS = {'long': r'-?\d+', 'integer': r'-?\d+', 'short': r'-?\d+', 'byte': r'-?\d+', 'boolean': 'True|False|true|false|[01]',
        'float': r'-?[\d.e+-]+', 'double': r'-?[\d.e+-]+', 'unsigned long': r'\d+',
        'date': r'[\d.T:Z-]+', 'ip': r'[\da-fA-F.:]+'}


def path_of(name):
    return os.path.join(ROOT, 'pcaps', name + '.pcapng')


@functools.lru_cache(maxsize=None)
def output(path, *arguments):
    return runner.tshark(['-n', '-r', runner.readable(path)] + list(arguments))


def plain(value):
    """One spelling of a value for all output formats: octets without colons, spaces as they are."""
    value = {'True': '1', 'False': '0'}.get(str(value), str(value))
    return value.replace(':', '') if re.fullmatch('(..:)+..', value) else value


def told(path):
    """Per frame a set of (name, value) that -T fields gives."""
    return [{(name, plain(decoded(value))) for name in FIELDS for value in row[name]}
            for row in runner.rows(path, FIELDS)]


def decoded(value):
    """A value of -T fields without its escapes."""
    plain_of = {'\\n': '\n', '\\r': '\r', '\\t': '\t', '\\\\': '\\'}
    return re.sub(r'\\[nrt\\]', lambda found: plain_of[found[0]], value)


def pairs_of_json(node, found):
    """(name, value) of each member whose value is no object; several values of a name are a list or members."""
    for name, value in node:
        for item in value if isinstance(value, list) and not is_object(value) else [value]:
            if is_object(item):
                pairs_of_json(item[1], found)
            else:
                found.add((name, plain(item)))
    return found


def is_object(value):
    """Whether a value is what objects() makes of a JSON object."""
    return isinstance(value, tuple)


def objects(pairs):
    return 'object', pairs


@pytest.mark.parametrize('name', CAPTURES)
@pytest.mark.parametrize('options', [(), ('--no-duplicate-keys',)])
def test_json(name, options):
    path = path_of(name)
    packets = json.loads(output(path, '-T', 'json', *options), object_pairs_hook=objects)
    wanted = told(path)
    assert len(packets) == len(wanted) and any(wanted)
    for packet, values in zip(packets, wanted):
        assert values <= pairs_of_json([('packet', packet)], set())


def test_no_duplicate_keys():
    def once(pairs):
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    for name in CAPTURES:
        json.loads(output(path_of(name), '-T', 'json', '--no-duplicate-keys'), object_pairs_hook=once)


def as_attribute(value):
    """What an XML parser makes of a value whose line ends are written as they are, as Wireshark does."""
    return re.sub('\r\n|[\r\n\t]', ' ', value)


@pytest.mark.parametrize('name', CAPTURES)
def test_pdml(name):
    path = path_of(name)
    packets = ElementTree.fromstring(output(path, '-T', 'pdml').encode()).findall('packet')
    for packet, values in zip(packets, told(path), strict=True):
        found = {(field.get('name'), plain(field.get('show', ''))) for field in packet.iter('field')}
        assert {(name, as_attribute(value)) for name, value in values} <= found


def ek(path):
    """The layers of each packet."""
    lines = [json.loads(line) for line in output(path, '-T', 'ek').split('\n') if line]
    return [line['layers'] for line in lines if 'layers' in line]


def pairs_of_ek(node, found):
    """(name, value) of each member below a layer, names as Elasticsearch gets them."""
    for name, value in node.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                pairs_of_ek(item, found)
            else:
                found.add((name, plain(item)))
    return found


@pytest.mark.parametrize('name', CAPTURES)
def test_ek(name):
    path = path_of(name)
    for layers, values in zip(ek(path), told(path), strict=True):
        found = pairs_of_ek(layers, set())
        assert {(field.split('.')[0] + '_' + field.replace('.', '_'), value) for field, value in values} <= found


def merged(pairs):
    """A JSON object; the members of objects of one name are put together, as Wireshark names a protocol repeatedly."""
    found = {}
    for name, value in pairs:
        if isinstance(value, dict) and isinstance(found.get(name), dict):
            value = merged(list(found[name].items()) + list(value.items()))
        found[name] = value
    return found


@functools.lru_cache(maxsize=None)
def mapping_text():
    """The mapping of our protocols, as tshark writes it."""
    return runner.tshark(['-G', 'elastic-mapping', '--elastic-mapping-filter', ','.join(PROTOCOLS)])


def test_mapping_has_one_object_for_mail():
    """Wireshark repeats a protocol whose fields are not registered in a row; those we add fields to have to be."""
    assert len(re.findall(r'"mail": {', mapping_text())) == 1


@functools.lru_cache(maxsize=None)
def mapping():
    """Name -> type in Elasticsearch; strings are not listed, for they are the default."""
    layers = json.loads(mapping_text(), object_pairs_hook=merged)['mappings']['properties']['layers']['properties']
    return {name: kind['type'] for protocol in PROTOCOLS for name, kind in layers[protocol]['properties'].items()}


@pytest.mark.parametrize('name', CAPTURES)
def test_ek_fits_the_mapping(name):
    numbers = {protocol.split('.')[0] + '_' + protocol.replace('.', '_')
               for protocol, (kind, *_) in runner.known_fields().items()
               if protocol.startswith(('smtp.', 'pop.', 'imap.', 'mail.')) and re.match('FT_U?INT|FT_FRAMENUM', kind)}
    seen = set()
    for layers in ek(path_of(name)):
        for protocol in set(PROTOCOLS) & set(layers):
            for field, value in pairs_of_ek({'': layers[protocol]}, set()):
                if field in numbers:
                    assert field in mapping()
                if field in mapping():
                    seen.add(field)
                    assert re.fullmatch(FITS[mapping()[field]], value), (field, mapping()[field], value)
    assert 'mail_mail_size' in seen


HOSTILE = b'Subject: a\x01b\x07 "c" \\d <e> &f \xff\xfe =?utf-8?q?=00=1b[31m=E2=80=AE?=\r\n'


@pytest.mark.parametrize('kind', ['json', 'ek', 'pdml'])
def test_control_characters(pcap, kind):
    octets = smtp_talk.MESSAGE.replace(b'Subject: Lunch\r\n', HOSTILE)
    assert octets != smtp_talk.MESSAGE
    path = session(pcap(), ['S: 220 mx "x" \\ \x01\x1b[0m'] + smtp_talk.sent(octets)[1:])
    text = output(path, '-T', kind)
    if kind == 'json':
        json.loads(text)
    elif kind == 'ek':
        assert ek(path)
    else:
        ElementTree.fromstring(runner.clean(text).encode())  # characters that XML forbids are Wireshark's affair
