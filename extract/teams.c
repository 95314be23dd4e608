#include "teams.h"

#include "join.h"
#include "stored.h"

#define KIND_ROWS "team_rows" /* in the store */

enum smc_status teams_keep(const struct job *job, const char *id, struct smc_json_span row,
                           struct smc_error *err)
{
    const struct smci_outcome outcome = {.http_status = 200, .pages = 1};
    enum smc_status rc = smci_store_put_page(job->store, KIND_ROWS, id, 0, row.p, row.len, err);
    return rc == SMC_OK ? smci_store_finish(job->store, KIND_ROWS, id, "", &outcome, err) : rc;
}

static enum smc_status add_member(struct join *join, struct smc_json_span member,
                                  struct smc_error *err)
{
    (void)err;
    if (join->rows++)
        (void)smc_buf_addstr(&join->text, ", ");
    return smc_buf_add(&join->text, member.p, member.len);
}

/* The value of the member: a list, or null. */
static enum smc_status add_members(struct join *join, struct smc_error *err)
{
    smc_buf_reset(&join->text);
    if (!join->is_read)
        return smc_buf_addstr(&join->text, "null");
    (void)smc_buf_addstr(&join->text, "[");
    enum smc_status rc = join_each_row(join, add_member, err);
    return rc == SMC_OK ? smc_buf_addstr(&join->text, "]") : rc;
}

static enum smc_status write_team(struct join *join, struct smc_error *err)
{
    struct smc_json_span row;
    enum smc_status rc = add_members(join, err);
    smc_buf_reset(&join->key);
    if (rc == SMC_OK)
        rc = stored_page(join->job->store, KIND_ROWS, join->id.data, 0, SMC_JSON_OBJECT, &join->key,
                         err);
    if (rc != SMC_OK)
        return rc;
    const struct smc_json_field members = {"members", {join->text.data, join->text.len}};
    (void)smc_json_scan(join->key.data, join->key.len, &row, NULL);
    return join_write_spliced(join, row, &members, 1, err);
}

enum smc_status teams_write(const struct job *job, struct smc_error *err)
{
    return join_each_object(job, CALL_TEAM_MEMBERS, job->files[EXTRA_TEAMS], write_team, NULL, err);
}

enum smc_status teams_end(const struct job *job, struct smc_error *err)
{
    return smci_store_prune(job->store, KIND_ROWS, "", err);
}
