/* Listeners to all taps of the plugin, for the target fuzz_epan: statistics, log, export of objects, streams, experts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MW_EPAN_TAPS_H
#define MW_EPAN_TAPS_H

/* Registers them, once and after the plugin. reset_tap_listeners empties, draw_tap_listeners shows what they heard. */
void taps_listen(void);

#endif
