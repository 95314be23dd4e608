/* The rows of a listing, which may be read several times: counted, written, and those of objects
 * for which calls follow kept in the store. */
#ifndef EXTRACT_LISTING_ROWS_H
#define EXTRACT_LISTING_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>

#include "lib/base/idset.h"
#include "lib/net/page.h"

#include "job.h"

struct listing_rows {
    struct smci_idset ids; /* of all readings */
    int reading;           /* the one that is under way, from 1 to SMCI_IDSET_READINGS_MAX */
    int64_t count;         /* rows of this reading */
    int64_t distinct;      /* of these, with an id that was new to it */
    int64_t added;         /* of these, with an id that no reading before had */
    int64_t without_id;    /* rows of the first reading; a later one's can't be told from them */
    int64_t doubled;       /* rows that were written though their id had been listed before */
};

/* Begins the first reading, or the next. */
void listing_rows_begin(struct listing_rows *rows);

/* Rows of all readings that count for `total`. */
int64_t listing_rows_all(const struct listing_rows *rows);

/* The members that are picked from each row of this listing, `count` of them. */
size_t listing_row_members(const struct job *job, enum asset_id asset,
                           const char *names[SMCI_PAGE_MEMBERS_MAX]);

/* Counts a row. One that no reading before had is written, if the asset's file is. Where calls
 * for single objects follow, its object is put on the list of the asset's name; `has_id` is
 * false when it can't be, since the row has no id. `told` is called for one that is new. */
enum smc_status listing_rows_take(struct listing_rows *rows, const struct job *job,
                                  enum asset_id asset, const struct smci_page_row *row,
                                  job_item_fn *told, void *ctx, bool *has_id,
                                  struct smc_error *err);

#endif
