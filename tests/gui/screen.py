"""Wireshark on an X server that shows its picture to nobody: windows by title, keys, pictures.

SPDX-License-Identifier: GPL-2.0-or-later

Programs: Xvfb, xdotool, import and convert (ImageMagick), and Wireshark, which MW_WIRESHARK may name. The plugin comes
from where tests/capture/runner.py says. Nothing waits for a fixed time: what is waited for is asked for again and
again, up to a limit. Only programs that were started here are ended.
"""
import contextlib
import os
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, namedtuple

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'capture'))

import runner  # noqa: E402  (needs the path above)

PROFILE = 'Mail'
WIDTH, HEIGHT = 1280, 800  # of the main window; the screen is taller, so that long menus fit
LIST_HEIGHT, TREE_WIDTH = 260, 670
START, ANSWER, END = 60, 8, 20  # seconds for a program to start, for a window to come, for a program to end
PROGRAMS = ('Xvfb', 'xdotool', 'import', 'convert')

# What may stand on the console: not of the plugin, and not of a fault.
HARMLESS = (
    'nl80211 not found.',  # there is no wireless interface
)

Window = namedtuple('Window', 'id title width height')


class ScreenError(Exception):
    """A window did not come, or a program did not start or end."""


def wireshark_path():
    return os.environ.get('MW_WIRESHARK') or 'wireshark'


def missing():
    """The first program that is not there, or None."""
    for name in PROGRAMS + (wireshark_path(),):
        if shutil.which(name) is None:
            return name
    return None


def wait_for(what, ask, seconds):
    """The first true answer of ask(); ScreenError after that many seconds."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise ScreenError('%s: not after %d s' % (what, seconds))
        time.sleep(0.1)


class Picture:
    """Pixels of a window: red, green and blue of each, an octet each, row after row."""

    def __init__(self, ppm):
        head = re.match(rb'P6\s+(\d+)\s+(\d+)\s+(255|65535)\s', ppm)
        if not head:
            raise ScreenError('no picture')
        self.width, self.height = int(head[1]), int(head[2])
        self.pixels = ppm[head.end()::1 if head[3] == b'255' else 2]
        self.ppm = ppm

    def colours(self):
        """Colour as 'rrggbb' -> number of pixels."""
        counts = Counter(self.pixels[at:at + 3] for at in range(0, len(self.pixels), 3))
        return {colour.hex(): count for colour, count in counts.items()}

    def blank(self):
        """Whether it shows nothing to read: few colours, or almost all of it one colour."""
        colours = self.colours()
        return len(colours) < 8 or max(colours.values()) > 0.995 * self.width * self.height

    def lines_of_text(self, left, right):
        """Number of lines of dark text between two columns of pixels; frames of widgets do not count."""
        found, tall = 0, 0
        for y in range(self.height):
            row = self.pixels[(y * self.width + left) * 3:(y * self.width + right) * 3:3]
            dark = sum(value < 110 for value in row)
            if 0 < dark < 0.7 * len(row):
                tall += 1
            else:
                found += tall >= 5
                tall = 0
        return found

    def save(self, path):
        """As PNG of few colours, which is small and still easy to read."""
        subprocess.run(['convert', 'ppm:-', '+dither', '-colors', '96', '-strip', '-define', 'png:compression-level=9',
                        'PNG8:' + path], input=self.ppm, check=True, timeout=60)


class Screen:
    """One X server, and a home with the profile in it. Use as a context manager."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='mailwire-gui-')
        os.chmod(self.folder, 0o755)
        self.server = None
        try:
            self._make_home()
            self._start()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _make_home(self):
        """A home of its own, with the plugin of MW_HOME, if that is set, and with the profile."""
        home = os.path.join(self.folder, 'home')
        profile = os.path.join(home, '.config', 'wireshark', 'profiles', PROFILE)
        runtime = os.path.join(self.folder, 'run')
        os.makedirs(os.path.dirname(profile))
        shutil.copytree(os.path.join(ROOT, 'profiles', PROFILE), profile)
        with open(os.path.join(profile, 'recent'), 'a', encoding='ascii') as file:
            file.write('gui.geometry_main_upper_pane: %d\n' % LIST_HEIGHT)
            file.write('gui.geometry_main_lower_pane: %d\n' % TREE_WIDTH)
        with open(os.path.join(home, '.config', 'wireshark', 'recent_common'), 'w', encoding='ascii') as file:
            file.write('gui.geometry_main_x: 0\ngui.geometry_main_y: 0\ngui.geometry_main_maximized: FALSE\n')
            file.write('gui.geometry_main_width: %d\ngui.geometry_main_height: %d\n' % (WIDTH, HEIGHT))
        os.mkdir(runtime, 0o700)
        plugin_home = runner.environment()['HOME']
        if os.path.isdir(os.path.join(plugin_home, '.local')):
            os.symlink(os.path.join(plugin_home, '.local'), os.path.join(home, '.local'))
        self._give([home, runtime])
        self.home, self.runtime = home, runtime

    @staticmethod
    def _give(folders):
        """Makes the unprivileged user the owner of all files there."""
        drop = runner.drop_options()
        if not drop:
            return
        for folder in folders:
            for path, names, files in os.walk(folder):
                for name in [''] + names + files:
                    os.chown(os.path.join(path, name), drop['user'], drop['group'], follow_symlinks=False)

    def _start(self):
        reader, writer = os.pipe()
        size = '%dx%dx24' % (WIDTH, HEIGHT + 200)
        self.server = subprocess.Popen(['Xvfb', '-displayfd', str(writer), '-screen', '0', size, '-nolisten', 'tcp',
                                        '-noreset'], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL, pass_fds=(writer,), start_new_session=True)
        os.close(writer)
        with os.fdopen(reader) as display:
            if not select.select([display], [], [], START)[0]:
                raise ScreenError('Xvfb names no display')
            number = display.readline().strip()
        if not number:
            raise ScreenError('Xvfb does not start')
        self.display = ':' + number

    def environment(self):
        """Of Wireshark: no desktop, no session bus, Qt's own style."""
        env = runner.environment()
        env.update(HOME=self.home, XDG_RUNTIME_DIR=self.runtime, DISPLAY=self.display, LC_ALL='C.UTF-8',
                   QT_QPA_PLATFORM='xcb', QT_STYLE_OVERRIDE='Fusion', QT_QPA_PLATFORMTHEME='',
                   DBUS_SESSION_BUS_ADDRESS='disabled:', NO_AT_BRIDGE='1')
        for name in ('WIRESHARK_CONFIG_DIR', 'XDG_CONFIG_HOME', 'WAYLAND_DISPLAY', 'XDG_SESSION_TYPE'):
            env.pop(name, None)
        return env

    def run(self, *command):
        """Standard output of a client of the server; ScreenError where it fails."""
        env = dict(os.environ, DISPLAY=self.display)
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  env=env, timeout=30, check=False)
        except subprocess.TimeoutExpired:
            raise ScreenError('%s hangs' % command[0]) from None
        if done.returncode:
            raise ScreenError('%s fails' % ' '.join(command))
        return done.stdout

    def windows(self):
        """Every window that a user would see, open menus too."""
        found = []
        with contextlib.suppress(ScreenError):
            for window in self.run('xdotool', 'search', '--maxdepth', '1', '--onlyvisible', '--name', '').split():
                with contextlib.suppress(ScreenError):  # it went away meanwhile
                    found.append(self._window(window.decode()))
        return [window for window in found if window]

    def _window(self, window):
        self.run('xdotool', 'getwindowpid', window)  # the root window has none
        title = self.run('xdotool', 'getwindowname', window).decode('utf-8', 'replace').rstrip('\n')
        shape = dict(line.split('=') for line in
                     self.run('xdotool', 'getwindowgeometry', '--shell', window).decode().split())
        return Window(window, title, int(shape['WIDTH']), int(shape['HEIGHT']))

    def picture(self, window=None):
        """Picture of a window, or of the place of the main window, once it has stopped changing."""
        command = ['import', '-silent', '-window', window or 'root']
        if window is None:
            command += ['-crop', '%dx%d+0+0' % (WIDTH, HEIGHT), '+repage']
        seen = [b'', self.run(*command, 'ppm:-')]
        end = time.monotonic() + ANSWER
        while seen[-1] != seen[-2] and time.monotonic() < end:
            time.sleep(0.2)
            seen.append(self.run(*command, 'ppm:-'))
        return Picture(seen[-1])

    def close(self):
        if self.server:
            self.server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.server.wait(END)
            if self.server.poll() is None:
                self.server.kill()
                self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Wireshark:
    """One Wireshark with a capture opened in the profile. Use as a context manager."""

    def __init__(self, screen, capture, options=()):
        self.screen = screen
        path = runner.readable(capture)
        self.name = os.path.basename(path)
        self.console = tempfile.TemporaryFile()
        self.process = subprocess.Popen([wireshark_path(), '-C', PROFILE, '-r', path] + list(options),
                                        stdin=subprocess.DEVNULL, stdout=self.console, stderr=self.console, cwd='/',
                                        env=screen.environment(), start_new_session=True, **runner.drop_options())
        try:
            self.main = wait_for('main window of ' + self.name, self._main, START).id
            self.park()
        except BaseException:
            self.end()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()

    def _main(self):
        """The title is the file's name as soon as the file has been read."""
        if self.process.poll() is not None:
            raise ScreenError('Wireshark ended with status %s: %s' % (self.process.returncode, self.said()))
        return next((window for window in self.screen.windows() if window.title.startswith(self.name)), None)

    def others(self):
        """Windows besides the main one: what was opened, and warnings."""
        return [window for window in self.screen.windows() if window.id != self.main]

    def focus(self, window=None):
        self.screen.run('xdotool', 'windowraise', window or self.main, 'windowfocus', window or self.main)

    def keys(self, *names):
        self.screen.run('xdotool', 'key', '--delay', '40', *names)

    def click(self, x, y):
        self.screen.run('xdotool', 'mousemove', str(x), str(y), 'click', '1')

    def park(self):
        """Moves the pointer to where no hint comes up."""
        self.screen.run('xdotool', 'mousemove', str(WIDTH - 1), str(HEIGHT + 199))

    def open(self, title, ways):
        """Opens a window by keys; each way is a list of them, the first whose window has the title counts."""
        for keys in ways:
            before = {window.id for window in self.others()}
            self.focus()
            self.keys(*keys)
            with contextlib.suppress(ScreenError):
                new = wait_for(title, lambda: self._opened(before), ANSWER)  # noqa: B023
                if re.search(title, new.title):
                    return new.id
                self.close(new.id)
            self.focus()
            self.keys('Escape', 'Escape', 'Escape')
        raise ScreenError('no window %r' % title)

    def _opened(self, before):
        """A window that is new; menus have the title of the program."""
        return next((w for w in self.others() if w.id not in before and w.title not in ('', 'Wireshark')), None)

    def shape(self, window, width, height):
        """Gives a window a size, in the upper left corner."""
        self.screen.run('xdotool', 'windowmove', window, '0', '0', 'windowsize', window, str(width), str(height))
        wait_for('new size', lambda: any((w.id, w.width, w.height) == (window, width, height) for w in self.others()),
                 ANSWER)

    def close(self, window):
        """Closes a window that was opened, as a user does."""
        self.focus(window)
        self.keys('Escape')
        wait_for('closing of a window', lambda: all(w.id != window for w in self.others()), ANSWER)

    def said(self):
        """What it wrote to the console."""
        self.console.seek(0)
        return self.console.read().decode('utf-8', 'replace')

    def complaints(self):
        """Lines on the console that are not known to be harmless."""
        return [line for line in self.said().split('\n') if line.strip() and line.strip() not in HARMLESS]

    def quit(self):
        """Ends Wireshark as a user does; its exit status."""
        self.focus()
        self.keys('ctrl+q')
        try:
            return self.process.wait(END)
        except subprocess.TimeoutExpired:
            raise ScreenError('Wireshark does not quit') from None

    def end(self):
        """Ends it whatever it does."""
        if self.process.poll() is None:
            self.process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.console.close()
