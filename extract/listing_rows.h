/* The rows of a listing: counted, and those of objects for which calls follow kept in the store. */
#ifndef EXTRACT_LISTING_ROWS_H
#define EXTRACT_LISTING_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>

#include "lib/base/idset.h"
#include "lib/net/page.h"

#include "job.h"

struct listing_rows {
    struct smci_idset ids;
    int64_t count;
    int64_t distinct; /* rows with an id that was new, and rows without one */
};

/* The members that are picked from each row of this listing, `count` of them. */
size_t listing_row_members(const struct job *job, enum asset_id asset,
                           const char *names[SMCI_PAGE_MEMBERS_MAX]);

/* Counts a row. Where calls for single objects follow, its object is put on the list of the asset's
 * name; `has_id` is false when it can't be, since the row has no id. `told` is called for one that
 * is new. */
enum smc_status listing_rows_take(struct listing_rows *rows, const struct job *job,
                                  enum asset_id asset, const struct smci_page_row *row,
                                  job_item_fn *told, void *ctx, bool *has_id,
                                  struct smc_error *err);

/* Puts a page's rows into the asset's file, if it is written. */
enum smc_status listing_rows_write(const struct job *job, enum asset_id asset,
                                   const struct smci_page *page, struct smc_error *err);

#endif
