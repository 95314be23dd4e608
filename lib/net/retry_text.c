#include "retry_text.h"

#include <inttypes.h>
#include <time.h>

#define MINUTE_MS 60000

static void add_moment(struct smc_buf *out, int64_t wall_ms)
{
    time_t at = (time_t)(wall_ms / 1000);
    struct tm local;
    char text[16];
    if (localtime_r(&at, &local) && strftime(text, sizeof text, "%H:%M:%S", &local) > 0)
        (void)smc_buf_addf(out, ", at %s", text);
}

void smci_retry_text(const struct smci_retry_told *told, struct smc_buf *out)
{
    smci_attempt_reason(told->attempt, out);
    if (told->wait_ms < 10000)
        (void)smc_buf_addf(out, ", again in %.1f s", (double)told->wait_ms / 1000);
    else
        (void)smc_buf_addf(out, ", again in %" PRId64 " s", (told->wait_ms + 500) / 1000);
    if (told->wait_ms > MINUTE_MS)
        add_moment(out, told->wall_ms + told->wait_ms);
    (void)smc_buf_addf(out, " (try %d of %d)", told->tries + 1, told->tries_max);
}
