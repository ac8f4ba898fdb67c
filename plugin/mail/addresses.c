/* Addresses in From, To, Cc and Bcc. GMime's parser is not used: it gives up on the whole list at the first mailbox
 * that it does not understand (a..b@example.com, an unquoted bracket or a name before a bare address) and at a ';'.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/addresses.h"
#include "mail/header_text.h"

/* How comments are read: once the nested reading finds no end, a comment ends at the first ')'. That makes the cost
 * of many '(' proportional to the octets. */
struct scan {
    mw_bytes in;
    uint32_t at;
    bool flat_comments;
    bool no_more_quotes;  /* a quoted string without an end was seen: there is no closing quote further on */
    uint32_t close_limit; /* offset behind the last ')' */

    GString *word;
    bool word_is_address; /* has an '@' outside quotes, with something before it */
    bool blank;           /* blanks stood behind the word */
    bool angle;           /* the mailbox had its address in '<>': other words are its display name */
    guint pending;        /* strings of out that are words of the mailbox, valid if no '<' follows */
    guint words;          /* words of the whole field */
    guint max;
    GPtrArray *out;
};

/* Offset behind the quoted string that starts at from, or 0. */
static uint32_t quoted_end(mw_bytes in, uint32_t from)
{
    for (uint32_t i = from + 1; i < in.len; i++) {
        if (in.data[i] == '"')
            return i + 1;
        if (in.data[i] == '\\')
            i++;
    }
    return 0;
}

/* Offset behind the comment that starts at from, with comments inside it, or 0. RFC 5322 3.2.2. */
static uint32_t comment_end(mw_bytes in, uint32_t from)
{
    uint32_t depth = 0;
    for (uint32_t i = from; i < in.len; i++) {
        if (in.data[i] == '\\')
            i++;
        else if (in.data[i] == '(')
            depth++;
        else if (in.data[i] == ')' && --depth == 0)
            return i + 1;
    }
    return 0;
}

static uint32_t last_close(mw_bytes in)
{
    uint32_t i = in.len;
    while (i && in.data[i - 1] != ')')
        i--;
    return i;
}

static void push(struct scan *s, const char *address)
{
    if (*address && s->out->len < s->max)
        g_ptr_array_add(s->out, g_strdup(address));
}

/* The collected word is complete: an address counts unless a '<' shows that it is part of a display name. */
static void end_word(struct scan *s)
{
    guint before = s->out->len;

    s->blank = false;
    if (s->word->len == 0)
        return;
    s->words++;
    if (s->word_is_address && !g_str_has_suffix(s->word->str, "@"))
        push(s, s->word->str);
    s->pending += s->out->len - before;
    s->word_is_address = false;
    g_string_truncate(s->word, 0);
}

/* Forgets the words since the last separator: they were a display name, or the name of a group. */
static void drop_pending(struct scan *s)
{
    end_word(s);
    if (s->pending)
        g_ptr_array_set_size(s->out, (gint)(s->out->len - s->pending));
    s->pending = 0;
}

static void end_mailbox(struct scan *s)
{
    if (s->angle)
        drop_pending(s);
    else
        end_word(s);
    s->pending = 0;
    s->angle = false;
}

/* Appends octets to the word. Behind blanks a new word starts, except around an '@'. */
static void add_to_word(struct scan *s, uint32_t end)
{
    const char *piece = (const char *)s->in.data + s->at;
    uint32_t len = end - s->at;

    if (s->blank && s->word->len && *piece != '@' && s->word->str[s->word->len - 1] != '@')
        end_word(s);
    if (*piece != '"' && memchr(piece, '@', len) && (s->word->len || *piece != '@'))
        s->word_is_address = true;
    g_string_append_len(s->word, piece, len);
    s->blank = false;
    s->at = end;
}

static bool near_dot_or_at(const GString *out, uint8_t next)
{
    char last = out->len ? out->str[out->len - 1] : '@';
    return last == '@' || last == '.' || next == '@' || next == '.';
}

/* What stands between '<' and '>' without comments, and without blanks around '@' and '.'. RFC 5322 4.4. */
static GString *compact(mw_bytes in)
{
    GString *out = g_string_sized_new(in.len + 1);
    uint32_t limit = last_close(in), i = 0;
    bool quotes = true, blank = false;

    while (i < in.len) {
        uint8_t c = in.data[i];
        uint32_t next = i + 1;
        if (c == '"' && quotes) {
            next = quoted_end(in, i);
            quotes = next != 0;
            next = next ? next : i + 1;
        }
        if (c == '(' && i < limit) {
            next = mw_find(in, i, ')') + 1;
        } else if (mw_is(c, MW_BLANK)) {
            blank = true;
        } else {
            if (blank && !near_dot_or_at(out, c))
                g_string_append_c(out, ' ');
            blank = false;
            g_string_append_len(out, (const char *)in.data + i, next - i);
        }
        i = next;
    }
    return out;
}

/* angle-addr = "<" addr-spec ">" / obs-angle-addr, its inside. RFC 5322 3.4, 4.4. */
static void push_angle(struct scan *s, mw_bytes inside)
{
    GString *text = compact(inside);
    const char *address = text->str;

    if (*address == '@' && strchr(address, ':'))
        address = strchr(address, ':') + 1;
    if (g_ascii_strncasecmp(address, "mailto:", 7) == 0)
        address += 7;
    push(s, address);
    g_string_free(text, TRUE);
}

/* Offset of what ends the inside of '<': '>', another '<', or the end of the field. */
static uint32_t angle_end(mw_bytes in, uint32_t from)
{
    while (from < in.len && in.data[from] != '>' && in.data[from] != '<')
        from++;
    return from;
}

static void scan_angle(struct scan *s)
{
    mw_bytes in = s->in;
    while (s->at < in.len && (in.data[s->at] == '<' || mw_is(in.data[s->at], MW_BLANK)))
        s->at++;
    uint32_t end = angle_end(in, s->at);
    bool closed = end < in.len && in.data[end] == '>';
    if (!closed) {
        uint32_t comma = mw_find(mw_bytes_of(in.data, end), s->at, ',');
        end = mw_find(mw_bytes_of(in.data, comma), s->at, ';');
    }
    drop_pending(s);
    s->words++;
    s->angle = true;
    push_angle(s, mw_sub(in, mw_slice_of(s->at, end - s->at)));
    s->at = closed ? end + 1 : end;
    while (closed && s->at < in.len && in.data[s->at] == '>')
        s->at++;
}

/* False if the '(' at the place starts no comment. */
static bool scan_comment(struct scan *s)
{
    uint32_t end = s->flat_comments ? 0 : comment_end(s->in, s->at);
    if (end == 0) {
        s->flat_comments = true;
        if (s->at >= s->close_limit)
            return false;
        end = mw_find(s->in, s->at, ')') + 1;
    }
    s->at = end;
    return true;
}

static bool scan_quoted(struct scan *s)
{
    uint32_t end = s->no_more_quotes ? 0 : quoted_end(s->in, s->at);
    if (end == 0) {
        s->no_more_quotes = true;
        return false;
    }
    add_to_word(s, end);
    return true;
}

/* Other octets of a word; a domain-literal behind an '@' goes up to its ']'. RFC 5322 3.4.1. */
static void scan_atom(struct scan *s)
{
    uint32_t i = s->at;
    bool literal = false;
    while (i < s->in.len) {
        uint8_t c = s->in.data[i];
        if (c == 0 || mw_is(c, MW_BLANK) || strchr("\"(<>,;", c) || (c == ':' && !literal))
            break;
        if (c == '=' && i > s->at && i + 1 < s->in.len && s->in.data[i + 1] == '?')
            break;
        if (c == '[' && i > 0 && s->in.data[i - 1] == '@')
            literal = true;
        if (c == ']')
            literal = false;
        i++;
    }
    if (i == s->at)
        s->at++;
    else
        add_to_word(s, i);
}

/* One step over a special octet. False if the place starts a word. */
static bool scan_special(struct scan *s)
{
    uint8_t c = s->in.data[s->at];

    if (c == '(')
        return scan_comment(s);
    if (c == '"')
        return scan_quoted(s);
    if (c == '<')
        scan_angle(s);
    else if (c == ',' || c == ';')
        end_mailbox(s);
    else if (c == ':')
        drop_pending(s);
    else if (mw_is(c, MW_BLANK))
        s->blank = true;
    else
        return false;
    if (c != '<')
        s->at++;
    return true;
}

/* Scans a field of UTF-8 text. Returns whether it holds an encoded word; such a word is never an address. */
static bool scan_field(struct scan *s)
{
    struct mail_encoded_word word;
    bool encoded = false;

    while (s->at < s->in.len) {
        if (mail_parse_encoded_word(s->in, s->at, &word)) {
            end_word(s);
            s->words++;
            s->at = word.end;
            encoded = true;
        } else if (!scan_special(s)) {
            scan_atom(s);
        }
    }
    return encoded;
}

/* Returns scan_field's answer. */
static bool parse_text(const char *text, GPtrArray *out, guint max)
{
    mw_bytes in = mw_bytes_str(text);
    struct scan s = { .in = in, .close_limit = last_close(in), .word = g_string_new(NULL), .out = out, .max = max };
    guint before = out->len;
    bool encoded = scan_field(&s);
    char *only = s.words == 0 && s.word->len && s.word->str[0] != '"' ? g_strdup(s.word->str) : NULL;

    end_mailbox(&s);
    if (only && out->len == before && !strchr(only, '@'))
        push(&s, only);
    g_free(only);
    g_string_free(s.word, TRUE);
    return encoded;
}

void mail_parse_addresses(mw_bytes field, GPtrArray *out, guint max)
{
    guint before = out->len;
    char *text = mail_text_utf8(field);
    bool encoded = parse_text(text, out, max);

    g_free(text);
    if (!encoded || out->len > before)
        return;
    text = mail_text_decode(field);
    parse_text(text, out, max);
    g_free(text);
}
