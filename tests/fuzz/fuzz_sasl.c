/* Fuzzes SASL exchanges: a name, then challenges and responses.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "sasl.h"

static void check_message(const struct sasl_message *m, mw_bytes decoded)
{
    FUZZ_CHECK(m->count <= SASL_MAX_ITEMS);
    for (uint8_t i = 0; i < m->count; i++) {
        fuzz_check_slice(m->items[i].value, decoded.len);
        char *value = sasl_value(&m->items[i], decoded);
        fuzz_check_utf8(value);
        g_free(value);
    }
    for (int hide = 0; hide < 2; hide++) {
        char *text = sasl_describe(m, decoded, hide);
        fuzz_check_utf8(text);
        g_free(text);
    }
    sasl_identity(m);
}

static void exchange_line(struct sasl_exchange *x, mw_bytes line, bool from_client)
{
    struct sasl_message message;
    uint8_t *copy = fuzz_copy(line.data, line.len);
    mw_bytes decoded = mw_bytes_of(copy, line.len);

    if (from_client)
        sasl_client(x, decoded, &message);
    else
        sasl_server(x, decoded, &message);
    check_message(&message, decoded);
    free(copy);
}

/* Lines end in LF. The first is the mechanism; the others begin with C or S (client, server: octets as they are) or
 * c or s (base64). */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sasl_exchange x = { 0 };
    bool named = false;

    for (size_t at = 0; at < size;) {
        const uint8_t *lf = memchr(data + at, '\n', size - at);
        size_t end = lf ? (size_t)(lf - data) : size;
        mw_bytes line = mw_bytes_of(data + at, (uint32_t)(end - at));
        if (!named) {
            sasl_start(&x, line);
            named = true;
        } else if (line.len) {
            mw_bytes rest = mw_bytes_of(line.data + 1, line.len - 1);
            bool from_client = line.data[0] == 'C' || line.data[0] == 'c';
            uint8_t *out = NULL;
            uint32_t len = 0;
            if (line.data[0] != 'c' && line.data[0] != 's')
                exchange_line(&x, rest, from_client);
            else if (sasl_decode(rest, &out, &len))
                exchange_line(&x, mw_bytes_of(out, len), from_client);
            g_free(out);
            sasl_is_cancel(rest);
        }
        at = end + 1;
    }
    return 0;
}
