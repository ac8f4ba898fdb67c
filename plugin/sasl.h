/* SASL mechanisms and the decoding of their exchanges, for SMTP, POP3 and IMAP.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_SASL_H
#define MW_SASL_H

#include "slice.h"

/* Parts of one challenge or response that are kept. A client of DIGEST-MD5 sends up to 12 directives. */
#define SASL_MAX_ITEMS 16
/* Octets of a binary challenge or response that are described, in hexadecimal. */
#define SASL_MAX_HEX 64

/* Which grammar the messages of a mechanism follow. */
enum sasl_kind {
    SASL_OPAQUE, /* no known grammar */
    SASL_PLAIN,
    SASL_LOGIN,
    SASL_CRAM,
    SASL_DIGEST,
    SASL_SCRAM,
    SASL_XOAUTH,
    SASL_XOAUTH2,
    SASL_OAUTHBEARER,
    SASL_OAUTH10A,
    SASL_EXTERNAL,
    SASL_ANONYMOUS,
    SASL_OTP,
    SASL_SKEY,
    SASL_SECURID,
    SASL_KERBEROS_V4,
    SASL_GSSAPI,
    SASL_SPNEGO,
    SASL_NTLM,
    SASL_GS2,
    SASL_IDP, /* SAML20, OPENID20 */
    SASL_ECDSA,
    SASL_KIND_COUNT
};

struct sasl_mechanism {
    const char *name; /* ends with "*" when the row stands for a family */
    enum sasl_kind kind;
    bool client_first;
    bool cleartext; /* a secret that can be used again is readable on the wire */
    bool weak;
    const char *text; /* one-line explanation */
    const char *rfc;  /* where it is specified, or "wild" */
};

/* What a part of a message is. */
enum sasl_field {
    SASL_AUTHZID,
    SASL_USERNAME,
    SASL_PASSWORD,     /* a secret in clear: password, passcode, bearer token */
    SASL_SECRET_PROOF, /* digest, proof, signature: what is derived from a secret */
    SASL_REALM,
    SASL_NONCE,
    SASL_CNONCE,
    SASL_SALT,
    SASL_ITERATIONS,
    SASL_HOST,
    SASL_PORT,
    SASL_MSG_ID, /* challenge of CRAM-MD5 */
    SASL_PROMPT,
    SASL_TOKEN, /* binary message, whole */
    SASL_TRACE,
    SASL_ERROR, /* JSON (OAuth) or a word (SCRAM) */
    SASL_SERVER_SIGNATURE,
    SASL_OTHER,
};

/* How the octets of a part become text. */
enum sasl_coding {
    SASL_UTF8,
    SASL_NAME,    /* RFC 5802 5.1: =2C is a comma, =3D an equals sign */
    SASL_QUOTED,  /* RFC 2831 7.1: a backslash quotes the next octet */
    SASL_UTF16LE, /* names of NTLM */
    SASL_HEX,     /* not text */
};

struct sasl_item {
    enum sasl_field field;
    enum sasl_coding coding;
    const char *name; /* for display, static */
    mw_slice value;   /* into the decoded octets */
};

/* One decoded challenge or response. */
struct sasl_message {
    uint8_t count;
    struct sasl_item items[SASL_MAX_ITEMS];
    bool malformed; /* has not the form of the mechanism; items hold what was understood */
    bool opaque;    /* secrets may stand outside of the items */
    bool binary;    /* not text */
    bool is_ntlm;   /* the whole is an NTLMSSP message */
    bool is_gssapi; /* the whole is a GSS-API initial token, RFC 2743 3.1, or a Kerberos token, RFC 4121 4.2 */
    bool is_spnego; /* the whole is a SPNEGO token, RFC 4178 4.2; set besides is_gssapi when it has the outer header */
};

/* Where an exchange stands. Owns nothing; may be copied. All zero: no mechanism known. */
struct sasl_exchange {
    const struct sasl_mechanism *mechanism;   /* static row; NULL when unknown */
    uint8_t client_messages, server_messages; /* so far, without empty ones at the start; stay at 255 */
    bool plus;                                /* the name ends with -PLUS */
    const char *user;                         /* who an earlier message has named; NULL: nobody. The caller's */
    bool failed;                              /* the server has sent an error */
    enum { SASL_ASKED_NOTHING, SASL_ASKED_USERNAME, SASL_ASKED_PASSWORD } asked; /* LOGIN: the last prompt */
};

/* Row of a mechanism, without regard to case; a row of its own goes before that of its family. NULL when unknown. */
const struct sasl_mechanism *sasl_find(mw_bytes name);

/* Row of the table of mechanisms, sorted by name; NULL behind the last row. */
const struct sasl_mechanism *sasl_row(uint32_t row);

/* RFC 4954 4, 5034 4, 4959 3: a base64 line of an exchange, without its ending; blanks around it are passed over.
 * No octets, or "=" alone: true and nothing (*out NULL, *len 0). Octets outside of the alphabet, padding missing or in
 * the wrong place, and "*": false and nothing. *out belongs to the caller, who frees it with g_free. */
bool sasl_decode(mw_bytes base64, uint8_t **out, uint32_t *len);

/* Whether a line of the client, without its ending, cancels the exchange: "*". RFC 4954 4 */
bool sasl_is_cancel(mw_bytes line);

/* Begins an exchange with the name from the AUTH or AUTHENTICATE command; an unknown name is no error. */
void sasl_start(struct sasl_exchange *x, mw_bytes mechanism);

/* A decoded response, the initial one included, or a decoded challenge; advances x. Never fails: what has not the form
 * of the mechanism is flagged in *out. Do not call them for a cancelled exchange or a line that does not decode. */
void sasl_client(struct sasl_exchange *x, mw_bytes decoded, struct sasl_message *out);
void sasl_server(struct sasl_exchange *x, mw_bytes decoded, struct sasl_message *out);

/* First item of that kind, or NULL. */
const struct sasl_item *sasl_item_of(const struct sasl_message *message, enum sasl_field field);

/* The item that tells who authenticates: user name, else authorization identity, else trace; NULL without one. An
 * empty value tells nobody. */
const struct sasl_item *sasl_identity(const struct sasl_message *message);

/* The value of an item as UTF-8: unescaped, control octets and what is not UTF-8 shown as \xHH. The caller frees it
 * with g_free. */
char *sasl_value(const struct sasl_item *item, mw_bytes decoded);

/* The whole challenge or response in one line of UTF-8; NUL and Ctrl-A as \0 and \1, what is binary as at most
 * SASL_MAX_HEX octets in hexadecimal. With hide_secrets each PASSWORD and SECRET_PROOF becomes "********", and so does
 * the whole when it is binary or not understood. The caller frees it with g_free. */
char *sasl_describe(const struct sasl_message *message, mw_bytes decoded, bool hide_secrets);

#endif
