/* Measures the pure code alone: nanoseconds for an octet of a message, a line of a command or reply, a step of a
 * session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "smtp/session.h"

enum {
    MESSAGE_OCTETS = 4 << 20,
    SEGMENT_OCTETS = 1460, /* TCP over Ethernet */
    ARENA_OCTETS = 1 << 20,
    RUNS = 7, /* the best of them counts: the others were disturbed */
};

/* Memory as the plugin's: handed out in a row, here taken back all at once. */
static uint8_t *arena;
static size_t arena_used;

static void *arena_alloc(size_t octets)
{
    size_t rounded = (octets + 15) & ~(size_t)15;
    if (arena_used + rounded > ARENA_OCTETS)
        abort();
    void *block = memset(arena + arena_used, 0, rounded);
    arena_used += rounded;
    return block;
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Keeps the compiler from leaving out what nobody looks at. */
static volatile uint64_t sink;

struct work {
    const char *name, *unit;
    uint64_t (*run)(const void *input); /* returns how many units it did */
    const void *input;
};

static void measure(const struct work *work)
{
    double best = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        double start = now_ns();
        uint64_t units = work->run(work->input);
        double each = (now_ns() - start) / (double)units;
        best = run == 0 || each < best ? each : best;
    }
    printf("%-44s %9.2f ns per %s\n", work->name, best, work->unit);
}

/* ---- messages ---- */

static GString *base64_mail(void)
{
    GString *mail = g_string_new("Content-Transfer-Encoding: base64\r\n\r\n");
    while (mail->len < MESSAGE_OCTETS)
        g_string_append(mail, "R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw0KR0lGODlhAQABAIAA\r\n");
    return g_string_append(mail, ".\r\n");
}

static GString *text_mail(void)
{
    static const char *const lines[] = {
        "Dear reader,\r\n", "\r\n",         "this is a line of text as people write it, of about seventy octets.\r\n",
        "..hidden\r\n",     "> quoted\r\n", "another one, not so long\r\n",
        "-- \r\n",
    };
    GString *mail = g_string_new("Subject: x\r\n\r\n");
    for (unsigned i = 0; mail->len < MESSAGE_OCTETS; i++)
        g_string_append(mail, lines[i % G_N_ELEMENTS(lines)]);
    return g_string_append(mail, ".\r\n");
}

static uint64_t run_scan(const void *input)
{
    const GString *mail = input;
    struct smtp_dot dot;
    mw_issues issues = { 0 };
    uint32_t used;

    smtp_dot_start(&dot);
    for (size_t at = 0; at < mail->len; at += used) {
        uint32_t len = (uint32_t)MIN(mail->len - at, (size_t)SEGMENT_OCTETS);
        sink += smtp_dot_scan(&dot, mw_bytes_of(mail->str + at, len), &used, &issues);
    }
    return mail->len;
}

static uint64_t run_unstuff(const void *input)
{
    const GString *mail = input;
    static uint8_t out[SEGMENT_OCTETS + 1];
    struct smtp_dot dot;

    smtp_dot_start(&dot);
    for (size_t at = 0; at < mail->len; at += SEGMENT_OCTETS) {
        uint32_t len = (uint32_t)MIN(mail->len - at, (size_t)SEGMENT_OCTETS);
        sink += smtp_dot_unstuff(&dot, mw_bytes_of(mail->str + at, len), out);
    }
    return mail->len;
}

/* ---- lines ---- */

enum { LINE_ROUNDS = 20000 };

static uint64_t run_commands(const void *input)
{
    static const char *const lines[] = {
        "EHLO client.example.org\r\n",
        "MAIL FROM:<alice@example.org> SIZE=12345 BODY=8BITMIME\r\n",
        "RCPT TO:<bob@example.net>\r\n",
        "DATA\r\n",
        "BDAT 86 LAST\r\n",
        "QUIT\r\n",
    };
    (void)input;
    for (unsigned round = 0; round < LINE_ROUNDS; round++)
        for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++) {
            struct smtp_command command;
            smtp_parse_command(mw_bytes_str(lines[i]), &command);
            sink += command.used;
        }
    return LINE_ROUNDS * G_N_ELEMENTS(lines);
}

static uint64_t run_replies(const void *input)
{
    static const char *const lines[] = {
        "220 mail.example.net ESMTP Postfix\r\n",
        "250-mail.example.net\r\n",
        "250-SIZE 52428800\r\n",
        "250 2.1.5 Ok\r\n",
        "354 End data with <CR><LF>.<CR><LF>\r\n",
        "250 2.0.0 Ok: queued as 4F1B2C3D4E\r\n",
    };
    (void)input;
    for (unsigned round = 0; round < LINE_ROUNDS; round++)
        for (unsigned i = 0; i < G_N_ELEMENTS(lines); i++) {
            struct smtp_reply_line reply;
            smtp_parse_reply_line(mw_bytes_str(lines[i]), &reply);
            sink += reply.used;
        }
    return LINE_ROUNDS * G_N_ELEMENTS(lines);
}

/* ---- a session ---- */

struct segment {
    enum mw_side from;
    const char *octets;
};

static const struct segment session_segments[] = {
    { MW_SERVER, "220 mail.example.net ESMTP Postfix\r\n" },
    { MW_CLIENT, "EHLO client.example.org\r\n" },
    { MW_SERVER,
      "250-mail.example.net\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n" },
    { MW_CLIENT, "MAIL FROM:<alice@example.org> SIZE=96\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n" },
    { MW_SERVER, "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n" },
    { MW_CLIENT,
      "From: alice@example.org\r\nTo: bob@example.net\r\nSubject: hello\r\n\r\nA short text.\r\n.\r\nQUIT\r\n" },
    { MW_SERVER, "250 2.0.0 Ok: queued as 4F1B2C3D4E\r\n221 2.0.0 Bye\r\n" },
};

static uint64_t play_segment(struct smtp_session *session, const struct segment *segment, const struct mw_moment *now)
{
    mw_bytes in = mw_bytes_str(segment->octets);
    uint64_t elements = 0;

    for (uint32_t at = 0, used; at < in.len; at += used, elements++) {
        struct smtp_element *element = mw_new(struct smtp_element);
        mw_bytes rest = mw_sub(in, mw_slice_of(at, in.len - at));
        struct mw_arrival arrival = { .from = segment->from, .flush = true, .when = *now };
        used = smtp_session_next(session, &arrival, rest, &element->base);
    }
    return elements;
}

/* @param input  how many sessions; units are the elements */
static uint64_t run_sessions(const void *input)
{
    uint64_t elements = 0;
    for (unsigned n = 0; n < *(const unsigned *)input; n++) {
        struct mw_moment now = { 1, 0 };
        arena_used = 0;
        smtp_sessions_reset();
        struct smtp_session *session = mw_new(struct smtp_session);
        smtp_session_init(session);
        for (unsigned i = 0; i < G_N_ELEMENTS(session_segments); i++) {
            now.frame++;
            now.time += 1000000;
            elements += play_segment(session, &session_segments[i], &now);
        }
    }
    return elements;
}

static uint64_t run_whole_sessions(const void *input)
{
    run_sessions(input);
    return *(const unsigned *)input;
}

int main(void)
{
    static const unsigned sessions = 5000;
    GString *base64 = base64_mail(), *text = text_mail();
    const struct work works[] = {
        { "smtp_dot_scan, base64", "octet", run_scan, base64 },
        { "smtp_dot_scan, text", "octet", run_scan, text },
        { "smtp_dot_unstuff, base64", "octet", run_unstuff, base64 },
        { "smtp_dot_unstuff, text", "octet", run_unstuff, text },
        { "smtp_parse_command", "line", run_commands, NULL },
        { "smtp_parse_reply_line", "line", run_replies, NULL },
        { "smtp_session_next, a short mail", "element", run_sessions, &sessions },
        { "the same", "session", run_whole_sessions, &sessions },
    };

    arena = g_malloc(ARENA_OCTETS);
    mw_alloc = arena_alloc;
    for (unsigned i = 0; i < G_N_ELEMENTS(works); i++)
        measure(&works[i]);
    g_string_free(base64, TRUE);
    g_string_free(text, TRUE);
    g_free(arena);
    return 0;
}
