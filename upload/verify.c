#include "verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/text.h"
#include "lib/set/inspect.h"

#include "summary.h"

/* Of the names in one line; of a summary of ours all fit. */
#define KINDS_MAX ((size_t)400)

static void problem(struct upload_verifier *v, const char *fmt, ...) SMC_PRINTF(2, 3);

static void problem(struct upload_verifier *v, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (v->problem_count++ == 0) {
        smc_error_reset(&v->first);
        (void)smc_error_set(&v->first, SMC_ERR_IO, "%s", text);
    }
    if (!v->is_trial)
        smc_log_write(v->job->log, v->job->settings->is_forced ? SMC_LOG_WARN : SMC_LOG_ERROR, "%s",
                      text);
}

/* A failure that concerns one file is a problem of it; any other ends the check. */
static enum smc_status judge(struct upload_verifier *v, const char *name, enum smc_status rc,
                             const struct smc_error *why, struct smc_error *err)
{
    if (rc == SMC_ERR_IO)
        problem(v, "%s", why->detail);
    else if (rc == SMC_ERR_SYNTAX || rc == SMC_ERR_CAP)
        problem(v, "%s: not a complete JSON text: %s", name, why->detail);
    else if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", why->detail);
    return SMC_OK;
}

/* ---- one file ---- */

static enum smc_status read_file(struct upload_verifier *v, struct upload_file *file, int fd,
                                 struct smc_error *why)
{
    struct smci_inspection found = {.record_count = -1};
    const struct upload_settings *settings = v->job->settings;
    bool is_digest_wanted = settings->is_json || settings->is_skipping || settings->state;
    unsigned digest = is_digest_wanted ? SMCI_INSPECT_DIGEST : 0;
    unsigned what = digest;
    if (v->job->files.directory && smci_has_suffix(file->name, ".json"))
        what |= SMCI_INSPECT_JSON;
    if (what == 0)
        return SMC_OK;
    smc_log_write(v->job->log, SMC_LOG_DEBUG, "Reading %s (%" PRId64 " bytes)", file->name,
                  file->identity.size);
    enum smc_status rc = smci_inspect(fd, what, v->job->stop_fd, &found, why);
    if (rc == SMC_ERR_IO)
        smc_error_context(why, "%s", file->name);
    file->record_count = found.record_count;
    if (rc == SMC_OK && found.byte_count != file->identity.size)
        rc = smc_error_set(why, SMC_ERR_IO, "%s: its size changed while it was read", file->name);
    /* A file that is sent all the same has its digest in the record. */
    if ((rc == SMC_ERR_SYNTAX || rc == SMC_ERR_CAP) && digest && settings->is_forced)
        (void)smci_inspect(fd, digest, v->job->stop_fd, &found, NULL);
    (void)snprintf(file->sha256, sizeof file->sha256, "%s", found.sha256);
    if (rc != SMC_ERR_CANCELLED && !upload_files_is_same(fd, &file->identity) && rc != SMC_ERR_IO) {
        smc_error_reset(why);
        rc = smc_error_set(why, SMC_ERR_IO, "%s: it changed while it was read", file->name);
    }
    return rc;
}

enum smc_status upload_verify_file(struct upload_verifier *v, size_t index, struct smc_error *err)
{
    struct upload_file *file = &v->job->files.items[index];
    struct smc_error why = SMC_ERROR_INIT;
    int fd = -1;
    if (file->is_checked)
        return SMC_OK;
    enum smc_status rc = upload_files_open(&v->job->files, index, &fd, &file->identity, &why);
    if (rc == SMC_OK) {
        rc = read_file(v, file, fd, &why);
        (void)close(fd);
        /* One that was not as it should be may have been mended when its turn comes. */
        file->is_checked = rc == SMC_OK || rc == SMC_ERR_SYNTAX || rc == SMC_ERR_CAP;
    }
    file->is_whole = rc == SMC_OK;
    return judge(v, file->name, rc, &why, err);
}

/* ---- one set ---- */

static void compare_counts(struct upload_verifier *v, struct upload_set set,
                           const struct upload_summary_file *wanted)
{
    const char *first = v->job->files.items[set.begin].name;
    for (size_t i = set.begin; i < set.end; i++) {
        const struct upload_file *file = &v->job->files.items[i];
        if (!upload_summary_is(wanted, file->name + upload_set_len(first)))
            continue;
        if (!file->is_whole)
            return; /* that is told already */
        if (file->identity.size != wanted->byte_count)
            problem(v, "%s: %" PRId64 " bytes, but the summary says %" PRId64, file->name,
                    file->identity.size, wanted->byte_count);
        else if (file->record_count != wanted->record_count)
            problem(v, "%s: %" PRId64 " records, but the summary says %" PRId64, file->name,
                    file->record_count, wanted->record_count);
        return;
    }
    problem(v, "%.*s-%.*s.json: missing, but the summary lists it", upload_set_digits(first), first,
            (int)wanted->name.len - 2, wanted->name.p + 1);
}

static void tell_degraded(struct upload_verifier *v, const char *first,
                          const struct upload_summary *summary)
{
    struct smc_buf names = SMC_BUF_INIT(KINDS_MAX);
    upload_summary_degraded(summary, &names);
    problem(v,
            "set %.*s: its summary says that it is degraded: too much of it could not be read%s%s",
            upload_set_digits(first), first, names.len > 0 ? ": " : "", smc_buf_str(&names));
    smc_buf_clear(&names);
}

/* Unless the set may yet be passed over; then there may be one that is sent. */
static void tell_gaps(const struct upload_verifier *v, const char *first,
                      const struct upload_summary *summary)
{
    struct smc_buf kinds = SMC_BUF_INIT(KINDS_MAX);
    int64_t count = upload_summary_gaps(summary, &kinds);
    if (count > 0 && !(v->is_trial && v->problem_count > 0))
        smc_log_write(v->job->log, SMC_LOG_WARN,
                      "Set %.*s has %" PRId64 " gap%s (what could not be read from Sigma): %s",
                      upload_set_digits(first), first, count, count == 1 ? "" : "s",
                      smc_buf_str(&kinds));
    smc_buf_clear(&kinds);
}

static void check_counts(struct upload_verifier *v, struct upload_set set,
                         const struct upload_summary *summary)
{
    struct smc_json_walk walk;
    struct upload_summary_file wanted;
    const char *first = v->job->files.items[set.begin].name;
    if (summary->is_partial)
        problem(v, "set %.*s: its summary says that it is partial", upload_set_digits(first),
                first);
    if (summary->degraded.p)
        tell_degraded(v, first, summary);
    if (smc_json_walk_begin(&walk, summary->files)) {
        while (upload_summary_next(&walk, &wanted))
            compare_counts(v, set, &wanted);
    } else if (v->is_trial) {
        problem(v, "set %.*s: its summary has no counts that could prove it complete",
                upload_set_digits(first), first);
    }
}

/* Reads the summary, which is the last of its set, and marks the files that it does not list. */
static enum smc_status read_summary(struct upload_verifier *v, struct upload_set set,
                                    struct upload_summary *summary, struct smc_error *err)
{
    struct upload_file *items = v->job->files.items;
    struct smc_error why = SMC_ERROR_INIT;
    struct upload_identity identity;
    int fd = -1;
    enum smc_status rc = upload_files_open(&v->job->files, set.end - 1, &fd, &identity, &why);
    if (rc == SMC_OK) {
        rc = upload_summary_read(summary, fd, &why);
        (void)close(fd);
    }
    if (rc == SMC_ERR_IO)
        return SMC_OK; /* verifying the file itself tells */
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", why.detail);
    for (size_t i = set.begin; summary->files.p && i + 1 < set.end; i++)
        items[i].is_foreign =
            !upload_summary_has(summary, items[i].name + upload_set_len(items[i].name));
    return SMC_OK;
}

enum smc_status upload_verify_set(struct upload_verifier *v, struct upload_set set,
                                  struct smc_error *err)
{
    const struct upload_file *items = v->job->files.items;
    bool has_summary = upload_is_summary(items[set.end - 1].name);
    struct upload_summary summary = {.text = SMC_BUF_INIT(0)};
    enum smc_status rc = SMC_OK;
    if (has_summary)
        rc = read_summary(v, set, &summary, err);
    else
        problem(v, "set %.*s has no summary: its extraction is still running, or did not finish",
                upload_set_digits(items[set.begin].name), items[set.begin].name);
    for (size_t i = set.begin; i < set.end && rc == SMC_OK; i++)
        if (!v->is_choosing || !items[i].is_foreign)
            rc = upload_verify_file(v, i, err);
    if (rc == SMC_OK && has_summary) {
        check_counts(v, set, &summary);
        tell_gaps(v, items[set.begin].name, &summary);
    }
    upload_summary_clear(&summary);
    return rc;
}
