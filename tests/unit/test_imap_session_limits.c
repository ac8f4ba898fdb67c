/* Tests of an IMAP session without a script: time, memory, COMPRESS by the octet, ports.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */

#include "imap_script.h"

static size_t allocated;

static void *count_alloc(size_t octets)
{
    allocated += octets;
    return mw_arena_alloc(octets);
}

static struct imap_session *begin(void)
{
    mw_alloc = count_alloc;
    mail_transactions_reset();
    struct imap_session *session = mw_new(struct imap_session);
    imap_session_init(session);
    return session;
}

/* Octets used; the element lives until mw_arena_free. */
static uint32_t feed(struct imap_session *session, enum mw_side from, mw_bytes in, struct imap_element **element)
{
    struct mw_arrival arrival = { .from = from, .when = { 1, 1 } };
    *element = mw_arena_alloc(sizeof **element);
    return imap_session_next(session, &arrival, in, &(*element)->base);
}

static struct imap_element *feed_line(struct imap_session *session, enum mw_side from, const char *line,
                                      int64_t seconds)
{
    struct imap_element *element = mw_arena_alloc(sizeof *element);
    struct mw_arrival arrival = { .from = from, .when = { 1 + (uint32_t)seconds, seconds * 1000000000 } };
    uint32_t used = imap_session_next(session, &arrival, mw_bytes_str(line), &element->base);
    g_assert_cmpuint(used, ==, strlen(line));
    return element;
}

static bool has_issue(const struct imap_element *element, mw_issue_id id)
{
    return mw_issue_has(imap_extra_of(element)->issues, id);
}

/* A listing of a mailbox costs no more than its elements. */
static void test_listing(void)
{
    const unsigned lines = 10000;
    struct imap_session *session = begin();
    feed_line(session, MW_SERVER, "* OK ready\r\n", 0);
    feed_line(session, MW_CLIENT, "A1 FETCH 1:* FLAGS\r\n", 0);
    allocated = 0;
    for (unsigned i = 1; i <= lines; i++) {
        char line[80];
        g_snprintf(line, sizeof line, "* %u FETCH (UID %u FLAGS (\\Seen \\Answered) MODSEQ (%u))\r\n", i, i + 7, i);
        g_assert_true(feed_line(session, MW_SERVER, line, 0)->ends);
    }
    g_assert_cmpuint(allocated / lines + sizeof(struct imap_element), <, 100);
    mw_arena_free();
}

/* What is announced costs nothing. */
static void test_announced(void)
{
    struct imap_session *session = begin();
    feed_line(session, MW_SERVER, "* OK ready\r\n", 0);
    feed_line(session, MW_CLIENT, "A1 NOOP\r\n", 0);
    allocated = 0;
    feed_line(session, MW_SERVER, "* 1 FETCH (BODY[1] {1073741824}\r\n", 0);
    g_assert_cmpint(feed_line(session, MW_SERVER, "abc", 0)->kind, ==, IMAP_LITERAL_OCTETS);
    feed_line(session, MW_CLIENT, "A2 APPEND x {9223372036854775807+}\r\n", 0);
    g_assert_cmpint(feed_line(session, MW_CLIENT, "abc", 0)->kind, ==, IMAP_LITERAL_OCTETS);
    g_assert_cmpuint(allocated, <, 8192);
    mw_arena_free();
}

/* Commands without response, and with responses in the other order, take time in proportion. */
static void test_many_commands(void)
{
    const unsigned commands = 100000;
    struct imap_session *session = begin();
    bool limit = false;
    double start = mw_cpu_seconds();
    char line[32];

    feed_line(session, MW_SERVER, "* OK ready\r\n", 0);
    for (unsigned i = 0; i < commands; i++) {
        g_snprintf(line, sizeof line, "A%06u NOOP\r\n", i);
        limit = has_issue(feed_line(session, MW_CLIENT, line, 0), MW_ISSUE_IMAP_LIMIT) || limit;
    }
    g_assert_true(limit);
    g_assert_cmpuint(session->outstanding, <=, IMAP_MAX_OUTSTANDING);
    for (unsigned i = commands; i-- > 0;) {
        g_snprintf(line, sizeof line, "A%06u OK\r\n", i);
        struct imap_element *element = feed_line(session, MW_SERVER, line, 0);
        g_assert_true((element->exchange != NULL) == (i >= commands - IMAP_MAX_OUTSTANDING));
    }
    g_assert_cmpuint(session->outstanding, ==, 0);
    g_assert_cmpfloat(mw_cpu_seconds() - start, <, 15); /* with sanitizers; a second is enough without */
    mw_arena_free();
}

/* A line longer than any is shown in pieces, waits for nothing, and what follows it is a line again. */
static void test_long_line(void)
{
    const uint32_t octets = IMAP_MAX_LINE_OCTETS + 1000;
    static const char end[] = "A9 x\r\nA2 NOOP\r\n";
    GString *text = g_string_new("A1 SELECT ");
    struct imap_session *session = begin();
    struct imap_element *element;
    uint32_t at = 0, from = 0;

    for (unsigned i = 0; text->len < octets; i++)
        g_string_append_c(text, (char)('a' + i % 26));
    feed_line(session, MW_SERVER, "* OK ready\r\n", 0);
    while (at < octets) { /* in segments of 1000 octets */
        at = MIN(at + 1000, octets);
        from += feed(session, MW_CLIENT, mw_bytes_of(text->str + from, at - from), &element);
        g_assert_true(from == 0 || from == at);
        if (from && at - from < 1000 && session->flow[MW_CLIENT].state != IMAP_IN_LONG_LINE)
            g_test_fail();
    }
    g_assert_cmpint(element->kind, ==, IMAP_TEXT);
    uint32_t used = feed(session, MW_CLIENT, mw_bytes_str(end), &element);
    g_assert_cmpint(element->kind, ==, IMAP_TEXT);
    g_assert_cmpuint(used, ==, strlen("A9 x\r\n"));
    feed(session, MW_CLIENT, mw_bytes_str(end + used), &element);
    g_assert_cmpint(element->kind, ==, IMAP_COMMAND_PART);
    g_assert_true(element->first && element->ends && strcmp(element->exchange->tag, "A2") == 0);
    g_string_free(text, TRUE);
    mw_arena_free();
}

static struct imap_session *begin_compress(void)
{
    struct imap_session *session = begin();
    feed_line(session, MW_SERVER, "* OK ready\r\n", 0);
    feed_line(session, MW_CLIENT, "A1 COMPRESS DEFLATE\r\n", 0);
    return session;
}

static const struct imap_inflated *feed_deflated(struct imap_session *session, z_stream *deflater, const char *octets,
                                                 size_t len, struct imap_element **element)
{
    size_t out_len;
    uint8_t *out = deflated(deflater, octets, len, &out_len);
    g_assert_cmpuint(feed(session, MW_SERVER, mw_bytes_of(out, (uint32_t)out_len), element), ==, out_len);
    g_assert_cmpint((*element)->kind, ==, IMAP_DEFLATED);
    g_free(out);
    return imap_extra_of(*element)->plain;
}

/* The octets directly behind the tagged OK are compressed. */
static void test_compress_begins(void)
{
    struct imap_session *session = begin_compress();
    z_stream deflater = { 0 };
    struct imap_element *element;
    size_t len;
    uint8_t *octets = deflated(&deflater, "* 3 EXISTS\r\n", 12, &len);
    GByteArray *segment = g_byte_array_new();

    g_byte_array_append(segment, (const guint8 *)"A1 OK\r\n", 7);
    g_byte_array_append(segment, octets, (guint)len);
    mw_bytes in = mw_bytes_of(segment->data, segment->len);
    g_assert_cmpuint(feed(session, MW_SERVER, in, &element), ==, 7);
    in = mw_sub(in, mw_slice_of(7, in.len));
    g_assert_cmpuint(feed(session, MW_SERVER, in, &element), ==, len);
    g_assert_cmpint(element->kind, ==, IMAP_DEFLATED);
    const struct imap_inflated *plain = imap_extra_of(element)->plain;
    g_assert_true(plain && plain->len == 12 && plain->first);
    g_byte_array_unref(segment);
    g_free(octets);
    deflateEnd(&deflater);
    mw_arena_free();
}

/* A stream that ends as RFC 1951 has it end is not broken. */
static void test_compress_ends(void)
{
    static const uint8_t end[] = { 0x03, 0x00 }; /* the last block, empty */
    struct imap_session *session = begin_compress();
    z_stream deflater = { 0 };
    struct imap_element *element;

    feed_line(session, MW_SERVER, "A1 OK\r\n", 0);
    feed_deflated(session, &deflater, "* BYE x\r\n", 9, &element);
    feed(session, MW_SERVER, mw_bytes_of(end, sizeof end), &element);
    g_assert_false(has_issue(element, MW_ISSUE_IMAP_COMPRESS_FAILED));
    deflateEnd(&deflater);
    mw_arena_free();
}

/* 1000 octets for one: the rest is not inflated, nor is what follows. */
static void test_bomb(void)
{
    const size_t octets = (size_t)64 * 1024 * 1024;
    struct imap_session *session = begin_compress();
    z_stream deflater = { 0 };
    struct imap_element *element;
    char *zeros = g_malloc0(octets);

    feed_line(session, MW_SERVER, "A1 OK\r\n", 0);
    allocated = 0;
    feed_deflated(session, &deflater, zeros, octets, &element);
    g_assert_true(has_issue(element, MW_ISSUE_IMAP_COMPRESS_RATIO));
    g_assert_null(feed_deflated(session, &deflater, zeros, octets, &element));
    g_assert_null(feed_deflated(session, &deflater, "* BYE\r\n", 7, &element));
    g_assert_cmpuint(allocated, <, 16 * 1024 * 1024);
    g_free(zeros);
    deflateEnd(&deflater);
    mw_arena_free();
}

/* A long line in small segments is not kept again with each of them. */
static void test_compressed_long_line(void)
{
    const unsigned segments = 5000;
    struct imap_session *session = begin_compress();
    z_stream deflater = { 0 };
    struct imap_element *element;
    char octets[100];

    feed_line(session, MW_SERVER, "A1 OK\r\n", 0);
    feed_deflated(session, &deflater, "* SEARCH", 8, &element);
    memset(octets, '7', sizeof octets);
    allocated = 0;
    for (unsigned i = 0; i < segments; i++) {
        octets[0] = ' ';
        feed_deflated(session, &deflater, octets, sizeof octets, &element);
    }
    g_assert_cmpuint(allocated / segments, <, 10 * sizeof octets);
    const struct imap_inflated *plain = feed_deflated(session, &deflater, "\r\n", 2, &element);
    g_assert_true(plain && plain->first && plain->first->len == 8 + segments * sizeof octets + 2);
    deflateEnd(&deflater);
    mw_arena_free();
}

static void test_slow_reply(void)
{
    struct imap_session *session = begin();
    feed_line(session, MW_SERVER, "* OK ready\r\n", 0);
    feed_line(session, MW_CLIENT, "A1 NOOP\r\n", 1);
    g_assert_false(has_issue(feed_line(session, MW_SERVER, "A1 OK\r\n", 11), MW_ISSUE_IMAP_SLOW_REPLY));
    feed_line(session, MW_CLIENT, "A2 NOOP\r\n", 20);
    g_assert_true(has_issue(feed_line(session, MW_SERVER, "A2 OK\r\n", 31), MW_ISSUE_IMAP_SLOW_REPLY));
    feed_line(session, MW_CLIENT, "A3 IDLE\r\n", 40);
    feed_line(session, MW_SERVER, "+\r\n", 40);
    feed_line(session, MW_CLIENT, "DONE\r\n", 1780);
    g_assert_false(has_issue(feed_line(session, MW_SERVER, "A3 OK\r\n", 1780), MW_ISSUE_IMAP_IDLE_TIMEOUT));
    feed_line(session, MW_CLIENT, "A4 IDLE\r\n", 2000);
    g_assert_true(has_issue(feed_line(session, MW_SERVER, "A4 OK\r\n", 2000 + 1741), MW_ISSUE_IMAP_IDLE_TIMEOUT));
    mw_arena_free();
}

static void test_tls_port(void)
{
    struct imap_session *clear = begin(), *tls = begin();
    clear->tls_port = tls->tls_port = true;
    g_assert_true(has_issue(feed_line(clear, MW_SERVER, "* OK\r\n", 0), MW_ISSUE_IMAP_CLEARTEXT_ON_TLS_PORT));
    g_assert_false(has_issue(feed_line(clear, MW_CLIENT, "A NOOP\r\n", 1), MW_ISSUE_IMAP_CLEARTEXT_ON_TLS_PORT));
    imap_session_secured(tls);
    g_assert_false(has_issue(feed_line(tls, MW_SERVER, "* OK\r\n", 0), MW_ISSUE_IMAP_CLEARTEXT_ON_TLS_PORT));
    mw_arena_free();
}

/* The other side has acknowledged what the capture lacks: nothing is said about the order of things. */
static void test_unseen(void)
{
    struct imap_session *session = begin();
    feed_line(session, MW_SERVER, "* OK ready\r\n", 0);
    struct imap_element *command = feed_line(session, MW_CLIENT, "A1 NOOP\r\n", 1);
    imap_session_unseen(session, MW_SERVER);
    g_assert_true(command->exchange->unseen);
    feed_line(session, MW_CLIENT, "A2 NOOP\r\n", 1);
    feed_line(session, MW_SERVER, "A2 OK\r\n", 2);
    imap_session_unseen(session, MW_CLIENT);
    g_assert_false(has_issue(feed_line(session, MW_SERVER, "A3 OK\r\n", 3), MW_ISSUE_IMAP_TAG_UNKNOWN));
    mw_arena_free();
}

/* A parser that is kept between two parts reads the second the same. */
static void test_parser_kept(void)
{
    struct imap_session *session = begin();
    struct imap_parser parser;
    feed_line(session, MW_SERVER, "* OK ready\r\n", 0);
    feed_line(session, MW_SERVER, "* 1 FETCH (BODYSTRUCTURE (((({1}\r\n", 0);
    feed_line(session, MW_SERVER, "a", 0);
    struct imap_element *element = feed_line(session, MW_SERVER, " \"b\"))) UID 9)\r\n", 0);
    g_assert_nonnull(imap_extra_of(element)->parser);
    imap_parser_restore(&parser, imap_extra_of(element)->parser);
    g_assert_cmpuint(parser.depth, ==, 5);
    g_assert_true(element->ends && session->fetch_uid == 0);
    mw_arena_free();
}

static void test_element_size(void)
{
    g_assert_cmpuint(sizeof(struct imap_element), <=, 48);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/session_limits/listing", test_listing);
    g_test_add_func("/imap/session_limits/announced", test_announced);
    g_test_add_func("/imap/session_limits/many_commands", test_many_commands);
    g_test_add_func("/imap/session_limits/long_line", test_long_line);
    g_test_add_func("/imap/session_limits/compress_begins", test_compress_begins);
    g_test_add_func("/imap/session_limits/compress_ends", test_compress_ends);
    g_test_add_func("/imap/session_limits/bomb", test_bomb);
    g_test_add_func("/imap/session_limits/compressed_long_line", test_compressed_long_line);
    g_test_add_func("/imap/session_limits/slow_reply", test_slow_reply);
    g_test_add_func("/imap/session_limits/tls_port", test_tls_port);
    g_test_add_func("/imap/session_limits/unseen", test_unseen);
    g_test_add_func("/imap/session_limits/parser_kept", test_parser_kept);
    g_test_add_func("/imap/session_limits/element_size", test_element_size);
    return g_test_run();
}
