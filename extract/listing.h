/* Listings: every page of them, in order, checked for truncation, written as they came. */
#ifndef EXTRACT_LISTING_H
#define EXTRACT_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>

#include "assets.h"
#include "idset.h"

struct run;

struct listing {
    struct run *run;
    enum asset_id asset;
    struct page page;
    struct smc_buf cursor; /* of the page that is asked for, decoded; empty: the first one */
    struct idset cursors;  /* all that were seen: one that comes again is a circle */
    struct idset ids;
    int64_t pages;
    int64_t rows;
    int64_t distinct;   /* rows with an id that was new, and rows without one */
    int64_t total;      /* what the last page said; -1: nothing */
    bool was_restarted; /* listed again once, since fewer rows came than `total` */
    bool is_done;
};

void listing_init(struct listing *listing, struct run *run, enum asset_id asset);
void listing_clear(struct listing *listing);

/* Begins the file and asks for the first page. Failures end the client's run. */
void listing_start(struct listing *listing);

#endif
