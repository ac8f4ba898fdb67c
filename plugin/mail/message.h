/* The header of a message: its fields decoded for the record of a mail. RFC 5322 2.1, 2.2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_MAIL_MESSAGE_H
#define MW_MAIL_MESSAGE_H

#include <glib.h>

#include "slice.h"

/* Most octets of a header that are read. Servers refuse headers far below that (Postfix cuts at 100 KiB, Sendmail at
 * 32 KiB); a message without an empty line would otherwise be read whole. */
#define MAIL_MAX_HEADER (1024 * 1024)
/* Most fields of a header that are read, known or not: ten times what the longest real headers hold. */
#define MAIL_MAX_FIELDS 10000
/* Most values that one mail_field keeps; each one becomes an item in the tree. */
#define MAIL_MAX_VALUES 10000

/* What is kept of a header. The first ones in the order of RFC 5322 3.6. */
enum mail_field {
    MAIL_DATE,
    MAIL_FROM,
    MAIL_SENDER,
    MAIL_REPLY_TO,
    MAIL_TO,
    MAIL_CC,
    MAIL_BCC,
    MAIL_MESSAGE_ID, /* with its <> */
    MAIL_IN_REPLY_TO,
    MAIL_REFERENCES,
    MAIL_SUBJECT,
    MAIL_FROM_ADDRESS, /* each addr-spec of the From fields; likewise the next three */
    MAIL_TO_ADDRESS,
    MAIL_CC_ADDRESS,
    MAIL_BCC_ADDRESS,
    MAIL_USER_AGENT,     /* User-Agent and X-Mailer */
    MAIL_ORIGINATING_IP, /* without brackets */
    MAIL_RECEIVED,
    MAIL_LIST_ID,
    MAIL_DKIM_DOMAIN, /* d= of each DKIM-Signature */
    MAIL_AUTHENTICATION_RESULTS,
    MAIL_CONTENT_TYPE, /* of the first Content-Type, "type/subtype" in lower case; none without such a field */
    MAIL_FIELD_COUNT
};

/* A decoded header. Every array exists; it holds UTF-8 strings in wire order, one per header field (or address), and an
 * empty string for an empty field. */
struct mail_header {
    GPtrArray *values[MAIL_FIELD_COUNT];
    uint32_t length; /* octets of the header with the empty line behind it: where the body starts. 0 without a header */
};

struct mail_field_row;
/* Reads the unfolded value of a field into a header. */
typedef void mail_field_reader(struct mail_header *header, const struct mail_field_row *row, mw_bytes value);

/* A header field that is kept. */
struct mail_field_row {
    const char *name;
    mail_field_reader *read;
    enum mail_field field;
    enum mail_field addresses; /* where its addr-specs go; MAIL_FIELD_COUNT: nowhere */
    const char *rfc;           /* RFC and section, or "no RFC" */
};

/* The fields that are kept, sorted by name without regard to case. *count: how many. */
const struct mail_field_row *mail_field_rows(size_t *count);

/* Bits of wanted fields. */
#define MAIL_FIELD(field) (1u << (field))
#define MAIL_ALL_FIELDS (MAIL_FIELD(MAIL_FIELD_COUNT) - 1)

/* Decodes the header of a message, which may be incomplete or hold no header; never NULL, freed by mail_header_free.
 * RFC 5322 2.1, 2.2. Only the header is read, so the cost does not depend on the body; what is not wanted is not
 * decoded, and its array may be empty.
 *
 * The header ends behind the first empty line (CRLF or LF), before the first line that is no field ("name:" and no
 * continuation) unless known fields follow it, at MAIL_MAX_HEADER or with the octets; what is there of a cut field is
 * kept. Accepted beyond the RFC: a first line "From " or ">From " as in mailbox files, blanks before the colon, names
 * of any length, 8-bit values (see mail_text_decode). Starts GMime at the first call; for one thread only. */
struct mail_header *mail_header_parse(mw_bytes message, uint32_t wanted);

/* "type/subtype" in lower case of the unfolded value of a Content-Type, text/plain for one that cannot be understood.
 * content = type "/" subtype *(";" parameter), RFC 2045 5.1; blanks around the slash and anything behind the subtype
 * are accepted. The caller frees it with g_free. */
char *mail_media_type(mw_bytes value);

/* One field of a header, as sent. */
struct mail_raw_field {
    mw_slice name;
    mw_slice value; /* folded, with its line endings */
    uint32_t end;   /* offset of the next line */
};

/* field = field-name ":" unstructured CRLF; field-name = 1*ftext; ftext = %d33-57 / %d59-126. RFC 5322 3.6.8; blanks
 * before the colon: 4.5.8. A field at offset at with its continuation lines (2.2.3), or false. */
bool mail_parse_field(mw_bytes in, uint32_t at, struct mail_raw_field *out);
/* In a header, at a line that is no field: the offset of the next known field before an empty line or a delimiter, else
 * at. Broken software puts the rest of a folded field at the start of a line, and those who evade filters do, too. */
uint32_t mail_skip_broken_lines(mw_bytes in, uint32_t at);
/* Octets of an empty line at offset at, 0 if it is not empty. */
uint32_t mail_empty_line(mw_bytes in, uint32_t at);
/* Octets of the line that mailbox files put before a message. RFC 4155 A. */
uint32_t mail_mailbox_line(mw_bytes in);

/* For what uses GMime without a header: starts it, unless it runs. */
void mail_message_startup(void);
/* Frees what GMime holds; the next message starts it again. */
void mail_message_shutdown(void);

/* NULL is allowed. */
void mail_header_free(struct mail_header *header);

#endif
