/* The parts of a message. The octets are read once from start to end with a stack of the parts that are open, so that
 * neither memory nor time depends on how parts are nested, and a nested message keeps the octets it was sent with.
 * GMime's parser builds the whole tree first: millions of tiny parts or boundaries inside each other hold it for
 * minutes, and it does not keep the octets of nested messages. GMime decodes the contents.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <gmime/gmime.h>

#include "mail/header_text.h"
#include "mail/message.h"
#include "mail/parts.h"
#include "mail/urls.h"

/* Octets that are decoded in one step. */
#define DECODE_OCTETS 16384
/* Longest number of a section of a parameter, in digits; more than MAIL_MAX_PARAMETERS can fill. */
#define MAX_SECTION_DIGITS 6

enum part_kind { PART_OTHER, PART_TEXT, PART_HTML, PART_MESSAGE, PART_MULTIPART };

/* The header fields of a part that matter, unfolded; NULL without the field. Of several the first one counts. */
struct part_header {
    GString *content_type, *disposition, *encoding;
};

/* A parameter of a field. RFC 2231 3, 4: name "*" section "*" "=" value. */
struct parameter {
    mw_slice name;
    unsigned section; /* 0 for the first or only one */
    bool extended;    /* the value is percent-encoded */
    bool sectioned;
    GString *value;
};

/* A part whose end has not been seen. */
struct open_part {
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
    struct mail_parts *parts;
    struct mail_urls *urls;
    struct open_part open[MAIL_MAX_DEPTH];
    unsigned depth; /* parts in open, the innermost one last */
    unsigned count;
    uint64_t work; /* octets of parts with a name that may still be read */
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
static void keep_field(struct part_header *header, mw_bytes line)
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
 * line that is no field or a delimiter. */
static uint32_t read_header(const struct walk *walk, uint32_t at, struct part_header *header)
{
    struct delimiter delimiter;
    while (at < walk->in.len && !parse_delimiter(walk, at, &delimiter)) {
        uint32_t end = next_line(walk->in, at);
        if (without_line_end(walk->in, at, end).len == 0)
            return end;
        if (!is_field(walk->in, at))
            return at;
        while (end < walk->in.len && mw_is(walk->in.data[end], MW_BLANK))
            end = next_line(walk->in, end);
        keep_field(header, mw_sub(walk->in, mw_slice_of(at, end - at)));
        at = end;
    }
    return at;
}

/* quoted-string. RFC 2045 5.1. The text of a value that starts at *at, which is moved behind it. Only '\' and '"' are
 * quoted: other backslashes are those of a path. Without quotes everything up to ';' counts, blanks too. */
static GString *parameter_value(mw_bytes in, uint32_t *at)
{
    GString *value = g_string_new(NULL);
    uint32_t i = *at;

    if (i >= in.len || in.data[i] != '"') {
        uint32_t end = mw_find(in, i, ';');
        mw_bytes text = mw_sub(in, mw_slice_trim(in, mw_slice_of(i, end - i)));
        g_string_append_len(value, (const char *)text.data, text.len);
        *at = end;
        return value;
    }
    for (i++; i < in.len && in.data[i] != '"'; i++) {
        if (in.data[i] == '\\' && in.len - i > 1 && (in.data[i + 1] == '"' || in.data[i + 1] == '\\'))
            i++;
        g_string_append_c(value, (char)in.data[i]);
    }
    *at = i < in.len ? i + 1 : i;
    return value;
}

/* attribute [ "*" section ] [ "*" ]. RFC 2231 7. */
static void split_name(mw_bytes in, mw_slice name, struct parameter *out)
{
    *out = (struct parameter){ .name = name };
    uint32_t star = mw_find(mw_sub(in, name), 0, '*');
    if (star == name.len)
        return;
    out->name.len = star;
    mw_bytes rest = mw_sub(in, mw_slice_skip(name, star + 1));
    uint64_t section = 0;
    out->extended = rest.len == 0 || rest.data[rest.len - 1] == '*';
    if (rest.len && out->extended)
        rest.len--;
    out->sectioned = rest.len <= MAX_SECTION_DIGITS && mw_parse_number(rest, mw_slice_of(0, rest.len), &section);
    out->section = (unsigned)section;
}

static void clear_parameter(gpointer parameter)
{
    free_string(((struct parameter *)parameter)->value);
}

/* parameters = *( ";" attribute "=" value ). RFC 2045 5.1. What stands before the first ';' is no parameter. */
static GArray *parse_parameters(mw_bytes in)
{
    GArray *all = g_array_new(FALSE, FALSE, sizeof(struct parameter));
    g_array_set_clear_func(all, clear_parameter);

    for (uint32_t at = mw_find(in, 0, ';'); at < in.len && all->len < MAIL_MAX_PARAMETERS; at = mw_find(in, at, ';')) {
        struct parameter parameter;
        uint32_t start = ++at;
        while (at < in.len && in.data[at] != '=' && in.data[at] != ';')
            at++;
        if (at >= in.len || in.data[at] == ';')
            continue;
        split_name(in, mw_slice_trim(in, mw_slice_of(start, at - start)), &parameter);
        at++;
        while (at < in.len && mw_is(in.data[at], MW_BLANK))
            at++;
        parameter.value = parameter_value(in, &at);
        g_array_append_val(all, parameter);
    }
    return all;
}

static gint by_section(gconstpointer a, gconstpointer b)
{
    unsigned left = (*(const struct parameter *const *)a)->section,
             right = (*(const struct parameter *const *)b)->section;
    return (left > right) - (left < right);
}

/* The parameters that make up the value of name: those with sections or charset, in order (RFC 2231 3 lets them come
 * in any), else the plain ones. */
static GPtrArray *select_parameter(mw_bytes in, GArray *all, const char *name)
{
    GPtrArray *found = g_ptr_array_new();
    for (int pass = 0; pass < 2 && found->len == 0; pass++)
        for (guint i = 0; i < all->len; i++) {
            struct parameter *p = &g_array_index(all, struct parameter, i);
            if ((p->extended || p->sectioned) == (pass == 0) && mw_equal_nocase(mw_sub(in, p->name), name))
                g_ptr_array_add(found, p);
        }
    g_ptr_array_sort(found, by_section);
    return found;
}

/* ext-octet = "%" 2(DIGIT / "A" / "B" / "C" / "D" / "E" / "F"). RFC 2231 7. Other '%' stand for themselves, as all do
 * in a value that is not extended. */
static void append_percent(GString *out, mw_bytes in, bool extended)
{
    for (uint32_t i = 0; i < in.len; i++) {
        int c = in.data[i];
        if (extended && c == '%' && in.len - i > 2 && mw_is(in.data[i + 1], MW_HEX) && mw_is(in.data[i + 2], MW_HEX)) {
            c = g_ascii_xdigit_value((char)in.data[i + 1]) << 4 | g_ascii_xdigit_value((char)in.data[i + 2]);
            i += 2;
        }
        g_string_append_c(out, (char)c);
    }
}

/* [charset] "'" [language] "'". RFC 2231 4. Returns the octets in front of the text, 0 without both quotes. */
static uint32_t parse_charset(mw_bytes in, GString *charset)
{
    uint32_t first = mw_find(in, 0, '\''), second = mw_find(in, first + (first < in.len), '\'');
    if (second == in.len)
        return 0;
    g_string_append_len(charset, (const char *)in.data, first);
    return second + 1;
}

/* Octets of a charset as UTF-8. They are put into an encoded word, so that charsets are known and faults forgiven as
 * they are in the header. */
static char *decode_charset(const char *charset, const GString *octets)
{
    static const char hex[] = "0123456789ABCDEF";
    GString *text = g_string_sized_new(octets->len * 3 + MAIL_MAX_CHARSET + 8);
    struct mail_encoded_word word;

    g_string_append_printf(text, "=?%s?Q?", charset);
    for (gsize i = 0; i < octets->len; i++) {
        g_string_append_c(text, '=');
        g_string_append_c(text, hex[(uint8_t)octets->str[i] >> 4]);
        g_string_append_c(text, hex[(uint8_t)octets->str[i] & 15]);
    }
    g_string_append(text, "?=");
    mw_bytes in = mw_bytes_of(text->str, (uint32_t)text->len);
    bool known = mail_parse_encoded_word(in, 0, &word) && word.end == in.len;
    char *name = known ? mail_text_decode(in) : mail_text_utf8(mw_bytes_of(octets->str, (uint32_t)octets->len));
    g_string_free(text, TRUE);
    return name;
}

/* The value of a parameter of a field, its pieces joined, in octets; NULL without the field, empty without the
 * parameter. Of several pieces with one number the first counts. The name of the charset is appended to charset. */
static GString *join_parameter(const GString *field, const char *name, GString *charset)
{
    if (!field)
        return NULL;
    mw_bytes in = mw_bytes_of(field->str, (uint32_t)field->len);
    GArray *all = parse_parameters(in);
    GPtrArray *pieces = select_parameter(in, all, name);
    const struct parameter *last = NULL;
    GString *octets = g_string_new(NULL);

    for (guint i = 0; i < pieces->len; i++) {
        const struct parameter *p = g_ptr_array_index(pieces, i);
        mw_bytes value = mw_bytes_of(p->value->str, (uint32_t)p->value->len);
        uint32_t prefix = p->extended && !last ? parse_charset(value, charset) : 0;
        value = mw_sub(value, mw_slice_of(prefix, value.len - prefix));
        if (!last || p->section != last->section)
            append_percent(octets, value, p->extended);
        last = p;
    }
    g_ptr_array_unref(pieces);
    g_array_unref(all);
    return octets;
}

/* A parameter of a field, decoded; NULL when there is none or it is empty. The caller frees it. */
static char *decode_parameter(const GString *field, const char *name)
{
    GString *charset = g_string_new(NULL), *octets = join_parameter(field, name, charset);
    char *text = NULL;
    if (octets && charset->len)
        text = decode_charset(charset->str, octets);
    else if (octets)
        text = mail_text_decode(mw_bytes_of(octets->str, (uint32_t)octets->len));
    free_string(octets);
    free_string(charset);
    if (text && !*text)
        g_clear_pointer(&text, g_free);
    return text;
}

/* The boundary of a multipart; NULL when there is none. Its octets are compared, so no charset counts. */
static GString *read_boundary(const GString *content_type)
{
    GString *charset = g_string_new(NULL), *boundary = join_parameter(content_type, "boundary", charset);
    while (boundary && boundary->len && mw_is((uint8_t)boundary->str[boundary->len - 1], MW_BLANK))
        g_string_truncate(boundary, boundary->len - 1);
    free_string(charset);
    if (boundary && boundary->len)
        return boundary;
    free_string(boundary);
    return NULL;
}

/* The media type of a part, read as that of a message is; fallback without a Content-Type. The caller frees it. */
static char *media_type(const struct part_header *header, const char *fallback)
{
    if (!header->content_type)
        return g_strdup(fallback);
    char *text = g_strconcat("Content-Type: ", header->content_type->str, NULL);
    struct mail_header *parsed = mail_header_parse(mw_bytes_str(text));
    GPtrArray *types = parsed->values[MAIL_CONTENT_TYPE];
    char *type = g_strdup(types->len ? g_ptr_array_index(types, 0) : fallback);
    mail_header_free(parsed);
    g_free(text);
    return type;
}

/* mechanism of a Content-Transfer-Encoding. RFC 2045 6.1. What follows the word does not count. */
static GMimeContentEncoding transfer_encoding(const GString *field)
{
    mw_bytes value = field ? mw_bytes_of(field->str, (uint32_t)field->len) : mw_bytes_str("");
    if (mw_starts_nocase(value, "base64"))
        return GMIME_CONTENT_ENCODING_BASE64;
    if (mw_starts_nocase(value, "quoted-printable"))
        return GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
    return GMIME_CONTENT_ENCODING_DEFAULT;
}

/* What is decoded goes here. */
typedef void octets_consumer(void *closure, mw_bytes octets);

/* Hands the decoded content to consume, in pieces. */
static void decode(mw_bytes content, GMimeContentEncoding encoding, octets_consumer *consume, void *closure)
{
    /* Ends a quantum that lacks its padding; without effect behind a whole one. */
    static const char padding[] = "==";
    char out[DECODE_OCTETS * 2];
    GMimeEncoding state;

    if (encoding == GMIME_CONTENT_ENCODING_DEFAULT) {
        consume(closure, content);
        return;
    }
    g_mime_encoding_init_decode(&state, encoding);
    for (uint32_t at = 0; at < content.len; at += DECODE_OCTETS) {
        mw_bytes piece = mw_sub(content, mw_slice_of(at, DECODE_OCTETS));
        size_t length = g_mime_encoding_step(&state, (const char *)piece.data, piece.len, out);
        consume(closure, mw_bytes_of(out, (uint32_t)length));
    }
    size_t rest = encoding == GMIME_CONTENT_ENCODING_BASE64 ? strlen(padding) : 0;
    size_t length = g_mime_encoding_flush(&state, padding, rest, out);
    consume(closure, mw_bytes_of(out, (uint32_t)length));
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

static void compute_sums(struct walk *walk, const struct open_part *part, mw_bytes content)
{
    if (content.len > MAIL_MAX_DECODED || content.len > walk->work)
        return;
    walk->work -= content.len;
    struct sums sums = { .md5 = g_checksum_new(G_CHECKSUM_MD5), .sha256 = g_checksum_new(G_CHECKSUM_SHA256) };
    decode(content, part->encoding, add_to_sums, &sums);
    part->attachment->size = sums.size;
    part->attachment->md5 = g_strdup(g_checksum_get_string(sums.md5));
    part->attachment->sha256 = g_strdup(g_checksum_get_string(sums.sha256));
    g_checksum_free(sums.md5);
    g_checksum_free(sums.sha256);
}

static void add_to_text(void *closure, mw_bytes octets)
{
    g_string_append_len(closure, (const char *)octets.data, octets.len);
}

static void find_urls(struct walk *walk, const struct open_part *part, mw_bytes content)
{
    GString *decoded = NULL;
    content.len = MIN(content.len, MAIL_MAX_TEXT);
    if (part->encoding != GMIME_CONTENT_ENCODING_DEFAULT) {
        decoded = g_string_sized_new(content.len);
        decode(content, part->encoding, add_to_text, decoded);
        content = mw_bytes_of(decoded->str, (uint32_t)decoded->len);
    }
    if (part->kind == PART_HTML)
        mail_urls_add_html(walk->urls, content);
    else
        mail_urls_add_text(walk->urls, content);
    free_string(decoded);
}

/* Closes the innermost part, whose content ends at offset end. */
static void end_part(struct walk *walk, uint32_t end)
{
    struct open_part *part = &walk->open[--walk->depth];
    mw_bytes content = mw_sub(walk->in, mw_slice_of(part->body, end > part->body ? end - part->body : 0));

    if (part->attachment && (walk->what & MAIL_PARTS_SUMS))
        compute_sums(walk, part, content);
    if ((walk->what & MAIL_PARTS_URLS) && (part->kind == PART_TEXT || part->kind == PART_HTML))
        find_urls(walk, part, content);
    free_string(part->boundary);
}

static enum part_kind kind_of(const char *type, GMimeContentEncoding encoding)
{
    if (g_str_has_prefix(type, "multipart/"))
        return PART_MULTIPART;
    if (strcmp(type, "text/html") == 0 || strcmp(type, "application/xhtml+xml") == 0)
        return PART_HTML;
    if (g_str_has_prefix(type, "text/"))
        return PART_TEXT;
    bool message = strcmp(type, "message/rfc822") == 0 || strcmp(type, "message/global") == 0;
    return message && encoding == GMIME_CONTENT_ENCODING_DEFAULT ? PART_MESSAGE : PART_OTHER;
}

/* The part as an attachment if it has a name. */
static struct mail_attachment *add_attachment(struct walk *walk, const struct part_header *header, const char *type)
{
    if (!(walk->what & (MAIL_PARTS_NAMES | MAIL_PARTS_SUMS)))
        return NULL;
    char *name = decode_parameter(header->disposition, "filename");
    if (!name)
        name = decode_parameter(header->content_type, "name");
    if (!name)
        return NULL;
    struct mail_attachment *attachment = g_new0(struct mail_attachment, 1);
    attachment->filename = name;
    attachment->content_type = g_strdup(type);
    g_ptr_array_add(walk->parts->attachments, attachment);
    return attachment;
}

/* Reads the header of the part at offset at and opens it. Returns the offset of its content. */
static uint32_t begin_part(struct walk *walk, uint32_t at)
{
    const struct open_part *parent = walk->depth ? &walk->open[walk->depth - 1] : NULL;
    struct open_part *part = &walk->open[walk->depth];
    struct part_header header = { 0 };

    uint32_t body = read_header(walk, at, &header);
    char *type = media_type(&header, parent && parent->digest ? "message/rfc822" : "text/plain");
    *part = (struct open_part){ .encoding = transfer_encoding(header.encoding), .body = body };
    part->kind = kind_of(type, part->encoding);
    part->attachment = add_attachment(walk, &header, type);
    if (part->kind == PART_MULTIPART) {
        part->encoding = GMIME_CONTENT_ENCODING_DEFAULT;
        part->digest = strcmp(type, "multipart/digest") == 0;
        part->boundary = read_boundary(header.content_type);
    }
    g_free(type);
    free_string(header.content_type);
    free_string(header.disposition);
    free_string(header.encoding);
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

static void read_parts(struct walk *walk, uint32_t at)
{
    struct delimiter delimiter;

    at = begin_parts(walk, at);
    while (find_delimiter(walk, at, &delimiter)) {
        mw_bytes before = without_line_end(walk->in, 0, delimiter.start);
        while (walk->depth > delimiter.level + 1)
            end_part(walk, before.len);
        at = delimiter.end;
        if (delimiter.close)
            g_clear_pointer(&walk->open[delimiter.level].boundary, free_string);
        else
            at = begin_parts(walk, at);
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
    g_free(attachment);
}

struct mail_parts *mail_parts_parse(mw_bytes message, unsigned what)
{
    struct mail_parts *parts = g_new0(struct mail_parts, 1);
    struct walk *walk = g_new0(struct walk, 1);
    bool mailbox = mw_starts_nocase(message, "From ") || mw_starts_nocase(message, ">From "); /* RFC 4155 A */

    parts->attachments = g_ptr_array_new_with_free_func(free_attachment);
    *walk = (struct walk){ .in = message, .what = what, .parts = parts, .urls = mail_urls_new() };
    walk->work = MAX((uint64_t)message.len * MAIL_MAX_PASSES, MAIL_MIN_WORK);
    mail_header_free(mail_header_parse((mw_bytes){ NULL, 0 })); /* starts GMime */
    if (message.len && what)
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
