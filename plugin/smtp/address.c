/* Paths of MAIL and RCPT, and the domain that HELO and EHLO name: RFC 5321 4.1.2, 4.1.3, RFC 6531 3.3.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "smtp/address.h"

/* RFC 1035 2.3.4: octets of one label. */
#define MAX_LABEL 63
/* Longest text of an IP address: eight groups, the last two as IPv4. */
#define MAX_IP_TEXT 45

/* Offset behind the quoted string that begins at `at` (a double quote), or 0 when it has no end. A backslash takes the
 * octet behind it: quoted-pairSMTP, RFC 5321 4.1.2. */
static uint32_t quoted_end(mw_bytes in, uint32_t at)
{
    for (uint32_t i = at + 1; i < in.len; i++) {
        if (in.data[i] == '"')
            return i + 1;
        if (in.data[i] == '\\')
            i++;
    }
    return 0;
}

/* Offset of the next octet, which a double quote moves behind its quoted string. A quote without end is a plain octet,
 * and so are those behind it: their end would have been its own. *plain remembers that, else one line of quotes costs
 * the square of its length. */
static uint32_t next_unquoted(mw_bytes in, uint32_t at, bool *plain)
{
    uint32_t end = in.data[at] == '"' && !*plain ? quoted_end(in, at) : 0;
    *plain |= in.data[at] == '"' && end == 0;
    return end ? end : at + 1;
}

/* IPv4-address-literal = Snum 3("."  Snum)      Snum = 1*3DIGIT, 0..255      RFC 5321 4.1.3; leading zeros are good. */
static bool is_ipv4(mw_bytes text)
{
    unsigned numbers = 0;

    for (uint32_t from = 0; from <= text.len; numbers++) {
        uint32_t dot = mw_find(text, from, '.');
        uint64_t value;
        if (dot - from > 3 || !mw_parse_number(text, mw_slice_of(from, dot - from), &value) || value > 255)
            return false;
        from = dot + 1;
    }
    return numbers == 4;
}

int smtp_ip_version(mw_bytes text)
{
    char copy[MAX_IP_TEXT + 1];

    if (is_ipv4(text))
        return 4;
    if (text.len > MAX_IP_TEXT || mw_find(text, 0, ':') == text.len)
        return 0;
    for (uint32_t i = 0; i < text.len; i++)
        if (!mw_is(text.data[i], MW_HEX) && text.data[i] != ':' && text.data[i] != '.')
            return 0;
    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return g_hostname_is_ip_address(copy) ? 6 : 0;
}

/* address-literal = "[" ( IPv4-address-literal / IPv6-address-literal / General-address-literal ) "]"
 * RFC 5321 4.1.3. Of the general form only the tag IPv6 is registered, so another tag is no address. */
static bool is_literal(mw_bytes text)
{
    static const char tag[] = "IPv6:";

    if (text.len < 2 || text.data[0] != '[' || text.data[text.len - 1] != ']')
        return false;
    mw_bytes address = mw_sub(text, mw_slice_of(1, text.len - 2));
    if (!mw_starts_nocase(address, tag))
        return is_ipv4(address);
    return smtp_ip_version(mw_sub(address, mw_slice_of(sizeof tag - 1, address.len - (sizeof tag - 1)))) == 6;
}

/* sub-domain = Let-dig [Ldh-str]      RFC 5321 4.1.2; with UTF-8 a U-label, RFC 6531 3.3. */
static bool is_label(mw_bytes label, bool utf8)
{
    for (uint32_t i = 0; i < label.len; i++) {
        uint8_t c = label.data[i];
        if (!mw_is(c, MW_ALPHA | MW_DIGIT) && c != '-' && !(utf8 && c > 0x7F))
            return false;
    }
    return label.len > 0 && label.data[0] != '-' && label.data[label.len - 1] != '-';
}

/* Domain = sub-domain *("." sub-domain)      RFC 5321 4.1.2. No label longer than max_label octets. */
static bool is_domain(mw_bytes text, bool utf8, uint32_t max_label)
{
    for (uint32_t from = 0; from <= text.len;) {
        uint32_t dot = mw_find(text, from, '.');
        if (dot - from > max_label || !is_label(mw_sub(text, mw_slice_of(from, dot - from)), utf8))
            return false;
        from = dot + 1;
    }
    return true;
}

static bool ends_nocase(mw_bytes text, const char *word)
{
    uint32_t n = (uint32_t)strlen(word);
    return text.len >= n && mw_equal_nocase(mw_sub(text, mw_slice_of(text.len - n, n)), word);
}

void smtp_parse_domain_arg(mw_bytes in, mw_slice arg, mw_issues *issues)
{
    arg = mw_slice_trim(in, mw_slice_of(arg.offset, mw_sub(in, arg).len));
    mw_bytes text = mw_sub(in, arg);
    if (text.len == 0 || is_literal(text))
        return;
    bool domain = is_domain(text, false, MAX_LABEL);
    if (!domain)
        mw_issue_add(issues, MW_ISSUE_HELO_SYNTAX, arg);
    if (smtp_ip_version(text))
        mw_issue_add(issues, MW_ISSUE_HELO_BARE_IP, arg);
    else if (domain &&
             (mw_find(text, 0, '.') == text.len || ends_nocase(text, ".local") || ends_nocase(text, ".localdomain")))
        mw_issue_add(issues, MW_ISSUE_HELO_NOT_FQDN, arg);
}

/* QcontentSMTP = qtextSMTP / quoted-pairSMTP      RFC 5321 4.1.2, RFC 6531 3.3 for octets above 0x7F.
 * The text begins with a double quote; its quoted string must be all of it. */
static bool is_quoted_string(mw_bytes text)
{
    for (uint32_t i = 1; i < text.len; i++)
        if (mw_is(text.data[i], MW_CTL))
            return false;
    return quoted_end(text, 0) == text.len;
}

/* Dot-string = Atom *("." Atom)      RFC 5321 4.1.2; octets above 0x7F are atext, RFC 6531 3.3. */
static bool is_dot_string(mw_bytes text)
{
    bool atom = false;

    for (uint32_t i = 0; i < text.len; i++) {
        bool dot = text.data[i] == '.';
        if (dot ? !atom : !mw_is(text.data[i], MW_ATEXT) && text.data[i] < 0x80)
            return false;
        atom = !dot;
    }
    return atom;
}

static bool is_local_part(mw_bytes text)
{
    return text.len && text.data[0] == '"' ? is_quoted_string(text) : is_dot_string(text);
}

/* Offset of the "@" before the domain: the last one outside quotes, or text.len. */
static uint32_t find_at(mw_bytes text)
{
    uint32_t at = text.len;
    bool plain = false;

    for (uint32_t i = 0; i < text.len; i = next_unquoted(text, i, &plain))
        if (text.data[i] == '@')
            at = i;
    return at;
}

static bool is_injection(mw_bytes rest)
{
    static const char *const sequences[] = { "`", "${", "$(", ";", "|", "() {", "%0a", "%0d" };

    if (!strchr("`$;|(%", rest.data[0]) || rest.data[0] == 0)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(sequences); i++)
        if (mw_starts_nocase(rest, sequences[i]))
            return true;
    return false;
}

void smtp_check_injection(mw_bytes in, mw_slice arg, mw_issues *issues)
{
    mw_bytes text = mw_sub(in, arg);
    bool plain = false;

    for (uint32_t i = 0; i < text.len; i = next_unquoted(text, i, &plain)) {
        mw_slice rest = mw_slice_of(i, text.len - i);
        if (!is_injection(mw_sub(text, rest)))
            continue;
        mw_issue_add(issues, MW_ISSUE_ADDRESS_INJECTION, mw_slice_of(arg.offset + i, rest.len));
        return;
    }
}

/* CVE-2014-6271: a path that is not closed ends at the first blank, so "() {" has only its "()" in it. */
static void check_path_injection(mw_bytes in, mw_slice args, struct smtp_path *out)
{
    static const char function[] = "() {";
    mw_bytes text = mw_sub(in, args);

    smtp_check_injection(in, out->path, &out->issues);
    if (out->path.len >= 2 &&
        mw_starts_nocase(mw_sub(text, mw_slice_skip(mw_slice_of(0, text.len), out->path.len - 2)), function))
        mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_INJECTION,
                     mw_slice_of(mw_slice_end(out->path) - 2, sizeof function - 1));
}

/* Length of the path up to ">" with it, or 0: no ">", or a "<" (of a parameter) before it. Without `quotes`, a double
 * quote is a plain octet. */
static uint32_t bracketed_len(mw_bytes text, bool quotes)
{
    bool plain = !quotes;

    for (uint32_t i = 1; i < text.len; i = next_unquoted(text, i, &plain)) {
        if (text.data[i] == '>')
            return i + 1;
        if (text.data[i] == '<')
            return 0;
    }
    return 0;
}

/* Length up to the first blank outside quotes. */
static uint32_t bare_len(mw_bytes text)
{
    uint32_t i = 0;
    bool plain = false;

    while (i < text.len && !mw_is(text.data[i], MW_BLANK))
        i = next_unquoted(text, i, &plain);
    return i;
}

/* The extent of the path, and what is between its brackets. */
static mw_slice take_path(mw_bytes in, mw_slice args, struct smtp_path *out)
{
    mw_bytes text = mw_sub(in, args);

    out->brackets = text.len && text.data[0] == '<';
    uint32_t len = out->brackets ? bracketed_len(text, true) : 0;
    if (out->brackets && len == 0)
        len = bracketed_len(text, false);
    out->unclosed = out->brackets && len == 0;
    if (len == 0)
        len = bare_len(text);
    out->path = mw_slice_of(args.offset, len);
    out->used = mw_slice_end(out->path);
    if (!out->brackets)
        mw_issue_add(&out->issues, MW_ISSUE_NO_BRACKETS, out->path);
    if (out->unclosed)
        mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_SYNTAX, out->path);
    mw_slice inner = mw_slice_skip(out->path, out->brackets ? 1 : 0);
    inner.len -= out->brackets && !out->unclosed ? 1 : 0;
    return inner;
}

/* An IP address, with or without the tag of a literal. */
static bool is_tagged_ip(mw_bytes text)
{
    static const char tag[] = "IPv6:";

    if (mw_starts_nocase(text, tag))
        text = mw_sub(text, mw_slice_skip(mw_slice_of(0, text.len), sizeof tag - 1));
    return smtp_ip_version(text) != 0;
}

static void check_domain(mw_bytes in, mw_slice domain, mw_issues *issues)
{
    mw_bytes text = mw_sub(in, domain);
    bool brackets = text.len && text.data[0] == '[';

    if (brackets ? !is_literal(text) : is_tagged_ip(text))
        mw_issue_add(issues, MW_ISSUE_ADDRESS_LITERAL, domain);
    else if (!brackets && !is_domain(text, true, UINT32_MAX))
        mw_issue_add(issues, MW_ISSUE_ADDRESS_SYNTAX, domain);
}

/* Offset of the colon behind a source route, or text.len; colons of address literals do not count. */
static uint32_t find_route_end(mw_bytes text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.data[i] == ':')
            return i;
        if (text.data[i] == '[')
            i = mw_find(text, i, ']');
    }
    return text.len;
}

/* A-d-l = At-domain *( "," At-domain )      At-domain = "@" Domain      RFC 5321 4.1.2, C, F.2.
 * Returns what is behind the colon; a "@" without colon is no route. */
static mw_slice take_source_route(mw_bytes in, mw_slice inner, struct smtp_path *out)
{
    mw_bytes text = mw_sub(in, inner);
    uint32_t colon = text.len && text.data[0] == '@' ? find_route_end(text) : text.len;

    if (colon == text.len)
        return inner;
    out->source_route = mw_slice_of(inner.offset, colon);
    mw_issue_add(&out->issues, MW_ISSUE_SOURCE_ROUTE, out->source_route);
    mw_bytes route = mw_sub(text, mw_slice_of(0, colon));
    for (uint32_t from = 0; from <= route.len;) {
        uint32_t comma = mw_find(route, from, ',');
        if (from == comma || route.data[from] != '@')
            mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_SYNTAX, mw_slice_of(inner.offset + from, comma - from));
        else
            check_domain(in, mw_slice_of(inner.offset + from + 1, comma - from - 1), &out->issues);
        from = comma + 1;
    }
    return mw_slice_skip(inner, colon + 1);
}

/* Mailbox = Local-part "@" ( Domain / address-literal )      RFC 5321 4.1.2; "Postmaster" alone, 4.1.1.3. */
static void parse_mailbox(mw_bytes in, struct smtp_path *out)
{
    mw_bytes text = mw_sub(in, out->mailbox);
    uint32_t at = find_at(text);

    out->local_part = mw_slice_of(out->mailbox.offset, at);
    out->postmaster = mw_equal_nocase(text, "postmaster");
    if (!is_local_part(mw_sub(in, out->local_part)))
        mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_SYNTAX, out->mailbox);
    if (at == text.len) {
        if (!out->postmaster)
            mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_SYNTAX, out->mailbox);
        return;
    }
    out->domain = mw_slice_skip(out->mailbox, at + 1);
    out->literal = out->domain.len && text.data[at + 1] == '[';
    check_domain(in, out->domain, &out->issues);
}

/* What the grammar does not forbid but a reader asks for. */
static void describe_path(mw_bytes in, struct smtp_path *out)
{
    mw_bytes path = mw_sub(in, out->path), local = mw_sub(in, out->local_part);
    bool quoted = local.len && local.data[0] == '"';

    for (uint32_t i = 0; i < path.len; i++)
        out->needs_utf8 |= path.data[i] > 0x7F;
    out->relay = out->source_route.len || mw_find(local, 0, '%') < local.len || mw_find(local, 0, '!') < local.len ||
                 (quoted && mw_find(local, 0, '@') < local.len);
}

static void check_lengths(struct smtp_path *out)
{
    if (out->local_part.len > SMTP_MAX_LOCAL_PART)
        mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_TOO_LONG, out->local_part);
    if (out->domain.len > SMTP_MAX_DOMAIN)
        mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_TOO_LONG, out->domain);
    if (out->path.len > SMTP_MAX_PATH)
        mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_TOO_LONG, out->path);
}

mw_status smtp_parse_path(mw_bytes in, mw_slice args, struct smtp_path *out)
{
    *out = (struct smtp_path){ 0 };
    mw_slice all = mw_slice_of(args.offset, mw_sub(in, args).len);
    mw_slice rest = all;
    while (rest.len && mw_is(in.data[rest.offset], MW_BLANK))
        rest = mw_slice_skip(rest, 1);
    if (rest.len == 0) {
        out->used = all.len;
        out->path = rest;
        return MW_BAD;
    }
    if (rest.len < all.len)
        mw_issue_add(&out->issues, MW_ISSUE_ARGUMENT_SPACE, mw_slice_of(all.offset, all.len - rest.len));
    mw_slice inner = take_path(in, rest, out);
    out->used -= all.offset;
    check_path_injection(in, rest, out);
    out->null = out->brackets && !out->unclosed && inner.len == 0;
    if (!out->null) {
        out->mailbox = mw_slice_trim(in, inner);
        if (out->mailbox.len != inner.len)
            mw_issue_add(&out->issues, MW_ISSUE_ADDRESS_SYNTAX, out->path);
        out->mailbox = take_source_route(in, out->mailbox, out);
        parse_mailbox(in, out);
    }
    describe_path(in, out);
    check_lengths(out);
    bool bad =
        mw_issue_has(&out->issues, MW_ISSUE_ADDRESS_SYNTAX) || mw_issue_has(&out->issues, MW_ISSUE_ADDRESS_LITERAL);
    return bad ? MW_BAD : MW_OK;
}
