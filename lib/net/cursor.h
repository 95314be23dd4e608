/* Where a paged call goes on: the cursor of the page that is asked for, and all that were seen. */
#ifndef SMCI_CURSOR_H
#define SMCI_CURSOR_H

#include <sigmacat/buf.h>

#include "lib/base/idset.h"
#include "page.h"

struct smci_cursor {
    struct smc_buf text;    /* decoded; empty: the first page */
    struct smci_idset seen; /* one that comes again is a circle */
    bool is_as_it_came;     /* `text` is percent-encoded already */
    size_t limit;           /* rows asked for in one page; 0: not said */
    size_t most;            /* rows of the fullest page so far */
    int idle;               /* pages in a row that brought nothing new */
};

/* So many pages in a row without anything new have no end. */
#define SMCI_CURSOR_IDLE_MAX 100

/* So many rows Sigma gives in a page of nextPage where it heeds no limit. */
#define SMCI_PAGE_ROWS_UNASKED 50

void smci_cursor_init(struct smci_cursor *cursor, size_t limit);
void smci_cursor_clear(struct smci_cursor *cursor);

enum smci_cursor_step {
    SMCI_CURSOR_NEXT,    /* `text` is that of the next page */
    SMCI_CURSOR_END,     /* there is none: `text` is empty */
    SMCI_CURSOR_EMPTY,   /* a nextPage of "", `text` is empty: the end, where no rows are lacking */
    SMCI_CURSOR_CUT,     /* the same of a page that is full: the end where a total says so alone */
    SMCI_CURSOR_BARE,    /* an array of as many rows as were asked for: perhaps it is cut */
    SMCI_CURSOR_MISSING, /* the page does not say (of a nextPageToken that is the ordinary end) */
    SMCI_CURSOR_OTHER,   /* it says so in the other idiom's member */
    SMCI_CURSOR_WRONG,   /* neither a text nor null */
    SMCI_CURSOR_REPEATS, /* it was seen before */
    SMCI_CURSOR_ENDLESS, /* SMCI_CURSOR_IDLE_MAX pages brought nothing new */
    SMCI_CURSOR_NO_MEMORY
};

/* Takes what `page` says of the page after it. A page is full that has as many rows as were asked
 * for, as Sigma gives unasked, or as one before it. */
enum smci_cursor_step smci_cursor_take(struct smci_cursor *cursor, const struct smci_page *page,
                                       enum smci_paging paging);

/* Notes whether a page brought anything new; SMCI_CURSOR_ENDLESS or SMCI_CURSOR_NEXT. */
enum smci_cursor_step smci_cursor_note(struct smci_cursor *cursor, bool has_new);

/* Appends the cursor to an address: percent-encoded, or as it came. Returns the status of
 * `target`. */
enum smc_status smci_cursor_put(const struct smci_cursor *cursor, struct smc_buf *target);

/* The page that was asked for was answered with this status. True: it is to be asked for once more,
 * with the cursor as it came, since that is percent-encoded already and was refused with 400. */
bool smci_cursor_try_as_it_came(struct smci_cursor *cursor, int http_status);

/* What is wrong, to be put behind "the answer" or "page 3"; "" for SMCI_CURSOR_NEXT and
 * SMCI_CURSOR_END. */
const char *smci_cursor_fault(enum smci_cursor_step step);

#endif
