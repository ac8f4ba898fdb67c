/* Shows the attachments and URLs of a message in its record.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/dissect.h"
#include "mail/parts.h"

static int hf_attachment = -1;
static int hf_attachment_content_type = -1;
static int hf_attachment_size = -1;
static int hf_attachment_md5 = -1;
static int hf_attachment_sha256 = -1;
static int hf_url = -1;

static hf_register_info fields[] = {
    MW_STRING(hf_attachment, "mail.attachment", "Attachment", "File name of a part that has one, decoded"),
    MW_STRING(hf_attachment_content_type, "mail.attachment.content_type", "Content type",
              "Media type of the attachment"),
    MW_NUMBER(hf_attachment_size, FT_UINT64, "mail.attachment.size", "Size", "Octets after transfer decoding"),
    MW_STRING(hf_attachment_md5, "mail.attachment.md5", "MD5", "MD5 of the decoded octets"),
    MW_STRING(hf_attachment_sha256, "mail.attachment.sha256", "SHA-256", "SHA-256 of the decoded octets"),
    MW_STRING(hf_url, "mail.url", "URL", "Distinct URL in a text or HTML part"),
};

static int ett_attachment = -1;

/* Items of one attachment. */
#define ATTACHMENT_ITEMS 5

static void add_attachment(const struct mw_node *node, const struct mail_attachment *a)
{
    proto_item *item = mw_add_string(node, hf_attachment, mw_slice_of(0, 0), a->filename);
    struct mw_node below = mw_node_below(node, item, ett_attachment);
    proto_item_set_generated(item);
    mw_add_generated_string(&below, hf_attachment_content_type, a->content_type);
    if (a->md5)
        mw_add_generated_uint64(&below, hf_attachment_size, a->size);
    mw_add_generated_string(&below, hf_attachment_md5, a->md5);
    mw_add_generated_string(&below, hf_attachment_sha256, a->sha256);
}

static bool is_wanted(const struct mw_node *node, int hf)
{
    return proto_field_is_referenced(node->tree, hf);
}

/* What to look for, as MAIL_PARTS_ bits: what somebody looks at. */
static unsigned wanted_parts(const struct mw_node *node, bool whole)
{
    bool sums = whole && (is_wanted(node, hf_attachment_size) || is_wanted(node, hf_attachment_md5) ||
                          is_wanted(node, hf_attachment_sha256));
    bool names = is_wanted(node, hf_attachment) || is_wanted(node, hf_attachment_content_type);
    return (sums ? MAIL_PARTS_SUMS : names ? MAIL_PARTS_NAMES : 0) | (is_wanted(node, hf_url) ? MAIL_PARTS_URLS : 0);
}

bool add_mail_parts(const struct mw_node *node, mw_bytes message, bool whole, bool all)
{
    unsigned what = wanted_parts(node, whole) | (all ? MAIL_PARTS_NAMES | MAIL_PARTS_URLS : 0);
    if (!what)
        return false;
    struct mail_parts *parts = mail_parts_parse(message, what);
    unsigned attachments = MIN(parts->attachments->len, MAIL_MAX_LISTED / ATTACHMENT_ITEMS);
    unsigned urls = MIN(parts->urls->len, MAIL_MAX_LISTED);
    bool cut = attachments < parts->attachments->len || urls < parts->urls->len;
    for (unsigned i = 0; i < attachments; i++)
        add_attachment(node, g_ptr_array_index(parts->attachments, i));
    for (unsigned i = 0; i < urls; i++)
        mw_add_generated_string(node, hf_url, g_ptr_array_index(parts->urls, i));
    mail_parts_free(parts);
    return cut;
}

void mail_register_parts(void)
{
    static int *trees[] = { &ett_attachment };
    MW_REGISTER_FIELDS(proto_mail, fields);
    proto_register_subtree_array(trees, array_length(trees));
}
