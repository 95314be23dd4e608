#include "page_made.h"

#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/dir.h"
#include "lib/base/log.h"
#include "lib/cli/result.h"

#include "page.h"

static enum smc_status make(const struct page *page, const struct extract_settings *settings,
                            struct smc_log *log, struct smc_error *err)
{
    enum smc_status rc = page_write(page, err);
    if (rc == SMC_OK)
        smci_log_event(log, SMC_LOG_INFO, SMCI_EVENT_PAGE_WRITTEN,
                       SMCI_FACTS(.file = settings->html, .set = page->timestamp),
                       "Wrote page: %s (set %" PRId64 ")", settings->html, page->timestamp);
    return rc;
}

enum smc_status page_of_run(const struct job *job, struct smc_error *err)
{
    const struct extract_settings *settings = job->settings;
    const struct page page = {.directory = settings->output,
                              .timestamp = smci_fileset_timestamp(job->set),
                              .profile = smci_cli_result_profile(&settings->sources),
                              .has_emails = settings->is_html_with_emails,
                              .store = job->store,
                              .path = settings->html,
                              .stop_fd = job->stop_fd};
    return make(&page, settings, job->log, err);
}

/* A page without it says so. */
static void open_history(struct page *page, const struct extract_settings *settings)
{
    char *state = settings->state ? NULL : smci_dir_path(page->directory, ".sigmacat");
    const char *directory = settings->state ? settings->state : state;
    if (directory)
        (void)smci_store_open_history(&page->store, directory, page->timestamp, NULL);
    free(state);
}

enum smc_status page_from(const struct extract_settings *settings, struct smc_log *log, int stop_fd,
                          struct smc_error *err)
{
    struct page page = {.directory = settings->from,
                        .profile = smci_cli_result_profile(&settings->sources),
                        .has_emails = settings->is_html_with_emails,
                        .path = settings->html,
                        .stop_fd = stop_fd};
    if (!settings->html)
        return smc_error_set(err, SMC_ERR_USAGE, "%s: it makes a page: say with --html where to",
                             smci_settings_name(&settings->sources, "--from"));
    enum smc_status rc = page_newest(page.directory, &page.timestamp, err);
    if (rc != SMC_OK)
        return rc;
    open_history(&page, settings);
    rc = make(&page, settings, log, err);
    smci_store_close(page.store);
    return rc;
}
