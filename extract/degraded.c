#include "degraded.h"

#include <inttypes.h>

#include "lib/base/log.h"

void degraded_init(struct degraded *degraded)
{
    *degraded = (struct degraded){.count = 0};
    smc_buf_init(&degraded->words, 65536);
}

void degraded_clear(struct degraded *degraded)
{
    smc_buf_clear(&degraded->words);
}

static void add(struct degraded *degraded, const char *kind, int64_t lacking, int64_t all)
{
    const char *comma = degraded->count ? ", " : "";
    if (degraded->count == GAP_KINDS_MAX)
        return;
    degraded->kinds[degraded->count++] = kind;
    (void)smc_buf_addf(&degraded->words, "%s%s (%" PRId64, comma, kind, lacking);
    if (all)
        (void)smc_buf_addf(&degraded->words, " of %" PRId64, all);
    (void)smc_buf_addstr(&degraded->words, ")");
}

static void judge_share(struct degraded *degraded, const struct ends *ends, double percent)
{
    for (enum asset_id i = 0; i < CALL_COUNT; i++) {
        const struct ends_count *count = &ends->counts[i];
        if (ends_is_degraded(ends, i, percent))
            add(degraded, asset_of(i)->name, count->lost, count->read + count->lost);
    }
}

/* So many in all: then each kind that has some is one of them. */
static void judge_count(struct degraded *degraded, const struct gaps *gaps)
{
    for (size_t i = 0; i < GAP_KINDS_MAX && gaps->kinds[i].kind; i++)
        if (gaps->kinds[i].count > gaps->kinds[i].extras)
            add(degraded, gaps->kinds[i].kind, gaps->kinds[i].count - gaps->kinds[i].extras, 0);
}

enum smc_status degraded_judge(struct degraded *degraded, const struct gaps *gaps,
                               const struct ends *ends, struct smc_error *err)
{
    const struct smci_limit *limit = &gaps->job->settings->max_gaps;
    if (limit->count < 0)
        judge_share(degraded, ends, limit->percent);
    else if (gaps->total - gaps->extras > limit->count)
        judge_count(degraded, gaps);
    enum smc_status rc = smc_buf_status(&degraded->words);
    return rc == SMC_OK ? SMC_OK : smc_error_set(err, rc, "%s", smc_error_text(rc));
}

void degraded_to_json(const struct degraded *degraded, struct smci_writer *json)
{
    if (degraded->count == 0)
        return;
    smci_write_array(json, "degraded");
    for (size_t i = 0; i < degraded->count; i++)
        smci_write_text(json, NULL, degraded->kinds[i]);
    smci_write_close(json);
}

void degraded_log(const struct degraded *degraded, const struct job *job)
{
    if (degraded->count)
        smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_SET_DEGRADED,
                       SMCI_FACTS(.reason = smc_buf_str(&degraded->words)),
                       "The set is degraded, and castor-upload sends it only with --force or "
                       "--allow degraded: "
                       "too much could not be read of %s",
                       smc_buf_str(&degraded->words));
}

enum smc_status degraded_check(const struct degraded *degraded, const struct gaps *gaps,
                               struct smc_error *err)
{
    const struct extract_settings *settings = gaps->job->settings;
    if (degraded->count)
        return smc_error_set(err, SMC_ERR_GAPS,
                             "the set is published, but degraded: too much could not be read of "
                             "%s; %s allows more",
                             smc_buf_str(&degraded->words),
                             smci_settings_name(&settings->sources, "--max-gaps"));
    if (settings->is_fail_on_gaps && gaps->total)
        return smc_error_set(err, SMC_ERR_GAPS, "%" PRId64 " gap%s, and %s was given", gaps->total,
                             gaps->total == 1 ? "" : "s",
                             smci_settings_name(&settings->sources, "--fail-on-gaps"));
    return SMC_OK;
}
