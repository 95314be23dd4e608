/* One extraction: what its parts share, and the call that does it all.
 *
 * Data goes one way: listing.c and objects.c fetch into .part files and the store, paths.c resolves
 * tables, sources.c, lineage.c and elements.c join in listing order, summary.c closes the set. */
#ifndef EXTRACT_RUN_H
#define EXTRACT_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/client.h>
#include "lib/set/fileset.h"
#include "lib/store/store.h"

#include "assets.h"
#include "gaps.h"
#include "lineage.h"
#include "listing.h"
#include "objects.h"
#include "options.h"
#include "paths.h"
#include "resume.h"
#include "rights.h"
#include "select.h"

/* Lists in the store, beside those named like the listings whose objects they hold. */
#define LIST_CALLS    "calls"         /* objects' calls to be made */
#define LIST_DEFERRED "deferred"      /* of these, those to be asked once more */
#define LIST_USED     "used_models"   /* data models that a workbook source names */
#define LIST_TABLES   "tables"        /* tables whose path is wanted */
#define LIST_SINGLE   "single_tables" /* of these, those to be asked for one by one */

/* The longest path and query that is built: room for the longest cursor, percent-encoded. */
#define TARGET_MAX ((size_t)512 * 1024)

struct run {
    const struct extract_settings *settings;
    struct selection selection; /* from the settings */
    const struct smc_clock *clock;
    struct smc_log *log;
    struct smci_store *store;
    struct smc_client *client;
    struct smci_fileset *set;
    int64_t began_ms;                     /* by the clock's now_ms */
    struct smci_part *files[ASSET_COUNT]; /* NULL: not written */
    struct listing listings[ASSET_COUNT]; /* of those whose role is ROLE_LISTING */
    struct objects objects;
    struct paths paths;
    struct gaps gaps;
    struct smc_buf organization; /* organizationId as JSON text; empty: unknown */
    struct rights rights;
    bool are_models_listed;
    bool is_published;
    bool is_probing;                         /* whoami.c asks whether the API is up */
    struct resume_age ages[ASSET_COUNT + 1]; /* of objects' calls; the last is for paths */
    int64_t oldest_reused_s;                 /* 0: none was reused */
    int64_t reused;                          /* answers that an earlier run had paid for */
    struct lineage_counts lineage;
    int stop_fd;
};

/* Makes the client's run end with `err` (filled). For use within callbacks. */
void run_fail(struct run *run, const struct smc_error *err);

/* As run_fail, when `rc` is not SMC_OK; returns whether it was SMC_OK. */
bool run_check(struct run *run, enum smc_status rc, struct smc_error *err);

/* The names of the files of a set, in the order of their publication; how many is returned.
 * `selection` NULL: of a whole one. */
size_t run_file_names(const struct selection *selection, const char *names[ASSET_COUNT + 1]);

/* SMC_ERR_CANCELLED once a signal wants the run to stop: for the parts that make no calls. */
enum smc_status run_check_stop(const struct run *run, struct smc_error *err);

/* Extracts what is asked for and publishes the set. `stop_fd` as in smc_client_opt; `clock` NULL: the
 * system's. What goes wrong is returned and described; it is not logged. */
enum smc_status run_extraction(const struct extract_settings *settings, struct smc_log *log,
                               int stop_fd, const struct smc_clock *clock, struct smc_error *err);

#endif
