/* Names of files from hostile names.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness.h"
#include "mail/safe_name.h"

#define FALLBACK "unnamed"

static const struct {
    const char *name; /* of len octets */
    size_t len;
    const char *safe;
} rows[] = {
#define ROW(name, safe)                                                                                                \
    {                                                                                                                  \
        name, sizeof name - 1, safe                                                                                    \
    }
    /* harmless ones stay */
    ROW("report.pdf", "report.pdf"),
    ROW("Report of May (2).tar.gz", "Report of May (2).tar.gz"),
    ROW("Übersicht März.xlsx", "Übersicht März.xlsx"),
    ROW("見積書.pdf", "見積書.pdf"),
    ROW("a-b~c_d.txt", "a-b~c_d.txt"),
    ROW("x", "x"),
    /* paths */
    ROW("../../etc/passwd", "_.._etc_passwd"),
    ROW("..\\..\\autoexec.bat", "_.._autoexec.bat"),
    ROW("/etc/passwd", "_etc_passwd"),
    ROW("C:\\Windows\\win.ini", "C_Windows_win.ini"),
    ROW("\\\\server\\share\\x", "_server_share_x"),
    ROW("..", FALLBACK),
    ROW(".", FALLBACK),
    ROW("", FALLBACK),
    ROW("/", FALLBACK),
    ROW(" . . ", FALLBACK),
    ROW("___", FALLBACK),
    /* NUL and other controls */
    ROW("a\0.exe", "a_.exe"),
    ROW("\0", FALLBACK),
    ROW("a\r\nb\tc\x1B[31m.txt", "a_b_c_[31m.txt"),
    ROW("a\x7F\xC2\x85"
        "b",
        "a_b"),
    /* marks that change the direction, joiners, line separators, tags, private use */
    ROW("photo\xE2\x80\xAEgpj.exe", "photo_gpj.exe"),
    ROW("\xE2\x80\x8F"
        "a\xE2\x80\x8E\xE2\x81\xA6"
        "b\xE2\x81\xA9\xD8\x9C",
        "_a_b_"),
    ROW("a\xE2\x80\xA8"
        "b\xE2\x80\xA9"
        "c\xE2\x80\x8B"
        "d\xEF\xBB\xBF",
        "a_b_c_d_"),
    ROW("a\xF3\xA0\x81\x81"
        "b\xEE\x80\x80"
        "c",
        "a_b_c"),
    /* not UTF-8: a lone octet, a cut character, a surrogate, an overlong "/" */
    ROW("caf\xE9.txt", "caf_.txt"),
    ROW("a\xE2\x80", "a_"),
    ROW("a\xED\xA0\x80"
        "b",
        "a_b"),
    ROW("a\xC0\xAF"
        "b",
        "a_b"),
    /* what shells and Windows make of ends */
    ROW(".bashrc", "bashrc"),
    ROW("...hidden", "hidden"),
    ROW("-rf", "_rf"),
    ROW("~root", "_root"),
    ROW("name. . .", "name"),
    ROW("name.exe ", "name.exe"),
    ROW("a   b", "a b"),
    ROW("a\xC2\xA0\xE3\x80\x80"
        "b",
        "a b"),
    ROW("a:b*c?d\"e<f>g|h%i", "a_b_c_d_e_f_g_h_i"),
    /* devices */
    ROW("CON", "_CON"),
    ROW("con.txt", "_con.txt"),
    ROW("NUL .txt", "_NUL .txt"),
    ROW("Aux.tar.gz", "_Aux.tar.gz"),
    ROW("PRN", "_PRN"),
    ROW("COM1", "_COM1"),
    ROW("lpt9.log", "_lpt9.log"),
    ROW("COM\xC2\xB9", "_COM\xC2\xB9"),
    ROW("CONIN$", "_CONIN$"),
    ROW(".CON", "_CON"),
    ROW("CON\xE2\x80\xAE", "CON_"),
    ROW("COM", "COM"),
    ROW("COM10", "COM10"),
    ROW("CONSOLE", "CONSOLE"),
    ROW("LPTX", "LPTX"),
    ROW("my CON", "my CON"),
};

static void test_rows(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *safe = mail_safe_name(mw_bytes_of(rows[i].name, (uint32_t)rows[i].len), FALLBACK);
        g_assert_cmpstr(safe, ==, rows[i].safe);
        g_free(safe);
    }
}

static char *long_name(const char *unit, unsigned times, const char *end)
{
    GString *name = g_string_new(NULL);
    for (unsigned i = 0; i < times; i++)
        g_string_append(name, unit);
    g_string_append(name, end);
    char *safe = mail_safe_name(mw_bytes_of(name->str, (uint32_t)name->len), FALLBACK);
    g_string_free(name, TRUE);
    return safe;
}

static void check_length(const char *unit, unsigned times, const char *end, const char *safe_end)
{
    char *safe = long_name(unit, times, end);
    size_t octets = strlen(safe);
    g_assert_cmpuint(octets, <=, MAIL_SAFE_NAME_OCTETS);
    g_assert_cmpuint(octets, >, MAIL_SAFE_NAME_OCTETS - 8);
    g_assert_true(g_utf8_validate(safe, -1, NULL));
    g_assert_true(g_str_has_suffix(safe, safe_end));
    g_free(safe);
}

static void test_length(void)
{
    check_length("a", 300, ".pdf", "a.pdf");
    check_length("a", 300, "", "aaa");
    check_length("ä", 300, ".pdf", "ä.pdf");
    check_length("見", 300, ".見", "見.見");
    check_length("😀", 300, ".x", "😀.x");
    check_length("a", 156, ".pdfx", "a.pdfx");
    check_length("a", 300, ".no extension but text", "aaa");
    check_length("a.b", 100000, ".pdf", "");
    char *exact = long_name("a", MAIL_SAFE_NAME_OCTETS - 4, ".pdf");
    g_assert_cmpuint(strlen(exact), ==, MAIL_SAFE_NAME_OCTETS);
    g_free(exact);
}

/* A blank or dot at the place of the cut is not left at the end. */
static void test_cut_at_blank(void)
{
    char *safe = long_name("a ", 200, "");
    g_assert_cmpint(safe[strlen(safe) - 1], ==, 'a');
    g_free(safe);
}

/* Nothing that any octets become breaks the promise of the header. */
static void check_promise(mw_bytes in)
{
    char *safe = mail_safe_name(in, FALLBACK);
    size_t octets = strlen(safe);
    g_assert_cmpuint(octets, >=, 1);
    g_assert_cmpuint(octets, <=, MAIL_SAFE_NAME_OCTETS);
    g_assert_true(g_utf8_validate(safe, -1, NULL));
    g_assert_null(strpbrk(safe, "/\\:*?\"<>|%"));
    g_assert_null(strchr(".-~ ", safe[0]));
    g_assert_null(strchr(". ", safe[octets - 1]));
    for (const char *c = safe; *c; c = g_utf8_next_char(c)) {
        g_assert_false(g_unichar_iscntrl(g_utf8_get_char(c)));
        g_assert_cmpint(g_unichar_type(g_utf8_get_char(c)), !=, G_UNICODE_FORMAT);
    }
    g_free(safe);
}

static void test_abuse(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        mw_test_abuse(rows[i].name, rows[i].len, check_promise);
}

static void test_random(void)
{
    uint8_t octets[400];
    for (int round = 0; round < 5000; round++) {
        guint32 len = (guint32)g_test_rand_int_range(0, sizeof octets);
        for (guint32 i = 0; i < len; i++)
            octets[i] = (uint8_t)g_test_rand_int_range(0, 256);
        check_promise(mw_bytes_of(octets, len));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail/safe_name/rows", test_rows);
    g_test_add_func("/mail/safe_name/length", test_length);
    g_test_add_func("/mail/safe_name/cut_at_blank", test_cut_at_blank);
    g_test_add_func("/mail/safe_name/abuse", test_abuse);
    g_test_add_func("/mail/safe_name/random", test_random);
    return g_test_run();
}
