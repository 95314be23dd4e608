/* Connection paths of tables: wanted by sources and lineages, resolved in bulk where that takes
 * fewer calls, else one by one. */
#ifndef EXTRACT_PATHS_H
#define EXTRACT_PATHS_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/json.h>

#include "lib/net/cursor.h"
#include "lib/net/page.h"

struct run;

enum paths_check {
    PATHS_UNCHECKED, /* no hit was held against a single call yet */
    PATHS_ASKING,    /* one is */
    PATHS_TRUSTED,
    PATHS_REFUSED /* they disagree, or could not be checked: the listing counts for nothing */
};

struct paths {
    struct run *run;
    struct smci_page page;
    struct smci_cursor cursor;
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
    struct smc_json_span connection_id;
    struct smc_json_span path;
};
enum smc_status paths_find(struct paths *paths, const char *table_id, struct smc_buf *text,
                           struct table_path *found, struct smc_error *err);

/* Reads such an answer. False when it has no path array and connection id. */
bool paths_read_answer(const char *text, size_t len, struct table_path *found);

/* ---- for bulk.c ---- */

/* Wanted tables by their UUID; the tag is the id as the source has it. */
#define LIST_UUIDS "table_uuids"
/* The listing's rows in the store: answers that count once the listing is trusted. */
#define KIND_BULK "bulk"

/* Appends the answer of KIND_PATH or KIND_BULK for `id` to `text`. `is_known` tells whether the store has
 * one, `found` whether it is one that resolves. */
enum smc_status paths_find_in(struct paths *paths, const char *kind, const char *id, bool *is_known,
                              struct smc_buf *text, struct table_path *found,
                              struct smc_error *err);

/* Whether the two say the same, however it is written. */
bool paths_are_same(const struct table_path *a, const struct table_path *b);

/* Puts the tables that are still unknown on LIST_SINGLE. */
enum smc_status paths_list_singles(struct paths *paths, struct smc_error *err);

#endif
