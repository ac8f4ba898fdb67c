/* Tests of ENVELOPE and BODYSTRUCTURE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness.h"
#include "imap_tokens.h"

#define FIELDS "NIL NIL NIL \"7BIT\""
#define FIELDS_ROLES "BODY_PARAMETERS:NIL BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:\"7BIT\""
#define PLAIN "(\"TEXT\" \"PLAIN\" " FIELDS " 5 1)"
#define PLAIN_ROLES "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" " FIELDS_ROLES " BODY_OCTETS:5 BODY_LINES:1 BODY)"
#define LINE_ROLES "UNTAGGED_MARK:* FETCH_NUMBER:1 KIND:FETCH FETCH_ITEMS( FETCH_ITEM:"

struct row {
    const char *value, *expected;
};

/* Values of an item, followed by another one, which shows that the list was left. */
static void check_rows(const char *item, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *line = g_strdup_printf("* 1 FETCH (%s %s UID 5)", item, rows[i].value);
        char *expected = g_strdup_printf(LINE_ROLES "%s %s FETCH_ITEM:UID UID:5 FETCH_ITEMS)", item, rows[i].expected);
        imap_check(false, line, expected);
        g_free(line);
        g_free(expected);
    }
}

static const struct row envelope_rows[] = {
    { "(\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" \"IMAP4rev2 WG mtg summary\" ((\"Terry Gray\" NIL \"gray\" "
      "\"cac.washington.edu\")) ((\"T\" NIL \"gray\" \"w\")(\"U\" NIL \"u\" \"w\")) NIL ((NIL NIL \"imap\" "
      "\"cac.washington.edu\")) ((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"b\")(NIL NIL NIL NIL)) NIL NIL "
      "\"<B27397-0100000@cac.washington.ed>\")",
      "ENVELOPE( ENVELOPE_DATE:\"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\" ENVELOPE_SUBJECT:\"IMAP4rev2 WG mtg summary\" "
      "ENVELOPE_FROM( ADDRESS( ADDRESS_NAME:\"Terry Gray\" ADDRESS_ROUTE:NIL ADDRESS_MAILBOX:\"gray\" "
      "ADDRESS_HOST:\"cac.washington.edu\" ADDRESS) ENVELOPE_FROM) ENVELOPE_SENDER( ADDRESS( ADDRESS_NAME:\"T\" "
      "ADDRESS_ROUTE:NIL ADDRESS_MAILBOX:\"gray\" ADDRESS_HOST:\"w\" ADDRESS) ADDRESS( ADDRESS_NAME:\"U\" "
      "ADDRESS_ROUTE:NIL ADDRESS_MAILBOX:\"u\" ADDRESS_HOST:\"w\" ADDRESS) ENVELOPE_SENDER) ENVELOPE_REPLY_TO:NIL "
      "ENVELOPE_TO( ADDRESS( ADDRESS_NAME:NIL ADDRESS_ROUTE:NIL ADDRESS_MAILBOX:\"imap\" "
      "ADDRESS_HOST:\"cac.washington.edu\" ADDRESS) ENVELOPE_TO) ENVELOPE_CC( ADDRESS( ADDRESS_NAME:NIL "
      "ADDRESS_ROUTE:NIL ADDRESS_MAILBOX:\"g\" ADDRESS_HOST:NIL ADDRESS) ADDRESS( ADDRESS_NAME:NIL ADDRESS_ROUTE:NIL "
      "ADDRESS_MAILBOX:\"a\" ADDRESS_HOST:\"b\" ADDRESS) ADDRESS( ADDRESS_NAME:NIL ADDRESS_ROUTE:NIL "
      "ADDRESS_MAILBOX:NIL ADDRESS_HOST:NIL ADDRESS) ENVELOPE_CC) ENVELOPE_BCC:NIL ENVELOPE_IN_REPLY_TO:NIL "
      "ENVELOPE_MESSAGE_ID:\"<B27397-0100000@cac.washington.ed>\" ENVELOPE)" },
    { "({29}\n {7}\n (({4}\n NIL {5}\n {6}\n)) NIL NIL NIL NIL NIL {3}\n NIL)",
      "ENVELOPE( ENVELOPE_DATE:{29} | ENVELOPE_SUBJECT:{7} | ENVELOPE_FROM( ADDRESS( ADDRESS_NAME:{4} | "
      "ADDRESS_ROUTE:NIL ADDRESS_MAILBOX:{5} | ADDRESS_HOST:{6} | ADDRESS) ENVELOPE_FROM) ENVELOPE_SENDER:NIL "
      "ENVELOPE_REPLY_TO:NIL ENVELOPE_TO:NIL ENVELOPE_CC:NIL ENVELOPE_BCC:NIL ENVELOPE_IN_REPLY_TO:{3} | "
      "ENVELOPE_MESSAGE_ID:NIL ENVELOPE)" },
    { "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL (x))",
      "ENVELOPE( ENVELOPE_DATE:NIL ENVELOPE_SUBJECT:NIL ENVELOPE_FROM:NIL ENVELOPE_SENDER:NIL ENVELOPE_REPLY_TO:NIL "
      "ENVELOPE_TO:NIL ENVELOPE_CC:NIL ENVELOPE_BCC:NIL ENVELOPE_IN_REPLY_TO:NIL ENVELOPE_MESSAGE_ID:NIL OTHER:NIL "
      "OTHER( OTHER:x OTHER) ENVELOPE)" },
    { "(\"d\" \"s\" (\"N\" NIL \"m\" \"h\") \"\" () (x))",
      "ENVELOPE( ENVELOPE_DATE:\"d\" ENVELOPE_SUBJECT:\"s\" ENVELOPE_FROM( ADDRESS_NAME:\"N\" ADDRESS_ROUTE:NIL "
      "ADDRESS_MAILBOX:\"m\" ADDRESS_HOST:\"h\" ENVELOPE_FROM) ENVELOPE_SENDER:\"\" ENVELOPE_REPLY_TO( "
      "ENVELOPE_REPLY_TO) ENVELOPE_TO( ADDRESS_NAME:x ENVELOPE_TO) ENVELOPE)" },
    { "((\"x\") \"s\" ((\"N\" NIL \"m\" \"h\" \"z\" (q))))",
      "ENVELOPE( OTHER( OTHER:\"x\" OTHER) ENVELOPE_SUBJECT:\"s\" ENVELOPE_FROM( ADDRESS( ADDRESS_NAME:\"N\" "
      "ADDRESS_ROUTE:NIL ADDRESS_MAILBOX:\"m\" ADDRESS_HOST:\"h\" OTHER:\"z\" OTHER( OTHER:q OTHER) ADDRESS) "
      "ENVELOPE_FROM) ENVELOPE)" },
    { "()", "ENVELOPE( ENVELOPE)" },
};

static void test_envelope(void)
{
    check_rows("ENVELOPE", envelope_rows, G_N_ELEMENTS(envelope_rows));
}

static const struct row leaf_rows[] = {
    { "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3028 92)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"CHARSET\" "
      "BODY_PARAMETER_VALUE:\"US-ASCII\" BODY_PARAMETERS) BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:\"7BIT\" "
      "BODY_OCTETS:3028 BODY_LINES:92 BODY)" },
    { "(\"TEXT\" \"PLAIN\" (\"charset\" \"UTF-8\" \"format\" \"flowed\") \"<id@x>\" \"desc\" \"quoted-printable\" 30 2 "
      "NIL (\"inline\" NIL) \"de\" \"http://x/\")",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"charset\" "
      "BODY_PARAMETER_VALUE:\"UTF-8\" BODY_PARAMETER_NAME:\"format\" BODY_PARAMETER_VALUE:\"flowed\" BODY_PARAMETERS) "
      "BODY_ID:\"<id@x>\" BODY_DESCRIPTION:\"desc\" BODY_ENCODING:\"quoted-printable\" BODY_OCTETS:30 BODY_LINES:2 "
      "BODY_MD5:NIL BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"inline\" BODY_PARAMETERS:NIL BODY_DISPOSITION_LIST) "
      "BODY_LANGUAGE:\"de\" BODY_LOCATION:\"http://x/\" BODY)" },
    { "(\"application\" \"pdf\" (\"name\" \"a.pdf\") NIL NIL \"base64\" 4554 NIL (\"attachment\" (\"filename\" "
      "\"a.pdf\" \"size\" \"33\")) (\"de\" \"en\") NIL \"ext\" 5 (x (y)) NIL)",
      "BODY( BODY_TYPE:\"application\" BODY_SUBTYPE:\"pdf\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"name\" "
      "BODY_PARAMETER_VALUE:\"a.pdf\" BODY_PARAMETERS) BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:\"base64\" "
      "BODY_OCTETS:4554 BODY_MD5:NIL BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"attachment\" BODY_PARAMETERS( "
      "BODY_PARAMETER_NAME:\"filename\" BODY_PARAMETER_VALUE:\"a.pdf\" BODY_PARAMETER_NAME:\"size\" "
      "BODY_PARAMETER_VALUE:\"33\" BODY_PARAMETERS) BODY_DISPOSITION_LIST) BODY_LANGUAGE( BODY_LANGUAGE:\"de\" "
      "BODY_LANGUAGE:\"en\" BODY_LANGUAGE) BODY_LOCATION:NIL BODY_EXTENSION:\"ext\" BODY_EXTENSION:5 BODY_EXTENSION( "
      "BODY_EXTENSION:x BODY_EXTENSION( BODY_EXTENSION:y BODY_EXTENSION) BODY_EXTENSION) BODY_EXTENSION:NIL BODY)" },
    { "(\"IMAGE\" \"GIF\" NIL NIL NIL \"BASE64\" 5 \"md5==\" NIL NIL NIL)",
      "BODY( BODY_TYPE:\"IMAGE\" BODY_SUBTYPE:\"GIF\" BODY_PARAMETERS:NIL BODY_ID:NIL BODY_DESCRIPTION:NIL "
      "BODY_ENCODING:\"BASE64\" BODY_OCTETS:5 BODY_MD5:\"md5==\" BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:NIL "
      "BODY_LOCATION:NIL BODY)" },
    { "({4}\n {5}\n ({7}\n {8}\n) {9}\n {10}\n {11}\n 12 3 {14}\n ({15}\n ({16}\n {17}\n)) {18}\n {19}\n {20}\n)",
      "BODY( BODY_TYPE:{4} | BODY_SUBTYPE:{5} | BODY_PARAMETERS( BODY_PARAMETER_NAME:{7} | BODY_PARAMETER_VALUE:{8} | "
      "BODY_PARAMETERS) BODY_ID:{9} | BODY_DESCRIPTION:{10} | BODY_ENCODING:{11} | BODY_OCTETS:12 BODY_LINES:3 "
      "BODY_MD5:{14} | BODY_DISPOSITION_LIST( BODY_DISPOSITION:{15} | BODY_PARAMETERS( BODY_PARAMETER_NAME:{16} | "
      "BODY_PARAMETER_VALUE:{17} | BODY_PARAMETERS) BODY_DISPOSITION_LIST) BODY_LANGUAGE:{18} | BODY_LOCATION:{19} | "
      "BODY_EXTENSION:{20} | BODY)" },
    { "({7}\n {6}\n " FIELDS " 100 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) " PLAIN " 8 NIL)",
      "BODY( BODY_TYPE:{7} | BODY_SUBTYPE:{6} | " FIELDS_ROLES
      " BODY_OCTETS:100 ENVELOPE( ENVELOPE_DATE:NIL ENVELOPE_SUBJECT:NIL ENVELOPE_FROM:NIL ENVELOPE_SENDER:NIL "
      "ENVELOPE_REPLY_TO:NIL ENVELOPE_TO:NIL ENVELOPE_CC:NIL ENVELOPE_BCC:NIL ENVELOPE_IN_REPLY_TO:NIL "
      "ENVELOPE_MESSAGE_ID:NIL ENVELOPE) " PLAIN_ROLES " BODY_LINES:8 BODY_MD5:NIL BODY)" },
    { "(\"application\" {6}\n " FIELDS " 100 (\"attachment\" NIL) NIL NIL)",
      "BODY( BODY_TYPE:\"application\" BODY_SUBTYPE:{6} | " FIELDS_ROLES
      " BODY_OCTETS:100 BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"attachment\" BODY_PARAMETERS:NIL "
      "BODY_DISPOSITION_LIST) BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
};

static void test_leaf(void)
{
    check_rows("BODYSTRUCTURE", leaf_rows, G_N_ELEMENTS(leaf_rows));
}

static const struct row message_rows[] = {
    { "(\"MESSAGE\" \"RFC822\" " FIELDS " 342 (\"d\" \"s\" NIL NIL NIL NIL NIL NIL NIL \"<i>\") " PLAIN
      " 8 NIL (\"attachment\" NIL) NIL NIL)",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"RFC822\" " FIELDS_ROLES
      " BODY_OCTETS:342 ENVELOPE( ENVELOPE_DATE:\"d\" ENVELOPE_SUBJECT:\"s\" ENVELOPE_FROM:NIL ENVELOPE_SENDER:NIL "
      "ENVELOPE_REPLY_TO:NIL ENVELOPE_TO:NIL ENVELOPE_CC:NIL ENVELOPE_BCC:NIL ENVELOPE_IN_REPLY_TO:NIL "
      "ENVELOPE_MESSAGE_ID:\"<i>\" ENVELOPE) " PLAIN_ROLES
      " BODY_LINES:8 BODY_MD5:NIL BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"attachment\" BODY_PARAMETERS:NIL "
      "BODY_DISPOSITION_LIST) BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"message\" \"global\" NIL NIL NIL \"8bit\" 342 (\"d\" \"s\" NIL NIL NIL NIL NIL NIL NIL \"<i>\") (" PLAIN
      " \"mixed\") 8)",
      "BODY( BODY_TYPE:\"message\" BODY_SUBTYPE:\"global\" BODY_PARAMETERS:NIL BODY_ID:NIL BODY_DESCRIPTION:NIL "
      "BODY_ENCODING:\"8bit\" BODY_OCTETS:342 ENVELOPE( ENVELOPE_DATE:\"d\" ENVELOPE_SUBJECT:\"s\" ENVELOPE_FROM:NIL "
      "ENVELOPE_SENDER:NIL ENVELOPE_REPLY_TO:NIL ENVELOPE_TO:NIL ENVELOPE_CC:NIL ENVELOPE_BCC:NIL "
      "ENVELOPE_IN_REPLY_TO:NIL ENVELOPE_MESSAGE_ID:\"<i>\" ENVELOPE) BODY( " PLAIN_ROLES
      " MULTIPART_SUBTYPE:\"mixed\" BODY) BODY_LINES:8 BODY)" },
    { "(\"MESSAGE\" \"DELIVERY-STATUS\" " FIELDS " 333 NIL NIL NIL NIL)",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"DELIVERY-STATUS\" " FIELDS_ROLES
      " BODY_OCTETS:333 BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"MESSAGE\" \"DELIVERY-STATUS\" " FIELDS " 333 12 NIL NIL NIL)",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"DELIVERY-STATUS\" " FIELDS_ROLES
      " BODY_OCTETS:333 BODY_LINES:12 BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:NIL BODY)" },
    { "(\"MESSAGE\" \"RFC822\" (\"NAME\" \"x.eml\") NIL NIL \"7BIT\" 22720 NIL (\"ATTACHMENT\" (\"FILENAME\" "
      "\"x.eml\")) NIL)",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"RFC822\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"NAME\" "
      "BODY_PARAMETER_VALUE:\"x.eml\" BODY_PARAMETERS) BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:\"7BIT\" "
      "BODY_OCTETS:22720 BODY_MD5:NIL BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"ATTACHMENT\" BODY_PARAMETERS( "
      "BODY_PARAMETER_NAME:\"FILENAME\" BODY_PARAMETER_VALUE:\"x.eml\" BODY_PARAMETERS) BODY_DISPOSITION_LIST) "
      "BODY_LANGUAGE:NIL BODY)" },
    { "(\"MESSAGE\" \"RFC822\" " FIELDS " 1234 NIL NIL 12 NIL (\"attachment\" NIL) NIL NIL)",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"RFC822\" " FIELDS_ROLES
      " BODY_OCTETS:1234 BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL BODY_LINES:12 BODY_MD5:NIL BODY_DISPOSITION_LIST( "
      "BODY_DISPOSITION:\"attachment\" BODY_PARAMETERS:NIL BODY_DISPOSITION_LIST) BODY_LANGUAGE:NIL BODY_LOCATION:NIL "
      "BODY)" },
    { "(\"MESSAGE\" \"RFC822\" " FIELDS " 1234 () () 12 NIL NIL NIL NIL)",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"RFC822\" " FIELDS_ROLES
      " BODY_OCTETS:1234 ENVELOPE( ENVELOPE) BODY( BODY) BODY_LINES:12 BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL "
      "BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"MESSAGE\" \"RFC822\" " FIELDS " 1234 (NIL) 12 NIL NIL NIL NIL)",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"RFC822\" " FIELDS_ROLES
      " BODY_OCTETS:1234 ENVELOPE( ENVELOPE_DATE:NIL ENVELOPE) BODY_LINES:12 BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL "
      "BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"MESSAGE\" \"RFC822\" " FIELDS " 1234 (NIL) NIL 12 NIL NIL NIL NIL)",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"RFC822\" " FIELDS_ROLES
      " BODY_OCTETS:1234 ENVELOPE( ENVELOPE_DATE:NIL ENVELOPE) BODY:NIL BODY_LINES:12 BODY_MD5:NIL "
      "BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
};

static void test_message(void)
{
    check_rows("BODYSTRUCTURE", message_rows, G_N_ELEMENTS(message_rows));
}

static const struct row multipart_rows[] = {
    { "(" PLAIN "(\"TEXT\" \"HTML\" " FIELDS
      " 5 1) \"ALTERNATIVE\" (\"BOUNDARY\" \"x\") (\"inline\" (\"a\" \"b\")) (\"en\" \"de\") \"loc\" \"e\" (1 (2)))",
      "BODY( " PLAIN_ROLES " BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"HTML\" " FIELDS_ROLES
      " BODY_OCTETS:5 BODY_LINES:1 BODY) MULTIPART_SUBTYPE:\"ALTERNATIVE\" BODY_PARAMETERS( "
      "BODY_PARAMETER_NAME:\"BOUNDARY\" BODY_PARAMETER_VALUE:\"x\" BODY_PARAMETERS) BODY_DISPOSITION_LIST( "
      "BODY_DISPOSITION:\"inline\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"a\" BODY_PARAMETER_VALUE:\"b\" "
      "BODY_PARAMETERS) BODY_DISPOSITION_LIST) BODY_LANGUAGE( BODY_LANGUAGE:\"en\" BODY_LANGUAGE:\"de\" BODY_LANGUAGE) "
      "BODY_LOCATION:\"loc\" BODY_EXTENSION:\"e\" BODY_EXTENSION( BODY_EXTENSION:1 BODY_EXTENSION( BODY_EXTENSION:2 "
      "BODY_EXTENSION) BODY_EXTENSION) BODY)" },
    { "(" PLAIN " \"MIXED\")", "BODY( " PLAIN_ROLES " MULTIPART_SUBTYPE:\"MIXED\" BODY)" },
    { "(" PLAIN " {5}\n ({8}\n \"x\") NIL NIL)",
      "BODY( " PLAIN_ROLES
      " MULTIPART_SUBTYPE:{5} | BODY_PARAMETERS( BODY_PARAMETER_NAME:{8} | BODY_PARAMETER_VALUE:\"x\" BODY_PARAMETERS) "
      "BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:NIL BODY)" },
    { "((" PLAIN " \"RELATED\" NIL NIL NIL)(\"A\" \"B\" " FIELDS " 5) \"MIXED\" NIL NIL NIL NIL)",
      "BODY( BODY( " PLAIN_ROLES " MULTIPART_SUBTYPE:\"RELATED\" BODY_PARAMETERS:NIL BODY_DISPOSITION_LIST:NIL "
      "BODY_LANGUAGE:NIL BODY) BODY( BODY_TYPE:\"A\" BODY_SUBTYPE:\"B\" " FIELDS_ROLES
      " BODY_OCTETS:5 BODY) MULTIPART_SUBTYPE:\"MIXED\" BODY_PARAMETERS:NIL BODY_DISPOSITION_LIST:NIL "
      "BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"mixed\" (\"boundary\" \"x\") NIL NIL NIL)",
      "BODY( BODY_TYPE:\"mixed\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"boundary\" BODY_PARAMETER_VALUE:\"x\" "
      "BODY_PARAMETERS) BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"multipart\" \"mixed\" (\"boundary\" \"x\") NIL NIL \"7bit\" 0 NIL NIL NIL NIL)",
      "BODY( BODY_TYPE:\"multipart\" BODY_SUBTYPE:\"mixed\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"boundary\" "
      "BODY_PARAMETER_VALUE:\"x\" BODY_PARAMETERS) BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:\"7bit\" "
      "BODY_OCTETS:0 BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(() \"mixed\" (\"boundary\" \"x\"))",
      "BODY( BODY( BODY) MULTIPART_SUBTYPE:\"mixed\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"boundary\" "
      "BODY_PARAMETER_VALUE:\"x\" BODY_PARAMETERS) BODY)" },
    { "(NIL \"mixed\" (\"boundary\" \"x\") NIL NIL)",
      "BODY( BODY_TYPE:NIL BODY_SUBTYPE:\"mixed\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"boundary\" "
      "BODY_PARAMETER_VALUE:\"x\" BODY_PARAMETERS) BODY_ID:NIL BODY_DESCRIPTION:NIL BODY)" },
    { "()", "BODY( BODY)" },
    { "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)",
      "BODY( BODY_TYPE:NIL BODY_SUBTYPE:NIL BODY_PARAMETERS:NIL BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:NIL "
      "BODY_OCTETS:NIL BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY_EXTENSION:NIL "
      "BODY)" },
};

static void test_multipart(void)
{
    check_rows("BODYSTRUCTURE", multipart_rows, G_N_ELEMENTS(multipart_rows));
}

static const struct row deviations_rows[] = {
    { "(\"TEXT\" \"PLAIN\" " FIELDS " 5 NIL NIL (\"inline\" NIL) NIL NIL)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" " FIELDS_ROLES
      " BODY_OCTETS:5 BODY_LINES:NIL BODY_MD5:NIL BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"inline\" "
      "BODY_PARAMETERS:NIL BODY_DISPOSITION_LIST) BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"TEXT\" \"PLAIN\" " FIELDS " 5 NIL (\"inline\" NIL) NIL NIL)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" " FIELDS_ROLES
      " BODY_OCTETS:5 BODY_LINES:NIL BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"inline\" BODY_PARAMETERS:NIL "
      "BODY_DISPOSITION_LIST) BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"TEXT\" \"PLAIN\" " FIELDS " 5 (\"inline\" NIL) NIL NIL)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" " FIELDS_ROLES
      " BODY_OCTETS:5 BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"inline\" BODY_PARAMETERS:NIL BODY_DISPOSITION_LIST) "
      "BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"TEXT\" \"PLAIN\" " FIELDS " 5 \"md5\" (\"inline\" NIL) NIL NIL)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" " FIELDS_ROLES
      " BODY_OCTETS:5 BODY_MD5:\"md5\" BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"inline\" BODY_PARAMETERS:NIL "
      "BODY_DISPOSITION_LIST) BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"TEXT\" \"PLAIN\" " FIELDS " 5 1 (\"inline\" NIL) NIL NIL)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" " FIELDS_ROLES
      " BODY_OCTETS:5 BODY_LINES:1 BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"inline\" BODY_PARAMETERS:NIL "
      "BODY_DISPOSITION_LIST) BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"TEXT\" \"PLAIN\" NIL NIL \"7BIT\" 5 1 NIL)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" BODY_PARAMETERS:NIL BODY_ID:NIL BODY_DESCRIPTION:\"7BIT\" "
      "BODY_OCTETS:5 BODY_LINES:1 BODY_MD5:NIL BODY)" },
    { "(\"TEXT\" \"PLAIN\" NIL 5 1)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" BODY_PARAMETERS:NIL BODY_OCTETS:5 BODY_LINES:1 BODY)" },
    { "(\"TEXT\" \"PLAIN\" (\"a\" \"b\") 5 1 NIL NIL NIL)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"a\" "
      "BODY_PARAMETER_VALUE:\"b\" BODY_PARAMETERS) BODY_OCTETS:5 BODY_LINES:1 BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL "
      "BODY_LANGUAGE:NIL BODY)" },
    { "(\"TEXT\" \"PLAIN\" NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" BODY_PARAMETERS:NIL BODY_ID:NIL BODY_DESCRIPTION:NIL "
      "BODY_ENCODING:NIL BODY_OCTETS:NIL BODY_LINES:NIL BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE:NIL "
      "BODY_LOCATION:NIL BODY)" },
    { "(\"TEXT\" \"PLAIN\" " FIELDS " \"5\" \"1\" NIL)",
      "BODY( BODY_TYPE:\"TEXT\" BODY_SUBTYPE:\"PLAIN\" " FIELDS_ROLES
      " BODY_OCTETS:\"5\" BODY_MD5:\"1\" BODY_DISPOSITION_LIST:NIL BODY)" },
    { "(\"APPLICATION\" \"X\" " FIELDS " 5 NIL \"attachment\" NIL NIL)",
      "BODY( BODY_TYPE:\"APPLICATION\" BODY_SUBTYPE:\"X\" " FIELDS_ROLES
      " BODY_OCTETS:5 BODY_MD5:NIL BODY_DISPOSITION:\"attachment\" BODY_LANGUAGE:NIL BODY_LOCATION:NIL BODY)" },
    { "(\"APPLICATION\" \"X\" " FIELDS " 5 NIL NIL () (loc))",
      "BODY( BODY_TYPE:\"APPLICATION\" BODY_SUBTYPE:\"X\" " FIELDS_ROLES
      " BODY_OCTETS:5 BODY_MD5:NIL BODY_DISPOSITION_LIST:NIL BODY_LANGUAGE( BODY_LANGUAGE) BODY_EXTENSION( "
      "BODY_EXTENSION:loc BODY_EXTENSION) BODY)" },
    { "(\"APPLICATION\" \"X\" (\"a\") NIL NIL \"7BIT\" 5 1 NIL (\"attachment\" (\"filename\")) NIL)",
      "BODY( BODY_TYPE:\"APPLICATION\" BODY_SUBTYPE:\"X\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"a\" BODY_PARAMETERS) "
      "BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:\"7BIT\" BODY_OCTETS:5 BODY_LINES:1 BODY_MD5:NIL "
      "BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"attachment\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"filename\" "
      "BODY_PARAMETERS) BODY_DISPOSITION_LIST) BODY_LANGUAGE:NIL BODY)" },
    { "(\"APPLICATION\" \"X\" (\"a\" (\"b\") \"c\") (id) (d) (e) (5))",
      "BODY( BODY_TYPE:\"APPLICATION\" BODY_SUBTYPE:\"X\" BODY_PARAMETERS( BODY_PARAMETER_NAME:\"a\" OTHER( "
      "OTHER:\"b\" OTHER) BODY_PARAMETER_NAME:\"c\" BODY_PARAMETERS) OTHER( OTHER:id OTHER) OTHER( OTHER:d OTHER) "
      "OTHER( OTHER:e OTHER) OTHER( OTHER:5 OTHER) BODY)" },
    { "(\"APPLICATION\" \"X\" " FIELDS " 5 NIL (\"attachment\" (\"f\" \"g\") \"h\" (\"i\")) NIL)",
      "BODY( BODY_TYPE:\"APPLICATION\" BODY_SUBTYPE:\"X\" " FIELDS_ROLES
      " BODY_OCTETS:5 BODY_MD5:NIL BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"attachment\" BODY_PARAMETERS( "
      "BODY_PARAMETER_NAME:\"f\" BODY_PARAMETER_VALUE:\"g\" BODY_PARAMETERS) OTHER:\"h\" OTHER( OTHER:\"i\" OTHER) "
      "BODY_DISPOSITION_LIST) BODY_LANGUAGE:NIL BODY)" },
    { "(TEXT PLAIN (CHARSET UTF-8) NIL NIL 7BIT 5 1)",
      "BODY( BODY_TYPE:TEXT BODY_SUBTYPE:PLAIN BODY_PARAMETERS( BODY_PARAMETER_NAME:CHARSET BODY_PARAMETER_VALUE:UTF-8 "
      "BODY_PARAMETERS) BODY_ID:NIL BODY_DESCRIPTION:NIL BODY_ENCODING:7BIT BODY_OCTETS:5 BODY_LINES:1 BODY)" },
    { "(" PLAIN " 5 \"MIXED\")", "BODY( " PLAIN_ROLES " MULTIPART_SUBTYPE:5 BODY_PARAMETERS:\"MIXED\" BODY)" },
    { "\"TEXT\"", "FETCH_VALUE:\"TEXT\"" },
    { "(\"MESSAGE\" \"RFC822\" " FIELDS " 9 (\"d\") " PLAIN " \"md5\" (\"inline\" NIL))",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"RFC822\" " FIELDS_ROLES
      " BODY_OCTETS:9 ENVELOPE( ENVELOPE_DATE:\"d\" ENVELOPE) " PLAIN_ROLES
      " BODY_MD5:\"md5\" BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"inline\" BODY_PARAMETERS:NIL BODY_DISPOSITION_LIST) "
      "BODY)" },
    { "(\"MESSAGE\" \"RFC822\" " FIELDS " 9 (\"d\") " PLAIN " (\"inline\" NIL) \"de\")",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"RFC822\" " FIELDS_ROLES
      " BODY_OCTETS:9 ENVELOPE( ENVELOPE_DATE:\"d\" ENVELOPE) " PLAIN_ROLES
      " BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"inline\" BODY_PARAMETERS:NIL BODY_DISPOSITION_LIST) "
      "BODY_LANGUAGE:\"de\" BODY)" },
    { "(\"MESSAGE\" \"RFC822\" " FIELDS " 9 (\"d\") " PLAIN " NIL NIL (\"inline\" NIL) \"de\")",
      "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"RFC822\" " FIELDS_ROLES
      " BODY_OCTETS:9 ENVELOPE( ENVELOPE_DATE:\"d\" ENVELOPE) " PLAIN_ROLES
      " BODY_LINES:NIL BODY_MD5:NIL BODY_DISPOSITION_LIST( BODY_DISPOSITION:\"inline\" BODY_PARAMETERS:NIL "
      "BODY_DISPOSITION_LIST) BODY_LANGUAGE:\"de\" BODY)" },
};

static void test_deviations(void)
{
    check_rows("BODYSTRUCTURE", deviations_rows, G_N_ELEMENTS(deviations_rows));
}

static char *repeat(const char *text, unsigned times)
{
    GString *out = g_string_new(NULL);
    while (times--)
        g_string_append(out, text);
    return g_string_free(out, FALSE);
}

/* Multiparts in each other: the ones that are too deep are left at the right place. */
static void test_deep(void)
{
    for (unsigned depth = 1; depth <= 200; depth++) {
        char *open = repeat("(", depth), *close = repeat(" \"MIXED\" NIL)", depth);
        char *line = g_strconcat("* 1 FETCH (BODYSTRUCTURE ", open, PLAIN, close, " UID 5)", NULL);
        char *got = imap_render(false, line);
        bool too_deep = depth + 2 > IMAP_MAX_DEPTH;
        g_assert_nonnull(
            strstr(got, "MULTIPART_SUBTYPE:\"MIXED\" BODY_PARAMETERS:NIL BODY) FETCH_ITEM:UID UID:5 FETCH_ITEMS)"));
        g_assert_cmpint(strstr(got, "too_deep") != NULL, ==, too_deep);
        g_assert_null(strstr(got, "malformed"));
        g_assert_true(too_deep || strstr(got, PLAIN_ROLES " MULTIPART_SUBTYPE:\"MIXED\" BODY_PARAMETERS:NIL BODY)"));
        g_free(open);
        g_free(close);
        g_free(line);
        g_free(got);
    }
}

/* A message in a message in a message: each has its envelope, its body and its lines. */
static void test_nested_messages(void)
{
    GString *value = g_string_new(PLAIN), *expected = g_string_new(PLAIN_ROLES);
    for (int i = 0; i < 20; i++) {
        g_string_prepend(value, "(\"MESSAGE\" \"RFC822\" " FIELDS " 99 (\"d\") ");
        g_string_append(value, " 3 NIL)");
        g_string_prepend(expected, "BODY( BODY_TYPE:\"MESSAGE\" BODY_SUBTYPE:\"RFC822\" " FIELDS_ROLES
                                   " BODY_OCTETS:99 ENVELOPE( ENVELOPE_DATE:\"d\" ENVELOPE) ");
        g_string_append(expected, " BODY_LINES:3 BODY_MD5:NIL BODY)");
    }
    check_rows("BODYSTRUCTURE", &(struct row){ value->str, expected->str }, 1);
    g_string_free(value, TRUE);
    g_string_free(expected, TRUE);
}

/* A part is read again from a copy of the parser as it was before that part, whichever part it is. */
static void test_snapshots(void)
{
    static const char *const parts[] = {
        "* 1 FETCH (ENVELOPE (NIL {3}",
        " ((NIL NIL {1}",
        " {4}",
        "))) BODYSTRUCTURE ((\"TEXT\" {5}",
        " " FIELDS " 5 1)({7}",
        " {6}",
        " " FIELDS " 9 (\"d\") " PLAIN " 4) {5}",
        "))",
    };
    struct imap_parser before[G_N_ELEMENTS(parts) + 1];
    char *first[G_N_ELEMENTS(parts)];

    imap_parser_start(&before[0], false);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        GString *out = g_string_new(NULL);
        before[i + 1] = before[i];
        imap_render_part(out, &before[i + 1], mw_bytes_str(parts[i]), NULL);
        first[i] = g_string_free(out, FALSE);
    }
    for (size_t i = G_N_ELEMENTS(parts); i-- > 0;) {
        GString *out = g_string_new(NULL);
        struct imap_parser parser = before[i];
        imap_render_part(out, &parser, mw_bytes_str(parts[i]), NULL);
        g_assert_cmpstr(out->str, ==, first[i]);
        g_string_free(out, TRUE);
    }
    g_assert_cmpstr(first[2], ==, "ADDRESS_HOST:{4}");
    g_assert_cmpstr(first[5], ==, "BODY_SUBTYPE:{6}");
    g_assert_cmpstr(first[6], ==,
                    FIELDS_ROLES " BODY_OCTETS:9 ENVELOPE( ENVELOPE_DATE:\"d\" ENVELOPE) " PLAIN_ROLES
                                 " BODY_LINES:4 BODY) MULTIPART_SUBTYPE:{5}");
    g_assert_cmpstr(first[7], ==, "BODY) FETCH_ITEMS)");
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        g_free(first[i]);
}

static void parse_part(struct imap_parser *parser, mw_bytes line)
{
    struct imap_token token;
    mw_issues issues = { 0 };
    uint32_t at = 0, before = 0;

    for (; imap_parser_next(parser, line, &at, &token, &issues); before = at) {
        g_assert_cmpuint(at, >, before);
        g_assert_cmpuint(mw_slice_end(token.where), ==, at);
        g_assert_cmpuint(mw_slice_end(token.value), <=, at);
        g_assert_cmpuint(token.role, <, IMAP_ROLE_COUNT);
    }
}

static void parse(mw_bytes in)
{
    struct imap_parser parser;

    imap_parser_start(&parser, false);
    for (uint32_t from = 0, end; from <= in.len; from = end + 1) {
        end = mw_find(in, from, '\n');
        parse_part(&parser, mw_sub(in, mw_slice_of(from, end - from)));
    }
}

static void test_abuse(void)
{
    static const char *const inputs[] = {
        "* 1 FETCH (ENVELOPE (\"d\" {3}\n ((\"A\" NIL \"a\" {1}\n)(NIL NIL NIL NIL)) NIL () NIL NIL NIL NIL \"<i>\"))",
        "* 1 FETCH (BODY ((" PLAIN PLAIN " \"ALTERNATIVE\")(\"A\" \"B\" (\"a\" \"b\") NIL NIL \"7BIT\" 5) {5}\n))",
        "* 1 FETCH (BODYSTRUCTURE (\"MESSAGE\" \"RFC822\" " FIELDS " 5 (NIL (())) " PLAIN " 5 NIL "
        "(\"inline\" (\"a\" {1}\n)) (\"de\") NIL (1 (2)) x))",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(inputs); i++)
        mw_test_abuse(inputs[i], strlen(inputs[i]), parse);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/imap/body/envelope", test_envelope);
    g_test_add_func("/imap/body/leaf", test_leaf);
    g_test_add_func("/imap/body/message", test_message);
    g_test_add_func("/imap/body/multipart", test_multipart);
    g_test_add_func("/imap/body/deviations", test_deviations);
    g_test_add_func("/imap/body/deep", test_deep);
    g_test_add_func("/imap/body/nested_messages", test_nested_messages);
    g_test_add_func("/imap/body/snapshots", test_snapshots);
    g_test_add_func("/imap/body/abuse", test_abuse);
    return g_test_run();
}
