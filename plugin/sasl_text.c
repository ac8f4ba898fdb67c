/* SASL mechanisms with short text messages: PLAIN, LOGIN, CRAM-MD5, EXTERNAL, ANONYMOUS, OTP, SKEY, SECURID and the
 * ECDSA and ECDH challenges.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "sasl_kinds.h"

/* RFC 4616 2: message = [authzid] NUL authcid NUL passwd. PLAIN-CLIENTTOKEN has more parts, of which no document tells.
 * A password alone, or with the user name alone, is flagged; with one NUL, nothing before it is an empty authzid. */
void sasl_plain_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);
    bool first, second, third = false;
    mw_slice authzid = sasl_until(in, &rest, 0, &first);
    mw_slice username = sasl_until(in, &rest, 0, &second);
    mw_slice password = rest;
    bool long_form = !mw_equal_nocase(mw_bytes_str(x->mechanism->name), "PLAIN");

    if (!first) {
        sasl_malformed(out);
        return;
    }
    if (!second && authzid.len) {
        password = username;
        username = authzid;
        authzid.len = 0;
    }
    if (long_form)
        password = sasl_until(in, &rest, 0, &third);
    if (authzid.len)
        sasl_add(out, SASL_AUTHZID, "Authorization identity", authzid);
    sasl_add(out, SASL_USERNAME, "User name", username);
    sasl_add(out, SASL_PASSWORD, "Password", password);
    if (third)
        sasl_add(out, SASL_PASSWORD, "Client token", rest);
    if (!second || !username.len || !password.len || mw_find(mw_sub(in, password), 0, 0) < password.len)
        sasl_malformed(out);
}

/* Words to a person; a mechanism of which the client speaks first has none. */
void sasl_prompt_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    (void)x;
    if (in.len)
        sasl_add(out, SASL_PROMPT, "Prompt", sasl_all(in));
}

/* draft-murchison-sasl-login: "User Name" NUL and "Password" NUL; servers send "Username:" and "Password:". */
void sasl_login_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    x->asked = SASL_ASKED_NOTHING;
    if (mw_find_nocase(in, 0, "pass") < in.len)
        x->asked = SASL_ASKED_PASSWORD;
    else if (mw_find_nocase(in, 0, "user") < in.len)
        x->asked = SASL_ASKED_USERNAME;
    sasl_prompt_server(x, in, out);
}

/* The prompt tells what is sent. Without one (an initial response, or the capture lacks the server) it is the user
 * name and then the password; an empty initial response is neither. */
void sasl_login_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    bool nth_tells = x->asked == SASL_ASKED_NOTHING;

    if (x->asked == SASL_ASKED_USERNAME || (nth_tells && x->client_messages == 0 && in.len)) {
        sasl_add(out, SASL_USERNAME, "User name", sasl_all(in));
    } else if (x->asked == SASL_ASKED_PASSWORD || (nth_tells && x->client_messages == 1)) {
        sasl_add(out, SASL_PASSWORD, "Password", sasl_all(in));
    } else if (in.len) {
        sasl_add(out, SASL_OTHER, "Response", sasl_all(in));
        sasl_malformed(out);
    }
    x->asked = SASL_ASKED_NOTHING;
}

/* RFC 2195 2: the challenge has the form of a msg-id. */
void sasl_cram_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    (void)x;
    if (in.len)
        sasl_add(out, SASL_MSG_ID, "Challenge", sasl_all(in));
    if (in.len < 3 || in.data[0] != '<' || in.data[in.len - 1] != '>')
        sasl_malformed(out);
}

static bool is_digest(mw_bytes in)
{
    for (uint32_t i = 0; i < in.len; i++)
        if (!mw_is(in.data[i], MW_HEX))
            return false;
    return in.len == 32 || in.len == 40 || in.len == 64;
}

/* RFC 2195 2: user name, a space, and a digest in hexadecimal. The user name may hold spaces. */
void sasl_cram_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    uint32_t space = in.len;

    (void)x;
    while (space > 0 && in.data[space - 1] != ' ')
        space--;
    if (space == 0) {
        sasl_malformed(out);
        return;
    }
    mw_slice digest = { space, in.len - space };
    sasl_add(out, SASL_USERNAME, "User name", mw_slice_of(0, space - 1));
    sasl_add(out, SASL_SECRET_PROOF, "Digest", digest);
    if (space == 1 || !is_digest(mw_sub(in, digest)))
        sasl_malformed(out);
}

/* RFC 4422 A.1: initial-response = *( UTF8-char-no-nul ), the authorization identity. */
void sasl_external_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    (void)x;
    if (in.len)
        sasl_add(out, SASL_AUTHZID, "Authorization identity", sasl_all(in));
    if (mw_find(in, 0, 0) < in.len)
        sasl_malformed(out);
}

/* RFC 4505 2: message = [ email / token ], the token of up to 255 characters. */
void sasl_anonymous_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    (void)x;
    if (in.len)
        sasl_add(out, SASL_TRACE, "Trace", sasl_all(in));
}

/* RFC 2444 3: the client sends [authzid] NUL authcid, and later an extended response of RFC 2243: "hex:", "word:",
 * "init-hex:" or "init-word:" and the one-time password. */
void sasl_otp_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);
    bool separator;

    if (x->client_messages) {
        mw_slice type = sasl_until(in, &rest, ':', &separator);
        sasl_add(out, SASL_OTHER, "Response type", separator ? type : mw_slice_of(0, 0));
        sasl_add(out, SASL_SECRET_PROOF, "One-time password", separator ? rest : type);
        if (!separator)
            sasl_malformed(out);
        return;
    }
    mw_slice authzid = sasl_until(in, &rest, 0, &separator);
    if (separator && authzid.len)
        sasl_add(out, SASL_AUTHZID, "Authorization identity", authzid);
    sasl_add(out, SASL_USERNAME, "User name", separator ? rest : authzid);
    if (!separator || !rest.len || mw_find(in, rest.offset, 0) < in.len)
        sasl_malformed(out);
}

static void add_count_and_seed(mw_bytes in, mw_slice rest, struct sasl_message *out)
{
    mw_slice count = mw_next_word(in, &rest);
    mw_slice seed = mw_next_word(in, &rest);
    uint64_t n;

    sasl_add(out, SASL_ITERATIONS, "Sequence number", count);
    sasl_add(out, SASL_SALT, "Seed", seed);
    if (!mw_parse_number(in, count, &n) || seed.len == 0)
        sasl_malformed(out);
}

/* RFC 2289 6: otp-<algorithm identifier> <sequence integer> <seed>, and RFC 2243: "ext". */
void sasl_otp_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);

    (void)x;
    if (in.len == 0)
        return;
    mw_slice algorithm = mw_next_word(in, &rest);
    if (mw_starts_nocase(mw_sub(in, algorithm), "otp-"))
        algorithm = mw_slice_skip(algorithm, 4);
    else
        sasl_malformed(out);
    sasl_add(out, SASL_OTHER, "Algorithm", algorithm);
    add_count_and_seed(in, rest, out);
}

/* RFC 2222 7.3: the authorization identity, and later the one-time password as eight octets or six words. */
void sasl_skey_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    bool password = x->client_messages > 0;

    if (password && in.len == 8)
        sasl_add_coded(out, (struct sasl_item){ SASL_SECRET_PROOF, SASL_HEX, "One-time password", sasl_all(in) });
    else if (password)
        sasl_add(out, SASL_SECRET_PROOF, "One-time password", sasl_all(in));
    else if (in.len)
        sasl_add(out, SASL_USERNAME, "User name", sasl_all(in));
    out->binary = password && in.len == 8;
}

/* RFC 2222 7.3: the decimal sequence number, a space and the seed. */
void sasl_skey_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    (void)x;
    if (in.len)
        add_count_and_seed(in, sasl_all(in), out);
}

/* RFC 2808 4: authorization identity, authentication identity, passcode and perhaps a PIN, each followed by NUL. */
void sasl_securid_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);
    bool first, second, third;
    mw_slice authzid = sasl_until(in, &rest, 0, &first);
    mw_slice username = sasl_until(in, &rest, 0, &second);
    mw_slice passcode = sasl_until(in, &rest, 0, &third);

    (void)x;
    if (!second) {
        sasl_malformed(out);
        return;
    }
    if (authzid.len)
        sasl_add(out, SASL_AUTHZID, "Authorization identity", authzid);
    sasl_add(out, SASL_USERNAME, "User name", username);
    sasl_add(out, SASL_PASSWORD, "Passcode", passcode);
    if (rest.len)
        sasl_add(out, SASL_PASSWORD, "PIN", sasl_until(in, &rest, 0, NULL));
    if (!third || rest.len || !username.len || !passcode.len)
        sasl_malformed(out);
}

/* RFC 2808 4: "passcode" asks for another passcode, "pin" for a new PIN, of which one may be proposed. A NUL may or may
 * not follow each of them: implementations differ. */
void sasl_securid_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);
    bool new_pin = mw_starts_nocase(in, "pin");

    (void)x;
    if (in.len == 0)
        return;
    mw_slice word = sasl_until(in, &rest, 0, NULL);
    if (new_pin && word.len > 3) {
        rest = mw_slice_skip(word, 3);
        word.len = 3;
    }
    mw_slice pin = sasl_until(in, &rest, 0, NULL);
    sasl_add(out, SASL_PROMPT, "Prompt", word);
    if (pin.len)
        sasl_add(out, SASL_PASSWORD, "Suggested PIN", pin);
    if (!new_pin && !mw_equal_nocase(mw_sub(in, word), "passcode"))
        sasl_malformed(out);
}

/* In no RFC: user name, perhaps NUL and an authorization identity, perhaps NUL and the signature; a later message is
 * the signature, or the solved challenge, alone. */
void sasl_ecdsa_client(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    mw_slice rest = sasl_all(in);

    if (in.len == 0)
        return;
    if (x->client_messages) {
        out->binary = true;
        sasl_add_coded(out, (struct sasl_item){ SASL_SECRET_PROOF, SASL_HEX, "Signature", rest });
        return;
    }
    sasl_add(out, SASL_USERNAME, "User name", sasl_until(in, &rest, 0, NULL));
    mw_slice authzid = sasl_until(in, &rest, 0, NULL);
    if (authzid.len)
        sasl_add(out, SASL_AUTHZID, "Authorization identity", authzid);
    if (rest.len)
        sasl_add_coded(out, (struct sasl_item){ SASL_SECRET_PROOF, SASL_HEX, "Signature", rest });
}

void sasl_ecdsa_server(struct sasl_exchange *x, mw_bytes in, struct sasl_message *out)
{
    (void)x;
    if (in.len == 0)
        return;
    out->binary = true;
    sasl_add_coded(out, (struct sasl_item){ SASL_NONCE, SASL_HEX, "Challenge", sasl_all(in) });
}
