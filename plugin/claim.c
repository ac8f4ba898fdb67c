/* Claiming ports at the start of a capture, when preferences and Decode As have been read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#include "claim.h"

bool mw_builtin_preference(const char *module_name, const char *name)
{
    module_t *module = prefs_find_module(module_name);
    pref_t *pref = module ? prefs_find_preference(module, name) : NULL;
    return pref ? prefs_get_bool_value(pref, pref_current) : true;
}

#define MAX_CLAIMS 8 /* three protocols and a few ports of their own */

static struct claim {
    dissector_handle_t builtin, over_tcp, over_tls;
    const mw_bool *wanted;
    unsigned port; /* a port of its own; 0: all those of the builtin */
} claims[MAX_CLAIMS];
static unsigned claim_count;

void mw_claim(const char *builtin, dissector_handle_t over_tcp, dissector_handle_t over_tls, const mw_bool *wanted)
{
    DISSECTOR_ASSERT(claim_count < MAX_CLAIMS);
    claims[claim_count++] = (struct claim){ find_dissector(builtin), over_tcp, over_tls, wanted, 0 };
}

void mw_claim_port(unsigned port, dissector_handle_t over_tcp, const mw_bool *wanted)
{
    DISSECTOR_ASSERT(claim_count < MAX_CLAIMS);
    claims[claim_count++] = (struct claim){ NULL, over_tcp, NULL, wanted, port };
}

struct search {
    dissector_handle_t from;
    GArray *ports; /* of uint32_t */
};

static void find_entry(const char *table _U_, ftenum_t type _U_, void *key, void *value, void *data)
{
    struct search *search = data;
    uint32_t port = GPOINTER_TO_UINT(key);
    if (dtbl_entry_get_handle(value) == search->from)
        g_array_append_val(search->ports, port);
}

/* The table must not change while it is walked. */
static void replace(const char *table, dissector_handle_t from, dissector_handle_t to)
{
    struct search search = { from, g_array_new(false, false, sizeof(uint32_t)) };
    dissector_table_foreach(table, find_entry, &search);
    for (unsigned i = 0; i < search.ports->len; i++)
        dissector_change_uint(table, g_array_index(search.ports, uint32_t, i), to);
    g_array_free(search.ports, true);
}

static void claim_port(const struct claim *claim)
{
    dissector_handle_t now = dissector_get_uint_handle(find_dissector_table("tcp.port"), claim->port);
    if (!now && *claim->wanted)
        dissector_change_uint("tcp.port", claim->port, claim->over_tcp);
    else if (now == claim->over_tcp && !*claim->wanted)
        dissector_reset_uint("tcp.port", claim->port);
}

void mw_claim_ports(void)
{
    /* single ports first: among all ports of a dissector they would go to the built-in one, which never had them */
    for (unsigned i = 0; i < claim_count; i++)
        if (claims[i].port)
            claim_port(&claims[i]);
    for (unsigned i = 0; i < claim_count; i++) {
        const struct claim *c = &claims[i];
        if (c->builtin) {
            replace("tcp.port", *c->wanted ? c->builtin : c->over_tcp, *c->wanted ? c->over_tcp : c->builtin);
            replace("tls.port", *c->wanted ? c->builtin : c->over_tls, *c->wanted ? c->over_tls : c->builtin);
        }
    }
}
