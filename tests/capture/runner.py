"""Run tshark and sharkd on a capture, with or without the plugin, and give back what they say.

SPDX-License-Identifier: GPL-2.0-or-later

The environment names the programs; tests/run.sh sets it:

  MW_TSHARK, MW_SHARKD   the programs (default: tshark and sharkd of PATH)
  MW_HOME                a home directory whose personal plugin folder holds mailwire.so
  MW_PLUGIN_DIR          instead of MW_HOME: a folder for WIRESHARK_PLUGIN_DIR
  MW_STOCK_HOME          a home directory without the plugin (default: an empty one, and no system plugins)
  MW_USER                user that root drops to (default: nobody); root's Wireshark ignores personal plugins
  MW_FORK_SERVER         fork_server.c, built: tshark then starts once for many runs, which saves most of their time

With neither MW_HOME nor MW_PLUGIN_DIR the plugin is taken to be installed system-wide: see setup_note().
"""
import atexit
import functools
import json
import os
import pwd
import re
import select
import shutil
import stat
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import namedtuple

import fork_server

SEPARATOR, AGGREGATOR = '\x1f', '\x1e'
READ_SIZE = 1 << 16  # octets that a pipe holds
TIMEOUT = 60  # seconds for one program run, or for one answer of sharkd
FATAL = ('Dissector bug', '** (', 'ERROR: AddressSanitizer', 'runtime error:')
CUT_SHORT = 'cut short'  # tshark then exits with 2, having read all that is there
SEVERITIES = {0x00100000: 'comment', 0x00200000: 'chat', 0x00400000: 'note', 0x00600000: 'warn', 0x00800000: 'error'}
LEFT_OUT = ('HOME', 'XDG_CONFIG_HOME', 'WIRESHARK_PLUGIN_DIR', 'PYTEST_CURRENT_TEST')  # of our own environment

Expert = namedtuple('Expert', 'frame name severity message')


class RunError(Exception):
    """The program crashed, hung, refused its arguments or complained of a bug."""


@functools.lru_cache(maxsize=None)
def wireshark_version():
    """'4.0', '4.4', ...: major and minor version of the tshark that is tested."""
    return re.search(r'(\d+\.\d+)\.\d+', tshark(['-v']))[1]


def _program(variable, name):
    """The program that a variable names; programs run in /, so a path has to be absolute."""
    path = os.environ.get(variable) or name
    return os.path.abspath(path) if os.sep in path else path


def tshark_path():
    return _program('MW_TSHARK', 'tshark')


def sharkd_path():
    return _program('MW_SHARKD', 'sharkd')


def setup_note():
    """One line on which Wireshark the tests speak of."""
    for name in ('MW_HOME', 'MW_PLUGIN_DIR'):
        if os.environ.get(name):
            return '%s with the plugin of %s=%s' % (tshark_path(), name, os.environ[name])
    return ('%s; MW_HOME and MW_PLUGIN_DIR are not set, so the plugin is taken to be installed system-wide: '
            'where it is not, these tests speak of the built-in dissectors' % tshark_path())


@functools.lru_cache(maxsize=None)
def _scratch():
    """A folder that the unprivileged user can read, removed at exit."""
    path = tempfile.mkdtemp(prefix='mailwire-test-')
    os.chmod(path, 0o755)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


@functools.lru_cache(maxsize=None)
def _empty(name):
    path = os.path.join(_scratch(), name)
    os.makedirs(path, exist_ok=True)    # another thread may be as far as this one
    os.chmod(path, 0o755)
    return path


@functools.lru_cache(maxsize=None)
def _account():
    """Account to drop to, or None where we are not root."""
    return pwd.getpwnam(os.environ.get('MW_USER') or 'nobody') if os.geteuid() == 0 else None


def environment(plugin=True):
    """Environment of a run: a home of its own, no other configuration folder, the plugin or not.

    Wireshark's data folder is an empty one: reading the names of all makers of network cards would take a third of a
    short run, and no test asks for them.
    """
    env = {k: v for k, v in os.environ.items() if k not in LEFT_OUT}
    env['TZ'] = 'UTC'
    env['WIRESHARK_DATA_DIR'] = _empty('data')
    if plugin:
        home = os.environ.get('MW_HOME')
        if os.environ.get('MW_PLUGIN_DIR'):
            env['WIRESHARK_PLUGIN_DIR'] = os.environ['MW_PLUGIN_DIR']
        elif not home and not _account():
            home = os.environ.get('HOME')
    else:
        home = os.environ.get('MW_STOCK_HOME')
        if not home:
            env['WIRESHARK_PLUGIN_DIR'] = _empty('no-plugins')
    env['HOME'] = home or _empty('home-' + ('plugin' if plugin else 'stock'))
    return env


def drop_options():
    """Arguments of subprocess that make root run a program as the unprivileged user."""
    account = _account()
    if account is None:
        return {}
    return {'user': account.pw_uid, 'group': account.pw_gid, 'extra_groups': []}


def _others_can_read(path):
    if not os.stat(path).st_mode & stat.S_IROTH:
        return False
    while path != '/':
        path = os.path.dirname(path)
        if not os.stat(path).st_mode & stat.S_IXOTH:
            return False
    return True


def readable(pcap):
    """Absolute path under which the unprivileged user can read the capture: its own, or that of a copy."""
    path = os.path.realpath(os.fspath(pcap))
    if _account() is None or _others_can_read(path):
        return path
    handle, copy = tempfile.mkstemp(suffix='-' + os.path.basename(path), dir=_scratch())
    os.close(handle)
    shutil.copyfile(path, copy)
    os.chmod(copy, 0o644)
    return copy


def complain(command, returncode, stderr):
    """Raise RunError where a program ended by a signal, with an error, or complained of a bug."""
    where = ' '.join(command)
    if returncode < 0 or returncode > 127:
        raise RunError('%s ended with status %d\n%s' % (where, returncode, stderr))
    for line in stderr.split('\n'):
        if any(word in line for word in FATAL):
            raise RunError('%s: %s' % (where, line))
    if returncode and not (returncode == 2 and CUT_SHORT in stderr):
        raise RunError('%s: exit status %d\n%s' % (where, returncode, stderr))


@functools.lru_cache(maxsize=None)
def _server(library, program, variables):
    """The one fork server with this program and environment."""
    server = fork_server.ForkServer(library, program, dict(variables), **drop_options())
    atexit.register(server.close)
    return server


def _run(command, env):
    library = os.environ.get('MW_FORK_SERVER')
    if library and fork_server.serves(command):
        return _server(library, command[0], tuple(sorted(env.items()))).run(command[1:], TIMEOUT)
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=TIMEOUT, env=env, cwd='/', **drop_options())


def tshark(arguments, plugin=True):
    """Standard output of one tshark run."""
    command = [tshark_path()] + arguments
    try:
        done = _run(command, environment(plugin))
    except subprocess.TimeoutExpired:
        raise RunError('%s ran longer than %d s' % (' '.join(command), TIMEOUT)) from None
    complain(command, done.returncode, done.stderr.decode('utf-8', 'replace'))
    return done.stdout.decode('utf-8', 'replace')


def _list(value):
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def _read(pcap, filter, prefs, two_pass, decode_as, plugin, output):
    arguments = ['-n', '-r', readable(pcap)]
    for pref in _list(prefs):
        arguments += ['-o', pref]
    for entry in _list(decode_as):
        arguments += ['-d', entry]
    if two_pass:
        arguments.append('-2')
    if filter:
        arguments += ['-Y', filter]
    return tshark(arguments + output, plugin)


@functools.lru_cache(maxsize=None)
def known_fields(plugin=True):
    """Name -> (type, protocol, description) of every registered field."""
    known = {}
    for line in tshark(['-G', 'fields'], plugin).split('\n'):
        cells = line.split('\t')
        if cells[0] == 'F' and len(cells) > 4:
            known[cells[2]] = (cells[3], cells[4], cells[1])
    if len(known) < 1000:
        raise RunError('%s -G fields lists no fields' % tshark_path())
    return known


def _normal(type_name, value):
    """The same spelling of a value for all versions: booleans 0 and 1, numbers decimal."""
    if type_name == 'FT_BOOLEAN':
        return {'true': '1', 'false': '0'}.get(value.lower(), value)
    if re.match('FT_U?INT', type_name) and re.fullmatch('0x[0-9a-fA-F]+', value):
        return str(int(value, 16))
    return value


def _unescaped(cell):
    """The cell as -T fields of Wireshark 4.0 spells it; later versions double each backslash."""
    return cell if wireshark_version() == '4.0' else cell.replace('\\\\', '\\')


def rows(pcap, names, filter=None, prefs=(), two_pass=False, decode_as=None, plugin=True):
    """One dict per frame that passes the filter: name -> all occurrences, and 'frame' -> its number.

    Unknown fields have no occurrences. Values are as tshark escapes them, booleans '0' and '1', numbers decimal.
    An empty string that is the only occurrence in its frame cannot be seen: ask for it with a filter.
    """
    known = known_fields(plugin)
    asked = [name for name in dict.fromkeys(names) if name in known and name != 'frame.number']
    types = [known[name][0] for name in asked]
    output = ['-T', 'fields', '-E', 'occurrence=a', '-E', 'separator=' + SEPARATOR, '-E', 'aggregator=' + AGGREGATOR]
    for name in ['frame.number'] + asked:
        output += ['-e', name]
    found = []
    for line in _read(pcap, filter, prefs, two_pass, decode_as, plugin, output).split('\n')[:-1]:
        cells = line.split(SEPARATOR)
        if len(cells) != len(asked) + 1:
            raise RunError('%s: cannot split the line %r' % (pcap, line))
        row = {name: [] for name in names}
        row['frame'] = int(cells[0])
        if 'frame.number' in row:
            row['frame.number'] = [cells[0]]
        for name, type_name, cell in zip(asked, types, cells[1:]):
            values = _unescaped(cell).split(AGGREGATOR) if cell else []
            row[name] = [_normal(type_name, value) for value in values]
        found.append(row)
    return found


def fields(pcap, names, filter=None, prefs=(), two_pass=False, decode_as=None, plugin=True):
    """Name -> all occurrences in frame order; see rows()."""
    names = [names] if isinstance(names, str) else list(names)
    found = {name: [] for name in names}
    for row in rows(pcap, names, filter, prefs, two_pass, decode_as, plugin):
        for name in found:
            found[name] += row[name]
    return found


def frames(pcap, filter, prefs=(), two_pass=False, decode_as=None, plugin=True):
    """Numbers of the frames that pass a display filter."""
    return [row['frame'] for row in rows(pcap, [], filter, prefs, two_pass, decode_as, plugin)]


def tree(pcap, frame=None, filter=None, prefs=(), two_pass=False, decode_as=None, plugin=True, protocols=None):
    """The text of tshark -V, of one frame or all; protocols ('smtp,mail'): only these in full."""
    if frame is not None:
        filter = 'frame.number == %d' % frame + (' && (%s)' % filter if filter else '')
    output = ['-O', protocols] if protocols else ['-V']
    return _read(pcap, filter, prefs, two_pass, decode_as, plugin, output)


def summary(pcap, column='_ws.col.Info', filter=None, prefs=(), two_pass=False, decode_as=None, plugin=True):
    """Text of a column, one per frame; the name is spelled in lower case since Wireshark 4.4."""
    names = [name for name in (column, column.lower()) if name in known_fields(plugin)][-1:] or [column]
    output = ['-T', 'fields', '-e', names[0]]
    return _read(pcap, filter, prefs, two_pass, decode_as, plugin, output).split('\n')[:-1]


def clean(text):
    """The text with U+FFFD for what XML 1.0 does not allow."""
    return re.sub('[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]', '\ufffd', text)


def pdml(pcap, two_pass=False, filter=None, prefs=(), decode_as=None, plugin=True):
    """One <packet> element per frame that passes the filter."""
    text = clean(_read(pcap, filter, prefs, two_pass, decode_as, plugin, ['-T', 'pdml']))
    return ElementTree.fromstring(text.encode('utf-8')).findall('packet')


def frame_number(packet):
    """Number of a frame in pdml()."""
    return int(packet.find("./proto[@name='geninfo']/field[@name='num']").get('show'))


def _expert(frame, item):
    """One node 'Expert Info' of PDML; its filter name is that of the child which is not _ws.expert's own."""
    name, severity, message = None, None, ''
    for child in item.findall('field'):
        if child.get('name') == '_ws.expert.severity':
            severity = SEVERITIES.get(int(child.get('show'), 0), child.get('show'))
        elif child.get('name') == '_ws.expert.message':
            message = child.get('show')
        elif not child.get('name').startswith('_ws.expert'):
            name = child.get('name')
    return Expert(frame, name or message, severity, message)


def experts(pcap, filter=None, prefs=(), two_pass=False, decode_as=None, plugin=True):
    """Every expert info in order: (frame, filter name or else message, severity, message)."""
    filter = '_ws.expert' + (' && (%s)' % filter if filter else '')
    found = []
    for packet in pdml(pcap, two_pass, filter, prefs, decode_as, plugin):
        number = frame_number(packet)
        found += [_expert(number, item) for item in packet.iter() if item.get('name') == '_ws.expert']
    return found


class Sharkd:
    """One sharkd process with one capture loaded: asks for frames in any order. Use as a context manager."""

    def __init__(self, pcap=None, prefs=(), plugin=True):
        self.command = [sharkd_path(), '-']
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.errors, env=environment(plugin), cwd='/', **drop_options())
        self.serial = 0
        self.ahead = b''    # read behind the last answer
        for pref in _list(prefs):
            name, value = pref.split(':', 1)
            self.call('setconf', name=name, value=value)
        if pcap is not None:
            self.load(pcap)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        self.close(check=kind is None)

    def call(self, method, **params):
        """Result of one JSON-RPC 2.0 request."""
        self.serial += 1
        request = {'jsonrpc': '2.0', 'id': self.serial, 'method': method}
        if params:
            request['params'] = params
        try:
            self.process.stdin.write(json.dumps(request).encode() + b'\n')
            self.process.stdin.flush()
        except BrokenPipeError:
            self._died(method)
        answer = self._answer(method)
        if 'error' in answer:
            raise RunError('sharkd %s: %s' % (method, answer['error']))
        return answer['result']

    def _answer(self, method):
        """Next answer; notices that are no JSON object are skipped."""
        end = time.monotonic() + TIMEOUT
        line = b''
        while not line.startswith(b'{'):
            line = self._line(end)
            if line is None:
                return self._died(method)
        return json.loads(line.decode('utf-8', 'replace'), strict=False)

    def _line(self, end):
        """Next line, or None where the process has ended, or is made to because the time has come."""
        pieces, output = [self.ahead], self.process.stdout.fileno()
        while b'\n' not in pieces[-1]:
            if not select.select([output], [], [], max(end - time.monotonic(), 0))[0]:
                self.process.kill()
            pieces.append(os.read(output, READ_SIZE))
            if not pieces[-1]:
                return None
        line, _, self.ahead = b''.join(pieces).partition(b'\n')
        return line

    def _died(self, method):
        status = self.process.wait()
        raise RunError('sharkd ended with status %d in %s\n%s' % (status, method, self._stderr()))

    def _stderr(self):
        self.errors.seek(0)
        return self.errors.read().decode('utf-8', 'replace')

    def load(self, pcap):
        """Load a capture: the first pass over all frames."""
        answer = self.call('load', file=readable(pcap))
        if answer.get('status') != 'OK':
            raise RunError('sharkd cannot load %s: %s' % (pcap, answer))

    def count(self):
        """Number of frames."""
        return self.call('status')['frames']

    def frame(self, number):
        """The answer for one frame; its 'tree' is a list of nodes: 'l' label, 'f' filter, 'n' children."""
        return self.call('frame', frame=number, proto=True)

    def close(self, check=True):
        """End the process; raise for a crash or a complaint on stderr."""
        self.process.stdin.close()
        try:
            status = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self.process.stdout.close()
        text = self._stderr()
        self.errors.close()
        if check:
            complain(self.command, status, text)
