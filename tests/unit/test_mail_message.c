/* Headers of messages: where they end, what is decoded, which addresses are found.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "mail/header_text.h"
#include "mail/message.h"

/* Longest time for a hostile header of MAIL_MAX_HEADER octets; a quadratic cost takes hours. Generous, since sanitizers
 * and slow machines run this too. */
#define HOSTILE_SECONDS 10.0

/* Most values of a row. */
#define MAX_VALUES 6

struct row {
    const char *in;
    const char *out[MAX_VALUES];
};

static void survive(mw_bytes in)
{
    struct mail_header *header = mail_header_parse(in, MAIL_ALL_FIELDS);
    g_assert_cmpuint(header->length, <=, in.len);
    for (int i = 0; i < MAIL_FIELD_COUNT; i++)
        for (guint n = 0; n < header->values[i]->len; n++)
            g_assert_true(g_utf8_validate(g_ptr_array_index(header->values[i], n), -1, NULL));
    mail_header_free(header);
}

static void check_values(const struct mail_header *header, enum mail_field field, const struct row *row)
{
    guint count = 0;
    while (count < MAX_VALUES && row->out[count])
        count++;
    if (header->values[field]->len != count)
        g_test_message("in: %s", row->in);
    g_assert_cmpuint(header->values[field]->len, ==, count);
    for (guint i = 0; i < count; i++)
        g_assert_cmpstr(g_ptr_array_index(header->values[field], i), ==, row->out[i]);
}

/* Each row's in is the value of a field of that name. */
static void check_field(const char *name, enum mail_field field, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *message = g_strdup_printf("%s: %s\r\n\r\nSubject: body\r\n", name, rows[i].in);
        struct mail_header *header = mail_header_parse(mw_bytes_str(message), MAIL_ALL_FIELDS);
        check_values(header, field, &rows[i]);
        mail_header_free(header);
        mw_test_abuse(message, strlen(message), survive);
        g_free(message);
    }
}

static const struct row texts[] = {
    { "Help!", { "Help!" } },
    { "", { "" } },
    { "  two  blanks\t ", { "two  blanks" } },
    { "folded\r\n once", { "folded once" } },
    { "folded\r\n\ttab\r\n  two", { "folded\ttab  two" } },
    { "bare\n LF", { "bare LF" } },
    { "blank\r\n \r\n line", { "blank  line" } },
    { "caf\xC3\xA9", { "café" } },
    { "caf\xE9 \x80 \x81", { "café € \xC2\x81" } },
    { "caf\xE9 caf\xC3\xA9", { "café cafÃ©" } },
    { "=?iso-8859-1?B?dGVzdCDlIOkg7iD4IPw=?=", { "test å é î ø ü" } },
    { "4spaces    =?iso-8859-1?B?5SDpIO4g+CA=?= =?iso-8859-1?Q?=FC?=\r\n     5spaces",
      { "4spaces    å é î ø ü     5spaces" } },
    { "=?ISO-8859-1?B?Qw==?==?ISO-8859-1?B?YW4=?==?ISO-8859-1?B?"
      "?==?ISO-8859-1?B?cCE=?=",
      { "Canp!" } },
    { "=?utf-8?q?a=EF=BC=88b_?=\r\n =?utf-8?q?=5Fc=2Ezip?=", { "a（b _c.zip" } },
    { "=?GB2312?B?u9i4tDogu9i4tDogsuLK1DHPwg==?=", { "回复: 回复: 测试1下" } },
    { "a =?utf-8?q?b?= c =?utf-8?Q?d?= \t=?utf-8?q?e?= f", { "a b c de f" } },
    { "abc=?utf-8?q?caf=C3=A9?=def", { "abccafédef" } },
    { "\"=?utf-8?q?caf=C3=A9?=\" (=?utf-8?q?x?=)", { "\"café\" (x)" } },
    { "=?utf-8?q?caf=C3?= =?utf-8?q?=A9?=", { "café" } },
    { "=?utf-8?b?Y2Fmww==?=\t=?UTF-8?B?qXg=?=", { "caféx" } },
    { "=?utf-8?b?Y2Fmww?= =?utf-8?b?qXg?=", { "caféx" } },
    { "=?utf-8?b?Y2F?= =?utf-8?b?mw6k=?=", { "café" } },
    { "=?utf-8?b?Y2Fm?= =?utf-8?q?=C3=A9?=", { "café" } },
    { "=?utf-8?b?Y2 F*mw6k?=", { "café" } },
    { "=?utf-8?q?hello world?=", { "hello world" } },
    { "=?utf-8?q?a?b=?=", { "a?b=" } },
    { "=?utf-8?q?=zz=4?=", { "=zz=4" } },
    { "=?iso-8859-1*fr?q?caf=E9?=", { "café" } },
    { "=?iso-8859-1?q?=93x=94?=", { "“x”" } },
    { "=?utf-8?q?a?= =?iso-8859-1?q?=E9?= =?koi8-r?q?=F0?=", { "aéП" } },
    { "=?iso-2022-jp?b?GyRCJCI=?= =?iso-2022-jp?b?JCQbKEI=?=", { "あい" } },
    { "=?gb2312?b?lUM=?=", { "旵" } },
    { "=?unicode-1-1-utf-7?q?+AOk-?=", { "é" } },
    { "=?utf-8?q?caf=E9?=", { "café" } },
    { "=?us-ascii?q?caf=C3=A9?=", { "café" } },
    { "=?x-unknown?q?caf=E9?=", { "café" } },
    { "=?no-such-charset?q?caf=E9?=", { "café" } },
    { "=?utf-8?q?=E4=BD=A0=E5=A5?=", { "你\xEF\xBF\xBD\xEF\xBF\xBD" } },
    { "=?euc-jp?q?=A4=A2=FF?=", { "あ\xEF\xBF\xBD" } },
    { "=?utf-8?q?a=00b?=",
      { "a\xEF\xBF\xBD"
        "b" } },
    { "=?utf-8?q?x", { "=?utf-8?q?x" } },
    { "=?utf-8?x?x?=", { "=?utf-8?x?x?=" } },
    { "=?/etc?q?x?= =??q?x?=", { "=?/etc?q?x?= =??q?x?=" } },
    { "=?utf-8?q?=?utf-8?q?x?=", { "=?utf-8?q?x" } },
};

static void test_texts(void)
{
    check_field("Subject", MAIL_SUBJECT, texts, G_N_ELEMENTS(texts));
}

static const struct row addresses[] = {
    { "alice@example.com", { "alice@example.com" } },
    { "\"Gurpartap Singh\" <gurpartap@patriots.in>", { "gurpartap@patriots.in" } },
    { "<a@b>, C (d@e) <c@d>,\r\n\te@f (g)", { "a@b", "c@d", "e@f" } },
    { "a@b, Group: c@d, \"E, F\" <e@f>;, G: ;, g@h", { "a@b", "c@d", "e@f", "g@h" } },
    { "undisclosed-recipients:;", { NULL } },
    { "<>", { NULL } },
    { "", { NULL } },
    { "\"a@b\" <c@d>, a@b <e@f>", { "c@d", "e@f" } },
    { "\"x, \\\" y\"@z", { "\"x, \\\" y\"@z" } },
    { "a@[192.0.2.1], b@[IPv6:2001:db8::1], c@d", { "a@[192.0.2.1]", "b@[IPv6:2001:db8::1]", "c@d" } },
    { "<@x,@y:z@w>", { "z@w" } },
    { "< a . b @ c . d >, e (x) @ (y) f", { "a.b@c.d", "e@f" } },
    { "<a (x) @ (y) b>, <c .(x) d@e>, <(x) f@g (y)>", { "a@b", "c.d@e", "f@g" } },
    { "A <a@b>; B <c@d>", { "a@b", "c@d" } },
    { "a@b,,c@d e@f,", { "a@b", "c@d", "e@f" } },
    { "J. R. [x] <j@r>, Smith, John <j@s>", { "j@r", "j@s" } },
    { "John Doe a@b", { "a@b" } },
    { "a..b@c, d.@e", { "a..b@c", "d.@e" } },
    { "<a@b, C <c@d", { "a@b", "c@d" } },
    { "x <<a@b>>, mailto:c@d, <mailto:e@f>", { "a@b", "c@d", "e@f" } },
    { "\"open <a@b>, c@d", { "a@b", "c@d" } },
    { "(open <a@b>, c@d", { "a@b", "c@d" } },
    { "((x) <c@d>", { "c@d" } },
    { "=?utf-8?q?a=2Cb?= <a@b>, =?utf-8?Q?x@y, (z?= <c@d>", { "a@b", "c@d" } },
    { "=?utf-8?q?=22Foo=22_<x=40y>?=", { "x@y" } },
    { "J\xE9 <j\xE9@b>", { "jé@b" } },
    { "root", { "root" } },
    { "MAILER-DAEMON (Mail (Delivery) System)", { "MAILER-DAEMON" } },
    { "Foo <root>", { "root" } },
    { "Foo Bar", { NULL } },
    { "@, a@, @b", { NULL } },
};

static void test_addresses(void)
{
    check_field("To", MAIL_TO_ADDRESS, addresses, G_N_ELEMENTS(addresses));
}

static const struct row media_types[] = {
    { "text/plain; charset=utf-8", { "text/plain" } },
    { "Multipart/MIXED;\r\n\tboundary=x", { "multipart/mixed" } },
    { "image/svg+xml", { "image/svg+xml" } },
    { "text / html", { "text/html" } },
    { "text/html (comment); x", { "text/html" } },
    { "text/html charset=x", { "text/html" } },
    { "text", { "text/plain" } },
    { "text/", { "text/plain" } },
    { "", { "text/plain" } },
    { "text/html\r\nContent-Type: image/png", { "text/html" } },
};

static void test_media_types(void)
{
    check_field("content-type", MAIL_CONTENT_TYPE, media_types, G_N_ELEMENTS(media_types));
}

/* Rows in which the field matters: in is the whole message. */
static const struct {
    enum mail_field field;
    uint32_t length;
    struct row row;
} messages[] = {
    { MAIL_SUBJECT, 14, { "Subject: x\r\n\r\nSubject: y\r\n", { "x" } } },
    { MAIL_SUBJECT, 12, { "Subject: x\n\nSubject: y\n", { "x" } } },
    { MAIL_SUBJECT, 12, { "Subject: x\r\n", { "x" } } },
    { MAIL_SUBJECT, 10, { "Subject: x", { "x" } } },
    { MAIL_SUBJECT, 12, { "Subject: x\r\r", { "x" } } },
    { MAIL_SUBJECT, 12, { "Subject: x\r\nnot a field\r\nNote: y\r\n", { "x" } } },
    { MAIL_SUBJECT, 37, { "Subject: x\r\nnot a field\r\nSubject: y\r\n", { "x", "y" } } },
    { MAIL_SUBJECT, 12, { "Subject: x\r\nnot a field\r\n\r\nSubject: y\r\n", { "x" } } },
    { MAIL_SUBJECT, 12, { "Subject: x\r\nnot a field\r\n--b\r\nSubject: y\r\n", { "x" } } },
    { MAIL_SUBJECT, 24, { "Subject: x\r\nSUBJECT: y\r\n", { "x", "y" } } },
    { MAIL_SUBJECT, 13, { "Subject \t:x\r\n", { "x" } } },
    { MAIL_SUBJECT, 2, { "\r\nSubject: x\r\n", { NULL } } },
    { MAIL_SUBJECT, 0, { " Subject: x\r\n", { NULL } } },
    { MAIL_SUBJECT, 0, { "e-mail SMTP server test...\r\n", { NULL } } },
    { MAIL_SUBJECT, 0, { "Subj", { NULL } } },
    { MAIL_SUBJECT, 0, { "", { NULL } } },
    { MAIL_SUBJECT, 21, { "From a@b Mon\nSubj:x\n\nSubject: x\n", { NULL } } },
    { MAIL_SUBJECT, 26, { ">From a@b Mon\nSubject: x\n\n\n", { "x" } } },
    { MAIL_CONTENT_TYPE, 12, { "Subject: x\r\n", { NULL } } },
    { MAIL_FROM, 23, { "From: \"A B\" <a@b> (c)\r\n", { "\"A B\" <a@b> (c)" } } },
    { MAIL_TO, 16, { "To: a@b,\r\n\tc@d\r\n", { "a@b,\tc@d" } } },
    { MAIL_RECEIVED, 34, { "Received: a;\r\n\tb\r\nReceived: c (d)\n", { "a;\tb", "c (d)" } } },
    { MAIL_REFERENCES, 25, { "References: <a@b>\r\n <c@d>", { "<a@b> <c@d>" } } },
    { MAIL_USER_AGENT, 30, { "X-Mailer: Mutt\r\nuser-agent: x\n", { "Mutt", "x" } } },
    { MAIL_ORIGINATING_IP, 33, { "x-originating-ip: [146.176.4.13]\n", { "146.176.4.13" } } },
    { MAIL_ORIGINATING_IP, 31, { "X-Originating-IP: 146.176.4.13\n", { "146.176.4.13" } } },
    { MAIL_DKIM_DOMAIN, 50, { "DKIM-Signature: v=1; bd=y; b=d=z; d =\r\n example;\r\n", { "example" } } },
    { MAIL_DKIM_DOMAIN, 37, { "DKIM-Signature: d=a\nDKIM-Signature: d", { "a" } } },
};

static void test_messages(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
        const char *in = messages[i].row.in;
        struct mail_header *header = mail_header_parse(mw_bytes_str(in), MAIL_ALL_FIELDS);
        check_values(header, messages[i].field, &messages[i].row);
        if (header->length != messages[i].length)
            g_test_message("in: %s", in);
        g_assert_cmpuint(header->length, ==, messages[i].length);
        mail_header_free(header);
        mw_test_abuse(in, strlen(in), survive);
    }
}

static void test_nul(void)
{
    static const char in[] = "Subject: a\0b\r\nTo: c\0d@e\r\n\r\n";
    struct mail_header *header = mail_header_parse(mw_bytes_of(in, sizeof in - 1), MAIL_ALL_FIELDS);
    g_assert_cmpstr(g_ptr_array_index(header->values[MAIL_SUBJECT], 0), ==,
                    "a\xEF\xBF\xBD"
                    "b");
    g_assert_cmpstr(g_ptr_array_index(header->values[MAIL_TO_ADDRESS], 0), ==,
                    "c\xEF\xBF\xBD"
                    "d@e");
    mail_header_free(header);
}

static void test_rows(void)
{
    size_t count;
    const struct mail_field_row *rows = mail_field_rows(&count);
    for (size_t i = 0; i < count; i++) {
        g_assert_nonnull(rows[i].read);
        g_assert_true(strstr(rows[i].rfc, "RFC") != NULL);
        if (i > 0)
            g_assert_cmpint(g_ascii_strcasecmp(rows[i - 1].name, rows[i].name), <, 0);
    }
}

/* Octets that are repeated to fill a header behind its first field name. */
static const char *const hostile[] = {
    "<",
    "(",
    ")",
    "\"",
    "\\\"",
    "=?",
    "=?a?q?",
    "=?a*",
    "=?utf-8?q?x?= ",
    "=?utf-8?b?w?=",
    "=?gb2312?q?=FF?=",
    "=?gb2312?q?=FF?= =?euc-jp?q?=FF?= ",
    "=?x?q?=FF?= =?y?q?=FF?= ",
    "<a,",
    "<\",",
    ",<\\\"",
    "(\\(",
    "<(",
    "(a)<",
    "@",
    "@[",
    "a@b,",
    "a@b ",
    "a b",
    ":",
    " ",
    "\r\n ",
    "\r\n\r",
    "\n x",
    "\xC3",
    "\xE9",
    "=",
    "?=",
    "[",
    "a:a@b;",
    "<a@b>",
    "\nTo: a@b",
    "\nX:",
    "\nDKIM-Signature: d=;",
    ";",
    "d=",
    "\r",
};

static void test_hostile(void)
{
    static const char *const names[] = { "To", "Subject", "DKIM-Signature", "Content-Type" };
    for (size_t i = 0; i < G_N_ELEMENTS(hostile) * G_N_ELEMENTS(names); i++) {
        GString *message = g_string_new(names[i % G_N_ELEMENTS(names)]);
        g_string_append(message, ": ");
        while (message->len < MAIL_MAX_HEADER)
            g_string_append(message, hostile[i / G_N_ELEMENTS(names)]);
        g_string_append(message, "\")>");
        g_test_timer_start();
        survive(mw_bytes_of(message->str, (uint32_t)message->len));
        if (g_test_timer_elapsed() > HOSTILE_SECONDS)
            g_error("%s took %f s", hostile[i / G_N_ELEMENTS(names)], g_test_timer_last());
        g_string_free(message, TRUE);
    }
}

static void test_limits(void)
{
    GString *message = g_string_new(NULL);
    for (int i = 0; i < MAIL_MAX_FIELDS + 5; i++)
        g_string_append(message, "To: a@b, c@d\n");
    struct mail_header *header = mail_header_parse(mw_bytes_of(message->str, (uint32_t)message->len), MAIL_ALL_FIELDS);
    g_assert_cmpuint(header->values[MAIL_TO]->len, ==, MAIL_MAX_VALUES);
    g_assert_cmpuint(header->values[MAIL_TO_ADDRESS]->len, ==, MAIL_MAX_VALUES);
    mail_header_free(header);

    g_string_assign(message, "Subject: x\n\n");
    g_string_set_size(message, 64 * MAIL_MAX_HEADER);
    g_test_timer_start();
    for (int i = 0; i < 100; i++)
        survive(mw_bytes_of(message->str, (uint32_t)message->len));
    g_assert_cmpfloat(g_test_timer_elapsed(), <, HOSTILE_SECONDS);
    g_string_free(message, TRUE);
}

static void check_text(const char *in, const char *expected)
{
    char *text = mail_text_decode(mw_bytes_str(in));
    g_assert_cmpstr(text, ==, expected);
    g_free(text);
}

/* Mail can name more charsets than converters are kept for. */
static void test_many_charsets(void)
{
    const unsigned many = 5000;

    check_text("=?koi8-r?q?=F0?=", "П");
    for (unsigned i = 0; i < many; i++) {
        char *in = g_strdup_printf("=?x-none-%u?q?caf=E9?=", i);
        check_text(in, "café");
        g_free(in);
    }
    check_text("=?koi8-r?q?=F0?=", "П");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail/message/texts", test_texts);
    g_test_add_func("/mail/message/addresses", test_addresses);
    g_test_add_func("/mail/message/media_types", test_media_types);
    g_test_add_func("/mail/message/messages", test_messages);
    g_test_add_func("/mail/message/nul", test_nul);
    g_test_add_func("/mail/message/rows", test_rows);
    g_test_add_func("/mail/message/limits", test_limits);
    g_test_add_func("/mail/message/many_charsets", test_many_charsets);
    g_test_add_func("/mail/message/hostile", test_hostile);
    return g_test_run();
}
