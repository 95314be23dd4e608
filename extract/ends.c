#include "ends.h"

#include <inttypes.h>
#include <stdio.h>

/* Fewer objects than that prove nothing, unless they are all. */
#define LEAST 3

/* ---- rights ---- */

void ends_answered(struct ends *ends, enum asset_id asset, const struct smc_answer *answer)
{
    struct ends_count *count = &ends->counts[asset];
    if (answer->http_status == 0 || answer->is_transient)
        return;
    count->answered++;
    if (answer->http_status != 403)
        return;
    count->forbidden++;
    (void)snprintf(count->text, sizeof count->text, "%.300s", answer->error.detail);
}

bool ends_is_refused(const struct ends *ends, enum asset_id asset, int64_t proof)
{
    const struct ends_count *count = &ends->counts[asset];
    return count->forbidden >= proof && count->forbidden == count->answered;
}

enum smc_status ends_check_kind(const struct ends *ends, enum asset_id asset, int64_t proof,
                                struct smc_error *err)
{
    const struct ends_count *count = &ends->counts[asset];
    /* A data model's lineage may be out of reach for an Org Admin, too. */
    if (asset == ASSET_DATAMODEL_LINEAGE || !ends->is_feed[asset] ||
        !ends_is_refused(ends, asset, proof))
        return SMC_OK;
    return smc_error_set(err, SMC_ERR_AUTH,
                         "all %" PRId64
                         " calls for %s so far were refused; an Org Admin's credentials "
                         "are needed: %s",
                         count->forbidden, asset_of(asset)->name, count->text);
}

enum smc_status ends_check_all(const struct ends *ends, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < CALL_COUNT; i++)
        rc = ends_check_kind(ends, i, ENDS_FORBIDDEN_LEAST, err);
    return rc;
}

/* ---- what is lacking ---- */

void ends_read(struct ends *ends, enum asset_id asset)
{
    ends->counts[asset].read++;
}

void ends_unread(struct ends *ends, enum asset_id asset)
{
    ends->counts[asset].read--;
}

/* What is so for good and no fault of anyone's: it never counts. */
static bool is_ordinary(enum asset_id asset, int http_status)
{
    if (asset == ASSET_DATAMODEL_LINEAGE)
        return http_status == 403;
    return asset == ASSET_DATASET_SOURCES &&
           (http_status == 404 || http_status == 409 || http_status == 410);
}

void ends_lost(struct ends *ends, enum asset_id asset, int http_status, enum gap_remedy remedy)
{
    struct ends_count *count = &ends->counts[asset];
    if (is_ordinary(asset, http_status))
        return;
    count->lost++;
    count->mendable += remedy != GAP_NOTHING;
}

bool ends_is_barren(const struct ends *ends, enum asset_id asset)
{
    const struct ends_count *count = &ends->counts[asset];
    return count->read == 0 && count->lost > 0;
}

bool ends_is_degraded(const struct ends *ends, enum asset_id asset, double percent)
{
    const struct ends_count *count = &ends->counts[asset];
    int64_t ended = count->read + count->lost;
    if (percent >= 100 || count->lost == 0 || !ends->is_feed[asset])
        return false;
    bool is_many = (double)count->mendable * 100 > percent * (double)ended &&
                   (count->mendable >= LEAST || count->mendable == ended);
    return is_many || (count->lost == ended && ended >= LEAST);
}
