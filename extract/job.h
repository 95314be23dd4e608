/* One extraction's services, which every part of it uses. It has no part of its own: run.c owns
 * those. */
#ifndef EXTRACT_JOB_H
#define EXTRACT_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/client.h>

#include "lib/set/fileset.h"
#include "lib/store/store.h"

#include "assets.h"
#include "options_table.h"
#include "select.h"

/* The longest path and query that is built: room for the longest cursor, percent-encoded. */
#define TARGET_MAX ((size_t)512 * 1024)

/* The answer whose callback is running is that to an object's call; `kind` is as in the store. NULL
 * for both: it is another's. */
typedef void job_answered_fn(void *ctx, const char *kind, const char *id);
/* Whether an answer to that object's call has turned out to be doubtful. */
typedef bool job_doubtful_fn(void *ctx, const char *kind, const char *id);

struct job {
    const struct extract_settings *settings;
    struct selection selection; /* from the settings */
    const struct smc_clock *clock;
    struct smc_log *log;
    struct smci_store *store;
    struct smc_client *client;
    job_answered_fn *answered;    /* is told of each answer, within its callback; may be NULL */
    job_doubtful_fn *is_doubtful; /* NULL: none ever is */
    void *answered_ctx;           /* of both */
    struct smci_fileset *set;
    struct smci_part *files[ASSET_COUNT]; /* NULL: not written */
    int stop_fd;                          /* as in smc_client_opt */
};

/* Makes the client's run end with `err` (filled). For use within callbacks. */
void job_fail(const struct job *job, const struct smc_error *err);

/* As job_fail, when `rc` is not SMC_OK; returns whether it was SMC_OK. */
bool job_check(const struct job *job, enum smc_status rc, struct smc_error *err);

/* Tells whose answer has come. For each callback that takes one, but for a cancelled call's. */
void job_answered(const struct job *job, const char *kind, const char *id);

/* Whether an answer to the object's call that has ended is one to be asked for again: what it gave
 * is not to be kept then. */
bool job_is_doubtful(const struct job *job, const char *kind, const char *id);

/* The time now, Unix seconds. */
int64_t job_wall_s(const struct job *job);

/* Calls `fn` for each item of a list, also for those that are added meanwhile, until one fails. The
 * item's id lasts until `fn` returns, tag and name until the next call on the store. */
typedef enum smc_status job_item_fn(void *ctx, const struct smci_item *item, struct smc_error *err);
enum smc_status job_each_item(const struct job *job, const char *list, job_item_fn *fn, void *ctx,
                              struct smc_error *err);

#endif
