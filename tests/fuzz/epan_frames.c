/* The input of the target fuzz_epan as frames: see epan_frames.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "epan_frames.h"

#include <string.h>

#define MAX_FRAMES 300
#define HEADERS 54 /* octets of Ethernet, IPv4 and TCP without options */
#define CUT_AT (HEADERS + 48)
#define MAC_OCTETS 16 /* of HMAC-MD5 */

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10 };
enum side { CLIENT, SERVER, SIDES };
enum { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22, APPLICATION_DATA = 23 };

/* 9999: by what the server says. */
static const uint16_t ports[] = { 25, 110, 143, 587, 24, 9999, 465, 995, 993, 2525 };

struct talk {
    struct capture *capture;
    uint16_t port[SIDES];
    uint32_t next[SIDES];   /* sequence numbers */
    uint32_t before[SIDES]; /* where the last segment began */
    GByteArray *last[SIDES];
    enum side side; /* of the last segment */
    struct frame *late;
    uint64_t time;
    bool secured;
};

/* ---- frames ---- */

static void put16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value);
}

static void put_headers(const struct talk *talk, struct frame *frame, enum side from, uint32_t seq, unsigned flags)
{
    uint8_t *out = frame->octets;
    memset(out, 0, HEADERS);
    out[5] = from == CLIENT ? 2 : 1;
    out[11] = from == CLIENT ? 1 : 2;
    put16(out + 12, 0x0800);
    uint8_t *ip = out + 14, *tcp = out + 34;
    ip[0] = 0x45;
    put16(ip + 2, frame->length - 14);
    ip[8] = 64;
    ip[9] = 6;
    put32(ip + 12, from == CLIENT ? 0x0A000001 : 0x0A000002);
    put32(ip + 16, from == CLIENT ? 0x0A000002 : 0x0A000001);
    put16(tcp, talk->port[from]);
    put16(tcp + 2, talk->port[!from]);
    put32(tcp + 4, seq);
    put32(tcp + 8, flags & ACK ? talk->next[!from] : 0);
    tcp[12] = 0x50;
    tcp[13] = (uint8_t)flags;
    put16(tcp + 14, 0xFFFF);
}

static void free_frame(void *data)
{
    struct frame *frame = data;
    g_free(frame->octets);
    g_free(frame);
}

static void record(struct talk *talk, struct frame *frame)
{
    talk->time += talk->capture->options & SLOW ? 7000000 : 1000;
    frame->time = talk->time;
    if (talk->capture->frames->len < MAX_FRAMES)
        g_ptr_array_add(talk->capture->frames, frame);
    else
        free_frame(frame);
}

static struct frame *make_frame(struct talk *talk, enum side from, uint32_t seq, unsigned flags, GByteArray *payload)
{
    struct frame *frame = g_new0(struct frame, 1);
    uint32_t octets = payload ? payload->len : 0;

    frame->length = HEADERS + octets;
    frame->captured = talk->capture->options & CUT_SHORT ? MIN(frame->length, CUT_AT) : frame->length;
    frame->octets = g_malloc(frame->length);
    put_headers(talk, frame, from, seq, flags);
    if (octets)
        memcpy(frame->octets + HEADERS, payload->data, octets);
    frame->octets = g_realloc(frame->octets, frame->captured);
    return frame;
}

static void send(struct talk *talk, enum side from, unsigned flags, GByteArray *payload, bool late)
{
    struct frame *frame = make_frame(talk, from, talk->next[from], flags, payload);

    talk->before[from] = talk->next[from];
    talk->next[from] += (payload ? payload->len : 0) + (flags & (SYN | FIN) ? 1 : 0);
    talk->side = from;
    if (payload != talk->last[from]) {
        g_byte_array_set_size(talk->last[from], 0);
        if (payload)
            g_byte_array_append(talk->last[from], payload->data, payload->len);
    }
    struct frame *held = talk->late;
    talk->late = NULL;
    if (late && !held) {
        talk->late = frame;
        return;
    }
    record(talk, frame);
    if (held)
        record(talk, held);
}

/* ---- TLS 1.2 with TLS_RSA_WITH_NULL_MD5: the records are readable, but for their codes of authentication ---- */

const char capture_keys[] = "CLIENT_RANDOM 4343434343434343434343434343434343434343434343434343434343434343 "
                            "4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d"
                            "4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d\n";

#define RANDOM(octet) octet octet octet octet octet octet octet octet
static const char client_hello[] = "\x01\0\0\x29\x03\x03" RANDOM("CCCC") "\0\0\2\0\1\1\0";
static const char server_hello[] = "\x02\0\0\x26\x03\x03" RANDOM("SSSS") "\0\0\1\0";
static const char server_done[] = "\x0E\0\0\0";
static const char key_exchange[] = "\x10\0\0\x06\0\x04KEYS";
static const char finished[] = "\x14\0\0\x0C............";

static void add_record(GByteArray *out, uint8_t type, const void *octets, uint32_t len, bool authenticated)
{
    static const uint8_t mac[MAC_OCTETS];
    uint8_t head[] = { type, 3, 3, 0, 0 };

    put16(head + 3, len + (authenticated ? MAC_OCTETS : 0));
    g_byte_array_append(out, head, sizeof head);
    if (len)
        g_byte_array_append(out, octets, len);
    if (authenticated)
        g_byte_array_append(out, mac, MAC_OCTETS);
}

static void add_handshake(GByteArray *out, const char *message, size_t size)
{
    add_record(out, HANDSHAKE, message, (uint32_t)size - 1, false);
}

static void add_end_of_handshake(GByteArray *out)
{
    add_record(out, CHANGE_CIPHER_SPEC, "\1", 1, false);
    add_record(out, HANDSHAKE, finished, sizeof finished - 1, true);
}

static void send_and_clear(struct talk *talk, enum side from, GByteArray *octets)
{
    send(talk, from, PSH | ACK, octets, false);
    g_byte_array_set_size(octets, 0);
}

static void secure(struct talk *talk)
{
    GByteArray *flight = g_byte_array_new();

    add_handshake(flight, client_hello, sizeof client_hello);
    send_and_clear(talk, CLIENT, flight);
    add_handshake(flight, server_hello, sizeof server_hello);
    add_handshake(flight, server_done, sizeof server_done);
    send_and_clear(talk, SERVER, flight);
    add_handshake(flight, key_exchange, sizeof key_exchange);
    add_end_of_handshake(flight);
    send_and_clear(talk, CLIENT, flight);
    add_end_of_handshake(flight);
    send_and_clear(talk, SERVER, flight);
    g_byte_array_unref(flight);
}

/* ---- the input ---- */

static void say(struct talk *talk, enum side from, GByteArray *octets, bool late)
{
    if (!talk->secured || octets->len == 0) {
        send(talk, from, PSH | ACK, octets, late);
        return;
    }
    GByteArray *wrapped = g_byte_array_new();
    add_record(wrapped, APPLICATION_DATA, octets->data, octets->len, true);
    send(talk, from, PSH | ACK, wrapped, late);
    g_byte_array_unref(wrapped);
}

static void say_again(struct talk *talk, GByteArray *octets)
{
    enum side from = talk->side;
    record(talk, make_frame(talk, from, talk->before[from], PSH | ACK, octets->len ? octets : talk->last[from]));
}

static void leave_out(struct talk *talk, enum side from, const GByteArray *octets)
{
    talk->next[from]++;
    for (guint i = 0; i < octets->len; i++)
        talk->next[from] += octets->data[i];
}

static void close_talk(struct talk *talk, bool reset)
{
    send(talk, CLIENT, reset ? RST | ACK : FIN | ACK, NULL, false);
    if (!reset)
        send(talk, SERVER, FIN | ACK, NULL, false);
}

/* Sequence numbers pass 2^32. */
static void connect_talk(struct talk *talk)
{
    talk->port[CLIENT]++;
    talk->next[CLIENT] = 0xFFFFFF00;
    talk->next[SERVER] = 0xFFFFFE00;
    talk->secured = false;
    if (talk->capture->options & MID_STREAM)
        return;
    send(talk, CLIENT, SYN, NULL, false);
    send(talk, SERVER, SYN | ACK, NULL, false);
    send(talk, CLIENT, ACK, NULL, false);
}

static void step(struct talk *talk, enum mark mark, GByteArray *octets)
{
    switch (mark) {
    case FROM_CLIENT:
    case FROM_SERVER:
        say(talk, mark == FROM_SERVER ? SERVER : CLIENT, octets, false);
        break;
    case CLIENT_GAP:
    case SERVER_GAP:
        leave_out(talk, mark == SERVER_GAP ? SERVER : CLIENT, octets);
        break;
    case AGAIN:
        say_again(talk, octets);
        break;
    case LATE:
        say(talk, talk->side, octets, true);
        break;
    case CLOSE:
        close_talk(talk, octets->len != 0);
        break;
    case SECURED:
        if (!talk->secured)
            secure(talk);
        talk->secured = !talk->secured;
        break;
    default:
        connect_talk(talk);
        break;
    }
}

static bool is_mark(uint8_t octet)
{
    return octet >= FROM_CLIENT && octet < ESCAPE;
}

/* Octets up to the next mark, at most the payload of an IPv4 packet. */
static size_t take_octets(const uint8_t *data, size_t size, GByteArray *octets)
{
    size_t at = 0;

    g_byte_array_set_size(octets, 0);
    for (; at < size && !is_mark(data[at]); at++) {
        if (data[at] == ESCAPE && at + 1 < size)
            at++;
        if (octets->len < 60000)
            g_byte_array_append(octets, data + at, 1);
    }
    return at;
}

struct capture *capture_read(const uint8_t *data, size_t size)
{
    struct capture *capture = g_new0(struct capture, 1);
    struct talk talk = { .capture = capture, .port = { 40000, 25 }, .time = 1000000 };

    capture->frames = g_ptr_array_new_with_free_func(free_frame);
    if (size < 2)
        return capture;
    talk.port[SERVER] = ports[data[0] % G_N_ELEMENTS(ports)];
    capture->options = data[1];
    GByteArray *octets = g_byte_array_new();
    for (unsigned side = 0; side < SIDES; side++)
        talk.last[side] = g_byte_array_new();
    connect_talk(&talk);
    enum mark mark = FROM_SERVER;
    for (size_t at = 2; at < size;) {
        if (is_mark(data[at]))
            mark = data[at++];
        at += take_octets(data + at, size - at, octets);
        step(&talk, mark, octets);
    }
    if (talk.late)
        record(&talk, talk.late);
    for (unsigned side = 0; side < SIDES; side++)
        g_byte_array_unref(talk.last[side]);
    g_byte_array_unref(octets);
    return capture;
}

void capture_free(struct capture *capture)
{
    g_ptr_array_unref(capture->frames);
    g_free(capture);
}
