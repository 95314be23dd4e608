#include "rows.h"

#include "join.h"
#include "key.h"
#include "sql_comment.h"

/* sigmacat-files(5), "ELEMENTS". */
static bool holds_data(struct smc_json_span element)
{
    static const char *const types[] = {"input-table", "pivot-table", "table", "visualization",
                                        "viz"};
    struct smc_json_span type = smc_json_member(element, "type");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (smc_json_equals(type, types[i]))
            return true;
    return false;
}

/* The members that a row gets. The object's id is in join->text, the SQL in join->key. */
static enum smc_status make_members(struct join *join, struct smc_json_span row,
                                    struct smc_json_field members[2], size_t *count)
{
    smc_buf_reset(&join->text);
    smc_buf_reset(&join->key);
    enum smc_status rc = key_json(join->id.data, &join->text);
    *count = 0;
    if (rc == SMC_OK && join->asset == EXTRA_WORKBOOK_QUERIES)
        rc = sql_without_comment(smc_json_member(row, "sql"), &join->key);
    if (rc == SMC_OK && join->key.len)
        members[(*count)++] = (struct smc_json_field){"sql", {join->key.data, join->key.len}};
    members[(*count)++] = (struct smc_json_field){asset_of(join->asset)->owner_member,
                                                  {join->text.data, join->text.len}};
    return rc;
}

static enum smc_status write_row(struct join *join, struct smc_json_span row, struct smc_error *err)
{
    struct smc_json_field members[2];
    size_t count;
    if (join->asset == ASSET_ELEMENTS && !holds_data(row))
        return SMC_OK;
    enum smc_status rc = make_members(join, row, members, &count);
    return rc == SMC_OK ? join_write_spliced(join, row, members, count, err) : rc;
}

static enum smc_status write_object(struct join *join, struct smc_error *err)
{
    return join->is_read ? join_each_row(join, write_row, err) : SMC_OK;
}

enum smc_status rows_write(const struct job *job, enum asset_id asset, struct smc_error *err)
{
    return join_each_object(job, asset, job->files[asset], write_object, NULL, err);
}
