/* Replies to a message and the queue id in them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/queue_id.h"

#include "harness.h"

static const struct {
    const char *text;
    const char *id; /* "" for none */
} replies[] = {
    /* Postfix and what answers like it */
    { "2.0.0 Ok: queued as 4F2C81A0D3", "4F2C81A0D3" },
    { "2.0.0 Ok: queued as 4Xf2Pz1L3mz9sT8", "4Xf2Pz1L3mz9sT8" },
    { "2.0.0 Ok: queued as ABCDEF", "ABCDEF" },
    { "2.0.0 Ok: 221 bytes queued as 041655AC3222", "041655AC3222" },
    { "2.0.0 Ok: 0 bytes queued as 75A291CA025", "75A291CA025" },
    { "Ok: queued as 5CF8324407F", "5CF8324407F" },
    { "Ok: queued as 052861966004", "052861966004" },
    { "ok: queued as 12345", "12345" },
    { "OK: queued as 12345", "12345" },
    { "Ok: queued as tOi1b8XVoZ5x@mailhog.example", "tOi1b8XVoZ5x@mailhog.example" },
    { "Mail OK queued as smtp7,C8CowAB3vz", "smtp7,C8CowAB3vz" },
    { "2.0.0 Ok, id=12345-01, from MTA([127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4F2C81A0D3", "4F2C81A0D3" },
    { "2.0.0 Ok: queued on mxfront1g.example.net as 1355321111-AbCdEf", "1355321111-AbCdEf" },
    { "2.0.0 Ok: queued on mxfront1g.example.net 1355321111-AbCdEf", "1355321111-AbCdEf" },
    { "2.0.0 Message queued with id 1f2e3d4c5b.", "1f2e3d4c5b" },
    { "2.0.0 Ok: queued as ", "" },
    { "Ok: queued as.", "" },
    /* Exim */
    { "OK id=1Mugho-0003Dg-Un", "1Mugho-0003Dg-Un" },
    { "OK id=1rVb2q-00000001abc-0xYz", "1rVb2q-00000001abc-0xYz" },
    { "Requested mail action okay, completed: id=0LqQ8x-1Zk3mF0Xyz-00dq7T", "0LqQ8x-1Zk3mF0Xyz-00dq7T" },
    /* Sendmail, OpenSMTPD and others that put the id first */
    { "2.0.0 l0SAf3xx003214 Message accepted for delivery", "l0SAf3xx003214" },
    { "2.0.0 s3PDALgR032600 Message accepted for delivery", "s3PDALgR032600" },
    { "WAA00123 Message accepted for delivery", "WAA00123" },
    { "2.0.0 2a3f7c1d Message accepted for delivery", "2a3f7c1d" },
    { "2.0.0: 2a3f7c1d Message accepted for delivery", "2a3f7c1d" },
    { "2.0.0 3kx2abcde1-1 Message accepted for delivery", "3kx2abcde1-1" },
    { "12345678 message accepted for delivery", "12345678" },
    { "2.0.0 47a5b2c3-00001234 Message accepted for delivery", "47a5b2c3-00001234" },
    { "2.0.0 fWXQ1k00K3dbT0L mail accepted for delivery", "fWXQ1k00K3dbT0L" },
    { "ok:  Message 12345 accepted", "12345" },
    /* Exchange */
    { "2.6.0 <9e1c@example.org> [InternalId=3835405795330, Hostname=EX01.example.org] 1541 bytes in 0.112, "
      "13.344 KB/sec Queued mail for delivery",
      "3835405795330" },
    { "2.6.0 <9e1c@example.org> [InternalId=23138874] Queued mail for delivery", "23138874" },
    { "2.6.0 <9e1c@outlook.com> [InternalId=1, Hostname=A] Queued mail for delivery -> 250 2.1.5", "1" },
    { "2.6.0 <FESFSEF> Queued mail for delivery", "FESFSEF" },
    { "2.6.0  <RAY0001xyz@ex01.example.org> Queued mail for delivery", "RAY0001xyz@ex01.example.org" },
    { "2.6.0 13.344 KB/sec Queued mail for delivery", "" },
    /* qmail */
    { "ok 1077837436 qp 20319", "1077837436 qp 20319" },
    { "ok 1182675387 qp 77793", "1182675387 qp 77793" },
    { "ok 1418913467 qp 19000 server-4.tower-12.example.com!1418913467!123!1", "1418913467 qp 19000" },
    { "ok 1077837436 qp", "" },
    /* large providers */
    { "2.0.0 OK  1363882703 h10si4297299icc.190 - gsmtp", "h10si4297299icc.190" },
    { "2.0.0 OK 1187645654 h7si1234567rvb", "h7si1234567rvb" },
    { "Ok 0102017f8d3c1a2b-6f0e1d2c-0000-4a5b-8c9d-0123456789ab-000000",
      "0102017f8d3c1a2b-6f0e1d2c-0000-4a5b-8c9d-0123456789ab-000000" },
    { "OK 2f3vqhb8qnca6ud4bt2mt7jjh6gd11pd5", "2f3vqhb8qnca6ud4bt2mt7jjh6gd11pd5" },
    { "SmtpThread-5746091-1418913467642@uk-mta-46.example.net Received OK",
      "SmtpThread-5746091-1418913467642@uk-mta-46.example.net" },
    { "Received OK [xk3dPqZ1NnWmQ2aB.uk202]", "xk3dPqZ1NnWmQ2aB.uk202" },
    { "ok dirdel", "" },
    /* LMTP */
    { "2.0.0 <alice@example.org> oKJfDmkHBgAAfQAA Saved", "oKJfDmkHBgAAfQAA" },
    { "2.0.0 <alice@example.org> oKJfDmkHBgAAfQAA:T2 Saved", "oKJfDmkHBgAAfQAA:T2" },
    { "2.1.5 Ok SESSIONID=<cyrus-12823-1488397532-1>", "cyrus-12823-1488397532-1" },
    { "2.1.5 Ok SESSIONID=<cyrus-12823-1488397532-1> [example.net!user.alice () 2294]", "cyrus-12823-1488397532-1" },
    { "2.1.5 Ok", "" },
    { "2.0.0 Message Saved", "" },
    /* others */
    { "Message Queued (4D2B7C1E-93AA-4F1B-8D4E-0A1B2C3D4E5F.1)", "4D2B7C1E-93AA-4F1B-8D4E-0A1B2C3D4E5F.1" },
    { "Queued (0.047 seconds)", "" },
    { "Ok, message saved <Message-ID: 20091005.abc@example.com>", "20091005.abc@example.com" },
    { "Ok, message saved <Message-ID: <20091005.abc@example.com>>", "20091005.abc@example.com" },
    { "Ok. 00000000000A1B2C.4F2C81A0.00001234", "00000000000A1B2C.4F2C81A0.00001234" },
    { "OK <S12AB34>", "S12AB34" },
    { "2.0.0 OK F1/24-12345-ABCD1234", "F1/24-12345-ABCD1234" },
    { "2.5.0 Ok, envelope id 0M0A00K3Z5B0XY10@mx.example.org", "0M0A00K3Z5B0XY10@mx.example.org" },
    { "Message received: 20070101123456.ABCD.host@example.org", "20070101123456.ABCD.host@example.org" },
    /* none */
    { "Ok", "" },
    { "OK", "" },
    { "2.0.0 Ok", "" },
    { "2.5.0 Ok.", "" },
    { "queued", "" },
    { "message accepted", "" },
    { "2.0.0 Message accepted for delivery", "" },
    { "Message accepted for delivery", "" },
    { "OK: message queued", "" },
    { "Mail queued for delivery.", "" },
    { "2.6.0 message received", "" },
    { "Message received: ok", "" },
    { "Requested mail action okay, completed", "" },
    { "Data received OK.", "" },
    { "Great success", "" },
    { "Ok 2 messages", "" },
    { "paid=1234567", "" },
    { "2.0.0", "" },
    { "", "" },
    { "  ", "" },
};

static void parse(mw_bytes in)
{
    mw_slice id;
    bool found = smtp_parse_queue_id(in, &id);
    g_assert_cmpint(found, ==, id.len > 0);
    g_assert_cmpuint(mw_slice_end(id), <=, in.len);
}

static void test_replies(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(replies); i++) {
        mw_bytes in = mw_bytes_str(replies[i].text);
        mw_slice id;
        bool found = smtp_parse_queue_id(in, &id);
        char *got = mw_strdup(mw_sub(in, id));
        g_test_message("%s", replies[i].text);
        g_assert_cmpstr(got, ==, replies[i].id);
        g_assert_cmpint(found, ==, replies[i].id[0] != '\0');
        g_free(got);
    }
}

static void test_long(void)
{
    char *text = g_strnfill(1000000, 'q');
    parse(mw_bytes_str(text));
    memcpy(text, "Ok: queued as 12345 ", 20);
    mw_slice id;
    g_assert_true(smtp_parse_queue_id(mw_bytes_str(text), &id));
    g_assert_cmpuint(id.offset, ==, 14);
    g_assert_cmpuint(id.len, ==, 5);
    g_free(text);
}

static void test_abuse(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(replies); i++)
        mw_test_abuse(replies[i].text, strlen(replies[i].text), parse);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/smtp/queue-id/replies", test_replies);
    g_test_add_func("/smtp/queue-id/long", test_long);
    g_test_add_func("/smtp/queue-id/abuse", test_abuse);
    return g_test_run();
}
