/* What is known of one table's path: an answer {"connectionId": "", "path": []}. */
#ifndef EXTRACT_TABLE_PATH_H
#define EXTRACT_TABLE_PATH_H

#include <stdbool.h>

#include <sigmacat/buf.h>
#include <sigmacat/json.h>

#include "lib/store/store.h"

struct table_path {
    bool is_resolved; /* both are there */
    struct smc_json_span connection_id;
    struct smc_json_span path;
};

/* Reads a scanned answer; the spans point into it. Returns `is_resolved`. */
bool table_path_read(struct smc_json_span answer, struct table_path *found);

/* Whether the two say the same, however it is written. False also without memory. */
bool table_path_same(const struct table_path *a, const struct table_path *b);

/* Appends the answer that the store has for a table to `text`; `kind`, `id` and `tag` as in
 * smci_store_get. `is_known` tells whether there is one, `found` whether it resolves. */
enum smc_status table_path_load(struct smci_store *store, const char *kind, const char *id,
                                const char *tag, bool *is_known, struct smc_buf *text,
                                struct table_path *found, struct smc_error *err);

#endif
