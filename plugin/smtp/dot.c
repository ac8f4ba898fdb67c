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

/* Whether a dot at the start of the unfinished line is framing: stuffed, or the beginning of the end. */
static bool dots_are_framing(const struct smtp_dot *dot)
{
    return dot->after_crlf || (dot->after_lf && !dot->crlf_seen);
}

static bool begins_stuffed(const struct smtp_dot *dot)
{
    return dot->line_octets && dot->head[0] == '.' && dots_are_framing(dot);
}

void smtp_dot_start(struct smtp_dot *dot)
{
    *dot = (struct smtp_dot){ .last = '\n', .after_crlf = true };
}

void smtp_dot_lost(struct smtp_dot *dot)
{
    dot->message_octets += dot->line_octets - begins_stuffed(dot);
    dot->line_octets = 0;
    dot->last = 0;
    dot->after_crlf = dot->after_lf = false;
}

bool smtp_dot_saw_lookalike(const struct smtp_dot *dot)
{
    return dot->reported & 1u << LOOKALIKE;
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

/* Collects what follows a false end, over segments, until it is a verb or cannot be one: then a server that takes the
 * false end for the end of data obeys what follows. */
static void look_for_verb(struct smtp_dot *dot, mw_bytes in, uint32_t from, mw_issues *issues)
{
    for (uint32_t i = from; dot->suspect && i < in.len; i++) {
        uint8_t c = in.data[i];
        if (c == '\n' && dot->after_octets == 0)
            continue; /* of the CR that ended the false end */
        if (!memchr(" :\r\n", c, 4) && dot->after_octets < SMTP_DOT_VERB) {
            dot->after[dot->after_octets++] = c;
            continue;
        }
        dot->suspect = false;
        if (smtp_verb_find(mw_bytes_of(dot->after, dot->after_octets)))
            report(dot, issues, SMUGGLING, MW_ISSUE_SMUGGLING, mw_slice_of(from, i - from));
    }
}

/* @param smuggles  whether a conforming client would not have stuffed this dot */
static void report_lookalike(struct smtp_dot *dot, mw_bytes in, mw_slice where, bool smuggles, mw_issues *issues)
{
    report(dot, issues, LOOKALIKE, MW_ISSUE_EOD_LOOKALIKE, where);
    if (!smuggles)
        return;
    dot->suspect = true;
    dot->after_octets = 0;
    look_for_verb(dot, in, mw_slice_end(where), issues);
}

/* A CR that no LF follows, and CR "." CR, CR "." LF, CR "." CR LF. */
static void check_bare_cr(struct smtp_dot *dot, mw_bytes in, mw_slice line, mw_issues *issues)
{
    if (dot->last == '\r' && line.len && in.data[line.offset] != '\n')
        report(dot, issues, BARE_CR, MW_ISSUE_BARE_CR, mw_slice_of(line.offset, 1));
    mw_bytes here = mw_bytes_of(in.data, mw_slice_end(line)); /* no further: each octet is looked at once */
    for (uint32_t at = mw_find(here, line.offset, '\r'); at + 1 < here.len; at = mw_find(here, at + 1, '\r')) {
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
    if (alone)
        dot->lookalike_octets = (uint8_t)(dot->line_octets - begins_stuffed(dot));
    if (alone || head_is(dot, ".\0\r\n", 4))
        report_lookalike(dot, in, where, dot->after_lf, issues);
    else if (head_is(dot, ".\r\r\n", 4))
        report_lookalike(dot, in, where, dot->after_lf || dot->after_cr_crlf, issues);
    else if (head_is(dot, "\0.\r\n", 4))
        report_lookalike(dot, in, where, true, issues);
}

static void check_unstuffed(struct smtp_dot *dot, mw_slice where, mw_issues *issues)
{
    if (dot->after_crlf && dot->line_octets > 2 && dot->head[0] == '.' && dot->head[1] != '.' && dot->head[1] != '\r')
        report(dot, issues, UNSTUFFED, MW_ISSUE_DOT_UNSTUFFED, where);
}

/* CRs in front of an octet, at most 2; those of earlier octets are remembered. */
static uint8_t crs_before(const struct smtp_dot *dot, mw_bytes in, uint32_t at)
{
    uint8_t crs = 0;
    while (crs < 2 && at > crs && in.data[at - crs - 1] == '\r')
        crs++;
    if (at == crs)
        crs = (uint8_t)(crs + dot->trailing_crs);
    return crs > 2 ? 2 : crs;
}

/* The line whose last octets, with LF, are here. Returns whether it is the end of data. */
static bool end_line(struct smtp_dot *dot, mw_bytes in, mw_slice line, mw_issues *issues)
{
    uint8_t before_lf = line.len > 1 ? in.data[mw_slice_end(line) - 2] : dot->last;

    if (dot->after_crlf && head_is(dot, ".\r\n", 3))
        return true;
    dot->message_octets += dot->line_octets - begins_stuffed(dot);
    if (before_lf != '\r')
        report(dot, issues, BARE_LF, MW_ISSUE_BARE_LF, mw_slice_of(mw_slice_end(line) - 1, 1));
    if (dot->line_octets > SMTP_TEXT_LINE_OCTETS + (dot->head[0] == '.'))
        report(dot, issues, LONG_LINE, MW_ISSUE_LINE_TOO_LONG, line);
    check_lookalike(dot, in, line, issues);
    check_unstuffed(dot, line, issues);
    dot->line_octets = 0;
    dot->after_cr_crlf = crs_before(dot, in, mw_slice_end(line) - 1) == 2;
    dot->after_crlf = before_lf == '\r';
    dot->after_lf = !dot->after_crlf;
    dot->crlf_seen = dot->crlf_seen || dot->after_crlf;
    return false;
}

/* CR "." CR and its kin, cut behind the CR or behind the dot. */
static void check_cut_cr_dot(struct smtp_dot *dot, mw_bytes in, mw_issues *issues)
{
    uint32_t at = dot->ends_cr_dot ? 0 : 1;
    bool dot_here = dot->last == '\r' && in.len > 1 && in.data[0] == '.';
    if ((dot->ends_cr_dot || dot_here) && in.len > at && (in.data[at] == '\r' || in.data[at] == '\n'))
        report_lookalike(dot, in, mw_slice_of(0, at + 1), true, issues);
    if (in.len == 1)
        dot->ends_cr_dot = dot->last == '\r' && in.data[0] == '.';
    else if (in.len > 1)
        dot->ends_cr_dot = in.data[in.len - 2] == '\r' && in.data[in.len - 1] == '.';
}

/* A line that begins with "." CR and no LF, as soon as its third octet is here. before: octets of the line scanned
 * earlier. */
static void check_dot_cr(struct smtp_dot *dot, mw_bytes in, mw_slice line, uint64_t before, mw_issues *issues)
{
    bool third_is_new = before < 3 && dot->line_octets >= 3;
    if (!third_is_new || (!dot->after_crlf && !dot->after_lf) || memcmp(dot->head, ".\r", 2) != 0 ||
        dot->head[2] == '\n')
        return;
    uint32_t third = line.offset + 2 - (uint32_t)before;
    report_lookalike(dot, in, mw_slice_of(line.offset, third - line.offset), dot->after_lf, issues);
}

/* Octets of a false end and of the empty lines behind it, this one the last; 0 for another line. */
static uint8_t octets_with_empty_line(const struct smtp_dot *dot)
{
    bool empty = head_is(dot, "\n", 1) || head_is(dot, "\r\n", 2);
    bool few = dot->lookalike_octets + dot->line_octets <= UINT8_MAX;
    return empty && few && dot->lookalike_octets ? (uint8_t)(dot->lookalike_octets + dot->line_octets) : 0;
}

bool smtp_dot_scan(struct smtp_dot *dot, mw_bytes in, uint32_t *used, mw_issues *issues)
{
    uint32_t at = 0;
    bool ended = false;

    look_for_verb(dot, in, 0, issues);
    check_cut_cr_dot(dot, in, issues);
    dot->edits = dot->line_octets > 0 && dot->line_octets < 3 && begins_stuffed(dot);
    while (at < in.len && !ended) {
        uint32_t lf = mw_find(in, at, '\n');
        mw_slice line = mw_slice_of(at, (lf < in.len ? lf + 1 : in.len) - at);
        for (uint32_t i = 0; i < line.len && dot->line_octets + i < SMTP_DOT_HEAD; i++)
            dot->head[dot->line_octets + i] = in.data[at + i];
        uint64_t before = dot->line_octets;
        dot->line_octets += line.len;
        check_dot_cr(dot, in, line, before, issues);
        dot->edits = dot->edits || (dot->line_octets == line.len && begins_stuffed(dot));
        uint8_t earlier = octets_with_empty_line(dot);
        dot->lookalike_octets = 0;
        check_bare_cr(dot, in, line, issues);
        ended = lf < in.len && end_line(dot, in, line, issues);
        if (!dot->lookalike_octets)
            dot->lookalike_octets = earlier;
        at = mw_slice_end(line);
        dot->last = in.data[at - 1];
    }
    dot->trailing_crs = crs_before(dot, in, at);
    check_octets(dot, mw_sub(in, mw_slice_of(0, at)), issues);
    *used = at;
    return ended;
}

/* One line, or a part of it, without framing: a dot at its start is dropped, a CR behind that dot waits for what
 * follows. */
static uint32_t unstuff_line(struct smtp_dot *dot, mw_bytes line, uint8_t *out)
{
    uint32_t written = 0, i = 0;

    if (dot->line_octets == 0)
        dot->head[0] = line.data[0];
    bool framed = dot->head[0] == '.' && dots_are_framing(dot);
    for (; framed && i < line.len && dot->line_octets + i < 3; i++) {
        uint8_t c = line.data[i];
        uint64_t place = dot->line_octets + i;
        bool held = place == 2 && dot->head[1] == '\r';
        if (place == 1)
            dot->head[1] = c;
        if (held && c == '\n' && dot->after_crlf)
            return written; /* the end of data */
        if (held)
            out[written++] = '\r';
        if (place == 2 || (place == 1 && c != '\r'))
            out[written++] = c;
    }
    memcpy(out + written, line.data + i, line.len - i);
    dot->line_octets += line.len;
    return written + line.len - i;
}

uint32_t smtp_dot_unstuff(const struct smtp_dot *before, mw_bytes in, uint8_t *out)
{
    struct smtp_dot dot = *before;
    uint32_t written = 0;

    for (uint32_t at = 0; at < in.len;) {
        uint32_t lf = mw_find(in, at, '\n');
        uint32_t end = lf < in.len ? lf + 1 : in.len;
        written += unstuff_line(&dot, mw_sub(in, mw_slice_of(at, end - at)), out + written);
        if (lf < in.len) {
            uint8_t before_lf = lf > at ? in.data[lf - 1] : dot.last;
            dot.after_crlf = before_lf == '\r';
            dot.after_lf = !dot.after_crlf;
            dot.crlf_seen = dot.crlf_seen || dot.after_crlf;
            dot.line_octets = 0;
        }
        dot.last = in.data[end - 1];
        at = end;
    }
    return written;
}
