/* Tests of SASL mechanisms: the examples of their RFCs, the framing, and exchanges that are not what they should be.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "sasl.h"

/* Octets of a literal, which may hold NUL. */
#define M(literal) literal, sizeof literal - 1

static const char *const field_names[] = {
    "authzid", "user", "password", "proof",  "realm", "nonce", "cnonce", "salt",      "count",
    "host",    "port", "msg-id",   "prompt", "token", "trace", "error",  "signature", "other",
};

/* field=value, separated by blanks; then "!" malformed, "?" opaque, "b" binary, "N" NTLM, "G" GSS-API, "S" SPNEGO. */
static char *dump(const struct sasl_message *m, mw_bytes in)
{
    GString *to = g_string_new(NULL);

    for (uint8_t i = 0; i < m->count; i++) {
        char *value = sasl_value(&m->items[i], in);
        g_assert_true(g_utf8_validate(value, -1, NULL));
        g_assert_cmpuint(mw_slice_end(m->items[i].value), <=, in.len);
        g_assert_nonnull(m->items[i].name);
        g_string_append_printf(to, "%s=%s ", field_names[m->items[i].field], value);
        g_free(value);
    }
    g_string_append_printf(to, "%s%s%s%s%s%s", m->malformed ? "!" : "", m->opaque ? "?" : "", m->binary ? "b" : "",
                           m->is_ntlm ? "N" : "", m->is_gssapi ? "G" : "", m->is_spnego ? "S" : "");
    return g_strchomp(g_string_free(to, FALSE));
}

#define KRB5_FIRST "\x60\x10\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01\x00\x6e\x01\x00"
#define SPNEGO_FIRST "\x60\x0c\x06\x06\x2b\x06\x01\x05\x05\x02\xa0\x02\x30\x00"
#define NTLM_1 "NTLMSSP\0\x01\0\0\0\x07\x82\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define NTLM_2_HEAD                                                                                                    \
    "NTLMSSP\0\x02\0\0\0\x06\0\x06\0\x30\0\0\0\x01\x02\x81\0\x01\x23\x45\x67\x89\xab\xcd\xef\0\0\0\0\0\0\0\0"          \
    "\0\0\0\0\0\0\0\0"
#define NTLM_2 NTLM_2_HEAD "D\0O\0M\0"
#define NTLM_3                                                                                                         \
    "NTLMSSP\0\x03\0\0\0\x02\0\x02\0\x40\0\0\0\x02\0\x02\0\x42\0\0\0\x02\0\x02\0\x44\0\0\0\x04\0\x04\0\x46\0\0\0"      \
    "\x02\0\x02\0\x4a\0\0\0\0\0\0\0\0\0\0\0\x01\x02\0\0"                                                               \
    "\xaa\xbb\xcc\xdd"                                                                                                 \
    "D\0u\0\xe9\0W\0"
#define CFX "\x05\x04\x01\xff\0\x02\0\0\0\0\0\0\0\0\0\x01"
#define CFX_ROTATED "\x05\x04\x01\xff\0\x02\0\x02\0\0\0\0\0\0\0\x01"
#define SCRAM_NONCE "fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j"
#define SCRAM256_NONCE "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
#define DIGEST_CLIENT                                                                                                  \
    "charset=utf-8,username=\"chris\",realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",nc=00000001,"             \
    "cnonce=\"OA6MHXh6VqTrRk\",digest-uri=\"imap/"                                                                     \
    "elwood.innosoft.com\",response=d388dad90d4bbd760a152321f2143af7,qop=auth"
#define XOAUTH2_ERROR "{\"status\":\"401\",\"schemes\":\"bearer mac\",\"scope\":\"https://mail.google.com/\"}"

/* A row without mechanism goes on with the exchange of the row above. */
static const struct step {
    const char *mechanism;
    char side;
    const char *data;
    size_t len;
    const char *expected;
} steps[] = {
    /* RFC 4616 4 */
    { "PLAIN", 'C', M("\0tim\0tanstaaftanstaaf"), "user=tim password=tanstaaftanstaaf" },
    { "plain", 'C', M("Ursel\0Kurt\0xipj3plmq"), "authzid=Ursel user=Kurt password=xipj3plmq" },
    { "PLAIN", 'S', M(""), "" },
    { NULL, 'C', M("test\0test\0001234"), "authzid=test user=test password=1234" },
    { "PLAIN", 'C', M(""), "!?" },
    { "PLAIN", 'C', M("secret"), "!?" },
    { "PLAIN", 'C', M("tim\0secret"), "user=tim password=secret !?" },
    { "PLAIN", 'C', M("\0tim"), "user=tim password= !?" },
    { "PLAIN", 'C', M("\0\0secret"), "user= password=secret !?" },
    { "PLAIN", 'C', M("\0tim\0"), "user=tim password= !?" },
    { "PLAIN", 'C', M("a\0b\0c\0d"), "authzid=a user=b password=c\\0d !?" },
    { "PLAIN", 'C', M("\0j\xc3\xb6rg\0p\xffw"), "user=jörg password=p\\xffw" },
    { "PLAIN", 'S', M("Who?"), "prompt=Who?" },
    { "PLAIN-CLIENTTOKEN", 'C', M("\0tim\0pw\0token"), "user=tim password=pw password=token" },
    { "PLAIN-CLIENTTOKEN", 'C', M("\0tim\0pw"), "user=tim password=pw" },
    /* LOGIN */
    { "LOGIN", 'S', M("Username:"), "prompt=Username:" },
    { NULL, 'C', M("tim"), "user=tim" },
    { NULL, 'S', M("Password:"), "prompt=Password:" },
    { NULL, 'C', M("secret"), "password=secret" },
    { NULL, 'C', M("more"), "other=more !?" },
    { "LOGIN", 'S', M("User Name\0"), "prompt=User Name\\0" },
    { NULL, 'C', M("tim"), "user=tim" },
    { NULL, 'S', M("Password\0"), "prompt=Password\\0" },
    { NULL, 'C', M(""), "password=" },
    { "LOGIN", 'C', M("tim"), "user=tim" },
    { NULL, 'S', M("Password:"), "prompt=Password:" },
    { NULL, 'C', M("secret"), "password=secret" },
    { "LOGIN", 'C', M("tim"), "user=tim" },
    { NULL, 'S', M("Username:"), "prompt=Username:" },
    { NULL, 'C', M("tim"), "user=tim" },
    { NULL, 'S', M("PASSWORD"), "prompt=PASSWORD" },
    { NULL, 'C', M("secret"), "password=secret" },
    { "LOGIN", 'C', M("tim"), "user=tim" },
    { NULL, 'C', M("secret"), "password=secret" },
    { "LOGIN", 'C', M(""), "" },
    { NULL, 'C', M("tim"), "user=tim" },
    { NULL, 'C', M("secret"), "password=secret" },
    { "LOGIN", 'S', M("?"), "prompt=?" },
    { NULL, 'C', M("tim"), "user=tim" },
    { NULL, 'S', M(""), "" },
    { NULL, 'C', M("secret"), "password=secret" },
    /* RFC 2195 2, RFC 4954 4.3 */
    { "CRAM-MD5", 'S', M("<1896.697170952@postoffice.reston.mci.net>"),
      "msg-id=<1896.697170952@postoffice.reston.mci.net>" },
    { NULL, 'C', M("tim b913a602c7eda7a495b4e6e7334d3890"), "user=tim proof=b913a602c7eda7a495b4e6e7334d3890" },
    { "CRAM-MD5", 'S', M("<4192942341.12828472@sourcefour.andrew.cmu.edu>"),
      "msg-id=<4192942341.12828472@sourcefour.andrew.cmu.edu>" },
    { NULL, 'C', M("rjs3 ec3a59fed395aba1ec6367c4f4b41ac0"), "user=rjs3 proof=ec3a59fed395aba1ec6367c4f4b41ac0" },
    { "CRAM-MD5", 'C', M("tim the ox b913a602c7eda7a495b4e6e7334d3890"),
      "user=tim the ox proof=b913a602c7eda7a495b4e6e7334d3890" },
    { "CRAM-MD5", 'C', M("tim b913"), "user=tim proof=b913 !?" },
    { "CRAM-MD5", 'C', M("tim b913a602c7eda7a495b4e6e7334d389g"),
      "user=tim proof=b913a602c7eda7a495b4e6e7334d389g !?" },
    { "CRAM-MD5", 'C', M(" b913a602c7eda7a495b4e6e7334d3890"), "user= proof=b913a602c7eda7a495b4e6e7334d3890 !?" },
    { "CRAM-MD5", 'C', M("tim"), "!?" },
    { "CRAM-MD5", 'S', M(""), "!?" },
    { "CRAM-MD5", 'S', M("abc"), "msg-id=abc !?" },
    { "CRAM-SHA1", 'C', M("tim b913a602c7eda7a495b4e6e7334d389012345678"),
      "user=tim proof=b913a602c7eda7a495b4e6e7334d389012345678" },
    /* RFC 2831 4 */
    { "DIGEST-MD5", 'S',
      M("realm=\"elwood.innosoft.com\",nonce=\"OA6MG9tEQGm2hh\",qop=\"auth\",algorithm=md5-sess,charset=utf-8"),
      "realm=elwood.innosoft.com nonce=OA6MG9tEQGm2hh other=auth other=md5-sess other=utf-8" },
    { NULL, 'C', M(DIGEST_CLIENT),
      "other=utf-8 user=chris realm=elwood.innosoft.com nonce=OA6MG9tEQGm2hh other=00000001 cnonce=OA6MHXh6VqTrRk "
      "other=imap/elwood.innosoft.com proof=d388dad90d4bbd760a152321f2143af7 other=auth" },
    { NULL, 'S', M("rspauth=ea40f60335c427b5527b84dbabcdfffd"), "signature=ea40f60335c427b5527b84dbabcdfffd" },
    { NULL, 'C', M(""), "" },
    { "DIGEST-MD5", 'C', M(""), "" },
    { "DIGEST-MD5", 'C', M(DIGEST_CLIENT ",authzid=\"a,\\\"b\""),
      "other=utf-8 user=chris realm=elwood.innosoft.com nonce=OA6MG9tEQGm2hh other=00000001 cnonce=OA6MHXh6VqTrRk "
      "other=imap/elwood.innosoft.com proof=d388dad90d4bbd760a152321f2143af7 other=auth authzid=a,\"b" },
    { "DIGEST-MD5", 'S', M(" realm = \"a\" ,, realm=\"b\" , nonce=\"n\\\\\",\talgorithm=md5-sess, new=1,"),
      "realm=a realm=b nonce=n\\ other=md5-sess other=new=1" },
    { "DIGEST-MD5", 'S', M("nonce=\"a\",nonce=\"b\",algorithm=md5-sess"), "nonce=a nonce=b other=md5-sess !?" },
    { "DIGEST-MD5", 'S', M("realm=\"a\""), "realm=a !?" },
    { "DIGEST-MD5", 'S', M("nonce=\"a,algorithm=md5-sess"), "!?" },
    { "DIGEST-MD5", 'S', M("nonce"), "!?" },
    { "DIGEST-MD5", 'S', M(""), "!?" },
    { "DIGEST-MD5", 'C', M("username=\"chris\",response=d388"), "user=chris proof=d388 !?" },
    /* RFC 5802 5 */
    { "SCRAM-SHA-1", 'C', M("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL"),
      "other=n user=user cnonce=fyko+d2lbbFgONRv9qkxdawL" },
    { NULL, 'S', M("r=" SCRAM_NONCE ",s=QSXCR+Q6sek8bf92,i=4096"),
      "nonce=" SCRAM_NONCE " salt=QSXCR+Q6sek8bf92 count=4096" },
    { NULL, 'C', M("c=biws,r=" SCRAM_NONCE ",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="),
      "other=biws nonce=" SCRAM_NONCE " proof=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=" },
    { NULL, 'S', M("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), "signature=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
    { NULL, 'C', M(""), "" },
    /* RFC 7677 3 */
    { "SCRAM-SHA-256", 'S', M(""), "" },
    { NULL, 'C', M("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"), "other=n user=user cnonce=rOprNGfwEbeRWgbNEkqO" },
    { NULL, 'S', M("r=" SCRAM256_NONCE ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"),
      "nonce=" SCRAM256_NONCE " salt=W22ZaJ0SNY7soEsUEjb6gQ== count=4096" },
    { NULL, 'C', M("c=biws,r=" SCRAM256_NONCE ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="),
      "other=biws nonce=" SCRAM256_NONCE " proof=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=" },
    { NULL, 'S', M("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
      "signature=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
    { "SCRAM-SHA-256-PLUS", 'C', M("p=tls-exporter,a=boss,n=a=2Cb=3Dc,r=x,q=1"),
      "other=tls-exporter authzid=boss user=a,b=c cnonce=x other=1" },
    { "SCRAM-SHA-256-PLUS", 'C', M("y,,n=a,r=x"), "other=y user=a cnonce=x !?" },
    { "SCRAM-SHA-256", 'C', M("p=tls-unique,,n=a,r=x"), "other=tls-unique user=a cnonce=x !?" },
    { "SCRAM-SHA-1", 'C', M("y,,n=a=b,r=x"), "other=y user=a=b cnonce=x !?" },
    { "SCRAM-SHA-1", 'C', M("n,,n=,r=x"), "other=n user= cnonce=x !?" },
    { "SCRAM-SHA-1", 'C', M("n,,n=a"), "other=n user=a !?" },
    { "SCRAM-SHA-1", 'C', M("n=a,r=x"), "!?" },
    { "SCRAM-SHA-1", 'C', M("n,b=x,n=a,r=x"), "!?" },
    { "SCRAM-SHA-1", 'C', M(""), "!?" },
    { "SCRAM-SHA-1", 'C', M("c=biws,r=x"), "other=biws nonce=x !?" },
    { "SCRAM-SHA-1", 'S', M("e=unknown-user"), "error=unknown-user" },
    { "SCRAM-SHA-1", 'S', M("r=x,s=y,i=many"), "nonce=x salt=y count=many !?" },
    { "SCRAM-SHA-1", 'S', M("r=x,r=y,s=y,i=1"), "nonce=x nonce=y salt=y count=1 !?" },
    { "SCRAM-SHA-1", 'S', M("hello"), "!?" },
    { "SCRAM-SHA-384", 'C', M("n,,n=user,r=x"), "other=n user=user cnonce=x" },
    /* Google, XOAUTH2 protocol */
    { "XOAUTH2", 'C', M("user=someuser@example.com\1auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\1\1"),
      "user=someuser@example.com other=Bearer password=ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg" },
    { NULL, 'S', M(XOAUTH2_ERROR), "error=" XOAUTH2_ERROR },
    { NULL, 'C', M(""), "" },
    { "XOAUTH2", 'C', M("user=a\1auth=Bearer t\1"), "user=a other=Bearer password=t !?" },
    { "XOAUTH2", 'C', M("user=\1auth=Bearer t\1\1"), "user= other=Bearer password=t !?" },
    { "XOAUTH2", 'C', M("user=a\1auth=t\1\1"), "user=a password=t !?" },
    { "XOAUTH2", 'C', M("user=a\1\1"), "user=a !?" },
    { "XOAUTH2", 'C', M("user=a\1t\1\1"), "user=a !?" },
    { "XOAUTH2", 'C', M(""), "!?" },
    { "XOAUTH2", 'S', M("no"), "error=no !?" },
    /* RFC 7628 4 */
    { "OAUTHBEARER", 'C',
      M("n,a=user@example.com,\1host=server.example.com\1port=143\1"
        "auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1\1"),
      "other=n authzid=user@example.com host=server.example.com port=143 other=Bearer "
      "password=vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==" },
    { NULL, 'S', M("{\"status\":\"invalid_token\",\"scope\":\"example_scope\"}"),
      "error={\"status\":\"invalid_token\",\"scope\":\"example_scope\"}" },
    { NULL, 'C', M("\1"), "" },
    { "OAUTHBEARER", 'C', M("n,,\1auth=Bearer t\1\1"), "other=n other=Bearer password=t" },
    { "OAUTHBEARER", 'C', M("n,,\1auth=Bearer \1\1"), "other=n other=Bearer password= !?" },
    { "OAUTHBEARER", 'C', M("user=a\1auth=Bearer t\1\1"), "!?" },
    { "OAUTHBEARER", 'C', M("n,,auth=Bearer t\1\1"), "other=n !?" },
    { "OAUTH10A", 'C', M("n,a=u,\1host=h\1port=1\1auth=OAuth oauth_signature=\"s\"\1\1"),
      "other=n authzid=u host=h port=1 other=OAuth proof=oauth_signature=\"s\"" },
    { "XOAUTH", 'C',
      M("GET https://mail.example/u/imap/ oauth_nonce=\"1\",oauth_signature=\"s%3D\",oauth_version=\"1\""),
      "other=GET other=https://mail.example/u/imap/ cnonce=1 proof=s%3D other=oauth_version=\"1\"" },
    { "XOAUTH", 'C', M("GET"), "other=GET other= !?" },
    /* RFC 6595 5, 6616 6 */
    { "SAML20", 'C', M("n,,example.org"), "other=n other=example.org" },
    { NULL, 'S', M("https://saml.example.org/SAML/Browser"), "other=https://saml.example.org/SAML/Browser" },
    { NULL, 'C', M("="), "" },
    { "OPENID20", 'C', M("n,,https://openid.example/"), "other=n other=https://openid.example/" },
    { NULL, 'S', M("http://openid.example/openid/"), "other=http://openid.example/openid/" },
    { NULL, 'C', M("="), "" },
    { NULL, 'S', M("openid.error=denied"), "error=openid.error=denied" },
    { "OPENID20", 'C', M("x"), "other=x !?" },
    /* RFC 4422 A.4, 4505 4 */
    { "EXTERNAL", 'C', M(""), "" },
    { "EXTERNAL", 'S', M(""), "" },
    { NULL, 'C', M("fred@example.com"), "authzid=fred@example.com" },
    { "EXTERNAL", 'C', M("a\0b"), "authzid=a\\0b !?" },
    { "ANONYMOUS", 'C', M("sirhc"), "trace=sirhc" },
    { "ANONYMOUS", 'C', M(""), "" },
    /* RFC 2444 4 */
    { "OTP", 'C', M("\0tim"), "user=tim" },
    { NULL, 'S', M("otp-md5 123 ke1234 ext"), "other=md5 count=123 salt=ke1234" },
    { NULL, 'C', M("hex:11d4c147e227c1f1"), "other=hex proof=11d4c147e227c1f1" },
    { "OTP", 'C', M("boss\0tim"), "authzid=boss user=tim" },
    { NULL, 'S', M("md5 123 ke1234"), "other=md5 count=123 salt=ke1234 !?" },
    { NULL, 'C', M("11d4"), "other= proof=11d4 !?" },
    { "OTP", 'C', M("tim"), "user=tim !?" },
    { "OTP", 'S', M("otp-sha1 x"), "other=sha1 count=x salt= !?" },
    /* RFC 2222 7.3 */
    { "SKEY", 'C', M("morgan"), "user=morgan" },
    { NULL, 'S', M("95 Qa58308"), "count=95 salt=Qa58308" },
    { NULL, 'C', M("FOUR MANN SOON FIR VARY MASH"), "proof=FOUR MANN SOON FIR VARY MASH" },
    { "SKEY", 'C', M("morgan"), "user=morgan" },
    { NULL, 'C', M("\x12\x34\x56\x78\x9a\xbc\xde\xf0"), "proof=123456789abcdef0 b" },
    /* RFC 2808 */
    { "SECURID", 'C', M("\0magnus\00012345678\0"), "user=magnus password=12345678" },
    { NULL, 'S', M("passcode\0"), "prompt=passcode" },
    { NULL, 'C', M("\0magnus\00087654321\0"), "user=magnus password=87654321" },
    { NULL, 'S', M("pin\0001234\0"), "prompt=pin password=1234" },
    { NULL, 'C', M("a\0magnus\00087654321\000747\0"), "authzid=a user=magnus password=87654321 password=747" },
    { "SECURID", 'C', M("\0magnus\00012345678"), "user=magnus password=12345678 !?" },
    { "SECURID", 'C', M("magnus"), "!?" },
    { "SECURID", 'S', M("pin"), "prompt=pin" },
    { "SECURID", 'S', M("pin1234"), "prompt=pin password=1234" },
    { "SECURID", 'S', M("what"), "prompt=what !?" },
    /* IRC services */
    { "ECDSA-NIST256P-CHALLENGE", 'C', M("tim\0boss"), "user=tim authzid=boss" },
    { NULL, 'S', M("\x01\x02\x03"), "nonce=010203 b" },
    { NULL, 'C', M("\x30\x45"), "proof=3045 b" },
    { "ECDSA-NIST256P-CHALLENGE", 'C', M("tim"), "user=tim" },
    /* RFC 2222 7.1 */
    { "KERBEROS_V4", 'S', M("\x12\x34\x56\x78"), "nonce=12345678 b" },
    { NULL, 'C', M("\x04\x01\x02"), "token=040102 b" },
    { NULL, 'S', M("\1\2\3\4\5\6\7\x8"), "token=0102030405060708 b" },
    { "KERBEROS_V4", 'S', M("\x12"), "nonce=12 !?b" },
    /* RFC 4752, RFC 4178 */
    { "GSSAPI", 'S', M(""), "" },
    { NULL, 'C', M(KRB5_FIRST),
      "token=6010"
      "06092a864886f71201020201006e0100 bG" },
    { NULL, 'S', M(KRB5_FIRST),
      "token=6010"
      "06092a864886f71201020201006e0100 bG" },
    { NULL, 'C', M(""), "" },
    { NULL, 'S', M(CFX "\x01\0\x10\0!!"),
      "token=050401ff00020000000000000000000101001000"
      "2121 other=01 other=001000 bG" },
    { NULL, 'C', M(CFX_ROTATED "!!\x01\0\x10\0tim"),
      "token=050401ff0002000200000000000000012121"
      "01001000"
      "74696d other=01 other=001000 authzid=tim bG" },
    { "GSSAPI", 'C', M("hello"), "token=68656c6c6f !?b" },
    { "GSSAPI", 'C', M(NTLM_1), "token=4e544c4d53535000010000000782080000000000000000000000000000000000 bN" },
    { "GSS-SPNEGO", 'C', M(SPNEGO_FIRST), "token=600c06062b0601050502a0023000 bGS" },
    { NULL, 'S', M("\xa1\x02\x30\x00"), "token=a1023000 bS" },
    { "GSS-SPNEGO", 'C', M("\0\0"), "token=0000 !?b" },
    { "GS2-KRB5", 'C', M("n,a=tim,\x6e\x01"), "other=n authzid=tim token=6e01 b" },
    { NULL, 'S', M("\x6f\x01"), "token=6f01 b" },
    { "GS2-NEWMECH", 'C', M("F,y,,\x60\x01"), "other=y token=6001 b" },
    { "GS2-NEWMECH", 'C', M("\x60\x01"), "token=6001 !?b" },
    /* MS-NLMP 2.2.1 */
    { "NTLM", 'S', M("NTLM supported"), "prompt=NTLM supported" },
    { NULL, 'C', M(NTLM_1), "token=4e544c4d53535000010000000782080000000000000000000000000000000000 bN" },
    { NULL, 'S', M(NTLM_2),
      "token=4e544c4d53535000020000000600060030000000010281000123456789abcdef"
      "0000000000000000000000000000000044004f004d00 realm=DOM nonce=0123456789abcdef bN" },
    { NULL, 'C', M(NTLM_3),
      "token=4e544c4d5353500003000000020002004000000002000200420000000200020044000000040004004600000002000200"
      "4a000000000000000000000001020000… realm=D user=ué host=W proof=aabb proof=ccdd bN" },
    { "NTLM", 'S', M(NTLM_2_HEAD "\x3d\xd8\xe7\xdc\xe7\xdc"),
      "token=4e544c4d53535000020000000600060030000000010281000123456789abcdef"
      "000000000000000000000000000000003dd8e7dce7dc realm=\U0001F4E7\uFFFD nonce=0123456789abcdef bN" },
    { "NTLM", 'S', M(""), "" },
    { NULL, 'C', M("hello"), "token=68656c6c6f !?b" },
    { NULL, 'S', M(NTLM_1), "token=4e544c4d53535000010000000782080000000000000000000000000000000000 !?bN" },
    /* Unknown */
    { "FOO", 'C', M("a\0b"), "other=a\\0b ?" },
    { NULL, 'S', M("\xff\xfe"), "other=\\xff\\xfe ?" },
    { NULL, 'S', M(""), "" },
    { "X-FOO", 'C', M(NTLM_1), "token=4e544c4d53535000010000000782080000000000000000000000000000000000 ?bN" },
    { "9798-U-RSA-SHA1-ENC", 'S', M("\x30\x01"), "other=0\\1 ?" },
    { "", 'C', M("a"), "other=a ?" },
};

static void test_exchanges(void)
{
    struct sasl_exchange x = { 0 };

    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
        const struct step *s = &steps[i];
        struct sasl_message m;
        mw_bytes in = mw_bytes_of(s->data, (uint32_t)s->len);
        if (s->mechanism)
            sasl_start(&x, mw_bytes_str(s->mechanism));
        (s->side == 'C' ? sasl_client : sasl_server)(&x, in, &m);
        char *got = dump(&m, in);
        if (strcmp(got, s->expected) != 0)
            g_test_message("row %u, %s %c", i, s->mechanism ? s->mechanism : "(as above)", s->side);
        g_assert_cmpstr(got, ==, s->expected);
        g_free(got);
    }
}

static const struct describe_row {
    const char *mechanism;
    char side;
    const char *data;
    size_t len;
    const char *shown, *hidden;
} describe_rows[] = {
    { "PLAIN", 'C', M("\0tim\0secret"), "\\0tim\\0secret", "\\0tim\\0********" },
    { "PLAIN", 'C', M("tim\0secret"), "tim\\0secret", "********" },
    { "PLAIN", 'C', M(""), "", "" },
    { "PLAIN", 'C', M("\0tim\0s\xff"), "0074696d0073ff", "********" },
    { "PLAIN", 'C', M("\0j\xc3\xb6rg\0pw"), "\\0jörg\\0pw", "\\0jörg\\0********" },
    { "PLAIN-CLIENTTOKEN", 'C', M("a\0b\0c\0d"), "a\\0b\\0c\\0d", "a\\0b\\0********\\0********" },
    { "LOGIN", 'C', M("tim"), "tim", "tim" },
    { "LOGIN", 'S', M("Username:"), "Username:", "Username:" },
    { "XOAUTH2", 'C', M("user=a\1auth=Bearer t\1\1"), "user=a\\1auth=Bearer t\\1\\1",
      "user=a\\1auth=Bearer ********\\1\\1" },
    { "CRAM-MD5", 'C', M("tim b913a602c7eda7a495b4e6e7334d3890"), "tim b913a602c7eda7a495b4e6e7334d3890",
      "tim ********" },
    { "SCRAM-SHA-1", 'C', M("c=biws,r=x,p=y="), "c=biws,r=x,p=y=", "c=biws,r=x,p=********" },
    { "ANONYMOUS", 'C', M("a\r\nb"), "a\\x0d\\x0ab", "a\\x0d\\x0ab" },
    { "ANONYMOUS", 'C', M("a\x1b[2J"), "611b5b324a", "********" },
    { "NTLM", 'C', M(NTLM_1), "4e544c4d53535000010000000782080000000000000000000000000000000000", "********" },
    { "GSSAPI", 'C',
      M("\x60\x82\x10\x10\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"
        "0123456789012345678901234567890123456789012345678901234567890123456789"),
      "6082101006092a864886f71201020230313233343536373839303132333435363738393031323334353637383930313233343536373839"
      "303132333435363738…",
      "********" },
    { "FOO", 'C', M("a b"), "a b", "********" },
};

static void test_describe(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(describe_rows); i++) {
        const struct describe_row *r = &describe_rows[i];
        struct sasl_exchange x;
        struct sasl_message m;
        mw_bytes in = mw_bytes_of(r->data, (uint32_t)r->len);
        sasl_start(&x, mw_bytes_str(r->mechanism));
        (r->side == 'C' ? sasl_client : sasl_server)(&x, in, &m);
        char *shown = sasl_describe(&m, in, false), *hidden = sasl_describe(&m, in, true);
        g_assert_cmpstr(shown, ==, r->shown);
        g_assert_cmpstr(hidden, ==, r->hidden);
        g_free(shown);
        g_free(hidden);
    }
}

static const struct decode_row {
    const char *line;
    bool ok;
    const char *data;
    size_t len;
} decode_rows[] = {
    { "", true, M("") },
    { "=", true, M("") },
    { " = ", true, M("") },
    { "*", false, M("") },
    { "dGVzdAB0ZXN0ADEyMzQ=", true, M("test\0test\0001234") },
    { "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw ", true, M("tim b913a602c7eda7a495b4e6e7334d3890") },
    { "PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+", true,
      M("<1896.697170952@postoffice.reston.mci.net>") },
    { "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0"
      "Q2cBAQ==",
      true, M("user=someuser@example.com\1auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\1\1") },
    { "AQ==", true, M("\1") },
    { "AAA=", true, M("\0\0") },
    { "AQ", false, M("") },
    { "AQ=", false, M("") },
    { "A===", false, M("") },
    { "====", false, M("") },
    { "==", false, M("") },
    { "AQ==AQ==", false, M("") },
    { "A=BC", false, M("") },
    { "AB C", false, M("") },
    { "AB-_", false, M("") },
    { "NTLM supported", false, M("") },
    { "\xc3\xa4\xc3\xa4", false, M("") },
};

static void test_decode(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(decode_rows); i++) {
        const struct decode_row *r = &decode_rows[i];
        uint8_t *out;
        uint32_t len;
        g_assert_cmpint(sasl_decode(mw_bytes_str(r->line), &out, &len), ==, r->ok);
        g_assert_cmpmem(out, len, r->data, r->len);
        g_free(out);
    }
    g_assert_true(sasl_is_cancel(mw_bytes_str("*")));
    g_assert_true(sasl_is_cancel(mw_bytes_str("* ")));
    g_assert_false(sasl_is_cancel(mw_bytes_str("")));
    g_assert_false(sasl_is_cancel(mw_bytes_str("**")));
}

static void test_table(void)
{
    const struct sasl_mechanism *m;

    for (uint32_t i = 0; (m = sasl_row(i)); i++) {
        g_assert_true(i == 0 || strcmp(sasl_row(i - 1)->name, m->name) < 0);
        g_assert_true(*m->text && *m->rfc);
        g_assert_true(sasl_find(mw_bytes_str(m->name)) == m);
        char *lower = g_ascii_strdown(m->name, -1);
        g_assert_true(sasl_find(mw_bytes_str(lower)) == m);
        g_free(lower);
    }
}

static const struct find_row {
    const char *name, *row;
    bool client_first, cleartext, weak;
} find_rows[] = {
    { "PLAIN", "PLAIN", true, true, false },
    { "Login", "LOGIN", false, true, false },
    { "XOAUTH2", "XOAUTH2", true, true, false },
    { "OAUTHBEARER", "OAUTHBEARER", true, true, false },
    { "CRAM-MD5", "CRAM-MD5", false, false, true },
    { "digest-md5", "DIGEST-MD5", false, false, true },
    { "NTLM", "NTLM", true, false, true },
    { "KERBEROS_V4", "KERBEROS_V4", false, false, true },
    { "SKEY", "SKEY", true, false, true },
    { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS", true, false, false },
    { "SCRAM-SHA-384-PLUS", "SCRAM-*", true, false, false },
    { "gs2-foo", "GS2-*", true, false, false },
    { "X-FOO", "X-*", false, false, false },
};

static void test_find(void)
{
    static const char *const unknown[] = { "", "FOO", "X-", "GS2-", "SCRAM-", "PLAI", "PLAINS", "*", "XFOO" };

    for (unsigned i = 0; i < G_N_ELEMENTS(find_rows); i++) {
        const struct find_row *r = &find_rows[i];
        const struct sasl_mechanism *m = sasl_find(mw_bytes_str(r->name));
        g_assert_nonnull(m);
        g_assert_cmpstr(m->name, ==, r->row);
        g_assert_cmpint(m->client_first, ==, r->client_first);
        g_assert_cmpint(m->cleartext, ==, r->cleartext);
        g_assert_cmpint(m->weak, ==, r->weak);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(unknown); i++)
        g_assert_null(sasl_find(mw_bytes_str(unknown[i])));
}

static void test_identity(void)
{
    static const struct {
        const char *mechanism, *data;
        size_t len;
        const char *identity;
    } rows[] = {
        { "PLAIN", M("boss\0tim\0pw"), "tim" },
        { "OAUTHBEARER", M("n,a=tim,\1auth=Bearer t\1\1"), "tim" },
        { "EXTERNAL", M("tim"), "tim" },
        { "ANONYMOUS", M("sirhc"), "sirhc" },
        { "XOAUTH2", M("user=\1auth=Bearer t\1\1"), NULL },
        { "GSSAPI", M(KRB5_FIRST), NULL },
    };

    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct sasl_exchange x;
        struct sasl_message m;
        mw_bytes in = mw_bytes_of(rows[i].data, (uint32_t)rows[i].len);
        sasl_start(&x, mw_bytes_str(rows[i].mechanism));
        sasl_client(&x, in, &m);
        const struct sasl_item *item = sasl_identity(&m);
        char *value = item ? sasl_value(item, in) : NULL;
        g_assert_cmpstr(value, ==, rows[i].identity);
        g_free(value);
    }
}

/* More parts than are kept: the first ones are, and nothing of the rest is shown when secrets are hidden. */
static void test_limit(void)
{
    const char *many = "n,,n=a,r=b,q=1,q=1,q=1,q=1,q=1,q=1,q=1,q=1,q=1,q=1,q=1,q=1,q=1,q=1,q=1,q=1";
    struct sasl_exchange x;
    struct sasl_message m;

    sasl_start(&x, mw_bytes_str("SCRAM-SHA-1"));
    for (int i = 0; i < 300; i++)
        sasl_client(&x, mw_bytes_str(many), &m);
    g_assert_cmpuint(m.count, ==, SASL_MAX_ITEMS);
    g_assert_false(m.malformed);
    g_assert_cmpuint(x.client_messages, ==, UINT8_MAX);
    char *hidden = sasl_describe(&m, mw_bytes_str(many), true);
    g_assert_cmpstr(hidden, ==, "********");
    g_free(hidden);
}

static const char *abused;
static char abused_side;

static void abuse(mw_bytes in)
{
    struct sasl_exchange x;
    struct sasl_message m;

    sasl_start(&x, mw_bytes_str(abused));
    for (int round = 0; round < 2; round++) {
        (abused_side == 'C' ? sasl_client : sasl_server)(&x, in, &m);
        g_free(dump(&m, in));
        for (int hide = 0; hide < 2; hide++) {
            char *text = sasl_describe(&m, in, hide);
            g_assert_true(g_utf8_validate(text, -1, NULL));
            g_free(text);
        }
    }
}

static void abuse_decode(mw_bytes in)
{
    uint8_t *out;
    uint32_t len;

    sasl_decode(in, &out, &len);
    g_assert_true(len <= in.len && (out || !len));
    g_free(out);
    sasl_find(in);
    sasl_is_cancel(in);
}

static void test_abuse(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (steps[i].mechanism)
            abused = steps[i].mechanism;
        abused_side = steps[i].side;
        mw_test_abuse(steps[i].data, steps[i].len, abuse);
    }
    for (unsigned i = 0; i < G_N_ELEMENTS(decode_rows); i++)
        mw_test_abuse(decode_rows[i].line, strlen(decode_rows[i].line), abuse_decode);
}

/* Every message of the table given to every mechanism. */
static void test_cross(void)
{
    const struct sasl_mechanism *m;

    for (uint32_t row = 0; (m = sasl_row(row)); row++)
        for (unsigned i = 0; i < G_N_ELEMENTS(steps); i++) {
            struct mw_guarded g = mw_guard(steps[i].len);
            memcpy(g.data, steps[i].data, steps[i].len);
            abused = m->name;
            abused_side = steps[i].side;
            abuse(mw_bytes_of(g.data, (uint32_t)steps[i].len));
            munmap(g.map, g.size);
        }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sasl/table", test_table);
    g_test_add_func("/sasl/find", test_find);
    g_test_add_func("/sasl/decode", test_decode);
    g_test_add_func("/sasl/exchanges", test_exchanges);
    g_test_add_func("/sasl/identity", test_identity);
    g_test_add_func("/sasl/describe", test_describe);
    g_test_add_func("/sasl/limit", test_limit);
    g_test_add_func("/sasl/abuse", test_abuse);
    g_test_add_func("/sasl/cross", test_cross);
    return g_test_run();
}
