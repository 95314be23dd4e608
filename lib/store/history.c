#include "history.h"

#include <stdlib.h>
#include <string.h>

#include "database.h"
#include "store.h"

/* A gap is often there run after run: its texts are kept once, a run has their number. */

static const char run_put_sql[] = "INSERT INTO run(scope, key, began, result, is_partial, figures)"
                                  " VALUES(?, ?, ?, 0, ?, '')";
static const char run_drop_sql[] = "DELETE FROM run WHERE scope = ? AND key = ?";
static const char run_gaps_drop_sql[] =
    "DELETE FROM run_gap WHERE run IN (SELECT id FROM run WHERE scope = ? AND key = ?)";
static const char runs_trim_sql[] =
    "DELETE FROM run WHERE scope = ?1 AND key NOT IN"
    " (SELECT key FROM run WHERE scope = ?1 ORDER BY key DESC LIMIT ?2)"
    " AND key IS NOT (SELECT max(key) FROM run WHERE scope = ?1 AND result = ?3)";
static const char run_gaps_trim_sql[] = "DELETE FROM run_gap WHERE run NOT IN (SELECT id FROM run)";
static const char gaps_trim_sql[] = "DELETE FROM gap WHERE id NOT IN (SELECT gap FROM run_gap)";
static const char gap_put_sql[] =
    "INSERT INTO gap(kind, object, status, words) VALUES(?, ?, ?, ?)"
    " ON CONFLICT(kind, object, status) DO UPDATE SET words = excluded.words";
static const char run_gap_put_sql[] =
    "INSERT INTO run_gap(run, gap) SELECT run.id, gap.id FROM run, gap"
    " WHERE scope = ? AND key = ? AND kind = ? AND object = ? AND status = ?"
    " ON CONFLICT(run, gap) DO NOTHING";
static const char run_end_sql[] =
    "UPDATE run SET result = ?1, ended = ?2, figures = coalesce(?3, figures)"
    " WHERE scope = ?4 AND key = ?5";
static const char run_next_sql[] =
    "SELECT key, began, ended, result, is_partial, figures FROM run"
    " WHERE scope = ?1 AND key <= ?2 AND (?3 OR key = ?2) ORDER BY key DESC LIMIT 1";
static const char newest_sql[] = "SELECT key FROM run WHERE scope = ? AND result = ?"
                                 " AND is_partial <= ? ORDER BY key DESC LIMIT 1";
static const char has_gap_sql[] =
    "SELECT 1 FROM run JOIN run_gap ON run = run.id JOIN gap ON gap = gap.id"
    " WHERE scope = ? AND key = ? AND kind = ? AND object = ? AND status = ?";
static const char gap_next_sql[] =
    "SELECT gap.id, kind, object, status, words FROM run_gap JOIN gap ON gap.id = run_gap.gap"
    " WHERE run = (SELECT id FROM run WHERE scope = ? AND key = ?) AND run_gap.gap > ?"
    " ORDER BY run_gap.gap LIMIT 1";

/* ---- writing ---- */

enum smc_status smci_history_begin(struct smci_store *store, int64_t key, bool is_partial,
                                   struct smc_error *err)
{
    smci_store_begin(store);
    smci_store_run(store, run_gaps_drop_sql, "ii", store->scope, key);
    smci_store_run(store, run_drop_sql, "ii", store->scope, key);
    smci_store_run(store, run_put_sql, "iiii", store->scope, key,
                   store->clock->wall_ms(store->clock->ctx) / 1000, (int64_t)is_partial);
    smci_store_run(store, runs_trim_sql, "iii", store->scope, (int64_t)SMCI_HISTORY_MAX,
                   (int64_t)SMCI_RUN_PUBLISHED);
    if (smci_store_status(store, NULL) == SMC_OK && smci_store_has_changed(store)) {
        smci_store_run(store, run_gaps_trim_sql, "");
        smci_store_run(store, gaps_trim_sql, "");
    }
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

enum smc_status smci_history_add_gap(struct smci_store *store, int64_t key,
                                     const struct smci_run_gap *gap, struct smc_error *err)
{
    int64_t status = gap->http_status;
    smci_store_begin(store);
    smci_store_run(store, gap_put_sql, "ttit", gap->kind, gap->id, status, gap->words);
    smci_store_run(store, run_gap_put_sql, "iitti", store->scope, key, gap->kind, gap->id, status);
    return smci_store_end(store, SMCI_WEIGHT_ITEM, err);
}

enum smc_status smci_history_end(struct smci_store *store, int64_t key, enum smci_run_result result,
                                 const char *figures, struct smc_error *err)
{
    int64_t now_s = store->clock->wall_ms(store->clock->ctx) / 1000;
    smci_store_begin(store);
    smci_store_run(store, run_end_sql, "iitii", (int64_t)result,
                   result == SMCI_RUN_UNFINISHED ? 0 : now_s, figures, store->scope, key);
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

/* ---- reading ---- */

/* The run of this key, or with `is_any` the newest that is not newer. The row is not held while the
 * callback runs, so that it may ask for more. */
static enum smc_status tell_run(struct smci_store *store, int64_t *key, bool is_any, bool *found,
                                smci_history_fn *fn, void *ctx, struct smc_error *err)
{
    smci_store_enter(store);
    struct sqlite3_stmt *row =
        smci_store_query(store, run_next_sql, "iii", store->scope, *key, (int64_t)is_any);
    *found = row != NULL;
    if (!row)
        return smci_store_status(store, err);
    struct smci_run run = {.key = smci_row_int(row, 0),
                           .began_s = smci_row_int(row, 1),
                           .ended_s = smci_row_int(row, 2),
                           .result = (enum smci_run_result)smci_row_int(row, 3),
                           .is_partial = smci_row_int(row, 4) != 0};
    char *figures = strdup(smci_store_text(store, row, 5));
    smci_row_done(row);
    *key = run.key;
    run.figures = figures;
    enum smc_status rc = smci_store_status(store, err);
    if (rc == SMC_OK)
        rc = figures ? fn(ctx, &run, err) : smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    free(figures);
    return rc;
}

enum smc_status smci_history_each(struct smci_store *store, smci_history_fn *fn, void *ctx,
                                  struct smc_error *err)
{
    bool found = true;
    enum smc_status rc = SMC_OK;
    for (int64_t key = INT64_MAX; rc == SMC_OK && found; key--)
        rc = tell_run(store, &key, true, &found, fn, ctx, err);
    return rc;
}

enum smc_status smci_history_get(struct smci_store *store, int64_t key, bool *found,
                                 smci_history_fn *fn, void *ctx, struct smc_error *err)
{
    return tell_run(store, &key, false, found, fn, ctx, err);
}

enum smc_status smci_history_newest(struct smci_store *store, enum smci_run_result result,
                                    bool is_whole, bool *found, int64_t *key, struct smc_error *err)
{
    smci_store_enter(store);
    *found = smci_store_number(store, key, newest_sql, "iii", store->scope, (int64_t)result,
                               (int64_t)!is_whole);
    return smci_store_status(store, err);
}

enum smc_status smci_history_has_gap(struct smci_store *store, int64_t key,
                                     const struct smci_run_gap *gap, bool *found,
                                     struct smc_error *err)
{
    int64_t one;
    smci_store_enter(store);
    *found = smci_store_number(store, &one, has_gap_sql, "iitti", store->scope, key, gap->kind,
                               gap->id, (int64_t)gap->http_status);
    return smci_store_status(store, err);
}

/* The gap behind the one whose number is `*after`. The row is not held, as in tell_run. */
static enum smc_status tell_gap(struct smci_store *store, int64_t key, int64_t *after, bool *found,
                                smci_history_gap_fn *fn, void *ctx, struct smc_error *err)
{
    smci_store_enter(store);
    struct sqlite3_stmt *row =
        smci_store_query(store, gap_next_sql, "iii", store->scope, key, *after);
    *found = row != NULL;
    if (!row)
        return smci_store_status(store, err);
    char *kind = strdup(smci_store_text(store, row, 1));
    char *id = strdup(smci_store_text(store, row, 2));
    char *words = strdup(smci_store_text(store, row, 4));
    const struct smci_run_gap gap = {kind, id, (int)smci_row_int(row, 3), words};
    *after = smci_row_int(row, 0);
    smci_row_done(row);
    enum smc_status rc = smci_store_status(store, err);
    if (rc == SMC_OK)
        rc = kind && id && words ? fn(ctx, &gap, err)
                                 : smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    free(kind);
    free(id);
    free(words);
    return rc;
}

enum smc_status smci_history_each_gap(struct smci_store *store, int64_t key,
                                      smci_history_gap_fn *fn, void *ctx, struct smc_error *err)
{
    int64_t after = 0;
    bool found = true;
    enum smc_status rc = SMC_OK;
    while (rc == SMC_OK && found)
        rc = tell_gap(store, key, &after, &found, fn, ctx, err);
    return rc;
}
