#include "validate.h"

#include <inttypes.h>

#include "skip.h"

void smci_validator_init(struct smci_validator *v)
{
    *v = (struct smci_validator){.scan = {.depth_max = SMCI_VALIDATE_DEPTH_MAX},
                                 .nest = {1}}; /* not an array, until one is opened */
}

enum smc_status smci_validator_add(struct smci_validator *v, const char *bytes, size_t len,
                                   struct smc_error *err)
{
    struct smci_scan *s = &v->scan;
    s->nest = v->nest;
    s->end = bytes + len;
    const char *p = smci_scan_on(s, bytes);
    if (p)
        (void)smci_scan_rest(s, p);
    if (s->bad)
        return smci_scan_report(s, v->offset + (s->bad - bytes), err);
    v->offset += (int64_t)len;
    return SMC_OK;
}

enum smc_status smci_validator_end(const struct smci_validator *v, struct smc_error *err)
{
    if (smci_scan_is_whole(&v->scan))
        return SMC_OK;
    bool has_begun = v->scan.depth > 0 || v->scan.state != SMCI_SCAN_VALUE;
    return smc_error_set(err, SMC_ERR_SYNTAX, "byte %" PRId64 ": %s", v->offset,
                         has_begun ? "the text is cut short"
                                   : "the text ends before its first value");
}

int64_t smci_validator_records(const struct smci_validator *v)
{
    return v->nest[0] & 1 ? -1 : (int64_t)v->scan.item_count;
}
