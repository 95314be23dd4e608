/* What the pace has found, in words. */
#ifndef SMCI_PACE_TEXT_H
#define SMCI_PACE_TEXT_H

#include <stddef.h>

#include "lib/net/pace.h"

#define SMCI_PACE_TEXT_MAX 192

/* Which limit was met and how sure that is, such as "continuing at 9.6 calls/s; the limit is
 * between 9.8 and 10.2". Cut to `size`, which is 1 or more. */
void smci_pace_text(const struct smci_pace_found *found, char *text, size_t size);

#endif
