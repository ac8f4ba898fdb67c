/* Tests of messages with holes: octets that come late give the message that was sent, wherever it is cut.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "arena.h"
#include "harness.h"
#include "mail/tail.h"

/* Sent, with its end of data, and meant. */
static const char sent[] = "A: b\r\n\r\n..\r\n...x\r\nend\r\n..\r\n.\r\n";
static const char meant[] = "A: b\r\n\r\n.\r\n..x\r\nend\r\n.\r\n";
#define SENT_OCTETS (sizeof sent - 1)

static mw_bytes part(size_t from, size_t to)
{
    return mw_bytes_of(sent + from, (uint32_t)(to - from));
}

/* The octets of a message from its first hole on, behind those in front of it. */
static void check_message(const struct mail_body *body, GByteArray *message, const char *expected, size_t len)
{
    struct mail_walk walk = mail_tail_walk(body);
    uint8_t *room = g_malloc(mail_tail_room(body));
    mw_bytes octets;
    uint32_t frame;

    while (mail_tail_next(&walk, room, &octets, &frame)) {
        g_assert_cmpuint(frame, >, 0);
        g_byte_array_append(message, octets.data, octets.len);
    }
    g_assert_cmpmem(message->data, message->len, expected, len);
    g_free(room);
    g_byte_array_unref(message);
}

/* A message whose first octets have been scanned, without framing. */
static GByteArray *begin(struct smtp_dot *dot, size_t len)
{
    uint8_t room[sizeof sent + 1];
    GByteArray *message = g_byte_array_new();
    mw_issues issues = { 0 };
    uint32_t used;

    smtp_dot_start(dot);
    struct smtp_dot before = *dot;
    g_assert_false(smtp_dot_scan(dot, part(0, len), &used, &issues));
    g_byte_array_append(message, room, smtp_dot_unstuff(&before, part(0, len), room));
    return message;
}

static void test_every_hole(void)
{
    for (size_t from = 0; from + 2 < SENT_OCTETS; from++)
        for (size_t to = from + 1; to < SENT_OCTETS; to++) {
            struct smtp_dot dot;
            GByteArray *message = begin(&dot, from);
            struct mail_body *body = mail_body_new();
            struct mail_hole *hole = mail_hole_begin(body, to - from, &dot);

            mail_tail_keep(body, part(to, SENT_OCTETS), 2);
            g_assert_cmpuint(body->missing, ==, to - from);
            g_assert_cmpuint(mail_hole_fill(hole, part(from, to), 3), ==, to - from);
            g_assert_cmpuint(body->missing, ==, 0);
            g_assert_true(mail_hole_rescan(hole, &dot));
            g_assert_cmpuint(mail_body_count(body, &dot), ==, sizeof meant - 1);
            check_message(body, message, meant, sizeof meant - 1);
        }
    mw_arena_free();
}

/* The octets of a hole come in any order, one by one: as the bits of an octet are in its reverse. */
static void test_octet_by_octet(void)
{
    enum { FROM = 3, OCTETS = 16 };
    struct smtp_dot dot;
    GByteArray *message = begin(&dot, FROM);
    struct mail_body *body = mail_body_new();
    struct mail_hole *holes[OCTETS + 1] = { mail_hole_begin(body, OCTETS, &dot) };

    mail_tail_keep(body, part(FROM + OCTETS, SENT_OCTETS), 1);
    for (unsigned i = 1; i < OCTETS; i++)
        holes[i] = mail_hole_split(holes[i - 1], 1);
    for (unsigned i = 0; i < OCTETS; i++) {
        unsigned at = (i & 1) << 3 | (i & 2) << 1 | (i & 4) >> 1 | i >> 3;
        g_assert_cmpuint(mail_hole_fill(holes[at], part(FROM + at, SENT_OCTETS), i + 2), ==, 1);
        g_assert_cmpuint(mail_hole_fill(holes[at], part(FROM + at, SENT_OCTETS), i + 2), ==, 0);
    }
    g_assert_cmpuint(body->missing, ==, 0);
    check_message(body, message, meant, sizeof meant - 1);
    mw_arena_free();
}

/* Counted octets are the message's as they are. */
static void test_counted(void)
{
    struct mail_body *body = mail_body_new();
    struct mail_hole *hole = mail_hole_begin(body, 5, NULL);

    mail_tail_keep(body, part(5, 20), 1);
    g_assert_cmpuint(mail_hole_fill(hole, part(0, 2), 2), ==, 2);
    g_assert_cmpuint(mail_hole_fill(hole, part(2, 20), 3), ==, 3);
    check_message(body, g_byte_array_new(), sent, 20);
    mw_arena_free();
}

/* What has not come is left out, and counts as missing. */
static void test_left_open(void)
{
    struct smtp_dot dot;
    GByteArray *message = begin(&dot, 4);
    struct mail_body *body = mail_body_new();
    struct mail_hole *hole = mail_hole_begin(body, 10, &dot), *second;

    mail_tail_keep(body, part(14, 19), 1);
    second = mail_hole_begin(body, 1, &dot);
    mail_tail_keep(body, part(20, SENT_OCTETS), 1);
    g_assert_cmpuint(mail_hole_fill(hole, part(4, 6), 2), ==, 2);
    g_assert_false(mail_hole_rescan(hole, &dot));
    g_assert_cmpuint(body->missing, ==, 9);
    g_assert_cmpuint(second->dot.line_octets, ==, 4);
    g_assert_null(mail_hole_split(hole, 8));
    struct mail_walk walk = mail_tail_walk(body);
    mw_bytes octets;
    uint32_t frame, pieces = 0;
    while (mail_tail_next(&walk, NULL, &octets, &frame))
        pieces++;
    g_assert_cmpuint(pieces, ==, 3);
    g_assert_true(walk.ended);
    g_byte_array_unref(message);
    mw_arena_free();
}

/* A message that had ended is whole once, with the last octets that it lacked. */
static void test_completed(void)
{
    struct mail_body *body = mail_body_new();
    struct mail_hole *hole = mail_hole_begin(body, 2, NULL);

    g_assert_false(mail_tail_completes(body, 1));
    body->ended = true;
    mail_hole_fill(hole, part(0, 1), 2);
    g_assert_false(mail_tail_completes(body, 2));
    mail_hole_fill(hole, part(1, 2), 3);
    g_assert_true(mail_tail_completes(body, 3));
    g_assert_cmpuint(body->tail->whole_frame, ==, 3);
    g_assert_cmpuint(body->tail->whole_id, !=, body->id);
    g_assert_false(mail_tail_completes(body, 4));
    mw_arena_free();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    mw_alloc = mw_arena_alloc;
    g_test_add_func("/mail/tail/every_hole", test_every_hole);
    g_test_add_func("/mail/tail/octet_by_octet", test_octet_by_octet);
    g_test_add_func("/mail/tail/counted", test_counted);
    g_test_add_func("/mail/tail/left_open", test_left_open);
    g_test_add_func("/mail/tail/completed", test_completed);
    return g_test_run();
}
