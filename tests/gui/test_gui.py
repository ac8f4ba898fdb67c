#!/usr/bin/env python3
"""The real Wireshark opens each classroom capture with the profile Mail, and the windows that mailwire adds.

SPDX-License-Identifier: GPL-2.0-or-later

usage: test_gui.py

Works on a screen of its own (Xvfb), with a home of its own, as an unprivileged user. The environment:

  MW_HOME, MW_PLUGIN_DIR, MW_SHARKD, MW_TSHARK, MW_USER   as in tests/capture/runner.py
  MW_WIRESHARK    the program (default: wireshark of PATH)
  MW_SCREENSHOTS  a folder for the pictures of all windows, made if need be

Of each capture: no window but the main one, nothing on the console, a picture that is not blank and has the colours
that sharkd tells with the same profile, a clean end. Of each window: it comes by keys from the menu, and its picture
has as many lines as sharkd has rows for the same table.

Prints "ok: ..." and "FAILED: ..." lines and at last "N passed, M failed"; takes one to two minutes. Where Xvfb,
xdotool, ImageMagick or Wireshark is missing, it says so and exits 77. screenshots.py makes the pictures of the
documents; test_mail_profile.py, for pytest, tests the profile without a screen.
"""
import glob
import os
import re
import sys

import screen
from screen import ROOT, Screen, ScreenError, Wireshark, runner

LABS = ('lab-', 'wikiversity-', 'cs2910-')
passed, failed = 0, 0


def check(name, good, why=''):
    """Counts and reports one check."""
    global passed, failed
    if good:
        passed += 1
        print('ok: ' + name, flush=True)
    else:
        failed += 1
        print('FAILED: %s%s' % (name, ': ' + str(why) if why else ''), flush=True)


def capture(name):
    return os.path.join(ROOT, 'pcaps', name + '.pcapng')


def labs():
    """Names of the captures of the classroom."""
    names = (os.path.basename(path).rsplit('.', 1)[0] for path in glob.glob(capture('*')))
    return sorted(name for name in names if name.startswith(LABS))


def keep(picture, name):
    """Leaves a picture in the folder that the environment names."""
    if os.environ.get('MW_SCREENSHOTS'):
        picture.save(os.path.join(os.environ['MW_SCREENSHOTS'], name + '.png'))


def with_profile(name):
    """What sharkd says of a capture, with the profile's files as its configuration."""
    os.environ['WIRESHARK_CONFIG_DIR'] = os.path.join(ROOT, 'profiles', screen.PROFILE)
    try:
        return runner.Sharkd(capture(name))
    finally:
        del os.environ['WIRESHARK_CONFIG_DIR']


def tap(sharkd, name):
    return sharkd.call('tap', tap0=name)['taps'][0]


def place(sharkd, kinds, name):
    """Place of an entry in a menu that is sorted by name, and that holds what sharkd lists under these kinds."""
    info = sharkd.call('info')
    names = sorted(entry['name'].split('/')[-1] for kind in kinds for entry in info[kind])
    return names.index(name)


def ways(before, number, after=('Return',), spread=3):
    """Keys for the entry of that number in a menu, then for its neighbours: the menus of versions differ a little."""
    numbers = sorted(range(max(0, number - spread), number + spread + 1), key=lambda n: (abs(n - number), n))
    return [[*before, *['Down'] * n, *after] for n in numbers]


def test_capture(display, name):
    """One capture in the main window."""
    with with_profile(name) as sharkd:
        frames = sharkd.call('frames', limit=12)
    with Wireshark(display, capture(name)) as wireshark:
        picture = display.picture()
        keep(picture, name)
        others = [window.title for window in wireshark.others()]
        colours = picture.colours()
        status = wireshark.quit()
        complaints = wireshark.complaints()
    check(name + ' opens without a warning', not others, others)
    check(name + ': nothing on the console', not complaints, complaints)
    check(name + ': the picture is not blank', not picture.blank())
    # The first packet is selected, and has another colour.
    wanted = {frame['bg'] for frame in frames[1:]}
    seen = {colour for colour in wanted if colours.get(colour, 0) > 2000}
    check(name + ': rows are coloured by the profile', wanted and seen == wanted, wanted - seen)
    check(name + ': rows with commands or codes', any(frame['c'][5] for frame in frames), frames)
    check(name + ': Wireshark ends well', status == 0, status)


def test_window(display, wireshark, name, title, keys, rows=None, more=1, size=(1000, 500)):
    """One window: rows is what its table has to hold, more the lines of text on the left besides header and rows."""
    try:
        window = wireshark.open(title, keys)
    except ScreenError as error:
        check(name + ' opens', False, error)
        return
    wireshark.shape(window, *size)
    wireshark.focus(window)
    picture = display.picture(window)
    keep(picture, re.sub('[^a-z0-9]+', '-', name.lower()).strip('-'))
    check(name + ' opens', True)
    check(name + ': the picture is not blank', not picture.blank())
    if rows is not None:
        lines = picture.lines_of_text(20, size[0] * 2 // 5) - 1 - more
        check('%s: %d rows, as sharkd says' % (name, rows), rows > 0 and lines == rows, '%d lines' % lines)
    try:
        wireshark.close(window)
    except ScreenError as error:
        check(name + ' closes', False, error)


def finish(wireshark, name):
    """What has to hold after all windows of a Wireshark are closed."""
    others = [window.title for window in wireshark.others()]
    check(name + ': no warning', not others, others)
    status = wireshark.quit()
    check(name + ': Wireshark ends well', status == 0, status)
    complaints = wireshark.complaints()
    check(name + ': nothing on the console', not complaints, complaints)


def test_statistics(display):
    """Statistics and Follow, on the lab of Cisco."""
    name = 'lab-3.4.3-figure6'
    with runner.Sharkd(capture(name)) as sharkd:
        log = tap(sharkd, 'nstat:mail,log,table')['tables'][0]['i']
        times = tap(sharkd, 'srt:smtp')['tables'][0]['r']
        followers = [entry['tap'] for entry in sharkd.call('info')['follow']]
        smtp = place(sharkd, ('srt', 'rtd'), 'SMTP')
    check('sharkd has the rows of the mail log', [row[4:8] for row in log] ==
          [['ccna1@example.com', 'ccna2@example.com', 'Lab 3.4.3', 398]], log)
    check('sharkd has the reply times', [row['n'] for row in times] ==
          ['EHLO', 'MAIL', 'RCPT', 'DATA', '(end of data)', 'QUIT'], times)
    with Wireshark(display, capture(name), ['-g', '7']) as wireshark:
        statistics = ['alt+s', 'r', 'Left']  # to Service Response Time, and no further
        test_window(display, wireshark, 'Statistics, Mail Log', 'Mail Log', ways(statistics, 2), len(log))
        test_window(display, wireshark, 'Service Response Time, SMTP', 'SMTP Service Response Time',
                    ways(['alt+s', 'r'], smtp), len(times))
        test_window(display, wireshark, 'Statistics, Mail, Messages', 'Messages', ways(['alt+s', 'Up', 'Right'], 0))
        test_window(display, wireshark, 'I/O Graphs', 'I/O Graph', [['alt+s', 'i']])
        test_window(display, wireshark, 'Flow Graph', r'Flow', ways(statistics, 10))
        test_window(display, wireshark, 'Expert Information', 'Expert', [['alt+a', 'Up', 'Return']])
        test_window(display, wireshark, 'Follow TCP', 'Follow TCP', [['ctrl+alt+shift+t']])
        if 'follow:SMTP' in followers and runner.wireshark_version() not in ('4.0', '4.1'):
            test_window(display, wireshark, 'Follow SMTP', 'Follow SMTP', ways(['alt+a', 'Up', 'Up', 'Right'], 1))
        finish(wireshark, 'Statistics')


def test_export(display):
    """Export Objects, of two attachments."""
    with runner.Sharkd(capture('pop3-getmail')) as sharkd:
        objects = tap(sharkd, 'eo:mail.attachment')['objects']
        messages = tap(sharkd, 'eo:mail')['objects']
        numbers = {kind: place(sharkd, ('eo',), kind) for kind in ('Mail', 'Mail Attachment')}
    check('sharkd has the attachments', [entry['filename'] for entry in objects] == ['2.1-table.bin', '2.2-list.csv'],
          objects)
    with Wireshark(display, capture('pop3-getmail')) as wireshark:
        for kind, rows in (('Mail Attachment', objects), ('Mail', messages)):
            test_window(display, wireshark, 'Export Objects, ' + kind, 'Export · %s object' % kind,
                        ways(['alt+f', 'Up', 'Up', 'Up', 'Right'], numbers[kind]), len(rows))
        finish(wireshark, 'Export Objects')


def test_credentials(display):
    """Tools, Credentials."""
    listed = runner.tshark(['-q', '-z', 'credentials', '-r', runner.readable(capture('smtp-auth-plain'))])
    rows = re.findall(r'^\d+ .*SMTP.*alice', listed, re.MULTILINE)
    with Wireshark(display, capture('smtp-auth-plain')) as wireshark:
        test_window(display, wireshark, 'Tools, Credentials', 'Credentials', ways(['alt+t'], 1, spread=2), len(rows),
                    more=0)
        finish(wireshark, 'Credentials')


def main():
    absent = screen.missing()
    if absent:
        print('skipped: the GUI test needs %s' % absent)
        return 77
    if os.environ.get('MW_SCREENSHOTS'):
        os.makedirs(os.environ['MW_SCREENSHOTS'], exist_ok=True)
    tests = [lambda display, name=name: test_capture(display, name) for name in labs()]
    try:
        with Screen() as display:
            for test in tests + [test_statistics, test_export, test_credentials]:
                try:
                    test(display)
                except (ScreenError, runner.RunError) as error:
                    check('Wireshark works', False, error)
    except ScreenError as error:
        check('a screen', False, error)
    print('%d passed, %d failed' % (passed, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
