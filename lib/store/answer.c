#include "store.h"

#include <inttypes.h>
#include <stdio.h>

#include "database.h"

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
static const char page_put_sql[] = "INSERT INTO page(answer, page, body) VALUES(?, ?, ?)"
                                   " ON CONFLICT(answer, page) DO UPDATE SET body = excluded.body";
static const char page_count_sql[] = "SELECT count(*) FROM page WHERE answer = ? AND page < ?";
static const char page_get_sql[] =
    "SELECT body FROM answer JOIN page ON answer.key = page.answer"
    " WHERE space = ? AND id = ? AND status IS NOT NULL AND page = ?";
static const char pages_trim_sql[] = "DELETE FROM page WHERE answer = ? AND page >= ?";
static const char value_set_sql[] =
    "INSERT INTO value(scope, name, value) VALUES(?, ?, ?)"
    " ON CONFLICT(scope, name) DO UPDATE SET value = excluded.value";
static const char value_remove_sql[] = "DELETE FROM value WHERE scope = ? AND name = ?";
static const char value_get_sql[] = "SELECT value FROM value WHERE scope = ? AND name = ?";

/* ---- answers ---- */

/* The answer's row, made where it is missing: its key. `is_finished` tells its state before. */
static int64_t find_answer(struct smci_store *store, const char *kind, const char *id,
                           bool *is_finished)
{
    struct smci_space *space = smci_space_find(store, SMCI_SPACE_ANSWERS, kind, true);
    *is_finished = false;
    if (!space)
        return 0;
    struct sqlite3_stmt *row = smci_store_query(store, answer_find_sql, "it", space->id, id);
    if (row) {
        int64_t key = smci_row_int(row, 0);
        *is_finished = !smci_row_is_null(row, 1);
        smci_row_done(row);
        return key;
    }
    int64_t key = smci_space_first_key(space->id) + ++space->last;
    smci_store_run(store, answer_add_sql, "iit", key, space->id, id);
    return key;
}

enum smc_status smci_store_put_page(struct smci_store *store, const char *kind, const char *id,
                                    int page, const char *body, size_t len, struct smc_error *err)
{
    bool is_finished;
    smci_store_begin(store);
    int64_t key = find_answer(store, kind, id, &is_finished);
    /* A finished answer gives way to the new one with all its pages: the two are never mixed. */
    if (is_finished) {
        smci_store_run(store, answer_reopen_sql, "i", key);
        smci_store_run(store, pages_trim_sql, "ii", key, (int64_t)0);
    }
    smci_store_run(store, page_put_sql, "iib", key, (int64_t)page, body, len);
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

enum smc_status smci_store_finish(struct smci_store *store, const char *kind, const char *id,
                                  const char *tag, const struct smci_outcome *outcome,
                                  struct smc_error *err)
{
    int64_t pages = 0;
    bool is_finished;
    smci_store_begin(store);
    int64_t key = find_answer(store, kind, id, &is_finished);
    /* Pages beyond are left from an answer that was cut off. */
    smci_store_run(store, pages_trim_sql, "ii", key, (int64_t)outcome->pages);
    if (smci_store_number(store, &pages, page_count_sql, "ii", key, (int64_t)outcome->pages) &&
        pages != outcome->pages)
        return smc_error_set(err, SMC_ERR_INTERNAL,
                             "%s: %d pages of %s were to be kept, %" PRId64 " were", store->path,
                             outcome->pages, kind, pages);
    smci_store_run(store, answer_finish_sql, "tiiiti", tag ? tag : "",
                   (int64_t)outcome->http_status, pages,
                   store->clock->wall_ms(store->clock->ctx) / 1000, outcome->reason, key);
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

enum smc_status smci_store_get(struct smci_store *store, const char *kind, const char *id,
                               const char *tag, bool *found, struct smci_outcome *outcome,
                               struct smc_error *err)
{
    struct sqlite3_stmt *row = NULL;
    *outcome = (struct smci_outcome){0};
    smci_store_enter(store);
    const struct smci_space *space = smci_space_find(store, SMCI_SPACE_ANSWERS, kind, false);
    if (space)
        row = smci_store_query(store, answer_get_sql, "itt", space->id, id, tag);
    *found = row != NULL;
    if (!row)
        return smci_store_status(store, err);
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
    struct sqlite3_stmt *row = NULL;
    smci_store_enter(store);
    const struct smci_space *space = smci_space_find(store, SMCI_SPACE_ANSWERS, kind, false);
    if (space)
        row = smci_store_query(store, page_get_sql, "iti", space->id, id, (int64_t)page);
    if (row)
        return smci_row_take(store, row, body, err);
    enum smc_status rc = smci_store_status(store, err);
    return rc != SMC_OK ? rc
                        : smc_error_set(err, SMC_ERR_INTERNAL, "%s: page %d of %s is not there",
                                        store->path, page, kind);
}

enum smc_status smci_store_count(struct smci_store *store, int64_t *count, struct smc_error *err)
{
    *count = 0;
    smci_store_enter(store);
    (void)smci_store_number(store, count, answers_count_sql, "ii", store->scope,
                            (int64_t)SMCI_SPACE_ANSWERS);
    return smci_store_status(store, err);
}

enum smc_status smci_store_forget_older(struct smci_store *store, const char *kind, int64_t from_s,
                                        struct smc_error *err)
{
    smci_store_begin(store);
    smci_store_run(store, older_clear_sql, "iiitt", from_s, store->scope,
                   (int64_t)SMCI_SPACE_ANSWERS, kind, kind);
    if (smci_store_status(store, NULL) == SMC_OK && smci_store_has_changed(store))
        smci_store_run(store, orphans_clear_sql, "");
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

static int64_t space_id(struct smci_store *store, enum smci_space_type type, const char *name)
{
    const struct smci_space *space = smci_space_find(store, type, name, false);
    return space ? space->id : 0; /* of no row */
}

enum smc_status smci_store_prune(struct smci_store *store, const char *kind, const char *list,
                                 struct smc_error *err)
{
    smci_store_begin(store);
    int64_t answers = space_id(store, SMCI_SPACE_ANSWERS, kind);
    int64_t items = space_id(store, SMCI_SPACE_LIST, list);
    smci_store_run(store, prune_pages_sql, "ii", answers, items);
    smci_store_run(store, prune_answers_sql, "ii", answers, items);
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

enum smc_status smci_store_forget_failures(struct smci_store *store, const char *kind,
                                           bool is_permanent_kept, struct smc_error *err)
{
    smci_store_begin(store);
    smci_store_run(store, failures_clear_sql, "iitti", store->scope, (int64_t)SMCI_SPACE_ANSWERS,
                   kind, kind, (int64_t)is_permanent_kept);
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

/* ---- values ---- */

enum smc_status smci_store_put_value(struct smci_store *store, const char *name, const char *value,
                                     struct smc_error *err)
{
    smci_store_begin(store);
    if (value)
        smci_store_run(store, value_set_sql, "itt", store->scope, name, value);
    else
        smci_store_run(store, value_remove_sql, "it", store->scope, name);
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

enum smc_status smci_store_get_value(struct smci_store *store, const char *name, bool *found,
                                     struct smc_buf *value, struct smc_error *err)
{
    smci_store_enter(store);
    struct sqlite3_stmt *row = smci_store_query(store, value_get_sql, "it", store->scope, name);
    *found = row != NULL;
    return row ? smci_row_take(store, row, value, err) : smci_store_status(store, err);
}
