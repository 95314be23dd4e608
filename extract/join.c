#include "join.h"

#include <string.h>

#include "key.h"
#include "run.h"

static void join_init(struct join *join, struct run *run, enum asset_id asset)
{
    *join = (struct join){.run = run, .asset = asset, .file = run->files[asset]};
    smc_buf_init(&join->id, SMC_BODY_MAX);
    smc_buf_init(&join->key, SMC_BODY_MAX);
    smc_buf_init(&join->text, SMC_BODY_MAX);
    smc_buf_init(&join->out, 2 * SMC_BODY_MAX);
    smc_buf_init(&join->page, SMC_BODY_MAX);
}

static void join_clear(struct join *join)
{
    smc_buf_clear(&join->id);
    smc_buf_clear(&join->key);
    smc_buf_clear(&join->text);
    smc_buf_clear(&join->out);
    smc_buf_clear(&join->page);
}

static enum smc_status join_object(struct join *join, const char *id, join_object_fn *fn,
                                   struct smc_error *err)
{
    struct smci_outcome outcome;
    bool found = false;
    smc_buf_reset(&join->id);
    enum smc_status rc = smc_buf_addstr(&join->id, id);
    if (rc == SMC_OK)
        rc = objects_outcome(join->run, (int)join->asset, join->id.data, &found, &outcome, err);
    if (rc != SMC_OK)
        return rc;
    join->is_read = found && outcome.http_status == 200;
    join->pages = join->is_read ? outcome.pages : 0;
    join->rows = 0;
    return fn(join, err);
}

enum smc_status join_each_object(struct run *run, enum asset_id asset, join_object_fn *fn,
                                 struct smc_error *err)
{
    const char *list = asset_of(asset_of(asset)->of)->name;
    struct join join;
    struct smci_item item;
    bool found = true;
    int64_t at = 0;
    enum smc_status rc = SMC_OK;
    join_init(&join, run, asset);
    while (rc == SMC_OK && found) {
        rc = smci_list_next(run->store, list, at, &found, &item, err);
        if (rc != SMC_OK || !found)
            break;
        at = item.position;
        rc = run_check_stop(run, err);
        if (rc == SMC_OK)
            rc = join_object(&join, item.id, fn, err);
    }
    join_clear(&join);
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s: %s", asset_of(asset)->name, smc_error_text(rc));
    return rc;
}

enum smc_status join_each_row(struct join *join, join_row_fn *fn, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i < join->pages; i++) {
        struct smc_json_walk walk;
        struct smc_json_span row;
        smc_buf_reset(&join->page);
        rc = smci_store_page(join->run->store, object_kind((int)join->asset), join->id.data, i,
                             &join->page, err);
        if (rc != SMC_OK ||
            !smc_json_walk_begin(&walk, (struct smc_json_span){join->page.data, join->page.len}))
            continue;
        while (rc == SMC_OK && smc_json_walk_next(&walk, NULL, &row, err))
            rc = fn(join, row, err);
    }
    return rc;
}

enum smc_status join_begin_record(struct join *join, const char *before, const char *after,
                                  struct smc_error *err)
{
    smc_buf_reset(&join->out);
    enum smc_status rc = smc_buf_addstr(&join->out, before);
    if (rc == SMC_OK)
        rc = key_json(join->id.data, &join->out);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&join->out, after);
    if (rc == SMC_OK)
        rc = smci_part_record(join->file, err);
    return rc == SMC_OK ? smci_part_write(join->file, join->out.data, join->out.len, err) : rc;
}
