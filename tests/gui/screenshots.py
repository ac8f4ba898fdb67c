#!/usr/bin/env python3
"""Makes the pictures of the README (docs/) and of the worksheets (pcaps/labs/img/) again.

SPDX-License-Identifier: GPL-2.0-or-later

usage: screenshots.py [NAME...]

NAME is a picture without its folder and ending: mail-log, reply-times, export-objects, or a capture of the classroom.
Without names, all are made. Programs and environment are those of test_gui.py, and mergecap.
"""
import os
import subprocess
import sys

import screen
from screen import HEIGHT, ROOT, Screen, Wireshark, runner
from test_gui import capture, labs, place, ways

DOCS, IMAGES = os.path.join(ROOT, 'docs'), os.path.join(ROOT, 'pcaps', 'labs', 'img')
LARGEST = 150000  # octets of a picture
TREE = (300, HEIGHT - 60)  # where the tree is empty as long as it is closed

SMTP, REPLY, COMMAND = 'Simple Mail Transfer Protocol', 'Response', 'Command Line'
# Capture -> display filter, filter whose first packet is selected, and what is opened in its tree: parts of labels, of
# which the last is selected. A second path is opened first, and stays open.
MOMENTS = {
    'cs2910-starttls': ('smtp || tls', 'smtp.response.code == 220 && smtp.response_to && !tls',
                        [(SMTP, REPLY, 'Response code')]),
    'cs2910-starttls-nokeys': ('smtp', 'smtp.response.code == 220 && smtp.response_to',
                               [(SMTP, REPLY, 'Response code')]),
    'lab-06-smtp-pop3': ('dns.qry.name == "mail.com" || smtp || pop', 'mail.protocol == "POP3"',
                         [('Mail Transaction', 'Subject')]),
    'lab-3.4.3-figure6': ('', 'smtp.banner', [(SMTP, REPLY, 'Server version')]),
    'lab-3.4.3-imap': ('imap', 'imap.request.password', [('Internet Message Access', 'Line', 'Request Password')]),
    'lab-3.4.3-pop3': ('pop', 'pop.password', [('Post Office', 'PASS', 'Password')]),
    'lab-3.4.3-telnet': ('smtp.req.verb', 'smtp.req.verb == "MAIL"', [(SMTP, COMMAND, 'Reverse-path')]),
    'wikiversity-helo': ('smtp', 'smtp.req.verb == "HELO"', [(SMTP, COMMAND, 'Verb'), ('Reassembled TCP',)]),
}
LOGGED = ('lab-3.4.3-figure6', 'smtp-data-refused', 'smtp-end-of-data-refused', 'smtp-two-messages', 'pop3-poplib',
          'imap-imaplib')
TIMED = ('smtp-plain', 'smtp-two-messages', 'smtp-auth-plain', 'smtp-data-refused', 'smtp-end-of-data-refused')


def find(nodes, part):
    """Place of the first node whose label has that part."""
    return next(place for place, node in enumerate(nodes) if part in node['l'])


def open_path(wireshark, nodes, path):
    """Opens what leads to the last part of a path, and selects that, by keys, from the first line of the tree on."""
    keys = ['Home']
    for depth, part in enumerate(path):
        at = find(nodes, part)
        keys += ['Down'] * (at + (depth > 0))
        if depth < len(path) - 1 or len(path) == 1:
            keys.append('Right')
        nodes = nodes[at].get('n', [])
    wireshark.keys(*keys)


def moment(display, name):
    """The main window with the packet selected that a worksheet speaks of."""
    show, key, paths = MOMENTS[name]
    number = runner.frames(capture(name), key)[0]
    with runner.Sharkd(capture(name)) as sharkd:
        nodes = sharkd.frame(number)['tree']
    with Wireshark(display, capture(name), ['-g', str(number)] + (['-Y', show] if show else [])) as wireshark:
        display.picture()  # it is drawn
        wireshark.focus()
        wireshark.click(*TREE)
        wireshark.park()
        for path in sorted(paths, key=lambda path: -find(nodes, path[0])):
            open_path(wireshark, nodes, path)
        return display.picture()


def window(display, path, title, keys, size):
    """A window of statistics or the like."""
    with Wireshark(display, path) as wireshark:
        opened = wireshark.open(title, keys)
        wireshark.shape(opened, *size)
        wireshark.focus(opened)
        return display.picture(opened)


def merged(display, names):
    """One capture of several, one after the other."""
    path = os.path.join(display.folder, 'mail.pcapng')
    subprocess.run(['mergecap', '-a', '-w', path] + [capture(name) for name in names], check=True, timeout=60)
    os.chmod(path, 0o644)
    return path


def mail_log(display):
    return window(display, merged(display, LOGGED), 'Mail Log', ways(['alt+s', 'r', 'Left'], 2), (1270, 330))


def reply_times(display):
    with runner.Sharkd() as sharkd:
        number = place(sharkd, ('srt', 'rtd'), 'SMTP')
    return window(display, merged(display, TIMED), 'SMTP Service Response Time', ways(['alt+s', 'r'], number),
                  (620, 330))


def export_objects(display):
    with runner.Sharkd() as sharkd:
        number = place(sharkd, ('eo',), 'Mail Attachment')
    return window(display, capture('pop3-getmail'), 'Export · Mail Attachment',
                  ways(['alt+f', 'Up', 'Up', 'Up', 'Right'], number), (720, 260))


WINDOWS = {'mail-log': mail_log, 'reply-times': reply_times, 'export-objects': export_objects}


def main(names):
    absent = screen.missing()
    if absent:
        sys.exit('screenshots.py needs %s' % absent)
    known = list(WINDOWS) + [name for name in labs() if name in MOMENTS]
    unknown = set(names) - set(known)
    if unknown:
        sys.exit('screenshots.py: unknown picture: %s' % ', '.join(sorted(unknown)))
    os.makedirs(IMAGES, exist_ok=True)
    with Screen() as display:
        for name in names or known:
            if name in WINDOWS:
                path, picture = os.path.join(DOCS, name + '.png'), WINDOWS[name](display)
            else:
                path, picture = os.path.join(IMAGES, name + '.png'), moment(display, name)
            picture.save(path)
            size = os.path.getsize(path)
            print('%s: %d octets' % (os.path.relpath(path, ROOT), size), flush=True)
            if picture.blank() or size > LARGEST:
                sys.exit('screenshots.py: %s is blank or too large' % path)


if __name__ == '__main__':
    main(sys.argv[1:])
