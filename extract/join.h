/* Shared by the joined files: a walk over an asset's objects in listing order, with the rows that
 * their calls answered; and what else is known of the object. */
#ifndef EXTRACT_JOIN_H
#define EXTRACT_JOIN_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/json.h>

#include "job.h"

struct join {
    const struct job *job;
    enum asset_id asset;    /* whose answers they are */
    struct smci_part *file; /* NULL: none is written */
    void *ctx;              /* the caller's */
    struct smc_buf id;      /* the object's key */
    struct smc_buf name;
    bool is_asked; /* it was asked about */
    bool is_read;  /* its answer is in the store, all pages */
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

/* Calls `fn` for each object that `asset` asks about, in their order. `file` is where it writes to;
 * NULL: nowhere. */
enum smc_status join_each_object(const struct job *job, enum asset_id asset, struct smci_part *file,
                                 join_object_fn *fn, void *ctx, struct smc_error *err);

/* One object without a walk: join_init, then join_turn_to as often as wanted (also to another
 * asset's answer), then join_clear. `is_read` is false as well where nobody has asked. */
void join_init(struct join *join, const struct job *job, struct smci_part *file, void *ctx);
void join_clear(struct join *join);
enum smc_status join_turn_to(struct join *join, enum asset_id asset, const struct smci_item *object,
                             struct smc_error *err);

/* Calls `fn` for each row of the object's answer, page by page. */
enum smc_status join_each_row(struct join *join, join_row_fn *fn, struct smc_error *err);

/* Calls `fn` for each page of the object's answer: one value of that type. */
typedef enum smc_status join_page_fn(struct join *join, struct smc_json_span page,
                                     struct smc_error *err);
enum smc_status join_each_page(struct join *join, enum smc_json_type type, join_page_fn *fn,
                               struct smc_error *err);

/* To what another call has answered about the same object. */
enum smc_status join_turn_over(struct join *join, enum asset_id asset, struct smc_error *err);

/* Writes a record of the file: `row` with these members set, as smc_json_splice does it. `members`
 * must not be in join->out. */
enum smc_status join_write_spliced(struct join *join, struct smc_json_span row,
                                   const struct smc_json_field *members, size_t count,
                                   struct smc_error *err);

/* Begins a record of the file: `before`, the object's id as JSON, `after`. */
enum smc_status join_begin_record(struct join *join, const char *before, const char *after,
                                  struct smc_error *err);

#endif
