#include "send.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog.h"

#include "lib/cli/progress.h"
#include "path.h"

/* A file that is under way. */
struct slot {
    struct sender *sender;
    size_t number;
    size_t index; /* of the file */
    int fd;       /* -1: the slot is free */
    struct upload_identity identity;
    struct smc_buf path;
};

struct sender {
    struct upload_job *job;
    struct catalog *catalog;
    struct smci_cli_progress *progress;
    size_t next; /* the file to begin next */
    struct slot *slots;
    size_t slot_count;
    struct smc_error failure; /* what ended the run from within */
};

enum smc_status upload_target(const struct upload_settings *settings, const char *name,
                              struct smc_buf *out)
{
    enum smc_status rc =
        smc_buf_addf(out, "%s%s/", smc_buf_str(&settings->origin), smc_buf_str(&settings->prefix));
    return rc == SMC_OK ? upload_path(settings, name, -1, out) : rc;
}

/* ---- what became of a file ---- */

/* The local side counts most: no further run mends it. */
static void note_worst(struct upload_job *job, enum smc_status code)
{
    if (job->worst != SMC_ERR_IO)
        job->worst = code == SMC_ERR_IO ? SMC_ERR_IO : SMC_ERR_HTTP;
}

static void note_failure(struct sender *s, size_t index, const struct smc_error *why)
{
    struct upload_file *file = &s->job->files->items[index];
    file->state = UPLOAD_FAILED;
    free(file->why);
    if (asprintf(&file->why, "%s", why->detail) < 0)
        file->why = NULL; /* the log has it in any case */
    smc_log_write(s->job->log, SMC_LOG_ERROR, "%s was not sent: %s", file->name, why->detail);
    note_worst(s->job, why->code);
}

/* A ledger that fails is told once and then left alone. */
static void note_in_ledger(struct sender *s, const struct slot *slot)
{
    struct upload_job *job = s->job;
    const struct upload_file *file = &job->files->items[slot->index];
    const char *name = upload_files_base(job->files, slot->index);
    struct smc_buf target = SMC_BUF_INIT(SIZE_MAX);
    struct smc_error why = SMC_ERROR_INIT;
    if (!job->ledger || !file->sha256[0])
        return;
    struct smci_ledger_entry entry = {.source_id = job->settings->source_uuid,
                                      .size = slot->identity.size,
                                      .time_s = job->clock->wall_ms(job->clock->ctx) / 1000,
                                      .sha256 = file->sha256};
    enum smc_status rc = upload_target(job->settings, name, &target);
    entry.path = smc_buf_str(&target);
    if (rc == SMC_OK)
        rc = smci_ledger_put(job->ledger, &entry, &why);
    else
        (void)smc_error_set(&why, rc, "%s", smc_error_text(rc));
    smc_buf_clear(&target);
    if (rc == SMC_OK)
        return;
    bool is_needed = job->settings->is_skipping;
    smc_log_write(job->log, is_needed ? SMC_LOG_ERROR : SMC_LOG_WARN,
                  "What is accepted from now on is not recorded: %s", why.detail);
    if (is_needed)
        note_worst(job, SMC_ERR_IO);
    job->ledger = NULL;
}

static void note_success(struct sender *s, const struct slot *slot)
{
    struct upload_job *job = s->job;
    struct smc_buf shown = SMC_BUF_INIT(SIZE_MAX);
    struct upload_file *file = &job->files->items[slot->index];
    file->state = UPLOAD_SENT;
    const char *name = upload_files_path(job->files, slot->index, &shown) == SMC_OK
                           ? smc_buf_str(&shown)
                           : file->name;
    smc_log_write(job->log, SMC_LOG_INFO, "Uploaded %s as %s to %s", name,
                  upload_type_name(job->settings->file_type), smc_buf_str(&slot->path));
    smc_buf_clear(&shown);
}

/* Bytes that were written to while they were sent are perhaps neither the old ones nor the new. */
static void note_accepted(struct sender *s, const struct slot *slot)
{
    struct upload_job *job = s->job;
    const char *name = job->files->items[slot->index].name;
    struct smc_error why = SMC_ERROR_INIT;
    bool is_same = upload_files_is_same(slot->fd, &slot->identity);
    if (!is_same && job->files->directory && !job->settings->is_forced) {
        (void)smc_error_set(&why, SMC_ERR_IO, "the file changed while it was sent");
        note_failure(s, slot->index, &why);
        return;
    }
    note_success(s, slot);
    if (is_same)
        note_in_ledger(s, slot);
    else
        smc_log_write(job->log, SMC_LOG_WARN, "%s changed while it was sent", name);
}

/* ---- sets ---- */

enum standing { WHOLE, UNDER_WAY, BROKEN };

/* How the rest of the summary's set stands, which is right before it. */
static enum standing look_at_set(const struct sender *s, size_t summary)
{
    const struct upload_file *items = s->job->files->items;
    enum standing standing = WHOLE;
    for (size_t i = summary; i > 0; i--) {
        if (!upload_is_same_set(items[summary].name, items[i - 1].name))
            break;
        if (items[i - 1].state == UPLOAD_WAITING)
            standing = UNDER_WAY;
        else if (items[i - 1].state != UPLOAD_SENT && items[i - 1].state != UPLOAD_SKIPPED)
            return BROKEN;
    }
    return standing;
}

/* WHOLE for what is no summary of a set. */
static enum standing look_at(struct sender *s, size_t index)
{
    struct upload_file *file = &s->job->files->items[index];
    if (!s->job->files->directory || !upload_is_summary(file->name))
        return WHOLE;
    enum standing standing = look_at_set(s, index);
    if (standing == BROKEN) {
        file->state = UPLOAD_HELD;
        smc_log_write(
            s->job->log, SMC_LOG_WARN,
            "%s is held back: a set that has its summary counts as whole, and this one lacks "
            "files",
            file->name);
    }
    return standing;
}

/* ---- beginning ---- */

static void on_sent(void *ctx, const struct catalog_result *result);

static void on_progress(void *ctx, int64_t sent)
{
    const struct slot *slot = ctx;
    smci_cli_progress_at(slot->sender->progress, slot->number, sent);
}

static void close_slot(struct slot *slot)
{
    if (slot->fd >= 0)
        (void)close(slot->fd);
    slot->fd = -1;
}

/* SMC_ERR_IO for what is wrong with this file alone. */
static enum smc_status begin(struct sender *s, struct slot *slot, size_t index,
                             struct smc_error *err)
{
    const struct upload_job *job = s->job;
    const char *name = upload_files_base(job->files, index);
    struct catalog_upload upload = {.done = on_sent, .progress = on_progress, .ctx = slot};
    enum smc_status rc = upload_files_open(job->files, index, &slot->fd, &slot->identity, err);
    if (rc != SMC_OK)
        return rc;
    /* Once for all tries of a file. */
    int64_t seconds = job->clock->wall_ms(job->clock->ctx) / 1000;
    smc_buf_reset(&slot->path);
    rc = upload_path(job->settings, name, seconds, &slot->path);
    upload.path = smc_buf_str(&slot->path);
    upload.filename = name;
    upload.fd = slot->fd;
    upload.size = slot->identity.size;
    slot->index = index;
    if (rc == SMC_OK)
        rc = catalog_send(s->catalog, &upload);
    if (rc == SMC_OK) {
        smci_cli_progress_begin(s->progress, slot->number, name, upload.size);
        return SMC_OK;
    }
    close_slot(slot);
    return smc_error_set(err, rc, "%s", smc_error_text(rc));
}

static struct slot *find_free(struct sender *s)
{
    for (size_t i = 0; i < s->slot_count; i++)
        if (s->slots[i].fd < 0)
            return &s->slots[i];
    return NULL;
}

/* Begins what can be begun. A summary whose set is under way holds up what follows it, so that files
 * are begun in order. */
static void begin_more(struct sender *s)
{
    struct upload_files *files = s->job->files;
    struct slot *slot = find_free(s);
    while (slot && s->next < files->count && s->failure.code == SMC_OK) {
        size_t index = s->next;
        struct smc_error why = SMC_ERROR_INIT;
        enum standing standing =
            files->items[index].state == UPLOAD_WAITING ? look_at(s, index) : BROKEN;
        if (standing == UNDER_WAY)
            return;
        s->next++;
        if (standing == BROKEN)
            continue;
        enum smc_status rc = begin(s, slot, index, &why);
        if (rc == SMC_ERR_IO)
            note_failure(s, index, &why);
        else if (rc != SMC_OK)
            s->failure = why;
        slot = find_free(s);
    }
}

static void on_sent(void *ctx, const struct catalog_result *result)
{
    struct slot *slot = ctx;
    struct sender *s = slot->sender;
    struct upload_file *file = &s->job->files->items[slot->index];
    file->tries = result->tries;
    file->http_status = result->http_status;
    smci_cli_progress_end(s->progress, slot->number);
    if (result->error.code == SMC_OK)
        note_accepted(s, slot);
    else
        note_failure(s, slot->index, &result->error);
    close_slot(slot);
    if (result->error.code != SMC_ERR_AUTH) /* which ends the run */
        begin_more(s);
}

/* ---- all ---- */

static enum smc_status open_catalog(struct sender *s, struct smc_error *err)
{
    const struct upload_settings *settings = s->job->settings;
    struct catalog_opt opt = {.origin = smc_buf_str(&settings->origin),
                              .prefix = smc_buf_str(&settings->prefix),
                              .token = settings->token,
                              .cacert = settings->cacert,
                              .parallel = settings->parallel,
                              .retries = settings->retries,
                              .retry_base_ms = settings->retry_base_ms,
                              .timeout_ms = settings->timeout_ms,
                              .stop_fd = s->job->stop_fd,
                              .clock = s->job->clock,
                              .log = s->job->log};
    return catalog_new(&s->catalog, &opt, err);
}

static enum smc_status make_slots(struct sender *s, struct smc_error *err)
{
    size_t count = (size_t)s->job->settings->parallel;
    s->slots = calloc(count, sizeof *s->slots);
    if (!s->slots)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    s->slot_count = count;
    for (size_t i = 0; i < count; i++)
        s->slots[i] =
            (struct slot){.sender = s, .number = i, .fd = -1, .path = SMC_BUF_INIT(SIZE_MAX)};
    return SMC_OK;
}

/* Only where lines are read by a person: a log in JSON is not. */
static void show_progress(struct sender *s)
{
    const struct upload_job *job = s->job;
    struct smci_cli_progress_opt opt = {
        .fd = STDERR_FILENO, .log = job->log, .clock = job->clock, .slot_count = s->slot_count};
    if (job->settings->log_format != SMC_LOG_TEXT || !smc_log_would(job->log, SMC_LOG_INFO))
        return;
    for (size_t i = 0; i < job->files->count; i++) {
        if (job->files->items[i].state != UPLOAD_WAITING)
            continue;
        opt.byte_count += job->files->items[i].identity.size;
        opt.file_count++;
    }
    s->progress = smci_cli_progress_new(&opt);
}

enum smc_status upload_send(struct upload_job *job, struct smc_error *err)
{
    struct sender s = {.job = job};
    enum smc_status rc = make_slots(&s, err);
    if (rc == SMC_OK)
        rc = open_catalog(&s, err);
    if (rc != SMC_OK)
        goto out;
    show_progress(&s);
    begin_more(&s);
    rc = catalog_run(s.catalog, err);
    if (rc == SMC_OK && s.failure.code != SMC_OK)
        rc = smc_error_set(err, s.failure.code, "%s", s.failure.detail);
out:
    smci_cli_progress_free(s.progress);
    catalog_free(s.catalog);
    for (size_t i = 0; i < s.slot_count; i++) {
        close_slot(&s.slots[i]);
        smc_buf_clear(&s.slots[i].path);
    }
    free(s.slots);
    return rc;
}
