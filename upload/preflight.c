#include "preflight.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/cli/place.h"
#include "lib/cli/server.h"

#include "choose.h"
#include "lock.h"
#include "outputs.h"
#include "record.h"
#include "sets.h"
#include "summary.h"

struct preflight {
    struct upload_job job;
    struct smci_cli_checklist list;
    bool is_record_told; /* that it can't be used */
};

static const char *setting(const struct preflight *check, const char *flag)
{
    return smci_settings_name(&check->job.settings->sources, flag);
}

/* ---- files ---- */

/* Adds the remedy where the summary of the set, its last file, says that the set lacks something;
 * false: it does not. */
static bool advise_on_lack(struct preflight *check, struct upload_set set)
{
    const struct upload_files *files = &check->job.files;
    size_t last = set.end - 1;
    struct upload_identity identity;
    struct upload_summary summary = {.text = SMC_BUF_INIT(0)};
    int fd = -1;
    bool is_lacking = false;
    if (upload_is_summary(files->items[last].name) &&
        upload_files_open(files, last, &fd, &identity, NULL) == SMC_OK &&
        upload_summary_read(&summary, fd, NULL) == SMC_OK) {
        is_lacking = summary.is_partial || summary.degraded.p;
        if (is_lacking)
            smci_cli_remedy(
                &check->list, "%s, or send it all the same by --allow %s",
                summary.is_partial ? "extract without --only and --skip"
                                   : "extract again once the gaps in its report are mended",
                upload_objection_name(summary.is_partial ? UPLOAD_PARTIAL : UPLOAD_DEGRADED));
    }
    upload_summary_clear(&summary);
    if (fd >= 0)
        (void)close(fd);
    return is_lacking;
}

static void advise_on_sets(struct preflight *check)
{
    const struct upload_settings *settings = check->job.settings;
    const struct upload_files *files = &check->job.files;
    struct upload_set set = {0, 0};
    bool is_choosing = settings->is_latest || settings->set;
    bool has_set = upload_set_newest(files, NULL, &set);
    bool is_only =
        has_set && upload_is_same_set(files->items[0].name, files->items[set.begin].name);
    if (check->job.objection == UPLOAD_ORGANIZATION)
        smci_cli_remedy(&check->list,
                        "give each organisation a directory of its own, or correct %s; --allow "
                        "organization gives the source to this one",
                        setting(check, "--source_id"));
    else if (!has_set && is_choosing)
        smci_cli_remedy(&check->list, "run castor-extract-sigma first, or correct %s",
                        setting(check, "--directory_path"));
    else if (!has_set)
        smci_cli_remedy(&check->list, "mend or remove what the log names in %s",
                        settings->directory_path);
    else if (settings->set && !upload_set_find(files, settings->set, &set))
        smci_cli_remedy(&check->list, "give %s the digits that a set's names in %s begin with",
                        setting(check, "--set"), settings->directory_path);
    else if ((is_choosing || is_only) && advise_on_lack(check, set))
        return;
    else if (is_choosing)
        smci_cli_remedy(&check->list, "extract again into %s, to the end of the run",
                        settings->directory_path);
    else
        smci_cli_remedy(&check->list, "choose a whole set by --latest, or extract again");
}

static void advise_on_files(struct preflight *check, const struct smc_error *why)
{
    const struct upload_settings *settings = check->job.settings;
    const struct upload_files *files = &check->job.files;
    bool is_sets = settings->directory_path && settings->file_type == UPLOAD_VIZ;
    const char *name =
        setting(check, settings->directory_path ? "--directory_path" : "--file_path");
    if (!settings->directory_path)
        smci_cli_remedy(&check->list, "give %s a file that can be read and is not empty", name);
    else if (files->count > 0 && is_sets)
        advise_on_sets(check);
    else if (files->count > 0)
        smci_cli_remedy(&check->list, "mend or remove what the log names in %s",
                        settings->directory_path);
    else if (why->sys_errno == EACCES)
        smci_cli_remedy(&check->list, "give %s a directory that the user who runs this can read",
                        name);
    else if (is_sets)
        smci_cli_remedy(&check->list, "run castor-extract-sigma first, or correct %s", name);
    else
        smci_cli_remedy(&check->list, "give %s a directory with .json or .csv files", name);
}

static enum smc_status check_files(struct preflight *check, struct smc_error *err)
{
    const struct upload_files *files = &check->job.files;
    struct smc_error why = SMC_ERROR_INIT;
    int64_t bytes = 0;
    enum smc_status rc = upload_choose(&check->job, &why);
    for (size_t i = 0; i < files->count; i++)
        bytes += files->items[i].identity.size;
    if (rc == SMC_OK) {
        smci_cli_ok(&check->list, "files", "%zu with %" PRId64 " bytes, the first is %s",
                    files->count, bytes, files->count > 0 ? upload_files_base(files, 0) : "");
        return SMC_OK;
    }
    if (rc != SMC_ERR_IO)
        return smc_error_set(err, rc, "%s", why.detail);
    smci_cli_failed(&check->list, rc, "files", "%s", why.detail);
    advise_on_files(check, &why);
    return SMC_OK;
}

/* ---- where accepted files are recorded ---- */

/* For what it knows of the source; a run that can do without is told by a line of the log. */
static enum smc_status open_record(struct preflight *check, struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc = upload_record_open(&check->job, &why);
    if (rc == SMC_OK)
        return SMC_OK;
    if (rc == SMC_ERR_NOMEM)
        return smc_error_copy(err, &why);
    check->is_record_told = true;
    smci_cli_failed(&check->list, rc, "record", "%s", why.detail);
    smci_cli_remedy(&check->list, "mend what that names, or give %s another directory",
                    setting(check, "--state"));
    return SMC_OK;
}

static enum smc_status check_record(struct preflight *check, struct smc_error *err)
{
    const struct upload_settings *settings = check->job.settings;
    struct smc_error why = SMC_ERROR_INIT;
    if (check->is_record_told || (!settings->directory_path && !settings->state))
        return SMC_OK;
    char *directory = upload_record_directory(settings);
    if (!directory)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    bool is_fit = smci_cli_check_place(&check->list, "record", directory, setting(check, "--state"),
                                       settings->is_skipping);
    if (is_fit && settings->directory_path &&
        upload_lock_look(&check->job, directory, &why) == SMC_ERR_LOCKED) {
        smci_cli_failed(&check->list, why.code, "lock", "%s", why.detail);
        smci_cli_remedy(&check->list, "wait until that upload has ended");
    }
    free(directory);
    return SMC_OK;
}

/* What the setting `flag`, if it is given, is to be written to; `item` is its name in the list. */
static enum smc_status check_output(struct preflight *check, const char *item, const char *flag,
                                    const char *path, struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    if (!path)
        return SMC_OK;
    enum smc_status rc = upload_outputs_check(check->job.settings, flag, path, &why);
    if (rc == SMC_ERR_NOMEM)
        return smc_error_copy(err, &why);
    if (rc == SMC_OK) {
        smci_cli_ok(&check->list, item, "%s can be written", path);
    } else {
        smci_cli_failed(&check->list, rc, item, "%s", why.detail);
        smci_cli_remedy(
            &check->list,
            rc == SMC_ERR_USAGE
                ? "give %s a file in another directory"
                : "give %s a file in a directory that the user who runs this may write to",
            setting(check, flag));
    }
    return SMC_OK;
}

/* ---- Catalog ---- */

static enum smc_status open_client(struct preflight *check, struct smc_client **client,
                                   struct smc_error *err)
{
    struct smc_client_opt opt = upload_job_client(&check->job);
    opt.authorization = ""; /* the token stays here */
    opt.concurrency = 1;
    return smci_cli_check_client(&check->list, &opt, client, err);
}

static enum smc_status check_catalog(struct preflight *check, struct smc_error *err)
{
    struct smc_client *client = NULL;
    bool is_reached = false;
    enum smc_status rc = open_client(check, &client, err);
    if (rc == SMC_OK && client) {
        const struct smci_cli_server server = {
            .origin = smc_buf_str(&check->job.settings->origin),
            .target = "/",
            .owner = "Catalog",
            .setting = setting(check, check->job.settings->endpoint ? "--endpoint" : "--zone"),
            .advice = "",
            .use_of_clock = "waits that the server names as a date go by it",
            .is_built_in = check->job.settings->endpoint == NULL,
            .is_in_doubt = check->job.settings->endpoint != NULL,
            .client = client,
            .clock = check->job.clock};
        rc = smci_cli_check_server(&check->list, &server, &is_reached, err);
    }
    smc_client_free(client);
    if (rc == SMC_OK)
        smci_cli_unproven(&check->list, "token", "the token is unproven until an upload");
    return rc;
}

enum smc_status upload_preflight(const struct upload_settings *settings, struct smc_log *log,
                                 const struct smc_clock *clock, int stop_fd,
                                 struct smci_cli_ending *result, struct smc_error *err)
{
    struct smc_buf checks = SMC_BUF_INIT(SIZE_MAX);
    struct preflight check = {.job = {.settings = settings,
                                      .log = log,
                                      .clock = clock ? clock : smc_clock_system(),
                                      .stop_fd = stop_fd,
                                      .lock_fd = -1,
                                      .files = UPLOAD_FILES_INIT}};
    if (smc_log_hide(log, settings->token) != SMC_OK)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    smci_cli_checklist_init(&check.list, settings->out, log);
    if (settings->is_json)
        smci_cli_checklist_record(&check.list, &checks);
    enum smc_status rc = open_record(&check, err);
    if (rc == SMC_OK)
        rc = check_files(&check, err);
    upload_files_clear(&check.job.files);
    if (rc == SMC_OK)
        rc = check_record(&check, err);
    upload_record_close(&check.job);
    if (rc == SMC_OK)
        rc = check_output(&check, "report", "--report", settings->report, err);
    if (rc == SMC_OK)
        rc = check_output(&check, "metrics", "--metrics-file", settings->metrics_file, err);
    if (rc == SMC_OK)
        rc = check_catalog(&check, err);
    if (rc == SMC_OK)
        rc = smci_cli_checklist_end(&check.list, upload_program()->name, err);
    if (settings->is_json) {
        const struct upload_result_of of = {.settings = settings, .checks = &checks};
        smci_cli_checklist_close(&check.list);
        if (rc == SMC_OK && check.list.warned > 0)
            result->word = SMCI_CLI_WORD_WARNINGS;
        (void)upload_result_members(&of, &result->members, NULL);
    }
    smc_buf_clear(&checks);
    return rc;
}
