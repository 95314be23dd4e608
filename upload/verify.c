#include "verify.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/set/inspect.h"

#include "summary.h"

/* Names that a person gets in one line; a log line has room for 4,000 bytes. */
#define NAMES_IN_LINE_MAX ((size_t)3000)

struct checker {
    const struct upload_settings *settings;
    struct upload_files *files;
    struct smc_log *log;
    int stop_fd;
    bool is_digest_wanted;
    bool is_trial; /* a set that is passed over when it has a problem: they are not logged */
    size_t problem_count;
    struct smc_error first; /* the first problem since the count was 0 */
};

static void problem(struct checker *c, const char *fmt, ...) SMC_PRINTF(2, 3);

static void problem(struct checker *c, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (c->problem_count++ == 0) {
        c->first = (struct smc_error)SMC_ERROR_INIT;
        (void)smc_error_set(&c->first, SMC_ERR_IO, "%s", text);
    }
    if (!c->is_trial)
        smc_log_write(c->log, c->settings->is_forced ? SMC_LOG_WARN : SMC_LOG_ERROR, "%s", text);
}

/* A failure that concerns one file is a problem of it; any other ends the check. */
static enum smc_status judge(struct checker *c, const char *name, enum smc_status rc,
                             const struct smc_error *why, struct smc_error *err)
{
    if (rc == SMC_ERR_IO)
        problem(c, "%s", why->detail);
    else if (rc == SMC_ERR_SYNTAX || rc == SMC_ERR_CAP)
        problem(c, "%s: not whole JSON: %s", name, why->detail);
    else if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", why->detail);
    return SMC_OK;
}

/* ---- one file ---- */

static bool is_json(const char *name)
{
    size_t len = strlen(name);
    return len >= 5 && strcmp(name + len - 5, ".json") == 0;
}

static enum smc_status read_file(struct checker *c, struct upload_file *file, int fd,
                                 struct smc_error *why)
{
    struct smci_inspection found = {.record_count = -1};
    unsigned digest = c->is_digest_wanted ? SMCI_INSPECT_DIGEST : 0;
    unsigned what = digest;
    if (c->files->directory && is_json(file->name))
        what |= SMCI_INSPECT_JSON;
    if (what == 0)
        return SMC_OK;
    smc_log_write(c->log, SMC_LOG_DEBUG, "Reading %s (%" PRId64 " bytes)", file->name,
                  file->identity.size);
    enum smc_status rc = smci_inspect(fd, what, c->stop_fd, &found, why);
    if (rc == SMC_ERR_IO)
        smc_error_context(why, "%s", file->name);
    file->record_count = found.record_count;
    if (rc == SMC_OK && found.byte_count != file->identity.size)
        rc = smc_error_set(why, SMC_ERR_IO, "%s: its size changed while it was read", file->name);
    /* What is sent all the same is known by its digest all the same. */
    if ((rc == SMC_ERR_SYNTAX || rc == SMC_ERR_CAP) && digest && c->settings->is_forced)
        (void)smci_inspect(fd, digest, c->stop_fd, &found, NULL);
    (void)snprintf(file->sha256, sizeof file->sha256, "%s", found.sha256);
    if (rc != SMC_ERR_CANCELLED && !upload_files_is_same(fd, &file->identity) && rc != SMC_ERR_IO) {
        *why = (struct smc_error)SMC_ERROR_INIT;
        rc = smc_error_set(why, SMC_ERR_IO, "%s: it changed while it was read", file->name);
    }
    return rc;
}

static enum smc_status check_file(struct checker *c, size_t index, struct smc_error *err)
{
    struct upload_file *file = &c->files->items[index];
    struct smc_error why = SMC_ERROR_INIT;
    int fd = -1;
    if (file->is_checked)
        return SMC_OK;
    enum smc_status rc = upload_files_open(c->files, index, &fd, &file->identity, &why);
    if (rc == SMC_OK) {
        rc = read_file(c, file, fd, &why);
        (void)close(fd);
        /* One that was not as it should be may have been mended when its turn comes. */
        file->is_checked = rc == SMC_OK || rc == SMC_ERR_SYNTAX || rc == SMC_ERR_CAP;
    }
    file->is_whole = rc == SMC_OK;
    return judge(c, file->name, rc, &why, err);
}

/* ---- one set ---- */

static size_t set_end(const struct upload_files *files, size_t begin)
{
    size_t end = begin + 1;
    while (end < files->count &&
           upload_is_same_set(files->items[begin].name, files->items[end].name))
        end++;
    return end;
}

/* The digits, for a text. */
static int digits_len(const char *name)
{
    size_t len = upload_set_len(name);
    return len > 0 ? (int)len - 1 : 0;
}

static void compare_counts(struct checker *c, const struct upload_summary_file *wanted,
                           size_t begin, size_t end)
{
    const char *first = c->files->items[begin].name;
    size_t set_len = upload_set_len(first);
    for (size_t i = begin; i < end; i++) {
        const struct upload_file *file = &c->files->items[i];
        if (!upload_summary_is(wanted, file->name + set_len))
            continue;
        if (!file->is_whole)
            return; /* that is told already */
        if (file->identity.size != wanted->byte_count)
            problem(c, "%s: %" PRId64 " bytes, and the summary counts %" PRId64, file->name,
                    file->identity.size, wanted->byte_count);
        else if (file->record_count != wanted->record_count)
            problem(c, "%s: %" PRId64 " records, and the summary counts %" PRId64, file->name,
                    file->record_count, wanted->record_count);
        return;
    }
    problem(c, "%.*s-%.*s.json: missing, and the summary counts it", digits_len(first), first,
            (int)wanted->name.len - 2, wanted->name.p + 1);
}

static void check_counts(struct checker *c, const struct upload_summary *summary, size_t begin,
                         size_t end)
{
    struct smc_json_walk walk;
    struct upload_summary_file wanted;
    const char *first = c->files->items[begin].name;
    if (summary->is_partial)
        problem(c, "set %.*s: its summary says that it is partial", digits_len(first), first);
    if (!smc_json_walk_begin(&walk, summary->files)) {
        if (c->is_trial)
            problem(c, "set %.*s: its summary has no counts that could prove it complete",
                    digits_len(first), first);
        return;
    }
    while (upload_summary_next(&walk, &wanted))
        compare_counts(c, &wanted, begin, end);
}

/* Reads the summary, which is the last of its set, and marks what it does not list. */
static enum smc_status read_summary(struct checker *c, struct upload_summary *summary, size_t begin,
                                    size_t end, struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    struct upload_identity identity;
    int fd = -1;
    enum smc_status rc = upload_files_open(c->files, end - 1, &fd, &identity, &why);
    if (rc == SMC_OK) {
        rc = upload_summary_read(summary, fd, &why);
        (void)close(fd);
    }
    if (rc == SMC_ERR_IO)
        return SMC_OK; /* checking the file itself tells */
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", why.detail);
    for (size_t i = begin; summary->files.p && i + 1 < end; i++) {
        const char *name = c->files->items[i].name;
        c->files->items[i].is_foreign = !upload_summary_has(summary, name + upload_set_len(name));
    }
    return SMC_OK;
}

static enum smc_status check_set(struct checker *c, size_t begin, size_t end, struct smc_error *err)
{
    bool is_choosing = c->settings->is_latest || c->settings->set;
    bool has_summary = upload_is_summary(c->files->items[end - 1].name);
    struct upload_summary summary = {.text = SMC_BUF_INIT(0)};
    enum smc_status rc = SMC_OK;
    if (has_summary)
        rc = read_summary(c, &summary, begin, end, err);
    else
        problem(c, "set %.*s has no summary: its extraction is still running, or did not finish",
                digits_len(c->files->items[begin].name), c->files->items[begin].name);
    for (size_t i = begin; i < end && rc == SMC_OK; i++)
        if (!is_choosing || !c->files->items[i].is_foreign)
            rc = check_file(c, i, err);
    if (rc == SMC_OK && has_summary)
        check_counts(c, &summary, begin, end);
    upload_summary_clear(&summary);
    return rc;
}

/* ---- which sets ---- */

/* Of two names' digits: which is the later time. */
static int compare_digits(const char *a, const char *b)
{
    a += strspn(a, "0");
    b += strspn(b, "0");
    size_t a_len = strspn(a, "0123456789");
    size_t b_len = strspn(b, "0123456789");
    if (a_len != b_len)
        return a_len < b_len ? -1 : 1;
    return strncmp(a, b, a_len);
}

/* The newest set that is older than the one at `before` (NULL: the newest); false: none. */
static bool find_newest(const struct upload_files *files, const char *before, size_t *begin,
                        size_t *end)
{
    const char *best = NULL;
    for (size_t i = 0; i < files->count; i = set_end(files, i)) {
        const char *name = files->items[i].name;
        if (upload_set_len(name) == 0 || (before && compare_digits(name, before) >= 0) ||
            (best && compare_digits(name, best) <= 0))
            continue;
        best = name;
        *begin = i;
        *end = set_end(files, i);
    }
    return best != NULL;
}

static enum smc_status choose_latest(struct checker *c, struct smc_error *err)
{
    const char *before = NULL;
    struct smc_error newest = SMC_ERROR_INIT;
    size_t begin;
    size_t end;
    c->is_trial = true;
    while (find_newest(c->files, before, &begin, &end)) {
        before = c->files->items[begin].name;
        enum smc_status rc = check_set(c, begin, end, err);
        if (rc != SMC_OK)
            return rc;
        if (c->problem_count == 0) {
            smc_log_write(c->log, SMC_LOG_INFO, "The newest complete set is %.*s",
                          digits_len(before), before);
            upload_files_keep(c->files, begin, end);
            return SMC_OK;
        }
        smc_log_write(c->log, SMC_LOG_WARN, "Set %.*s is passed over: %s", digits_len(before),
                      before, c->first.detail);
        if (newest.code == SMC_OK)
            (void)smc_error_set(&newest, SMC_ERR_IO, "%s", c->first.detail);
        c->problem_count = 0;
    }
    if (!before)
        return smc_error_set(err, SMC_ERR_IO,
                             "%s: no complete set at all: castor-extract-sigma makes one",
                             c->files->directory);
    return smc_error_set(err, SMC_ERR_IO,
                         "%s: no complete set: each was passed over; of the newest: %s",
                         c->files->directory, newest.detail);
}

static enum smc_status choose_set(struct checker *c, struct smc_error *err)
{
    const char *set = c->settings->set;
    size_t len = strlen(set);
    for (size_t i = 0; i < c->files->count; i = set_end(c->files, i)) {
        const char *name = c->files->items[i].name;
        if (upload_set_len(name) != len + 1 || strncmp(name, set, len) != 0)
            continue;
        size_t end = set_end(c->files, i);
        enum smc_status rc = check_set(c, i, end, err);
        upload_files_keep(c->files, i, end);
        return rc;
    }
    return smc_error_set(err, SMC_ERR_IO, "%s: no file of set %s", c->files->directory, set);
}

static enum smc_status check_sets(struct checker *c, struct smc_error *err)
{
    size_t sets = 0;
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; i < c->files->count && rc == SMC_OK;) {
        size_t end = set_end(c->files, i);
        if (upload_set_len(c->files->items[i].name) > 0) {
            rc = check_set(c, i, end, err);
            sets++;
        } else {
            c->files->items[i].is_foreign = true;
            rc = check_file(c, i, err);
        }
        i = end;
    }
    if (rc == SMC_OK && sets > 1)
        smc_log_write(c->log, SMC_LOG_WARN,
                      "%s has %zu sets, and all are sent; --latest sends the newest",
                      c->files->directory, sets);
    return rc;
}

static enum smc_status check_files(struct checker *c, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (size_t i = 0; i < c->files->count && rc == SMC_OK; i++)
        rc = check_file(c, i, err);
    return rc;
}

/* One line; what does not fit in it is counted. */
static void warn_of_foreign(const struct checker *c)
{
    struct smc_buf names = SMC_BUF_INIT(NAMES_IN_LINE_MAX);
    size_t count = 0;
    size_t shown = 0;
    for (size_t i = 0; i < c->files->count; i++) {
        if (!c->files->items[i].is_foreign)
            continue;
        count++;
        if (smc_buf_addf(&names, "%s%s", shown > 0 ? ", " : "", c->files->items[i].name) == SMC_OK)
            shown++;
    }
    if (shown < count)
        smc_log_write(c->log, SMC_LOG_WARN, "Of no extracted set, and sent too: %s, and %zu more",
                      smc_buf_str(&names), count - shown);
    else if (count > 0)
        smc_log_write(c->log, SMC_LOG_WARN, "Of no extracted set, and sent too: %s",
                      smc_buf_str(&names));
    smc_buf_clear(&names);
}

/* ---- all ---- */

static enum smc_status conclude(const struct checker *c, struct smc_error *err)
{
    if (c->problem_count == 0)
        return SMC_OK;
    if (c->settings->is_checking && !c->settings->is_forced)
        return smc_error_set(err, SMC_ERR_IO, "%zu problem%s, the first: %s", c->problem_count,
                             c->problem_count == 1 ? "" : "s", c->first.detail);
    if (!c->settings->is_forced)
        return smc_error_set(err, SMC_ERR_IO,
                             "nothing was sent: %zu problem%s (--force sends all the "
                             "same): %s",
                             c->problem_count, c->problem_count == 1 ? "" : "s", c->first.detail);
    smc_log_write(c->log, SMC_LOG_WARN, "Forced in spite of %zu problem%s", c->problem_count,
                  c->problem_count == 1 ? "" : "s");
    return SMC_OK;
}

enum smc_status upload_check(const struct upload_settings *settings, struct upload_files *files,
                             struct smc_log *log, int stop_fd, struct smc_error *err)
{
    struct checker c = {.settings = settings, .files = files, .log = log, .stop_fd = stop_fd};
    c.is_digest_wanted = settings->is_json || settings->is_skipping || settings->state;
    enum smc_status rc = settings->directory_path
                             ? upload_files_in(files, settings->directory_path, log, err)
                             : upload_files_one(files, settings->file_path, err);
    if (rc != SMC_OK)
        return rc;
    if (!settings->directory_path || settings->file_type != UPLOAD_VIZ)
        rc = check_files(&c, err);
    else if (settings->is_latest)
        rc = choose_latest(&c, err);
    else if (settings->set)
        rc = choose_set(&c, err);
    else
        rc = check_sets(&c, err);
    warn_of_foreign(&c);
    return rc == SMC_OK ? conclude(&c, err) : rc;
}
