/* The listing of all tables' paths: read while that takes fewer calls than asking for single ones,
 * and trusted once a row of it agrees with the table's own answer. */
#ifndef EXTRACT_TABLE_LISTING_H
#define EXTRACT_TABLE_LISTING_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/net/cursor.h"
#include "lib/net/page.h"

#include "calls.h"
#include "job.h"
#include "table_path.h"

enum table_trust {
    TABLES_UNCHECKED, /* no row was held against a single call yet */
    TABLES_ASKING,    /* one is */
    TABLES_TRUSTED,
    TABLES_REFUSED /* they disagree, or could not be checked: the listing counts for nothing */
};

struct table_listing {
    const struct job *job;
    struct calls *calls;
    struct smci_page page;
    struct smci_cursor cursor;
    int64_t wanted; /* tables whose path is not in the store */
    int64_t pages;
    int64_t hits;
    int64_t checked_at; /* position in the list of hits of the one that is checked */
    int checks;         /* how many were tried */
    enum table_trust trust;
    char tag[24]; /* of the rows that this run read, in the store */
};

/* `calls` asks for what rows are checked against. */
void table_listing_init(struct table_listing *listing, const struct job *job, struct calls *calls);
void table_listing_clear(struct table_listing *listing);

/* Wants a table's path, if its id is a UUID: only such can be found. Counts it in any case. */
enum smc_status table_listing_want(struct table_listing *listing, const char *id,
                                   struct smc_error *err);

/* Asks for the first page; when the client's run has ended, all that is worth it is read. */
void table_listing_ask(struct table_listing *listing);

/* What the listing, be it trusted or not, has for a table, as table_path_load. */
enum smc_status table_listing_find(const struct table_listing *listing, const char *id,
                                   bool *is_known, struct smc_buf *text, struct table_path *found,
                                   struct smc_error *err);

#endif
