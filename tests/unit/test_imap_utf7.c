/* Mailbox names in modified UTF-7 and UTF-8.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "imap/utf7.h"

#include "harness.h"

#define P(problem) IMAP_MAILBOX_##problem

static const struct {
    const char *name, *text;
    uint32_t problems;
} names[] = {
    { "", "", 0 },
    { "INBOX", "INBOX", 0 },
    { "a b/c~\\\"%*{", "a b/c~\\\"%*{", 0 },
    { "&-", "&", 0 },
    { "R&-D", "R&D", 0 },
    { "&-&-", "&&", 0 },
    { "-&--", "-&-", 0 },
    { "Entw&APw-rfe", "Entw\u00FCrfe", 0 },
    { "&AOk-", "\u00E9", 0 },
    { "Gel&APY-schte Objekte", "Gel\u00F6schte Objekte", 0 },
    /* RFC 3501 5.1.3 */
    { "~peter/mail/&U,BTFw-/&ZeVnLIqe-", "~peter/mail/\u53F0\u5317/\u65E5\u672C\u8A9E", 0 },
    { "&Jjo-!", "\u263A!", 0 },
    { "&2D3eAA-", "\U0001F600", 0 },
    { "&2D3eANg93gA-", "\U0001F600\U0001F600", 0 },
    { "&AKA-", "\u00A0", 0 },
    { "&AOk-&-", "\u00E9&", 0 },
    { "&,,0-", "\uFFFD", 0 },
    /* RFC 3501 5.1.3: "&U,BTFw-&ZeVnLIqe-" is not permitted, &U,BTF2XlZyyKng- is right */
    { "&U,BTFw-&ZeVnLIqe-", "\u53F0\u5317\u65E5\u672C\u8A9E", P(SPLIT) },
    { "&U,BTF2XlZyyKng-", "\u53F0\u5317\u65E5\u672C\u8A9E", 0 },
    /* & */
    { "&", "&", P(LONE_AMP) },
    { "R & D", "R & D", P(LONE_AMP) },
    { "&&", "&&", P(LONE_AMP) },
    { "&/-", "&/-", P(LONE_AMP) },
    { "&&-", "&&", P(LONE_AMP) },
    { "R&D", "R&D", P(UNENDED) },
    { "&Jjo!", "&Jjo!", P(UNENDED) },
    { "&AOk", "&AOk", P(UNENDED) },
    { "&AOk=-", "&AOk=-", P(UNENDED) },
    { "&AOk/-", "&AOk/-", P(UNENDED) },
    { "&AO&AOk-", "&AO\u00E9", P(UNENDED) },
    { "&A\xC3\xA9-", "&A\u00E9-", P(UNENDED) | P(8BIT) },
    /* printable ASCII */
    { "&AGE-", "a", P(ASCII) },
    { "&AGEA6Q-", "a\u00E9", P(ASCII) },
    { "&ACY-", "&", P(ASCII) },
    { "&ACA-", " ", P(ASCII) },
    { "&AH4-", "~", P(ASCII) },
    /* UTF-16 */
    { "&A-", "&A-", P(ODD_UTF16) },
    { "&AO-", "&AO-", P(ODD_UTF16) },
    { "&AOn-", "&AOn-", P(ODD_UTF16) },
    { "&AOkA-", "&AOkA-", P(ODD_UTF16) },
    { "&AOkAAA-", "\u00E9\\x00", P(CONTROL) }, /* 36 bits: two units, the rest 0 */
    { "&AOkA6-", "&AOkA6-", P(ODD_UTF16) },
    { "&AOkA6Q-", "\u00E9\u00E9", 0 },
    { "&AOkA6R-", "&AOkA6R-", P(ODD_UTF16) },
    { "&AGEA-", "&AGEA-", P(ODD_UTF16) },
    { "&2D0-", "&2D0-", P(SURROGATE) },
    { "&2D0A6Q-", "&2D0A6Q-", P(SURROGATE) },
    { "&2D3YPQ-", "&2D3YPQ-", P(SURROGATE) },
    { "&3gA-", "&3gA-", P(SURROGATE) },
    { "&3gDYPQ-", "&3gDYPQ-", P(SURROGATE) },
    { "x&2D0-&AOk-", "x&2D0-\u00E9", P(SURROGATE) | P(SPLIT) },
    /* 8 bit */
    { "Entw\xC3\xBCrfe", "Entw\u00FCrfe", P(8BIT) },
    { "\xF0\x9F\x98\x80", "\U0001F600", P(8BIT) },
    { "Entw\xFCrfe", "Entw\\xFCrfe", P(NOT_UTF8) },
    { "\xC3", "\\xC3", P(NOT_UTF8) },
    { "\xF0\x9F\x98", "\\xF0\\x9F\\x98", P(NOT_UTF8) },
    { "\xED\xA0\x80", "\\xED\\xA0\\x80", P(NOT_UTF8) }, /* surrogate */
    { "\xC0\x80", "\\xC0\\x80", P(NOT_UTF8) },          /* overlong */
    { "\xF4\x90\x80\x80", "\\xF4\\x90\\x80\\x80", P(NOT_UTF8) },
    { "\xFF\xC3\xA9", "\\xFF\u00E9", P(NOT_UTF8) | P(8BIT) },
    /* control characters */
    { "a\tb\x1B[2J", "a\\x09b\\x1B[2J", P(CONTROL) },
    { "\x7F", "\\x7F", P(CONTROL) },
    { "\xC2\x9B", "\\x9B", P(8BIT) | P(CONTROL) },
    { "&AAA-", "\\x00", P(CONTROL) },
    { "&ABs-", "\\x1B", P(CONTROL) },
    { "&AH8-", "\\x7F", P(CONTROL) },
    { "&AJs-", "\\x9B", P(CONTROL) },
};

static void test_names(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        uint32_t problems = UINT32_MAX;
        char *text = imap_mailbox_decode(mw_bytes_str(names[i].name), &problems);
        g_test_message("row %zu: %s", i, text);
        g_assert_cmpstr(text, ==, names[i].text);
        g_assert_cmphex(problems, ==, names[i].problems);
        g_free(text);
    }
}

static void test_nul(void)
{
    uint32_t problems;
    char *text = imap_mailbox_decode(mw_bytes_of("a\0b", 3), &problems);
    g_assert_cmpstr(text, ==, "a\\x00b");
    g_assert_cmphex(problems, ==, IMAP_MAILBOX_CONTROL);
    g_free(text);
    text = imap_mailbox_decode(mw_bytes_of(NULL, 0), NULL);
    g_assert_cmpstr(text, ==, "");
    g_free(text);
}

/* Characters of all planes, encoded by GLib. */
static void test_all_planes(void)
{
    for (gunichar c = 0xA1; c <= 0x10FFFF; c += 0x3D) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        char utf8[8] = "";
        gsize len;
        GString *name = g_string_new("&");
        g_unichar_to_utf8(c, utf8);
        char *utf16 = g_convert(utf8, -1, "UTF-16BE", "UTF-8", NULL, &len, NULL);
        char *base64 = g_base64_encode((const guchar *)utf16, len);
        g_string_append(name, g_strdelimit(base64, "/", ','));
        while (name->str[name->len - 1] == '=')
            g_string_truncate(name, name->len - 1);
        g_string_append_c(name, '-');
        uint32_t problems;
        char *text = imap_mailbox_decode(mw_bytes_of(name->str, (uint32_t)name->len), &problems);
        g_assert_cmpstr(text, ==, utf8);
        g_assert_cmphex(problems, ==, 0);
        g_free(text);
        g_free(base64);
        g_free(utf16);
        g_string_free(name, TRUE);
    }
}

static void decode(mw_bytes in)
{
    uint32_t problems;
    char *text = imap_mailbox_decode(in, &problems);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_assert_cmpuint(strlen(text), <=, 4 * (size_t)in.len);
    for (const char *p = text; *p; p++)
        g_assert_false((uint8_t)*p < 0x20 || *p == 0x7F);
    g_free(text);
}

/* Linear: what could be read again at every octet. */
static void test_long(void)
{
    static const char *const units[] = { "&", "&A", "&AOk-", "A", "\xC3", "\xE2\x82", "&2D0-", "&-" };
    const size_t len = 4 * 1024 * 1024;

    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        GString *name = g_string_sized_new(len);
        while (name->len < len)
            g_string_append(name, units[i]);
        decode(mw_bytes_of(name->str, (uint32_t)name->len));
        g_string_free(name, TRUE);
    }
    char *name = g_strnfill(len, 'A'); /* one shift */
    name[0] = '&';
    name[len - 1] = '-';
    decode(mw_bytes_of(name, (uint32_t)len));
    g_free(name);
}

static void test_abuse(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        mw_test_abuse(names[i].name, strlen(names[i].name), decode);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/utf7/names", test_names);
    g_test_add_func("/imap/utf7/nul", test_nul);
    g_test_add_func("/imap/utf7/all-planes", test_all_planes);
    g_test_add_func("/imap/utf7/long", test_long);
    g_test_add_func("/imap/utf7/abuse", test_abuse);
    return g_test_run();
}
