/* Shared by the joined files: a walk over an asset's objects in listing order, with the rows that
 * their calls answered. */
#ifndef EXTRACT_JOIN_H
#define EXTRACT_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/json.h>

#include "job.h"

struct join {
    const struct job *job;
    enum asset_id asset;
    struct smci_part *file;
    void *ctx;         /* the caller's */
    struct smc_buf id; /* the object's key */
    struct smc_buf name;
    bool is_read; /* its answer is in the store, all pages */
    int pages;
    int64_t rows; /* for the callback: how many it has written of this object */
    /* Scratch for callbacks. */
    struct smc_buf key;
    struct smc_buf text;
    struct smc_buf out;
    struct smc_buf page; /* join_each_row's */
};

typedef enum smc_status join_object_fn(struct join *join, struct smc_error *err);
typedef enum smc_status join_row_fn(struct join *join, struct smc_json_span row,
                                    struct smc_error *err);

/* Calls `fn` for each object that the listing behind `asset` has, in its order. */
enum smc_status join_each_object(const struct job *job, enum asset_id asset, join_object_fn *fn,
                                 void *ctx, struct smc_error *err);

/* Calls `fn` for each row of the object's answer, page by page. */
enum smc_status join_each_row(struct join *join, join_row_fn *fn, struct smc_error *err);

/* Begins a record of the file: `before`, the object's id as JSON, `after`. */
enum smc_status join_begin_record(struct join *join, const char *before, const char *after,
                                  struct smc_error *err);

#endif
