#include "gone.h"

#include <string.h>

#define LIST_GONE "gone" /* ids with the listing's name before them */

static enum smc_status make_key(enum asset_id listing, const char *id, struct smc_buf *key)
{
    return smc_buf_addf(key, "%s:%s", asset_of(listing)->name, id);
}

struct search {
    const struct job *job;
    enum asset_id listing;
    const struct smci_idset *ids;
    int reading;
};

static enum smc_status note_item(void *ctx, const struct smci_item *object, struct smc_error *err)
{
    const struct search *search = ctx;
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    if (smci_idset_last(search->ids, object->id, strlen(object->id)) == search->reading)
        return SMC_OK;
    enum smc_status rc = make_key(search->listing, object->id, &key);
    if (rc == SMC_OK)
        rc = smci_list_add(search->job->store, LIST_GONE, key.data, "", "", NULL, err);
    smc_buf_clear(&key);
    return rc;
}

enum smc_status gone_note(const struct job *job, enum asset_id listing,
                          const struct smci_idset *ids, int reading, struct smc_error *err)
{
    struct search search = {job, listing, ids, reading};
    return job_each_item(job, asset_of(listing)->name, note_item, &search, err);
}

enum smc_status gone_has(const struct job *job, enum asset_id listing, const char *id,
                         bool *is_gone, struct smc_error *err)
{
    struct smci_item item;
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    *is_gone = false;
    enum smc_status rc = make_key(listing, id, &key);
    if (rc == SMC_OK)
        rc = smci_list_find(job->store, LIST_GONE, key.data, is_gone, &item, err);
    smc_buf_clear(&key);
    return rc;
}
