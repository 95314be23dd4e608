/* The parts of a run that make its set, wired to each other: what one of them tells is done by
 * another here. They begin anew together. run.c puts them to work, one phase after the other. */
#ifndef EXTRACT_PARTS_H
#define EXTRACT_PARTS_H

#include "calls.h"
#include "degraded.h"
#include "extras.h"
#include "field_lineage.h"
#include "gaps.h"
#include "job.h"
#include "lineage.h"
#include "listing.h"
#include "models.h"
#include "reused.h"
#include "rights.h"
#include "tables.h"
#include "whoami.h"

struct parts {
    const struct job *job;
    struct gaps gaps;
    struct lost lost;
    struct rights rights;
    struct whoami whoami;
    struct listing_base base;
    struct listing listings[ASSET_COUNT]; /* of those whose role is ROLE_LISTING */
    struct reused reused;
    struct calls calls;
    struct models models;
    struct tables tables;
    struct tables extra_tables; /* of files beyond what Catalog asks for */
    struct extras extras;
    struct lineage lineage;
    struct field_lineage fields;
    struct degraded degraded;
};

/* `job` is borrowed, and need not be open yet. */
void parts_init(struct parts *parts, const struct job *job);

/* Starts the listings of extras, or those of the others; what asks for the whole organisation waits
 * until the first workbooks page has decided how. */
void parts_start_listings(struct parts *parts, bool are_extras);

/* Twice is harmless; then parts_init makes them new. The client must not call any of them later. */
void parts_clear(struct parts *parts);

#endif
