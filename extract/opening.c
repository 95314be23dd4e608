#include "opening.h"

#include <string.h>

#include "lib/base/log.h"
#include "lib/cli/network.h"

#include "history.h"
#include "options.h"
#include "rate.h"
#include "outputs.h"
#include "resume.h"

static void log_left_out(const struct job *job)
{
    struct smc_buf names = SMC_BUF_INIT(1024);
    for (enum asset_id i = 0; i < FEED_COUNT; i++)
        if (!job->selection.is_written[i])
            (void)smc_buf_addf(&names, "%s%s", names.len ? ", " : "", asset_of(i)->name);
    if (job->selection.is_partial)
        smci_log_event(
            job->log, SMC_LOG_INFO, SMCI_EVENT_SET_PARTIAL, NULL,
            "The set will be partial: castor-upload sends it only with --force or --allow partial; "
            "left out: %s",
            smc_buf_str(&names));
    smc_buf_clear(&names);
}

static enum smc_status open_set(struct job *job, struct smc_error *err)
{
    const char *names[ASSET_COUNT + 1];
    enum smc_status rc = select_read(job->settings, &job->selection, err);
    if (rc != SMC_OK)
        return rc;
    log_left_out(job);
    size_t count = select_file_names(NULL, names); /* other runs' sets may have any of them */
    return smci_fileset_open(&job->set, job->settings->output, names, count, job->log, err);
}

static enum smc_status open_store(struct job *job, struct smc_error *err)
{
    const struct extract_settings *settings = job->settings;
    struct smc_buf dir = SMC_BUF_INIT(65536);
    enum smc_status rc = settings->state ? smc_buf_addstr(&dir, settings->state)
                                         : smc_buf_addf(&dir, "%s/.sigmacat", settings->output);
    if (rc != SMC_OK)
        (void)smc_error_set(err, rc, "--output: %s", smc_error_text(rc));
    if (rc == SMC_OK)
        rc = smci_store_open(&job->store, dir.data, smc_buf_str(&settings->origin),
                             settings->client_id, job->clock, err);
    smc_buf_clear(&dir);
    return rc;
}

/* Sees to what an earlier run left. */
static enum smc_status take_over(const struct job *job, int64_t start_s, struct reuse *reuse,
                                 struct smc_error *err)
{
    struct selection selection;
    bool is_finished = false;
    enum smc_status rc = smci_store_forget_lists(job->store, err);
    if (rc == SMC_OK)
        rc = resume_recover(job, &selection, &is_finished, err);
    if (rc == SMC_OK)
        rc = smci_fileset_begin(job->set, start_s, err);
    if (rc == SMC_OK)
        rc = history_begin(job, err);
    if (rc == SMC_OK && is_finished)
        rc = reuse_note_finished(job, &selection, err);
    if (rc == SMC_OK)
        rc = reuse_begin(reuse, err);
    return rc == SMC_OK ? resume_note_set(job, err) : rc;
}

static enum smc_status open_files(struct job *job, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        if (job->selection.is_written[i])
            rc = smci_fileset_file(job->set, asset_of(i)->name, &job->files[i], err);
    return rc;
}

static enum smc_status open_client(struct job *job, struct smc_error *err)
{
    struct smc_client_opt opt = extract_options_client(job->settings);
    opt.network = smci_cli_network(&job->settings->network, job->stop_fd, job->clock, job->log);
    enum smc_status rc = rate_learnt(job, &opt.learnt_rate, err);
    if (rc != SMC_OK)
        return rc;
    rc = smc_client_new(&job->client, &opt, err);
    if (rc == SMC_ERR_IO && opt.network.cacert)
        smc_error_context(err, "%s", smci_settings_name(&job->settings->sources, "--cacert"));
    return rc;
}

enum smc_status open_job(struct job *job, struct reuse *reuse, struct smc_error *err)
{
    int64_t start_s = job_wall_s(job);
    enum smc_status rc = open_set(job, err);
    if (rc == SMC_OK)
        rc = open_store(job, err);
    if (rc == SMC_OK)
        rc = take_over(job, start_s, reuse, err);
    if (rc == SMC_OK)
        rc = outputs_check_all(job->settings, err); /* after the directories that a run makes */
    if (rc == SMC_OK) {
        outputs_warn(job);
        rc = open_files(job, err);
    }
    return rc == SMC_OK ? open_client(job, err) : rc;
}

enum smc_status open_job_again(struct job *job, struct reuse *reuse, struct smc_error *err)
{
    smci_fileset_free(job->set); /* and what it had of files */
    job->set = NULL;
    (void)memset(job->files, 0, sizeof job->files);
    reuse->is_same_run = true;
    enum smc_status rc = open_set(job, err);
    if (rc == SMC_OK)
        rc = take_over(job, job_wall_s(job), reuse, err);
    return rc == SMC_OK ? open_files(job, err) : rc;
}

void close_job(struct job *job)
{
    smc_client_free(job->client);
    smci_fileset_free(job->set);
    smci_store_close(job->store);
}
