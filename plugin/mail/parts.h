/* The parts of a message: names and checksums of attachments, URLs. RFC 2045, RFC 2046, RFC 2183, RFC 2231.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_MAIL_PARTS_H
#define MW_MAIL_PARTS_H

#include <glib.h>

#include "mail/uu.h"
#include "slice.h"

/* Most parts inside each other; the innermost one is then not taken apart. Postfix's mime_nesting_limit is the same.
 * Each line that may be a boundary is compared with that many boundaries. */
#define MAIL_MAX_DEPTH 100
/* Most parts, and files inside of text, that are looked at; the ones behind are skipped. Far above real mail; each
 * costs an item in the tree. */
#define MAIL_MAX_PARTS 10000
/* Most octets of a part, before decoding, whose checksums are computed: ten times what servers accept. */
#define MAIL_MAX_DECODED (256U * 1024 * 1024)
/* Most octets of a text part, before decoding, in which URLs are looked for; they are decoded in memory. In a longer
 * part that is decoded, no files are looked for. */
#define MAIL_MAX_TEXT (16U * 1024 * 1024)
/* Parts with a name can lie inside each other, so that an octet counts for several of them. The octets of all these
 * parts together are at most the message times this, or MAIL_MIN_WORK octets if that is more; the rest has no sums and
 * no octets. */
#define MAIL_MAX_PASSES 4
#define MAIL_MIN_WORK (1024U * 1024)

/* What to look for: bits. Nothing is decoded for what is not asked for. */
enum {
    MAIL_PARTS_NAMES = 1 << 0, /* filename and content_type of attachments */
    MAIL_PARTS_SUMS = 1 << 1,  /* size, md5 and sha256 as well; implies MAIL_PARTS_NAMES */
    MAIL_PARTS_URLS = 1 << 2,
    MAIL_PARTS_OCTETS = 1 << 3, /* the decoded octets as well; implies MAIL_PARTS_NAMES */
};

/* A part with a file name, or a file inside of text. All strings are owned, and all but the octets are UTF-8. */
struct mail_attachment {
    char *filename;
    char *content_type; /* "type/subtype" in lower case; text/plain without one, application/octet-stream of a file
                           inside of text */
    uint64_t size;      /* octets after transfer decoding; unknown (0) when md5 is NULL */
    char *md5, *sha256; /* of those octets, in lower-case hex; NULL when not asked for or above a limit */
    GString *octets;    /* after transfer decoding; NULL when not asked for or above a limit */
};

struct mail_parts {
    GPtrArray *attachments; /* struct mail_attachment, in the order in which the parts begin */
    GPtrArray *urls;        /* char, UTF-8: see mail_urls */
};

/* A part as it was sent, told when its end is known. Everything lives as long as the call. */
struct mail_part {
    mw_bytes message;
    uint32_t start;   /* offset of its header in the message */
    mw_slice content; /* ... of its content, before decoding */
    unsigned depth;   /* parts around it */
    char *type;       /* "type/subtype" in lower case */
    bool multipart;
    bool returned;       /* inside a multipart/report: what a server returns may be cut */
    unsigned encodings;  /* fields Content-Transfer-Encoding */
    unsigned delimiters; /* of a multipart; the close-delimiter is not counted */
    bool closed;         /* ... the close-delimiter was there */
    /* Unfolded fields, the first of each; NULL without the field. */
    GString *content_type, *disposition, *encoding;
};

/* What visits each part, inner ones before the one that they are in. */
typedef void mail_part_visitor(void *closure, const struct mail_part *part);

/* Takes a message apart, which may be incomplete or no MIME message; never NULL, freed by mail_parts_free. Both arrays
 * always exist. what: MAIL_PARTS_ bits.
 *
 * Every part with a file name counts: multiparts, nested messages, the message itself. The size of a part that holds
 * others is that of its octets as sent. The CRLF before a boundary belongs to the boundary (RFC 2046 5.1.1), line ends
 * stay as they are, and a part that is cut ends with the message. The name is that of Content-Disposition (RFC 2183
 * 2.3), else the one of Content-Type; a form with charset (RFC 2231) comes before a plain one. Accepted beyond the
 * RFCs: a first line "From " as in mailbox files, encoded words and 8-bit text in names (see mail_text_decode), names
 * with blanks or backslashes and without quotes, base64 without padding. Unknown transfer encodings are not decoded.
 *
 * A text part without a name is looked through for files as uuencode and yEnc put them there (see mail_file_find); each
 * counts as an attachment. So does the one of a part whose transfer encoding is x-uuencode or x-yenc, under its own
 * name if the part has none.
 *
 * The cost is in proportion to the octets of the message. Starts GMime; for one thread only. */
struct mail_parts *mail_parts_parse(mw_bytes message, unsigned what);

/* The same, and each part that is looked at is told to visit. */
struct mail_parts *mail_parts_visit(mw_bytes message, unsigned what, mail_part_visitor *visit, void *closure);

/* Hands the decoded content of a part to consume, in pieces; all of it when its encoding is none that decodes. */
void mail_part_decode(const struct mail_part *part, mail_octets_consumer *consume, void *closure);

/* The same of octets whose transfer encoding is known by its name (RFC 2045 6.1) from elsewhere. False, and nothing is
 * handed on, when it is none that decodes. */
bool mail_octets_decode(mw_bytes octets, const char *encoding, mail_octets_consumer *consume, void *closure);

/* NULL is allowed. */
void mail_parts_free(struct mail_parts *parts);

#endif
