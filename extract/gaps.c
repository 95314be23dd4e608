#include "gaps.h"

#include <inttypes.h>
#include <string.h>

void gaps_add(struct gaps *gaps, const char *kind, const char *id, const char *name,
              const char *reason)
{
    gaps->total++;
    for (size_t i = 0; i < GAP_KINDS_MAX; i++) {
        if (!gaps->kinds[i].kind)
            gaps->kinds[i].kind = kind;
        if (strcmp(gaps->kinds[i].kind, kind) == 0) {
            gaps->kinds[i].count++;
            break;
        }
    }
    smc_logf(gaps->log, SMC_LOG_WARN, "Gap: %s%s%.200s%s%.100s%s: %s", kind, *id ? " of " : "", id,
             *name ? " (" : "", name, *name ? ")" : "", reason);
}

void gaps_to_json(const struct gaps *gaps, struct smc_json *parent)
{
    struct smc_json *object = smc_json_add_object(parent, "gaps");
    for (size_t i = 0; i < GAP_KINDS_MAX && gaps->kinds[i].kind; i++)
        (void)smc_json_add_int(object, gaps->kinds[i].kind, gaps->kinds[i].count);
}

void gaps_log_summary(const struct gaps *gaps)
{
    struct smc_buf text = SMC_BUF_INIT(2048);
    for (size_t i = 0; i < GAP_KINDS_MAX && gaps->kinds[i].kind; i++)
        (void)smc_buf_addf(&text, "%s%" PRId64 " of %s", i ? ", " : "", gaps->kinds[i].count,
                           gaps->kinds[i].kind);
    if (gaps->total)
        smc_logf(gaps->log, SMC_LOG_WARN,
                 "The set is published with %" PRId64 " gap%s (could not be read): %s", gaps->total,
                 gaps->total == 1 ? "" : "s", smc_buf_str(&text));
    smc_buf_clear(&text);
}
