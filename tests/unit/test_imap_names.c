/* Tests of the names of IMAP: order, references, and that every row is found.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "imap/names.h"

static void assert_row(const struct imap_name_row *row)
{
    g_test_message("%s", row->name);
    for (const char *p = row->name; *p; p++)
        g_assert_false(g_ascii_islower(*p));
    g_assert_true(row->text[0] && !g_ascii_islower(row->text[0]));
    g_assert_false(g_str_has_suffix(row->text, "."));
    bool numbered = g_str_has_prefix(row->rfc, "RFC ") && g_ascii_isdigit(row->rfc[4]);
    g_assert_true(numbered || g_str_has_prefix(row->rfc, "wild") || g_str_has_prefix(row->rfc, "draft-"));
}

static void assert_table(enum imap_names table)
{
    size_t count;
    const struct imap_name_row *rows = imap_name_rows(table, &count);

    g_assert_cmpuint(count, >, 0);
    for (size_t i = 0; i < count; i++) {
        char *lower = g_ascii_strdown(rows[i].name, -1);
        assert_row(&rows[i]);
        if (i > 0)
            g_assert_cmpstr(rows[i - 1].name, <, rows[i].name);
        g_assert_true(imap_name_find(table, mw_bytes_str(rows[i].name)) == &rows[i]);
        g_assert_true(imap_name_find(table, mw_bytes_str(lower)) == &rows[i]);
        g_free(lower);
    }
}

static void test_rows(void)
{
    for (int table = 0; table < IMAP_NAMES_COUNT; table++)
        assert_table((enum imap_names)table);
}

static void test_find(void)
{
    static const struct {
        enum imap_names table;
        const char *name, *row; /* NULL: unknown */
    } names[] = {
        { IMAP_CAPABILITIES, "IMAP4rev1", "IMAP4REV1" },
        { IMAP_CAPABILITIES, "auth=plain", "AUTH=" },
        { IMAP_CAPABILITIES, "AUTH=", "AUTH=" },
        { IMAP_CAPABILITIES, "AUTH", NULL },
        { IMAP_CAPABILITIES, "APPENDLIMIT", "APPENDLIMIT" },
        { IMAP_CAPABILITIES, "APPENDLIMIT=1000", "APPENDLIMIT=" },
        { IMAP_CAPABILITIES, "THREAD=REFERENCES", "THREAD=REFERENCES" },
        { IMAP_CAPABILITIES, "THREAD=REFS", "THREAD=" },
        { IMAP_CAPABILITIES, "QUOTA=RES-STORAGE", "QUOTA=RES-STORAGE" },
        { IMAP_CAPABILITIES, "QUOTA=RES-FOO", "QUOTA=" },
        { IMAP_CAPABILITIES, "RIGHTS=texk", "RIGHTS=" },
        { IMAP_CAPABILITIES, "COMPRESS=LZ", NULL },
        { IMAP_CAPABILITIES, "STATUS=SIZE", "STATUS=SIZE" },
        { IMAP_CAPABILITIES, "LITERAL-", "LITERAL-" },
        { IMAP_CAPABILITIES, "XFOO", NULL },
        { IMAP_CAPABILITIES, "=", NULL },
        { IMAP_CAPABILITIES, "", NULL },
        { IMAP_FETCH_ITEMS, "BODY", "BODY" },
        { IMAP_FETCH_ITEMS, "body[]", "BODY[" },
        { IMAP_FETCH_ITEMS, "BODY[HEADER.FIELDS (DATE)]<0>", "BODY[" },
        { IMAP_FETCH_ITEMS, "BODY.PEEK[1.MIME]", "BODY.PEEK[" },
        { IMAP_FETCH_ITEMS, "BODYSTRUCTURE", "BODYSTRUCTURE" },
        { IMAP_FETCH_ITEMS, "BINARY.SIZE[1]", "BINARY.SIZE[" },
        { IMAP_FETCH_ITEMS, "RFC822.SIZE", "RFC822.SIZE" },
        { IMAP_FETCH_ITEMS, "UID[1]", NULL },
        { IMAP_FETCH_ITEMS, "[", NULL },
        { IMAP_STATUS_ITEMS, "unseen", "UNSEEN" },
        { IMAP_FLAGS, "\\Seen", "\\SEEN" },
        { IMAP_FLAGS, "$MDNSent", "$MDNSENT" },
        { IMAP_FLAGS, "NonJunk", "NONJUNK" },
        { IMAP_FLAGS, "\\*", "\\*" },
        { IMAP_FLAGS, "\\", NULL },
        { IMAP_FLAGS, "Seen", NULL },
        { IMAP_ATTRIBUTES, "\\HasNoChildren", "\\HASNOCHILDREN" },
        { IMAP_QUOTA_RESOURCES, "storage", "STORAGE" },
        { IMAP_ID_FIELDS, "support-url", "SUPPORT-URL" },
        { IMAP_ID_FIELDS, "name=x", NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const struct imap_name_row *row = imap_name_find(names[i].table, mw_bytes_str(names[i].name));
        g_assert_cmpstr(row ? row->name : NULL, ==, names[i].row);
    }
    g_assert_null(imap_name_find(IMAP_CAPABILITIES, mw_bytes_of("IDLE\0", 5)));
    g_assert_null(imap_name_find(IMAP_CAPABILITIES, mw_bytes_of(NULL, 0)));
}

static void assert_rights(mw_bytes letters, const char *expect)
{
    char *text = imap_rights_text(letters);
    g_assert_cmpstr(text, ==, expect);
    g_free(text);
}

static void test_rights(void)
{
    assert_rights(mw_bytes_str(""), "");
    assert_rights(mw_bytes_str("l"), "sees the mailbox");
    assert_rights(mw_bytes_str("lr"), "sees the mailbox, reads messages");
    assert_rights(mw_bytes_str("+x"), "deletes the mailbox");
    assert_rights(mw_bytes_str("-xx"), "deletes the mailbox");
    assert_rights(mw_bytes_str("l7q"), "sees the mailbox, 7, q");
    assert_rights(mw_bytes_str("l+"), "sees the mailbox, +");
    assert_rights(mw_bytes_of("\0 \xFF", 3), "\\x00, \\x20, \\xFF");

    char *many = g_strnfill(1000000, 'l');
    assert_rights(mw_bytes_str(many), "sees the mailbox");
    g_free(many);
}

static void find_all(mw_bytes in)
{
    for (int table = 0; table < IMAP_NAMES_COUNT; table++)
        imap_name_find((enum imap_names)table, in);
    char *text = imap_rights_text(in);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    g_free(text);
}

static void test_abuse(void)
{
    static const char *const words[] = { "AUTH=PLAIN", "BODY[HEADER.FIELDS (DATE)]", "\\Seen", "lrswipkxtea",
                                         "STORAGE" };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        mw_test_abuse(words[i], strlen(words[i]), find_all);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/names/rows", test_rows);
    g_test_add_func("/imap/names/find", test_find);
    g_test_add_func("/imap/names/rights", test_rights);
    g_test_add_func("/imap/names/abuse", test_abuse);
    return g_test_run();
}
