#include "batches.h"

#include <string.h>

#include "lib/base/log.h"

/* What Catalog reads of a warehouse. */
static const char *const names[] = {"database.csv", "schema.csv",   "table.csv", "column.csv",
                                    "query.csv",    "view_ddl.csv", "user.csv"};
#define NAME_COUNT (sizeof names / sizeof names[0])

static bool has(const struct upload_files *files, struct upload_set set, const char *name)
{
    for (size_t i = set.begin; i < set.end; i++)
        if (strcmp(files->items[i].name + upload_set_len(files->items[i].name), name) == 0)
            return true;
    return false;
}

static bool is_batch(const struct upload_files *files, struct upload_set set)
{
    bool is = false;
    for (size_t i = 0; i < NAME_COUNT && !is; i++)
        is = upload_set_len(files->items[set.begin].name) > 0 && has(files, set, names[i]);
    return is;
}

static void warn_of_lacks(const struct upload_job *job, struct upload_set set)
{
    const char *first = job->files.items[set.begin].name;
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (!has(&job->files, set, names[i]))
            smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_BATCH_LACKS,
                           SMCI_FACTS(.file = names[i], .set = upload_set_stamp(first)),
                           "Batch %.*s has no %.*s-%s", upload_set_digits(first), first,
                           upload_set_digits(first), first, names[i]);
}

static enum smc_status take(struct upload_verifier *v, struct upload_set set, struct smc_error *err)
{
    struct upload_job *job = v->job;
    const char *first = job->files.items[set.begin].name;
    enum smc_status rc = SMC_OK;
    smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_SET_CHOSEN,
                   SMCI_FACTS(.set = upload_set_stamp(first)), "The newest batch is %.*s",
                   upload_set_digits(first), first);
    upload_verify_end_trial(v);
    warn_of_lacks(job, set);
    upload_files_keep(&job->files, set.begin, set.end);
    for (size_t i = 0; i < job->files.count && rc == SMC_OK; i++)
        rc = upload_verify_file(v, i, err);
    return rc;
}

enum smc_status upload_batches_latest(struct upload_verifier *v, struct smc_error *err)
{
    struct upload_job *job = v->job;
    const char *before = NULL;
    struct upload_set set;
    v->is_trial = true;
    while (upload_set_newest(&job->files, before, &set)) {
        before = job->files.items[set.begin].name;
        upload_verify_time(v, set);
        if (!is_batch(&job->files, set))
            upload_object(v, UPLOAD_BROKEN, "%.*s has none of the files that Catalog reads",
                          upload_set_digits(before), before);
        if (v->problem_count == 0)
            return take(v, set, err);
        smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_SET_PASSED_OVER,
                       SMCI_FACTS(.reason = v->first.detail, .set = upload_set_stamp(before)),
                       "Passed over: %s", v->first.detail);
        upload_verify_next_trial(v);
    }
    return smc_error_set(err, SMC_ERR_IO,
                         "%s: there is no batch of a warehouse's files here, such as "
                         "1790000000-table.csv",
                         job->files.directory);
}

size_t upload_batches_count(const struct upload_files *files)
{
    struct upload_set set;
    size_t count = 0;
    for (size_t i = 0; i < files->count; i = set.end) {
        set = upload_set_from(files, i);
        count += is_batch(files, set);
    }
    return count;
}
