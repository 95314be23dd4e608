#include "status_view.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/dir.h"

#define LOCK_NAME   "run.lock" /* lib/store/store.h */
#define LOOKS_AGAIN 2

/* The first entry that fits what the settings name of host and client id: the latest. Without any
 * of them, the latest of all. */
static enum smc_status find_entry(struct status_view *view, const struct extract_settings *settings,
                                  struct smc_error *err)
{
    char scope[STATUS_SCOPE_BYTES] = "";
    const char *host = smc_buf_str(&settings->origin);
    enum smc_status rc = SMC_OK;
    if (*host && settings->client_id)
        rc = status_scope(host, settings->client_id, scope, err);
    for (size_t i = 0; rc == SMC_OK && view->file && i < view->file->count; i++) {
        const struct status_entry *entry = &view->file->entries[i];
        bool is_ours =
            *scope ? strcmp(entry->scope, scope) == 0 : !*host || strcmp(entry->host, host) == 0;
        if (is_ours && !view->entry)
            view->entry = entry;
        else
            view->others++;
    }
    return rc;
}

static void note(struct status_view *view, const struct smc_error *why)
{
    (void)smc_error_copy(&view->trouble, why);
}

/* A run that has only just begun has the lock, and the file is still that of the one before it. */
static void find_holder(struct status_view *view, bool is_held, int64_t pid)
{
    const struct status_entry *entry = view->entry;
    bool is_latest = entry && entry == &view->file->entries[0];
    bool is_running = entry && entry->run.state == STATUS_RUNNING;
    view->holder_pid = pid;
    if (is_held && is_latest && is_running && (pid == 0 || pid == entry->run.pid))
        view->holder = STATUS_HELD_BY_RUN;
    else if (is_held)
        view->holder = STATUS_HELD_BY_OTHER;
    view->shown = entry ? entry->run.state : STATUS_NONE;
    if (is_running && view->holder != STATUS_HELD_BY_RUN && view->holder != STATUS_HELD_UNKNOWN)
        view->shown = STATUS_KILLED;
}

static enum smc_status ask_lock(const struct status_view *view, bool *is_held, int64_t *pid,
                                struct smc_error *err)
{
    char *lock = smci_dir_path(view->state, LOCK_NAME);
    enum smc_status rc = lock ? smci_lock_ask(lock, is_held, pid, err)
                              : smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    free(lock);
    return rc;
}

static enum smc_status look_once(struct status_view *view, const struct extract_settings *settings,
                                 struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    bool is_held = false;
    int64_t pid = 0;
    free(view->file);
    view->file = NULL;
    view->entry = NULL;
    view->others = 0;
    enum smc_status locked = ask_lock(view, &is_held, &pid, &why);
    enum smc_status rc = status_file_read(view->state, &view->file, &why);
    if (rc == SMC_ERR_NOMEM || locked == SMC_ERR_NOMEM)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    note(view, &why);
    view->holder = locked == SMC_OK ? STATUS_HELD_BY_NOBODY : STATUS_HELD_UNKNOWN;
    rc = find_entry(view, settings, err);
    if (rc == SMC_OK)
        find_holder(view, is_held, pid);
    return rc;
}

/* A run that began or ended between the two looks must not be taken for one that was killed. */
static enum smc_status look_at_run(struct status_view *view,
                                   const struct extract_settings *settings, struct smc_error *err)
{
    enum smc_status rc = look_once(view, settings, err);
    for (int i = 0; rc == SMC_OK && view->shown == STATUS_KILLED && i < LOOKS_AGAIN; i++)
        rc = look_once(view, settings, err);
    return rc;
}

static enum smc_status look_at_sets(struct status_view *view,
                                    const struct extract_settings *settings, struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    view->directory = settings->output ? settings->output : "";
    if (!settings->output && view->entry)
        view->directory = view->entry->directory;
    enum smc_status rc =
        *view->directory ? newest_set_find(view->directory, view->now_s, &view->set, &why) : SMC_OK;
    if (rc == SMC_ERR_NOMEM)
        return smc_error_copy(err, &why);
    note(view, &why);
    return SMC_OK;
}

enum smc_status status_view_make(struct status_view *view, const struct extract_settings *settings,
                                 const struct smc_clock *clock, struct smc_error *err)
{
    *view = (struct status_view){.now_s = clock->wall_ms(clock->ctx) / 1000, .directory = ""};
    view->state =
        settings->state ? strdup(settings->state) : smci_dir_path(settings->output, ".sigmacat");
    if (!view->state)
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    enum smc_status rc = look_at_run(view, settings, err);
    return rc == SMC_OK ? look_at_sets(view, settings, err) : rc;
}

void status_view_clear(struct status_view *view)
{
    free(view->state);
    free(view->file);
    *view = (struct status_view){.directory = ""};
}
