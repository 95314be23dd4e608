#include "verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/log.h"
#include "lib/base/num.h"
#include "lib/base/text.h"
#include "lib/set/inspect.h"

#include "owner.h"
#include "summary.h"

/* All but the summary: sigmacat-files(5). */
static const char *const set_files[] = {
    "connections.json", "workbooks.json",         "workbook_sources.json",
    "datamodels.json",  "datamodel_sources.json", "datamodel_lineage.json",
    "datasets.json",    "dataset_sources.json",   "files.json",
    "members.json",     "elements.json"};
#define SET_FILES (sizeof set_files / sizeof set_files[0])

/* Clocks of two machines differ, and time zones by less than this. */
#define AHEAD_MAX_S ((int64_t)24 * 60 * 60)

/* Of the names in one line; of a summary of ours all fit. */
#define KINDS_MAX ((size_t)400)

static bool is_allowed(const struct upload_verifier *v, enum upload_objection objection)
{
    const struct upload_settings *settings = v->job->settings;
    bool is_named = (settings->allowed >> objection & 1) != 0;
    return is_named || (settings->is_forced && !(v->is_trial && objection == UPLOAD_BROKEN));
}

void upload_object(struct upload_verifier *v, enum upload_objection objection, const char *fmt, ...)
{
    char text[512];
    va_list args;
    bool is_fine = is_allowed(v, objection);
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (is_fine) {
        v->allowed_count++;
    } else if (v->problem_count++ == 0) {
        smc_error_reset(&v->first);
        (void)smc_error_set(&v->first, SMC_ERR_IO, "%s", text);
        v->first_objection = objection;
    }
    if (!v->is_trial)
        smci_log_event(v->job->log, is_fine ? SMC_LOG_WARN : SMC_LOG_ERROR, SMCI_EVENT_PROBLEM,
                       NULL, "%s", text);
    else if (is_fine)
        (void)smc_buf_addf(&v->allowed, "%s\n", text);
}

void upload_verify_next_trial(struct upload_verifier *v)
{
    v->problem_count = 0;
    v->allowed_count = 0;
    smc_buf_reset(&v->allowed);
}

void upload_verify_end_trial(struct upload_verifier *v)
{
    const char *at = smc_buf_str(&v->allowed);
    for (; *at; at += strcspn(at, "\n") + 1)
        smci_log_event(v->job->log, SMC_LOG_WARN, SMCI_EVENT_PROBLEM, NULL, "%.*s",
                       (int)strcspn(at, "\n"), at);
    smc_buf_clear(&v->allowed);
    v->is_trial = false;
}

/* A failure that concerns one file is a problem of it; any other ends the check. */
static enum smc_status judge(struct upload_verifier *v, const char *name, enum smc_status rc,
                             const struct smc_error *why, struct smc_error *err)
{
    if (rc == SMC_ERR_IO)
        upload_object(v, UPLOAD_BROKEN, "%s", why->detail);
    else if (rc == SMC_ERR_SYNTAX || rc == SMC_ERR_CAP)
        upload_object(v, UPLOAD_BROKEN, "%s: not a complete JSON text: %s", name, why->detail);
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
    smci_log_event(v->job->log, SMC_LOG_DEBUG, SMCI_EVENT_FILE_READ,
                   SMCI_FACTS(.file = file->name, .bytes = file->identity.size),
                   "Reading %s (%" PRId64 " bytes)", file->name, file->identity.size);
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

/* A table's reader that does not know it takes it for a part of the first column's name. */
static void warn_of_mark(const struct upload_verifier *v, const struct upload_file *file, int fd)
{
    char start[3] = "";
    if (!smci_has_suffix(file->name, ".csv") || pread(fd, start, sizeof start, 0) < 2)
        return;
    bool is_utf8 = memcmp(start, "\xEF\xBB\xBF", 3) == 0;
    if (is_utf8 || memcmp(start, "\xFF\xFE", 2) == 0 || memcmp(start, "\xFE\xFF", 2) == 0)
        smci_log_event(
            v->job->log, SMC_LOG_WARN, SMCI_EVENT_BYTE_ORDER_MARK, SMCI_FACTS(.file = file->name),
            "%s begins with a byte order mark%s: write it as UTF-8 without one", file->name,
            is_utf8 ? ", which Catalog may take for a part of the first column's name"
                    : " of UTF-16");
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
        warn_of_mark(v, file, fd);
        rc = read_file(v, file, fd, &why);
        (void)close(fd);
        /* One that was not as it should be may have been mended when its turn comes. */
        file->is_checked = rc == SMC_OK || rc == SMC_ERR_SYNTAX || rc == SMC_ERR_CAP;
    }
    file->is_whole = rc == SMC_OK;
    return judge(v, file->name, rc, &why, err);
}

/* ---- one set ---- */

static void format_day(int64_t seconds, char *text, size_t size)
{
    time_t at = (time_t)seconds;
    struct tm utc;
    if (!gmtime_r(&at, &utc) || strftime(text, size, "%Y-%m-%d", &utc) == 0)
        (void)snprintf(text, size, "no date");
}

void upload_verify_time(struct upload_verifier *v, struct upload_set set)
{
    const char *name = v->job->files.items[set.begin].name;
    int64_t now = v->job->clock->wall_ms(v->job->clock->ctx) / 1000;
    int64_t time = 0;
    char digits[32];
    char of[32] = "a time beyond all dates";
    char today[32];
    (void)snprintf(digits, sizeof digits, "%.*s", upload_set_digits(name), name);
    bool is_time = upload_set_digits(name) < (int)sizeof digits && smci_parse_int64(digits, &time);
    if (is_time && time <= now + AHEAD_MAX_S)
        return;
    if (is_time)
        format_day(time, of, sizeof of);
    format_day(now, today, sizeof today);
    upload_object(v, UPLOAD_FUTURE,
                  "set %.*s is of %s, which is yet to come: this machine's clock says %s",
                  upload_set_digits(name), name, of, today);
}

/* What Catalog asks for is never an extra, whatever a summary says: Catalog deletes what it lacks. */
static bool is_set_file(const char *name)
{
    for (size_t i = 0; i < SET_FILES; i++)
        if (strcmp(set_files[i], name) == 0)
            return true;
    return false;
}

/* The same of a file that the summary counts, be it there or not. */
static bool is_extra(const struct upload_summary *summary, const struct upload_summary_file *file)
{
    char name[80];
    int len = (int)file->name.len - 2; /* the quotes */
    (void)snprintf(name, sizeof name, "%.*s.json", len < 60 ? len : 60, file->name.p + 1);
    return !is_set_file(name) && upload_summary_is_extra(summary, name);
}

static bool is_left_out(const struct upload_verifier *v, const struct upload_file *file)
{
    return file->is_extra && !v->job->settings->is_with_extras;
}

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
            upload_object(v, UPLOAD_BROKEN, "%s: %" PRId64 " bytes, but the summary says %" PRId64,
                          file->name, file->identity.size, wanted->byte_count);
        else if (file->record_count != wanted->record_count)
            upload_object(v, UPLOAD_BROKEN,
                          "%s: %" PRId64 " records, but the summary says %" PRId64, file->name,
                          file->record_count, wanted->record_count);
        return;
    }
    upload_object(v, UPLOAD_BROKEN, "%.*s-%.*s.json: missing, but the summary lists it",
                  upload_set_digits(first), first, (int)wanted->name.len - 2, wanted->name.p + 1);
}

static void tell_degraded(struct upload_verifier *v, const char *first,
                          const struct upload_summary *summary)
{
    struct smc_buf names = SMC_BUF_INIT(KINDS_MAX);
    upload_summary_degraded(summary, &names);
    upload_object(
        v, UPLOAD_DEGRADED,
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
        smci_log_event(v->job->log, SMC_LOG_WARN, SMCI_EVENT_SET_GAPS,
                       SMCI_FACTS(.set = upload_set_stamp(first), .count = count),
                       "Set %.*s has %" PRId64 " gap%s (what could not be read from Sigma): %s",
                       upload_set_digits(first), first, count, count == 1 ? "" : "s",
                       smc_buf_str(&kinds));
    smc_buf_clear(&kinds);
}

/* Catalog deletes what a set lacks, so that one with fewer files than all is as a partial one. */
static void check_fullness(struct upload_verifier *v, const char *first,
                           const struct upload_summary *summary)
{
    size_t count = 0;
    for (size_t i = 0; i < SET_FILES; i++)
        count += upload_summary_has(summary, set_files[i]);
    if (count < SET_FILES)
        upload_object(v, UPLOAD_PARTIAL,
                      "set %.*s: its summary counts %zu of the %zu files of a set",
                      upload_set_digits(first), first, count, SET_FILES);
}

static void check_counts(struct upload_verifier *v, struct upload_set set,
                         const struct upload_summary *summary)
{
    struct smc_json_walk walk;
    struct upload_summary_file wanted;
    const char *first = v->job->files.items[set.begin].name;
    if (summary->is_partial)
        upload_object(v, UPLOAD_PARTIAL, "set %.*s: its summary says that it is partial",
                      upload_set_digits(first), first);
    if (summary->degraded.p)
        tell_degraded(v, first, summary);
    if (smc_json_walk_begin(&walk, summary->files)) {
        while (upload_summary_next(&walk, &wanted))
            if (v->job->settings->is_with_extras || !is_extra(summary, &wanted))
                compare_counts(v, set, &wanted);
        if (v->is_trial && !summary->is_partial)
            check_fullness(v, first, summary);
    } else if (v->is_trial) {
        upload_object(v, UPLOAD_BROKEN,
                      "set %.*s: its summary has no counts that could prove it complete%s",
                      upload_set_digits(first), first,
                      summary->is_python ? ": it is the Python tool's; --set sends it" : "");
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
    rc = upload_owner_note(&items[set.end - 1], summary);
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", smc_error_text(rc));
    for (size_t i = set.begin; summary->files.p && i + 1 < set.end; i++) {
        const char *name = items[i].name + upload_set_len(items[i].name);
        items[i].is_foreign = !upload_summary_has(summary, name);
        items[i].is_extra = !is_set_file(name) && upload_summary_is_extra(summary, name);
    }
    return SMC_OK;
}

enum smc_status upload_verify_set(struct upload_verifier *v, struct upload_set set,
                                  struct smc_error *err)
{
    const struct upload_file *items = v->job->files.items;
    bool has_summary = upload_is_summary(items[set.end - 1].name);
    struct upload_summary summary = {.text = SMC_BUF_INIT(0)};
    enum smc_status rc = SMC_OK;
    upload_verify_time(v, set);
    if (has_summary)
        rc = read_summary(v, set, &summary, err);
    else
        upload_object(v, UPLOAD_BROKEN,
                      "set %.*s has no summary: its extraction is still running, or did not finish",
                      upload_set_digits(items[set.begin].name), items[set.begin].name);
    for (size_t i = set.begin; i < set.end && rc == SMC_OK; i++)
        if (!is_left_out(v, &items[i]) && (!v->is_choosing || !items[i].is_foreign))
            rc = upload_verify_file(v, i, err);
    if (rc == SMC_OK && has_summary) {
        check_counts(v, set, &summary);
        tell_gaps(v, items[set.begin].name, &summary);
    }
    upload_summary_clear(&summary);
    return rc;
}
