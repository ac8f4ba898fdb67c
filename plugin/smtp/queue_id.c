/* Finds the queue id in the reply to a message.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "smtp/queue_id.h"

#include <glib.h>

/* Shorter words with a digit are counts and codes rather than ids. */
#define MIN_ID_OCTETS 4

/* A phrase of a reply and how the id is taken near it. take() gets the place of the phrase and is called for each. */
struct form {
    const char *phrase;
    bool (*take)(mw_bytes in, mw_slice phrase, mw_slice *id);
};

static bool is_one_of(uint8_t c, const char *set)
{
    return c && strchr(set, c);
}

/* Without brackets around it and punctuation behind it. */
static mw_slice strip(mw_bytes in, mw_slice word)
{
    while (word.len && is_one_of(in.data[word.offset], "<[(\""))
        word = mw_slice_skip(word, 1);
    while (word.len && is_one_of(in.data[mw_slice_end(word) - 1], ">])\".,;:"))
        word.len--;
    return word;
}

static bool is_visible(mw_bytes in)
{
    for (uint32_t i = 0; i < in.len; i++)
        if (in.data[i] <= ' ' || in.data[i] >= 0x7F)
            return false;
    return in.len > 0;
}

static bool has_digit(mw_bytes in)
{
    for (uint32_t i = 0; i < in.len; i++)
        if (mw_is(in.data[i], MW_DIGIT))
            return true;
    return false;
}

static bool is_number(mw_bytes in)
{
    uint64_t number;
    return mw_parse_number(in, mw_slice_of(0, in.len), &number);
}

static bool accept(mw_bytes in, mw_slice word, mw_slice *id)
{
    if (!is_visible(mw_sub(in, word)))
        return false;
    *id = word;
    return true;
}

/* For phrases that leave open whether an id is next to them: a word with a digit, not a path. */
static bool accept_likely(mw_bytes in, mw_slice word, mw_slice *id)
{
    mw_bytes w = mw_sub(in, word);
    return w.len >= MIN_ID_OCTETS && has_digit(w) && !is_one_of(w.data[0], "<(") && accept(in, strip(in, word), id);
}

static mw_slice behind(mw_bytes in, mw_slice s)
{
    return mw_slice_of(mw_slice_end(s), in.len - mw_slice_end(s));
}

static mw_slice word_behind(mw_bytes in, mw_slice phrase)
{
    mw_slice rest = behind(in, phrase);
    return mw_next_word(in, &rest);
}

static mw_slice word_ahead(mw_bytes in, mw_slice phrase)
{
    mw_slice word = mw_slice_trim(in, mw_slice_of(0, phrase.offset));
    uint32_t end = mw_slice_end(word), start = end;
    while (start > 0 && !mw_is(in.data[start - 1], MW_BLANK))
        start--;
    return mw_slice_of(start, end - start);
}

/* "Ok: queued as 4F2C81A0D3", "OK id=1Mugho-0003Dg-Un", "2.1.5 Ok SESSIONID=<cyrus-1-2-3>" */
static bool take_behind(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    return accept(in, strip(in, word_behind(in, phrase)), id);
}

/* "Message received: 20070101123456.ABCD.host@example.org" */
static bool take_likely_behind(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    return accept_likely(in, word_behind(in, phrase), id);
}

/* "2.0.0 l0SAf3xx003214 Message accepted for delivery", "2.0.0 OK 1363882703 h10si4297299icc.190 - gsmtp" */
static bool take_likely_ahead(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    return accept_likely(in, word_ahead(in, phrase), id);
}

/* "2.6.0 <RAY0001@example.org> Queued mail for delivery" */
static bool take_path_ahead(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    mw_slice word = word_ahead(in, phrase);
    return word.len && in.data[word.offset] == '<' && accept(in, strip(in, word), id);
}

/* "[InternalId=3835405795330, Hostname=..." */
static bool take_number_behind(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    mw_slice number = { mw_slice_end(phrase), 0 };
    while (mw_slice_end(number) < in.len && mw_is(in.data[mw_slice_end(number)], MW_DIGIT))
        number.len++;
    return accept(in, number, id);
}

/* "Message Queued (4D2B0C1E-...)", "Received OK [xk3dPqZ1.uk202]"; but hMailServer's "Queued (0.047 seconds)". */
static bool take_bracketed(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    mw_slice word = word_behind(in, phrase);
    mw_bytes w = mw_sub(in, word);
    return w.len && (mw_find(w, 0, ')') < w.len || mw_find(w, 0, ']') < w.len) && accept(in, strip(in, word), id);
}

/* "ok 1077837436 qp 20319": time in seconds and process id of qmail-queue. The process id, which the log repeats,
 * comes back after a while; only both together name the message, so both are the id. */
static bool take_qmail(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    mw_slice time = word_ahead(in, phrase), process = word_behind(in, phrase);
    if (!is_number(mw_sub(in, time)) || !is_number(mw_sub(in, process)))
        return false;
    *id = mw_slice_of(time.offset, mw_slice_end(process) - time.offset);
    return true;
}

/* "queued on mxfront1.example.net as 1355321111-AbCd", also without "as" */
static bool take_queued_on(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    mw_slice rest = behind(in, phrase);
    mw_next_word(in, &rest);
    mw_slice word = mw_next_word(in, &rest);
    if (mw_equal_nocase(mw_sub(in, word), "as"))
        word = mw_next_word(in, &rest);
    return accept_likely(in, word, id);
}

/* "SmtpThread-5746091-1418913467642@mx.example.net Received OK": the phrase begins the id. */
static bool take_whole(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    return accept(in, strip(in, word_behind(in, mw_slice_of(phrase.offset, 0))), id);
}

/* "ok:  Message 12345 accepted" */
static bool take_before_accepted(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    mw_slice rest = behind(in, phrase);
    mw_slice word = mw_next_word(in, &rest);
    return mw_starts_nocase(mw_sub(in, mw_next_word(in, &rest)), "accepted") && is_number(mw_sub(in, word)) &&
           accept(in, word, id);
}

/* "<alice@example.org> oKJfDmkHBgAA Saved": Dovecot's session id, which its log has with the message. */
static bool take_saved(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    mw_slice word = word_ahead(in, phrase);
    mw_slice path = word_ahead(in, word);
    bool good = path.len > 2 && in.data[path.offset] == '<' && in.data[mw_slice_end(path) - 1] == '>';
    return good && accept(in, word, id);
}

/* "Ok 0102017f8d3c1a2b-6f0e", "OK <S12AB>", "Ok. 00000000000A1B2C.4F": nothing else in the reply. Gmail once had the
 * time before it: "OK 1187645654 h7si1234567rvb". */
static bool take_sole(mw_bytes in, mw_slice phrase, mw_slice *id)
{
    mw_slice rest = behind(in, phrase);
    while (rest.len && is_one_of(in.data[rest.offset], ".,:"))
        rest = mw_slice_skip(rest, 1);
    mw_slice word = mw_next_word(in, &rest);
    rest = mw_slice_trim(in, rest);
    if (rest.len && word.len == strlen("1187645654") && is_number(mw_sub(in, word)))
        word = mw_next_word(in, &rest);
    if (phrase.offset != 0 || mw_slice_trim(in, rest).len)
        return false;
    return accept_likely(in, strip(in, word), id);
}

/* The first row that finds an id decides: a filter in front of the server quotes the server's reply behind its own
 * ("Ok, id=12345-01, from MTA(...): 250 2.0.0 Ok: queued as 4F2C81A0D3"), and the server's id is the one to follow. */
static const struct form forms[] = {
    { "queued as", take_behind },                /* Postfix, Coremail, MailHog, Mailpit */
    { "queued with id", take_behind },           /* Stalwart */
    { "queued on", take_queued_on },             /* Yandex */
    { "InternalId=", take_number_behind },       /* Exchange since 2010, Outlook.com */
    { "SESSIONID=", take_behind },               /* Cyrus LMTP */
    { "envelope id", take_behind },              /* Sun and Oracle Messaging Server */
    { "id=", take_behind },                      /* Exim, GMX, amavis */
    { "qp", take_qmail },                        /* qmail, Yahoo, MessageLabs */
    { "- gsmtp", take_likely_ahead },            /* Gmail */
    { "SmtpThread-", take_whole },               /* Mimecast, old */
    { "Received OK [", take_bracketed },         /* Mimecast */
    { "Queued (", take_bracketed },              /* Haraka */
    { "saved <Message-ID:", take_behind },       /* MDaemon */
    { "Message received:", take_likely_behind }, /* InterMail */
    { "Queued mail for", take_path_ahead },      /* Exchange to 2007, IIS */
    { "Message accepted", take_likely_ahead },   /* Sendmail, OpenSMTPD, Proofpoint, CommuniGate Pro, Kerio */
    { "mail accepted", take_likely_ahead },      /* Cloudmark */
    { "Message", take_before_accepted },         /* IronPort */
    { "Saved", take_saved },                     /* Dovecot LMTP */
    { "OK", take_sole },                         /* Amazon SES, XMail, Courier, Momentum */
};

static bool is_within_word(mw_bytes in, mw_slice phrase)
{
    uint32_t end = mw_slice_end(phrase);
    bool before = phrase.offset > 0 && mw_is(in.data[phrase.offset - 1], MW_ALPHA | MW_DIGIT);
    bool last_is_letter = mw_is(in.data[end - 1], MW_ALPHA);
    return before || (last_is_letter && end < in.len && mw_is(in.data[end], MW_ALPHA | MW_DIGIT));
}

static bool try_form(mw_bytes in, const struct form *form, mw_slice *id)
{
    mw_slice phrase = { mw_find_nocase(in, 0, form->phrase), (uint32_t)strlen(form->phrase) };
    while (phrase.offset < in.len) {
        if (!is_within_word(in, phrase) && form->take(in, phrase, id))
            return true;
        phrase.offset = mw_find_nocase(in, phrase.offset + 1, form->phrase);
    }
    return false;
}

/* RFC 2034 4: "2." subject "." detail at the start; OpenSMTPD put a colon behind it. Returns what is left. */
static mw_slice skip_enhanced_code(mw_bytes in)
{
    mw_slice rest = { 0, in.len };
    mw_slice all = mw_slice_trim(in, rest);
    mw_bytes code = mw_sub(in, mw_next_word(in, &rest));
    uint32_t dots = 0;
    for (uint32_t i = 0; i < code.len; i++) {
        bool last_colon = code.data[i] == ':' && i + 1 == code.len;
        if (!mw_is(code.data[i], MW_DIGIT) && code.data[i] != '.' && !last_colon)
            return all;
        dots += code.data[i] == '.';
    }
    return dots == 2 ? mw_slice_trim(in, rest) : all;
}

bool smtp_parse_queue_id(mw_bytes text, mw_slice *id)
{
    text = mw_sub(text, mw_slice_of(0, SMTP_MAX_QUEUE_REPLY));
    mw_slice part = skip_enhanced_code(text);
    mw_bytes in = mw_sub(text, part);
    mw_slice found = { 0, 0 };
    *id = found;
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        if (!try_form(in, &forms[i], &found))
            continue;
        *id = mw_slice_of(part.offset + found.offset, found.len);
        return true;
    }
    return false;
}
