/* The header of a message: where it ends, its fields and what is kept of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <gmime/gmime.h>

#include "mail/addresses.h"
#include "mail/header_text.h"
#include "mail/message.h"

/* RFC 2045 5.2: what a Content-Type that cannot be understood stands for. */
static const char default_media_type[] = "text/plain";

/* Each field adds one value at most; only addresses have to be counted. */
G_STATIC_ASSERT(MAIL_MAX_FIELDS <= MAIL_MAX_VALUES);

/* What a field without values has: most of them, in most headers. */
static GPtrArray no_values;

/* The array of a field that gets a value. */
static GPtrArray *need_values(struct mail_header *header, enum mail_field field)
{
    if (header->values[field] == &no_values)
        header->values[field] = g_ptr_array_new_with_free_func(g_free);
    return header->values[field];
}

/* Takes value. */
static void add_value(struct mail_header *header, enum mail_field field, char *value)
{
    g_ptr_array_add(need_values(header, field), value);
}

static void read_text(struct mail_header *header, const struct mail_field_row *row, mw_bytes value)
{
    add_value(header, row->field, mail_text_decode(value));
}

static void read_addresses(struct mail_header *header, const struct mail_field_row *row, mw_bytes value)
{
    read_text(header, row, value);
    mail_parse_addresses(value, need_values(header, row->addresses), MAIL_MAX_VALUES);
}

/* "[192.0.2.1]" or "192.0.2.1". */
static void read_bracketed(struct mail_header *header, const struct mail_field_row *row, mw_bytes value)
{
    if (value.len && value.data[0] == '[')
        value = mw_sub(value, mw_slice_of(1, value.len - 1));
    if (value.len && value.data[value.len - 1] == ']')
        value.len--;
    read_text(header, row, value);
}

/* tag-list = tag-spec *( ";" tag-spec ) [ ";" ]; tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS].
 * RFC 6376 3.2. The value of the first d=; a signature without one has no domain. */
static void read_dkim_domain(struct mail_header *header, const struct mail_field_row *row, mw_bytes value)
{
    for (uint32_t at = 0; at < value.len;) {
        uint32_t end = mw_find(value, at, ';'), equals = mw_find(mw_bytes_of(value.data, end), at, '=');
        mw_slice name = mw_slice_trim(value, mw_slice_of(at, equals - at));
        if (equals < end && mw_equal_nocase(mw_sub(value, name), "d")) {
            mw_slice domain = mw_slice_trim(value, mw_slice_of(equals + 1, end - equals - 1));
            add_value(header, row->field, mail_text_utf8(mw_sub(value, domain)));
            return;
        }
        at = end + 1;
    }
}

/* token = 1*<any CHAR except SPACE, CTLs and tspecials>. RFC 2045 5.1. A slice from at, empty without a token. */
static mw_slice media_token(mw_bytes in, uint32_t at)
{
    uint32_t end = at;
    while (end < in.len && in.data[end] > ' ' && in.data[end] < 0x7F && !strchr("()<>@,;:\\\"/[]?=", in.data[end]))
        end++;
    return mw_slice_of(at, end - at);
}

static uint32_t skip_blanks(mw_bytes in, uint32_t at)
{
    while (at < in.len && mw_is(in.data[at], MW_BLANK))
        at++;
    return at;
}

char *mail_media_type(mw_bytes value)
{
    mw_slice type = media_token(value, 0);
    uint32_t slash = skip_blanks(value, mw_slice_end(type));
    bool has_slash = slash < value.len && value.data[slash] == '/';
    mw_slice subtype = media_token(value, has_slash ? skip_blanks(value, slash + 1) : value.len);
    if (type.len == 0 || subtype.len == 0)
        return g_strdup(default_media_type);
    char *text = g_strdup_printf("%.*s/%.*s", (int)type.len, (const char *)value.data + type.offset, (int)subtype.len,
                                 (const char *)value.data + subtype.offset);
    char *lower = g_ascii_strdown(text, -1);
    g_free(text);
    return lower;
}

/* Of several fields the first one counts. */
static void read_media_type(struct mail_header *header, const struct mail_field_row *row, mw_bytes value)
{
    if (header->values[row->field]->len == 0)
        add_value(header, row->field, mail_media_type(value));
}

static const struct mail_field_row rows[] = {
    { "Authentication-Results", read_text, MAIL_AUTHENTICATION_RESULTS, MAIL_FIELD_COUNT, "RFC 8601 2.2" },
    { "Bcc", read_addresses, MAIL_BCC, MAIL_BCC_ADDRESS, "RFC 5322 3.6.3" },
    { "Cc", read_addresses, MAIL_CC, MAIL_CC_ADDRESS, "RFC 5322 3.6.3" },
    { "Content-Type", read_media_type, MAIL_CONTENT_TYPE, MAIL_FIELD_COUNT, "RFC 2045 5" },
    { "Date", read_text, MAIL_DATE, MAIL_FIELD_COUNT, "RFC 5322 3.6.1" },
    { "DKIM-Signature", read_dkim_domain, MAIL_DKIM_DOMAIN, MAIL_FIELD_COUNT, "RFC 6376 3.5" },
    { "From", read_addresses, MAIL_FROM, MAIL_FROM_ADDRESS, "RFC 5322 3.6.2" },
    { "In-Reply-To", read_text, MAIL_IN_REPLY_TO, MAIL_FIELD_COUNT, "RFC 5322 3.6.4" },
    { "List-Id", read_text, MAIL_LIST_ID, MAIL_FIELD_COUNT, "RFC 2919 3" },
    { "Message-ID", read_text, MAIL_MESSAGE_ID, MAIL_FIELD_COUNT, "RFC 5322 3.6.4" },
    { "Received", read_text, MAIL_RECEIVED, MAIL_FIELD_COUNT, "RFC 5321 4.4" },
    { "References", read_text, MAIL_REFERENCES, MAIL_FIELD_COUNT, "RFC 5322 3.6.4" },
    { "Reply-To", read_text, MAIL_REPLY_TO, MAIL_FIELD_COUNT, "RFC 5322 3.6.2" },
    { "Sender", read_text, MAIL_SENDER, MAIL_FIELD_COUNT, "RFC 5322 3.6.2" },
    { "Subject", read_text, MAIL_SUBJECT, MAIL_FIELD_COUNT, "RFC 5322 3.6.5" },
    { "To", read_addresses, MAIL_TO, MAIL_TO_ADDRESS, "RFC 5322 3.6.3" },
    { "User-Agent", read_text, MAIL_USER_AGENT, MAIL_FIELD_COUNT, "RFC 5536 3.2.13" },
    { "X-Mailer", read_text, MAIL_USER_AGENT, MAIL_FIELD_COUNT, "RFC 2076 3.4" },
    { "X-Originating-IP", read_bracketed, MAIL_ORIGINATING_IP, MAIL_FIELD_COUNT, "no RFC" },
};

const struct mail_field_row *mail_field_rows(size_t *count)
{
    *count = G_N_ELEMENTS(rows);
    return rows;
}

static const struct mail_field_row *find_row(mw_bytes name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        if (mw_equal_nocase(name, rows[i].name))
            return &rows[i];
    return NULL;
}

/* Offset of the line behind the one at from, or in.len. */
static uint32_t next_line(mw_bytes in, uint32_t from)
{
    uint32_t lf = mw_find(in, from, '\n');
    return lf < in.len ? lf + 1 : in.len;
}

bool mail_parse_field(mw_bytes in, uint32_t at, struct mail_raw_field *out)
{
    uint32_t name_end = at;
    while (name_end < in.len && in.data[name_end] > ' ' && in.data[name_end] < 0x7F && in.data[name_end] != ':')
        name_end++;
    uint32_t colon = skip_blanks(in, name_end);
    if (name_end == at || colon >= in.len || in.data[colon] != ':')
        return false;
    uint32_t end = next_line(in, colon);
    while (end < in.len && mw_is(in.data[end], MW_BLANK))
        end = next_line(in, end);
    *out = (struct mail_raw_field){
        .name = { at, name_end - at },
        .value = { colon + 1, end - colon - 1 },
        .end = end,
    };
    return true;
}

uint32_t mail_empty_line(mw_bytes in, uint32_t at)
{
    uint32_t lf = at < in.len && in.data[at] == '\r' ? at + 1 : at;
    return lf < in.len && in.data[lf] == '\n' ? lf + 1 - at : 0;
}

static bool is_known_field(mw_bytes in, uint32_t at)
{
    struct mail_raw_field field;
    if (!mail_parse_field(mw_sub(in, mw_slice_of(0, next_line(in, at))), at, &field))
        return false;
    mw_bytes name = mw_sub(in, field.name);
    return mw_starts_nocase(name, "Content-") || mw_equal_nocase(name, "MIME-Version") || find_row(name);
}

uint32_t mail_skip_broken_lines(mw_bytes in, uint32_t at)
{
    for (uint32_t line = at; line < in.len && !mail_empty_line(in, line); line = next_line(in, line)) {
        if (mw_starts_nocase(mw_sub(in, mw_slice_of(line, 2)), "--"))
            break;
        if (is_known_field(in, line))
            return line;
    }
    return at;
}

uint32_t mail_mailbox_line(mw_bytes in)
{
    static const char from[] = "From ", escaped[] = ">From ";
    if ((in.len > strlen(from) && memcmp(in.data, from, strlen(from)) == 0) ||
        (in.len > strlen(escaped) && memcmp(in.data, escaped, strlen(escaped)) == 0))
        return next_line(in, 0);
    return 0;
}

static bool is_wanted(const struct mail_field_row *row, uint32_t wanted)
{
    return wanted & (MAIL_FIELD(row->field) | MAIL_FIELD(row->addresses));
}

static void read_field(struct mail_header *header, mw_bytes in, const struct mail_raw_field *field, uint32_t wanted)
{
    const struct mail_field_row *row = find_row(mw_sub(in, field->name));
    if (!row || !is_wanted(row, wanted))
        return;
    GString *value = mail_text_unfold(mw_sub(in, field->value));
    row->read(header, row, mw_bytes_of(value->str, (uint32_t)value->len));
    g_string_free(value, TRUE);
}

static bool gmime_started;

void mail_message_startup(void)
{
    if (!gmime_started)
        g_mime_init();
    gmime_started = true;
}

void mail_message_shutdown(void)
{
    if (gmime_started)
        g_mime_shutdown();
    gmime_started = false;
}

static struct mail_header *new_header(void)
{
    struct mail_header *header = g_new0(struct mail_header, 1);
    for (int i = 0; i < MAIL_FIELD_COUNT; i++)
        header->values[i] = &no_values;
    return header;
}

/* The field at offset at, or behind broken lines there. */
static bool next_field(mw_bytes in, uint32_t at, bool begun, struct mail_raw_field *field)
{
    if (mail_parse_field(in, at, field))
        return true;
    uint32_t next = begun ? mail_skip_broken_lines(in, at) : at;
    return next > at && mail_parse_field(in, next, field);
}

struct mail_header *mail_header_parse(mw_bytes message, uint32_t wanted)
{
    struct mail_header *header = new_header();
    mw_bytes in = { message.data, MIN(message.len, MAIL_MAX_HEADER) };
    struct mail_raw_field field;

    mail_message_startup();
    if (in.len == 0)
        return header;
    uint32_t at = mail_mailbox_line(in);
    for (int count = 0; count < MAIL_MAX_FIELDS && next_field(in, at, count > 0, &field); count++) {
        read_field(header, in, &field, wanted);
        at = field.end;
    }
    header->length = at + mail_empty_line(in, at);
    return header;
}

void mail_header_free(struct mail_header *header)
{
    if (!header)
        return;
    for (int i = 0; i < MAIL_FIELD_COUNT; i++)
        if (header->values[i] != &no_values)
            g_ptr_array_unref(header->values[i]);
    g_free(header);
}
