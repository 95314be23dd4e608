/* One client of Catalog, and the files on their way to it: castor-upload(1), DESCRIPTION. */
#include "send.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sigmacat/client.h>

#include "lib/base/log.h"
#include "lib/net/special.h"

#include "outcome.h"
#include "path.h"
#include "progress.h"
#include "record.h"
#include "sets.h"
#include "token.h"

#define SECOND_MS 1000

/* A file on its way. */
struct slot {
    struct sender *sender;
    size_t number;
    size_t index; /* of the file */
    int fd;       /* -1: the slot is free */
    struct upload_identity identity;
    struct smci_digest *digest; /* of the bytes that this try has sent */
    bool is_digest_whole;
    bool is_out;           /* all of it has gone out in this try, and no answer has come yet */
    bool was_cut;          /* so it ended in an earlier try */
    int tries;             /* that were answered by a 401, and made again with a new token */
    int generation;        /* of the token that it was queued with */
    struct smc_buf target; /* the endpoint's prefix, '/' and the path at Catalog */
};

struct sender {
    struct upload_job *job;
    struct smc_client *client;
    struct upload_token token;
    struct upload_progress *progress;
    size_t next; /* the file to begin next */
    struct slot *slots;
    size_t slot_count;
};

/* ---- on its way ---- */

static void close_slot(struct slot *slot)
{
    if (slot->fd >= 0)
        (void)close(slot->fd);
    slot->fd = -1;
}

/* Whether all of the file has gone out in some try, and nobody knows what became of it. */
static bool is_cut(const struct slot *slot)
{
    return slot->is_out || slot->was_cut;
}

static void accept(struct slot *slot, const struct smc_answer *answer)
{
    struct sender *s = slot->sender;
    struct upload_delivery delivery = {.index = slot->index,
                                       .fd = slot->fd,
                                       .identity = slot->identity,
                                       .path = smc_buf_str(&slot->target) +
                                               s->job->settings->prefix.len + 1,
                                       .is_html = answer->is_html};
    if (slot->is_digest_whole)
        (void)smci_digest_finish(slot->digest, delivery.sha256);
    s->token.was_accepted = s->token.was_accepted || slot->generation == s->token.generation;
    upload_outcome_accepted(s->job, &delivery);
}

/* ---- what the library tells of a try ---- */

static void on_read(void *ctx, int64_t at, const void *bytes, size_t len)
{
    struct slot *slot = ctx;
    if (at == 0) {
        char unused[SMCI_DIGEST_SIZE];
        slot->was_cut = is_cut(slot);
        slot->is_out = false;
        slot->is_digest_whole = smci_digest_finish(slot->digest, unused) == SMC_OK;
    }
    if (smci_digest_add(slot->digest, bytes, len) != SMC_OK)
        slot->is_digest_whole = false;
}

static void on_progress(void *ctx, int64_t sent)
{
    struct slot *slot = ctx;
    upload_progress_at(slot->sender->progress, slot->number, sent);
}

static void on_out(void *ctx)
{
    ((struct slot *)ctx)->is_out = true;
}

static void on_denied(void *ctx)
{
    ((struct slot *)ctx)->is_out = false;
    on_progress(ctx, 0);
}

/* ---- an answer ---- */

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer,
                                  struct smc_error *why);

/* Sends what the slot has. */
static enum smc_status send_slot(struct slot *slot)
{
    struct sender *s = slot->sender;
    const struct smci_upload body = {.fd = slot->fd,
                                     .size = slot->identity.size,
                                     .filename = upload_files_base(&s->job->files, slot->index),
                                     .read = on_read,
                                     .progress = on_progress,
                                     .out = on_out,
                                     .denied = on_denied,
                                     .ctx = slot};
    const struct smc_request request = {
        .kind = "upload", .target = smc_buf_str(&slot->target), .done = on_answer, .ctx = slot};
    slot->generation = s->token.generation;
    return smci_client_upload(s->client, &request, &body);
}

/* After a 401: with a new token, where there is one. Else `failure` says why not. */
static bool send_again(struct slot *slot, const struct smc_answer *answer,
                       struct smc_error *failure)
{
    struct sender *s = slot->sender;
    struct smc_error why = SMC_ERROR_INIT;
    bool was_renewed = s->token.generation > 0;
    if (slot->generation < s->token.generation ||
        upload_token_renew(&s->token, s->job, s->client, &why)) {
        slot->tries += answer->attempts;
        return send_slot(slot) == SMC_OK;
    }
    if (why.code == SMC_ERR_CANCELLED)
        smc_client_fail(s->client, &why);
    else if (why.code != SMC_OK)
        smc_error_context(failure, "%s", why.detail);
    else if (was_renewed)
        smc_error_context(failure, "a new token was refused as well");
    return false;
}

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct slot *slot = ctx;
    struct sender *s = slot->sender;
    struct upload_file *file = &s->job->files.items[slot->index];
    struct smc_error failure = answer->error;
    bool is_refused = answer->http_status == 401 || answer->http_status == 403;
    (void)why;
    if (failure.code == SMC_ERR_CANCELLED) { /* the run has ended */
        if (is_cut(slot))
            file->state = UPLOAD_CUT;
        return SMC_TAKE;
    }
    file->tries = slot->tries + answer->attempts;
    file->http_status = answer->http_status;
    if (answer->http_status == 401 && send_again(slot, answer, &failure))
        return SMC_TAKE;
    upload_progress_end(s->progress, slot->number);
    if (is_refused) {
        failure.code = SMC_ERR_AUTH;
        smc_error_context(&failure,
                          "Catalog refused the token; check the token, the source id and the zone");
    }
    if (failure.code == SMC_OK)
        accept(slot, answer);
    else
        upload_outcome_failed(s->job, slot->index, is_cut(slot) ? UPLOAD_CUT : UPLOAD_FAILED,
                              &failure);
    close_slot(slot);
    if (is_refused)
        smc_client_fail(s->client, &failure);
    return SMC_TAKE;
}

/* ---- beginning ---- */

/* SMC_ERR_IO for what is wrong with this file alone. */
static enum smc_status begin(struct sender *s, struct slot *slot, size_t index,
                             struct smc_error *err)
{
    const struct upload_job *job = s->job;
    const char *name = upload_files_base(&job->files, index);
    enum smc_status rc = upload_files_open(&job->files, index, &slot->fd, &slot->identity, err);
    if (rc != SMC_OK)
        return rc;
    slot->index = index;
    slot->is_out = slot->was_cut = false;
    slot->tries = 0;
    smc_buf_reset(&slot->target);
    (void)smc_buf_addf(&slot->target, "%s/", smc_buf_str(&job->settings->prefix));
    /* The time in a path is chosen once for all tries of a file. */
    rc = upload_path(job->settings, name, job->clock->wall_ms(job->clock->ctx) / 1000,
                     &slot->target);
    if (rc == SMC_OK)
        rc = upload_files_set_destination(
            &s->job->files, index, smc_buf_str(&job->settings->origin), smc_buf_str(&slot->target));
    if (rc == SMC_OK)
        rc = send_slot(slot);
    if (rc == SMC_OK) {
        upload_progress_begin(s->progress, slot->number, name, slot->identity.size);
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

/* WHOLE for all but a summary: that waits for the rest of its set, or is held back. */
static enum upload_standing look_at(struct upload_job *job, size_t index)
{
    struct upload_file *file = &job->files.items[index];
    if (!job->files.directory || !upload_is_summary(file->name))
        return UPLOAD_SET_WHOLE;
    enum upload_standing standing = upload_set_standing(&job->files, index);
    if (standing == UPLOAD_SET_BROKEN) {
        file->state = UPLOAD_HELD;
        smci_log_event(job->log, SMC_LOG_WARN, SMCI_EVENT_SUMMARY_HELD,
                       SMCI_FACTS(.file = file->name),
                       "%s is held back: with its summary the set would count as whole, but files "
                       "of it are missing",
                       file->name);
    }
    return standing;
}

/* Called by the client whenever it could start a call. A summary whose set is under way holds up
 * what follows it, so that files are begun in order. */
static void begin_more(void *ctx)
{
    struct sender *s = ctx;
    struct upload_files *files = &s->job->files;
    struct slot *slot = find_free(s);
    for (; slot && s->next < files->count; slot = find_free(s)) {
        size_t index = s->next;
        struct smc_error why = SMC_ERROR_INIT;
        bool is_due = files->items[index].state == UPLOAD_WAITING;
        enum upload_standing standing = is_due ? look_at(s->job, index) : UPLOAD_SET_BROKEN;
        if (standing == UPLOAD_SET_UNDER_WAY)
            return;
        s->next++;
        if (standing == UPLOAD_SET_BROKEN)
            continue;
        enum smc_status rc = begin(s, slot, index, &why);
        if (rc == SMC_ERR_IO) {
            upload_outcome_failed(s->job, index, UPLOAD_FAILED, &why);
        } else if (rc != SMC_OK) {
            smc_client_fail(s->client, &why);
            return;
        }
    }
}

/* ---- all ---- */

static enum smc_status open_client(struct sender *s, struct smc_error *err)
{
    struct smc_buf header = SMC_BUF_INIT(SIZE_MAX);
    struct smc_client_opt opt = upload_job_client(s->job);
    enum smc_status rc = upload_token_header(s->job->settings->token, s->job->log, &header);
    if (rc != SMC_OK) {
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    } else {
        opt.authorization = smc_buf_str(&header);
        opt.accept = "text/csv, application/json";
        rc = smc_client_new(&s->client, &opt, err);
        if (rc == SMC_ERR_IO && opt.network.cacert)
            smc_error_context(err, "%s",
                              smci_settings_name(&s->job->settings->sources, "--cacert"));
    }
    smc_buf_wipe(&header);
    return rc;
}

static enum smc_status make_slots(struct sender *s, struct smc_error *err)
{
    size_t count = (size_t)s->job->settings->parallel;
    s->slots = calloc(count, sizeof *s->slots);
    if (!s->slots)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    s->slot_count = count;
    for (size_t i = 0; i < count; i++) {
        s->slots[i] = (struct slot){.sender = s,
                                    .number = i,
                                    .fd = -1,
                                    .digest = smci_digest_new(),
                                    .target = SMC_BUF_INIT(SIZE_MAX)};
        if (!s->slots[i].digest)
            return smc_error_set(err, SMC_ERR_INTERNAL,
                                 "SHA-256: out of memory, or libcrypto has none");
    }
    return SMC_OK;
}

static void on_idle(void *ctx)
{
    const struct sender *s = ctx;
    upload_progress_tick(s->progress);
}

/* The run, looked at once a second: what was accepted is to be recorded in any case. */
static enum smc_status run_client(struct sender *s, struct smc_error *err)
{
    bool is_idle = false;
    enum smc_status rc = SMC_OK;
    while (rc == SMC_OK && !is_idle) {
        rc = smc_client_step(s->client, SECOND_MS, &is_idle, err);
        upload_record_write(s->job, false);
    }
    return rc;
}

static void note_answers(void *ctx, const char *kind, int http_status, int64_t count)
{
    struct upload_job *job = ctx;
    (void)kind; /* there is one alone */
    if (http_status >= 0 && http_status < UPLOAD_ANSWERS)
        job->answers[http_status] += count;
}

static void note_stats(struct sender *s)
{
    s->job->has_stats = s->client != NULL;
    if (!s->client)
        return;
    smc_client_get_stats(s->client, &s->job->stats);
    smc_client_each_stat(s->client, note_answers, s->job);
}

enum smc_status upload_send(struct upload_job *job, struct smc_error *err)
{
    struct sender s = {.job = job};
    enum smc_status rc = make_slots(&s, err);
    if (rc == SMC_OK)
        rc = open_client(&s, err);
    if (rc == SMC_OK) {
        s.progress = upload_progress_new(job, s.client, s.slot_count);
        smci_client_set_idle(s.client, on_idle, &s);
        smc_client_set_refill(s.client, begin_more, &s);
        rc = run_client(&s, err);
    }
    upload_progress_free(s.progress);
    note_stats(&s);
    smc_client_free(s.client);
    upload_token_clear(&s.token);
    for (size_t i = 0; i < s.slot_count; i++) {
        close_slot(&s.slots[i]);
        smci_digest_free(s.slots[i].digest);
        smc_buf_clear(&s.slots[i].target);
    }
    free(s.slots);
    return rc;
}
