/* Finds the host, the software and its version in a server's greeting.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "banner_parts.h"

#include <glib.h>

#define SEEK BANNER_SEEK
#define ALONE BANNER_ALONE
#define TAGGED BANNER_TAGGED

/* Sorted without regard to case. Where several names begin at one place the longest counts. */
static const struct banner_software known[] = {
    { "AnalogX Proxy", 0 },
    { "Apache JAMES", 0 },
    { "AppleMailServer", ALONE },
    { "AppleShare IP Mail Server", ALONE },
    { "ArGoSoft Mail Server", SEEK | ALONE },
    { "AXIGEN", 0 },
    { "CCProxy", 0 },
    { "Cellopoint E-mail Firewall", ALONE },
    { "chasquid", ALONE },
    { "CheckPoint FireWall-1", 0 },
    { "CommuniGate Pro", 0 },
    { "Coremail", ALONE },
    { "Courier", 0 },
    { "Cyrus", 0 },
    { "Dovecot", ALONE },
    { "Dumbster", ALONE },
    { "ecelerity", ALONE },
    { "Eudora Internet Mail Server", ALONE },
    { "Exim", ALONE },
    { "FTGate", 0 },
    { "GNU Mailman", ALONE },
    { "GreenMail", ALONE },
    { "GroupWise Internet Agent", ALONE },
    { "gsmtp", ALONE },
    { "Haraka", ALONE },
    { "HCL Domino", 0 },
    { "hMailServer", ALONE },
    { "IBM Domino", 0 },
    { "IBM VM SMTP", 0 },
    { "IceWarp", 0 },
    { "IMail", ALONE },
    { "InterMail", ALONE | TAGGED },
    { "iPlanet Messaging Server", ALONE },
    { "JAMES", 0 },
    { "Kerio Connect", 0 },
    { "Kerio MailServer", 0 },
    { "Lotus Domino", 0 },
    { "Lotus SMTP MTA", 0 },
    { "Lyris ListManager", ALONE },
    { "maddy", 0 },
    { "Mail-in-a-Box", ALONE },
    { "Mail-Max", ALONE },
    { "MailEnable Service", SEEK | ALONE },
    { "MailHog", ALONE },
    { "MailMarshal", ALONE },
    { "Mailpit", ALONE },
    { "MailSite", 0 },
    { "MAILsweeper", 0 },
    { "masqmail", ALONE },
    { "MDaemon", ALONE },
    { "Merak", 0 },
    { "MERCUR", 0 },
    { "Mercury", 0 },
    { "Mercury/32", 0 },
    { "MetaInfo Sendmail", ALONE },
    { "Microsoft ESMTP MAIL Service", SEEK | ALONE },
    { "Microsoft Exchange Internet Mail Service", ALONE },
    { "Microsoft SMTP MAIL", SEEK | ALONE },
    { "MIMEsweeper", 0 },
    { "Momentum", 0 },
    { "msmtpd", ALONE },
    { "Nemesis", 0 },
    { "Netscape Messaging Server", ALONE },
    { "Nodemailer", ALONE },
    { "NTMail", ALONE },
    { "OpenSMTPD", ALONE },
    { "Oracle Communications Messaging Exchange Server", ALONE },
    { "Oracle Communications Messaging Server", ALONE },
    { "PMailServer", ALONE },
    { "PMDF", 0 },
    { "Post.Office", ALONE },
    { "Postfix", ALONE },
    { "PowerMTA", ALONE },
    { "Python SMTP", 0 },
    { "Python SMTP proxy", 0 },
    { "QQ Mail Server", ALONE },
    { "Sendmail", ALONE | TAGGED },
    { "SimpleEmailService", ALONE },
    { "SLmail", ALONE },
    { "smtp4dev", ALONE },
    { "SonicWALL", 0 },
    { "Sophos Email Appliance", ALONE },
    { "Stalker Internet Mail Server", ALONE },
    { "Stalwart", 0 },
    { "SubEthaSMTP", ALONE },
    { "Sun Internet Mail Server", ALONE | TAGGED },
    { "Sun Java System Messaging Server", ALONE },
    { "Sun Java(tm) System Messaging Server", ALONE },
    { "Sun ONE Messaging Server", ALONE },
    { "SurgeMail", 0 },
    { "SurgeSMTP", ALONE },
    { "Symantec Mail Security", ALONE },
    { "Symantec Messaging Gateway", ALONE },
    { "VOPmail", ALONE },
    { "VPOP3", 0 },
    { "WebShield SMTP", 0 },
    { "WinRoute Pro", 0 },
    { "XMail", ALONE },
    { "Zimbra", 0 },
    { "ZMailer", ALONE },
    { "ZoneMTA", ALONE },
};

/* What may stand between a name and its version: "Haraka ESMTP 3.0", "Mail Server Pro, Version 1.8",
 * "dbmail imap (protocol version 4r1) server 2.2.10". */
static const char *const fillers[] = {
    "@(#)Sendmail", "ESMTP",       "Freeware",    "IMAP",   "IMAP4",
    "IMAP4rev1",    "IMAP4rev2",   "LMTP",        "Murder", "Plus",
    "POP",          "POP3",        "POP3-Server", "Pro",    "protocol version 4r1)",
    "Receiver",     "Release",     "runner",      "Server", "Service",
    "SMTP",         "SMTP-Server", "TM)",         "UCB",    "version",
};

/* First words of a greeting without a domain. */
static const char *const not_domains[] = {
    "Connected", "ESMTP",  "Generic", "Go",   "Hello", "Hi",   "LMTP",    "Microsoft", "OK",
    "Ready",     "Server", "Service", "SMTP", "The",   "This", "Welcome", "X1",        "You",
};

/* Words that a mail server says of itself, and words of file servers, which greet with 220 as well (RFC 959 5.4). */
static const char *const mail_words[] = { "ESMTP", "ESMTPS", "ESMTPSA", "LMTP", "SMTP" };
static const char *const file_words[] = { "FileZilla", "ftp", "GlobalSCAPE", "Serv-U", "Titan", "wu-2", "Xlight" };

/* What stands where a name is looked for but is none: "ESMTP Mon 12.3.2010", "SMTP Server 1.0". */
static const char *const not_names[] = {
    "Apr", "Aug",   "Dec",   "Feb",     "Fri", "Jan", "Jul",    "Jun",     "Mail", "Mar", "May", "Mon",     "Nov",
    "Oct", "Proxy", "Ready", "Release", "Sat", "Sep", "Server", "Service", "Sun",  "Thu", "Tue", "Version", "Wed",
};

bool banner_in_list(mw_bytes word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mw_equal_nocase(word, list[i]))
            return true;
    return false;
}

static bool is_wordlike(uint8_t c)
{
    return mw_is(c, MW_ALPHA | MW_DIGIT) || c == '_' || c == '@' || c >= 0x80;
}

static bool is_end_of_word(mw_bytes in, uint32_t at)
{
    if (at >= in.len)
        return true;
    if (in.data[at] == '.')
        return at + 1 >= in.len || !is_wordlike(in.data[at + 1]);
    return !is_wordlike(in.data[at]);
}

static bool is_start_of_word(mw_bytes in, uint32_t at)
{
    return at == 0 || (!is_wordlike(in.data[at - 1]) && in.data[at - 1] != '.');
}

/* Most names of a table are told by their first letter. */
static bool begins_alike(uint8_t c, const char *name)
{
    return g_ascii_tolower((char)c) == g_ascii_tolower(*name);
}

bool banner_word_at(mw_bytes in, uint32_t at, const char *name)
{
    return mw_starts_nocase(mw_sub(in, mw_slice_of(at, in.len - at)), name) && is_start_of_word(in, at) &&
           is_end_of_word(in, at + (uint32_t)strlen(name));
}

const struct banner_software *banner_row_at(mw_bytes in, uint32_t at, const struct banner_software *rows, size_t n)
{
    const struct banner_software *found = NULL;
    if (at >= in.len || !is_start_of_word(in, at))
        return NULL;
    for (size_t i = 0; i < n; i++)
        if (begins_alike(in.data[at], rows[i].name) && banner_word_at(in, at, rows[i].name) &&
            (!found || strlen(rows[i].name) > strlen(found->name)))
            found = &rows[i];
    return found;
}

const struct banner_software *banner_software_at(mw_bytes in, uint32_t at)
{
    return banner_row_at(in, at, known, G_N_ELEMENTS(known));
}

/* The offset behind a filler word or one separator, or at when there is neither. */
static uint32_t skip_filler(mw_bytes in, uint32_t at)
{
    for (size_t i = G_N_ELEMENTS(fillers); i-- > 0;) /* backwards: "SMTP-Server" before "SMTP" */
        if (at < in.len && begins_alike(in.data[at], fillers[i]) && banner_word_at(in, at, fillers[i]))
            return at + (uint32_t)strlen(fillers[i]);
    if (at >= in.len)
        return at;
    if (in.data[at] == '-' && at + 1 < in.len && !mw_is(in.data[at + 1], MW_BLANK | MW_DIGIT))
        return at;
    return strchr(" \t,:(/-", in.data[at]) && in.data[at] ? at + 1 : at;
}

static uint32_t skip_fillers(mw_bytes in, uint32_t at)
{
    for (uint32_t next = skip_filler(in, at); next > at; next = skip_filler(in, at))
        at = next;
    return at;
}

/* "v" and "v." before a number: v4.72, V6.6, v.1.0 */
static uint32_t skip_v(mw_bytes in, uint32_t at)
{
    uint32_t next = at;
    if (next < in.len && (in.data[next] == 'v' || in.data[next] == 'V'))
        next++;
    if (next > at && next < in.len && in.data[next] == '.')
        next++;
    return next < in.len && mw_is(in.data[next], MW_DIGIT) ? next : at;
}

static bool has_digit(mw_bytes in)
{
    for (uint32_t i = 0; i < in.len; i++)
        if (mw_is(in.data[i], MW_DIGIT))
            return true;
    return false;
}

static bool is_version_char(uint8_t c)
{
    return mw_is(c, MW_ALPHA | MW_DIGIT) || c == '.' || c == '-' || c == '_' || c == '+' || c == '~';
}

/* MailEnable writes "8.00--" and "9.53-9.53-": a version ends at two hyphens and not with punctuation. */
static mw_slice version_at(mw_bytes in, uint32_t at, uint8_t flags)
{
    mw_slice v = { skip_v(in, at), 0 };
    while (mw_slice_end(v) < in.len && is_version_char(in.data[mw_slice_end(v)])) {
        if (mw_sub(in, mw_slice_of(mw_slice_end(v), 2)).len == 2 && memcmp(in.data + mw_slice_end(v), "--", 2) == 0)
            break;
        v.len++;
    }
    while (v.len && !mw_is(in.data[mw_slice_end(v) - 1], MW_ALPHA | MW_DIGIT))
        v.len--;
    bool good = (flags & TAGGED) ? has_digit(mw_sub(in, v)) : v.len && mw_is(in.data[v.offset], MW_DIGIT);
    return good ? v : mw_slice_of(0, 0);
}

/* AIX puts its own release first: "Sendmail AIX5.1/8.11.6p2/8.11.0", "Sendmail AIX 4.1/UCB 5.64/4.03". */
static uint32_t skip_aix(mw_bytes in, uint32_t at)
{
    if (!mw_starts_nocase(mw_sub(in, mw_slice_of(at, in.len - at)), "AIX"))
        return at;
    uint32_t slash = mw_find(in, at, '/');
    return slash < in.len ? skip_fillers(in, slash + 1) : at;
}

mw_slice banner_find_version(mw_bytes in, uint32_t from, uint8_t flags)
{
    uint32_t at = skip_fillers(in, from);
    if (flags & TAGGED)
        at = skip_aix(in, at);
    mw_slice v = version_at(in, at, flags);
    if (v.len || !(flags & SEEK))
        return v;
    at = mw_find_nocase(in, at, "version");
    return at < in.len ? version_at(in, skip_fillers(in, at), flags) : v;
}

static const struct banner_software *find_known(mw_bytes in, uint32_t from, struct mw_banner *out)
{
    for (uint32_t at = from; at < in.len; at++) {
        const struct banner_software *s = banner_software_at(in, at);
        if (!s)
            continue;
        out->software = mw_slice_of(at, (uint32_t)strlen(s->name));
        out->version = banner_find_version(in, mw_slice_end(out->software), s->flags);
        return s;
    }
    return NULL;
}

/* Software that is in no row, in the form most use: "ESMTP Name 1.2.3", "ESMTP Name/1.2" behind the domain. */
static void find_unknown(mw_bytes in, mw_slice rest, struct mw_banner *out)
{
    mw_bytes word = mw_sub(in, mw_next_word(in, &rest));
    if (!banner_in_list(word, mail_words, G_N_ELEMENTS(mail_words)))
        return;
    mw_slice name = mw_next_word(in, &rest);
    name.len = mw_find(mw_sub(in, name), 0, '/');
    mw_bytes n = mw_sub(in, name);
    if (n.len < 2 || !g_ascii_isupper(n.data[0]) || banner_in_list(n, not_names, G_N_ELEMENTS(not_names)))
        return;
    for (uint32_t i = 0; i < n.len; i++)
        if (!mw_is(n.data[i], MW_ALPHA | MW_DIGIT) && n.data[i] != '-' && n.data[i] != '_')
            return;
    uint32_t at = mw_slice_end(name);
    while (at < in.len && (in.data[at] == '/' || mw_is(in.data[at], MW_BLANK)))
        at++;
    mw_slice v = version_at(in, at, 0);
    if (mw_find(mw_sub(in, v), 0, '.') == v.len)
        return;
    out->software = name;
    out->version = v;
}

/* RFC 2034 4 does not put an enhanced status code into a greeting; Momentum does: "2.0.0 host ESMTP ecelerity". */
static bool is_enhanced_code(mw_bytes w)
{
    uint32_t dots = 0;
    for (uint32_t i = 0; i < w.len; i++) {
        if (!mw_is(w.data[i], MW_DIGIT) && w.data[i] != '.')
            return false;
        dots += w.data[i] == '.';
    }
    return dots == 2 && mw_starts_nocase(w, "2.");
}

bool banner_is_address_literal(mw_bytes w)
{
    if (w.len < 4 || w.data[0] != '[' || w.data[w.len - 1] != ']')
        return false;
    bool tagged = mw_starts_nocase(w, "[IPv6:");
    for (uint32_t i = tagged ? 6 : 1; i + 1 < w.len; i++)
        if (!mw_is(w.data[i], MW_HEX) && w.data[i] != '.' && w.data[i] != ':')
            return false;
    return true;
}

bool banner_is_domain(mw_bytes w)
{
    uint32_t dots = 0, letters = 0;
    for (uint32_t i = 0; i < w.len; i++) {
        uint8_t c = w.data[i];
        if (!mw_is(c, MW_ALPHA | MW_DIGIT) && c != '-' && c != '.' && c != '_' && c < 0x80)
            return false;
        dots += c == '.';
        letters += mw_is(c, MW_ALPHA) || c >= 0x80;
    }
    if (w.len == 0 || w.data[0] == '.' || w.data[0] == '-')
        return false;
    return letters > 0 || dots == 3;
}

mw_slice banner_domain_in_word(mw_bytes in, mw_slice word)
{
    mw_bytes w = mw_sub(in, word);
    uint32_t at_sign = mw_find(w, 0, '@');
    if (w.len > 2 && w.data[0] == '<' && w.data[w.len - 1] == '>' && at_sign < w.len)
        word = mw_slice_of(word.offset + at_sign + 1, w.len - at_sign - 2);
    while (word.len && strchr(".,:;", in.data[mw_slice_end(word) - 1]) && in.data[mw_slice_end(word) - 1])
        word.len--;
    return word;
}

/* Greetings that begin with the name of the software write it as the makers do; a host called "postfix" does not. */
static bool begins_with_software(mw_bytes in, uint32_t at)
{
    const struct banner_software *s = banner_software_at(in, at);
    return s && memcmp(in.data + at, s->name, strlen(s->name)) == 0;
}

/* The domain at the start of a greeting, empty when there is none; *rest becomes what stands behind it. */
static mw_slice take_domain(mw_bytes in, mw_slice *rest)
{
    mw_slice behind = *rest;
    mw_slice word = mw_next_word(in, &behind);
    if (is_enhanced_code(mw_sub(in, word))) {
        *rest = behind;
        word = mw_next_word(in, &behind);
    }
    mw_slice domain = banner_domain_in_word(in, word);
    mw_bytes d = mw_sub(in, domain);
    bool good = banner_is_address_literal(d) ||
                (banner_is_domain(d) && !banner_in_list(d, not_domains, G_N_ELEMENTS(not_domains)));
    if (!good || begins_with_software(in, word.offset))
        return mw_slice_of(0, 0);
    *rest = behind;
    return domain;
}

mw_bytes banner_cut(mw_bytes text)
{
    return mw_sub(text, mw_slice_of(0, MW_MAX_BANNER));
}

void mw_parse_smtp_banner(mw_bytes text, struct mw_banner *out)
{
    mw_bytes in = banner_cut(text);
    mw_slice rest = { 0, in.len };
    *out = (struct mw_banner){ .domain = take_domain(in, &rest) };
    if (!find_known(in, rest.offset, out))
        find_unknown(in, rest, out);
}

bool mw_find_software(mw_bytes text, mw_slice *software, mw_slice *version)
{
    struct mw_banner found = { 0 };
    bool any = find_known(banner_cut(text), 0, &found) != NULL;
    *software = found.software;
    *version = found.version;
    return any;
}

bool banner_is_printable(mw_bytes in)
{
    for (uint32_t i = 0; i < in.len; i++)
        if (mw_is(in.data[i], MW_CTL) && in.data[i] != '\t')
            return false;
    return true;
}

static bool speaks_of_files(mw_bytes in, uint32_t from)
{
    for (size_t i = 0; i < G_N_ELEMENTS(file_words); i++)
        if (mw_find_nocase(in, from, file_words[i]) < in.len)
            return true;
    return false;
}

static bool speaks_of_mail(mw_bytes in, uint32_t from)
{
    for (uint32_t at = from; at < in.len; at++) {
        for (size_t i = 0; i < G_N_ELEMENTS(mail_words); i++)
            if (banner_word_at(in, at, mail_words[i]))
                return true;
        const struct banner_software *s = banner_software_at(in, at);
        if (s && (s->flags & ALONE))
            return true;
    }
    return false;
}

mw_bytes banner_without_line_ending(mw_bytes line)
{
    uint32_t end = mw_find(line, 0, '\n');
    if (end > 0 && line.data[end - 1] == '\r')
        end--;
    return mw_sub(line, mw_slice_of(0, end));
}

/* The number behind 220 is an article in NNTP (RFC 3977 6.2.1), never a domain. */
static bool is_article_number(mw_bytes in)
{
    mw_slice rest = { 0, in.len };
    uint64_t number;
    return mw_parse_number(in, mw_next_word(in, &rest), &number);
}

bool mw_is_smtp_greeting(mw_bytes first_line)
{
    mw_bytes line = banner_without_line_ending(banner_cut(first_line));
    if (!mw_starts_nocase(line, "220 ") && !mw_starts_nocase(line, "220-"))
        return false;
    mw_bytes in = mw_sub(line, mw_slice_of(4, line.len - 4));
    if (!banner_is_printable(in) || is_article_number(in))
        return false;
    mw_slice rest = { 0, in.len };
    mw_slice domain = take_domain(in, &rest);
    bool is_host = mw_find(mw_sub(in, domain), 0, '.') < domain.len;
    return !speaks_of_files(in, is_host ? rest.offset : 0) && speaks_of_mail(in, rest.offset);
}

const char *mw_known_software(uint32_t row)
{
    return row < G_N_ELEMENTS(known) ? known[row].name : NULL;
}
