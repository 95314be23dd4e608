#include "listing_rows.h"

#include "key.h"
#include "teams.h"

void listing_rows_begin(struct listing_rows *rows)
{
    rows->reading++;
    rows->count = rows->distinct = rows->added = 0;
}

int64_t listing_rows_all(const struct listing_rows *rows)
{
    return (int64_t)rows->ids.used + rows->without_id;
}

/* The members that are picked from each row. */
enum { ROW_ID, ROW_VERSION, ROW_UPDATED, ROW_NAME };

size_t listing_row_members(const struct job *job, enum asset_id asset,
                           const char *names[SMCI_PAGE_MEMBERS_MAX])
{
    names[ROW_ID] = asset_of(asset)->id_member;
    names[ROW_VERSION] = "latestVersion";
    names[ROW_UPDATED] = "updatedAt";
    names[ROW_NAME] = "name";
    return select_has_objects(&job->selection, asset) ? SMCI_PAGE_MEMBERS_MAX : 1;
}

/* A text for what tells nothing: null, or longer than any version or time. */
static struct smc_json_span telling(struct smc_json_span value)
{
    bool is_telling = smc_json_type_of(value) != SMC_JSON_NULL && value.len <= 1024;
    return value.p && is_telling ? value : (struct smc_json_span){"", 0};
}

/* "latestVersion/updatedAt" as they came: what tells whether an object is still the same. */
static enum smc_status make_tag(const struct smci_page_row *row, struct smc_buf *tag)
{
    struct smc_json_span version = telling(row->members[ROW_VERSION]);
    struct smc_json_span updated = telling(row->members[ROW_UPDATED]);
    return smc_buf_addf(tag, "%.*s/%.*s", (int)version.len, version.p, (int)updated.len, updated.p);
}

static enum smc_status keep_object(const struct job *job, enum asset_id asset,
                                   const struct smci_page_row *row, const char *id,
                                   job_item_fn *told, void *ctx, struct smc_error *err)
{
    struct smc_buf tag = SMC_BUF_INIT(4096);
    struct smc_buf name = SMC_BUF_INIT(SMC_BODY_MAX);
    bool added = false;
    enum smc_status rc = make_tag(row, &tag);
    if (rc == SMC_OK && smc_json_type_of(row->members[ROW_NAME]) == SMC_JSON_STRING)
        rc = smc_json_decode(row->members[ROW_NAME], &name);
    if (name.len > 200)
        name.data[200] = '\0'; /* for texts alone */
    const struct smci_item object = {
        .id = id, .tag = smc_buf_str(&tag), .name = smc_buf_str(&name)};
    if (rc == SMC_OK)
        rc = smci_list_add(job->store, asset_of(asset)->name, id, object.tag, object.name, &added,
                           err);
    if (rc == SMC_OK && added)
        rc = told(ctx, &object, err);
    smc_buf_clear(&tag);
    smc_buf_clear(&name);
    return rc;
}

/* By which lineage names it. */
static enum smc_status keep_url_id(const struct job *job, enum asset_id asset,
                                   const struct smci_page_row *row, const char *id,
                                   struct smc_error *err)
{
    bool has_url = false;
    struct smc_buf url = SMC_BUF_INIT(SMC_BODY_MAX);
    const char *member = asset_of(asset)->url_member;
    if (!member || !job->selection.is_asked[EXTRA_FIELD_LINEAGE])
        return SMC_OK;
    enum smc_status rc = key_make(smc_json_member(row->value, member), &url, &has_url);
    if (rc == SMC_OK && has_url)
        rc = smci_list_add(job->store, LIST_MODEL_URLS, url.data, id, "", NULL, err);
    smc_buf_clear(&url);
    return rc;
}

/* Counts it; whether it is to be kept: its id is new, or was so in this reading. */
static bool count_row(struct listing_rows *rows, bool has_id, const struct smci_idset_seen *seen)
{
    rows->count++;
    if (!has_id) {
        rows->without_id += rows->reading == 1;
        return rows->reading == 1;
    }
    bool is_kept = seen->first == rows->reading;
    rows->distinct += seen->last != rows->reading;
    rows->added += seen->last == 0;
    rows->doubled += is_kept && seen->last != 0;
    return is_kept;
}

static enum smc_status write_row(const struct job *job, enum asset_id asset,
                                 struct smc_json_span row, struct smc_error *err)
{
    struct smci_part *file = asset_of(asset)->form == FORM_LISTED ? job->files[asset] : NULL;
    enum smc_status rc = file ? smci_part_record(file, err) : SMC_OK;
    return file && rc == SMC_OK ? smci_part_write(file, row.p, row.len, err) : rc;
}

enum smc_status listing_rows_take(struct listing_rows *rows, const struct job *job,
                                  enum asset_id asset, const struct smci_page_row *row,
                                  job_item_fn *told, void *ctx, bool *has_id, struct smc_error *err)
{
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smci_idset_seen seen = {0, 0};
    enum smc_status rc = key_make(row->members[ROW_ID], &id, has_id);
    if (rc == SMC_OK && *has_id &&
        !smci_idset_see(&rows->ids, id.data, id.len, rows->reading, &seen))
        rc = SMC_ERR_NOMEM;
    if (rc == SMC_OK && count_row(rows, *has_id, &seen)) {
        if (*has_id && select_has_objects(&job->selection, asset))
            rc = keep_object(job, asset, row, id.data, told, ctx, err);
        if (rc == SMC_OK && *has_id)
            rc = keep_url_id(job, asset, row, id.data, err);
        if (rc == SMC_OK && *has_id && asset_of(asset)->form == FORM_TEAMS)
            rc = teams_keep(job, id.data, row->value, err);
        if (rc == SMC_OK)
            rc = write_row(job, asset, row->value, err);
    }
    smc_buf_clear(&id);
    return rc;
}
