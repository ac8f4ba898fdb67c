/* Finds the host, the software and its version in the greetings of POP3 and IMAP servers, and the APOP timestamp.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner_parts.h"

#include <glib.h>

#define SEEK BANNER_SEEK

/* What does not greet as SMTP as well, or under another name there. Sorted without regard to case. */
static const struct banner_software known[] = {
    { "Archiveopteryx", 0 },
    { "Binc IMAP", 0 },
    { "CallPilot", 0 },
    { "Citadel", 0 },
    { "CMailServer", 0 },
    { "Courier-IMAP", 0 },
    { "cppop", 0 },
    { "Cubic Circle's", 0 },
    { "DBMAIL", 0 },
    { "DeskNow", 0 },
    { "Domino", 0 },
    { "DPOP", 0 },
    { "Gimap", 0 },
    { "Gordano Messaging Suite", 0 },
    { "Gpop", 0 },
    { "GroupWise", 0 },
    { "IdeaPop3Server", 0 },
    { "imapgate", 0 },
    { "Kopano", 0 },
    { "Lotus Notes", 0 },
    { "MailEnable", SEEK },
    { "Microsoft Exchange", SEEK },
    { "Microsoft Exchange 2000", SEEK },
    { "Microsoft Exchange Server 2003", SEEK },
    { "Microsoft Exchange Server 2007", SEEK },
    { "Microsoft Windows POP3 Service", SEEK },
    { "Mirapoint", 0 },
    { "ModusMail", 0 },
    { "perdition", 0 },
    { "popa3d", 0 },
    { "popgate", 0 },
    { "Proton Mail Bridge", 0 },
    { "QPOP", 0 },
    { "Qpopper", 0 },
    { "QuickMail Pro Server", 0 },
    { "recvmail", 0 },
    { "Scalix", 0 },
    { "Sendmail Advanced Message Server", 0 },
    { "SmarterMail", 0 },
    { "SmartMax IMAPMax", 0 },
    { "Solid POP3 server", 0 },
    { "Solstice (tm) Internet Mail Server", 0 },
    { "TCPIP POP server", 0 },
    { "Teapop", 0 },
    { "vm-pop3d", 0 },
    { "WDPop", 0 },
    { "WildDuck", 0 },
    { "Winmail Mail Server", 0 },
    { "WorldMail", 0 },
    { "XPOP3", 0 },
    { "Ymailserver", 0 },
    { "Zarafa", 0 },
};

static const char *const pop_words[] = { "POP", "POP3", "POP3S", "SPOP3" };
static const char *const imap_words[] = { "IMAP", "IMAP2", "IMAP2bis", "IMAP4", "IMAP4rev1", "IMAP4rev2", "IMAPrev1" };

/* Names of software that are enough for the heuristic. */
static const char *const pop_names[] = { "Dovecot", "Gpop", "QPOP", "Qpopper", "vm-pop3d" };
static const char *const imap_names[] = { "Dovecot", "Gimap" };

/* First words of a greeting that are neither a host nor software. */
static const char *const not_first[] = {
    "Connected", "Der",    "Go",      "Hello", "Hi",   "Microsoft", "OK", "Proxy",
    "Ready",     "Server", "Service", "The",   "This", "Welcome",   "X1", "You",
};

struct words {
    const char *const *list;
    size_t n;
};

static const struct words pop = { pop_words, G_N_ELEMENTS(pop_words) };
static const struct words imap = { imap_words, G_N_ELEMENTS(imap_words) };

static const struct banner_software *software_at(mw_bytes in, uint32_t at)
{
    const struct banner_software *shared = banner_software_at(in, at);
    const struct banner_software *own = banner_row_at(in, at, known, G_N_ELEMENTS(known));
    if (shared && own)
        return strlen(shared->name) > strlen(own->name) ? shared : own;
    return own ? own : shared;
}

/* Octets of the word of a list that stands at an offset, 0 without one. */
static uint32_t word_at(mw_bytes in, uint32_t at, const struct words *words)
{
    for (size_t i = 0; i < words->n; i++)
        if (banner_word_at(in, at, words->list[i]))
            return (uint32_t)strlen(words->list[i]);
    return 0;
}

static bool says(mw_bytes in, const char *const *list, size_t n)
{
    const struct words words = { list, n };
    for (uint32_t at = 0; at < in.len; at++)
        if (word_at(in, at, &words))
            return true;
    return false;
}

static bool is_ascii(mw_bytes in)
{
    for (uint32_t i = 0; i < in.len; i++)
        if (in.data[i] >= 0x80)
            return false;
    return true;
}

/* A host name without a dot is only taken as one in front of the protocol or the software: "mail01 Cyrus POP3 v2.3.16".
 * Such a word may be in a character set of its own: "+OK <GB2312> CMailServer 5.2 POP3 Service Ready". */
static bool is_host(mw_bytes in, mw_slice name, mw_slice behind, const struct words *protocol)
{
    mw_bytes n = mw_sub(in, name);
    if (banner_is_address_literal(n))
        return true;
    if (!banner_is_domain(n) || software_at(in, name.offset) || banner_in_list(n, protocol->list, protocol->n))
        return false;
    if (mw_find(n, 0, '.') < n.len)
        return true;
    uint32_t next = mw_next_word(in, &behind).offset;
    return is_ascii(n) && !banner_in_list(n, not_first, G_N_ELEMENTS(not_first)) &&
           (word_at(in, next, protocol) || software_at(in, next));
}

/* The host at the start of a greeting, empty when there is none; *rest becomes what stands behind it. */
static mw_slice take_host(mw_bytes in, mw_slice *rest, const struct words *protocol)
{
    mw_slice behind = *rest;
    mw_slice host = banner_domain_in_word(in, mw_next_word(in, &behind));
    if (!is_host(in, host, behind, protocol))
        return mw_slice_of(0, 0);
    *rest = behind;
    return host;
}

/* Teapop writes "Teapop [v0.3.8]". */
static uint32_t skip_bracket(mw_bytes in, uint32_t at)
{
    return at + 1 < in.len && in.data[at] == ' ' && in.data[at + 1] == '[' ? at + 2 : at;
}

static bool find_known(mw_bytes in, uint32_t from, struct mw_banner *out)
{
    for (uint32_t at = from; at < in.len; at++) {
        const struct banner_software *s = software_at(in, at);
        if (!s)
            continue;
        out->software = mw_slice_of(at, (uint32_t)strlen(s->name));
        out->version = banner_find_version(in, skip_bracket(in, mw_slice_end(out->software)), s->flags);
        return true;
    }
    return false;
}

/* A number with a dot that is no IPv4 address. */
static bool is_plausible_version(mw_bytes v)
{
    uint32_t dots = 0, digits = 0;
    for (uint32_t i = 0; i < v.len; i++) {
        dots += v.data[i] == '.';
        digits += mw_is(v.data[i], MW_DIGIT);
    }
    return dots > 0 && !(dots == 3 && digits + dots == v.len);
}

/* UW: "host IMAP4rev1 2007e.404 at Mon, ...", "POP3 host v2003.83rh server ready"; others: "host POP3 Server (Version
 * 1.020h) ready". In the second form the host stands behind the protocol and the version in front of "server". */
static void find_nameless(mw_bytes in, mw_slice rest, const struct words *protocol, struct mw_banner *out)
{
    mw_slice word = mw_next_word(in, &rest);
    uint32_t end = word.offset + word_at(in, word.offset, protocol);
    if (end == word.offset)
        return;
    mw_slice v = banner_find_version(in, end, 0);
    if (!is_plausible_version(mw_sub(in, v))) {
        mw_slice host = mw_next_word(in, &rest);
        v = banner_find_version(in, mw_slice_end(host), 0);
        if (!v.len || !mw_starts_nocase(mw_sub(in, mw_slice_of(mw_slice_end(v), in.len)), " server"))
            return;
        if (!out->domain.len && (banner_is_domain(mw_sub(in, host)) || banner_is_address_literal(mw_sub(in, host))))
            out->domain = host;
    }
    if (is_plausible_version(mw_sub(in, v)))
        out->version = v;
}

/* Software that is in no row, named first: "Radish (Version 3.0.0-b021) ready", "Frobmail IMAP4rev1 v1.2 ready". */
static void find_unknown(mw_bytes in, mw_slice rest, struct mw_banner *out)
{
    mw_slice name = mw_next_word(in, &rest);
    mw_bytes n = mw_sub(in, name);
    if (n.len < 2 || !g_ascii_isupper(n.data[0]) || banner_in_list(n, not_first, G_N_ELEMENTS(not_first)))
        return;
    for (uint32_t i = 0; i < n.len; i++)
        if (!mw_is(n.data[i], MW_ALPHA | MW_DIGIT) && n.data[i] != '-' && n.data[i] != '_')
            return;
    mw_slice v = banner_find_version(in, mw_slice_end(name), 0);
    if (!is_plausible_version(mw_sub(in, v)))
        return;
    out->software = name;
    out->version = v;
}

static void parse_banner(mw_bytes text, const struct words *protocol, struct mw_banner *out)
{
    mw_bytes in = banner_cut(text);
    mw_slice rest = { 0, in.len };
    *out = (struct mw_banner){ .domain = take_host(in, &rest, protocol) };
    if (find_known(in, rest.offset, out))
        return;
    mw_slice first = rest;
    if (word_at(in, mw_next_word(in, &first).offset, protocol))
        find_nameless(in, rest, protocol, out);
    else
        find_unknown(in, rest, out);
}

void mw_parse_pop_banner(mw_bytes text, struct mw_banner *out)
{
    parse_banner(text, &pop, out);
}

void mw_parse_imap_banner(mw_bytes text, struct mw_banner *out)
{
    parse_banner(text, &imap, out);
}

/* What stands behind the status of a greeting; false without the status or with control characters. */
static bool greeting_text(mw_bytes line, const char *status, mw_bytes *text)
{
    uint32_t n = (uint32_t)strlen(status);
    if (!mw_starts_nocase(line, status) || line.len <= n || line.data[n] != ' ')
        return false;
    *text = mw_sub(line, mw_slice_of(n, line.len - n));
    return banner_is_printable(*text);
}

bool mw_is_pop_greeting(mw_bytes first_line)
{
    mw_bytes line = banner_without_line_ending(banner_cut(first_line));
    mw_bytes text;
    mw_slice timestamp;
    bool valid;

    /* RFC 2449 8: in upper case */
    if (line.len < 3 || memcmp(line.data, "+OK", 3) != 0 || !greeting_text(line, "+OK", &text))
        return false;
    return says(text, pop.list, pop.n) || says(text, pop_names, G_N_ELEMENTS(pop_names)) ||
           (mw_find_apop_timestamp(text, &timestamp, &valid) && valid);
}

bool mw_is_imap_greeting(mw_bytes first_line)
{
    static const char *const statuses[] = { "* OK", "* PREAUTH", "* BYE" };
    mw_bytes line = banner_without_line_ending(banner_cut(first_line));
    mw_bytes text;

    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (greeting_text(line, statuses[i], &text))
            return says(text, imap.list, imap.n) || says(text, imap_names, G_N_ELEMENTS(imap_names));
    return false;
}

static bool is_msg_id(mw_bytes in)
{
    uint32_t at = mw_find(in, 0, '@');
    if (in.len < 5 || at == 1 || at + 2 >= in.len || mw_find(in, at + 1, '@') < in.len)
        return false;
    for (uint32_t i = 0; i < in.len; i++)
        if (in.data[i] <= ' ' || in.data[i] > '~')
            return false;
    return true;
}

bool mw_find_apop_timestamp(mw_bytes text, mw_slice *out, bool *valid)
{
    uint32_t open = text.len;
    bool with_at = false;

    *out = mw_slice_of(0, 0);
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.data[i] == '<')
            open = i;
        if (text.data[i] != '>' || open >= text.len)
            continue;
        mw_slice found = mw_slice_of(open, i + 1 - open);
        bool at = mw_find(mw_sub(text, found), 0, '@') < found.len;
        if (at || !with_at)
            *out = found;
        with_at = with_at || at;
        open = text.len;
    }
    *valid = is_msg_id(mw_sub(text, *out));
    return out->len > 0;
}

const char *mw_known_access_software(uint32_t row)
{
    return row < G_N_ELEMENTS(known) ? known[row].name : NULL;
}
