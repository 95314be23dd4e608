/* One listing: every page of it, in order, checked for truncation, its rows written as they came.
 *
 * A row that is deleted while one pages shifts a live one past the reader, and no `total` shows
 * that. So a listing of more than one page, or with fewer rows than its `total`, is read again,
 * until a reading brings no id that those before did not have; the third ends it in any case.
 *
 * One that can't be read whole ends the run, since Catalog would take what is lacking for deleted.
 * An extra's is given up: that is a gap. */
#ifndef EXTRACT_LISTING_H
#define EXTRACT_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/net/cursor.h"
#include "lib/net/page.h"

#include "job.h"
#include "listing_rows.h"
#include "lost.h"
#include "rights.h"

enum listing_event {
    LISTING_DECIDED, /* of workbooks: the account's rights are known, as far as they are asked for
                      */
    LISTING_ROW,     /* an object that was not listed before, if calls for single ones follow */
    LISTING_ENDED    /* it is whole */
};

/* Takes an event; `row` is that of LISTING_ROW. An error ends the run. */
typedef enum smc_status listing_told_fn(void *ctx, enum asset_id asset, enum listing_event event,
                                        const struct smci_item *row, struct smc_error *err);

/* Given to every listing. */
struct listing_base {
    const struct job *job;
    struct lost *lost;
    struct rights *rights;
    listing_told_fn *told;
    void *ctx;
};

struct listing {
    const struct listing_base *base;
    enum asset_id asset;
    struct smci_page page;
    struct smci_cursor cursor;
    struct listing_rows rows;
    int64_t pages; /* of this reading */
    int64_t total; /* the largest that its pages said; -1: nothing */
    bool is_ended; /* all its readings are over */
    bool is_begun; /* its first page was asked for, and the log has said so */
};

/* `base` is borrowed. */
void listing_init(struct listing *listing, const struct listing_base *base, enum asset_id asset);
void listing_clear(struct listing *listing);

/* Asks for the first page, if this run wants the listing. Failures end the client's run. */
void listing_start(struct listing *listing);

#endif
