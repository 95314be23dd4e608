/* Connection paths of tables: wanted by sources and lineages, resolved in bulk where that takes
 * fewer calls, else one by one. */
#ifndef EXTRACT_PATHS_H
#define EXTRACT_PATHS_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/record.h>

#include "idset.h"
#include "page.h"

struct run;

enum paths_check {
    PATHS_UNCHECKED, /* no hit was held against a single call yet */
    PATHS_ASKING,    /* one is */
    PATHS_TRUSTED,
    PATHS_REFUSED /* they disagree, or could not be checked: the listing counts for nothing */
};

struct paths {
    struct run *run;
    struct page page;
    struct smc_buf cursor;
    struct idset cursors;
    int64_t wanted; /* tables whose path is not in the store */
    int64_t pages;
    int64_t hits;
    int64_t checked_at; /* position in the list of hits of the one that is checked */
    int checks;         /* how many were tried */
    enum paths_check check;
    bool is_listed; /* no more pages come */
    char tag[24];   /* of the rows that this run read, in the store */
};

void paths_init(struct paths *paths, struct run *run);
void paths_clear(struct paths *paths);

/* Resolves all that is on LIST_TABLES; runs the client. */
enum smc_status paths_resolve(struct paths *paths, struct smc_error *err);

/* Makes answers of single calls out of the listing's rows, so that a later run can reuse them. */
enum smc_status paths_keep(struct paths *paths, struct smc_error *err);

/* The answer for a table, {"connectionId", "path"}: its text is appended to `text`, the spans point
 * into it. `is_resolved` false: it could not be had. */
struct table_path {
    bool is_resolved;
    struct smc_span connection_id;
    struct smc_span path;
};
enum smc_status paths_find(struct paths *paths, const char *table_id, struct smc_buf *text,
                           struct table_path *found, struct smc_error *err);

/* Reads such an answer. False when it has no path array and connection id. */
bool paths_read_answer(const char *text, size_t len, struct table_path *found);

#endif
