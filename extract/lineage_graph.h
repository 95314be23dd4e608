/* One data model's lineage, read whole, all pages, before its first element is resolved, since any
 * entry may come on any page: its entries, and what an id may stand for. */
#ifndef EXTRACT_LINEAGE_GRAPH_H
#define EXTRACT_LINEAGE_GRAPH_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/buf.h>
#include <sigmacat/json.h>

#include "join.h"

/* The most that one data model's lineage may have, all pages. */
#define LINEAGE_MAX (2 * SMC_BODY_MAX)

/* An entry that an id may stand for, by name, csvId or inodeId. */
struct lineage_name {
    size_t key_at; /* of the key's bytes in `keys` */
    size_t key_len;
    size_t order; /* in the lineage: of equals the last one decides */
    struct smc_json_span entry;
    bool is_sql;
};

struct lineage_names {
    struct lineage_name *all;
    size_t count;
    size_t allocated;
};

struct lineage_graph {
    struct smc_buf text; /* all pages; the spans point into it */
    struct smc_buf keys;
    struct lineage_names queries; /* customSQL by name and csv-upload by csvId */
    struct lineage_names tables;  /* by inodeId */
    size_t entries;
};

/* Reads the lineage of the data model that `join` is at; clear it also after an error.
 * SMC_ERR_STORE and the like, SMC_ERR_CAP, SMC_ERR_NOMEM. */
enum smc_status lineage_graph_read(struct lineage_graph *graph, const struct join *join,
                                   struct smc_error *err);
void lineage_graph_clear(struct lineage_graph *graph);

/* Calls `fn` for each entry of each page. */
typedef enum smc_status lineage_entry_fn(void *ctx, struct smc_json_span entry,
                                         struct smc_error *err);
enum smc_status lineage_each_entry(const struct lineage_graph *graph, lineage_entry_fn *fn,
                                   void *ctx, struct smc_error *err);

/* The last entry with this key, or NULL. */
const struct lineage_name *lineage_find(const struct lineage_graph *graph,
                                        const struct lineage_names *names, const char *key,
                                        size_t len);

#endif
