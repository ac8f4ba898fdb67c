/* What is wrong with the parts of a message: multiparts, encodings, names and types of attachments. RFC 2045, 2046.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/lint_rules.h"
#include "mail/parameters.h"

/* Octets of an attachment, decoded, that show its type. */
#define MAGIC_OCTETS 1024
/* Most different parameters of a field whose sections are looked at; real ones have less than 10. */
#define MAX_NAMES 50

/* ---- encodings ---- */

uint32_t lint_base64(mw_bytes in, uint32_t *first)
{
    uint32_t digits = 0, padding = 0, faults = 0;
    *first = in.len;
    for (uint32_t i = 0; i < in.len; i++) {
        uint8_t c = in.data[i];
        if (c == '\r' || c == '\n' || mw_is(c, MW_BLANK))
            continue;
        bool digit = mw_is(c, MW_BASE64);
        digits += digit && padding == 0;
        padding += c == '=';
        if ((digit && padding == 0) || c == '=')
            continue;
        if (faults++ == 0)
            *first = i;
    }
    if (faults == 0 && ((digits + padding) % 4 != 0 || padding > 2)) {
        faults = 1;
        *first = in.len ? in.len - 1 : 0;
    }
    return faults;
}

/* A line of quoted-printable: ptext and "=" 2HEX; "=" and blanks at its end join it to the next. RFC 2045 6.7. */
static bool is_quoted_line(mw_bytes line)
{
    uint32_t end = line.len;
    while (end && mw_is(line.data[end - 1], MW_BLANK))
        end--;
    for (uint32_t i = 0; i < end; i++) {
        if (line.data[i] != '=' || i + 1 == end)
            continue;
        if (end - i < 3 || !mw_is(line.data[i + 1], MW_HEX) || !mw_is(line.data[i + 2], MW_HEX))
            return false;
    }
    return line.len <= MAIL_MAX_QUOTED_LINE;
}

static void lint_quoted_printable(const struct lint *lint, const struct mail_part *part, mw_bytes content)
{
    struct mw_line line;
    for (uint32_t at = 0; at < content.len; at += line.used) {
        mw_bytes rest = mw_sub(content, mw_slice_of(at, content.len - at));
        if (mw_parse_line(rest, &line) == MW_PARTIAL)
            line.used = rest.len;
        if (!is_quoted_line(mw_sub(rest, line.text)))
            lint_add(lint, MW_ISSUE_MAIL_QUOTED_PRINTABLE, part->content.offset + at);
    }
}

static mw_bytes bytes_of(const GString *text)
{
    return text ? mw_bytes_of(text->str, (uint32_t)text->len) : mw_bytes_str("");
}

/* mechanism of Content-Transfer-Encoding, without a comment behind it. RFC 2045 6.1. */
static mw_bytes mechanism(const struct mail_part *part)
{
    mw_bytes in = bytes_of(part->encoding);
    uint32_t end = 0;
    while (end < in.len && !mw_is(in.data[end], MW_BLANK) && !strchr(";(", in.data[end]))
        end++;
    return mw_sub(in, mw_slice_of(0, end));
}

/* RFC 2045 6.4: what holds other parts is not encoded. RFC 6532 3.7 allows it for message/global and its kin. */
static bool is_composite(const struct mail_part *part)
{
    return part->multipart ||
           (g_str_has_prefix(part->type, "message/") && !g_str_has_prefix(part->type, "message/global"));
}

static void lint_encoding(struct lint *lint, const struct mail_part *part)
{
    mw_bytes name = mechanism(part), content = mw_sub(part->message, part->content);
    bool identity = !part->encoding || mw_equal_nocase(name, "7bit") || mw_equal_nocase(name, "8bit") ||
                    mw_equal_nocase(name, "binary");
    bool base64 = mw_equal_nocase(name, "base64"), quoted = mw_equal_nocase(name, "quoted-printable");
    bool known = identity || base64 || quoted || mw_starts_nocase(name, "x-");
    uint32_t first;

    lint->binary |= mw_equal_nocase(name, "binary");
    if (!known || part->encodings > 1 || (!identity && is_composite(part)))
        lint_add(lint, MW_ISSUE_MAIL_MIME_ENCODING, part->start);
    if (part->multipart)
        return;
    if (base64 && lint_base64(content, &first))
        lint_add(lint, MW_ISSUE_MAIL_BASE64, part->content.offset + first);
    if (quoted)
        lint_quoted_printable(lint, part, content);
}

/* ---- multiparts ---- */

/* boundary := 0*69<bchars> bcharsnospace. RFC 2046 5.1.1. */
static void lint_boundary(const struct lint *lint, const struct mail_part *part)
{
    GString *charset = g_string_new(NULL);
    GString *boundary = mail_parameter_join(part->content_type, "boundary", charset);
    bool good = boundary && boundary->len > 0 && boundary->len <= MAIL_MAX_BOUNDARY;
    bool cut = part->returned && !part->closed;

    if (!good || (!cut && (part->delimiters == 0 || !part->closed)))
        lint_add(lint, MW_ISSUE_MAIL_MIME_BOUNDARY, part->start);
    g_string_free(charset, TRUE);
    if (boundary)
        g_string_free(boundary, TRUE);
}

/* ---- parameters ---- */

/* What is known of a parameter while the sections of a field are counted. */
struct sections {
    mw_bytes name;
    unsigned next; /* section that has to come */
    bool plain, sectioned;
};

static struct sections *find_sections(struct sections *all, unsigned *count, mw_bytes name)
{
    for (unsigned i = 0; i < *count; i++)
        if (all[i].name.len == name.len &&
            g_ascii_strncasecmp((const char *)all[i].name.data, (const char *)name.data, name.len) == 0)
            return &all[i];
    if (*count == MAX_NAMES)
        return NULL;
    all[*count] = (struct sections){ .name = name };
    return &all[(*count)++];
}

/* Sections count from 0 without a gap, and none comes twice. RFC 2231 3. A form with charset that has no sections may
 * stand beside a plain one, as in RFC 6266. */
static bool are_sections_right(const GString *field)
{
    mw_bytes in = bytes_of(field);
    struct sections names[MAX_NAMES];
    unsigned count = 0;
    bool right = true;
    GArray *all = mail_parameters_parse(in);

    for (guint i = 0; i < all->len && right; i++) {
        const struct mail_parameter *p = &g_array_index(all, struct mail_parameter, i);
        struct sections *s = find_sections(names, &count, mw_sub(in, p->name));
        if (!s)
            break;
        right = !p->sectioned || p->section == s->next++;
        s->sectioned |= p->sectioned;
        s->plain |= !p->sectioned && !p->extended;
        right = right && !(s->plain && s->sectioned);
    }
    g_array_unref(all);
    return right;
}

/* ---- attachments ---- */

static const char *const programs[] = { "exe", "scr", "com", "pif", "bat", "cmd", "js",  "jse",
                                        "vbs", "vbe", "wsf", "wsh", "hta", "lnk", "msi", "ps1",
                                        "jar", "iso", "img", "vhd", "chm", "cpl", "reg", NULL };
static const char *const documents[] = { "csv", "doc", "docx", "gif",  "htm", "html", "jpeg", "jpg", "mp3",
                                         "mp4", "odp", "ods",  "odt",  "pdf", "png",  "pps",  "ppt", "pptx",
                                         "rtf", "txt", "xls",  "xlsx", "xml", "zip",  NULL };

static bool is_one_of(mw_bytes word, const char *const *words)
{
    for (; *words; words++)
        if (mw_equal_nocase(word, *words))
            return true;
    return false;
}

/* The extension of a name that ends at offset end, which becomes the offset of its dot; empty without one. */
static mw_bytes extension(mw_bytes name, uint32_t *end)
{
    uint32_t dot = *end;
    while (dot && name.data[dot - 1] != '.')
        dot--;
    mw_slice found = mw_slice_trim(name, mw_slice_of(dot, dot ? *end - dot : 0));
    *end = dot ? dot - 1 : 0;
    return mw_sub(name, found);
}

/* Windows ignores dots and blanks at the end of a name. */
static void lint_extension(const struct lint *lint, const struct mail_part *part, mw_bytes name)
{
    uint32_t end = name.len;
    while (end && (name.data[end - 1] == '.' || name.data[end - 1] == ' '))
        end--;
    if (!is_one_of(extension(name, &end), programs))
        return;
    lint_add(lint, MW_ISSUE_MAIL_ATTACHMENT_EXECUTABLE, part->start);
    if (is_one_of(extension(name, &end), documents))
        lint_add(lint, MW_ISSUE_MAIL_ATTACHMENT_DOUBLE_EXTENSION, part->start);
}

/* A name that a file system may take for a path, or not take at all. A tab may come from folding. */
static bool is_bad_name(const char *name)
{
    for (const char *c = name; *c; c++)
        if (*c == '/' || *c == '\\' || (*c == '.' && c[1] == '.') || ((uint8_t)*c < ' ' && *c != '\t') || *c == 0x7F)
            return true;
    return strlen(name) > MAIL_MAX_FILE_NAME;
}

static void lint_name(const struct lint *lint, const struct mail_part *part, const char *name)
{
    if (is_bad_name(name))
        lint_add(lint, MW_ISSUE_MAIL_ATTACHMENT_NAME, part->start);
    if (lint_has_bidi(name))
        lint_add(lint, MW_ISSUE_MAIL_BIDI_OVERRIDE, part->start);
    if (lint_has_invisible(name))
        lint_add(lint, MW_ISSUE_MAIL_INVISIBLE, part->start);
    lint_extension(lint, part, mw_bytes_str(name));
}

/* A name with one form for each letter and without blanks: folding and decoding may change those. The caller frees. */
static char *comparable(const char *name)
{
    char *text = g_utf8_normalize(name, -1, G_NORMALIZE_NFC);
    char *to = text;
    for (const char *from = text; *from; from++)
        if (!g_ascii_isspace(*from))
            *to++ = *from;
    *to = '\0';
    return text;
}

static bool are_names_equal(const char *a, const char *b)
{
    char *left = comparable(a), *right = comparable(b);
    bool equal = strcmp(left, right) == 0;
    g_free(left);
    g_free(right);
    return equal;
}

/* ---- types ---- */

enum magic {
    NO_MAGIC = 0,
    PE = 1 << 0,
    ELF = 1 << 1,
    ZIP = 1 << 2,
    PDF = 1 << 3,
    OLE = 1 << 4,
    RAR = 1 << 5,
    HTML = 1 << 6,
};

/* Media types, or how they begin, and what they may hold. Other application types are not judged: there are too many
 * that are ZIP or OLE inside. */
static const struct {
    const char *type;
    unsigned allowed;
} types[] = {
    { "application/epub+zip", ZIP },
    { "application/java-archive", ZIP },
    { "application/json", NO_MAGIC },
    { "application/msword", OLE | ZIP },
    { "application/pdf", PDF },
    { "application/pgp-", NO_MAGIC },
    { "application/pkcs7-", NO_MAGIC },
    { "application/rtf", NO_MAGIC },
    { "application/vnd.ms-excel", OLE | ZIP },
    { "application/vnd.ms-powerpoint", OLE | ZIP },
    { "application/vnd.ms-word", OLE | ZIP },
    { "application/vnd.oasis.opendocument", ZIP },
    { "application/vnd.openxmlformats-", ZIP | OLE }, /* encrypted ones are OLE */
    { "application/vnd.rar", RAR },
    { "application/x-dosexec", PE },
    { "application/x-executable", ELF },
    { "application/x-msdownload", PE },
    { "application/x-pkcs7-", NO_MAGIC },
    { "application/x-rar", RAR },
    { "application/x-zip", ZIP },
    { "application/xhtml+xml", HTML },
    { "application/zip", ZIP },
    { "audio/", NO_MAGIC },
    { "image/", NO_MAGIC },
    { "text/html", HTML },
    { "text/", NO_MAGIC },
    { "video/", NO_MAGIC },
};

static bool has_magic(mw_bytes in, const char *magic, uint32_t length)
{
    return in.len >= length && memcmp(in.data, magic, length) == 0;
}

/* The DOS header tells where "PE" stands. */
static bool is_pe(mw_bytes in)
{
    enum { POINTER = 0x3C };
    if (!has_magic(in, "MZ", 2) || in.len < POINTER + 4)
        return false;
    uint32_t at = in.data[POINTER] | (uint32_t)in.data[POINTER + 1] << 8;
    return in.data[POINTER + 2] == 0 && in.data[POINTER + 3] == 0 &&
           (at + 4 > in.len ? in.len >= MAGIC_OCTETS : memcmp(in.data + at, "PE\0\0", 4) == 0);
}

static bool is_html(mw_bytes in)
{
    while (in.len && g_ascii_isspace((char)in.data[0]))
        in = mw_sub(in, mw_slice_of(1, in.len - 1));
    return mw_starts_nocase(in, "<!doctype html") || mw_starts_nocase(in, "<html");
}

static unsigned magic_of(mw_bytes in)
{
    if (is_pe(in))
        return PE;
    if (has_magic(in,
                  "\x7F"
                  "ELF",
                  4))
        return ELF;
    if (has_magic(in, "PK\x03\x04", 4))
        return ZIP;
    if (has_magic(in, "%PDF-", 5))
        return PDF;
    if (has_magic(in, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8))
        return OLE;
    if (has_magic(in, "Rar!\x1A\x07", 6))
        return RAR;
    return is_html(in) ? HTML : NO_MAGIC;
}

static bool may_hold(const char *type, unsigned magic)
{
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_prefix(type, types[i].type))
            return (types[i].allowed & magic) == magic;
    return true;
}

static void append_octets(void *closure, mw_bytes octets)
{
    g_string_append_len(closure, (const char *)octets.data, octets.len);
}

static void lint_type(const struct lint *lint, const struct mail_part *part)
{
    struct mail_part beginning = *part;
    GString *octets = g_string_new(NULL);

    beginning.content.len = MIN(part->content.len, MAGIC_OCTETS * 4); /* quoted-printable takes three for one */
    mail_part_decode(&beginning, append_octets, octets);
    unsigned magic = magic_of(mw_bytes_of(octets->str, MIN((uint32_t)octets->len, MAGIC_OCTETS)));
    if (!may_hold(part->type, magic))
        lint_add(lint, MW_ISSUE_MAIL_ATTACHMENT_TYPE_DIFFERS, part->start);
    g_string_free(octets, TRUE);
}

static void lint_attachment(const struct lint *lint, const struct mail_part *part)
{
    char *filename = mail_parameter_decode(part->disposition, "filename");
    char *name = mail_parameter_decode(part->content_type, "name");
    bool attachment = filename || name || mw_starts_nocase(bytes_of(part->disposition), "attachment");

    if (filename || name)
        lint_name(lint, part, filename ? filename : name);
    if (filename && name && !are_names_equal(filename, name))
        lint_add(lint, MW_ISSUE_MAIL_ATTACHMENT_NAME_DIFFERS, part->start);
    if (attachment && !part->multipart)
        lint_type(lint, part);
    g_free(filename);
    g_free(name);
}

void lint_part(void *closure, const struct mail_part *part)
{
    struct lint *lint = closure;
    lint->parts++;
    if (part->depth == MAIL_MANY_DEPTH + 1)
        lint_add(lint, MW_ISSUE_MAIL_MIME_DEPTH, part->start);
    if (part->multipart)
        lint_boundary(lint, part);
    lint_encoding(lint, part);
    if (!are_sections_right(part->content_type) || !are_sections_right(part->disposition))
        lint_add(lint, MW_ISSUE_MAIL_PARAMETER_CONTINUATION, part->start);
    lint_attachment(lint, part);
}
