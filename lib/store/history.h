/* The history: what became of each run, and what it could not read, within the store's scope.
 *
 * A run is known by its key: the timestamp of its set, or where it came to none its start. The
 * newest 100 are kept, and of older ones the newest that was published, so that there is always one
 * to compare with. Grouping, scope and errors are those of store.h. */
#ifndef SMCI_HISTORY_H
#define SMCI_HISTORY_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/error.h>

struct smci_store;

#define SMCI_HISTORY_MAX 100

/* The numbers are kept in files: they stay as they are. */
enum smci_run_result {
    SMCI_RUN_UNFINISHED = 0, /* it runs, or was killed */
    SMCI_RUN_PUBLISHED = 1,
    SMCI_RUN_FAILED = 2,
    SMCI_RUN_STOPPED = 3 /* by a signal or by --max-time: another run goes on */
};

struct smci_run {
    int64_t key;
    int64_t began_s; /* Unix seconds */
    int64_t ended_s; /* 0: it has not ended */
    enum smci_run_result result;
    bool is_partial;     /* not all assets were asked for */
    const char *figures; /* one JSON object, in bytes; borrowed, never NULL: "" for none */
};

/* What a run could not read. The texts are borrowed. */
struct smci_run_gap {
    const char *kind;  /* of call */
    const char *id;    /* of the object; "" for none */
    int http_status;   /* 0: no answer */
    const char *words; /* what else was said of it, the last time it came up; "": nothing */
};

/* Puts a run there, in place of one of this key with all its gaps, and drops what is too old. */
enum smc_status smci_history_begin(struct smci_store *store, int64_t key, bool is_partial,
                                   struct smc_error *err);

/* Notes a gap of the run `key`; one that is known already changes nothing. */
enum smc_status smci_history_add_gap(struct smci_store *store, int64_t key,
                                     const struct smci_run_gap *gap, struct smc_error *err);

/* How the run `key` stands: its result, with SMCI_RUN_UNFINISHED no end; `figures` NULL leaves
 * those that are there. A run that is not there is none the less. */
enum smc_status smci_history_end(struct smci_store *store, int64_t key, enum smci_run_result result,
                                 const char *figures, struct smc_error *err);

/* Calls with each run, the newest first, or with the one of this key; what the callback returns
 * other than SMC_OK ends it and is returned. The callback may ask this store anything. */
typedef enum smc_status smci_history_fn(void *ctx, const struct smci_run *run,
                                        struct smc_error *err);
enum smc_status smci_history_each(struct smci_store *store, smci_history_fn *fn, void *ctx,
                                  struct smc_error *err);
enum smc_status smci_history_get(struct smci_store *store, int64_t key, bool *found,
                                 smci_history_fn *fn, void *ctx, struct smc_error *err);

/* The key of the newest run that ended so; with `is_whole` no partial one. */
enum smc_status smci_history_newest(struct smci_store *store, enum smci_run_result result,
                                    bool is_whole, bool *found, int64_t *key,
                                    struct smc_error *err);

/* Whether the run `key` had this gap. */
enum smc_status smci_history_has_gap(struct smci_store *store, int64_t key,
                                     const struct smci_run_gap *gap, bool *found,
                                     struct smc_error *err);

/* Calls with each gap of the run `key`, in no order; otherwise as smci_history_each. */
typedef enum smc_status smci_history_gap_fn(void *ctx, const struct smci_run_gap *gap,
                                            struct smc_error *err);
enum smc_status smci_history_each_gap(struct smci_store *store, int64_t key,
                                      smci_history_gap_fn *fn, void *ctx, struct smc_error *err);

#endif
