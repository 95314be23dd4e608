/* Gaps: what could not be read, while the run goes on. Logged once, counted by kind. */
#ifndef EXTRACT_GAPS_H
#define EXTRACT_GAPS_H

#include <stdint.h>

#include <sigmacat/client.h>
#include <sigmacat/json.h>
#include <sigmacat/log.h>

/* All kinds of calls: eleven assets, whoami, path, paths. */
#define GAP_KINDS_MAX 16

struct gaps {
    struct smc_log *log;
    int64_t total;
    struct {
        const char *kind; /* static */
        int64_t count;
    } kinds[GAP_KINDS_MAX];
};

/* One gap. `kind` is static; `id` and `name` of the object may be "". */
void gaps_add(struct gaps *gaps, const char *kind, const char *id, const char *name,
              const char *reason);

/* Adds {"KIND": count, ...} to `parent` as "gaps". */
void gaps_to_json(const struct gaps *gaps, struct smc_json *parent);

/* Logs in one sentence what is missing, if anything is. */
void gaps_log_summary(const struct gaps *gaps);

#endif
