#include "field_services.h"

#include "stored.h"

#define KIND_SAVED "field_elements" /* in the store: of data models, "MODEL/ELEMENT" */

static enum smc_status find_model(void *ctx, const char *url_id, struct smc_buf *out, bool *found,
                                  struct smc_error *err)
{
    const struct field_lookup *lookup = ctx;
    struct smci_item item;
    enum smc_status rc =
        smci_list_find(lookup->job->store, LIST_MODEL_URLS, url_id, found, &item, err);
    return rc == SMC_OK && *found ? smc_buf_addstr(out, item.tag) : rc;
}

static enum smc_status make_key(const char *model, const char *element, struct smc_buf *key)
{
    return smc_buf_addf(key, "%s/%s", model, element);
}

static enum smc_status find_element(void *ctx, const char *model, const char *element,
                                    struct smc_buf *out, bool *found, struct smc_error *err)
{
    const struct field_lookup *lookup = ctx;
    struct smci_outcome outcome;
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = make_key(model, element, &key);
    if (rc == SMC_OK)
        rc = smci_store_get(lookup->job->store, KIND_SAVED, smc_buf_str(&key), NULL, found,
                            &outcome, err);
    if (rc == SMC_OK && *found)
        rc = stored_page(lookup->job->store, KIND_SAVED, smc_buf_str(&key), 0, SMC_JSON_OBJECT, out,
                         err);
    smc_buf_clear(&key);
    return rc;
}

static enum smc_status find_path(void *ctx, const char *table, struct smc_buf *out, bool *found,
                                 struct smc_error *err)
{
    const struct field_lookup *lookup = ctx;
    struct table_path path;
    bool is_known = false;
    enum smc_status rc = tables_look(lookup->tables, table, out, &is_known, &path, err);
    *found = rc == SMC_OK && is_known && path.is_resolved;
    return rc;
}

/* Pages are arrays: their items become those of one. */
static enum smc_status add_page(const struct smc_buf *page, struct smc_buf *out)
{
    struct smc_json_walk walk;
    struct smc_json_span row;
    enum smc_status rc = SMC_OK;
    bool is_list = smc_json_walk_begin(&walk, (struct smc_json_span){page->data, page->len});
    while (is_list && rc == SMC_OK && smc_json_walk_next(&walk, NULL, &row, NULL)) {
        (void)smc_buf_addstr(out, out->data[out->len - 1] == '[' ? "" : ", ");
        rc = smc_buf_add(out, row.p, row.len);
    }
    return rc;
}

static enum smc_status find_columns(void *ctx, const char *table, struct smc_buf *out, bool *found,
                                    struct smc_error *err)
{
    const struct field_lookup *lookup = ctx;
    const char *kind = asset_of(EXTRA_TABLE_COLUMNS)->name;
    struct smc_buf page = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smci_outcome outcome = {0};
    enum smc_status rc =
        calls_outcome(lookup->job, EXTRA_TABLE_COLUMNS, table, found, &outcome, err);
    *found = *found && outcome.http_status == 200;
    if (rc == SMC_OK && *found)
        rc = smc_buf_addstr(out, "[");
    for (int i = 0; rc == SMC_OK && *found && i < outcome.pages; i++) {
        smc_buf_reset(&page);
        rc = stored_page(lookup->job->store, kind, table, i, SMC_JSON_ARRAY, &page, err);
        if (rc == SMC_OK)
            rc = add_page(&page, out);
    }
    smc_buf_clear(&page);
    return rc == SMC_OK && *found ? smc_buf_addstr(out, "]") : rc;
}

struct field_services field_services_of(struct field_lookup *lookup)
{
    const bool has_columns = lookup->job->selection.is_asked[EXTRA_TABLE_COLUMNS];
    return (struct field_services){lookup, find_model, find_element, find_path,
                                   has_columns ? find_columns : NULL};
}

/* ---- wanting ---- */

static enum smc_status want_path(void *ctx, const char *table, struct smc_buf *out, bool *found,
                                 struct smc_error *err)
{
    const struct field_lookup *lookup = ctx;
    (void)out;
    *found = false;
    return tables_want(lookup->tables, table, lookup->user, err);
}

struct field_services field_services_wanting(struct field_lookup *lookup)
{
    return (struct field_services){lookup, find_model, NULL, want_path, NULL};
}

/* ---- keeping ---- */

enum smc_status field_services_keep(const struct job *job, const char *model, const char *element,
                                    const struct smc_buf *saved, struct smc_error *err)
{
    const struct smci_outcome outcome = {.http_status = 200, .pages = 1};
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    enum smc_status rc = make_key(model, element, &key);
    if (rc == SMC_OK)
        rc = smci_store_put_page(job->store, KIND_SAVED, smc_buf_str(&key), 0, saved->data,
                                 saved->len, err);
    if (rc == SMC_OK)
        rc = smci_store_finish(job->store, KIND_SAVED, smc_buf_str(&key), "", &outcome, err);
    smc_buf_clear(&key);
    return rc;
}

enum smc_status field_services_forget(const struct job *job, struct smc_error *err)
{
    static const char *const kinds[] = {KIND_SAVED};
    return smci_store_forget(job->store, kinds, 1, err);
}
