#include "resume.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/set/recover.h"

#include "run.h"

/* Values in the store: on the set that was being written; */
#define VALUE_TIMESTAMP  "set.timestamp"
#define VALUE_DIRECTORY  "set.directory"
#define VALUE_FILES      "set.files" /* their names, without the summary */
#define VALUE_PUBLISHING "set.is_publishing"
/* on each kind of objects' calls, with its name behind the dot; */
#define VALUE_BEGAN "run.began_s."  /* there while the run that asked for it has not finished */
#define VALUE_FULL  "full.began_s." /* of the last run that asked for all of it; --incremental */
/* on the pace. */
#define VALUE_RATE   "pace.rate"   /* thousandths of a call a second */
#define VALUE_RATE_S "pace.rate_s" /* when it was learnt */

#define RATE_KEPT_S 86400

/* A table's path can change without anything that a listing shows. */
#define PATH_KEPT_S ((int64_t)7 * 86400)

static int64_t wall_s(const struct run *run)
{
    return run->clock->wall_ms(run->clock->ctx) / 1000;
}

static enum smc_status set_number(struct run *run, const char *name, int64_t number,
                                  struct smc_error *err)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    return smci_store_put_value(run->store, name, text, err);
}

/* -1 when there is no such value. */
static enum smc_status get_number(struct run *run, const char *name, int64_t *number,
                                  struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(64);
    bool found = false;
    enum smc_status rc = smci_store_get_value(run->store, name, &found, &text, err);
    *number = rc == SMC_OK && found ? strtoll(smc_buf_str(&text), NULL, 10) : -1;
    smc_buf_clear(&text);
    return rc;
}

/* ---- values on a kind of calls ---- */

#define VALUE_NAME_BYTES 64

static const char *value_of(const char *value, int kind, char name[VALUE_NAME_BYTES])
{
    (void)snprintf(name, VALUE_NAME_BYTES, "%s%s", value, object_kind(kind));
    return name;
}

static enum smc_status set_time(struct run *run, const char *value, int kind, int64_t time_s,
                                struct smc_error *err)
{
    char name[VALUE_NAME_BYTES];
    return set_number(run, value_of(value, kind, name), time_s, err);
}

static enum smc_status get_time(struct run *run, const char *value, int kind, int64_t *time_s,
                                struct smc_error *err)
{
    char name[VALUE_NAME_BYTES];
    return get_number(run, value_of(value, kind, name), time_s, err);
}

static enum smc_status forget_time(struct run *run, const char *value, int kind,
                                   struct smc_error *err)
{
    char name[VALUE_NAME_BYTES];
    return smci_store_put_value(run->store, value_of(value, kind, name), NULL, err);
}

/* Calls `fn` for each kind of objects' calls that such a run makes. */
typedef enum smc_status kind_fn(struct run *run, int kind, struct smc_error *err);

static enum smc_status each_kind(struct run *run, const struct selection *selection, kind_fn *fn,
                                 struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i <= OBJECT_PATH; i++)
        if (select_asks_objects(selection, i))
            rc = fn(run, i, err);
    return rc;
}

/* ---- what an earlier run left ---- */

static enum smc_status forget_set(struct run *run, struct smc_error *err)
{
    enum smc_status rc = smci_store_put_value(run->store, VALUE_PUBLISHING, NULL, err);
    if (rc == SMC_OK)
        rc = smci_store_put_value(run->store, VALUE_FILES, NULL, err);
    if (rc == SMC_OK)
        rc = smci_store_put_value(run->store, VALUE_TIMESTAMP, NULL, err);
    return rc == SMC_OK ? smci_store_put_value(run->store, VALUE_DIRECTORY, NULL, err) : rc;
}

static enum smc_status note_finished(struct run *run, int kind, struct smc_error *err)
{
    return forget_time(run, VALUE_BEGAN, kind, err);
}

/* What the run that left a set was to write. */
static enum smc_status get_files(struct run *run, struct selection *selection,
                                 struct smc_error *err)
{
    struct smc_buf names = SMC_BUF_INIT(1024);
    bool found = false;
    enum smc_status rc = smci_store_get_value(run->store, VALUE_FILES, &found, &names, err);
    select_names(found ? smc_buf_str(&names) : NULL, selection);
    smc_buf_clear(&names);
    return rc;
}

static enum smc_status recover_set(struct run *run, struct smc_error *err)
{
    const char *names[ASSET_COUNT + 1];
    struct selection selection;
    struct smc_buf directory = SMC_BUF_INIT(65536);
    int64_t timestamp = -1;
    int64_t publishing = -1;
    bool found = false;
    bool is_complete = false;
    enum smc_status rc = get_files(run, &selection, err);
    size_t count = run_file_names(&selection, names);
    if (rc == SMC_OK)
        rc = get_number(run, VALUE_TIMESTAMP, &timestamp, err);
    if (rc == SMC_OK)
        rc = get_number(run, VALUE_PUBLISHING, &publishing, err);
    if (rc == SMC_OK)
        rc = smci_store_get_value(run->store, VALUE_DIRECTORY, &found, &directory, err);
    if (rc == SMC_OK && timestamp >= 0 && found) {
        rc = smci_fileset_recover(directory.data, timestamp, names, count, publishing == 1,
                                  &is_complete, run->log, err);
        if (rc == SMC_OK)
            rc = forget_set(run, err);
    }
    if (rc == SMC_OK && is_complete) /* that run is done after all */
        rc = each_kind(run, &selection, note_finished, err);
    smc_buf_clear(&directory);
    return rc;
}

/* Whether the answers of a run that began at `began_s` may be reused. A clock that was set back
 * makes it begin in the future: then its age is unknown. */
static bool may_resume(const struct run *run, int64_t began_s)
{
    int64_t age_s = wall_s(run) - began_s;
    return began_s >= 0 && !run->settings->is_no_resume && age_s >= 0 &&
           age_s <= run->settings->resume_within_ms / 1000;
}

/* Whether the last full pass is recent enough for --incremental. What a run that is not to be gone on
 * with (--no-resume; it began at `began_s`) has fetched can't be told from what was kept before it. */
static bool may_build_on(const struct run *run, int64_t began_s, int64_t full_s)
{
    int64_t age_s = wall_s(run) - full_s;
    bool is_mixed = run->settings->is_no_resume && began_s >= 0;
    return run->settings->is_incremental && !is_mixed && full_s >= 0 && age_s >= 0 &&
           age_s <= run->settings->full_after_ms / 1000;
}

static enum smc_status forget_kind(struct run *run, int kind, struct smc_error *err)
{
    enum smc_status rc = smci_store_prune(run->store, object_kind(kind), "", err);
    if (rc == SMC_OK && kind == OBJECT_PATH)
        rc = smci_store_prune(run->store, KIND_BULK, "", err);
    return rc;
}

/* Leaves those answers of the kind in the store that are as good as new ones. */
static enum smc_status drop_answers(struct run *run, int kind, bool is_resuming,
                                    struct smc_error *err)
{
    const struct resume_age *age = &run->ages[kind];
    if (age->is_full && !is_resuming)
        return forget_kind(run, kind, err);
    int64_t from_s = age->is_full ? age->began_s : 0;
    if (kind == OBJECT_PATH && from_s < wall_s(run) - PATH_KEPT_S)
        from_s = wall_s(run) - PATH_KEPT_S;
    /* A run that goes on asks for gaps again; one that builds on a finished run does not, where Sigma
     * would only answer the same. */
    enum smc_status rc =
        smci_store_forget_failures(run->store, object_kind(kind), !age->is_full, err);
    return rc == SMC_OK && from_s
               ? smci_store_forget_older(run->store, object_kind(kind), from_s, err)
               : rc;
}

/* Of all kinds together, for a line in the log. */
struct past {
    int64_t resumed_s; /* when the oldest run began that is gone on with; INT64_MAX: none is */
    int64_t full_s;    /* likewise, that is built on */
};

static enum smc_status choose_kind(struct run *run, int kind, struct past *past,
                                   struct smc_error *err)
{
    struct resume_age *age = &run->ages[kind];
    int64_t began_s;
    int64_t full_s;
    enum smc_status rc = get_time(run, VALUE_BEGAN, kind, &began_s, err);
    if (rc == SMC_OK)
        rc = get_time(run, VALUE_FULL, kind, &full_s, err);
    if (rc != SMC_OK)
        return rc;
    bool is_resuming = may_resume(run, began_s);
    age->began_s = is_resuming ? began_s : wall_s(run);
    age->is_full = !may_build_on(run, began_s, full_s);
    if (is_resuming && began_s < past->resumed_s)
        past->resumed_s = began_s;
    if (!age->is_full && full_s < past->full_s)
        past->full_s = full_s;
    rc = drop_answers(run, kind, is_resuming, err);
    return rc == SMC_OK ? set_time(run, VALUE_BEGAN, kind, age->began_s, err) : rc;
}

static enum smc_status choose_answers(struct run *run, struct smc_error *err)
{
    struct past past = {INT64_MAX, INT64_MAX};
    int64_t count = 0;
    enum smc_status rc = SMC_OK;
    for (int i = 0; rc == SMC_OK && i <= OBJECT_PATH; i++)
        if (select_asks_objects(&run->selection, i))
            rc = choose_kind(run, i, &past, err);
    if (rc == SMC_OK)
        rc = smci_store_count(run->store, &count, err);
    if (rc == SMC_OK && past.resumed_s < INT64_MAX && count > 0)
        smc_log_write(run->log, SMC_LOG_INFO,
                      "Resuming a run that began %" PRId64 " s ago and did not finish: %" PRId64
                      " answers are there already",
                      wall_s(run) - past.resumed_s, count);
    else if (rc == SMC_OK && past.full_s < INT64_MAX)
        smc_log_write(run->log, SMC_LOG_INFO,
                      "Building on earlier runs: %" PRId64
                      " answers are there, the last full pass began "
                      "%" PRId64 " s ago",
                      count, wall_s(run) - past.full_s);
    return rc;
}

/* ---- what this run leaves ---- */

static enum smc_status note_files(struct run *run, struct smc_error *err)
{
    const char *names[ASSET_COUNT + 1];
    struct smc_buf text = SMC_BUF_INIT(1024);
    size_t count = run_file_names(&run->selection, names) - 1; /* the summary goes without saying */
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < count; i++)
        rc = smc_buf_addf(&text, "%s%s", i ? "," : "", names[i]);
    if (rc == SMC_OK)
        rc = smci_store_put_value(run->store, VALUE_FILES, smc_buf_str(&text), err);
    smc_buf_clear(&text);
    return rc;
}

static enum smc_status note_set(struct run *run, struct smc_error *err)
{
    char *directory = realpath(run->settings->output, NULL);
    enum smc_status rc = smci_store_put_value(run->store, VALUE_DIRECTORY,
                                              directory ? directory : run->settings->output, err);
    free(directory);
    if (rc == SMC_OK)
        rc = note_files(run, err);
    if (rc == SMC_OK)
        rc = set_number(run, VALUE_TIMESTAMP, smci_fileset_timestamp(run->set), err);
    return rc == SMC_OK ? smci_store_commit(run->store, err) : rc;
}

enum smc_status resume_begin(struct run *run, struct smc_error *err)
{
    enum smc_status rc = smci_store_forget_lists(run->store, err);
    if (rc == SMC_OK)
        rc = recover_set(run, err);
    if (rc == SMC_OK)
        rc = choose_answers(run, err);
    return rc == SMC_OK ? note_set(run, err) : rc;
}

enum smc_status resume_note_publishing(struct run *run, struct smc_error *err)
{
    enum smc_status rc = set_number(run, VALUE_PUBLISHING, 1, err);
    return rc == SMC_OK ? smci_store_commit(run->store, err) : rc;
}

enum smc_status resume_note_not_publishing(struct run *run, struct smc_error *err)
{
    enum smc_status rc = smci_store_put_value(run->store, VALUE_PUBLISHING, NULL, err);
    return rc == SMC_OK ? smci_store_commit(run->store, err) : rc;
}

/* What --incremental keeps: the answers for what was listed now. */
static enum smc_status keep_kind(struct run *run, int kind, struct smc_error *err)
{
    const char *list = LIST_TABLES;
    if (kind != OBJECT_PATH)
        list = asset_of(asset_of((enum asset_id)kind)->of)->name;
    else if (!select_wants_all_tables(&run->selection))
        list = NULL; /* files that were left out may name others */
    enum smc_status rc = smci_store_forget_failures(run->store, object_kind(kind), true, err);
    if (rc == SMC_OK && list)
        rc = smci_store_prune(run->store, object_kind(kind), list, err);
    if (rc == SMC_OK && run->ages[kind].is_full)
        rc = set_time(run, VALUE_FULL, kind, run->ages[kind].began_s, err);
    return rc;
}

static enum smc_status keep_answers(struct run *run, struct smc_error *err)
{
    enum smc_status rc = paths_keep(&run->paths, err);
    return rc == SMC_OK ? each_kind(run, &run->selection, keep_kind, err) : rc;
}

static enum smc_status end_kind(struct run *run, int kind, struct smc_error *err)
{
    enum smc_status rc = forget_kind(run, kind, err);
    return rc == SMC_OK ? forget_time(run, VALUE_FULL, kind, err) : rc;
}

enum smc_status resume_end(struct run *run, struct smc_error *err)
{
    enum smc_status rc = run->settings->is_incremental
                             ? keep_answers(run, err)
                             : each_kind(run, &run->selection, end_kind, err);
    if (rc == SMC_OK)
        rc = each_kind(run, &run->selection, note_finished, err);
    if (rc == SMC_OK)
        rc = forget_set(run, err);
    return rc == SMC_OK ? smci_store_commit(run->store, err) : rc;
}

/* ---- the pace ---- */

enum smc_status resume_learnt_rate(struct run *run, double *rate, struct smc_error *err)
{
    int64_t thousandths = -1;
    int64_t learnt_s = -1;
    *rate = 0;
    enum smc_status rc = get_number(run, VALUE_RATE, &thousandths, err);
    if (rc == SMC_OK)
        rc = get_number(run, VALUE_RATE_S, &learnt_s, err);
    int64_t age_s = wall_s(run) - learnt_s;
    if (rc == SMC_OK && thousandths > 0 && age_s >= 0 && age_s <= RATE_KEPT_S)
        *rate = (double)thousandths / 1000;
    return rc;
}

enum smc_status resume_keep_rate(struct run *run, struct smc_error *err)
{
    struct smc_client_stats stats;
    smc_client_get_stats(run->client, &stats);
    if (!(stats.rate > 0))
        return SMC_OK;
    enum smc_status rc = set_number(run, VALUE_RATE, (int64_t)(stats.rate * 1000), err);
    return rc == SMC_OK ? set_number(run, VALUE_RATE_S, wall_s(run), err) : rc;
}
