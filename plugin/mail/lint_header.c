/* What is wrong with the header of a message. RFC 5322 2.2, 3.6.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <gmime/gmime.h>

#include "mail/addresses.h"
#include "mail/header_text.h"
#include "mail/lint_rules.h"
#include "mail/message.h"

/* Most mailboxes of From or Reply-To that are looked at. */
#define MAX_MAILBOXES 1000
/* Longest Date in octets that is read; a correct one has less than 50. */
#define MAX_DATE 200

/* Fields that are looked at. */
enum header_field {
    BCC,
    CC,
    COMMENTS,
    CONTENT_DESCRIPTION,
    CONTENT_DISPOSITION,
    CONTENT_TRANSFER_ENCODING,
    CONTENT_TYPE,
    DATE,
    DKIM_SIGNATURE,
    FROM,
    IN_REPLY_TO,
    KEYWORDS,
    MESSAGE_ID,
    MIME_VERSION,
    RECEIVED,
    REFERENCES,
    REPLY_TO,
    SENDER,
    SUBJECT,
    TO,
    HEADER_FIELDS
};

/* What is known of the header. */
struct header {
    const struct lint *lint;
    unsigned counts[HEADER_FIELDS];
    bool list;                  /* a List-* field is present */
    GPtrArray *from, *reply_to; /* addresses of the first such field */
    uint32_t from_at, reply_to_at;
};

typedef void field_check(struct header *header, const struct lint_field *field);

struct field_row {
    const char *name;
    unsigned once;      /* what a second one is: enum field_once */
    unsigned text;      /* LINT_ bits */
    field_check *check; /* NULL: nothing more */
};

enum field_once { MANY, ONCE, ONCE_SHOWN };

static const char *domain_of(const char *address)
{
    const char *at = strrchr(address, '@');
    return at ? at + 1 : "";
}

/* ---- fields ---- */

static GPtrArray *read_mailboxes(const struct lint_field *field)
{
    GPtrArray *addresses = g_ptr_array_new_with_free_func(g_free);
    mail_parse_addresses(field->text, addresses, MAX_MAILBOXES);
    return addresses;
}

static void check_domains(const struct header *header, const GPtrArray *addresses, uint32_t at)
{
    for (guint i = 0; i < addresses->len; i++)
        if (lint_is_homograph(domain_of(g_ptr_array_index(addresses, i))))
            lint_add(header->lint, MW_ISSUE_MAIL_HOMOGRAPH, at);
}

static void check_from(struct header *header, const struct lint_field *field)
{
    lint_display_names(header->lint, field);
    GPtrArray *addresses = read_mailboxes(field);
    check_domains(header, addresses, field->at);
    if (header->from) {
        g_ptr_array_unref(addresses);
        return;
    }
    header->from = addresses;
    header->from_at = field->at;
}

static void check_reply_to(struct header *header, const struct lint_field *field)
{
    GPtrArray *addresses = read_mailboxes(field);
    check_domains(header, addresses, field->at);
    if (header->reply_to) {
        g_ptr_array_unref(addresses);
        return;
    }
    header->reply_to = addresses;
    header->reply_to_at = field->at;
}

/* date-time. RFC 5322 3.3. What cannot be read is not judged. */
static void check_date(struct header *header, const struct lint_field *field)
{
    const struct mail_lint_context *context = header->lint->context;
    if (!context->sent || context->time == 0 || field->text.len > MAX_DATE)
        return;
    char *text = mw_strdup(field->text);
    GDateTime *date = g_mime_utils_header_decode_date(text);
    g_free(text);
    if (!date)
        return;
    int64_t ahead = g_date_time_to_unix(date) - context->time;
    if (ahead > MAIL_MAX_DATE_AHEAD || ahead < -MAIL_MAX_DATE_BEHIND)
        lint_add(header->lint, MW_ISSUE_MAIL_DATE_FAR, field->at);
    g_date_time_unref(date);
}

/* h= of a DKIM-Signature: hdr-name *( ":" hdr-name ). RFC 6376 3.5. */
static bool signs_from(mw_bytes names)
{
    for (uint32_t at = 0; at < names.len;) {
        uint32_t end = mw_find(names, at, ':');
        if (mw_equal_nocase(mw_sub(names, mw_slice_trim(names, mw_slice_of(at, end - at))), "from"))
            return true;
        at = end + 1;
    }
    return false;
}

/* tag-list = tag-spec *( ";" tag-spec ) [ ";" ]. RFC 6376 3.2. */
static void check_dkim(struct header *header, const struct lint_field *field)
{
    mw_bytes in = field->text;
    bool length = false, from = false;

    for (uint32_t at = 0; at < in.len;) {
        uint32_t end = mw_find(in, at, ';'), equals = mw_find(mw_bytes_of(in.data, end), at, '=');
        mw_bytes name = mw_sub(in, mw_slice_trim(in, mw_slice_of(at, equals - at)));
        length |= equals < end && mw_equal_nocase(name, "l");
        if (equals < end && mw_equal_nocase(name, "h"))
            from = signs_from(mw_sub(in, mw_slice_of(equals + 1, end - equals - 1)));
        at = end + 1;
    }
    if (length)
        lint_add(header->lint, MW_ISSUE_MAIL_DKIM_LENGTH, field->at);
    if (!from)
        lint_add(header->lint, MW_ISSUE_MAIL_DKIM_FROM_UNSIGNED, field->at);
}

/* msg-id = [CFWS] "<" id-left "@" id-right ">" [CFWS]. RFC 5322 3.6.4. Any visible octets make up both sides. */
static bool is_message_id(mw_bytes in)
{
    uint32_t start = mw_find(in, 0, '<'), end = mw_find(in, start, '>'), at = mw_find(in, start, '@');
    bool comment_before = in.len && in.data[0] == '(';
    if ((start && !comment_before) || end == in.len || at <= start + 1 || at + 1 >= end)
        return false;
    for (uint32_t i = start + 1; i < end; i++)
        if (in.data[i] <= ' ' || in.data[i] == 0x7F || in.data[i] == '<' || (in.data[i] == '@' && i != at))
            return false;
    mw_slice behind = mw_slice_trim(in, mw_slice_of(end + 1, in.len - end - 1));
    return behind.len == 0 || in.data[behind.offset] == '(';
}

static void check_message_id(struct header *header, const struct lint_field *field)
{
    if (!is_message_id(field->text))
        lint_add(header->lint, MW_ISSUE_MAIL_MESSAGE_ID, field->at);
}

/* By enum header_field, which is the order of their names. */
static const struct field_row rows[HEADER_FIELDS] = {
    [BCC] = { "BCC", ONCE, LINT_WORDS | LINT_ADDRESSES, NULL },
    [CC] = { "CC", ONCE, LINT_WORDS | LINT_ADDRESSES, NULL },
    [COMMENTS] = { "COMMENTS", MANY, LINT_WORDS, NULL },
    [CONTENT_DESCRIPTION] = { "CONTENT-DESCRIPTION", MANY, LINT_WORDS, NULL },
    [CONTENT_DISPOSITION] = { "CONTENT-DISPOSITION", ONCE_SHOWN, 0, NULL },
    [CONTENT_TRANSFER_ENCODING] = { "CONTENT-TRANSFER-ENCODING", ONCE_SHOWN, 0, NULL },
    [CONTENT_TYPE] = { "CONTENT-TYPE", ONCE_SHOWN, 0, NULL },
    [DATE] = { "DATE", ONCE, 0, check_date },
    [DKIM_SIGNATURE] = { "DKIM-SIGNATURE", MANY, 0, check_dkim },
    [FROM] = { "FROM", ONCE_SHOWN, LINT_WORDS | LINT_ADDRESSES | LINT_BIDI, check_from },
    [IN_REPLY_TO] = { "IN-REPLY-TO", ONCE, 0, NULL },
    [KEYWORDS] = { "KEYWORDS", MANY, LINT_WORDS, NULL },
    [MESSAGE_ID] = { "MESSAGE-ID", ONCE, 0, check_message_id },
    [MIME_VERSION] = { "MIME-VERSION", ONCE, 0, NULL },
    [RECEIVED] = { "RECEIVED", MANY, 0, NULL },
    [REFERENCES] = { "REFERENCES", ONCE, 0, NULL },
    [REPLY_TO] = { "REPLY-TO", ONCE, LINT_WORDS | LINT_ADDRESSES, check_reply_to },
    [SENDER] = { "SENDER", ONCE_SHOWN, LINT_WORDS | LINT_ADDRESSES, NULL },
    [SUBJECT] = { "SUBJECT", ONCE_SHOWN, LINT_WORDS | LINT_BIDI, NULL },
    [TO] = { "TO", ONCE, LINT_WORDS | LINT_ADDRESSES | LINT_BIDI, NULL },
};

static void check_row(struct header *header, const struct field_row *row, const struct lint_field *field)
{
    bool again = header->counts[row - rows]++ > 0;
    if (again && row->once != MANY)
        lint_add(header->lint, row->once == ONCE_SHOWN ? MW_ISSUE_MAIL_DUPLICATE_FIELD : MW_ISSUE_MAIL_DUPLICATE_OTHER,
                 field->at);
    if (row->text)
        lint_text(header->lint, field, row->text);
    if (row->check)
        row->check(header, field);
}

static void check_field(struct header *header, const struct mail_raw_field *raw)
{
    mw_bytes in = header->lint->in, name = mw_sub(in, raw->name);
    const struct field_row *row = mw_find_row(name, rows, HEADER_FIELDS, sizeof rows[0]);
    bool extension = mw_starts_nocase(name, "x-");

    if (in.data[mw_slice_end(raw->name)] != ':')
        lint_add(header->lint, MW_ISSUE_MAIL_HEADER_SYNTAX, raw->name.offset);
    header->list |= mw_starts_nocase(name, "list-");
    if (!row && !extension)
        return;
    GString *value = mail_text_unfold(mw_sub(in, raw->value));
    struct lint_field field = { raw->name.offset, mw_bytes_of(value->str, (uint32_t)value->len) };
    if (row)
        check_row(header, row, &field);
    else
        lint_text(header->lint, &field, LINT_WORDS);
    g_string_free(value, TRUE);
}

/* ---- lines ---- */

static bool all_blank(mw_bytes line)
{
    for (uint32_t i = 0; i < line.len; i++)
        if (!mw_is(line.data[i], MW_BLANK))
            return false;
    return true;
}

/* The lines of the header, which ends at offset end. */
static void check_lines(const struct lint *lint, uint32_t start, uint32_t end)
{
    struct mw_line line;
    for (uint32_t at = start; at < end; at += line.used) {
        mw_bytes rest = mw_sub(lint->in, mw_slice_of(at, end - at));
        if (mw_parse_line(rest, &line) == MW_PARTIAL)
            line.used = rest.len;
        mw_bytes text = mw_sub(rest, line.text);
        if (text.len > MAIL_MAX_HEADER_LINE)
            lint_add(lint, MW_ISSUE_MAIL_HEADER_LINE_TOO_LONG, at);
        if (text.len && all_blank(text))
            lint_add(lint, MW_ISSUE_MAIL_BLANK_FOLD, at);
        for (uint32_t i = 0; i < text.len && !lint->context->smtputf8; i++)
            if (text.data[i] >= 0x80)
                lint_add(lint, MW_ISSUE_MAIL_HEADER_8BIT, at + i);
    }
}

/* Offset behind the lines that begin with a blank. */
static uint32_t skip_continuations(mw_bytes in, uint32_t at)
{
    while (at < in.len && mw_is(in.data[at], MW_BLANK))
        at = MIN(mw_find(in, at, '\n'), in.len - 1) + 1;
    return at;
}

/* Where the first field begins: behind the line of a mailbox file, and behind lines that continue nothing. */
static uint32_t find_first(const struct lint *lint, mw_bytes in)
{
    struct mail_raw_field field;
    uint32_t at = mail_mailbox_line(in), behind = skip_continuations(in, at);

    if (behind != at && mail_parse_field(in, behind, &field)) {
        lint_add(lint, MW_ISSUE_MAIL_NO_HEADER, 0);
        lint_add(lint, MW_ISSUE_MAIL_HEADER_SYNTAX, at);
        return behind;
    }
    if (at < in.len && !mail_empty_line(in, at) && (at || !mail_parse_field(in, at, &field)))
        lint_add(lint, MW_ISSUE_MAIL_NO_HEADER, 0);
    return at;
}

static void read_fields(struct header *header)
{
    const struct lint *lint = header->lint;
    mw_bytes in = { lint->in.data, MIN(lint->in.len, MAIL_MAX_HEADER) };
    struct mail_raw_field field;
    unsigned count = 0;

    if (in.len == 0)
        return;
    uint32_t start = find_first(lint, in), at = start;
    for (; count < MAIL_MAX_FIELDS && mail_parse_field(in, at, &field); count++) {
        check_field(header, &field);
        at = field.end;
    }
    if (count && count < MAIL_MAX_FIELDS && at < in.len && !mail_empty_line(in, at))
        lint_add(lint, MW_ISSUE_MAIL_HEADER_SYNTAX, at);
    check_lines(lint, start, at);
}

/* ---- the whole of it ---- */

/* Whether one domain is the other, or above it. */
static bool is_above(const char *above, const char *below)
{
    size_t long_one = strlen(below), short_one = strlen(above);
    if (short_one == 0 || short_one > long_one || g_ascii_strcasecmp(below + long_one - short_one, above) != 0)
        return false;
    return short_one == long_one || below[long_one - short_one - 1] == '.';
}

/* A domain in the form in which it is compared. The caller frees it. */
static char *comparable(const char *domain)
{
    char *text = lint_domain_text(domain);
    char *lower = g_utf8_validate(text, -1, NULL) ? g_utf8_strdown(text, -1) : g_ascii_strdown(text, -1);
    size_t length = strlen(lower);
    if (length && lower[length - 1] == '.')
        lower[length - 1] = '\0';
    g_free(text);
    return lower;
}

static bool are_related(const char *a, const char *b)
{
    char *left = comparable(a), *right = comparable(b);
    bool related = is_above(left, right) || is_above(right, left);
    g_free(left);
    g_free(right);
    return related;
}

static bool are_equal(const char *a, const char *b)
{
    char *left = comparable(a), *right = comparable(b);
    bool equal = strcmp(left, right) == 0;
    g_free(left);
    g_free(right);
    return equal;
}

/* RFC 7489 3.1, relaxed. Of several mailboxes one is enough; what has no domain is not judged. */
static void check_reverse_path(const struct header *header)
{
    const struct mail_lint_context *context = header->lint->context;
    const char *sender = context->sent && context->reverse_path ? domain_of(context->reverse_path) : "";
    bool related = !*sender || header->from->len == 0;

    for (guint i = 0; i < header->from->len && !related; i++) {
        const char *domain = domain_of(g_ptr_array_index(header->from, i));
        related = !*domain || are_related(domain, sender);
    }
    if (!related)
        lint_add(header->lint, MW_ISSUE_MAIL_FROM_MISMATCH, header->from_at);
}

static void check_replies(const struct header *header)
{
    bool equal = true;
    if (header->list || !header->reply_to || header->from->len == 0)
        return;
    const char *from = domain_of(g_ptr_array_index(header->from, 0));
    for (guint i = 0; i < header->reply_to->len && equal; i++)
        equal = are_equal(domain_of(g_ptr_array_index(header->reply_to, i)), from);
    if (!equal)
        lint_add(header->lint, MW_ISSUE_MAIL_REPLY_TO_MISMATCH, header->reply_to_at);
}

static void check_counts(const struct header *header)
{
    const struct lint *lint = header->lint;
    const unsigned *counts = header->counts;

    if (!counts[DATE] || !counts[FROM])
        lint_add(lint, MW_ISSUE_MAIL_MISSING_FIELD, 0);
    if (!counts[MESSAGE_ID])
        lint_add(lint, MW_ISSUE_MAIL_MESSAGE_ID, 0);
    if (counts[CONTENT_TYPE] && !counts[MIME_VERSION])
        lint_add(lint, MW_ISSUE_MAIL_MIME_NO_VERSION, 0);
    if (counts[RECEIVED] >= MAIL_LOOP_RECEIVED)
        lint_add(lint, MW_ISSUE_MAIL_RECEIVED_LOOP, 0);
    else if (counts[RECEIVED] >= MAIL_MANY_RECEIVED)
        lint_add(lint, MW_ISSUE_MAIL_RECEIVED_MANY, 0);
    if (mail_lint_get(lint->out, MW_ISSUE_MAIL_DUPLICATE_FIELD)->count)
        lint->out->found[MW_ISSUE_MAIL_DUPLICATE_OTHER - MAIL_LINT_FIRST].count = 0;
}

void lint_header(const struct lint *lint)
{
    struct header header = { .lint = lint };

    read_fields(&header);
    check_counts(&header);
    if (header.from) {
        if (header.from->len > 1 && !header.counts[SENDER])
            lint_add(lint, MW_ISSUE_MAIL_MULTIPLE_FROM, header.from_at);
        check_reverse_path(&header);
        check_replies(&header);
        g_ptr_array_unref(header.from);
    }
    if (header.reply_to)
        g_ptr_array_unref(header.reply_to);
}
