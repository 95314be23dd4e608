#include "join.h"

#include "lib/base/stop.h"

#include "calls.h"
#include "key.h"
#include "stored.h"

#define LARGE ((size_t)1024 * 1024)

void join_init(struct join *join, const struct job *job, struct smci_part *file, void *ctx)
{
    *join = (struct join){.job = job, .file = file, .ctx = ctx};
    smc_buf_init(&join->id, SMC_BODY_MAX);
    smc_buf_init(&join->name, SMC_BODY_MAX);
    smc_buf_init(&join->key, SMC_BODY_MAX);
    smc_buf_init(&join->text, SMC_BODY_MAX);
    smc_buf_init(&join->out, 2 * SMC_BODY_MAX);
    smc_buf_init(&join->page, SMC_BODY_MAX);
}

void join_clear(struct join *join)
{
    smc_buf_clear(&join->id);
    smc_buf_clear(&join->name);
    smc_buf_clear(&join->key);
    smc_buf_clear(&join->text);
    smc_buf_clear(&join->out);
    smc_buf_clear(&join->page);
}

enum smc_status join_turn_to(struct join *join, enum asset_id asset, const struct smci_item *object,
                             struct smc_error *err)
{
    enum smc_status rc = smci_check_stop(join->job->stop_fd, err);
    smc_buf_reset(&join->id);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&join->id, object->id);
    smc_buf_reset(&join->name);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&join->name, object->name);
    return rc == SMC_OK ? join_turn_over(join, asset, err) : rc;
}

enum smc_status join_turn_over(struct join *join, enum asset_id asset, struct smc_error *err)
{
    struct smci_outcome outcome;
    bool found = false;
    enum smc_status rc =
        calls_outcome(join->job, asset, smc_buf_str(&join->id), &found, &outcome, err);
    if (rc != SMC_OK)
        return rc;
    join->asset = asset;
    join->is_asked = found;
    join->is_read = found && outcome.http_status == 200;
    join->pages = join->is_read ? outcome.pages : 0;
    join->rows = 0;
    return SMC_OK;
}

/* A walk over the objects. */
struct objects {
    struct join join;
    enum asset_id asset;
    join_object_fn *fn;
};

static enum smc_status join_object(void *ctx, const struct smci_item *object, struct smc_error *err)
{
    struct objects *objects = ctx;
    enum smc_status rc = join_turn_to(&objects->join, objects->asset, object, err);
    return rc == SMC_OK ? objects->fn(&objects->join, err) : rc;
}

enum smc_status join_each_object(const struct job *job, enum asset_id asset, struct smci_part *file,
                                 join_object_fn *fn, void *ctx, struct smc_error *err)
{
    struct objects objects = {.asset = asset, .fn = fn};
    join_init(&objects.join, job, file, ctx);
    enum smc_status rc = job_each_item(job, asset_of(asset)->objects, join_object, &objects, err);
    join_clear(&objects.join);
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "%s: %s", asset_of(asset)->name, smc_error_text(rc));
    return rc;
}

/* What a large record has left behind, before a page is read: there are two copies of that then. */
static void let_go(struct smc_buf *buf)
{
    if (buf->allocated > LARGE)
        smc_buf_clear(buf);
    smc_buf_reset(buf);
}

enum smc_status join_each_page(struct join *join, enum smc_json_type type, join_page_fn *fn,
                               struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i < join->pages; i++) {
        struct smc_json_span page;
        let_go(&join->out);
        let_go(&join->page);
        rc = stored_page(join->job->store, asset_of(join->asset)->name, join->id.data, i, type,
                         &join->page, err);
        page = (struct smc_json_span){join->page.data, join->page.len};
        if (rc == SMC_OK)
            rc = fn(join, page, err);
    }
    return rc;
}

enum smc_status join_each_row(struct join *join, join_row_fn *fn, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i < join->pages; i++) {
        struct smc_json_walk walk;
        struct smc_json_span row;
        let_go(&join->out);
        let_go(&join->page);
        rc = stored_page(join->job->store, asset_of(join->asset)->name, join->id.data, i,
                         SMC_JSON_ARRAY, &join->page, err);
        if (rc != SMC_OK)
            break;
        bool is_list =
            smc_json_walk_begin(&walk, (struct smc_json_span){join->page.data, join->page.len});
        while (is_list && rc == SMC_OK && smc_json_walk_next(&walk, NULL, &row, err))
            rc = fn(join, row, err);
        if (rc == SMC_OK && (!is_list || !walk.is_done)) /* the rest would be lost in silence */
            rc = smci_store_reject(join->job->store, err);
    }
    return rc;
}

enum smc_status join_write_spliced(struct join *join, struct smc_json_span row,
                                   const struct smc_json_field *members, size_t count,
                                   struct smc_error *err)
{
    smc_buf_reset(&join->out);
    enum smc_status rc = smc_json_splice(row, members, count, &join->out);
    if (rc == SMC_OK)
        rc = smci_part_record(join->file, err);
    return rc == SMC_OK ? smci_part_write(join->file, join->out.data, join->out.len, err) : rc;
}

enum smc_status join_begin_record(struct join *join, const char *before, const char *after,
                                  struct smc_error *err)
{
    smc_buf_reset(&join->out);
    (void)smc_buf_addstr(&join->out, before);
    (void)key_json(join->id.data, &join->out);
    enum smc_status rc = smc_buf_addstr(&join->out, after);
    if (rc == SMC_OK)
        rc = smci_part_record(join->file, err);
    return rc == SMC_OK ? smci_part_write(join->file, join->out.data, join->out.len, err) : rc;
}
