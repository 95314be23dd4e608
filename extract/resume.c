#include "resume.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/base/log.h"
#include "lib/set/recover.h"

#include "history.h"
#include "numbers.h"

/* Values in the store. */
#define VALUE_TIMESTAMP  "set.timestamp"
#define VALUE_DIRECTORY  "set.directory"
#define VALUE_FILES      "set.files" /* their names, without the summary */
#define VALUE_PUBLISHING "set.is_publishing"

enum smc_status resume_forget_set(const struct job *job, struct smc_error *err)
{
    static const char *const values[] = {VALUE_PUBLISHING, VALUE_FILES, VALUE_TIMESTAMP,
                                         VALUE_DIRECTORY};
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; rc == SMC_OK && i < sizeof values / sizeof values[0]; i++)
        rc = smci_store_put_value(job->store, values[i], NULL, err);
    return rc;
}

/* ---- what an earlier run left ---- */

/* The files that the run that left a set was to write. */
static enum smc_status get_files(const struct job *job, struct selection *selection,
                                 struct smc_error *err)
{
    struct smc_buf names = SMC_BUF_INIT(1024);
    bool found = false;
    enum smc_status rc = smci_store_get_value(job->store, VALUE_FILES, &found, &names, err);
    select_names(found ? smc_buf_str(&names) : NULL, selection);
    smc_buf_clear(&names);
    return rc;
}

/* Whether the directory that an earlier run has noted is this run's. The note is never more than
 * compared: files change where this run writes, and nowhere else. */
static bool is_here(const struct job *job, const char *noted)
{
    struct stat theirs;
    struct stat ours;
    return stat(noted, &theirs) == 0 && stat(job->settings->output, &ours) == 0 &&
           theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino;
}

static enum smc_status recover(const struct job *job, const struct selection *selection,
                               int64_t timestamp, bool is_publishing, bool *is_finished,
                               struct smc_error *err)
{
    const char *names[ASSET_COUNT + 1];
    struct smci_site site = *smci_fileset_site(job->set);
    site.names = names;
    site.count = select_file_names(selection, names);
    enum smc_status rc = smci_recover(&site, timestamp, is_publishing, is_finished, job->log, err);
    return rc == SMC_OK && is_publishing ? history_settle(job, timestamp, *is_finished, err) : rc;
}

enum smc_status resume_recover(const struct job *job, struct selection *selection,
                               bool *is_finished, struct smc_error *err)
{
    struct smc_buf directory = SMC_BUF_INIT(65536);
    int64_t timestamp = -1;
    int64_t publishing = -1;
    bool found = false;
    *is_finished = false;
    enum smc_status rc = get_files(job, selection, err);
    if (rc == SMC_OK)
        rc = numbers_get(job->store, VALUE_TIMESTAMP, "", &timestamp, err);
    if (rc == SMC_OK)
        rc = numbers_get(job->store, VALUE_PUBLISHING, "", &publishing, err);
    if (rc == SMC_OK)
        rc = smci_store_get_value(job->store, VALUE_DIRECTORY, &found, &directory, err);
    bool has_left = rc == SMC_OK && timestamp > 0 && found;
    bool is_publishing = has_left && publishing == 1;
    if (has_left && is_here(job, smc_buf_str(&directory)))
        rc = recover(job, selection, timestamp, is_publishing, is_finished, err);
    else if (is_publishing)
        smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_SET_ELSEWHERE,
                       SMCI_FACTS(.file = smc_buf_str(&directory), .set = timestamp),
                       "An earlier run was publishing the set %" PRId64
                       " in another directory, %.200s: this run leaves that alone",
                       timestamp, smc_buf_str(&directory));
    if (rc == SMC_OK && found)
        rc = resume_forget_set(job, err);
    smc_buf_clear(&directory);
    return rc;
}

/* ---- what this run leaves ---- */

/* `are_made`: those that are not there any more were left out. */
static enum smc_status note_files(const struct job *job, bool are_made, struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(1024);
    for (enum asset_id i = 0; i < ASSET_COUNT; i++)
        if (job->selection.is_written[i] && (!are_made || job->files[i]))
            (void)smc_buf_addf(&text, "%s%s", text.len ? "," : "", asset_of(i)->name);
    enum smc_status rc = smc_buf_status(&text);
    if (rc == SMC_OK)
        rc = smci_store_put_value(job->store, VALUE_FILES, smc_buf_str(&text), err);
    smc_buf_clear(&text);
    return rc;
}

enum smc_status resume_note_set(const struct job *job, struct smc_error *err)
{
    char *directory = realpath(job->settings->output, NULL);
    enum smc_status rc = smci_store_put_value(job->store, VALUE_DIRECTORY,
                                              directory ? directory : job->settings->output, err);
    free(directory);
    if (rc == SMC_OK)
        rc = note_files(job, false, err);
    if (rc == SMC_OK)
        rc = numbers_put(job->store, VALUE_TIMESTAMP, "", smci_fileset_timestamp(job->set), err);
    return rc == SMC_OK ? smci_store_commit(job->store, err) : rc;
}

enum smc_status resume_note_publishing(const struct job *job, bool is_publishing,
                                       struct smc_error *err)
{
    enum smc_status rc = note_files(job, true, err);
    if (rc == SMC_OK)
        rc = smci_store_put_value(job->store, VALUE_PUBLISHING, is_publishing ? "1" : NULL, err);
    return rc == SMC_OK ? smci_store_commit(job->store, err) : rc;
}
