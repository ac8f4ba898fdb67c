/* Files inside of text: uuencode and yEnc, as software wrote them, and what only looks like them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/uu.h"

#include <gmime/gmime.h>

#include "harness.h"

/* Longest time for hostile text, see test_mail_parts.c. */
#define HOSTILE_SECONDS 10.0
#define HOSTILE_OCTETS (4U * 1024 * 1024)

static void append(void *closure, mw_bytes octets)
{
    g_string_append_len(closure, (const char *)octets.data, octets.len);
}

/* "name=octets;" of each file. */
static GString *found_in(mw_bytes in)
{
    GString *found = g_string_new(NULL);
    struct mail_file file;
    for (uint32_t at = 0; mail_file_find(in, at, &file); at = mw_slice_end(file.where)) {
        g_assert_cmpuint(file.where.offset, >=, at);
        g_assert_cmpuint(mw_slice_end(file.where), >, file.where.offset);
        g_assert_cmpuint(mw_slice_end(file.where), <=, in.len);
        g_assert_cmpuint(mw_slice_end(file.data), <=, mw_slice_end(file.where));
        append(found, mw_sub(in, file.name));
        g_string_append_c(found, '=');
        gsize before = found->len;
        mail_file_decode(in, &file, append, found);
        g_assert_cmpuint(found->len - before, <=, file.octets);
        g_string_append_c(found, ';');
    }
    return found;
}

static void survive(mw_bytes in)
{
    g_string_free(found_in(in), TRUE);
}

#define YBEGIN "=ybegin line=128 size=3 name="

static const struct {
    const char *in, *found;
} texts[] = {
    { "", "" },
    { "begin 644 cat.txt\r\n#0V%T\r\n`\r\nend\r\n", "cat.txt=Cat;" },
    { "begin 644 cat.txt\n#0V%T\n`\nend\n", "cat.txt=Cat;" },
    { "begin 0644 two words.txt \r\n#0V%T\r\n \r\nend", "two words.txt=Cat;" },
    { "Hello\r\n\r\nbegin 644 a\r\n#0V%T\r\n`\r\nend\r\nbye\r\nbegin 755 b\r\n\"0V$ \r\n!0P\r\n\r\nend \r\n",
      "a=Cat;b=CaC;" },
    { "begin 644 no-zero-line\r\n#0V%T\r\nend\r\n", "no-zero-line=Cat;" },
    { "begin 644 checksum\r\n#0V%TX\r\n`\r\nend\r\n", "checksum=Cat;" },
    { "begin 644 cut\r\n#0V%T\r\n#0V%T\r", "cut=CatCat;" },
    { "begin 644 stops\r\n#0V%T\r\nand goes on\r\nend\r\n", "stops=Cat;" },
    { "begin 644 empty\r\n`\r\nend\r\n", "empty=;" },
    { "begin 644 empty\r\nend\r\n", "empty=;" },
    { "begin 644 prose\r\nHELLO\r\n", "" },
    { "begin 644 prose\r\n\r\n", "" },
    { "begin 644 prose", "" },
    { "begin 644\r\n#0V%T\r\n`\r\nend\r\n", "" },
    { "begin 648 a\r\n#0V%T\r\n`\r\nend\r\n", "" },
    { "begin now a\r\n#0V%T\r\n`\r\nend\r\n", "" },
    { " begin 644 a\r\n#0V%T\r\n`\r\nend\r\n", "" },
    { "Begin 644 a\r\n#0V%T\r\n`\r\nend\r\n", "" },
    { "begin 644 a\r\nbegin 644 b\r\n#0V%T\r\n`\r\nend\r\n", "b=Cat;" },
    { YBEGIN "cat.txt\r\n\x6d\x8b\x9e\r\n=yend size=3\r\n", "cat.txt=Cat;" },
    { YBEGIN "two words \n\x6d\n\x8b\x9e\n=yend size=3\n\nbegin 644 u\n#0V%T\n`\nend\n", "two words=Cat;u=Cat;" },
    { "=ybegin part=2 line=128 size=9 name=c\r\n=ypart begin=4 end=6\r\n\x6d\x8b\x9e\r\n=yend size=3\r\n", "c=Cat;" },
    { YBEGIN "escapes\r\n=m\x8b=}x\r\n=yend size=3\r\n", "escapes=\x03"
                                                         "a\x13N;" },
    { YBEGIN "cut\r\n\x6d\x8b\x9e\r", "cut=Cat;" },
    { YBEGIN "\r\n\x6d\r\n=yend\r\n", "" },
    { "=ybegin line=128 name=a\r\n\x6d\r\n=yend\r\n", "" },
    { "=ybegin size=x line=128 name=a\r\n\x6d\r\n=yend\r\n", "" },
    { "=ybegin name=a line=128 size=1\r\n\x6d\r\n=yend\r\n", "" },
    { "x=ybegin line=1 size=1 name=a\r\n\x6d\r\n=yend\r\n", "" },
};

static void test_texts(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        GString *found = found_in(mw_bytes_str(texts[i].in));
        if (strcmp(found->str, texts[i].found) != 0)
            g_error("in: %s\nfound: %s", texts[i].in, found->str);
        g_string_free(found, TRUE);
        mw_test_abuse(texts[i].in, strlen(texts[i].in), survive);
    }
}

/* ---- there and back ---- */

static void uu_line(GString *out, const uint8_t *octets, gsize len, char zero)
{
    g_string_append_c(out, len ? (char)(' ' + len) : zero);
    for (gsize i = 0; i < len; i += 3) {
        uint32_t group = octets[i] << 16 | (i + 1 < len ? octets[i + 1] : 0) << 8 | (i + 2 < len ? octets[i + 2] : 0);
        for (int shift = 18; shift >= 0; shift -= 6)
            g_string_append_c(out, group >> shift & 63 ? (char)(' ' + (group >> shift & 63)) : zero);
    }
}

static void uuencode(GString *out, const GString *octets, char zero, bool trim, const char *ending)
{
    g_string_append_printf(out, "begin 644 x%s", ending);
    for (gsize at = 0; at <= octets->len; at += 45) {
        uu_line(out, (const uint8_t *)octets->str + at, MIN(45, octets->len - at), zero);
        while (trim && out->str[out->len - 1] == ' ')
            g_string_truncate(out, out->len - 1);
        g_string_append(out, ending);
    }
    if (octets->len % 45)
        g_string_append_printf(out, "`%s", ending);
    g_string_append_printf(out, "end%s", ending);
}

static void yencode(GString *out, const GString *octets, const char *ending)
{
    g_string_append_printf(out, "=ybegin line=128 size=%" G_GSIZE_FORMAT " name=x%s", octets->len, ending);
    for (gsize i = 0; i < octets->len; i++) {
        uint8_t c = (uint8_t)(octets->str[i] + 42);
        if (c == 0 || c == '\n' || c == '\r' || c == '=') {
            g_string_append_c(out, '=');
            c += 64;
        }
        g_string_append_c(out, (char)c);
        if (i % 128 == 127)
            g_string_append(out, ending);
    }
    g_string_append_printf(out, "%s=yend size=%" G_GSIZE_FORMAT "%s", ending, octets->len, ending);
}

static void check_round(GString *text, const GString *octets)
{
    GString *found = found_in(mw_bytes_of(text->str, (uint32_t)text->len));
    g_assert_cmpuint(found->len, ==, octets->len + strlen("x=;"));
    g_assert_cmpmem(found->str + 2, octets->len, octets->str, octets->len);
    g_string_free(found, TRUE);
    g_string_free(text, TRUE);
}

static void test_rounds(void)
{
    static const char *const endings[] = { "\n", "\r\n" };
    GString *octets = g_string_new(NULL);
    for (unsigned i = 0; i < 40000; i++) {
        if (i < 200 || i == 39999)
            for (unsigned way = 0; way < 10; way++) {
                GString *text = g_string_new("Text\r\n\r\n");
                const char *ending = endings[way & 1];
                if (way < 8)
                    uuencode(text, octets, way & 2 ? ' ' : '`', way & 4, ending);
                else
                    yencode(text, octets, ending);
                check_round(text, octets);
            }
        g_string_append_c(octets, (char)(i % 5 ? i : i >> 8));
    }
    g_string_free(octets, TRUE);
}

/* ---- cost ---- */

static void test_hostile(void)
{
    static const char *const pieces[] = {
        "begin 644 a\r\n",
        "begin 644 a\r\n#0V%T\r\n",
        "begin 644 a\r\n#0\r\n",
        "begin 644 a\nend\n",
        "begin 644 ",
        "M\r\n",
        "\n",
        "=ybegin line=1 size=1 name=a\r\n",
        "=ybegin line=1 size=1 name=a\r\n=yend\r\n",
        "=ybegin line=1 size=x name=a\r\n",
        " size=1",
        " name=a",
        "=y",
        "=",
        "\r",
    };
    static const char *const first[] = { "", "begin 644 a\r\n", "begin 644 a", "=ybegin line=1 size=1 name=a\r\n",
                                         "=ybegin line=1" };
    for (size_t f = 0; f < G_N_ELEMENTS(first); f++)
        for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
            GString *text = g_string_new(first[f]);
            while (text->len < HOSTILE_OCTETS)
                g_string_append(text, pieces[i]);
            g_test_timer_start();
            survive(mw_bytes_of(text->str, (uint32_t)text->len));
            if (g_test_timer_elapsed() > HOSTILE_SECONDS)
                g_error("%s%s took %f s", first[f], pieces[i], g_test_timer_last());
            g_string_free(text, TRUE);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_mime_init();
    g_test_add_func("/mail/uu/texts", test_texts);
    g_test_add_func("/mail/uu/rounds", test_rounds);
    g_test_add_func("/mail/uu/hostile", test_hostile);
    return g_test_run();
}
