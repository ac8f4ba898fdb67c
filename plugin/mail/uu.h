/* Files inside of text: uuencode and yEnc.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_MAIL_UU_H
#define MW_MAIL_UU_H

#include "slice.h"

enum mail_file_form {
    MAIL_FILE_UU,   /* "begin 644 name", lines of up to 63 octets, "end"; POSIX.1-2017, uuencode */
    MAIL_FILE_YENC, /* "=ybegin line= size= name=", perhaps "=ypart ", octets, "=yend"; yEnc draft 1.3 */
};

/* A file in a text; all slices are of the text. */
struct mail_file {
    enum mail_file_form form;
    mw_slice name;
    mw_slice where;  /* from its first line to its last, both with */
    mw_slice data;   /* the lines between */
    uint64_t octets; /* most that it decodes to: lines of uuencode that lack blanks stand for more than they are */
};

/* What decoded octets go to. */
typedef void mail_octets_consumer(void *closure, mw_bytes octets);

/* The first file that begins on a line at offset at or behind it, which must be the start of a line; false when there
 * is none. A file without last line ends with the text or, if it is uuencoded, in front of the first line that cannot
 * be one of it; then its first line must be one of full length, so that prose is not taken for a file. Lines may lack
 * blanks at their ends and have one octet more, a checksum. Of a file in several messages, the part that is here is
 * found: yEnc's by its own first line, uuencode's only in the first message. Linear time. */
bool mail_file_find(mw_bytes text, uint32_t at, struct mail_file *out);

/* Hands the octets of a file to consume, in pieces; at most file->octets. */
void mail_file_decode(mw_bytes text, const struct mail_file *file, mail_octets_consumer *consume, void *closure);

#endif
