#include "status_keep.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/dir.h"
#include "lib/base/log.h"
#include "lib/cli/result.h"
#include "lib/cli/signals.h"
#include "lib/cli/status.h"
#include "lib/net/pace.h"
#include "lib/net/special.h"

#include "status_file.h"

#define WRITE_EVERY_MS 1000
#define TOLD_WAIT_MS   2000 /* shorter ones are part of going on */

struct status_keep {
    struct status_keep_of of;
    char *state;
    int64_t kept_before;     /* answers that the run began with */
    int64_t written_ms;      /* by the clock's now_ms */
    struct status_file file; /* the first entry is ours */
};

/* ---- our entry ---- */

static void put_text(char *to, size_t size, const char *text)
{
    (void)snprintf(to, size, "%s", text ? text : "");
}

/* Takes what was known of this host and client id out of the file, and puts it first. What it says
 * of a run that was at work is how far a run came that was killed. */
static void take_entry(struct status_file *file, const char *scope)
{
    struct status_entry entry = {.scope = ""};
    size_t at = 0;
    while (at < file->count && strcmp(file->entries[at].scope, scope) != 0)
        at++;
    if (at < file->count)
        entry = file->entries[at];
    else if (file->count < STATUS_ENTRIES_MAX)
        file->count++;
    else
        at = STATUS_ENTRIES_MAX - 1;
    (void)memmove(&file->entries[1], &file->entries[0], at * sizeof file->entries[0]);
    put_text(entry.scope, sizeof entry.scope, scope);
    if (entry.run.state == STATUS_RUNNING)
        entry.run.state = STATUS_KILLED;
    entry.before = entry.run;
    entry.before.kind_count = 0;
    file->entries[0] = entry;
}

static void begin_run(struct status_entry *entry, const struct extract_settings *settings,
                      int64_t now_s)
{
    entry->run =
        (struct status_run){.state = STATUS_RUNNING, .pid = (int64_t)getpid(), .began_s = now_s};
    put_text(entry->host, sizeof entry->host, smc_buf_str(&settings->origin));
    put_text(entry->profile, sizeof entry->profile, smci_cli_result_profile(&settings->sources));
    char *whole = realpath(settings->output, NULL);
    put_text(entry->directory, sizeof entry->directory, whole ? whole : settings->output);
    free(whole);
}

/* ---- the facts ---- */

static void add_kind(struct status_run *run, const char *name, int64_t done, int64_t total)
{
    if (run->kind_count == STATUS_KINDS_MAX)
        return;
    struct status_kind *kind = &run->kinds[run->kind_count++];
    put_text(kind->name, sizeof kind->name, name);
    kind->done = done;
    kind->total = total;
}

/* Of one that is over all is there, and its file has it. */
static void add_listing(const struct status_keep *keep, const struct listing *listing,
                        struct status_run *run)
{
    const struct smci_part *file = keep->of.progress.job->files[listing->asset];
    int64_t count = listing->rows.count;
    if (listing->is_ended && file)
        count = smci_part_records(file);
    if (listing->pages > 0)
        add_kind(run, asset_of(listing->asset)->name, count,
                 listing->is_ended ? count : listing->total);
}

/* One that was asked for at once (calls_ask_now) is done without having been on the list. */
static int64_t total_of(const struct calls *calls, int kind)
{
    return calls->done[kind] > calls->wanted[kind] ? calls->done[kind] : calls->wanted[kind];
}

static void take_kinds(const struct status_keep *keep, struct status_run *run)
{
    const struct progress_of *of = &keep->of.progress;
    run->kind_count = 0;
    for (int i = 0; i < ASSET_COUNT; i++)
        if (asset_of(i)->role == ROLE_LISTING)
            add_listing(keep, &of->listings[i], run);
    for (int i = 0; i < CALL_COUNT; i++)
        if (total_of(of->calls, i) > 0)
            add_kind(run, asset_of(i)->name, of->calls->done[i], total_of(of->calls, i));
}

static int64_t thousandths(double rate)
{
    return (int64_t)(rate * 1000 + 0.5);
}

/* A run that meets no limit knows the one that an earlier run has met, and its bounds. */
static void take_rate(const struct job *job, struct status_rate *rate)
{
    struct smci_pace_found found;
    smci_client_found(job->client, &found);
    if (!(found.rate > 0))
        return;
    rate->rate = thousandths(found.rate);
    rate->learnt_s = job_wall_s(job);
    if (found.least > 0) {
        rate->least = thousandths(found.least);
        rate->most = thousandths(found.most);
    } else if (rate->rate < rate->least || rate->rate > rate->most) {
        rate->least = rate->most = 0;
    }
    rate->at_once = found.at_once;
}

static void take_kept(const struct status_keep *keep, struct status_entry *entry)
{
    const struct job *job = keep->of.progress.job;
    int64_t done = 0;
    int64_t began_s = INT64_MAX;
    for (enum asset_id i = 0; i < CALL_COUNT; i++) {
        done += keep->of.progress.calls->done[i];
        if (select_asks_objects(&job->selection, i) && keep->of.reuse->ages[i].began_s < began_s)
            began_s = keep->of.reuse->ages[i].began_s;
    }
    entry->kept = done > keep->kept_before ? done : keep->kept_before;
    entry->kept_from_s = began_s == INT64_MAX ? entry->run.began_s : began_s;
    entry->kept_until_s = entry->kept_from_s + job->settings->resume_within_ms / 1000;
}

static void take_organization(const struct status_keep *keep, struct status_entry *entry)
{
    const struct smc_buf *id = keep->of.organization;
    struct smc_buf text = SMC_BUF_INIT(65536);
    if (id->len && smc_json_decode((struct smc_json_span){id->data, id->len}, &text) == SMC_OK)
        put_text(entry->organization, sizeof entry->organization, smc_buf_str(&text));
    smc_buf_clear(&text);
}

static void take_facts(struct status_keep *keep)
{
    const struct job *job = keep->of.progress.job;
    struct status_entry *entry = &keep->file.entries[0];
    struct smc_client_stats stats;
    smc_client_get_stats(job->client, &stats);
    entry->run.updated_s = job_wall_s(job);
    entry->run.calls = stats.calls;
    entry->run.refused = stats.refused;
    entry->run.waits_until_s =
        stats.wait_ms >= TOLD_WAIT_MS ? entry->run.updated_s + stats.wait_ms / 1000 : 0;
    entry->run.is_partial = job->selection.is_partial;
    entry->run.set = smci_fileset_timestamp(job->set);
    take_kinds(keep, &entry->run);
    take_rate(job, &entry->rate);
    take_kept(keep, entry);
    take_organization(keep, entry);
}

static void write_file(struct status_keep *keep)
{
    const struct job *job = keep->of.progress.job;
    struct smc_error why = SMC_ERROR_INIT;
    if (status_file_write(keep->state, &keep->file, &why) != SMC_OK)
        smci_log_event(job->log, SMC_LOG_DEBUG, SMCI_EVENT_STATUS_UNWRITTEN,
                       SMCI_FACTS(.reason = why.detail),
                       "The run's state is not shown to others: %s", why.detail);
    keep->written_ms = job->clock->now_ms(job->clock->ctx);
}

/* ---- a run ---- */

static char *state_of(const struct extract_settings *settings)
{
    return settings->state ? strdup(settings->state) : smci_dir_path(settings->output, ".sigmacat");
}

/* What the file had, if anything can be made of it: else it begins anew. */
static bool load(struct status_file *file, const char *state,
                 const struct extract_settings *settings)
{
    char scope[STATUS_SCOPE_BYTES];
    struct status_file *old = NULL;
    if (status_scope(smc_buf_str(&settings->origin), settings->client_id, scope, NULL) != SMC_OK)
        return false;
    (void)status_file_read(state, &old, NULL);
    if (old)
        *file = *old;
    free(old);
    take_entry(file, scope);
    return true;
}

struct status_keep *status_keep_new(const struct status_keep_of *of)
{
    const struct job *job = of->progress.job;
    struct status_keep *keep = calloc(1, sizeof *keep);
    if (!keep)
        return NULL;
    keep->of = *of;
    keep->state = state_of(job->settings);
    if (!keep->state || !load(&keep->file, keep->state, job->settings)) {
        free(keep->state);
        free(keep);
        return NULL;
    }
    begin_run(&keep->file.entries[0], job->settings, job_wall_s(job));
    (void)smci_store_count(job->store, &keep->kept_before, NULL);
    take_facts(keep);
    write_file(keep);
    return keep;
}

void status_keep_tick(struct status_keep *keep)
{
    if (!keep)
        return;
    const struct job *job = keep->of.progress.job;
    if (job->clock->now_ms(job->clock->ctx) - keep->written_ms < WRITE_EVERY_MS)
        return;
    take_facts(keep);
    write_file(keep);
}

static void end_run(struct status_entry *entry, const struct status_end *end, int64_t now_s)
{
    struct status_run *run = &entry->run;
    run->state = STATUS_FAILED;
    if (end->is_published)
        run->state = STATUS_PUBLISHED;
    else if (end->rc == SMC_ERR_CANCELLED || end->rc == SMC_ERR_TIME)
        run->state = STATUS_STOPPED;
    run->ended_s = now_s;
    run->updated_s = now_s;
    run->waits_until_s = 0;
    run->exit_status = smci_cli_exit_status(end->rc, smci_cli_signals_caught());
    run->gaps = end->gaps;
    run->is_degraded = end->is_degraded;
    put_text(run->error, sizeof run->error, end->rc != SMC_OK && end->err ? end->err->detail : "");
    entry->before = (struct status_run){.state = STATUS_NONE};
}

void status_keep_end(struct status_keep *keep, const struct status_end *end)
{
    if (!keep)
        return;
    const struct job *job = keep->of.progress.job;
    struct status_entry *entry = &keep->file.entries[0];
    take_facts(keep);
    end_run(entry, end, job_wall_s(job));
    smc_log_mask(job->log, entry->run.error);
    (void)smci_store_count(job->store, &entry->kept, NULL);
    if (end->is_published) {
        entry->kept_from_s = 0;
        entry->kept_until_s = 0;
        entry->published_s = entry->run.ended_s;
        entry->published_set = entry->run.set;
    }
    write_file(keep);
    free(keep->state);
    free(keep);
}

/* ---- a run that came to nothing ---- */

void status_keep_failed(const struct extract_settings *settings, const struct smc_log *log,
                        const struct smc_clock *clock, bool has_lock, enum smc_status rc,
                        const struct smc_error *err)
{
    if (!clock)
        clock = smc_clock_system();
    int fd = -1;
    struct stat st;
    const struct status_end end = {.rc = rc, .err = err};
    struct status_file *file = calloc(1, sizeof *file);
    char *state = state_of(settings);
    char *lock = state ? smci_dir_path(state, "run.lock") : NULL;
    if (file && lock && stat(state, &st) == 0 &&
        (has_lock || smci_lock_take(lock, &fd, NULL) == SMC_OK) && load(file, state, settings)) {
        int64_t now_s = clock->wall_ms(clock->ctx) / 1000;
        begin_run(&file->entries[0], settings, now_s);
        end_run(&file->entries[0], &end, now_s);
        smc_log_mask(log, file->entries[0].run.error);
        (void)status_file_write(state, file, NULL);
    }
    smci_lock_release(fd);
    free(lock);
    free(state);
    free(file);
}
