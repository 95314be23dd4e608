/* Where a paged call goes on: the cursor of the page that is asked for, and all that were seen. */
#ifndef EXTRACT_CURSOR_H
#define EXTRACT_CURSOR_H

#include <sigmacat/buf.h>

#include "idset.h"
#include "page.h"

struct cursor {
    struct smc_buf text; /* decoded; empty: the first page */
    struct idset seen;   /* one that comes again is a circle */
};

void cursor_init(struct cursor *cursor);
void cursor_clear(struct cursor *cursor);

enum cursor_step {
    CURSOR_NEXT,    /* `text` is that of the next page */
    CURSOR_END,     /* there is none: `text` is empty */
    CURSOR_MISSING, /* the page does not say (of a nextPageToken that is the ordinary end) */
    CURSOR_WRONG,   /* neither a text nor null */
    CURSOR_REPEATS, /* it was seen before, or is empty, which is the first page's */
    CURSOR_NO_MEMORY
};

/* Takes what `page` says of the page after it. */
enum cursor_step cursor_take(struct cursor *cursor, const struct page *page, enum paging paging);

/* What is wrong, to be put behind "the answer" or "page 3"; "" for CURSOR_NEXT and CURSOR_END. */
const char *cursor_fault(enum cursor_step step);

#endif
