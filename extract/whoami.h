/* The two uses of /v2/whoami: who the organisation is, and whether the API is up at all. */
#ifndef EXTRACT_WHOAMI_H
#define EXTRACT_WHOAMI_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>

#include "gaps.h"
#include "job.h"

#define WHOAMI "/v2/whoami"

/* Its answer is a few hundred bytes; more than this is not one. */
#define WHOAMI_MAX ((size_t)64 * 1024)

struct whoami {
    const struct job *job;
    struct gaps *gaps;
    struct smc_buf organization; /* organizationId as JSON text; empty: unknown */
    bool is_probing;
    bool was_up;   /* a probe was answered, */
    int64_t up_ms; /* last at this time, by the clock's now_ms */
};

void whoami_init(struct whoami *whoami, const struct job *job, struct gaps *gaps);
void whoami_clear(struct whoami *whoami);

/* Asks for the organisation's id; a failure other than 401 and 403 is a gap. */
void whoami_ask(struct whoami *whoami);

/* A call has failed for a while, and none has succeeded since it began: if this one fails too, the
 * API is down and the run ends (SMC_ERR_NETWORK). One probe at a time, and one that was answered holds
 * for 15 seconds. */
enum smc_status whoami_probe(struct whoami *whoami);

#endif
