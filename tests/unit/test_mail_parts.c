/* Parts of messages: names, sizes and checksums of attachments, URLs of text parts, and what hostile nesting costs.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "mail/parts.h"
#include "mail/urls.h"

/* Longest time for a hostile message; a quadratic cost takes hours. Generous, since sanitizers and slow machines run
 * this too. */
#define HOSTILE_SECONDS 10.0
#define HOSTILE_OCTETS (4U * 1024 * 1024)

#define ALL (MAIL_PARTS_NAMES | MAIL_PARTS_SUMS | MAIL_PARTS_URLS | MAIL_PARTS_OCTETS)

static void survive(mw_bytes in)
{
    struct mail_parts *parts = mail_parts_parse(in, ALL);
    for (guint i = 0; i < parts->attachments->len; i++) {
        const struct mail_attachment *attachment = g_ptr_array_index(parts->attachments, i);
        g_assert_true(g_utf8_validate(attachment->filename, -1, NULL) && *attachment->filename);
        g_assert_true(g_utf8_validate(attachment->content_type, -1, NULL));
        g_assert_cmpuint(attachment->size, <=, MAX(in.len * MAIL_MAX_PASSES, MAIL_MIN_WORK));
        g_assert_true(!attachment->md5 == !attachment->sha256);
        g_assert_true(!attachment->md5 == !attachment->octets);
    }
    g_assert_cmpuint(parts->attachments->len, <=, MAIL_MAX_PARTS);
    g_assert_cmpuint(parts->urls->len, <=, MAIL_MAX_URLS);
    mail_parts_free(parts);
}

/* "name|type|content" of an attachment; the content is checked by its size and checksums. */
static void check_attachment(const char *in, const struct mail_attachment *found, const char *expected)
{
    char **columns = g_strsplit(expected ? expected : "||", "|", 3);
    if (!found || !expected)
        g_error("in: %s\nfound %s, expected %s", in, found ? found->filename : "none", expected ? expected : "none");
    char *md5 = g_compute_checksum_for_string(G_CHECKSUM_MD5, columns[2], -1);
    char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, columns[2], -1);
    g_assert_cmpstr(found->filename, ==, columns[0]);
    g_assert_cmpstr(found->content_type, ==, columns[1]);
    if (found->size != strlen(columns[2]))
        g_test_message("in: %s", in);
    g_assert_cmpuint(found->size, ==, strlen(columns[2]));
    g_assert_cmpstr(found->md5, ==, md5);
    g_assert_cmpstr(found->sha256, ==, sha256);
    g_assert_cmpmem(found->octets->str, found->octets->len, columns[2], strlen(columns[2]));
    g_free(md5);
    g_free(sha256);
    g_strfreev(columns);
}

/* A value of Content-Disposition and, behind it, of Content-Type; and the name. */
static const struct {
    const char *in;
    const char *name;
} names[] = {
    { "attachment; filename=a.txt", "a.txt" },
    { "attachment; filename=\"a b.txt\"", "a b.txt" },
    { "attachment;filename=\"a\\\"b\\\\c.txt\";size=5", "a\"b\\c.txt" },
    { "attachment; filename=\"C:\\dir\\a.txt\"", "C:\\dir\\a.txt" },
    { "attachment; filename=my file (1).txt; size=5", "my file (1).txt" },
    { "attachment; filename=\"a;b=c.txt\"; size=5", "a;b=c.txt" },
    { "attachment; filename=\"a.txt", "a.txt" },
    { "attachment; FILENAME = \"a.txt\"", "a.txt" },
    { "attachment;\r\n\tfilename=\"a\r\n b.txt\"", "a b.txt" },
    { "attachment; filename=\"caf\xC3\xA9.txt\"", "café.txt" },
    { "attachment; filename=\"caf\xE9.txt\"", "café.txt" },
    { "attachment; filename=\"=?utf-8?B?Y2Fmw6k=?=.txt\"", "café.txt" },
    { "attachment; filename==?iso-8859-1?Q?caf=E9.txt?=", "café.txt" },
    { "attachment; filename=\"=?utf-8?Q?a?=\r\n =?utf-8?Q?b.txt?=\"", "ab.txt" },
    { "attachment; filename*=utf-8''caf%C3%A9.txt", "café.txt" },
    { "attachment; filename*=ISO-8859-1'fr'caf%e9%20x.txt; filename=cafe.txt", "café x.txt" },
    { "attachment; filename=cafe.txt; filename*=utf-8''caf%C3%A9.txt", "café.txt" },
    { "attachment; filename*=\"utf-8''caf%C3%A9.txt\"", "café.txt" },
    { "attachment; filename*=caf%C3%A9.txt", "café.txt" },
    { "attachment; filename*=''caf%C3%A9%.txt%4", "café%.txt%4" },
    { "attachment; filename*=no-such'x'caf%E9.txt", "café.txt" },
    { "attachment; filename*=a?b'x'caf%E9.txt", "café.txt" },
    { "attachment; filename*0=abc; filename*1=def.txt", "abcdef.txt" },
    { "attachment; filename*1=def.txt;\r\n filename*0=\"abc \"", "abc def.txt" },
    { "attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9'x; filename*2=\"%41.txt\"", "café'x%41.txt" },
    { "attachment; filename*0=a; filename*0=b; filename*2=c", "ac" },
    { "attachment; filename*10=k; filename*9=j", "jk" },
    { "attachment; filename*0=\"=?utf-8?Q?caf=C3=\"; filename*1=\"A9.txt?=\"", "café.txt" },
    { "attachment; filename*0*=gb2312''%BB%D8; filename*1*=%B8%B4.txt", "回复.txt" },
    { "attachment; filename*=big5''%a4%a4.txt", "中.txt" },
    { "attachment; filename=\"\"", NULL },
    { "attachment; filename", NULL },
    { "attachment; filename=", NULL },
    { "attachment; xfilename=a", NULL },
    { "attachment; name=a", NULL },
    { "filename=a", NULL },
    { "attachment\r\nContent-Type: text/plain; name=\"a.txt\"", "a.txt" },
    { "attachment; filename=a.txt\r\nContent-Type: text/plain; name=\"b.txt\"", "a.txt" },
    { "attachment; filename=\"\"\r\nContent-Type: text/plain; name=\"b.txt\"", "b.txt" },
    { "attachment; filename=a.txt\r\nContent-Disposition: inline; filename=b.txt", "a.txt" },
};

static void test_names(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        char *message = g_strdup_printf("Content-Disposition: %s\r\n\r\nx", names[i].in);
        struct mail_parts *parts = mail_parts_parse(mw_bytes_str(message), MAIL_PARTS_NAMES);
        const struct mail_attachment *first = parts->attachments->len ? g_ptr_array_index(parts->attachments, 0) : NULL;
        if (g_strcmp0(first ? first->filename : NULL, names[i].name) != 0)
            g_error("in: %s\nfound: %s", names[i].in, first ? first->filename : "none");
        g_assert_true(!first || (!first->md5 && !first->sha256 && first->size == 0));
        mail_parts_free(parts);
        mw_test_abuse(message, strlen(message), survive);
        g_free(message);
    }
}

/* Most attachments or URLs of a row. */
#define MAX_FOUND 4

#define MIXED "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
#define NAMED "Content-Disposition: attachment; filename=a\r\n"
#define BASE64 "Content-Transfer-Encoding: base64\r\n"
#define QP "Content-Transfer-Encoding: Quoted-Printable\r\n"
#define TEXT "text/plain"
#define UU "Content-Transfer-Encoding: X-UUencode\r\n"
#define UU_CAT "begin 644 "
#define UU_DATA "\r\n#0V%T\r\n`\r\nend\r\n"
#define YENC_CAT "=ybegin line=128 size=3 name=cat.txt\r\n\x6d\x8b\x9e\r\n=yend size=3\r\n"
#define OCTETS "application/octet-stream"

static const struct {
    const char *in;
    const char *attachments[MAX_FOUND]; /* "name|type|content" */
    const char *urls[MAX_FOUND];
} messages[] = {
    { "", { NULL }, { NULL } },
    { "Subject: x\r\n\r\nSee http://a/b.\r\n", { NULL }, { "http://a/b" } },
    { NAMED "\r\nline\r\n", { "a|" TEXT "|line\r\n" }, { NULL } },
    { NAMED "\nline\nbare\n", { "a|" TEXT "|line\nbare\n" }, { NULL } },
    { "From a@b Sat Jan  1\r\n" NAMED "\r\nx", { "a|" TEXT "|x" }, { NULL } },
    { NAMED "\r\n", { "a|" TEXT "|" }, { NULL } },
    { NAMED, { "a|" TEXT "|" }, { NULL } },
    { NAMED "no field\r\n", { "a|" TEXT "|no field\r\n" }, { NULL } },
    { NAMED "no field\r\nhttp://a\r\n", { "a|" TEXT "|no field\r\nhttp://a\r\n" }, { "http://a" } },
    { "Content-Type: text/html;\r\ncharset=utf-8\r\n" BASE64 "\r\naHR0cDovL2EvYiB4\r\n", { NULL }, { "http://a/b" } },
    { MIXED "--b\r\n" NAMED "no field\r\n--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--",
      { "a|" TEXT "|no field" },
      { NULL } },
    { NAMED BASE64 "Content-Type: IMAGE/Png\r\n\r\nYWJj\r\nZA==\r\n", { "a|image/png|abcd" }, { NULL } },
    { NAMED BASE64 "\r\nYWJjZA", { "a|" TEXT "|abcd" }, { NULL } },
    { NAMED BASE64 "\r\nYWJj====", { "a|" TEXT "|abc" }, { NULL } },
    { NAMED BASE64 "\r\nYWJj==", { "a|" TEXT "|abc" }, { NULL } },
    { NAMED BASE64 "\r\nYQ==YWJj", { "a|" TEXT "|aabc" }, { NULL } },
    { NAMED BASE64 "\r\nNA=\r\n=Mg\r\n==\r\n", { "a|" TEXT "|42" }, { NULL } },
    { NAMED BASE64 "\r\n====", { "a|" TEXT "|" }, { NULL } },
    { NAMED BASE64 "\r\nYW!Jj\r\nZGU\r\n", { "a|" TEXT "|abcde" }, { NULL } },
    { NAMED QP "\r\na=3Db=\r\nc\r\nd=\r\n", { "a|" TEXT "|a=bc\r\nd" }, { NULL } },
    { NAMED "Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin", { "a|" TEXT "|begin" }, { NULL } },
    { NAMED UU "\r\n" UU_CAT "cat.txt" UU_DATA, { "a|" TEXT "|Cat" }, { NULL } },
    { UU "Content-Type: IMAGE/png\r\n\r\n" UU_CAT "cat.png" UU_DATA, { "cat.png|" OCTETS "|Cat" }, { NULL } },
    { UU "\r\n" UU_CAT "cat.txt\r\n*:'1T<#HO+V$O8@\r\n`\r\nend\r\n",
      { "cat.txt|" OCTETS "|http://a/b" },
      { "http://a/b" } },
    { NAMED "Content-Transfer-Encoding: x-yenc\r\n\r\n" YENC_CAT, { "a|" TEXT "|Cat" }, { NULL } },
    { "Subject: x\r\n\r\nhttp://a\r\n" UU_CAT "=?utf-8?Q?caf=C3=A9?=" UU_DATA UU_CAT "../b" UU_DATA "http://b\r\n",
      { "café|" OCTETS "|Cat", "../b|" OCTETS "|Cat" },
      { "http://a", "http://b" } },
    { "\r\n" YENC_CAT UU_CAT "b" UU_DATA, { "cat.txt|" OCTETS "|Cat", "b|" OCTETS "|Cat" }, { NULL } },
    { QP "\r\n" UU_CAT "a=20b" UU_DATA "=3Dybegin line=3D128 size=3D3 name=3Dc\r\n=6D=8B=9E\r\n=3Dyend size=3D3",
      { "a b|" OCTETS "|Cat", "c|" OCTETS "|Cat" },
      { NULL } },
    { MIXED "--b\r\n\r\n" UU_CAT "1" UU_DATA "--b\r\n" NAMED "\r\n2\r\n--b\r\n\r\n" UU_CAT "3\r\n#0V%T\r\n--b--\r\n",
      { "1|" OCTETS "|Cat", "a|" TEXT "|2", "3|" OCTETS "|Cat" },
      { NULL } },
    { NAMED "\r\n" UU_CAT "b" UU_DATA, { "a|" TEXT "|" UU_CAT "b" UU_DATA }, { NULL } },
    { "Content-Type: text/html\r\n\r\n" UU_CAT "b" UU_DATA, { NULL }, { NULL } },
    { MIXED "--b\r\n" NAMED "\r\nx\r\n--b--\r\n", { "a|" TEXT "|x" }, { NULL } },
    { MIXED "preamble http://p\r\n--b\r\n" NAMED "\r\nx\r\n\r\n--b \t\r\n\r\nhttp://a\r\n--b--\r\nhttp://e",
      { "a|" TEXT "|x\r\n" },
      { "http://a" } },
    { MIXED "--b\n" NAMED "\nx\n--b--\n", { "a|" TEXT "|x" }, { NULL } },
    { MIXED "--b\r\n" NAMED "\r\n--b--\r\n", { "a|" TEXT "|" }, { NULL } },
    { MIXED "--b\r\n" NAMED "--b--\r\n", { "a|" TEXT "|" }, { NULL } },
    { MIXED "--b\r\n" NAMED "\r\ncut", { "a|" TEXT "|cut" }, { NULL } },
    { MIXED "--b\r\n" NAMED "\r\n--bx\r\n--b-\r\n --b\r\n-- b\r\n--b--",
      { "a|" TEXT "|--bx\r\n--b-\r\n --b\r\n-- b" },
      { NULL } },
    { "Content-Type: multipart/mixed\r\n" NAMED "\r\n--b\r\n", { "a|multipart/mixed|--b\r\n" }, { NULL } },
    { "Content-Type: multipart/mixed; boundary=\"b: c\"\r\n\r\n--b: c\r\n" NAMED "--b: c\r\n" NAMED "\r\nx\r\n--b: c--",
      { "a|" TEXT "|", "a|" TEXT "|x" },
      { NULL } },
    { MIXED "--b\r\nContent-Type: multipart/alternative; boundary=bb\r\n\r\n--bb\r\n" NAMED
            "\r\n1\r\n--bb--\r\n--b\r\n" NAMED "\r\n2\r\n--b--\r\n",
      { "a|" TEXT "|1", "a|" TEXT "|2" },
      { NULL } },
    { MIXED "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" NAMED "\r\n1\r\n--b\r\n" NAMED
            "\r\n2\r\n--b--",
      { "a|" TEXT "|1", "a|" TEXT "|2" },
      { NULL } },
    { MIXED "--b\r\n" MIXED "--b\r\n" NAMED "\r\n1\r\n--b--\r\n--b\r\n" NAMED "\r\n2\r\n--b--",
      { "a|" TEXT "|1", "a|" TEXT "|2" },
      { NULL } },
    { MIXED "--b\r\nContent-Type: message/rfc822; name=m\r\n\r\n" NAMED "\r\nhttp://a\r\n--b--\r\n",
      { "m|message/rfc822|" NAMED "\r\nhttp://a", "a|" TEXT "|http://a" },
      { "http://a" } },
    { "Content-Type: message/rfc822; name=m\r\n" BASE64 "\r\nYWJj", { "m|message/rfc822|abc" }, { NULL } },
    { "Content-Type: message/rfc822; name=m\r\n" BASE64 "\r\n" NAMED "\r\nabc",
      { "m|message/rfc822|" NAMED "\r\nabc", "a|" TEXT "|abc" },
      { NULL } },
    { "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\n" NAMED "\r\nx\r\n--b--",
      { "a|" TEXT "|x" },
      { NULL } },
    { "Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n" NAMED "\r\nA: b\r\n\r\nx\r\n--b--",
      { "a|message/rfc822|A: b\r\n\r\nx" },
      { NULL } },
    { "Content-Type: text/html\r\n" QP "\r\n<a href=3D\"http://a/=\r\nb\">http://c</a>",
      { NULL },
      { "http://a/b", "http://c" } },
    { "Content-Type: text/x\r\n" BASE64 "\r\naHR0cDovL2EvYiB4\r\n", { NULL }, { "http://a/b" } },
    { "Content-Type: image/png\r\n\r\nhttp://a", { NULL }, { NULL } },
    { MIXED "--b\r\nContent-Type: text/plain\r\n\r\nhttp://b http://a\r\n--b\r\nContent-Type: text/html\r\n\r\n"
            "<img src='http://c'>http://a\r\n--b--",
      { NULL },
      { "http://b", "http://a", "http://c" } },
};

static void test_messages(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
        const char *in = messages[i].in;
        struct mail_parts *parts = mail_parts_parse(mw_bytes_str(in), ALL);
        for (guint n = 0; n < parts->attachments->len || (n < MAX_FOUND && messages[i].attachments[n]); n++)
            check_attachment(in, n < parts->attachments->len ? g_ptr_array_index(parts->attachments, n) : NULL,
                             n < MAX_FOUND ? messages[i].attachments[n] : NULL);
        for (guint n = 0; n < parts->urls->len || (n < MAX_FOUND && messages[i].urls[n]); n++) {
            const char *found = n < parts->urls->len ? g_ptr_array_index(parts->urls, n) : NULL;
            if (n >= MAX_FOUND || g_strcmp0(found, messages[i].urls[n]) != 0)
                g_error("in: %s\nurl %u: %s", in, n, found);
        }
        mail_parts_free(parts);
        mw_test_abuse(in, strlen(in), survive);
    }
}

/* Nothing is computed that is not asked for. */
static void test_what(void)
{
    mw_bytes in = mw_bytes_str(NAMED "\r\nhttp://a");
    for (unsigned what = 0; what <= ALL; what++) {
        struct mail_parts *parts = mail_parts_parse(in, what);
        g_assert_cmpuint(parts->attachments->len, ==,
                         (what & (MAIL_PARTS_NAMES | MAIL_PARTS_SUMS | MAIL_PARTS_OCTETS)) != 0);
        g_assert_cmpuint(parts->urls->len, ==, (what & MAIL_PARTS_URLS) != 0);
        if (parts->attachments->len) {
            const struct mail_attachment *attachment = g_ptr_array_index(parts->attachments, 0);
            g_assert_cmpuint(attachment->size, ==, what & MAIL_PARTS_SUMS ? 8 : 0);
            g_assert_true((attachment->md5 != NULL) == ((what & MAIL_PARTS_SUMS) != 0));
            g_assert_true((attachment->octets != NULL) == ((what & MAIL_PARTS_OCTETS) != 0));
        }
        mail_parts_free(parts);
    }
    mail_parts_free(NULL);
}

/* Attachments of first and, HOSTILE_OCTETS long or count times, piece. */
static guint count_hostile(const char *first, const char *piece, guint count)
{
    GString *message = g_string_new(first);
    for (guint i = 0; count ? i < count : message->len < HOSTILE_OCTETS; i++)
        g_string_append(message, piece);
    mw_bytes in = mw_bytes_of(message->str, (uint32_t)message->len);
    double start = mw_cpu_seconds();
    survive(in);
    double seconds = mw_cpu_seconds() - start;
    if (seconds > HOSTILE_SECONDS)
        g_error("%s took %f s", piece, seconds);
    struct mail_parts *parts = mail_parts_parse(in, MAIL_PARTS_NAMES);
    guint found = parts->attachments->len;
    mail_parts_free(parts);
    g_string_free(message, TRUE);
    return found;
}

static GString *nested_multiparts(guint count)
{
    GString *message = g_string_new(NULL);
    for (guint i = 0; i < count; i++)
        g_string_append_printf(message, "Content-Type: multipart/mixed; boundary=b%u; name=x\n\n--b%u\n", i, i);
    return g_string_append_c(message, '\n');
}

static void test_limits(void)
{
    GString *nested = nested_multiparts(100000);
    g_assert_cmpuint(count_hostile(nested->str, "x", 1), ==, MAIL_MAX_DEPTH);
    g_string_free(nested, TRUE);
    g_assert_cmpuint(count_hostile("", "Content-Type: message/rfc822; name=x\n\n", 100000), ==, MAIL_MAX_DEPTH);
    g_assert_cmpuint(count_hostile(MIXED, "--b\n" NAMED "\n\n", 2 * MAIL_MAX_PARTS), ==, MAIL_MAX_PARTS - 1);
    g_assert_cmpuint(count_hostile("A: b", "; name=x", 100000), ==, 0);
    g_assert_cmpuint(count_hostile("Content-Type: a/b", "; name*0*=x", 100000), ==, 1);
    g_assert_cmpuint(count_hostile("\n", UU_CAT "b" UU_DATA, 2 * MAIL_MAX_PARTS), ==, MAIL_MAX_PARTS - 1);
}

static void test_hostile(void)
{
    static const char *const pieces[] = { "--",          "--\n", "--b\n", "--b1x\n", "--b\n\n",
                                          "--b\nA: b\n", "\n",   "\r",    "A: b\n" };
    GString *nested = nested_multiparts(MAIL_MAX_DEPTH);
    for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++) {
        count_hostile(nested->str, pieces[i], 0);
        count_hostile(MIXED, pieces[i], 0);
    }
    g_string_free(nested, TRUE);
    count_hostile("Content-Type: a/b; name*=utf-8''", "%41", 0);
    count_hostile("Content-Type: a/b; name=\"", "=?utf-8?q?", 0);
    count_hostile("Content-Type: a/b", "; a", 0);
    count_hostile("Content-Type: a/b", "; name*1*=a", 0);
    count_hostile("", "Content-Type: a/b; name=x\n", 0);
}

/* The octets that nested parts have in common are not summed up for each of them. */
static void test_work(void)
{
    GString *message = g_string_new(NULL);
    for (int i = 0; i < MAIL_MAX_DEPTH; i++)
        g_string_append(message, "Content-Type: message/rfc822; name=x\n\n");
    g_string_set_size(message, 2 * MAIL_MIN_WORK);
    struct mail_parts *parts = mail_parts_parse(mw_bytes_of(message->str, (uint32_t)message->len), MAIL_PARTS_SUMS);
    guint summed = 0;
    for (guint i = 0; i < parts->attachments->len; i++)
        summed += ((struct mail_attachment *)g_ptr_array_index(parts->attachments, i))->md5 != NULL;
    g_assert_cmpuint(summed, ==, MAIL_MAX_PASSES);
    mail_parts_free(parts);
    g_string_free(message, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail/parts/names", test_names);
    g_test_add_func("/mail/parts/messages", test_messages);
    g_test_add_func("/mail/parts/what", test_what);
    g_test_add_func("/mail/parts/limits", test_limits);
    g_test_add_func("/mail/parts/work", test_work);
    g_test_add_func("/mail/parts/hostile", test_hostile);
    return g_test_run();
}
