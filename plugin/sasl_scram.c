/* SASL mechanisms with lists of attributes: SCRAM and DIGEST-MD5; and the header of GS2.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "sasl_kinds.h"

static uint8_t octet_at(mw_bytes in, mw_slice s, uint32_t i)
{
    mw_bytes part = mw_sub(in, s);
    return i < part.len ? part.data[i] : 0;
}

/* gs2-cb-flag = ("p=" cb-name) / "n" / "y" */
static bool is_cb_flag(mw_bytes flag)
{
    if (flag.len == 1)
        return flag.data[0] == 'n' || flag.data[0] == 'y';
    return flag.len > 2 && flag.data[0] == 'p' && flag.data[1] == '=';
}

/* saslname = 1*(value-safe-char / "=2C" / "=3D") */
static bool is_saslname(mw_bytes name)
{
    for (uint32_t i = 0; i < name.len; i++) {
        mw_bytes three = mw_sub(name, mw_slice_of(i, 3));
        if (name.data[i] == 0)
            return false;
        if (name.data[i] == '=' && !mw_equal_nocase(three, "=2C") && !mw_equal_nocase(three, "=3D"))
            return false;
    }
    return name.len > 0;
}

static void add_saslname(enum sasl_field field, const char *name, mw_bytes in, mw_slice value, struct sasl_message *out)
{
    sasl_add_coded(out, (struct sasl_item){ field, SASL_NAME, name, value });
    if (!is_saslname(mw_sub(in, value)))
        sasl_malformed(out);
}

/* gs2-header = [gs2-nonstd-flag ","] gs2-cb-flag "," [gs2-authzid] ","; gs2-authzid = "a=" saslname */
bool sasl_gs2_header(mw_bytes in, mw_slice *rest, struct sasl_message *out)
{
    mw_slice r = *rest;
    bool comma1, comma2;
    mw_slice flag = sasl_until(in, &r, ',', &comma1);
    if (mw_equal_nocase(mw_sub(in, flag), "F"))
        flag = sasl_until(in, &r, ',', &comma1);
    mw_slice authzid = sasl_until(in, &r, ',', &comma2);

    if (!comma1 || !comma2 || !is_cb_flag(mw_sub(in, flag)))
        return false;
    if (authzid.len && !mw_starts_nocase(mw_sub(in, authzid), "a="))
        return false;
    sasl_add(out, SASL_OTHER, "Channel binding", flag.len > 1 ? mw_slice_skip(flag, 2) : flag);
    if (authzid.len)
        add_saslname(SASL_AUTHZID, "Authorization identity", in, mw_slice_skip(authzid, 2), out);
    *rest = r;
    return true;
}

/* RFC 5802 5.1: the attributes, by side and by letter. */
static const struct scram_attribute {
    uint8_t letter;
    enum sasl_field field;
    const char *name;
} client_attributes[] = {
    { 'c', SASL_OTHER, "Channel binding data" },
    { 'm', SASL_OTHER, "Mandatory extension" },
    { 'n', SASL_USERNAME, "User name" },
    { 'p', SASL_SECRET_PROOF, "Client proof" },
    { 'r', SASL_CNONCE, "Client nonce" },
    { 0, SASL_OTHER, "Extension" },
}, server_attributes[] = {
    { 'e', SASL_ERROR, "Error" },
    { 'i', SASL_ITERATIONS, "Iteration count" },
    { 'm', SASL_OTHER, "Mandatory extension" },
    { 'r', SASL_NONCE, "Nonce" },
    { 's', SASL_SALT, "Salt" },
    { 'v', SASL_SERVER_SIGNATURE, "Server signature" },
    { 0, SASL_OTHER, "Extension" },
};

/* attr-val = ALPHA "=" value. The letters seen are noted in *seen, bit 0 for "a". */
static void add_attribute(const struct scram_attribute *table, mw_bytes in, mw_slice part, struct sasl_message *out,
                          uint32_t *seen)
{
    uint8_t letter = octet_at(in, part, 0);
    mw_slice value = mw_slice_skip(part, 2);

    if (!mw_is(letter, MW_ALPHA) || octet_at(in, part, 1) != '=') {
        sasl_malformed(out);
        return;
    }
    while (table->letter && table->letter != letter)
        table++;
    if (table->letter) {
        if (*seen & 1u << (letter - 'a'))
            sasl_malformed(out);
        *seen |= 1u << (letter - 'a');
    }
    if (table->field == SASL_USERNAME)
        add_saslname(SASL_USERNAME, table->name, in, value, out);
    else
        sasl_add(out, table->field, table->name, value);
}

#define LETTER(c) (1u << ((c) - 'a'))

/* Adds the attributes of a comma list; gives the set of letters. */
static uint32_t add_attributes(const struct scram_attribute *table, mw_bytes in, mw_slice rest,
                               struct sasl_message *out)
{
    uint32_t seen = 0;
    bool comma = true;

    while (comma)
        add_attribute(table, in, sasl_until(in, &rest, ',', &comma), out, &seen);
    return seen;
}

/* client-final-message = channel-binding "," nonce ["," extensions] "," proof; its nonce is that of both sides */
static void scram_client_final(mw_bytes in, struct sasl_message *out)
{
    uint32_t seen = add_attributes(client_attributes, in, sasl_all(in), out);

    for (uint8_t i = 0; i < out->count; i++)
        if (out->items[i].field == SASL_CNONCE) {
            out->items[i].field = SASL_NONCE;
            out->items[i].name = "Nonce";
        }
    if ((seen & (LETTER('c') | LETTER('r') | LETTER('p'))) != (LETTER('c') | LETTER('r') | LETTER('p')))
        sasl_malformed(out);
}

/* RFC 5802 7: client-first-message = gs2-header [reserved-mext ","] username "," nonce ["," extensions]. Nothing is
 * sent behind the server's last message. */
void sasl_scram_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);

    if (in.len == 0 && x->client_messages)
        return;
    if (mw_starts_nocase(in, "c=")) {
        scram_client_final(in, out);
        return;
    }
    if (!sasl_gs2_header(in, &rest, out)) {
        sasl_malformed(out);
        return;
    }
    uint32_t seen = add_attributes(client_attributes, in, rest, out);
    bool bound = in.data[0] == 'p';
    if ((seen & (LETTER('n') | LETTER('r'))) != (LETTER('n') | LETTER('r')) || bound != x->plus)
        sasl_malformed(out);
}

/* RFC 5802 7: server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions],
 * server-final-message = (server-error / verifier) ["," extensions] */
void sasl_scram_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    const uint32_t first = LETTER('r') | LETTER('s') | LETTER('i');
    uint64_t n;

    if (in.len == 0)
        return;
    uint32_t seen = add_attributes(server_attributes, in, sasl_all(in), out);
    const struct sasl_item *count = sasl_item_of(out, SASL_ITERATIONS);
    if (seen & LETTER('e'))
        x->failed = true;
    if ((seen & first) != first && !(seen & (LETTER('v') | LETTER('e'))))
        sasl_malformed(out);
    if (count && !mw_parse_number(in, count->value, &n))
        sasl_malformed(out);
}

/* RFC 2831 2.1.1, 2.1.2, 2.1.3: the directives of both sides. once: a second one is an error. */
static const struct directive {
    const char *key;
    enum sasl_field field;
    const char *name;
    bool once;
} directives[] = {
    { "algorithm", SASL_OTHER, "Algorithm", true },
    { "authzid", SASL_AUTHZID, "Authorization identity", true },
    { "charset", SASL_OTHER, "Character set", true },
    { "cipher", SASL_OTHER, "Cipher", true },
    { "cnonce", SASL_CNONCE, "Client nonce", true },
    { "digest-uri", SASL_OTHER, "Digest URI", true },
    { "maxbuf", SASL_OTHER, "Buffer size", true },
    { "nc", SASL_OTHER, "Nonce count", true },
    { "nonce", SASL_NONCE, "Nonce", true },
    { "qop", SASL_OTHER, "Quality of protection", true },
    { "realm", SASL_REALM, "Realm", false },
    { "response", SASL_SECRET_PROOF, "Response", true },
    { "rspauth", SASL_SERVER_SIGNATURE, "Response of the server", true },
    { "stale", SASL_OTHER, "Stale", true },
    { "username", SASL_USERNAME, "User name", true },
    { NULL, SASL_OTHER, "Extension", false },
};

/* The length of an element of the list: to the next comma that no quotes enclose. */
static uint32_t element_length(mw_bytes in, mw_slice rest)
{
    bool quoted = false;
    uint32_t i = 0;

    for (; i < rest.len; i++) {
        uint8_t c = in.data[rest.offset + i];
        if (c == ',' && !quoted)
            break;
        if (c == '"')
            quoted = !quoted;
        else if (c == '\\' && quoted && i + 1 < rest.len)
            i++;
    }
    return i;
}

/* The value without its quotes. False when they do not match. */
static bool unquote(mw_bytes in, mw_slice *value)
{
    if (octet_at(in, *value, 0) != '"')
        return true;
    if (value->len < 2 || octet_at(in, *value, value->len - 1) != '"')
        return false;
    *value = mw_slice_of(value->offset + 1, value->len - 2);
    return true;
}

/* token "=" (token / quoted-string), blanks around. Gives the bit of the directive. */
static uint32_t add_directive(mw_bytes in, mw_slice element, struct sasl_message *out, uint32_t seen)
{
    bool equals;
    mw_slice value = element;
    mw_slice key = mw_slice_trim(in, sasl_until(in, &value, '=', &equals));
    const struct directive *d = directives;

    value = mw_slice_trim(in, value);
    if (!equals || !unquote(in, &value)) {
        sasl_malformed(out);
        return 0;
    }
    while (d->key && !mw_equal_nocase(mw_sub(in, key), d->key))
        d++;
    uint32_t bit = d->key ? 1u << (d - directives) : 0;
    if (d->once && seen & bit)
        sasl_malformed(out);
    sasl_add_coded(out, (struct sasl_item){ d->field, SASL_QUOTED, d->name, d->key ? value : element });
    return bit;
}

/* Elements that are only blanks may stand in the list, RFC 2831 7.1. */
static uint32_t add_directives(mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);
    uint32_t seen = 0;

    while (rest.len) {
        mw_slice element = mw_slice_trim(in, mw_slice_of(rest.offset, element_length(in, rest)));
        if (element.len)
            seen |= add_directive(in, element, out, seen);
        rest = mw_slice_skip(rest, element_length(in, rest) + 1);
    }
    return seen;
}

static bool has(uint32_t seen, const char *key)
{
    for (uint32_t i = 0; directives[i].key; i++)
        if (strcmp(directives[i].key, key) == 0)
            return seen & 1u << i;
    return false;
}

/* RFC 2831 2.1.1: digest-challenge, with nonce and algorithm; 2.1.3: response-auth. */
void sasl_digest_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    uint32_t seen = add_directives(in, out);

    if (in.len == 0 && x->client_messages)
        return;
    if (!has(seen, "rspauth") && !(has(seen, "nonce") && has(seen, "algorithm")))
        sasl_malformed(out);
}

/* RFC 2831 2.1.2: digest-response; nothing is sent behind the server's response-auth. */
void sasl_digest_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    static const char *const needed[] = { "username", "nonce", "cnonce", "nc", "digest-uri", "response" };
    uint32_t seen = add_directives(in, out);
    const struct sasl_item *response = sasl_item_of(out, SASL_SECRET_PROOF);

    if (in.len == 0 && (x->client_messages || !x->server_messages))
        return;
    for (unsigned i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!has(seen, needed[i]))
            sasl_malformed(out);
    if (response && response->value.len != 32)
        sasl_malformed(out);
}
