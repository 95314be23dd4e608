#include "changes.h"

#include <assert.h>
#include <stdlib.h>

#include "lib/base/hash.h"

#include "records.h"

/* One record of the earlier file. */
struct row {
    uint64_t id; /* 0: a free place */
    uint64_t bytes;
};

#define IS_SEEN UINT64_C(1) /* of an id: the later file has it, too */

struct comparison {
    const struct smci_changes_of *of;
    smci_change_fn *fn;
    void *ctx;
    struct smci_changes *changes;
    struct row *rows;
    size_t size; /* a power of two, or 0 */
    size_t used;
};

static uint64_t id_of(const struct comparison *c, struct smc_json_span record)
{
    struct smc_json_span ids[SMCI_CHANGES_IDS] = {{NULL, 0}};
    uint64_t hash = SMCI_HASH_INIT;
    bool has_id = false;
    smc_json_members(record, c->of->ids, c->of->id_count, ids);
    for (size_t i = 0; i < c->of->id_count; i++)
        if (ids[i].p) {
            hash = smci_hash_add(hash, ids[i].p, ids[i].len);
            has_id = true;
        }
    if (!has_id)
        hash = smci_hash_add(hash, record.p, record.len);
    hash = smci_hash_end(hash) & ~IS_SEEN;
    return hash ? hash : 2;
}

/* The place of an id, or the free one where it belongs. */
static struct row *find(struct row *rows, size_t size, uint64_t id)
{
    size_t at = (size_t)(id >> 1) & (size - 1);
    while (rows[at].id && (rows[at].id & ~IS_SEEN) != id)
        at = (at + 1) & (size - 1);
    return &rows[at];
}

static enum smc_status grow(struct comparison *c, struct smc_error *err)
{
    size_t size = c->size ? c->size * 2 : 256;
    struct row *rows = calloc(size, sizeof *rows);
    if (!rows)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    for (size_t i = 0; i < c->size; i++)
        if (c->rows[i].id)
            *find(rows, size, c->rows[i].id) = c->rows[i];
    free(c->rows);
    c->rows = rows;
    c->size = size;
    return SMC_OK;
}

static enum smc_status note(void *ctx, struct smc_json_span record, struct smc_error *err)
{
    struct comparison *c = ctx;
    if (c->used >= c->size / 3 * 2 && grow(c, err) != SMC_OK)
        return SMC_ERR_NOMEM;
    uint64_t id = id_of(c, record);
    struct row *row = find(c->rows, c->size, id);
    c->used += row->id == 0;
    row->id = id;
    row->bytes = smci_hash_end(smci_hash_add(SMCI_HASH_INIT, record.p, record.len));
    c->changes->before++;
    return SMC_OK;
}

static void tell(const struct comparison *c, enum smci_change change, struct smc_json_span record)
{
    int64_t *counts[] = {
        [SMCI_CAME] = &c->changes->came,
        [SMCI_WENT] = &c->changes->went,
        [SMCI_CHANGED] = &c->changes->changed,
    };
    ++*counts[change];
    if (c->fn)
        c->fn(c->ctx, change, record);
}

static enum smc_status compare(void *ctx, struct smc_json_span record, struct smc_error *err)
{
    struct comparison *c = ctx;
    (void)err;
    struct row *row = c->size ? find(c->rows, c->size, id_of(c, record)) : NULL;
    bool is_known = row && row->id;
    c->changes->now++;
    if (!is_known)
        tell(c, SMCI_CAME, record);
    else if (!(row->id & IS_SEEN) &&
             row->bytes != smci_hash_end(smci_hash_add(SMCI_HASH_INIT, record.p, record.len)))
        tell(c, SMCI_CHANGED, record);
    if (is_known)
        row->id |= IS_SEEN;
    return SMC_OK;
}

/* What the later file lacked; of a record that was there twice it is told once. */
static enum smc_status tell_missing(void *ctx, struct smc_json_span record, struct smc_error *err)
{
    struct comparison *c = ctx;
    (void)err;
    struct row *row = find(c->rows, c->size, id_of(c, record));
    if (!(row->id & IS_SEEN))
        tell(c, SMCI_WENT, record);
    row->id |= IS_SEEN;
    return SMC_OK;
}

static bool is_any_missing(const struct comparison *c)
{
    for (size_t i = 0; i < c->size; i++)
        if (c->rows[i].id && !(c->rows[i].id & IS_SEEN))
            return true;
    return false;
}

enum smc_status smci_changes(const struct smci_changes_of *of, smci_change_fn *fn, void *ctx,
                             struct smci_changes *changes, struct smc_error *err)
{
    struct comparison c = {.of = of, .fn = fn, .ctx = ctx, .changes = changes};
    assert(of->id_count <= SMCI_CHANGES_IDS);
    *changes = (struct smci_changes){0};
    enum smc_status rc = smci_each_record(of->before_fd, of->stop_fd, note, &c, err);
    if (rc == SMC_OK)
        rc = smci_each_record(of->now_fd, of->stop_fd, compare, &c, err);
    if (rc == SMC_OK && is_any_missing(&c))
        rc = smci_each_record(of->before_fd, of->stop_fd, tell_missing, &c, err);
    free(c.rows);
    return rc;
}
