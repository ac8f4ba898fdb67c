/* The tap "credentials".
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "mail/credentials.h"

#include "fields.h"

/* The struct that listeners of the tap expect. Wireshark does not install the header that has it; it is the same
 * in 4.0, 4.4 and 4.6. */
struct tap_credential {
    uint32_t num;
    uint32_t username_num;
    uint32_t password_hf_id;
    char *username;
    const char *proto;
    char *info;
};

static int tap = -1;

void mail_credentials_init(void)
{
    tap = register_tap("credentials"); /* the one that there is, or a new one */
}

bool mail_credentials_wanted(void)
{
    return have_tap_listener(tap);
}

void mail_tap_credentials(packet_info *pinfo, const char *protocol, int hf, const char *username, const char *proof)
{
    if (!mail_credentials_wanted())
        return;
    struct tap_credential *credential = wmem_new0(pinfo->pool, struct tap_credential);
    credential->num = credential->username_num = pinfo->num;
    credential->password_hf_id = (uint32_t)hf;
    credential->username = wmem_strdup(pinfo->pool, mw_kept_text(pinfo, username));
    credential->proto = protocol;
    if (proof)
        credential->info = wmem_strdup_printf(pinfo->pool, "Not the password, but what %s makes of it", proof);
    tap_queue_packet(tap, pinfo, credential);
}
