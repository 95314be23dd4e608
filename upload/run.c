#include "run.h"

#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <sigmacat/catalog.h>

#include "files.h"
#include "path.h"

/* Names that a person gets in one line; a log line has room for 4,000 bytes. */
#define NAMES_IN_LINE_MAX ((size_t)3000)

struct run {
    const struct upload_settings *settings;
    struct smc_log *log;
    const struct smc_clock *clock;
    struct upload_files files;
    struct smc_catalog *catalog;
    size_t next; /* the file to begin next */

    /* the one that is under way */
    size_t current;
    int fd; /* -1: none */
    struct smc_buf path;

    enum smc_status worst;    /* of the files that failed */
    struct smc_error failure; /* what ended the run from within */
};

/* ---- one file ---- */

static void note_failure(struct run *run, size_t index, const struct smc_error *why)
{
    run->files.items[index].state = UPLOAD_FAILED;
    smc_logf(run->log, SMC_LOG_ERROR, "%s was not sent: %s", run->files.items[index].name,
             why->detail);
    if (run->worst != SMC_ERR_IO)
        run->worst = why->code == SMC_ERR_IO ? SMC_ERR_IO : SMC_ERR_HTTP;
}

static void note_success(struct run *run, size_t index)
{
    struct smc_buf file = SMC_BUF_INIT(SIZE_MAX);
    run->files.items[index].state = UPLOAD_SENT;
    const char *shown = upload_files_path(&run->files, index, &file) == SMC_OK
                            ? smc_buf_str(&file)
                            : run->files.items[index].name;
    smc_logf(run->log, SMC_LOG_INFO, "Uploaded %s as %s to %s", shown,
             upload_type_name(run->settings->file_type), smc_buf_str(&run->path));
    smc_buf_clear(&file);
}

/* Whether a file of the summary's set was not sent. The set stands right before it. */
static bool is_set_broken(const struct run *run, size_t summary)
{
    const struct upload_file *items = run->files.items;
    for (size_t i = summary; i > 0 && upload_is_same_set(items[summary].name, items[i - 1].name);
         i--)
        if (items[i - 1].state != UPLOAD_SENT)
            return true;
    return false;
}

static bool is_held(struct run *run, size_t index)
{
    struct upload_file *file = &run->files.items[index];
    if (!run->files.directory || !upload_is_summary(file->name) || !is_set_broken(run, index))
        return false;
    file->state = UPLOAD_HELD;
    smc_logf(
        run->log, SMC_LOG_WARN,
        "%s is held back: a set that has its summary counts as whole, and this one lacks files",
        file->name);
    return true;
}

static void on_sent(void *ctx, const struct smc_upload_result *result);

/* SMC_ERR_IO for what is wrong with this file alone. */
static enum smc_status begin(struct run *run, size_t index, struct smc_error *err)
{
    struct smc_upload upload = {.done = on_sent, .ctx = run};
    enum smc_status rc = upload_files_open(&run->files, index, &run->fd, &upload.size, err);
    if (rc != SMC_OK)
        return rc;
    /* Once for all tries of a file. */
    int64_t seconds = run->clock->wall_ms(run->clock->ctx) / 1000;
    const char *base = upload_files_base(&run->files, index);
    smc_buf_reset(&run->path);
    rc = upload_path(run->settings, base, seconds, &run->path);
    upload.path = smc_buf_str(&run->path);
    upload.filename = base;
    upload.fd = run->fd;
    run->current = index;
    if (rc == SMC_OK)
        rc = smc_catalog_send(run->catalog, &upload);
    return rc == SMC_OK ? rc : smc_fail(err, rc, "%s", smc_strerror(rc));
}

/* Queues the next file that can be sent; at the end, nothing. */
static void begin_next(struct run *run)
{
    while (run->next < run->files.count && run->failure.code == SMC_OK) {
        size_t index = run->next++;
        struct smc_error why = SMC_ERROR_INIT;
        if (is_held(run, index))
            continue;
        enum smc_status rc = begin(run, index, &why);
        if (rc == SMC_OK)
            return;
        if (rc == SMC_ERR_IO)
            note_failure(run, index, &why);
        else
            run->failure = why;
    }
}

static void close_current(struct run *run)
{
    if (run->fd >= 0)
        (void)close(run->fd);
    run->fd = -1;
}

static void on_sent(void *ctx, const struct smc_upload_result *result)
{
    struct run *run = ctx;
    close_current(run);
    if (result->error.code == SMC_OK)
        note_success(run, run->current);
    else
        note_failure(run, run->current, &result->error);
    if (result->error.code != SMC_ERR_AUTH) /* which ends the run */
        begin_next(run);
}

/* ---- the end ---- */

static size_t count(const struct upload_files *files, enum upload_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < files->count; i++)
        n += files->items[i].state == state;
    return n;
}

/* All names of one state, as few lines as they fit in. */
static void list(const struct run *run, enum upload_state state, enum smc_log_level level,
                 const char *what)
{
    struct smc_buf line = SMC_BUF_INIT(2 * NAMES_IN_LINE_MAX);
    const struct upload_files *files = &run->files;
    for (size_t i = 0; i < files->count; i++) {
        if (files->items[i].state != state)
            continue;
        const char *name = files->items[i].name;
        if (line.len > 0 && line.len + strlen(name) > NAMES_IN_LINE_MAX) {
            smc_logf(run->log, level, "%s: %s", what, smc_buf_str(&line));
            smc_buf_reset(&line);
        }
        /* A name that finds no memory is missing in this line alone. */
        (void)smc_buf_addf(&line, "%s%s", line.len > 0 ? ", " : "", name);
    }
    if (line.len > 0)
        smc_logf(run->log, level, "%s: %s", what, smc_buf_str(&line));
    smc_buf_clear(&line);
}

static enum smc_status conclude(struct run *run, enum smc_status rc, struct smc_error *err)
{
    size_t all = run->files.count;
    size_t sent = count(&run->files, UPLOAD_SENT);
    if (sent == all && rc == SMC_OK) {
        smc_logf(run->log, SMC_LOG_INFO, "Sent %zu of %zu files", sent, all);
        return SMC_OK;
    }
    list(run, UPLOAD_SENT, SMC_LOG_WARN, "Sent");
    list(run, UPLOAD_FAILED, SMC_LOG_ERROR, "Failed");
    list(run, UPLOAD_HELD, SMC_LOG_ERROR, "Held back until the rest of the set is sent");
    list(run, UPLOAD_WAITING, SMC_LOG_ERROR, "Not sent, since the run ended before");
    if (rc == SMC_OK)
        rc = smc_fail(err, run->worst, "%zu of %zu files were not sent", all - sent, all);
    else
        smc_error_context(err, "%zu of %zu files were not sent", all - sent, all);
    return rc;
}

/* ---- the run ---- */

static enum smc_status find_files(struct run *run, struct smc_error *err)
{
    const struct upload_settings *settings = run->settings;
    return settings->directory_path
               ? upload_files_in(&run->files, settings->directory_path, run->log, err)
               : upload_files_one(&run->files, settings->file_path, err);
}

static enum smc_status open_catalog(struct run *run, int stop_fd, struct smc_error *err)
{
    const struct upload_settings *settings = run->settings;
    struct smc_catalog_opt opt = {.origin = smc_buf_str(&settings->origin),
                                  .prefix = smc_buf_str(&settings->prefix),
                                  .token = settings->token,
                                  .cacert = settings->cacert,
                                  .parallel = 1,
                                  .retries = settings->retries,
                                  .retry_base_ms = settings->retry_base_ms,
                                  .timeout_ms = settings->timeout_ms,
                                  .stop_fd = stop_fd,
                                  .clock = run->clock,
                                  .log = run->log};
    return smc_catalog_new(&run->catalog, &opt, err);
}

enum smc_status upload_run(const struct upload_settings *settings, struct smc_log *log,
                           const struct smc_clock *clock, int stop_fd, struct smc_error *err)
{
    struct run run = {.settings = settings,
                      .log = log,
                      .clock = clock ? clock : smc_clock_system(),
                      .files = UPLOAD_FILES_INIT,
                      .fd = -1,
                      .path = SMC_BUF_INIT(SIZE_MAX)};
    enum smc_status rc = find_files(&run, err);
    if (rc == SMC_OK)
        rc = open_catalog(&run, stop_fd, err);
    if (rc != SMC_OK)
        goto out;
    begin_next(&run);
    rc = smc_catalog_run(run.catalog, err);
    if (rc == SMC_OK && run.failure.code != SMC_OK) {
        rc = run.failure.code;
        (void)smc_fail(err, rc, "%s", run.failure.detail);
    }
    rc = conclude(&run, rc, err);
out:
    smc_catalog_free(run.catalog);
    close_current(&run);
    upload_files_clear(&run.files);
    smc_buf_clear(&run.path);
    return rc;
}
