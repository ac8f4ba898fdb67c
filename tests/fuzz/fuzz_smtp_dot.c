/* Fuzzes the end of data: any cut of a message gives what a plain reading octet by octet gives.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "smtp/dot.h"

struct reading {
    GByteArray *message;
    uint32_t used;
    bool ended;
};

/* RFC 5321 4.5.2 as it is written, line by line; a dot behind a bare LF is stuffed while no line ended in CRLF. */
static struct reading read_plainly(mw_bytes in)
{
    struct reading r = { .message = g_byte_array_new() };
    bool crlf = true, lf = false, crlf_seen = false;

    while (r.used < in.len && !r.ended) {
        uint32_t end = r.used;
        while (end < in.len && in.data[end] != '\n')
            end++;
        bool whole = end < in.len;
        mw_bytes line = mw_sub(in, mw_slice_of(r.used, end - r.used + whole));
        r.used += line.len;
        r.ended = crlf && line.len == 3 && memcmp(line.data, ".\r\n", 3) == 0;
        bool framed = line.data[0] == '.' && (crlf || (lf && !crlf_seen));
        if (!r.ended)
            g_byte_array_append(r.message, line.data + framed, line.len - framed);
        crlf = whole && line.len > 1 && line.data[line.len - 2] == '\r';
        lf = whole && !crlf;
        crlf_seen = crlf_seen || crlf;
    }
    return r;
}

static bool scan_piece(struct smtp_dot *dot, mw_bytes piece, GByteArray *message, uint32_t *used)
{
    struct smtp_dot before = *dot;
    mw_issues issues = { 0 };
    bool ended = smtp_dot_scan(dot, piece, used, &issues);
    uint8_t *out = malloc(*used + 1);

    FUZZ_CHECK(*used <= piece.len && (ended || *used == piece.len));
    fuzz_check_issues(&issues, *used);
    uint32_t written = smtp_dot_unstuff(&before, mw_sub(piece, mw_slice_of(0, *used)), out);
    FUZZ_CHECK(written <= *used + 1);
    if (!dot->edits)
        FUZZ_CHECK(written == *used && memcmp(out, piece.data, written) == 0);
    g_byte_array_append(message, out, written);
    free(out);
    return ended;
}

/* The first octets say how long the pieces are, the rest is the message. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    mw_bytes in = mw_bytes_of(data + 4, (uint32_t)size - 4);
    struct reading plain = read_plainly(in);
    GByteArray *message = g_byte_array_new();
    struct smtp_dot dot;
    uint32_t at = 0;
    bool ended = false;

    smtp_dot_start(&dot);
    for (unsigned i = 0; at < in.len && !ended; i++) {
        uint32_t used, len = data[i % 4] % 16 + 1u;
        mw_bytes piece = mw_sub(in, mw_slice_of(at, len));
        uint8_t *copy = fuzz_copy(piece.data, piece.len);
        ended = scan_piece(&dot, mw_bytes_of(copy, piece.len), message, &used);
        free(copy);
        at += used;
    }
    FUZZ_CHECK(ended == plain.ended);
    FUZZ_CHECK(at == plain.used);
    if (ended) {
        FUZZ_CHECK(message->len == plain.message->len && dot.message_octets == message->len);
        FUZZ_CHECK(message->len == 0 || memcmp(message->data, plain.message->data, message->len) == 0);
    }
    g_byte_array_unref(message);
    g_byte_array_unref(plain.message);
    return 0;
}
