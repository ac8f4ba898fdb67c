/* Tests of the tables of SMTP: order, names, references, and that every row is found.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "smtp/tables.h"

/* What a meaning and its reference may have together behind a line of MW_EXPLAINED_OCTETS: see plugin/explain.h. */
#define ROOM 117

static void assert_reference(const char *rfc)
{
    g_assert_nonnull(rfc);
    bool numbered = g_str_has_prefix(rfc, "RFC ") && g_ascii_isdigit(rfc[4]);
    g_assert_true(numbered || g_str_has_prefix(rfc, "wild") || g_str_has_prefix(rfc, "draft-"));
}

static void assert_text(const char *text)
{
    g_assert_true(text && *text && !g_ascii_islower(*text));
}

/* Strictly ascending, so that names are unique. */
static void assert_name(const char *name, const char *before)
{
    char *upper = g_ascii_strup(name, -1);
    g_assert_cmpstr(name, ==, upper);
    g_free(upper);
    if (before)
        g_assert_cmpstr(before, <, name);
}

static void assert_codes(const uint16_t *codes, const uint16_t *lowest_highest)
{
    for (; *codes; codes++) {
        g_assert_cmpuint(*codes, >=, lowest_highest[0]);
        g_assert_cmpuint(*codes, <=, lowest_highest[1]);
        g_assert_nonnull(smtp_reply_text(*codes));
    }
}

static void test_verbs(void)
{
    size_t count;
    const struct smtp_verb_row *rows = smtp_verb_rows(&count);

    g_assert_cmpuint(count, ==, SMTP_VERB_COUNT - 1);
    for (size_t i = 0; i < count; i++) {
        char *lower = g_ascii_strdown(rows[i].name, -1);
        g_test_message("%s", rows[i].name);
        assert_name(rows[i].name, i ? rows[i - 1].name : NULL);
        assert_reference(rows[i].rfc);
        assert_text(rows[i].text);
        g_assert_nonnull(rows[i].parse);
        assert_codes(rows[i].ok, (const uint16_t[]){ 200, 399 });
        if (rows[i].error)
            assert_codes(rows[i].error, (const uint16_t[]){ 400, 599 });
        g_assert_true(smtp_verb_find(mw_bytes_str(rows[i].name)) == &rows[i]);
        g_assert_true(smtp_verb_find(mw_bytes_str(lower)) == &rows[i]);
        g_assert_true(smtp_verb_row(rows[i].verb) == &rows[i]); /* the verb, too, is unique */
        g_free(lower);
    }
    g_assert_null(smtp_verb_row(SMTP_UNKNOWN));
}

static void test_unknown_words(void)
{
    static const char *const words[] = { "",     "M",       "MAI", "MAILX", "AAAA", "ZZZZ",
                                         "STAR", "MA\xC9L", "X",   "XXXX",  "XPROX" };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        g_assert_null(smtp_verb_find(mw_bytes_str(words[i])));
    g_assert_null(smtp_verb_find(mw_bytes_of("MAIL\0", 5)));
    g_assert_null(smtp_verb_find(mw_bytes_of("MAIL\0\0", 6)));
}

static void test_expected_codes(void)
{
    static const struct {
        const char *verb;
        uint16_t code;
        bool expected;
    } rows[] = {
        { "MAIL", 250, true },     { "MAIL", 251, false },    { "MAIL", 552, true },      { "MAIL", 450, false },
        { "MAIL", 421, true },     { "MAIL", 500, true },     { "MAIL", 501, true },      { "MAIL", 502, true },
        { "RCPT", 450, true },     { "RCPT", 556, true },     { "RCPT", 354, false },     { "DATA", 354, true },
        { "DATA", 250, false },    { "DATA", 503, true },     { "AUTH", 235, true },      { "AUTH", 535, true },
        { "AUTH", 250, false },    { "STARTTLS", 220, true }, { "STARTTLS", 250, false }, { "QUIT", 221, true },
        { "QUIT", 250, false },    { "NOOP", 503, false },    { "RSET", 250, true },      { "HELP", 214, true },
        { "VRFY", 252, true },     { "EXPN", 251, false },    { "ETRN", 459, true },      { "ATRN", 530, true },
        { "XCLIENT", 220, true },  { "XCLIENT", 250, false }, { "XFORWARD", 503, true },  { "XSHADOW", 599, true },
        { "XSHADOW", 999, false }, { "X-EXPS", 334, true },   { "BDAT", 354, false },     { "BURL", 554, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s %u", rows[i].verb, rows[i].code);
        const struct smtp_verb_row *row = smtp_verb_find(mw_bytes_str(rows[i].verb));
        g_assert_nonnull(row);
        g_assert_cmpint(smtp_reply_code_expected(row, rows[i].code), ==, rows[i].expected);
    }
    g_assert_true(smtp_reply_code_expected(NULL, 250));
    g_assert_true(smtp_reply_code_expected(&smtp_connection_row, 554));
    g_assert_false(smtp_reply_code_expected(&smtp_connection_row, 250));
    g_assert_true(smtp_reply_code_expected(&smtp_end_of_data_row, 250));
    g_assert_false(smtp_reply_code_expected(&smtp_end_of_data_row, 354));
    g_assert_true(smtp_reply_code_expected(&smtp_auth_response_row, 334));
    g_assert_false(smtp_reply_code_expected(&smtp_auth_response_row, 503));
}

static void test_groups(void)
{
    static const char *const last[] = { "HELO", "EHLO", "LHLO", "DATA",     "VRFY", "EXPN", "HELP",
                                        "NOOP", "QUIT", "AUTH", "STARTTLS", "ETRN", "ATRN", "TURN" };
    static const char *const any[] = { "MAIL", "RCPT", "BDAT", "BURL", "RSET", "SEND", "SOML", "SAML" };

    for (size_t i = 0; i < G_N_ELEMENTS(last); i++)
        g_assert_true(smtp_verb_find(mw_bytes_str(last[i]))->last_in_group);
    for (size_t i = 0; i < G_N_ELEMENTS(any); i++)
        g_assert_false(smtp_verb_find(mw_bytes_str(any[i]))->last_in_group);
}

static void test_replies(void)
{
    size_t count;
    const struct smtp_reply_row *rows = smtp_reply_rows(&count);

    for (size_t i = 0; i < count; i++) {
        assert_text(rows[i].text);
        assert_reference(rows[i].rfc);
        g_assert_true(i == 0 || rows[i - 1].code < rows[i].code);
        g_assert_true(smtp_reply_text(rows[i].code) == rows[i].text);
        g_assert_nonnull(smtp_reply_class_text((uint8_t)(rows[i].code / 100)));
    }
    g_assert_null(smtp_reply_text(0));
    g_assert_null(smtp_reply_text(299));
    g_assert_null(smtp_reply_text(65535));
    g_assert_null(smtp_reply_class_text(0));
    g_assert_null(smtp_reply_class_text(6));
    g_assert_null(smtp_reply_class_text(255));
}

static void assert_meaning(const char *text, const char *rfc)
{
    assert_text(text);
    assert_reference(rfc);
    g_assert_cmpuint(strlen(text) + strlen(rfc), <=, ROOM);
}

static const struct smtp_verb_row *row_of(const char *name)
{
    static const struct smtp_verb_row *const others[] = { &smtp_auth_response_row, &smtp_connection_row,
                                                          &smtp_lmtp_end_of_data_row, &smtp_end_of_data_row };
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++)
        if (strcmp(others[i]->name, name) == 0)
            return others[i];
    return smtp_verb_find(mw_bytes_str(name));
}

/* Each row is about a code that may answer the verb, says something, and is found. */
static void test_meanings(void)
{
    size_t count;
    const struct smtp_meaning_row *rows = smtp_meaning_rows(&count);

    for (size_t i = 0; i < count; i++) {
        const struct smtp_verb_row *row = row_of(rows[i].verb);
        g_test_message("%s %u", rows[i].verb, rows[i].reply.code);
        g_assert_nonnull(row);
        g_assert_true(smtp_reply_code_expected(row, rows[i].reply.code));
        assert_meaning(rows[i].reply.text, rows[i].reply.rfc);
        int order = i ? strcmp(rows[i - 1].verb, rows[i].verb) : -1;
        g_assert_true(order < 0 || (order == 0 && rows[i - 1].reply.code < rows[i].reply.code));
        g_assert_true(smtp_reply_meaning(row, rows[i].reply.code) == &rows[i].reply);
    }
    g_assert_cmpstr(smtp_reply_meaning(row_of("DATA"), 421)->text, ==, smtp_reply_text(421));
    g_assert_cmpstr(smtp_reply_meaning(NULL, 250)->text, ==, smtp_reply_text(250));
    g_assert_cmpstr(smtp_reply_meaning(row_of("STARTTLS"), 220)->rfc, ==, "RFC 3207 4");
    g_assert_null(smtp_reply_meaning(row_of("MAIL"), 299));
    g_assert_null(smtp_reply_meaning(NULL, 0));
}

/* What a server says when all goes well has a meaning of its own after each verb that an RFC defines. */
static void test_positive_meanings(void)
{
    size_t count;
    const struct smtp_verb_row *rows = smtp_verb_rows(&count);

    for (size_t i = 0; i < count; i++) {
        assert_meaning(rows[i].text, rows[i].rfc);
        for (const uint16_t *code = rows[i].ok; *code && g_str_has_prefix(rows[i].rfc, "RFC "); code++) {
            g_test_message("%s %u", rows[i].name, *code);
            g_assert_true(smtp_reply_meaning(&rows[i], *code) != smtp_reply_meaning(NULL, *code));
        }
        for (const uint16_t *code = rows[i].error; code && *code; code++)
            assert_meaning(smtp_reply_meaning(&rows[i], *code)->text, smtp_reply_meaning(&rows[i], *code)->rfc);
    }
}

static void test_status(void)
{
    size_t count;
    const struct smtp_status_row *rows = smtp_status_rows(&count);
    unsigned before = 0;

    for (size_t i = 0; i < count; i++) {
        assert_text(rows[i].text);
        assert_reference(rows[i].rfc);
        unsigned order = rows[i].subject * 1000u + rows[i].detail + 1;
        g_assert_cmpuint(before, <, order);
        before = order;
        g_assert_true(smtp_status_text(rows[i].subject, rows[i].detail) == rows[i].text);
        g_assert_nonnull(smtp_status_subject_text(rows[i].subject));
    }
    g_assert_cmpstr(smtp_status_text(1, 1), ==, "Bad destination mailbox address");
    g_assert_cmpstr(smtp_status_text(7, 30), ==, "REQUIRETLS support required");
    g_assert_null(smtp_status_text(7, 31));
    g_assert_null(smtp_status_text(0, 1));
    g_assert_null(smtp_status_text(65536, 0)); /* is not subject 0 */
    g_assert_null(smtp_status_text(0, 65536));
    g_assert_cmpstr(smtp_status_class_text(2), ==, "Success");
    g_assert_null(smtp_status_class_text(3));
    g_assert_null(smtp_status_class_text(6));
    g_assert_null(smtp_status_subject_text(8));
}

static void test_capabilities(void)
{
    size_t count;
    const struct smtp_capability_row *rows = smtp_capability_rows(&count);

    for (size_t i = 0; i < count; i++) {
        assert_name(rows[i].keyword, i ? rows[i - 1].keyword : NULL);
        assert_text(rows[i].text);
        assert_reference(rows[i].rfc);
        g_assert_true(smtp_capability_find(mw_bytes_str(rows[i].keyword)) == &rows[i]);
    }
    g_assert_cmpstr(smtp_capability_find(mw_bytes_str("auth=login"))->keyword, ==, "AUTH=");
    g_assert_cmpstr(smtp_capability_find(mw_bytes_str("X-EXPS=LOGIN"))->keyword, ==, "X-EXPS=");
    g_assert_cmpstr(smtp_capability_find(mw_bytes_str("x_pipe_connect"))->keyword, ==, "X_PIPE_CONNECT");
    g_assert_cmpuint(smtp_capability_find(mw_bytes_str("DSN"))->adds_mail, ==, 107);
    g_assert_cmpuint(smtp_capability_find(mw_bytes_str("DSN"))->adds_rcpt, ==, 507);
    g_assert_null(smtp_capability_find(mw_bytes_str("SIZE=10")));
    g_assert_null(smtp_capability_find(mw_bytes_str("XXXXXXXA")));
    g_assert_null(smtp_capability_find(mw_bytes_str("=")));
    g_assert_null(smtp_capability_find(mw_bytes_str("")));
}

static void test_params(void)
{
    size_t count;
    const struct smtp_param_row *rows = smtp_param_rows(&count);

    for (size_t i = 0; i < count; i++) {
        assert_name(rows[i].name, i ? rows[i - 1].name : NULL);
        assert_text(rows[i].text);
        assert_reference(rows[i].rfc);
        g_assert_cmpuint(rows[i].commands, !=, 0);
        g_assert_true(smtp_param_find(mw_bytes_str(rows[i].name)) == &rows[i]);
        if (rows[i].capability)
            g_assert_nonnull(smtp_capability_find(mw_bytes_str(rows[i].capability)));
    }
    g_assert_null(smtp_param_find(mw_bytes_str("SIZ")));
    g_assert_null(smtp_param_find(mw_bytes_str("")));
}

static void find_all(mw_bytes in)
{
    smtp_verb_find(in);
    smtp_capability_find(in);
    smtp_param_find(in);
}

static void test_abuse(void)
{
    static const char *const words[] = { "STARTTLS", "X-EXPS=LOGIN", "XPROXYFROM", "MT-PRIORITY", "8BITMIME" };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        mw_test_abuse(words[i], strlen(words[i]), find_all);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/smtp/tables/verbs", test_verbs);
    g_test_add_func("/smtp/tables/unknown_words", test_unknown_words);
    g_test_add_func("/smtp/tables/expected_codes", test_expected_codes);
    g_test_add_func("/smtp/tables/groups", test_groups);
    g_test_add_func("/smtp/tables/replies", test_replies);
    g_test_add_func("/smtp/tables/meanings", test_meanings);
    g_test_add_func("/smtp/tables/positive_meanings", test_positive_meanings);
    g_test_add_func("/smtp/tables/status", test_status);
    g_test_add_func("/smtp/tables/capabilities", test_capabilities);
    g_test_add_func("/smtp/tables/params", test_params);
    g_test_add_func("/smtp/tables/abuse", test_abuse);
    return g_test_run();
}
