/* The end of data: CRLF "." CRLF, cut over segments in any way.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/dot.h"

#include "smtp/tables.h"

enum { BARE_LF, BARE_CR, NUL, EIGHT_BIT, LONG_LINE, UNSTUFFED, LOOKALIKE, SMUGGLING };

/* An issue once for a message; bit names it in dot->reported. */
static void report(struct smtp_dot *dot, mw_issues *issues, unsigned bit, mw_issue_id id, mw_slice where)
{
    if (!(dot->reported & 1u << bit))
        mw_issue_add(issues, id, where);
    dot->reported |= 1u << bit;
}

void smtp_dot_start(struct smtp_dot *dot)
{
    *dot = (struct smtp_dot){ .last = '\n', .after_crlf = true };
}

void smtp_dot_lost(struct smtp_dot *dot)
{
    dot->line_octets = 0;
    dot->last = 0;
    dot->after_crlf = dot->after_lf = false;
}

uint64_t smtp_dot_stuffed(const struct smtp_dot *dot)
{
    return dot->stuffed_after_crlf + (dot->crlf_seen ? 0 : dot->stuffed_after_lf);
}

bool smtp_dot_saw_lookalike(const struct smtp_dot *dot)
{
    return dot->reported & 1u << LOOKALIKE;
}

void smtp_dot_accept_lookalike(struct smtp_dot *dot)
{
    if (dot->lookalike_after_crlf)
        dot->stuffed_after_crlf--;
    else
        dot->stuffed_after_lf--;
    dot->lookalike_octets = 0;
}

/* Octets that are rare in a message are looked for in a whole segment at once. */
static void check_octets(struct smtp_dot *dot, mw_bytes in, mw_issues *issues)
{
    uint8_t all = 0;
    for (uint32_t i = 0; i < in.len; i++)
        all |= in.data[i];
    if (all & 0x80) {
        uint32_t first = 0;
        while (!(in.data[first] & 0x80))
            first++;
        report(dot, issues, EIGHT_BIT, MW_ISSUE_8BIT_DATA, mw_slice_of(first, 1));
    }
    uint32_t nul = mw_find(in, 0, 0);
    if (nul < in.len)
        report(dot, issues, NUL, MW_ISSUE_NUL, mw_slice_of(nul, 1));
}

/* Whether a command follows that a server would obey which takes the octets before for the end of data. */
static bool verb_follows(mw_bytes in, uint32_t from)
{
    uint32_t end = from;
    while (end < in.len && !memchr(" :\r\n", in.data[end], 4))
        end++;
    return end < in.len && end > from && smtp_verb_find(mw_sub(in, mw_slice_of(from, end - from))) != NULL;
}

/* @param smuggles  whether a conforming client would not have stuffed this dot */
static void report_lookalike(struct smtp_dot *dot, mw_bytes in, mw_slice where, bool smuggles, mw_issues *issues)
{
    report(dot, issues, LOOKALIKE, MW_ISSUE_EOD_LOOKALIKE, where);
    if (smuggles && verb_follows(in, mw_slice_end(where)))
        report(dot, issues, SMUGGLING, MW_ISSUE_SMUGGLING, where);
}

/* A CR that no LF follows, and CR "." CR, CR "." LF, CR "." CR LF. */
static void check_bare_cr(struct smtp_dot *dot, mw_bytes in, mw_slice line, mw_issues *issues)
{
    if (dot->last == '\r' && line.len && in.data[line.offset] != '\n')
        report(dot, issues, BARE_CR, MW_ISSUE_BARE_CR, mw_slice_of(line.offset, 1));
    for (uint32_t at = mw_find(in, line.offset, '\r'); at + 1 < mw_slice_end(line); at = mw_find(in, at + 1, '\r')) {
        uint8_t next = in.data[at + 1];
        uint8_t after = at + 2 < in.len ? in.data[at + 2] : 0;
        if (next == '\n')
            break;
        report(dot, issues, BARE_CR, MW_ISSUE_BARE_CR, mw_slice_of(at, 1));
        if (next == '.' && (after == '\r' || after == '\n')) {
            bool crlf = after == '\r' && at + 3 < in.len && in.data[at + 3] == '\n';
            report_lookalike(dot, in, mw_slice_of(at, crlf ? 4 : 3), true, issues);
        }
    }
}

static bool head_is(const struct smtp_dot *dot, const char *octets, uint32_t len)
{
    return dot->line_octets == len && memcmp(dot->head, octets, len) == 0;
}

/* A finished line that a lenient server could take for the dot. where: its octets that are here. */
static void check_lookalike(struct smtp_dot *dot, mw_bytes in, mw_slice where, mw_issues *issues)
{
    if (!dot->after_crlf && !dot->after_lf)
        return;
    bool alone = head_is(dot, ".\n", 2) || head_is(dot, ".\r\n", 3);
    dot->lookalike_octets = alone ? (uint8_t)dot->line_octets : 0;
    dot->lookalike_after_crlf = dot->after_crlf;
    if (alone || head_is(dot, ".\r\r\n", 4) || head_is(dot, ".\0\r\n", 4))
        report_lookalike(dot, in, where, dot->after_lf, issues);
    else if (head_is(dot, "\0.\r\n", 4))
        report_lookalike(dot, in, where, true, issues);
    else if (dot->line_octets > 3 && memcmp(dot->head, ".\r", 2) == 0)
        report_lookalike(dot, in, where, dot->after_lf, issues);
}

/* Counts the line's leading dot as stuffed and says what is odd about it. */
static void check_dot(struct smtp_dot *dot, mw_bytes in, mw_slice where, mw_issues *issues)
{
    if (dot->head[0] != '.')
        return;
    if (dot->after_crlf)
        dot->stuffed_after_crlf++;
    else if (dot->after_lf)
        dot->stuffed_after_lf++;
    if (dot->after_crlf && dot->line_octets > 2 && dot->head[1] != '.' && dot->head[1] != '\r' && in.len)
        report(dot, issues, UNSTUFFED, MW_ISSUE_DOT_UNSTUFFED, where);
}

/* The line whose last octets, with LF, are here. Returns whether it is the end of data. */
static bool end_line(struct smtp_dot *dot, mw_bytes in, mw_slice line, mw_issues *issues)
{
    uint8_t before_lf = line.len > 1 ? in.data[mw_slice_end(line) - 2] : dot->last;

    if (dot->after_crlf && head_is(dot, ".\r\n", 3))
        return true;
    if (before_lf != '\r')
        report(dot, issues, BARE_LF, MW_ISSUE_BARE_LF, mw_slice_of(mw_slice_end(line) - 1, 1));
    else
        dot->crlf_seen = true;
    if (dot->line_octets > SMTP_TEXT_LINE_OCTETS + (dot->head[0] == '.'))
        report(dot, issues, LONG_LINE, MW_ISSUE_LINE_TOO_LONG, line);
    check_lookalike(dot, in, line, issues);
    check_dot(dot, in, line, issues);
    dot->line_octets = 0;
    dot->after_crlf = before_lf == '\r';
    dot->after_lf = !dot->after_crlf;
    return false;
}

bool smtp_dot_scan(struct smtp_dot *dot, mw_bytes in, uint32_t *used, mw_issues *issues)
{
    uint32_t at = 0;
    bool ended = false;

    while (at < in.len && !ended) {
        uint32_t lf = mw_find(in, at, '\n');
        mw_slice line = mw_slice_of(at, (lf < in.len ? lf + 1 : in.len) - at);
        for (uint32_t i = 0; i < line.len && dot->line_octets + i < SMTP_DOT_HEAD; i++)
            dot->head[dot->line_octets + i] = in.data[at + i];
        dot->line_octets += line.len;
        dot->lookalike_octets = 0;
        check_bare_cr(dot, in, line, issues);
        ended = lf < in.len && end_line(dot, in, line, issues);
        at = mw_slice_end(line);
        dot->last = in.data[at - 1];
    }
    check_octets(dot, mw_sub(in, mw_slice_of(0, at)), issues);
    *used = at;
    return ended;
}

uint32_t smtp_dot_unstuff(mw_bytes in, bool crlf_seen, uint8_t *out)
{
    uint32_t written = 0;
    bool at_start = true;

    for (uint32_t at = 0; at < in.len;) {
        uint32_t lf = mw_find(in, at, '\n');
        uint32_t end = lf < in.len ? lf + 1 : in.len;
        uint32_t from = at + (at_start && in.data[at] == '.');
        memcpy(out + written, in.data + from, end - from);
        written += end - from;
        at_start = lf < in.len && (!crlf_seen || (lf > 0 && in.data[lf - 1] == '\r'));
        at = end;
    }
    return written;
}
