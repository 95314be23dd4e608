/* Where a paged call goes on: the cursor of the page that is asked for, and all that were seen. */
#ifndef SMCI_CURSOR_H
#define SMCI_CURSOR_H

#include <sigmacat/buf.h>

#include "lib/base/idset.h"
#include "page.h"

struct smci_cursor {
    struct smc_buf text;    /* decoded; empty: the first page */
    struct smci_idset seen; /* one that comes again is a circle */
};

void smci_cursor_init(struct smci_cursor *cursor);
void smci_cursor_clear(struct smci_cursor *cursor);

enum smci_cursor_step {
    SMCI_CURSOR_NEXT,    /* `text` is that of the next page */
    SMCI_CURSOR_END,     /* there is none: `text` is empty */
    SMCI_CURSOR_MISSING, /* the page does not say (of a nextPageToken that is the ordinary end) */
    SMCI_CURSOR_WRONG,   /* neither a text nor null */
    SMCI_CURSOR_REPEATS, /* it was seen before, or is empty, which is the first page's */
    SMCI_CURSOR_NO_MEMORY
};

/* Takes what `page` says of the page after it. */
enum smci_cursor_step smci_cursor_take(struct smci_cursor *cursor, const struct smci_page *page,
                                       enum smci_paging paging);

/* What is wrong, to be put behind "the answer" or "page 3"; "" for SMCI_CURSOR_NEXT and SMCI_CURSOR_END. */
const char *smci_cursor_fault(enum smci_cursor_step step);

#endif
