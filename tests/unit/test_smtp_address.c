/* Tests of paths and of the domain of HELO and EHLO.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "smtp/address.h"

#define X63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

enum {
    SPACE = 1 << 0,
    BARE = 1 << 1,
    ROUTE = 1 << 2,
    SYNTAX = 1 << 3,
    LITERAL = 1 << 4,
    LONG = 1 << 5,
    INJECTION = 1 << 6,
    HELO = 1 << 7,
    HELO_IP = 1 << 8,
    HELO_SHORT = 1 << 9,
};

static unsigned issue_bits(const mw_issues *issues)
{
    static const mw_issue_id ids[] = {
        MW_ISSUE_ARGUMENT_SPACE,  MW_ISSUE_NO_BRACKETS,      MW_ISSUE_SOURCE_ROUTE,      MW_ISSUE_ADDRESS_SYNTAX,
        MW_ISSUE_ADDRESS_LITERAL, MW_ISSUE_ADDRESS_TOO_LONG, MW_ISSUE_ADDRESS_INJECTION, MW_ISSUE_HELO_SYNTAX,
        MW_ISSUE_HELO_BARE_IP,    MW_ISSUE_HELO_NOT_FQDN,
    };
    unsigned bits = 0;

    for (unsigned i = 0; i < G_N_ELEMENTS(ids); i++)
        if (mw_issue_has(issues, ids[i]))
            bits |= 1u << i;
    return bits;
}

/* flags: b brackets, u unclosed, n null, p postmaster, l literal, r relay, 8 needs_utf8 */
static const struct path_row {
    const char *args;
    uint32_t used;
    const char *route, *mailbox, *local, *domain, *flags;
    unsigned issues;
} path_rows[] = {
    { "<a@b.example>", 13, "", "a@b.example", "a", "b.example", "b", 0 },
    { "<a@b.example> SIZE=3", 13, "", "a@b.example", "a", "b.example", "b", 0 },
    { "<a@b>", 5, "", "a@b", "a", "b", "b", 0 },
    { "<>", 2, "", "", "", "", "bn", 0 },
    { "<> BODY=8BITMIME", 2, "", "", "", "", "bn", 0 },
    { "< >", 3, "", "", "", "", "b", SYNTAX },
    { "<Postmaster>", 12, "", "Postmaster", "Postmaster", "", "bp", 0 },
    { "postmaster", 10, "", "postmaster", "postmaster", "", "p", BARE },
    { "  <a@b>", 7, "", "a@b", "a", "b", "b", SPACE },
    { "\t<a@b>", 6, "", "a@b", "a", "b", "b", SPACE },
    { "a@b.example", 11, "", "a@b.example", "a", "b.example", "", BARE },
    { " a@b.example SIZE=3", 12, "", "a@b.example", "a", "b.example", "", SPACE | BARE },
    { "\"a b\"@c SIZE=3", 7, "", "\"a b\"@c", "\"a b\"", "c", "", BARE },
    { "", 0, "", "", "", "", "", 0 },
    { "   ", 3, "", "", "", "", "", 0 },
    { "<", 1, "", "", "", "", "bu", SYNTAX },
    { ">", 1, "", ">", ">", "", "", BARE | SYNTAX },
    { "<a@b", 4, "", "a@b", "a", "b", "bu", SYNTAX },
    { "<a@b SIZE=3", 4, "", "a@b", "a", "b", "bu", SYNTAX },
    { "<a@b AUTH=<>", 4, "", "a@b", "a", "b", "bu", SYNTAX },
    { "a@b>", 4, "", "a@b>", "a", "b>", "", BARE | SYNTAX },
    { "< a@b >", 7, "", "a@b", "a", "b", "b", SYNTAX },
    { "<a b@c>", 7, "", "a b@c", "a b", "c", "b", SYNTAX },
    /* local-part */
    { "<\"a>b\"@c>", 9, "", "\"a>b\"@c", "\"a>b\"", "c", "b", 0 },
    { "<\"a@b\"@c>", 9, "", "\"a@b\"@c", "\"a@b\"", "c", "br", 0 },
    { "<\"a\\\"@>\"@c> X", 11, "", "\"a\\\"@>\"@c", "\"a\\\"@>\"", "c", "br", 0 },
    { "<\"\"@c>", 6, "", "\"\"@c", "\"\"", "c", "b", 0 },
    { "<\"a b\"@c>", 9, "", "\"a b\"@c", "\"a b\"", "c", "b", 0 },
    { "<\"a\"b@c>", 8, "", "\"a\"b@c", "\"a\"b", "c", "b", SYNTAX },
    { "<\"a@c>", 6, "", "\"a@c", "\"a", "c", "b", SYNTAX },
    { "<\"a@c> X=\"", 6, "", "\"a@c", "\"a", "c", "b", SYNTAX },
    { "<\"a\tb\"@c>", 9, "", "\"a\tb\"@c", "\"a\tb\"", "c", "b", SYNTAX },
    { "<.a@c>", 6, "", ".a@c", ".a", "c", "b", SYNTAX },
    { "<a.@c>", 6, "", "a.@c", "a.", "c", "b", SYNTAX },
    { "<a..b@c>", 8, "", "a..b@c", "a..b", "c", "b", SYNTAX },
    { "<a.b+t=x_y/z{0}@c>", 18, "", "a.b+t=x_y/z{0}@c", "a.b+t=x_y/z{0}", "c", "b", 0 },
    { "<a,b@c>", 7, "", "a,b@c", "a,b", "c", "b", SYNTAX },
    { "<a@b@c>", 7, "", "a@b@c", "a@b", "c", "b", SYNTAX },
    { "<@c>", 4, "", "@c", "", "c", "b", SYNTAX },
    { "<a>", 3, "", "a", "a", "", "b", SYNTAX },
    { "<a%b@c>", 7, "", "a%b@c", "a%b", "c", "br", 0 },
    { "<h!a@c>", 7, "", "h!a@c", "h!a", "c", "br", 0 },
    { "<r\xC3\xA9@c>", 7, "", "r\xC3\xA9@c", "r\xC3\xA9", "c", "b8", 0 },
    { "<a@\xC3\xA9.example>", 14, "", "a@\xC3\xA9.example", "a", "\xC3\xA9.example", "b8", 0 },
    /* domain */
    { "<a@b.>", 6, "", "a@b.", "a", "b.", "b", SYNTAX },
    { "<a@.b>", 6, "", "a@.b", "a", ".b", "b", SYNTAX },
    { "<a@b..c>", 8, "", "a@b..c", "a", "b..c", "b", SYNTAX },
    { "<a@>", 4, "", "a@", "a", "", "b", SYNTAX },
    { "<a@b_c.example>", 15, "", "a@b_c.example", "a", "b_c.example", "b", SYNTAX },
    { "<a@-b.example>", 14, "", "a@-b.example", "a", "-b.example", "b", SYNTAX },
    { "<a@xn--bcher-kva.example>", 25, "", "a@xn--bcher-kva.example", "a", "xn--bcher-kva.example", "b", 0 },
    /* address literal */
    { "<a@[192.0.2.1]>", 15, "", "a@[192.0.2.1]", "a", "[192.0.2.1]", "bl", 0 },
    { "<a@[192.0.2.256]>", 17, "", "a@[192.0.2.256]", "a", "[192.0.2.256]", "bl", LITERAL },
    { "<a@[192.0.2]>", 13, "", "a@[192.0.2]", "a", "[192.0.2]", "bl", LITERAL },
    { "<a@[IPv6:2001:db8::1]>", 22, "", "a@[IPv6:2001:db8::1]", "a", "[IPv6:2001:db8::1]", "bl", 0 },
    { "<a@[ipv6:::ffff:192.0.2.1]>", 27, "", "a@[ipv6:::ffff:192.0.2.1]", "a", "[ipv6:::ffff:192.0.2.1]", "bl", 0 },
    { "<a@[2001:db8::1]>", 17, "", "a@[2001:db8::1]", "a", "[2001:db8::1]", "bl", LITERAL },
    { "<a@[IPv6:fe80::1%1]>", 20, "", "a@[IPv6:fe80::1%1]", "a", "[IPv6:fe80::1%1]", "bl", LITERAL },
    { "<a@[tag:x]>", 11, "", "a@[tag:x]", "a", "[tag:x]", "bl", LITERAL },
    { "<a@[192.0.2.1>", 14, "", "a@[192.0.2.1", "a", "[192.0.2.1", "bl", LITERAL },
    { "<a@192.0.2.1>", 13, "", "a@192.0.2.1", "a", "192.0.2.1", "b", LITERAL },
    { "<a@2001:db8::1>", 15, "", "a@2001:db8::1", "a", "2001:db8::1", "b", LITERAL },
    { "<a@IPv6:::1>", 12, "", "a@IPv6:::1", "a", "IPv6:::1", "b", LITERAL },
    /* source route */
    { "<@x,@y:a@b>", 11, "@x,@y", "a@b", "a", "b", "br", ROUTE },
    { "<@[IPv6:::1]:a@b>", 17, "@[IPv6:::1]", "a@b", "a", "b", "br", ROUTE },
    { "<@x,y:a@b>", 10, "@x,y", "a@b", "a", "b", "br", ROUTE | SYNTAX },
    { "<@x,:a@b>", 9, "@x,", "a@b", "a", "b", "br", ROUTE | SYNTAX },
    { "<@x:>", 5, "@x", "", "", "", "br", ROUTE | SYNTAX },
    { "@x:a@b SIZE=1", 6, "@x", "a@b", "a", "b", "r", BARE | ROUTE },
    /* limits: local-part 64, domain 255, path 256 */
    { "<a" X63 "@b>", 68, "", "a" X63 "@b", "a" X63, "b", "b", 0 },
    { "<aa" X63 "@b>", 69, "", "aa" X63 "@b", "aa" X63, "b", "b", LONG },
    { "<a@" X63 "." X63 "." X63 "." X63 ">", 259, "", "a@" X63 "." X63 "." X63 "." X63, "a",
      X63 "." X63 "." X63 "." X63, "b", LONG },
    { "<a@" X63 "." X63 "." X63 ".a" X63 ">", 260, "", "a@" X63 "." X63 "." X63 ".a" X63, "a",
      X63 "." X63 "." X63 ".a" X63, "b", LONG },
    /* injection */
    { "<${run{\\x2Fbin}}@localhost>", 27, "", "${run{\\x2Fbin}}@localhost", "${run{\\x2Fbin}}", "localhost", "b",
      SYNTAX | INJECTION },
    { "<;sleep 66;>", 12, "", ";sleep 66;", ";sleep 66;", "", "b", SYNTAX | INJECTION },
    { "<`id`@c>", 8, "", "`id`@c", "`id`", "c", "b", INJECTION },
    { "<$(id)@c>", 9, "", "$(id)@c", "$(id)", "c", "b", SYNTAX | INJECTION },
    { "<a|b@c>", 7, "", "a|b@c", "a|b", "c", "b", INJECTION },
    { "() { :; }; id", 2, "", "()", "()", "", "", BARE | SYNTAX | INJECTION },
    { "<() { :; }; id", 3, "", "()", "()", "", "bu", SYNTAX | INJECTION },
    { "<a%0D%0aRCPT@c>", 15, "", "a%0D%0aRCPT@c", "a%0D%0aRCPT", "c", "br", INJECTION },
    { "<\"a;b%0a\"@c>", 12, "", "\"a;b%0a\"@c", "\"a;b%0a\"", "c", "br", 0 },
    { "<\"a;b@c>", 8, "", "\"a;b@c", "\"a;b", "c", "b", SYNTAX | INJECTION },
    { "<a$b@c> ORCPT=rfc822;a", 7, "", "a$b@c", "a$b", "c", "b", 0 },
};

static void assert_slice(mw_bytes in, mw_slice s, const char *expected)
{
    char *text = mw_strdup(mw_sub(in, s));
    g_assert_cmpstr(text, ==, expected);
    g_free(text);
}

static void assert_flags(const struct smtp_path *path, const char *flags)
{
    g_assert_cmpint(path->brackets, ==, strchr(flags, 'b') != NULL);
    g_assert_cmpint(path->unclosed, ==, strchr(flags, 'u') != NULL);
    g_assert_cmpint(path->null, ==, strchr(flags, 'n') != NULL);
    g_assert_cmpint(path->postmaster, ==, strchr(flags, 'p') != NULL);
    g_assert_cmpint(path->literal, ==, strchr(flags, 'l') != NULL);
    g_assert_cmpint(path->relay, ==, strchr(flags, 'r') != NULL);
    g_assert_cmpint(path->needs_utf8, ==, strchr(flags, '8') != NULL);
}

static bool is_within(mw_slice s, mw_bytes in)
{
    return s.offset <= in.len && s.len <= in.len - s.offset;
}

static void abuse_path(mw_bytes in)
{
    struct smtp_path path;
    smtp_parse_path(in, mw_slice_of(0, in.len), &path);
    g_assert_cmpuint(path.used, <=, in.len);
    g_assert_true(is_within(path.path, in) && is_within(path.source_route, in) && is_within(path.mailbox, in) &&
                  is_within(path.local_part, in) && is_within(path.domain, in));
    for (unsigned i = 0; i < path.issues.count; i++)
        g_assert_true(is_within(path.issues.list[i].where, in));
}

static void test_path(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(path_rows); i++) {
        const struct path_row *row = &path_rows[i];
        char *line = g_strconcat("MAIL FROM:", row->args, NULL); /* offsets are those of the line */
        mw_bytes in = mw_bytes_str(line);
        struct smtp_path path;
        mw_status status = smtp_parse_path(in, mw_slice_of(10, in.len - 10), &path);
        g_test_message("%s", row->args);
        g_assert_cmpuint(path.used, ==, row->used);
        g_assert_cmpuint(mw_slice_end(path.path), ==, 10 + row->used);
        assert_slice(in, path.source_route, row->route);
        assert_slice(in, path.mailbox, row->mailbox);
        assert_slice(in, path.local_part, row->local);
        assert_slice(in, path.domain, row->domain);
        assert_flags(&path, row->flags);
        g_assert_cmphex(issue_bits(&path.issues), ==, row->issues);
        g_assert_cmpint(status == MW_OK, ==, path.path.len && !(row->issues & (SYNTAX | LITERAL)));
        g_free(line);
        mw_test_abuse(row->args, strlen(row->args), abuse_path);
    }
}

static const struct domain_row {
    const char *arg;
    unsigned issues;
} domain_rows[] = {
    { "mail.example.org", 0 },
    { "  mail.example.org ", 0 },
    { "", 0 },
    { "  ", 0 },
    { "[192.0.2.1]", 0 },
    { "[IPv6:2001:db8::1]", 0 },
    { "[192.0.2.300]", HELO },
    { "[2001:db8::1]", HELO },
    { "[192.0.2.1", HELO },
    { "192.0.2.1", HELO_IP },
    { "2001:db8::1", HELO | HELO_IP },
    { "1.2.3", 0 },
    { "localhost", HELO_SHORT },
    { "localhost.localdomain", HELO_SHORT },
    { "printer.LOCAL", HELO_SHORT },
    { "WIN-7AB", HELO_SHORT },
    { "my_pc", HELO },
    { "my_pc.example.org", HELO },
    { "mail.example.org.", HELO },
    { ".example.org", HELO },
    { "mail..example.org", HELO },
    { "-a.example.org", HELO },
    { "mail.example.org extra", HELO },
    { "r\xC3\xA9.example", HELO },
    { X63 ".example", 0 },
    { "a" X63 ".example", HELO },
};

static void abuse_domain(mw_bytes in)
{
    mw_issues issues = { 0 };
    smtp_parse_domain_arg(in, mw_slice_of(0, in.len), &issues);
    smtp_check_injection(in, mw_slice_of(0, in.len), &issues);
}

static void test_domain(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(domain_rows); i++) {
        mw_bytes in = mw_bytes_str(domain_rows[i].arg);
        mw_issues issues = { 0 };
        smtp_parse_domain_arg(in, mw_slice_of(0, in.len), &issues);
        g_test_message("%s", domain_rows[i].arg);
        g_assert_cmphex(issue_bits(&issues), ==, domain_rows[i].issues);
        mw_test_abuse(domain_rows[i].arg, in.len, abuse_domain);
    }
}

static void test_ip_version(void)
{
    static const struct {
        const char *text;
        int version;
    } rows[] = {
        { "0.0.0.0", 4 },
        { "255.255.255.255", 4 },
        { "001.002.003.004", 4 },
        { "0001.2.3.4", 0 },
        { "1.2.3.4.", 0 },
        { "1.2.3.4.5", 0 },
        { "::", 6 },
        { "::1", 6 },
        { "1:2:3:4:5:6:7:8", 6 },
        { "1:2:3:4:5:6:7:8:9", 0 },
        { "::ffff:1.2.3.4", 6 },
        { "fe80::1%eth0", 0 },
        { "", 0 },
        { "cafe", 0 },
        { "0000:0000:0000:0000:0000:ffff:255.255.255.255", 6 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s", rows[i].text);
        g_assert_cmpint(smtp_ip_version(mw_bytes_str(rows[i].text)), ==, rows[i].version);
    }
}

/* Many quotes of which none ends must not cost the square of their number. */
static void test_many_quotes(void)
{
    enum { PAIRS = 1 << 21 };
    char *text = g_malloc(2 * PAIRS);
    for (size_t i = 0; i < PAIRS; i++)
        memcpy(text + 2 * i, "\\\"", 2);
    text[0] = '"';
    struct smtp_path path;
    mw_status status = smtp_parse_path(mw_bytes_of(text, 2 * PAIRS - 1), mw_slice_of(0, 2 * PAIRS - 1), &path);
    g_assert_cmpint(status, ==, MW_BAD);
    g_free(text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/smtp/address/path", test_path);
    g_test_add_func("/smtp/address/domain", test_domain);
    g_test_add_func("/smtp/address/ip_version", test_ip_version);
    g_test_add_func("/smtp/address/many_quotes", test_many_quotes);
    return g_test_run();
}
