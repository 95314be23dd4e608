#include "database.h"

#include <inttypes.h>
#include <stdio.h>

static const char answer_find_sql[] = "SELECT key, status FROM answer WHERE space = ? AND id = ?";
static const char answer_add_sql[] = "INSERT INTO answer(key, space, id) VALUES(?, ?, ?)";
static const char answer_reopen_sql[] = "UPDATE answer SET status = NULL WHERE key = ?";
static const char answer_finish_sql[] =
    "UPDATE answer SET tag = ?, status = ?, pages = ?, fetched = ?, reason = ?"
    " WHERE key = ?";
static const char answer_get_sql[] =
    "SELECT status, pages, fetched, reason FROM answer WHERE space = ?1"
    " AND id = ?2 AND status IS NOT NULL AND (?3 IS NULL OR tag = ?3)";
static const char answers_count_sql[] =
    "SELECT COUNT(*) FROM answer WHERE status IS NOT NULL AND space IN"
    " (SELECT id FROM space WHERE scope = ? AND type = ?)";
static const char failures_clear_sql[] =
    "DELETE FROM answer WHERE status <> 200 AND space IN"
    " (SELECT id FROM space WHERE scope = ? AND type = ? AND (? IS NULL OR name = ?))"
    " AND NOT (? AND status IN (400, 404, 409, 410))";
static const char older_clear_sql[] =
    "DELETE FROM answer WHERE fetched < ? AND space IN"
    " (SELECT id FROM space WHERE scope = ? AND type = ? AND (? IS NULL OR name = ?))";
static const char orphans_clear_sql[] =
    "DELETE FROM page WHERE answer NOT IN (SELECT key FROM answer)";
static const char prune_pages_sql[] =
    "DELETE FROM page WHERE answer IN (SELECT key FROM answer WHERE space = ?1 AND id NOT IN"
    " (SELECT id FROM item WHERE space = ?2))";
static const char prune_answers_sql[] =
    "DELETE FROM answer WHERE space = ?1 AND id NOT IN (SELECT id FROM item WHERE space = ?2)";
static const char answers_clear_sql[] = "DELETE FROM answer WHERE key BETWEEN ? AND ?";
static const char page_put_sql[] = "INSERT INTO page(answer, page, body) VALUES(?, ?, ?)"
                                   " ON CONFLICT(answer, page) DO UPDATE SET body = excluded.body";
static const char page_count_sql[] = "SELECT count(*) FROM page WHERE answer = ? AND page < ?";
static const char page_get_sql[] =
    "SELECT body FROM answer JOIN page ON answer.key = page.answer"
    " WHERE space = ? AND id = ? AND status IS NOT NULL AND page = ?";
static const char pages_trim_sql[] = "DELETE FROM page WHERE answer = ? AND page >= ?";
static const char pages_clear_sql[] = "DELETE FROM page WHERE answer BETWEEN ? AND ?";
static const char value_set_sql[] =
    "INSERT INTO value(scope, name, value) VALUES(?, ?, ?)"
    " ON CONFLICT(scope, name) DO UPDATE SET value = excluded.value";
static const char value_remove_sql[] = "DELETE FROM value WHERE scope = ? AND name = ?";
static const char value_get_sql[] = "SELECT value FROM value WHERE scope = ? AND name = ?";

/* ---- answers ---- */

/* The answer's row, made where it is missing; `is_finished` tells its state before. */
static enum smc_status find_answer(struct smci_store *store, const char *kind, const char *id,
                                   int64_t *key, bool *is_finished, struct smc_error *err)
{
    struct smci_space *space = NULL;
    struct sqlite3_stmt *row = NULL;
    *is_finished = false;
    enum smc_status rc = smci_space_find(store, SMCI_SPACE_ANSWERS, kind, true, &space, err);
    if (!space)
        return rc;
    rc = smci_store_query(store, err, &row, answer_find_sql, "it", space->id, id);
    if (rc != SMC_OK)
        return rc;
    if (row) {
        *key = smci_row_int(row, 0);
        *is_finished = !smci_row_is_null(row, 1);
        smci_row_done(row);
        return SMC_OK;
    }
    *key = smci_space_first_key(space->id) + space->last + 1;
    rc = smci_store_run(store, err, answer_add_sql, "iit", *key, space->id, id);
    if (rc == SMC_OK)
        space->last++;
    return rc;
}

enum smc_status smci_store_put_page(struct smci_store *store, const char *kind, const char *id,
                                    int page, const char *body, size_t len, struct smc_error *err)
{
    int64_t key = 0;
    bool is_finished = false;
    enum smc_status rc = smci_store_begin(store, err);
    if (rc == SMC_OK)
        rc = find_answer(store, kind, id, &key, &is_finished, err);
    /* A finished answer gives way to the new one with all its pages: the two are never mixed. */
    if (rc == SMC_OK && is_finished) {
        rc = smci_store_run(store, err, answer_reopen_sql, "i", key);
        if (rc == SMC_OK)
            rc = smci_store_run(store, err, pages_trim_sql, "ii", key, (int64_t)0);
    }
    if (rc == SMC_OK)
        rc = smci_store_run(store, err, page_put_sql, "iib", key, (int64_t)page, body, len);
    return rc == SMC_OK ? smci_store_end(store, SMCI_WEIGHT_ANSWER, err) : rc;
}

enum smc_status smci_store_finish(struct smci_store *store, const char *kind, const char *id,
                                  const char *tag, const struct smci_outcome *outcome,
                                  struct smc_error *err)
{
    int64_t key = 0;
    int64_t pages = 0;
    bool is_finished = false;
    enum smc_status rc = smci_store_begin(store, err);
    if (rc == SMC_OK)
        rc = find_answer(store, kind, id, &key, &is_finished, err);
    /* Pages beyond are left from an answer that was cut off. */
    if (rc == SMC_OK)
        rc = smci_store_run(store, err, pages_trim_sql, "ii", key, (int64_t)outcome->pages);
    if (rc == SMC_OK)
        rc = smci_store_number(store, err, &pages, page_count_sql, key, outcome->pages);
    if (rc == SMC_OK && pages != outcome->pages)
        rc = smc_error_set(err, SMC_ERR_INTERNAL,
                           "%s: %d pages of %s were to be kept, %" PRId64 " were", store->path,
                           outcome->pages, kind, pages);
    if (rc == SMC_OK)
        rc = smci_store_run(store, err, answer_finish_sql, "tiiiti", tag ? tag : "",
                            (int64_t)outcome->http_status, pages,
                            store->clock->wall_ms(store->clock->ctx) / 1000, outcome->reason, key);
    return rc == SMC_OK ? smci_store_end(store, SMCI_WEIGHT_ANSWER, err) : rc;
}

enum smc_status smci_store_get(struct smci_store *store, const char *kind, const char *id,
                               const char *tag, bool *found, struct smci_outcome *outcome,
                               struct smc_error *err)
{
    struct smci_space *space = NULL;
    struct sqlite3_stmt *row = NULL;
    *found = false;
    *outcome = (struct smci_outcome){0};
    enum smc_status rc = smci_store_enter(store, err);
    if (rc == SMC_OK)
        rc = smci_space_find(store, SMCI_SPACE_ANSWERS, kind, false, &space, err);
    if (rc == SMC_OK && space)
        rc = smci_store_query(store, err, &row, answer_get_sql, "itt", space->id, id, tag);
    if (!row)
        return rc;
    *found = true;
    outcome->http_status = (int)smci_row_int(row, 0);
    outcome->pages = (int)smci_row_int(row, 1);
    outcome->fetched_s = smci_row_int(row, 2);
    const char *reason = smci_row_text(row, 3);
    (void)snprintf(outcome->reason, sizeof outcome->reason, "%s", reason ? reason : "");
    smci_row_done(row);
    return SMC_OK;
}

enum smc_status smci_store_page(struct smci_store *store, const char *kind, const char *id,
                                int page, struct smc_buf *body, struct smc_error *err)
{
    struct smci_space *space = NULL;
    struct sqlite3_stmt *row = NULL;
    enum smc_status rc = smci_store_enter(store, err);
    if (rc == SMC_OK)
        rc = smci_space_find(store, SMCI_SPACE_ANSWERS, kind, false, &space, err);
    if (rc == SMC_OK && space)
        rc = smci_store_query(store, err, &row, page_get_sql, "iti", space->id, id, (int64_t)page);
    if (rc != SMC_OK)
        return rc;
    if (!row)
        return smc_error_set(err, SMC_ERR_INTERNAL, "%s: page %d of %s is not there", store->path,
                             page, kind);
    return smci_row_take(store, row, body, err);
}

enum smc_status smci_store_count(struct smci_store *store, int64_t *count, struct smc_error *err)
{
    *count = 0;
    enum smc_status rc = smci_store_enter(store, err);
    return rc == SMC_OK ? smci_store_number(store, err, count, answers_count_sql, store->scope,
                                            SMCI_SPACE_ANSWERS)
                        : rc;
}

enum smc_status smci_store_forget_older(struct smci_store *store, const char *kind, int64_t from_s,
                                        struct smc_error *err)
{
    enum smc_status rc = smci_store_begin(store, err);
    if (rc == SMC_OK)
        rc = smci_store_run(store, err, older_clear_sql, "iiitt", from_s, store->scope,
                            (int64_t)SMCI_SPACE_ANSWERS, kind, kind);
    if (rc == SMC_OK && smci_store_has_changed(store))
        rc = smci_store_run(store, err, orphans_clear_sql, "");
    return rc == SMC_OK ? smci_store_end(store, SMCI_WEIGHT_ANSWER, err) : rc;
}

enum smc_status smci_store_prune(struct smci_store *store, const char *kind, const char *list,
                                 struct smc_error *err)
{
    struct smci_space *space = NULL;
    int64_t answers = 0;
    int64_t items = 0; /* no space: an empty list */
    enum smc_status rc = smci_store_begin(store, err);
    if (rc == SMC_OK)
        rc = smci_space_find(store, SMCI_SPACE_ANSWERS, kind, false, &space, err);
    if (rc == SMC_OK && space)
        answers = space->id;
    if (rc == SMC_OK)
        rc = smci_space_find(store, SMCI_SPACE_LIST, list, false, &space, err);
    if (rc == SMC_OK && space)
        items = space->id;
    if (rc == SMC_OK && answers)
        rc = smci_store_run(store, err, prune_pages_sql, "ii", answers, items);
    if (rc == SMC_OK && answers)
        rc = smci_store_run(store, err, prune_answers_sql, "ii", answers, items);
    return rc == SMC_OK ? smci_store_end(store, SMCI_WEIGHT_ANSWER, err) : rc;
}

enum smc_status smci_store_forget_failures(struct smci_store *store, const char *kind,
                                           bool is_permanent_kept, struct smc_error *err)
{
    enum smc_status rc = smci_store_begin(store, err);
    if (rc == SMC_OK)
        rc = smci_store_run(store, err, failures_clear_sql, "iitti", store->scope,
                            (int64_t)SMCI_SPACE_ANSWERS, kind, kind, (int64_t)is_permanent_kept);
    return rc == SMC_OK ? smci_store_end(store, SMCI_WEIGHT_ANSWER, err) : rc;
}

enum smc_status smci_store_forget_answers(struct smci_store *store, struct smc_error *err)
{
    enum smc_status rc = smci_store_begin(store, err);
    if (rc == SMC_OK)
        rc = smci_spaces_clear(store, SMCI_SPACE_ANSWERS, pages_clear_sql, err);
    if (rc == SMC_OK)
        rc = smci_spaces_clear(store, SMCI_SPACE_ANSWERS, answers_clear_sql, err);
    return rc == SMC_OK ? smci_store_end(store, SMCI_WEIGHT_ANSWER, err) : rc;
}

/* ---- values ---- */

enum smc_status smci_store_put_value(struct smci_store *store, const char *name, const char *value,
                                     struct smc_error *err)
{
    enum smc_status rc = smci_store_begin(store, err);
    if (rc != SMC_OK)
        return rc;
    if (value)
        rc = smci_store_run(store, err, value_set_sql, "itt", store->scope, name, value);
    else
        rc = smci_store_run(store, err, value_remove_sql, "it", store->scope, name);
    return rc == SMC_OK ? smci_store_end(store, SMCI_WEIGHT_ANSWER, err) : rc;
}

enum smc_status smci_store_get_value(struct smci_store *store, const char *name, bool *found,
                                     struct smc_buf *value, struct smc_error *err)
{
    struct sqlite3_stmt *row = NULL;
    enum smc_status rc = smci_store_enter(store, err);
    if (rc == SMC_OK)
        rc = smci_store_query(store, err, &row, value_get_sql, "it", store->scope, name);
    *found = row != NULL;
    return row ? smci_row_take(store, row, value, err) : rc;
}
