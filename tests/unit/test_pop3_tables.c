/* Tests of the tables of POP3: order, names, references, and that every row is found.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "pop3/syntax.h"
#include "pop3/tables.h"

/* What a meaning and its reference may have together behind a line of MW_EXPLAINED_OCTETS: see plugin/explain.h. */
#define ROOM 117

static void assert_reference(const char *rfc)
{
    g_assert_nonnull(rfc);
    bool numbered = g_str_has_prefix(rfc, "RFC ") && g_ascii_isdigit(rfc[4]);
    g_assert_true(numbered || g_str_has_prefix(rfc, "wild"));
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

static void test_verbs(void)
{
    size_t count;
    const struct pop3_verb_row *rows = pop3_verb_rows(&count);

    g_assert_cmpuint(count, ==, POP3_VERB_COUNT - 1);
    for (size_t i = 0; i < count; i++) {
        char *lower = g_ascii_strdown(rows[i].name, -1);
        g_test_message("%s", rows[i].name);
        assert_name(rows[i].name, i ? rows[i - 1].name : NULL);
        assert_reference(rows[i].rfc);
        assert_text(rows[i].text);
        g_assert_nonnull(rows[i].parse);
        g_assert_true(rows[i].states && rows[i].states <= (POP3_AUTHORIZATION | POP3_TRANSACTION));
        g_assert_true((rows[i].multi == POP3_SINGLE) == (rows[i].content == POP3_NO_CONTENT));
        g_assert_true(!rows[i].login || rows[i].states == POP3_AUTHORIZATION);
        g_assert_true(pop3_verb_find(mw_bytes_str(rows[i].name)) == &rows[i]);
        g_assert_true(pop3_verb_find(mw_bytes_str(lower)) == &rows[i]);
        g_assert_true(pop3_verb_row(rows[i].verb) == &rows[i]); /* the verb, too, is unique */
        g_free(lower);
    }
    g_assert_null(pop3_verb_row(POP3_UNKNOWN));
}

static void test_states(void)
{
    static const struct {
        enum pop3_verb verb;
        unsigned states;
    } rows[] = {
        { POP3_USER, POP3_AUTHORIZATION },
        { POP3_PASS, POP3_AUTHORIZATION },
        { POP3_APOP, POP3_AUTHORIZATION },
        { POP3_AUTH, POP3_AUTHORIZATION },
        { POP3_STLS, POP3_AUTHORIZATION },
        { POP3_UTF8, POP3_AUTHORIZATION },
        { POP3_STAT, POP3_TRANSACTION },
        { POP3_LIST, POP3_TRANSACTION },
        { POP3_RETR, POP3_TRANSACTION },
        { POP3_DELE, POP3_TRANSACTION },
        { POP3_NOOP, POP3_TRANSACTION },
        { POP3_RSET, POP3_TRANSACTION },
        { POP3_TOP, POP3_TRANSACTION },
        { POP3_UIDL, POP3_TRANSACTION },
        { POP3_CAPA, POP3_AUTHORIZATION | POP3_TRANSACTION },
        { POP3_LANG, POP3_AUTHORIZATION | POP3_TRANSACTION },
        { POP3_QUIT, POP3_AUTHORIZATION | POP3_TRANSACTION },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpuint(pop3_verb_row(rows[i].verb)->states, ==, rows[i].states);
}

static void test_unknown_words(void)
{
    static const char *const words[] = { "", "R", "RET", "RETRX", "AAAA", "ZZZZ", "XTN", "RE\xD4R" };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        g_assert_null(pop3_verb_find(mw_bytes_str(words[i])));
        g_assert_null(pop3_capability_find(mw_bytes_str(words[i])));
        g_assert_null(pop3_code_find(mw_bytes_str(words[i])));
    }
    g_assert_null(pop3_verb_find(mw_bytes_of("RETR\0", 5)));
    g_assert_null(pop3_capability_find(mw_bytes_of("STLS\0", 5)));
}

static void test_names(const struct pop3_name_row *rows, size_t count,
                       const struct pop3_name_row *(*find)(mw_bytes name))
{
    for (size_t i = 0; i < count; i++) {
        char *lower = g_ascii_strdown(rows[i].name, -1);
        g_test_message("%s", rows[i].name);
        assert_name(rows[i].name, i ? rows[i - 1].name : NULL);
        assert_reference(rows[i].rfc);
        assert_text(rows[i].text);
        g_assert_true(find(mw_bytes_str(rows[i].name)) == &rows[i]);
        g_assert_true(find(mw_bytes_str(lower)) == &rows[i]);
        g_free(lower);
    }
}

static void test_capabilities(void)
{
    size_t count;
    const struct pop3_name_row *rows = pop3_capability_rows(&count);
    g_assert_cmpuint(count, >=, 13);
    test_names(rows, count, pop3_capability_find);
}

static void test_codes(void)
{
    size_t count;
    const struct pop3_name_row *rows = pop3_code_rows(&count);
    g_assert_cmpuint(count, ==, 6);
    test_names(rows, count, pop3_code_find);
}

static void assert_meaning(const struct pop3_name_row meaning, const char *status)
{
    g_assert_cmpstr(meaning.name, ==, status);
    assert_text(meaning.text);
    assert_reference(meaning.rfc);
    g_assert_cmpuint(strlen(meaning.text) + strlen(meaning.rfc), <=, ROOM);
}

static void assert_meanings(const struct pop3_verb_row *row)
{
    struct pop3_name_row ok = pop3_status_meaning(row, false, POP3_OK);
    struct pop3_name_row err = pop3_status_meaning(row, false, POP3_ERR);

    g_test_message("%s", row->name);
    assert_meaning((struct pop3_name_row){ "verb", row->text, row->rfc }, "verb");
    assert_meaning(ok, "+OK");
    assert_meaning(err, "-ERR");
    g_assert_cmpstr(ok.text, ==, row->ok);
    g_assert_cmpstr(err.text, ==, row->err);
    g_assert_cmpstr(ok.rfc, ==, row->rfc);
}

static void test_meanings(void)
{
    size_t count;
    const struct pop3_verb_row *rows = pop3_verb_rows(&count);

    for (size_t i = 0; i < count; i++)
        assert_meanings(&rows[i]);
    assert_meanings(&pop3_auth_response_row);
    assert_meanings(&pop3_end_of_text_row);
    assert_meaning(pop3_status_meaning(NULL, false, POP3_OK), "+OK");
    assert_meaning(pop3_status_meaning(NULL, false, POP3_ERR), "-ERR");
    assert_meaning(pop3_status_meaning(NULL, true, POP3_OK), "+OK");
    assert_meaning(pop3_status_meaning(NULL, true, POP3_ERR), "-ERR");
    assert_meaning(pop3_status_meaning(pop3_verb_row(POP3_AUTH), false, POP3_CONTINUE), "+");
    assert_meaning(pop3_status_meaning(NULL, true, POP3_CONTINUE), "+");
    g_assert_null(pop3_status_meaning(NULL, false, POP3_NO_STATUS).text);
    g_assert_null(pop3_status_meaning(&rows[0], true, POP3_NO_STATUS).text);
    g_assert_null(pop3_status_meaning(&rows[0], false, 255).text);
}

static void test_no_commands(void)
{
    g_assert_cmpint(pop3_auth_response_row.verb, ==, POP3_UNKNOWN);
    g_assert_cmpint(pop3_end_of_text_row.verb, ==, POP3_UNKNOWN);
    assert_reference(pop3_auth_response_row.rfc);
    assert_reference(pop3_end_of_text_row.rfc);
    assert_text(pop3_auth_response_row.text);
    assert_text(pop3_end_of_text_row.text);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/pop3/tables/verbs", test_verbs);
    g_test_add_func("/pop3/tables/states", test_states);
    g_test_add_func("/pop3/tables/unknown_words", test_unknown_words);
    g_test_add_func("/pop3/tables/capabilities", test_capabilities);
    g_test_add_func("/pop3/tables/codes", test_codes);
    g_test_add_func("/pop3/tables/meanings", test_meanings);
    g_test_add_func("/pop3/tables/no_commands", test_no_commands);
    return g_test_run();
}
