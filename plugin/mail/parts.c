/* The parts of a message. The octets are read once from start to end with a stack of the parts that are open, so that
 * neither memory nor time depends on how parts are nested, and a nested message keeps the octets it was sent with.
 * GMime's parser builds the whole tree first: millions of tiny parts or boundaries inside each other hold it for
 * minutes, and it does not keep the octets of nested messages. GMime decodes the contents.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <gmime/gmime.h>

#include "mail/header_text.h"
#include "mail/message.h"
#include "mail/parameters.h"
#include "mail/parts.h"
#include "mail/urls.h"

/* Octets that are decoded in one step. */
#define DECODE_OCTETS 16384
/* uuencode, and yEnc, for which GMime has no name: one file inside of the text. */
#define FILE_IN_TEXT GMIME_CONTENT_ENCODING_UUENCODE

enum part_kind { PART_OTHER, PART_TEXT, PART_HTML, PART_MESSAGE, PART_MULTIPART };

/* A part whose end has not been seen. */
struct open_part {
    struct mail_part part; /* owns its fields and its type */
    enum part_kind kind;
    GMimeContentEncoding encoding;
    GString *boundary; /* of a multipart; NULL when there is none or after the close-delimiter */
    bool digest;
    uint32_t body;                      /* offset of its content */
    struct mail_attachment *attachment; /* NULL without a name; owned by the result */
};

struct walk {
    mw_bytes in;
    unsigned what;
    mail_part_visitor *visit; /* may be NULL */
    void *closure;            /* ... its own */
    struct mail_parts *parts;
    struct mail_urls *urls;
    unsigned depth; /* parts in open, the innermost one last */
    unsigned count;
    uint64_t work; /* octets of parts with a name that may still be read */
    struct open_part open[MAIL_MAX_DEPTH];
};

/* A delimiter line. */
struct delimiter {
    unsigned level; /* of the multipart in walk.open */
    uint32_t start, end;
    bool close;
};

static void free_string(GString *string)
{
    if (string)
        g_string_free(string, TRUE);
}

/* Offset of the line behind the one at from, or in.len. */
static uint32_t next_line(mw_bytes in, uint32_t from)
{
    uint32_t lf = mw_find(in, from, '\n');
    return lf < in.len ? lf + 1 : in.len;
}

/* in[from, to) without the line ending at its end. */
static mw_bytes without_line_end(mw_bytes in, uint32_t from, uint32_t to)
{
    if (to > from && in.data[to - 1] == '\n')
        to--;
    if (to > from && in.data[to - 1] == '\r')
        to--;
    return mw_sub(in, mw_slice_of(from, to - from));
}

/* delimiter = CRLF "--" boundary; close-delimiter = delimiter "--"; transport-padding = *LWSP-char. RFC 2046 5.1.1. The
 * delimiter of the innermost multipart that the line at offset at belongs to. The whole line must fit, for a boundary
 * can be the start of another. */
static bool parse_delimiter(const struct walk *walk, uint32_t at, struct delimiter *out)
{
    if (walk->in.len - at < 3 || walk->in.data[at] != '-' || walk->in.data[at + 1] != '-')
        return false;
    uint32_t end = next_line(walk->in, at);
    mw_bytes line = without_line_end(walk->in, at + 2, end);
    while (line.len && mw_is(line.data[line.len - 1], MW_BLANK))
        line.len--;
    for (unsigned level = walk->depth; level-- > 0;) {
        const GString *boundary = walk->open[level].boundary;
        if (!boundary || (line.len != boundary->len && line.len != boundary->len + 2))
            continue;
        bool close = line.len == boundary->len + 2;
        if (memcmp(line.data, boundary->str, boundary->len) != 0 ||
            (close && memcmp(line.data + boundary->len, "--", 2) != 0))
            continue;
        *out = (struct delimiter){ level, at, end, close };
        return true;
    }
    return false;
}

/* The next delimiter line at or after the line at offset at; false when there is none. */
static bool find_delimiter(const struct walk *walk, uint32_t at, struct delimiter *out)
{
    bool wanted = false;
    for (unsigned level = 0; level < walk->depth; level++)
        wanted |= walk->open[level].boundary != NULL;
    for (; wanted && at < walk->in.len; at = next_line(walk->in, at))
        if (parse_delimiter(walk, at, out))
            return true;
    return false;
}

/* Keeps the value of a field that matters. line: the field with its continuation lines. */
static void keep_field(struct mail_part *header, mw_bytes line)
{
    const struct {
        const char *name;
        GString **value;
    } kept[] = {
        { "content-type", &header->content_type },
        { "content-disposition", &header->disposition },
        { "content-transfer-encoding", &header->encoding },
    };
    uint32_t colon = mw_find(line, 0, ':');
    mw_bytes name = mw_sub(line, mw_slice_trim(line, mw_slice_of(0, colon)));

    header->encodings += mw_equal_nocase(name, "content-transfer-encoding");
    for (size_t i = 0; i < G_N_ELEMENTS(kept); i++)
        if (mw_equal_nocase(name, kept[i].name) && !*kept[i].value)
            *kept[i].value = mail_text_unfold(mw_sub(line, mw_slice_of(colon + 1, line.len - colon)));
}

/* Whether a field starts at offset at: ftext, perhaps blanks, and a colon. RFC 5322 3.6.8, 4.5.8. */
static bool is_field(mw_bytes in, uint32_t at)
{
    uint32_t end = at;
    while (end < in.len && in.data[end] > ' ' && in.data[end] < 0x7F && in.data[end] != ':')
        end++;
    bool named = end > at;
    while (end < in.len && mw_is(in.data[end], MW_BLANK))
        end++;
    return named && end < in.len && in.data[end] == ':';
}

/* Reads the header of a part at offset at and returns the offset of its content: behind an empty line, or at the first
 * line that is no field, and no known ones follow, or a delimiter. */
static uint32_t read_header(const struct walk *walk, uint32_t at, struct mail_part *header)
{
    struct delimiter delimiter;
    uint32_t start = at;
    while (at < walk->in.len && !parse_delimiter(walk, at, &delimiter)) {
        uint32_t end = next_line(walk->in, at);
        if (without_line_end(walk->in, at, end).len == 0)
            return end;
        if (!is_field(walk->in, at)) {
            uint32_t next = at > start ? mail_skip_broken_lines(walk->in, at) : at;
            if (next == at)
                return at;
            at = next;
            continue;
        }
        while (end < walk->in.len && mw_is(walk->in.data[end], MW_BLANK))
            end = next_line(walk->in, end);
        keep_field(header, mw_sub(walk->in, mw_slice_of(at, end - at)));
        at = end;
    }
    return at;
}

/* The boundary of a multipart; NULL when there is none. Its octets are compared, so no charset counts. */
static GString *read_boundary(const GString *content_type)
{
    GString *charset = g_string_new(NULL), *boundary = mail_parameter_join(content_type, "boundary", charset);
    while (boundary && boundary->len && mw_is((uint8_t)boundary->str[boundary->len - 1], MW_BLANK))
        g_string_truncate(boundary, boundary->len - 1);
    free_string(charset);
    if (boundary && boundary->len)
        return boundary;
    free_string(boundary);
    return NULL;
}

/* The media type of a part, read as that of a message is; fallback without a Content-Type. The caller frees it. */
static char *media_type(const struct mail_part *header, const char *fallback)
{
    if (!header->content_type)
        return g_strdup(fallback);
    return mail_media_type(mw_bytes_of(header->content_type->str, (uint32_t)header->content_type->len));
}

/* mechanism of a Content-Transfer-Encoding. RFC 2045 6.1. What follows the word does not count. */
static GMimeContentEncoding transfer_encoding(mw_bytes mechanism)
{
    static const struct {
        const char *name;
        GMimeContentEncoding encoding;
    } known[] = {
        { "base64", GMIME_CONTENT_ENCODING_BASE64 },
        { "quoted-printable", GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE },
        { "uuencode", FILE_IN_TEXT },
        { "x-uue", FILE_IN_TEXT }, /* and x-uuencode */
        { "x-yenc", FILE_IN_TEXT },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (mw_starts_nocase(mechanism, known[i].name))
            return known[i].encoding;
    return GMIME_CONTENT_ENCODING_DEFAULT;
}

static GMimeContentEncoding encoding_of(const struct mail_part *header)
{
    const GString *field = header->encoding;
    return transfer_encoding(field ? mw_bytes_of(field->str, (uint32_t)field->len) : mw_bytes_str(""));
}

/* The file in a text; the text itself when there is none. */
static void decode_file(mw_bytes content, mail_octets_consumer *consume, void *closure)
{
    struct mail_file file;
    if (mail_file_find(content, 0, &file))
        mail_file_decode(content, &file, consume, closure);
    else
        consume(closure, content);
}

/* base64 without padding, or quoted-printable, to consume, in pieces. */
static void decode_run(mw_bytes content, GMimeContentEncoding encoding, mail_octets_consumer *consume, void *closure)
{
    /* Ends the last quantum; without effect behind a whole one. */
    static const char padding[] = "==";
    bool base64 = encoding == GMIME_CONTENT_ENCODING_BASE64;
    char out[DECODE_OCTETS * 2];
    GMimeEncoding state;

    g_mime_encoding_init_decode(&state, encoding);
    for (uint32_t at = 0; at < content.len; at += DECODE_OCTETS) {
        mw_bytes piece = mw_sub(content, mw_slice_of(at, DECODE_OCTETS));
        size_t length = g_mime_encoding_step(&state, (const char *)piece.data, piece.len, out);
        consume(closure, mw_bytes_of(out, (uint32_t)length));
    }
    size_t length = g_mime_encoding_flush(&state, padding, base64 ? strlen(padding) : 0, out);
    consume(closure, mw_bytes_of(out, (uint32_t)length));
}

/* Padding ends a run (RFC 2045 6.8), but what software has encoded piece by piece goes on behind it. GMime 3.2.15 would
 * make octets of padding that is too much. */
static void decode_base64(mw_bytes content, mail_octets_consumer *consume, void *closure)
{
    for (uint32_t at = 0; at < content.len;) {
        uint32_t end = mw_find(content, at, '=');
        decode_run(mw_sub(content, mw_slice_of(at, end - at)), GMIME_CONTENT_ENCODING_BASE64, consume, closure);
        at = end + 1;
    }
}

/* Hands the decoded content to consume, in pieces. */
static void decode(mw_bytes content, GMimeContentEncoding encoding, mail_octets_consumer *consume, void *closure)
{
    if (encoding == GMIME_CONTENT_ENCODING_DEFAULT) {
        consume(closure, content);
        return;
    }
    if (encoding == FILE_IN_TEXT) {
        decode_file(content, consume, closure);
        return;
    }
    if (encoding == GMIME_CONTENT_ENCODING_BASE64)
        decode_base64(content, consume, closure);
    else
        decode_run(content, encoding, consume, closure);
}

void mail_part_decode(const struct mail_part *part, mail_octets_consumer *consume, void *closure)
{
    GMimeContentEncoding encoding = part->multipart ? GMIME_CONTENT_ENCODING_DEFAULT : encoding_of(part);
    decode(mw_sub(part->message, part->content), encoding, consume, closure);
}

bool mail_octets_decode(mw_bytes octets, const char *encoding, mail_octets_consumer *consume, void *closure)
{
    GMimeContentEncoding known = transfer_encoding(mw_bytes_str(encoding));
    if (known == GMIME_CONTENT_ENCODING_DEFAULT)
        return false;
    decode(octets, known, consume, closure);
    return true;
}

struct sums {
    uint64_t size;
    GChecksum *md5, *sha256;
};

static void add_to_sums(void *closure, mw_bytes octets)
{
    struct sums *sums = closure;
    sums->size += octets.len;
    g_checksum_update(sums->md5, octets.data, octets.len);
    g_checksum_update(sums->sha256, octets.data, octets.len);
}

static void compute_sums(struct mail_attachment *attachment, mw_bytes content, GMimeContentEncoding encoding)
{
    struct sums sums = { .md5 = g_checksum_new(G_CHECKSUM_MD5), .sha256 = g_checksum_new(G_CHECKSUM_SHA256) };
    decode(content, encoding, add_to_sums, &sums);
    attachment->size = sums.size;
    attachment->md5 = g_strdup(g_checksum_get_string(sums.md5));
    attachment->sha256 = g_strdup(g_checksum_get_string(sums.sha256));
    g_checksum_free(sums.md5);
    g_checksum_free(sums.sha256);
}

static void add_to_text(void *closure, mw_bytes octets)
{
    g_string_append_len(closure, (const char *)octets.data, octets.len);
}

static void free_part(struct open_part *part)
{
    free_string(part->boundary);
    free_string(part->part.content_type);
    free_string(part->part.disposition);
    free_string(part->part.encoding);
    g_free(part->part.type);
}

static bool wants_attachments(const struct walk *walk)
{
    return walk->what & (MAIL_PARTS_NAMES | MAIL_PARTS_SUMS | MAIL_PARTS_OCTETS);
}

/* Takes name. */
static struct mail_attachment *new_attachment(struct walk *walk, char *name, const char *type)
{
    struct mail_attachment *attachment = g_new0(struct mail_attachment, 1);
    attachment->filename = name;
    attachment->content_type = g_strdup(type);
    g_ptr_array_add(walk->parts->attachments, attachment);
    return attachment;
}

/* Most octets that are read or made of content. */
static uint64_t work_of(mw_bytes content, GMimeContentEncoding encoding)
{
    struct mail_file file;
    return encoding == FILE_IN_TEXT && mail_file_find(content, 0, &file) ? MAX(content.len, file.octets) : content.len;
}

/* What of the content of an attachment is asked for, unless that is too much. */
static void read_attachment(struct walk *walk, struct mail_attachment *attachment, mw_bytes content,
                            GMimeContentEncoding encoding)
{
    uint64_t work = work_of(content, encoding);
    if (work > MAIL_MAX_DECODED || work > walk->work)
        return;
    walk->work -= work;
    if (walk->what & MAIL_PARTS_SUMS)
        compute_sums(attachment, content, encoding);
    if (walk->what & MAIL_PARTS_OCTETS) {
        attachment->octets = g_string_sized_new(content.len);
        decode(content, encoding, add_to_text, attachment->octets);
    }
}

/* ---- text ---- */

/* The files inside of a text are attachments. RFC 2046 4.5.1: their type is not told. */
static void find_files(struct walk *walk, mw_bytes text)
{
    struct mail_file file;
    for (uint32_t at = 0; walk->count < MAIL_MAX_PARTS && mail_file_find(text, at, &file);
         at = mw_slice_end(file.where)) {
        char *name = mail_text_decode(mw_sub(text, file.name));
        if (*name)
            read_attachment(walk, new_attachment(walk, name, "application/octet-stream"), mw_sub(text, file.where),
                            FILE_IN_TEXT);
        else
            g_free(name);
        walk->count++;
    }
}

static void find_urls(struct walk *walk, const struct open_part *part, mw_bytes text)
{
    text.len = MIN(text.len, MAIL_MAX_TEXT);
    if (part->kind == PART_HTML)
        mail_urls_add_html(walk->urls, text);
    else
        mail_urls_add_text(walk->urls, text);
}

/* What is looked for in a part that is text, or holds a file as text. */
static void read_text(struct walk *walk, const struct open_part *part, mw_bytes content)
{
    bool encoded = part->encoding != GMIME_CONTENT_ENCODING_DEFAULT, one_file = part->encoding == FILE_IN_TEXT;
    bool urls = (walk->what & MAIL_PARTS_URLS) && (part->kind == PART_TEXT || part->kind == PART_HTML);
    bool files = wants_attachments(walk) && !part->attachment && (part->kind == PART_TEXT || one_file);
    mw_bytes text = content;
    GString *decoded = NULL;

    if (one_file && urls)
        urls = work_of(content, FILE_IN_TEXT) <= MAIL_MAX_TEXT;
    if (encoded && (urls || (files && !one_file))) {
        decoded = g_string_sized_new(MIN(content.len, MAIL_MAX_TEXT));
        decode(mw_sub(content, mw_slice_of(0, MAIL_MAX_TEXT)), part->encoding, add_to_text, decoded);
        text = mw_bytes_of(decoded->str, (uint32_t)decoded->len);
    }
    if (files && (one_file || !encoded || content.len <= MAIL_MAX_TEXT))
        find_files(walk, one_file ? content : text);
    if (urls)
        find_urls(walk, part, text);
    free_string(decoded);
}

/* Closes the innermost part, whose content ends at offset end. */
static void end_part(struct walk *walk, uint32_t end)
{
    struct open_part *part = &walk->open[--walk->depth];
    mw_bytes content = mw_sub(walk->in, mw_slice_of(part->body, end > part->body ? end - part->body : 0));

    if (part->attachment && (walk->what & (MAIL_PARTS_SUMS | MAIL_PARTS_OCTETS)))
        read_attachment(walk, part->attachment, content, part->encoding);
    read_text(walk, part, content);
    if (walk->visit) {
        part->part.content = mw_slice_of(part->body, content.len);
        walk->visit(walk->closure, &part->part);
    }
    free_part(part);
}

/* Whether the content of a message/rfc822 is one as it stands. Only identity encodings are allowed (RFC 2046 5.2.1); of
 * base64, no line can be a field. */
static bool is_message(const struct walk *walk, const struct open_part *part)
{
    return part->encoding == GMIME_CONTENT_ENCODING_DEFAULT ||
           (part->encoding == GMIME_CONTENT_ENCODING_BASE64 && is_field(walk->in, part->body));
}

static enum part_kind kind_of(const struct walk *walk, const struct open_part *part, const char *type)
{
    if (g_str_has_prefix(type, "multipart/"))
        return PART_MULTIPART;
    if (strcmp(type, "text/html") == 0 || strcmp(type, "application/xhtml+xml") == 0)
        return PART_HTML;
    if (g_str_has_prefix(type, "text/"))
        return PART_TEXT;
    bool message = strcmp(type, "message/rfc822") == 0 || strcmp(type, "message/global") == 0;
    return message && is_message(walk, part) ? PART_MESSAGE : PART_OTHER;
}

/* The part as an attachment if it has a name. */
static struct mail_attachment *add_attachment(struct walk *walk, const struct mail_part *header, const char *type)
{
    if (!wants_attachments(walk))
        return NULL;
    char *name = mail_parameter_decode(header->disposition, "filename");
    if (!name)
        name = mail_parameter_decode(header->content_type, "name");
    return name ? new_attachment(walk, name, type) : NULL;
}

/* Reads the header of the part at offset at and opens it. Returns the offset of its content. */
static uint32_t begin_part(struct walk *walk, uint32_t at)
{
    const struct open_part *parent = walk->depth ? &walk->open[walk->depth - 1] : NULL;
    struct open_part *part = &walk->open[walk->depth];
    struct mail_part header = { .message = walk->in, .start = at, .depth = walk->depth };

    uint32_t body = read_header(walk, at, &header);
    char *type = media_type(&header, parent && parent->digest ? "message/rfc822" : "text/plain");
    header.type = type;
    header.returned = parent && (parent->part.returned || strcmp(parent->part.type, "multipart/report") == 0);
    *part = (struct open_part){ .encoding = encoding_of(&header), .body = body };
    part->kind = kind_of(walk, part, type);
    if (part->kind == PART_MESSAGE)
        part->encoding = GMIME_CONTENT_ENCODING_DEFAULT;
    part->attachment = add_attachment(walk, &header, type);
    if (part->kind == PART_MULTIPART) {
        part->encoding = GMIME_CONTENT_ENCODING_DEFAULT;
        part->digest = strcmp(type, "multipart/digest") == 0;
        part->boundary = read_boundary(header.content_type);
        header.multipart = true;
    }
    part->part = header;
    walk->depth++;
    walk->count++;
    return body;
}

/* Opens the part at offset at and, while it is a message, the one inside; too many or too deep ones stay closed.
 * Returns the offset from which to look for a delimiter. */
static uint32_t begin_parts(struct walk *walk, uint32_t at)
{
    while (walk->depth < MAIL_MAX_DEPTH && walk->count < MAIL_MAX_PARTS) {
        at = begin_part(walk, at);
        if (walk->open[walk->depth - 1].kind != PART_MESSAGE)
            break;
    }
    return at;
}

/* The multipart of a delimiter is the innermost one that is open. Returns the offset from which to look for the next.
 */
static uint32_t pass_delimiter(struct walk *walk, const struct delimiter *delimiter)
{
    struct open_part *multipart = &walk->open[delimiter->level];
    if (!delimiter->close) {
        multipart->part.delimiters++;
        return begin_parts(walk, delimiter->end);
    }
    g_clear_pointer(&multipart->boundary, free_string);
    multipart->part.closed = true;
    return delimiter->end;
}

static void read_parts(struct walk *walk, uint32_t at)
{
    struct delimiter delimiter;

    at = begin_parts(walk, at);
    while (find_delimiter(walk, at, &delimiter)) {
        mw_bytes before = without_line_end(walk->in, 0, delimiter.start);
        while (walk->depth > delimiter.level + 1)
            end_part(walk, before.len);
        at = pass_delimiter(walk, &delimiter);
    }
    while (walk->depth)
        end_part(walk, walk->in.len);
}

static void free_attachment(gpointer data)
{
    struct mail_attachment *attachment = data;
    g_free(attachment->filename);
    g_free(attachment->content_type);
    g_free(attachment->md5);
    g_free(attachment->sha256);
    free_string(attachment->octets);
    g_free(attachment);
}

struct mail_parts *mail_parts_parse(mw_bytes message, unsigned what)
{
    return mail_parts_visit(message, what, NULL, NULL);
}

struct mail_parts *mail_parts_visit(mw_bytes message, unsigned what, mail_part_visitor *visit, void *closure)
{
    struct mail_parts *parts = g_new0(struct mail_parts, 1);
    struct walk *walk = g_new(struct walk, 1);
    bool mailbox = mw_starts_nocase(message, "From ") || mw_starts_nocase(message, ">From "); /* RFC 4155 A */

    parts->attachments = g_ptr_array_new_with_free_func(free_attachment);
    memset(walk, 0, offsetof(struct walk, open)); /* a hundred parts, of which most messages have one */
    walk->in = message;
    walk->what = what;
    walk->visit = visit;
    walk->closure = closure;
    walk->parts = parts;
    walk->urls = mail_urls_new();
    walk->work = MAX((uint64_t)message.len * MAIL_MAX_PASSES, MAIL_MIN_WORK);
    mail_message_startup();
    if (message.len && (what || visit))
        read_parts(walk, mailbox ? next_line(message, 0) : 0);
    parts->urls = mail_urls_free(walk->urls);
    g_free(walk);
    return parts;
}

void mail_parts_free(struct mail_parts *parts)
{
    if (!parts)
        return;
    g_ptr_array_unref(parts->attachments);
    g_ptr_array_unref(parts->urls);
    g_free(parts);
}
