/* What is wrong with messages: for each issue messages that have it and near misses that do not, and what hostile
 * messages cost.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>

#include "harness.h"
#include "mail/lint.h"

/* Longest time for a hostile message; a quadratic cost takes hours. Generous, since sanitizers and slow machines run
 * this too. */
#define HOSTILE_SECONDS 10.0
#define HOSTILE_OCTETS (4U * 1024 * 1024)

/* The moment of the Date of all messages here: Mon, 05 Mar 2007 09:12:33 +0000. */
#define SENT_AT 1173085953

#define DATE "Date: Mon, 05 Mar 2007 09:12:33 +0000\r\n"
#define FROM "From: Alice <alice@example.org>\r\n"
#define ID "Message-ID: <1@client.example.org>\r\n"
#define HEADER DATE FROM ID
#define TEXT "\r\nTwelve o'clock?\r\n"
/* A correct message with another field. */
#define FIELD(field) HEADER field "\r\n" TEXT
/* ... with these in place of From. */
#define AS_FROM(field) DATE ID field "\r\n" TEXT
#define MIME HEADER "MIME-Version: 1.0\r\n"
/* A message of one part. */
#define PART(fields, content) MIME fields "\r\n\r\n" content
#define NAMED(name) PART("Content-Disposition: attachment; filename=" name, "text\r\n")
#define BASE64(content) PART("Content-Transfer-Encoding: base64", content)
#define QUOTED(content) PART("Content-Transfer-Encoding: quoted-printable", content)
#define OFFERED(type, content) PART("Content-Type: " type "\r\nContent-Disposition: attachment", content)
#define MULTI "Content-Type: multipart/mixed; boundary="
#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define SEVENTY FIFTY TEN TEN
#define TWO_PARTS(boundary) "--" boundary "\r\n\r\none\r\n--" boundary "\r\n\r\ntwo\r\n--" boundary "--\r\n"
#define REPORT                                                                                                         \
    MIME "Content-Type: multipart/report; boundary=r\r\n\r\n--r\r\nContent-Type: message/rfc822\r\n\r\n" MULTI         \
         "o\r\n\r\n--o\r\n\r\ncut\r\n--r--\r\n"

static const struct mail_lint_context sent = { .sent = true,
                                               .reverse_path = "bounce@mail.example.org",
                                               .time = SENT_AT };
static const struct mail_lint_context sent_utf8 = {
    .sent = true, .smtputf8 = true, .reverse_path = "alice@example.org", .time = SENT_AT
};
static const struct mail_lint_context null_sender = { .sent = true, .reverse_path = "", .time = SENT_AT };
static const struct mail_lint_context fetched = { 0 };

struct row {
    const char *in;
    mw_issue_id id;
    uint32_t count; /* 0: a near miss */
    const struct mail_lint_context *context;
};

#define YES(name, in)                                                                                                  \
    {                                                                                                                  \
        in, MW_ISSUE_MAIL_##name, 1, &sent                                                                             \
    }
#define NO(name, in)                                                                                                   \
    {                                                                                                                  \
        in, MW_ISSUE_MAIL_##name, 0, &sent                                                                             \
    }
#define TIMES(n, name, in)                                                                                             \
    {                                                                                                                  \
        in, MW_ISSUE_MAIL_##name, n, &sent                                                                             \
    }
#define WITH(context, n, name, in)                                                                                     \
    {                                                                                                                  \
        in, MW_ISSUE_MAIL_##name, n, &(context)                                                                        \
    }

static const struct row header_rows[] = {
    YES(NO_HEADER, "Hello Bob\r\nhow are you?\r\n"),
    YES(NO_HEADER, " indented\r\n"),
    YES(NO_HEADER, "From alice Mon Mar  5 09:12:33 2007\r\n" HEADER TEXT),
    NO(NO_HEADER, "\r\nHello Bob\r\n"),
    NO(NO_HEADER, HEADER TEXT),
    YES(MISSING_FIELD, FROM ID TEXT),
    YES(MISSING_FIELD, DATE ID TEXT),
    NO(MISSING_FIELD, DATE FROM ID),
    YES(DUPLICATE_FIELD, FIELD(FROM "Subject: a")),
    TIMES(2, DUPLICATE_FIELD, FIELD("subject: a\r\nSUBJECT: b\r\nSubject: c")),
    YES(DUPLICATE_FIELD, FIELD("Content-Type: text/plain\r\nContent-Type: text/html")),
    NO(DUPLICATE_FIELD, FIELD("Subject: a\r\nReceived: a\r\nReceived: b\r\nSubjects: c")),
    NO(DUPLICATE_FIELD, FIELD("To: a@b\r\nTo: c@d")),
    NO(DUPLICATE_FIELD, HEADER "\r\n" FROM),
    YES(DUPLICATE_OTHER, FIELD("To: a@b\r\nTo: c@d")),
    NO(DUPLICATE_OTHER, FIELD("To: a@b\r\nTo: c@d\r\nSubject: a\r\nSubject: b")),
    NO(DUPLICATE_OTHER, FIELD("To: a@b\r\nCc: c@d")),
    YES(MULTIPLE_FROM, AS_FROM("From: a@example.org, B <b@example.org>")),
    NO(MULTIPLE_FROM, AS_FROM("From: a@example.org, b@example.org\r\nSender: a@example.org")),
    NO(MULTIPLE_FROM, AS_FROM("From: \"a@example.org, b\" <a@example.org>")),
    NO(MULTIPLE_FROM, AS_FROM("From: Doe, John <a@example.org>")),
    YES(FROM_MISMATCH, AS_FROM("From: a@example.com")),
    YES(FROM_MISMATCH, AS_FROM("From: a@other.example.org")),
    YES(FROM_MISMATCH, AS_FROM("From: a@ample.org")),
    NO(FROM_MISMATCH, AS_FROM("From: a@EXAMPLE.org")),
    NO(FROM_MISMATCH, AS_FROM("From: a@x.mail.example.org")),
    NO(FROM_MISMATCH, AS_FROM("From: a@mail.example.org.")),
    WITH(null_sender, 0, FROM_MISMATCH, AS_FROM("From: a@example.com")),
    WITH(fetched, 0, FROM_MISMATCH, AS_FROM("From: a@example.com")),
    YES(DISPLAY_ADDRESS, AS_FROM("From: \"ceo@example.com\" <a@example.org>")),
    YES(DISPLAY_ADDRESS, AS_FROM("From: =?utf-8?Q?ceo=40example.com?= <a@example.org>")),
    YES(DISPLAY_ADDRESS, AS_FROM("From: ceo@example.com <a@example.org>")),
    NO(DISPLAY_ADDRESS, AS_FROM("From: \"'A@example.org'\" <a@example.org>")),
    NO(DISPLAY_ADDRESS, AS_FROM("From: Alice @ Example <a@example.org>")),
    NO(DISPLAY_ADDRESS, AS_FROM("From: alice@home <a@example.org>")),
    NO(DISPLAY_ADDRESS, AS_FROM("From: b@example.com, A <a@example.org>")),
    NO(DISPLAY_ADDRESS, FIELD("To: \"ceo@example.com\" <a@example.org>")),
    YES(REPLY_TO_MISMATCH, FIELD("Reply-To: a@example.com")),
    YES(REPLY_TO_MISMATCH, FIELD("Reply-To: a@www.example.org")),
    NO(REPLY_TO_MISMATCH, FIELD("Reply-To: a@example.com\r\nList-Id: <list.example.com>")),
    NO(REPLY_TO_MISMATCH, FIELD("Reply-To: b@Example.ORG")),
    YES(HEADER_SYNTAX, HEADER "no colon\r\n" TEXT),
    YES(HEADER_SYNTAX, FIELD("Subject : a")),
    YES(HEADER_SYNTAX, HEADER "Sub\x80ject: a\r\n" TEXT),
    YES(HEADER_SYNTAX, HEADER "two words: a\r\n" TEXT),
    YES(HEADER_SYNTAX, HEADER ": a\r\n" TEXT),
    YES(HEADER_SYNTAX, " x: y\r\n" HEADER TEXT),
    NO(HEADER_SYNTAX, HEADER "\r\nno colon\r\n"),
    NO(HEADER_SYNTAX, FIELD("Subject: a\r\n b c")),
    NO(HEADER_SYNTAX, FIELD("X!#$%&'*+-/=?^_`{|}~:a")),
    NO(HEADER_SYNTAX, "Hello Bob\r\n"),
    NO(HEADER_SYNTAX, HEADER),
    TIMES(2, HEADER_8BIT, FIELD("Subject: \xC3\xA9")),
    WITH(sent_utf8, 0, HEADER_8BIT, FIELD("Subject: \xC3\xA9")),
    NO(HEADER_8BIT, HEADER "\r\n\xC3\xA9\r\n"),
    YES(BLANK_FOLD, FIELD("Subject: a\r\n \t\r\n b")),
    NO(BLANK_FOLD, FIELD("Subject: a\r\n b\r\n c")),
    NO(BLANK_FOLD, HEADER "\r\na\r\n \r\nb\r\n"),
    WITH(fetched, 2, NUL, FIELD("X: a\1\2")),
    WITH(fetched, 0, NUL, FIELD("X: a0")),
    WITH(fetched, 1, BARE_CR, FIELD("X: a\rb")),
    WITH(fetched, 1, BARE_CR, HEADER "\r\na\r"),
    WITH(fetched, 0, BARE_CR, FIELD("X: a\r\n b")),
    WITH(fetched, 2, BARE_LF, HEADER "\r\na\nb\r\n\n"),
    WITH(fetched, 0, BARE_LF, HEADER TEXT),
    NO(BARE_LF, HEADER "\r\na\nb\r\n"),
    WITH(fetched, 0, BARE_LF, PART("Content-Transfer-Encoding: binary", "a\nb")),
    YES(DATE_FAR, FROM ID "Date: Tue, 06 Mar 2007 09:12:34 +0000\r\n" TEXT),
    NO(DATE_FAR, FROM ID "Date: Tue, 06 Mar 2007 10:12:33 +0100\r\n" TEXT),
    YES(DATE_FAR, FROM ID "Date: Mon, 26 Feb 2007 09:12:32 +0000\r\n" TEXT),
    NO(DATE_FAR, FROM ID "Date: Mon, 26 Feb 2007 09:12:33 +0000\r\n" TEXT),
    NO(DATE_FAR, FROM ID "Date: yesterday\r\n" TEXT),
    WITH(fetched, 0, DATE_FAR, FROM ID "Date: Mon, 05 Mar 2001 09:12:33 +0000\r\n" TEXT),
    YES(MESSAGE_ID, DATE FROM TEXT),
    YES(MESSAGE_ID, DATE FROM "Message-ID: 1@client\r\n" TEXT),
    YES(MESSAGE_ID, DATE FROM "Message-ID: <1client>\r\n" TEXT),
    YES(MESSAGE_ID, DATE FROM "Message-ID: <@client>\r\n" TEXT),
    YES(MESSAGE_ID, DATE FROM "Message-ID: <1@client> x\r\n" TEXT),
    YES(MESSAGE_ID, DATE FROM "Message-ID: <a b@client>\r\n" TEXT),
    NO(MESSAGE_ID, DATE FROM "Message-ID:\r\n <1.$x@[192.0.2.1]> (added)\r\n" TEXT),
    YES(DKIM_LENGTH, FIELD("DKIM-Signature: v=1; h=from:to; l=100; b=x")),
    NO(DKIM_LENGTH, FIELD("DKIM-Signature: v=1; h=from:to; z=l=1; b=l=")),
    YES(DKIM_FROM_UNSIGNED, FIELD("DKIM-Signature: v=1; h=to:subject; b=x")),
    YES(DKIM_FROM_UNSIGNED, FIELD("DKIM-Signature: v=1; b=x")),
    NO(DKIM_FROM_UNSIGNED, FIELD("DKIM-Signature: v=1; h=To :\r\n From : Subject; b=x")),
};

static const struct row text_rows[] = {
    YES(ENCODED_WORD_CONTROL, FIELD("Subject: =?utf-8?Q?a=0D=0ABcc:_x?=")),
    YES(ENCODED_WORD_CONTROL, FIELD("Subject: =?utf-8?Q?a=0A?=")),
    YES(ENCODED_WORD_CONTROL, FIELD("To: =?utf-8?B?YQBi?= <a@b>")),
    YES(ENCODED_WORD_CONTROL, FIELD("Subject: =?us-ascii?Q?=7F?=")),
    NO(ENCODED_WORD_CONTROL, FIELD("Subject: =?utf-8?Q?a=09b=20c?=")),
    NO(ENCODED_WORD_CONTROL, FIELD("Subject: =?ISO-2022-JP?B?GyRCJEYbKEI=?=")),
    NO(ENCODED_WORD_CONTROL, FIELD("Subject: =?utf-16be?B?AGEAYg==?=")),
    NO(ENCODED_WORD_CONTROL, FIELD("Subject: =?iso-8859-1?Q?Gr=FC=DFe?=")),
    YES(ENCODED_WORD_ADDRESS, AS_FROM("From: A <=?utf-8?Q?a?=@example.org>")),
    YES(ENCODED_WORD_ADDRESS, AS_FROM("From: =?utf-8?Q?a?=b@example.org")),
    YES(ENCODED_WORD_ADDRESS, AS_FROM("From: a@=?utf-8?Q?example?=.org")),
    YES(ENCODED_WORD_ADDRESS, AS_FROM("From: \"=?utf-8?Q?a?=\"@example.org")),
    NO(ENCODED_WORD_ADDRESS, AS_FROM("From: =?utf-8?Q?a?=<a@example.org>, =?utf-8?Q?b?= <b@example.org>")),
    NO(ENCODED_WORD_ADDRESS, AS_FROM("From: \"=?utf-8?Q?<a=3E?=\" <a@example.org>")),
    NO(ENCODED_WORD_ADDRESS, FIELD("Subject: <=?utf-8?Q?a?=>")),
    YES(ENCODED_WORD_SYNTAX, FIELD("Subject: =?no-such-charset?Q?a?=")),
    YES(ENCODED_WORD_SYNTAX, FIELD("Subject: =?utf-8?X?a?=")),
    YES(ENCODED_WORD_SYNTAX, FIELD("Subject: =?utf-8?Q?a b?=")),
    YES(ENCODED_WORD_SYNTAX, FIELD("Subject: =?utf-8?Q?a=4?=")),
    YES(ENCODED_WORD_SYNTAX, FIELD("Subject: =?utf-8?B?YWI?=")),
    YES(ENCODED_WORD_SYNTAX, FIELD("X-Note: =?utf-8?B?YW-i?=")),
    YES(ENCODED_WORD_SYNTAX, FIELD("Subject: =?utf-8?Q?" FIFTY TEN "1234?=")),
    NO(ENCODED_WORD_SYNTAX, FIELD("Subject: =?utf-8?Q?" FIFTY TEN "123?=")),
    NO(ENCODED_WORD_SYNTAX, FIELD("Subject: =?utf-8*en?Q?a=3D_b?= =?windows-1252?B?YWI=?=")),
    NO(ENCODED_WORD_SYNTAX, FIELD("Subject: why =? and what ?= then")),
    NO(ENCODED_WORD_SYNTAX, FIELD("Subject: http://www.example.org/?a=?b&c=?d")),
    YES(ENCODED_WORD_NESTED, FIELD("Subject: =?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=")),
    NO(ENCODED_WORD_NESTED, FIELD("Subject: =?utf-8?Q?=3D=3F_a_=3F=3D?=")),
    YES(BIDI_OVERRIDE, FIELD("Subject: a\xE2\x80\xAE"
                             "b")),
    YES(BIDI_OVERRIDE, FIELD("To: =?utf-8?Q?=E2=81=A6?= <a@b>")),
    YES(BIDI_OVERRIDE, NAMED("\"\xE2\x80\xAEgpj.exe\"")),
    NO(BIDI_OVERRIDE, FIELD("Subject: =?utf-8?B?16nXnNeV150=?=\xE2\x80\x8F")),
    NO(BIDI_OVERRIDE, FIELD("Comments: a\xE2\x80\xAE"
                            "b")),
    YES(HOMOGRAPH, AS_FROM("From: a@p\xD0\xB0ypal.example")),
    YES(HOMOGRAPH, FIELD("Reply-To: a@example.org\r\nReply-To: a@p\xD0\xB0ypal.example")),
    YES(HOMOGRAPH, FIELD("Reply-To: a@xn--pypal-4ve.example")),
    YES(HOMOGRAPH, HEADER "\r\nhttps://www.p\xD0\xB0ypal.example/login\r\n"),
    YES(HOMOGRAPH, HEADER "\r\nhttps://x.org@xn--pypal-4ve.example:443/\r\n"),
    NO(HOMOGRAPH, HEADER "\r\nhttps://www.xn--e1afmkfd.example/\xD0\xB0\r\n"),
    NO(HOMOGRAPH, HEADER "\r\nhttps://xn--bcher-kva.example/ https://xn--\r\n"),
    NO(HOMOGRAPH, FIELD("To: a@p\xD0\xB0ypal.example")),
    YES(INVISIBLE, FIELD("To: =?utf-8?Q?A=E2=80=8Blice?= <a@b>")),
    YES(INVISIBLE, NAMED("\"a\xE2\x81\xA0.txt\"")),
    NO(INVISIBLE, FIELD("Subject: a\xE2\x80\x8B"
                        "b")),
    NO(INVISIBLE, FIELD("To: =?utf-8?Q?A=C2=A0lice?= <a@b>")),
};

static const struct row part_rows[] = {
    YES(ATTACHMENT_NAME, NAMED("\"../a.txt\"")),
    YES(ATTACHMENT_NAME, NAMED("\"C:\\a.txt\"")),
    YES(ATTACHMENT_NAME, NAMED("a..txt")),
    YES(ATTACHMENT_NAME, NAMED("\"a\x01.txt\"")),
    YES(ATTACHMENT_NAME, NAMED(FIFTY FIFTY FIFTY FIFTY FIFTY "ab.txt")),
    NO(ATTACHMENT_NAME, NAMED(FIFTY FIFTY FIFTY FIFTY FIFTY "a.txt")),
    NO(ATTACHMENT_NAME, NAMED("\"a.b (1)\r\n\t.txt\"")),
    YES(ATTACHMENT_EXECUTABLE, NAMED("a.EXE")),
    YES(ATTACHMENT_EXECUTABLE, NAMED("\"a.js. \"")),
    YES(ATTACHMENT_EXECUTABLE, PART("Content-Type: application/x; name*=utf-8''a%2Ecmd", "")),
    NO(ATTACHMENT_EXECUTABLE, NAMED("a.exe.txt")),
    NO(ATTACHMENT_EXECUTABLE, NAMED("exe")),
    YES(ATTACHMENT_DOUBLE_EXTENSION, NAMED("invoice.pdf.exe")),
    YES(ATTACHMENT_DOUBLE_EXTENSION, NAMED("\"invoice.doc    .scr\"")),
    NO(ATTACHMENT_DOUBLE_EXTENSION, NAMED("setup.1.exe")),
    NO(ATTACHMENT_DOUBLE_EXTENSION, NAMED("a.tar.pdf")),
    NO(ATTACHMENT_DOUBLE_EXTENSION, NAMED("pdf.exe")),
    YES(ATTACHMENT_NAME_DIFFERS, PART("Content-Type: text/plain; name=a.txt\r\n"
                                      "Content-Disposition: attachment; filename=b.txt",
                                      "")),
    NO(ATTACHMENT_NAME_DIFFERS, PART("Content-Type: text/plain; name=\"=?utf-8?Q?=C3=A9.txt?=\"\r\n"
                                     "Content-Disposition: attachment; filename*=iso-8859-1''%E9.txt",
                                     "")),
    NO(ATTACHMENT_NAME_DIFFERS, PART("Content-Type: text/plain; name=\"a b.txt\"\r\n"
                                     "Content-Disposition: attachment; filename=\"a\r\n  b.txt\"",
                                     "")),
    NO(ATTACHMENT_NAME_DIFFERS, PART("Content-Type: text/plain; name=a.txt\r\nContent-Disposition: inline", "")),
    YES(ATTACHMENT_TYPE_DIFFERS, OFFERED("image/png", "PK\x03\x04zip")),
    YES(ATTACHMENT_TYPE_DIFFERS, OFFERED("application/pdf", "\x7F"
                                                            "ELF")),
    YES(ATTACHMENT_TYPE_DIFFERS, OFFERED("application/zip", "%PDF-1.4")),
    YES(ATTACHMENT_TYPE_DIFFERS, OFFERED("audio/wav", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")),
    YES(ATTACHMENT_TYPE_DIFFERS, OFFERED("application/pdf", "Rar!\x1A\x07\x01")),
    YES(ATTACHMENT_TYPE_DIFFERS, OFFERED("application/pdf", "\r\n <!DOCTYPE HTML>")),
    YES(ATTACHMENT_TYPE_DIFFERS, OFFERED("image/png\r\nContent-Transfer-Encoding: base64", "JVBERi0xLjQ=")),
    NO(ATTACHMENT_TYPE_DIFFERS, OFFERED("application/pdf", "%PDF-1.4")),
    NO(ATTACHMENT_TYPE_DIFFERS, OFFERED("application/octet-stream", "PK\x03\x04zip")),
    NO(ATTACHMENT_TYPE_DIFFERS, OFFERED("application/vnd.openxmlformats-officedocument.x", "PK\x03\x04zip")),
    NO(ATTACHMENT_TYPE_DIFFERS, OFFERED("text/plain", "MZ is how programs begin")),
    NO(ATTACHMENT_TYPE_DIFFERS, OFFERED("text/html", "<html>")),
    NO(ATTACHMENT_TYPE_DIFFERS, PART("Content-Type: text/plain", "%PDF-1.4")),
    YES(PARAMETER_CONTINUATION, NAMED("a; filename*0=a; filename*1=b")),
    YES(PARAMETER_CONTINUATION, PART("Content-Disposition: attachment; filename*0=a; filename*2=b", "")),
    YES(PARAMETER_CONTINUATION, PART("Content-Disposition: attachment; filename*1=a; filename*0=b", "")),
    YES(PARAMETER_CONTINUATION, PART("Content-Type: x/y; name*0=a; NAME*0=b", "")),
    NO(PARAMETER_CONTINUATION, PART("Content-Type: x/y; name*0*=utf-8''a; name*1=b; x*0=c; name*2*=%41", "")),
    NO(PARAMETER_CONTINUATION, PART("Content-Disposition: attachment; filename=a; filename*=utf-8''a", "")),
    YES(MIME_NO_VERSION, FIELD("Content-Type: text/plain")),
    NO(MIME_NO_VERSION, MIME "Content-Type: text/plain\r\n" TEXT),
    NO(MIME_NO_VERSION, HEADER TEXT),
    YES(MIME_BOUNDARY, PART("Content-Type: multipart/mixed", TWO_PARTS("b"))),
    YES(MIME_BOUNDARY, PART(MULTI "\"\"", TWO_PARTS("b"))),
    YES(MIME_BOUNDARY, PART(MULTI "c", TWO_PARTS("b"))),
    YES(MIME_BOUNDARY, PART(MULTI "b", "--b\r\n\r\none\r\n")),
    YES(MIME_BOUNDARY, PART(MULTI SEVENTY "1", TWO_PARTS(SEVENTY "1"))),
    NO(MIME_BOUNDARY, PART(MULTI SEVENTY, TWO_PARTS(SEVENTY))),
    NO(MIME_BOUNDARY, PART(MULTI "\"b c\"", "preamble\r\n" TWO_PARTS("b c") "epilogue\r\n--b c\r\n")),
    YES(MIME_BOUNDARY, PART(MULTI "b", "--b\r\n" MULTI "c\r\n\r\n--c\r\n\r\none\r\n--b--\r\n")),
    NO(MIME_BOUNDARY, REPORT),
    YES(MIME_ENCODING, PART(MULTI "b\r\nContent-Transfer-Encoding: base64", TWO_PARTS("b"))),
    YES(MIME_ENCODING, PART("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64", "YQ==")),
    YES(MIME_ENCODING, PART("Content-Transfer-Encoding: 9bit", "a")),
    YES(MIME_ENCODING, PART("Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64", "YQ==")),
    NO(MIME_ENCODING, PART(MULTI "b\r\nContent-Transfer-Encoding: 8BIT (x)", TWO_PARTS("b"))),
    NO(MIME_ENCODING, PART("Content-Type: message/global\r\nContent-Transfer-Encoding: base64", "YQ==")),
    NO(MIME_ENCODING, PART("Content-Transfer-Encoding: x-uuencode", "a")),
    YES(BASE64, BASE64("YWJj!ZGVm\r\n")),
    YES(BASE64, BASE64("YQ==\r\nYWJj\r\n")),
    YES(BASE64, BASE64("YWJjZ\r\n")),
    YES(BASE64, BASE64("YQ\r\n")),
    NO(BASE64, BASE64("YWJj \t\r\nZGVm\r\n\r\n")),
    NO(BASE64, BASE64("YQ==\r\n")),
    NO(BASE64, BASE64("")),
    NO(BASE64, PART("Content-Transfer-Encoding: 7bit", "YWJj!ZGVm\r\n")),
    YES(QUOTED_PRINTABLE, QUOTED("a=4\r\n")),
    YES(QUOTED_PRINTABLE, QUOTED("a = b\r\n")),
    YES(QUOTED_PRINTABLE, QUOTED(SEVENTY "1234567\r\n")),
    NO(QUOTED_PRINTABLE, QUOTED(SEVENTY "123456\r\n")),
    NO(QUOTED_PRINTABLE, QUOTED("a=3d=\r\nb= \r\n=E9=")),
};

/* \1 and \2 of a row of NUL stand for it: a string cannot hold one. */
static void replace_marks(char *in)
{
    for (; *in; in++)
        if (*in == '\2')
            *in = '\1';
}

static void lint_text(const char *in, size_t length, const struct mail_lint_context *context, struct mail_lint *out)
{
    mail_lint(mw_bytes_of(in, (uint32_t)length), context, out);
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        struct mail_lint lint;
        char *in = g_strdup(row->in);
        size_t length = strlen(in);
        if (row->id == MW_ISSUE_MAIL_NUL) {
            replace_marks(in);
            for (size_t at = 0; at < length; at++)
                in[at] = in[at] == '\1' ? '\0' : in[at];
        }
        lint_text(in, length, row->context, &lint);
        const struct mail_lint_found *found = mail_lint_get(&lint, row->id);
        if (found->count != row->count)
            g_error("row %zu, issue %d: found %u, expected %u in:\n%s", i, row->id - MAIL_LINT_FIRST, found->count,
                    row->count, row->in);
        g_assert_cmpuint(found->first, <=, length);
        g_free(in);
    }
}

static void test_header(void)
{
    check_rows(header_rows, G_N_ELEMENTS(header_rows));
}

static void test_text(void)
{
    check_rows(text_rows, G_N_ELEMENTS(text_rows));
}

static void test_parts(void)
{
    check_rows(part_rows, G_N_ELEMENTS(part_rows));
}

/* Messages of correct senders. */
static const char *const correct[] = {
    HEADER TEXT,
    HEADER "To: undisclosed-recipients:;\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?B?w7w=?=\r\n" TEXT,
    PART(MULTI "b", TWO_PARTS("b")),
    BASE64("YWJjZGVm\r\nYQ==\r\n"),
    QUOTED("Gr=C3=BC=\r\n=C3=9Fe\r\n"),
    HEADER
    "Sender: \"Alice (home)\" <alice@example.org>\r\nReply-To: alice@example.org\r\nCc: a@b, \"C, D\" <c@d>\r\n"
    "In-Reply-To: <0@x>\r\nReferences: <0@x> <1@x>\r\nReceived: from a by b;\r\n\tMon, 05 Mar 2007 09:12:33 +0000"
    "\r\nDKIM-Signature: v=1; a=rsa-sha256; h=from : to;\r\n\tb=abc=\r\n" TEXT,
    NAMED("\"=?utf-8?Q?Gr=C3=BC=C3=9Fe.pdf?=\""),
    REPORT,
    PART(
        "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; micalg=pgp-sha256;\r\n boundary=\"s\"",
        "--s\r\nContent-Type: text/plain\r\n\r\na\r\n--s\r\nContent-Type: application/pgp-signature; name=a.asc\r\n\r\n"
        "-----BEGIN PGP SIGNATURE-----\r\n--s--\r\n"),
};

static void test_correct(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(correct); i++)
        for (int context = 0; context < 2; context++) {
            struct mail_lint lint;
            lint_text(correct[i], strlen(correct[i]), context ? &sent : &fetched, &lint);
            for (unsigned id = MAIL_LINT_FIRST; id <= MAIL_LINT_LAST; id++)
                if (mail_lint_get(&lint, id)->count)
                    g_error("message %zu has issue %u:\n%s", i, id - MAIL_LINT_FIRST, correct[i]);
        }
}

/* A message of a correct header, n times the piece, and the rest. */
static GString *repeated(const char *start, const char *piece, unsigned n, const char *end)
{
    GString *text = g_string_new(start);
    for (unsigned i = 0; i < n; i++)
        g_string_append(text, piece);
    g_string_append(text, end);
    return text;
}

static uint32_t count_in(GString *text, mw_issue_id id)
{
    struct mail_lint lint;
    lint_text(text->str, text->len, &sent, &lint);
    g_string_free(text, TRUE);
    return mail_lint_get(&lint, id)->count;
}

static GString *nested(unsigned depth)
{
    GString *text = g_string_new(MIME);
    for (unsigned i = 0; i < depth; i++)
        g_string_append_printf(text, MULTI "b%u\r\n\r\n--b%u\r\n", i, i);
    g_string_append(text, "\r\ninner\r\n");
    while (depth-- > 0)
        g_string_append_printf(text, "--b%u--\r\n", depth);
    return text;
}

static void test_limits(void)
{
    static const char part[] = "--b\r\n\r\n\r\n", received[] = "Received: x\r\n";
    g_assert_cmpuint(count_in(repeated(HEADER "X: ", "a", 996, "\r\n" TEXT), MW_ISSUE_MAIL_HEADER_LINE_TOO_LONG), ==,
                     1);
    g_assert_cmpuint(count_in(repeated(HEADER "X: ", "a", 995, "\r\n" TEXT), MW_ISSUE_MAIL_HEADER_LINE_TOO_LONG), ==,
                     0);
    g_assert_cmpuint(count_in(repeated(HEADER "\r\n", "a", 999, "\r\n"), MW_ISSUE_MAIL_HEADER_LINE_TOO_LONG), ==, 0);
    g_assert_cmpuint(count_in(nested(MAIL_MANY_DEPTH), MW_ISSUE_MAIL_MIME_DEPTH), ==, 0);
    g_assert_cmpuint(count_in(nested(MAIL_MANY_DEPTH + 1), MW_ISSUE_MAIL_MIME_DEPTH), ==, 1);
    g_assert_cmpuint(count_in(nested(MAIL_MANY_DEPTH + 1), MW_ISSUE_MAIL_MIME_BOUNDARY), ==, 0);
    g_assert_cmpuint(count_in(repeated(MIME MULTI "b\r\n\r\n", part, 499, "--b--\r\n"), MW_ISSUE_MAIL_MIME_PARTS), ==,
                     0);
    g_assert_cmpuint(count_in(repeated(MIME MULTI "b\r\n\r\n", part, 500, "--b--\r\n"), MW_ISSUE_MAIL_MIME_PARTS), ==,
                     1);
    g_assert_cmpuint(count_in(repeated(HEADER, received, 29, TEXT), MW_ISSUE_MAIL_RECEIVED_MANY), ==, 0);
    g_assert_cmpuint(count_in(repeated(HEADER, received, 30, TEXT), MW_ISSUE_MAIL_RECEIVED_MANY), ==, 1);
    g_assert_cmpuint(count_in(repeated(HEADER, received, 99, TEXT), MW_ISSUE_MAIL_RECEIVED_LOOP), ==, 0);
    g_assert_cmpuint(count_in(repeated(HEADER, received, 100, TEXT), MW_ISSUE_MAIL_RECEIVED_LOOP), ==, 1);
    g_assert_cmpuint(count_in(repeated(HEADER, received, 100, TEXT), MW_ISSUE_MAIL_RECEIVED_MANY), ==, 0);
}

/* DOS header, pointer to "PE" at 0x3C. */
static void test_programs(void)
{
    static const char start[] = OFFERED("image/png", "");
    GString *text = g_string_new(start);
    char program[0x88] = "MZ";
    struct mail_lint lint;

    program[0x3C] = (char)0x80;
    memcpy(program + 0x80, "PE\0", 4);
    g_string_append_len(text, program, sizeof program);
    lint_text(text->str, text->len, &sent, &lint);
    g_assert_cmpuint(mail_lint_get(&lint, MW_ISSUE_MAIL_ATTACHMENT_TYPE_DIFFERS)->count, ==, 1);
    text->str[text->len - 8] = 'N';
    lint_text(text->str, text->len, &sent, &lint);
    g_assert_cmpuint(mail_lint_get(&lint, MW_ISSUE_MAIL_ATTACHMENT_TYPE_DIFFERS)->count, ==, 0);
    g_string_free(text, TRUE);
}

static void test_places(void)
{
    struct mail_lint lint;
    static const char in[] = HEADER "\r\na\nb\nc\r\n";
    lint_text(in, strlen(in), &fetched, &lint);
    const struct mail_lint_found *found = mail_lint_get(&lint, MW_ISSUE_MAIL_BARE_LF);
    g_assert_cmpuint(found->count, ==, 2);
    g_assert_cmpuint(found->first, ==, strlen(HEADER) + 3);
}

static void survive(mw_bytes in)
{
    struct mail_lint lint;
    mail_lint(in, &sent, &lint);
    mail_lint(in, &fetched, &lint);
    for (unsigned id = MAIL_LINT_FIRST; id <= MAIL_LINT_LAST; id++)
        g_assert_true(mail_lint_get(&lint, id)->count == 0 || mail_lint_get(&lint, id)->first <= in.len);
}

static void test_hostile(void)
{
    static const struct {
        const char *start, *piece;
    } shapes[] = {
        { HEADER "Subject: ", "=?" },
        { HEADER "Subject: ", "=?utf-8?Q?" },
        { HEADER "To: ", "=?utf-8?Q?a?=" },
        { HEADER "To: ", "=?x?y?z" },
        { HEADER "X-A: ", "=?x?Q?a?= " },
        { DATE ID "From: ", "a@" },
        { DATE ID "From: ", "\"a@b.cc\"<c@d>," },
        { DATE ID "From: ", "<" },
        { DATE ID "From: a@", "xn--" },
        { HEADER, "Subject: a\r\n" },
        { HEADER "DKIM-Signature: ", "h=:;l" },
        { HEADER "X:\r\n", " \r\n" },
        { HEADER "Content-Type: x/y", ";name*1=a" },
        { HEADER "Content-Disposition: a", ";a*0=b;c*9=d" },
        { MIME MULTI "b\r\n\r\n", "--b\r\n" MULTI "b\r\n\r\n" },
        { HEADER "\r\n", "http://xn--a@xn--b/ " },
        { MIME "Content-Transfer-Encoding: base64\r\n\r\n", "=!" },
        { MIME "Content-Transfer-Encoding: quoted-printable\r\n\r\n", "= " },
        { HEADER "\r\n", "\n" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
        GString *text =
            repeated(shapes[i].start, shapes[i].piece, HOSTILE_OCTETS / (unsigned)strlen(shapes[i].piece), "");
        double start = mw_cpu_seconds();
        survive(mw_bytes_of(text->str, (uint32_t)text->len));
        double seconds = mw_cpu_seconds() - start;
        if (seconds > HOSTILE_SECONDS)
            g_error("%s...: %.1f s", shapes[i].piece, seconds);
        g_string_free(text, TRUE);
    }
}

static void test_abuse(void)
{
    static const char in[] =
        HEADER "Subject: =?utf-8?B?YWI=?= =?x?\r\nTo: \"a@b.cc\" <=?utf-8?Q?=?=@d>\r\n"
               "Reply-To: a@xn--pypal-4ve.x\r\n" MULTI "b\r\nDKIM-Signature: h=from; l=1\r\n\r\n--b\r\n"
               "Content-Type: a/b; name*0=\"x\"; name*1*=%41\r\nContent-Transfer-Encoding: base64\r\n\r\n"
               "YQ==\r\n--b\r\nContent-Disposition: attachment; filename=a.pdf.exe\r\n\r\nMZ\r\n--b--\r\n";
    mw_test_abuse(in, strlen(in), survive);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mail/lint/header", test_header);
    g_test_add_func("/mail/lint/text", test_text);
    g_test_add_func("/mail/lint/parts", test_parts);
    g_test_add_func("/mail/lint/correct", test_correct);
    g_test_add_func("/mail/lint/limits", test_limits);
    g_test_add_func("/mail/lint/programs", test_programs);
    g_test_add_func("/mail/lint/places", test_places);
    g_test_add_func("/mail/lint/hostile", test_hostile);
    g_test_add_func("/mail/lint/abuse", test_abuse);
    return g_test_run();
}
