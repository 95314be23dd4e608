#include "store.h"

#include <stdio.h>
#include <string.h>

#include "database.h"

static const char answer_find_sql[] = "SELECT key, status FROM answer WHERE space = ? AND id = ?";
static const char answer_add_sql[] = "INSERT INTO answer(key, space, id) VALUES(?, ?, ?)";
static const char answer_reopen_sql[] = "UPDATE answer SET status = NULL WHERE key = ?";
static const char answer_finish_sql[] =
    "UPDATE answer SET tag = ?, status = ?, pages = ?, fetched = ?, reason = ?, seal = ?"
    " WHERE key = ?";
static const char answer_get_sql[] =
    /* By its key, so that the row's own space and id are told, not those of the index. */
    "SELECT key, tag, status, pages, fetched, reason, seal, space, id FROM answer"
    " WHERE key = (SELECT key FROM answer WHERE space = ?1 AND id = ?2) AND status IS NOT NULL";
static const char answer_clear_sql[] = "DELETE FROM answer WHERE key = ?";
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
/* A page that is larger is written in place. */
#define LARGE ((size_t)8 * 1024 * 1024)

static const char page_row_sql[] = "SELECT rowid FROM page WHERE answer = ? AND page = ?";
static const char answer_after_sql[] = "SELECT key FROM answer WHERE key > ? ORDER BY key LIMIT 1";
static const char kind_pages_sql[] = "DELETE FROM page WHERE answer BETWEEN ? AND ?";
static const char kind_answers_sql[] = "DELETE FROM answer WHERE key BETWEEN ? AND ?";
static const char all_pages_sql[] = "DELETE FROM page";
static const char all_answers_sql[] = "DELETE FROM answer";
static const char page_put_sql[] =
    "INSERT INTO page(answer, page, size, seal, body) VALUES(?, ?, ?, ?, ?)"
    " ON CONFLICT(answer, page) DO UPDATE SET size = excluded.size, seal = excluded.seal,"
    " body = excluded.body";
static const char pages_get_sql[] =
    "SELECT page, seal, size FROM page WHERE answer = ? ORDER BY page";
static const char bodies_get_sql[] =
    "SELECT page, seal, size, body FROM page WHERE answer = ? ORDER BY page";
static const char page_get_sql[] =
    "SELECT body, page.seal, size FROM answer JOIN page ON answer.key = page.answer"
    " WHERE space = ? AND id = ? AND status IS NOT NULL AND page = ?";
static const char pages_trim_sql[] = "DELETE FROM page WHERE answer = ? AND page >= ?";
/* Whose answer it is. */
struct name {
    const char *kind;
    const char *id;
    const char *tag;
};

/* ---- seals ---- */

static int64_t page_seal(struct smci_store *store, const struct name *name, int64_t page,
                         const char *body, size_t len)
{
    smci_seal_begin(store, "page");
    smci_seal_add(store, "ttib", name->kind, name->id, page, body, len);
    return smci_seal_end(store);
}

static int64_t answer_seal(struct smci_store *store, const struct name *name,
                           const struct smci_outcome *outcome, int64_t chain)
{
    smci_seal_begin(store, "answer");
    smci_seal_add(store, "tttiiiti", name->kind, name->id, name->tag, (int64_t)outcome->http_status,
                  (int64_t)outcome->pages, outcome->fetched_s, outcome->reason, chain);
    return smci_seal_end(store);
}

static int64_t chain_seal(struct smci_store *store, int64_t chain, int64_t page, int64_t seal)
{
    smci_seal_begin(store, "chain");
    smci_seal_add(store, "iii", chain, page, seal);
    return smci_seal_end(store);
}

/* What the file has as pages of an answer. */
struct pages {
    int64_t count;
    int64_t chain; /* of their seals, so that an answer's seal tells pages of another time */
    bool are_whole;
};

/* With `is_checking` it is also seen whether their bytes are what was put there. */
static struct pages look_at_pages(struct smci_store *store, int64_t key, const struct name *name,
                                  bool is_checking)
{
    struct pages pages = {.are_whole = true};
    struct sqlite3_stmt *row =
        smci_store_query(store, is_checking ? bodies_get_sql : pages_get_sql, "i", key);
    for (bool has_row = row != NULL; has_row; has_row = smci_row_next(store, row)) {
        int64_t page = smci_row_int(row, 0);
        int64_t seal = smci_row_int(row, 1);
        if (page != pages.count++)
            pages.are_whole = false;
        if (is_checking && pages.are_whole) {
            size_t len = 0;
            const char *body = smci_store_bytes(store, row, 3, &len);
            pages.are_whole = smci_row_int(row, 2) == (int64_t)len &&
                              seal == page_seal(store, name, page, body, len);
        }
        pages.chain = chain_seal(store, pages.chain, page, seal);
    }
    smci_row_done(row);
    return pages;
}

/* Pages that were put there, or the caller would not ask. */
static enum smc_status lacks_pages(const struct smci_store *store, const char *kind,
                                   struct smc_error *err)
{
    char why[120];
    (void)snprintf(why, sizeof why, "pages of an answer are not there: %.63s", kind);
    return smci_store_say_damaged(store, err, why);
}

/* ---- writing ---- */

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

static void put_body(struct smci_store *store, int64_t key, int64_t page, int64_t seal,
                     const char *body, size_t len)
{
    int64_t row = 0;
    if (len <= LARGE) {
        smci_store_run(store, page_put_sql, "iiiib", key, page, (int64_t)len, seal, body, len);
        return;
    }
    smci_store_run(store, page_put_sql, "iiiiz", key, page, (int64_t)len, seal, len);
    if (smci_store_number(store, &row, page_row_sql, "ii", key, page))
        smci_store_fill(store, "page", "body", row, body, len);
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
    const struct name name = {kind, id, NULL};
    put_body(store, key, page, page_seal(store, &name, page, body, len), body, len);
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

enum smc_status smci_store_finish(struct smci_store *store, const char *kind, const char *id,
                                  const char *tag, const struct smci_outcome *outcome,
                                  struct smc_error *err)
{
    bool is_finished;
    struct smci_outcome kept = *outcome;
    smci_store_begin(store);
    int64_t key = find_answer(store, kind, id, &is_finished);
    kept.fetched_s = store->clock->wall_ms(store->clock->ctx) / 1000;
    /* Pages beyond are left from an answer that was cut off. */
    smci_store_run(store, pages_trim_sql, "ii", key, (int64_t)outcome->pages);
    const struct name name = {kind, id, tag ? tag : ""};
    struct pages pages = look_at_pages(store, key, &name, false);
    if (!pages.are_whole || pages.count != outcome->pages) {
        enum smc_status rc = smci_store_status(store, err);
        return rc != SMC_OK ? rc : lacks_pages(store, kind, err);
    }
    smci_store_run(store, answer_finish_sql, "tiiitii", name.tag, (int64_t)kept.http_status,
                   pages.count, kept.fetched_s, kept.reason,
                   answer_seal(store, &name, &kept, pages.chain), key);
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
}

/* ---- reading ---- */

static bool is_possible(const struct smci_outcome *outcome, int64_t status, int64_t pages)
{
    return outcome->http_status == status && status >= 0 && status < 1000 &&
           outcome->pages == pages && pages >= 0 && outcome->fetched_s >= 0;
}

/* Whether what the row says is what was kept. Its tag lasts as long as the row. */
static bool take_answer(struct smci_store *store, struct sqlite3_stmt *row, int64_t space,
                        struct name *name, bool is_checking, struct smci_outcome *outcome)
{
    int64_t key = smci_row_int(row, 0);
    int64_t seal = smci_row_int(row, 6);
    if (smci_row_is_null(row, 1) || smci_row_is_null(row, 5) || smci_row_is_null(row, 8) ||
        smci_row_int(row, 7) != space || strcmp(smci_store_text(store, row, 8), name->id) != 0)
        return false;
    name->tag = smci_store_text(store, row, 1);
    outcome->http_status = (int)smci_row_int(row, 2);
    outcome->pages = (int)smci_row_int(row, 3);
    outcome->fetched_s = smci_row_int(row, 4);
    (void)snprintf(outcome->reason, sizeof outcome->reason, "%s", smci_store_text(store, row, 5));
    if (!is_possible(outcome, smci_row_int(row, 2), smci_row_int(row, 3)))
        return false;
    struct pages pages = look_at_pages(store, key, name, is_checking);
    return pages.are_whole && pages.count == outcome->pages &&
           seal == answer_seal(store, name, outcome, pages.chain);
}

/* Forgets an answer that is not what was kept, so that it is asked for again. */
static void forget_damaged(struct smci_store *store, int64_t key)
{
    smci_store_begin(store);
    smci_store_run(store, pages_trim_sql, "ii", key, (int64_t)0);
    smci_store_run(store, answer_clear_sql, "i", key);
    (void)smci_store_end(store, SMCI_WEIGHT_ANSWER, NULL);
    store->damages++;
}

static enum smc_status get(struct smci_store *store, const char *kind, const char *id,
                           const char *tag, bool is_checking, bool *found,
                           struct smci_outcome *outcome, struct smc_error *err)
{
    struct sqlite3_stmt *row = NULL;
    struct name name = {kind, id, NULL};
    *outcome = (struct smci_outcome){0};
    *found = false;
    smci_store_enter(store);
    const struct smci_space *space = smci_space_find(store, SMCI_SPACE_ANSWERS, kind, false);
    if (space)
        row = smci_store_query(store, answer_get_sql, "it", space->id, id);
    if (!row)
        return smci_store_status(store, err);
    int64_t key = smci_row_int(row, 0);
    bool is_right = take_answer(store, row, space->id, &name, is_checking, outcome);
    *found = is_right && (!tag || strcmp(tag, name.tag) == 0);
    smci_row_done(row);
    if (!is_right && store->failed.code == SMC_OK)
        forget_damaged(store, key);
    return smci_store_status(store, err);
}

enum smc_status smci_store_get(struct smci_store *store, const char *kind, const char *id,
                               const char *tag, bool *found, struct smci_outcome *outcome,
                               struct smc_error *err)
{
    return get(store, kind, id, tag, false, found, outcome, err);
}

enum smc_status smci_store_check(struct smci_store *store, const char *kind, const char *id,
                                 const char *tag, bool *found, struct smci_outcome *outcome,
                                 struct smc_error *err)
{
    return get(store, kind, id, tag, true, found, outcome, err);
}

enum smc_status smci_store_page(struct smci_store *store, const char *kind, const char *id,
                                int page, struct smc_buf *body, struct smc_error *err)
{
    struct sqlite3_stmt *row = NULL;
    size_t from = body->len;
    smci_store_enter(store);
    const struct smci_space *space = smci_space_find(store, SMCI_SPACE_ANSWERS, kind, false);
    if (space)
        row = smci_store_query(store, page_get_sql, "iti", space->id, id, (int64_t)page);
    enum smc_status rc = smci_store_status(store, err);
    if (!row)
        return rc != SMC_OK ? rc : lacks_pages(store, kind, err);
    int64_t seal = smci_row_int(row, 1);
    int64_t size = smci_row_int(row, 2);
    rc = smci_row_take(store, row, body, err);
    if (rc != SMC_OK)
        return rc;
    const struct name name = {kind, id, NULL};
    size_t len = body->len - from;
    bool is_right = size == (int64_t)len &&
                    seal == page_seal(store, &name, page, smc_buf_str(body) + from, len);
    return is_right ? smci_store_status(store, err) : smci_store_reject(store, err);
}

int64_t smci_store_damages(const struct smci_store *store)
{
    return store->damages;
}

/* ---- forgetting ---- */

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

/* Whether the file has answers of other kinds, or of another scope's. */
static bool has_others(struct smci_store *store, const char *const *kinds, size_t count)
{
    int64_t key = 0;
    bool is_theirs = true;
    while (is_theirs && smci_store_number(store, &key, answer_after_sql, "i", key)) {
        is_theirs = false;
        for (size_t i = 0; i < count && !is_theirs; i++) {
            int64_t id = space_id(store, SMCI_SPACE_ANSWERS, kinds[i]);
            is_theirs = id > 0 && key >= smci_space_first_key(id) && key <= smci_space_last_key(id);
            if (is_theirs)
                key = smci_space_last_key(id);
        }
    }
    return !is_theirs;
}

enum smc_status smci_store_forget(struct smci_store *store, const char *const *kinds, size_t count,
                                  struct smc_error *err)
{
    smci_store_begin(store);
    if (!has_others(store, kinds, count)) { /* what empties a table does not look at its rows */
        smci_store_run(store, all_pages_sql, "");
        smci_store_run(store, all_answers_sql, "");
        return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
    }
    for (size_t i = 0; i < count; i++) {
        int64_t id = space_id(store, SMCI_SPACE_ANSWERS, kinds[i]);
        smci_store_run(store, kind_pages_sql, "ii", smci_space_first_key(id),
                       smci_space_last_key(id));
        smci_store_run(store, kind_answers_sql, "ii", smci_space_first_key(id),
                       smci_space_last_key(id));
    }
    return smci_store_end(store, SMCI_WEIGHT_ANSWER, err);
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
