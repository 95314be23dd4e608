/* How the calls of each kind ended. It tells when it is the account that is refused and not one
 * object, and when so much of a kind is lacking that Catalog would lose it:
 * castor-extract-sigma(1), "WHEN SIGMA OR THE NETWORK FAILS". */
#ifndef EXTRACT_ENDS_H
#define EXTRACT_ENDS_H

#include <stdbool.h>
#include <stdint.h>

#include "assets.h"
#include "gap.h"

struct ends_count {
    int64_t answered;  /* Sigma's answers, but for those that may be others in a while */
    int64_t forbidden; /* of these, with 403 */
    char text[320];    /* what the last of these said */
    int64_t read;      /* objects */
    int64_t lost;      /* objects whose call ended as a gap, but for what never counts */
    int64_t mendable;  /* of these, those that a re-run or other rights may mend */
};

struct ends {
    const bool *is_feed; /* by kind: what ends no run and degrades no set is not; borrowed */
    struct ends_count counts[CALL_COUNT];
};

/* Counts an answer: a page, or a failure. */
void ends_answered(struct ends *ends, enum asset_id asset, const struct smc_answer *answer);

/* So many 403 in a row are the account's; or all there are, of so many at least. */
#define ENDS_FORBIDDEN_PROOF 20
#define ENDS_FORBIDDEN_LEAST 3

/* Whether all calls of a kind were answered with 403, and there were `proof` of them. */
bool ends_is_refused(const struct ends *ends, enum asset_id asset, int64_t proof);

/* SMC_ERR_AUTH when all calls of a kind were answered with 403, and there were `proof` of them; never
 * for an extra. */
enum smc_status ends_check_kind(const struct ends *ends, enum asset_id asset, int64_t proof,
                                struct smc_error *err);

/* The same of all kinds, of which no more calls follow. */
enum smc_status ends_check_all(const struct ends *ends, struct smc_error *err);

/* An object of the kind was read, or its call has ended as a gap. */
void ends_read(struct ends *ends, enum asset_id asset);
void ends_lost(struct ends *ends, enum asset_id asset, int http_status, enum gap_remedy remedy);

/* One that was read turned out to be of no use: ends_lost follows. */
void ends_unread(struct ends *ends, enum asset_id asset);

/* Whether objects were asked about, and none could be read. */
bool ends_is_barren(const struct ends *ends, enum asset_id asset);

/* Whether too much of the kind is lacking where `percent` may be. Never of an extra. */
bool ends_is_degraded(const struct ends *ends, enum asset_id asset, double percent);

#endif
