#include "choose.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"

#include "batches.h"
#include "organization.h"
#include "verify.h"

/* Names that a person gets in one line; a log line has room for 4,000 bytes. */
#define NAMES_IN_LINE_MAX ((size_t)3000)

/* ---- by sets ---- */

static enum smc_status take_latest(struct upload_verifier *v, struct upload_set set,
                                   struct smc_error *err)
{
    struct upload_job *job = v->job;
    const char *name = job->files.items[set.begin].name;
    smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_SET_CHOSEN,
                   SMCI_FACTS(.set = upload_set_stamp(name)), "The newest complete set is %.*s",
                   upload_set_digits(name), name);
    upload_verify_end_trial(v);
    enum smc_status rc = upload_organization_check(v, set, err);
    upload_files_keep(&job->files, set.begin, set.end);
    return rc;
}

/* The newest set without a problem. */
static enum smc_status choose_latest(struct upload_verifier *v, struct smc_error *err)
{
    struct upload_job *job = v->job;
    const char *before = NULL;
    struct smc_error newest = SMC_ERROR_INIT;
    struct upload_set set;
    v->is_trial = true;
    while (upload_set_newest(&job->files, before, &set)) {
        before = job->files.items[set.begin].name;
        enum smc_status rc = upload_verify_set(v, set, err);
        if (rc != SMC_OK)
            return rc;
        if (v->problem_count == 0)
            return take_latest(v, set, err);
        smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_SET_PASSED_OVER,
                       SMCI_FACTS(.reason = v->first.detail, .set = upload_set_stamp(before)),
                       "Passed over: %s", v->first.detail);
        if (newest.code == SMC_OK)
            newest = v->first;
        upload_verify_next_trial(v);
    }
    if (!before)
        return smc_error_set(err, SMC_ERR_IO,
                             "%s: there is no set of files here; castor-extract-sigma writes them",
                             job->files.directory);
    return smc_error_set(err, SMC_ERR_IO, "%s: no complete set was found; the newest one: %s",
                         job->files.directory, newest.detail);
}

static enum smc_status choose_set(struct upload_verifier *v, struct smc_error *err)
{
    struct upload_files *files = &v->job->files;
    struct upload_set set;
    if (!upload_set_find(files, v->job->settings->set, &set))
        return smc_error_set(err, SMC_ERR_IO, "%s: no file of set %s", files->directory,
                             v->job->settings->set);
    enum smc_status rc = upload_verify_set(v, set, err);
    if (rc == SMC_OK)
        rc = upload_organization_check(v, set, err);
    upload_files_keep(files, set.begin, set.end);
    return rc;
}

static enum smc_status choose_all_sets(struct upload_verifier *v, struct smc_error *err)
{
    struct upload_files *files = &v->job->files;
    struct upload_set set;
    size_t set_count = 0;
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; i < files->count && rc == SMC_OK; i = set.end) {
        set = upload_set_from(files, i);
        if (upload_set_len(files->items[i].name) > 0) {
            rc = upload_verify_set(v, set, err);
            if (rc == SMC_OK)
                rc = upload_organization_check(v, set, err);
            set_count++;
        } else {
            files->items[i].is_foreign = true;
            rc = upload_verify_file(v, i, err);
        }
    }
    if (rc == SMC_OK && set_count > 1)
        smci_log_event(v->job->log, SMC_LOG_WARN, SMCI_EVENT_SEVERAL_SETS,
                       SMCI_FACTS(.count = (int64_t)set_count),
                       "%s has %zu sets, and all are sent; --latest sends the newest",
                       files->directory, set_count);
    return rc;
}

/* ---- what is said of some files ---- */

typedef bool file_is_fn(const struct upload_file *file);

static bool is_foreign(const struct upload_file *file)
{
    return file->is_foreign;
}

static bool is_extra(const struct upload_file *file)
{
    return file->is_extra;
}

/* Appends the names of those that `is` picks; what does not fit in a line is counted. Returns how
 * many there are. */
static size_t list_files(const struct upload_job *job, file_is_fn *is, struct smc_buf *names)
{
    size_t count = 0;
    size_t shown = 0;
    for (size_t i = 0; i < job->files.count; i++) {
        const char *name = job->files.items[i].name;
        bool is_fitting = names->len + 2 + strlen(name) <= NAMES_IN_LINE_MAX;
        if (!is(&job->files.items[i]))
            continue;
        count++;
        if (is_fitting && smc_buf_addf(names, "%s%s", shown > 0 ? ", " : "", name) == SMC_OK)
            shown++;
    }
    if (shown < count)
        (void)smc_buf_addf(names, ", and %zu more", count - shown);
    return count;
}

static void warn_of_foreign(const struct upload_job *job)
{
    struct smc_buf names = SMC_BUF_INIT(NAMES_IN_LINE_MAX + 40);
    size_t count = list_files(job, is_foreign, &names);
    if (count > 0)
        smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_FOREIGN_FILES,
                       SMCI_FACTS(.count = (int64_t)count),
                       "Sent too, though not part of an extracted set: %s", smc_buf_str(&names));
    smc_buf_clear(&names);
}

/* Those that the summary of their set names as no part of what Catalog asks for. */
static void leave_out_extras(struct upload_job *job)
{
    struct smc_buf names = SMC_BUF_INIT(NAMES_IN_LINE_MAX + 40);
    size_t count = list_files(job, is_extra, &names);
    if (count > 0)
        smci_log_event(job->log, SMC_LOG_INFO, SMCI_EVENT_EXTRAS_LEFT_OUT,
                       SMCI_FACTS(.count = (int64_t)count),
                       "Left out, since Catalog does not ask for them (--with-extras sends them): "
                       "%s",
                       smc_buf_str(&names));
    smc_buf_clear(&names);
    upload_files_drop_extras(&job->files);
}

/* ---- all ---- */

static enum smc_status find_files(struct upload_job *job, struct smc_error *err)
{
    if (job->settings->directory_path)
        return upload_files_in(&job->files, job->settings->directory_path, job->log, err);
    return upload_files_one(&job->files, job->settings->file_path, err);
}

static enum smc_status choose_all_files(struct upload_verifier *v, struct smc_error *err)
{
    const struct upload_files *files = &v->job->files;
    size_t batch_count =
        v->job->settings->file_type == UPLOAD_WAREHOUSE ? upload_batches_count(files) : 0;
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; i < files->count && rc == SMC_OK; i++)
        rc = upload_verify_file(v, i, err);
    if (rc == SMC_OK && batch_count > 1)
        smci_log_event(v->job->log, SMC_LOG_WARN, SMCI_EVENT_SEVERAL_SETS,
                       SMCI_FACTS(.count = (int64_t)batch_count),
                       "%s has %zu batches, and all are sent; --latest sends the newest",
                       files->directory, batch_count);
    return rc;
}

/* "--force", or "--force or --allow partial". */
static const char *remedy_of(enum upload_objection objection, char *text, size_t size)
{
    const char *word = upload_objection_name(objection);
    (void)snprintf(text, size, "--force%s%s", *word ? " or --allow " : "", word);
    return text;
}

static enum smc_status conclude(const struct upload_verifier *v, struct smc_error *err)
{
    const struct upload_settings *settings = v->job->settings;
    const char *plural = v->problem_count == 1 ? "" : "s";
    char remedy[48];
    if (v->problem_count == 0 && v->allowed_count > 0)
        smci_log_event(v->job->log, SMC_LOG_WARN, SMCI_EVENT_FORCED,
                       SMCI_FACTS(.count = (int64_t)v->allowed_count),
                       "Going on despite %zu problem%s (%s)", v->allowed_count,
                       v->allowed_count == 1 ? "" : "s",
                       settings->is_forced ? "--force" : "--allow");
    if (v->problem_count == 0)
        return SMC_OK;
    v->job->objection = v->first_objection;
    if (settings->is_checking)
        return smc_error_set(err, SMC_ERR_IO, "%zu problem%s, the first: %s", v->problem_count,
                             plural, v->first.detail);
    return smc_error_set(err, SMC_ERR_IO,
                         "nothing was sent: %zu problem%s (%s sends all the same): %s",
                         v->problem_count, plural,
                         remedy_of(v->first_objection, remedy, sizeof remedy), v->first.detail);
}

enum smc_status upload_choose(struct upload_job *job, struct smc_error *err)
{
    const struct upload_settings *settings = job->settings;
    struct upload_verifier v = {.job = job,
                                .is_choosing = settings->is_latest || settings->set,
                                .allowed = SMC_BUF_INIT(SIZE_MAX)};
    job->objection = UPLOAD_BROKEN;
    enum smc_status rc = find_files(job, err);
    if (rc != SMC_OK)
        return rc;
    if (settings->is_latest && settings->file_type == UPLOAD_WAREHOUSE)
        rc = upload_batches_latest(&v, err);
    else if (!settings->directory_path || settings->file_type != UPLOAD_VIZ)
        rc = choose_all_files(&v, err);
    else if (settings->is_latest)
        rc = choose_latest(&v, err);
    else if (settings->set)
        rc = choose_set(&v, err);
    else
        rc = choose_all_sets(&v, err);
    smc_buf_clear(&v.allowed);
    if (rc == SMC_OK && !settings->is_with_extras)
        leave_out_extras(job);
    if (rc == SMC_OK)
        rc = conclude(&v, err);
    if (rc == SMC_OK)
        warn_of_foreign(job);
    return rc;
}
