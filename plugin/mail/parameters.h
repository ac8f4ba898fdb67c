/* Parameters of Content-Type and Content-Disposition. RFC 2045 5.1, RFC 2231.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_MAIL_PARAMETERS_H
#define MW_MAIL_PARAMETERS_H

#include <glib.h>

#include "slice.h"

/* Most parameters of a Content-Type or Content-Disposition, and so sections of a name (RFC 2231 3). */
#define MAIL_MAX_PARAMETERS 1000

/* A parameter of a field. RFC 2231 3, 4: name "*" section "*" "=" value. */
struct mail_parameter {
    mw_slice name;    /* of the field, without section and charset */
    unsigned section; /* 0 for the first or only one */
    bool extended;    /* the value is percent-encoded */
    bool sectioned;
    GString *value; /* without its quotes */
};

/* The parameters of an unfolded field in wire order, as struct mail_parameter; the caller unrefs the array, which owns
 * their values. What stands before the first ';' is no parameter, and what has no '=' is left out. RFC 2045 5.1. */
GArray *mail_parameters_parse(mw_bytes field);

/* The value of a parameter of an unfolded field, its sections joined, in octets; NULL without the field, empty without
 * the parameter. A form with sections or charset comes before a plain one; of several pieces with one number the first
 * counts. The name of the charset is appended to charset. RFC 2231. The caller frees it with g_string_free. */
GString *mail_parameter_join(const GString *field, const char *name, GString *charset);

/* The same decoded to UTF-8; NULL when there is none or it is empty. The caller frees it with g_free. */
char *mail_parameter_decode(const GString *field, const char *name);

#endif
