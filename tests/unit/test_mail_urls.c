/* URLs in text and HTML: what is found, where it ends, and what hostile text costs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "mail/urls.h"

/* Longest time for HOSTILE_OCTETS of hostile text; a quadratic cost takes hours. Generous, since sanitizers and slow
 * machines run this too. */
#define HOSTILE_SECONDS 10.0
#define HOSTILE_OCTETS (4U * 1024 * 1024)

/* Most URLs of a row. */
#define MAX_URLS 6

struct row {
    const char *in;
    const char *out[MAX_URLS];
};

typedef void add_function(struct mail_urls *urls, mw_bytes in);

static GPtrArray *find(mw_bytes in, add_function *add)
{
    struct mail_urls *urls = mail_urls_new();
    add(urls, in);
    return mail_urls_free(urls);
}

static void survive_as(mw_bytes in, add_function *add)
{
    GPtrArray *list = find(in, add);
    for (guint i = 0; i < list->len; i++) {
        g_assert_true(g_utf8_validate(g_ptr_array_index(list, i), -1, NULL));
        g_assert_nonnull(strstr(g_ptr_array_index(list, i), "://"));
    }
    g_ptr_array_unref(list);
}

static void survive(mw_bytes in)
{
    survive_as(in, mail_urls_add_text);
    survive_as(in, mail_urls_add_html);
}

static void check_rows(const struct row *rows, size_t count, add_function *add)
{
    for (size_t i = 0; i < count; i++) {
        GPtrArray *list = find(mw_bytes_str(rows[i].in), add);
        for (guint n = 0; n < list->len || (n < MAX_URLS && rows[i].out[n]); n++) {
            const char *found = n < list->len ? g_ptr_array_index(list, n) : NULL;
            if (n >= MAX_URLS || g_strcmp0(found, rows[i].out[n]) != 0)
                g_error("in: %s\nurl %u: %s", rows[i].in, n, found);
        }
        g_ptr_array_unref(list);
        mw_test_abuse(rows[i].in, strlen(rows[i].in), survive);
    }
}

static const struct row texts[] = {
    { "", { NULL } },
    { "http://", { NULL } },
    { "http://.", { NULL } },
    { "://a", { NULL } },
    { "//a/b www.a.example a@b.example mailto:a@b.example cid:1@a", { NULL } },
    { "http://a", { "http://a" } },
    { "See http://a.example/b.", { "http://a.example/b" } },
    { "HTTPS://A.example/ ftp://b git+ssh://c/d", { "HTTPS://A.example/", "ftp://b", "git+ssh://c/d" } },
    { "1http://a -http://b x.http://c", { "http://a", "http://b", "http://c" } },
    { "http://b http://a http://b", { "http://b", "http://a" } },
    { "<http://a/b>,\"http://c\",'http://d/'", { "http://a/b", "http://c", "http://d/" } },
    { "(http://a/b) (see http://a/b_(c)). [http://[::1]/]", { "http://a/b", "http://a/b_(c)", "http://[::1]/" } },
    { "http://a/?b=1&c=%20;d#e!? *http://b*", { "http://a/?b=1&c=%20;d#e", "http://b" } },
    { "http://a/?u=http://b/c", { "http://a/?u=http://b/c" } },
    { "http://a/b\r\nc http://d-\r\n", { "http://a/b", "http://d-" } },
    { "http://b\xC3\xBC"
      "cher.example/\xC3\xA9 http://a/\xE2\x80\x9D http://c/\xE9 http://d\xC2\xA0x",
      { "http://b\xC3\xBC"
        "cher.example/\xC3\xA9",
        "http://a/", "http://c/", "http://d" } },
    { "\xE7\x9C\x8Bhttp://a/b\xE8\xB0\xA2\xE8\xB0\xA2", { "http://a/b" } },
    { "<a href=\"http://a/&amp;b\">", { "http://a/&amp;b" } },
};

static const struct row htmls[] = {
    { "<a href=\"http://a/?b=1&amp;c=2\">here</a>", { "http://a/?b=1&c=2" } },
    { "<A HREF='http://a/'>x</A><IMG SRC = http://b/c.png>", { "http://a/", "http://b/c.png" } },
    { "<img alt=\"a > b\" src=\"http://a/\"/><br/><img/src=\"http://b/\">", { "http://a/", "http://b/" } },
    { "<a href=\" http://a/\r\n b/c \">http://d.</a>", { "http://a/ b/c", "http://d" } },
    { "<a href=http://a/b.></a>", { "http://a/b" } },
    { "<p>http://a/?b&amp;c&#x26;d&#38;e &lt;http://b&gt;</p>", { "http://a/?b&c&d&e", "http://b" } },
    { "<a href=\"http&#58;//a/\">http://b&nbsp;c</a>", { "http://a/", "http://b" } },
    { "<a href=\"mailto:a@b\"></a><img src=\"cid:1\"><a href=\"/b\"></a><a href=\"#c\"><img src=\"data:x,://y\">",
      { NULL } },
    { "<!DOCTYPE html \"http://a\"><html xmlns=\"http://b\"><!-- http://c > <a href=\"http://d\"> -->http://e",
      { "http://e" } },
    { "<style>@import url(http://a);</style><script src=\"http://b\">x = 'http://c';</script>http://d",
      { "http://b", "http://d" } },
    { "<b>http://a</b>/x < http://b", { "http://a", "http://b" } },
    { "<a href=\"http://a/", { "http://a/" } },
    { "<a title=\"http://a\" data-href=\"http://b\" href=\"http://c\">", { "http://c" } },
};

static void test_texts(void)
{
    check_rows(texts, G_N_ELEMENTS(texts), mail_urls_add_text);
}

static void test_htmls(void)
{
    check_rows(htmls, G_N_ELEMENTS(htmls), mail_urls_add_html);
}

static void test_limit(void)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < MAIL_MAX_URLS + 5; i++)
        g_string_append_printf(text, "http://a/%d\n", i);
    GPtrArray *list = find(mw_bytes_of(text->str, (uint32_t)text->len), mail_urls_add_text);
    g_assert_cmpuint(list->len, ==, MAIL_MAX_URLS);
    g_ptr_array_unref(list);
    g_string_free(text, TRUE);
}

/* Every copy but the first is freed, and none of them may be looked at again: for the sanitizer. */
static void test_many_times(void)
{
    GPtrArray *list =
        find(mw_bytes_str("http://a/ http://a/ http://a/ http://b/ http://a/ http://b/"), mail_urls_add_text);
    g_assert_cmpuint(list->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(list, 0), ==, "http://a/");
    g_assert_cmpstr(g_ptr_array_index(list, 1), ==, "http://b/");
    g_ptr_array_unref(list);
}

static void test_hostile(void)
{
    static const char *const pieces[] = { "<",        "&",       "<!--",    "<!-->",       "<a b=\"", "<a b='x",
                                          "<a href=", "<a ====", "<a ////", "<script>",    "</",      "<script></x",
                                          "://",      "a://",    ":",       "http://a)))", "&amp;",   "http://a?x=",
                                          "&#x",      "\xC3",    "+-+-",    "http://",     "'\"=",    "</script" };
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        GString *text = g_string_new("http://a/");
        while (text->len < HOSTILE_OCTETS)
            g_string_append(text, pieces[i]);
        double start = mw_cpu_seconds();
        survive(mw_bytes_of(text->str, (uint32_t)text->len));
        double seconds = mw_cpu_seconds() - start;
        if (seconds > HOSTILE_SECONDS)
            g_error("%s took %f s", pieces[i], seconds);
        g_string_free(text, TRUE);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail/urls/texts", test_texts);
    g_test_add_func("/mail/urls/htmls", test_htmls);
    g_test_add_func("/mail/urls/limit", test_limit);
    g_test_add_func("/mail/urls/many_times", test_many_times);
    g_test_add_func("/mail/urls/hostile", test_hostile);
    return g_test_run();
}
