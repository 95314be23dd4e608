/* Listings: every page of them, in order, checked for truncation, written as they came. */
#ifndef EXTRACT_LISTING_H
#define EXTRACT_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "assets.h"
#include "lib/net/cursor.h"
#include "lib/base/idset.h"

struct run;

struct listing {
    struct run *run;
    enum asset_id asset;
    struct smci_page page;
    struct smci_cursor cursor;
    struct smci_idset ids;
    int64_t pages;
    int64_t rows;
    int64_t distinct;   /* rows with an id that was new, and rows without one */
    int64_t total;      /* what the last page said; -1: nothing */
    bool was_restarted; /* listed again once, since fewer rows came than `total` */
};

void listing_init(struct listing *listing, struct run *run, enum asset_id asset);
void listing_clear(struct listing *listing);

/* Asks for the first page, if this run wants the listing. Failures end the client's run. */
void listing_start(struct listing *listing);

#endif
