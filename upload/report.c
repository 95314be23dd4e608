#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/log.h"
#include "lib/json/write.h"

#include "path.h"

/* Names that a person gets in one line; a log line has room for 4,000 bytes. */
#define NAMES_IN_LINE_MAX ((size_t)3000)

/* ---- the log ---- */

size_t upload_report_count(const struct upload_files *files, enum upload_state state)
{
    size_t n = 0;
    for (size_t i = 0; i < files->count; i++)
        n += files->items[i].state == state;
    return n;
}

enum smc_status upload_report_lack(const struct upload_files *files, struct smc_buf *text)
{
    static const struct {
        enum upload_state state;
        const char *words;
    } others[] = {{UPLOAD_CUT, "cut off and perhaps accepted"},
                  {UPLOAD_CHANGED, "accepted, but changed"}};
    size_t missing = files->count - upload_report_count(files, UPLOAD_SENT) -
                     upload_report_count(files, UPLOAD_SKIPPED);
    for (size_t i = 0; i < 2; i++)
        missing -= upload_report_count(files, others[i].state);
    enum smc_status rc = SMC_OK;
    const char *comma = "";
    if (missing > 0) {
        rc = smc_buf_addf(text, "%zu of %zu files were not sent", missing, files->count);
        comma = ", ";
    }
    for (size_t i = 0; i < 2 && rc == SMC_OK; i++) {
        size_t n = upload_report_count(files, others[i].state);
        if (n == 0)
            continue;
        rc = smc_buf_addf(text, "%s%zu%s %s %s", comma, n, *comma ? "" : " of the files",
                          n == 1 ? "was" : "were", others[i].words);
        comma = ", ";
    }
    return rc;
}

/* All names of one state, as few lines as they fit in. */
static void list(const struct upload_files *files, struct smc_log *log, enum upload_state state,
                 enum smc_log_level level, const char *what)
{
    struct smc_buf line = SMC_BUF_INIT(2 * NAMES_IN_LINE_MAX);
    for (size_t i = 0; i < files->count; i++) {
        if (files->items[i].state != state)
            continue;
        const char *name = files->items[i].name;
        if (line.len > 0 && line.len + strlen(name) > NAMES_IN_LINE_MAX) {
            smci_log_event(log, level, SMCI_EVENT_FILES,
                           SMCI_FACTS(.state = upload_state_name(state)), "%s: %s", what,
                           smc_buf_str(&line));
            smc_buf_reset(&line);
        }
        /* A name that finds no memory is missing in this line alone. */
        (void)smc_buf_addf(&line, "%s%s", line.len > 0 ? ", " : "", name);
    }
    if (line.len > 0)
        smci_log_event(log, level, SMCI_EVENT_FILES, SMCI_FACTS(.state = upload_state_name(state)),
                       "%s: %s", what, smc_buf_str(&line));
    smc_buf_clear(&line);
}

void upload_report_log(const struct upload_files *files, struct smc_log *log)
{
    list(files, log, UPLOAD_SENT, SMC_LOG_WARN, "Sent");
    list(files, log, UPLOAD_SKIPPED, SMC_LOG_WARN, "Accepted before");
    list(files, log, UPLOAD_FAILED, SMC_LOG_ERROR, "Failed");
    list(files, log, UPLOAD_CHANGED, SMC_LOG_ERROR, "Accepted, but changed while they were sent");
    list(files, log, UPLOAD_CUT, SMC_LOG_ERROR,
         "Cut off before an answer came, and perhaps accepted");
    list(files, log, UPLOAD_HELD, SMC_LOG_ERROR, "Held back until the rest of the set is sent");
    list(files, log, UPLOAD_WAITING, SMC_LOG_ERROR, "Not sent, since the run ended before");
}

/* ---- JSON ---- */

static FILE *out_of(const struct upload_settings *settings)
{
    return settings->out ? settings->out : stdout;
}

static enum smc_status print(const struct upload_settings *settings, const char *text,
                             struct smc_error *err)
{
    errno = 0;
    if (fputs(text, out_of(settings)) == EOF || fflush(out_of(settings)) != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "can't write to standard output");
    return SMC_OK;
}

static enum smc_status print_json(const struct upload_settings *settings, struct smci_writer *json,
                                  struct smc_error *err)
{
    enum smc_status rc = smci_write_end(json, err);
    return rc == SMC_OK ? print(settings, smc_buf_str(json->out), err) : rc;
}

static const char *state_name(enum upload_state state)
{
    switch (state) {
    case UPLOAD_SENT:
        return "sent";
    case UPLOAD_FAILED:
        return "failed";
    case UPLOAD_CUT:
        return "cut off";
    case UPLOAD_CHANGED:
        return "accepted but changed";
    case UPLOAD_HELD:
        return "held";
    case UPLOAD_SKIPPED:
        return "accepted before";
    case UPLOAD_WAITING:
        break;
    }
    return "not sent";
}

static enum smc_status add_file(struct smci_writer *json, const struct upload_files *files,
                                size_t index)
{
    const struct upload_file *file = &files->items[index];
    struct smc_buf path = SMC_BUF_INIT(SIZE_MAX);
    enum smc_status rc = upload_files_path(files, index, &path);
    smci_write_object(json, NULL);
    smci_write_text(json, "path", smc_buf_str(&path));
    smci_write_int(json, "size", file->identity.size);
    smci_write_text(json, "sha256", file->sha256);
    if (file->record_count >= 0)
        smci_write_int(json, "records", file->record_count);
    smci_write_int(json, "tries", file->tries);
    smci_write_text(json, "status", state_name(file->state));
    smci_write_int(json, "http_status", file->http_status);
    if (file->why)
        smci_write_text(json, "error", file->why);
    smci_write_close(json);
    smc_buf_clear(&path);
    return rc;
}

enum smc_status upload_report_json(const struct upload_settings *settings,
                                   const struct upload_files *files, const struct smc_log *log,
                                   const struct smc_error *outcome, struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    struct smci_writer json = smci_write_begin(&text, SMCI_WRITE_LINES);
    json.log = log;
    enum smc_status rc = SMC_OK;
    smci_write_bool(&json, "dry_run", settings->is_dry_run);
    smci_write_bool(&json, "ok", outcome->code == SMC_OK);
    if (outcome->code != SMC_OK)
        smci_write_text(&json, "error", outcome->detail);
    smci_write_array(&json, "files");
    for (size_t i = 0; i < files->count && rc == SMC_OK; i++)
        rc = add_file(&json, files, i);
    if (rc == SMC_OK)
        rc = print_json(settings, &json, err);
    else
        (void)smc_error_set(err, rc, "%s", smc_error_text(rc));
    smc_buf_clear(&text);
    return rc;
}

/* ---- the ledger ---- */

struct listing {
    const struct upload_settings *settings;
    struct smci_writer *json; /* NULL: lines */
    size_t count;
    struct smc_error *err;
};

static void format_time(int64_t seconds, char *text, size_t size)
{
    time_t at = (time_t)seconds;
    struct tm utc;
    *text = '\0';
    if (gmtime_r(&at, &utc))
        (void)strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static enum smc_status show_entry(void *ctx, const struct smci_ledger_entry *entry)
{
    struct listing *listing = ctx;
    char when[40];
    listing->count++;
    format_time(entry->time_s, when, sizeof when);
    if (!listing->json) {
        if (fprintf(out_of(listing->settings), "%s %12" PRId64 " %s %s\n", when, entry->size,
                    entry->sha256, entry->path) < 0)
            return smc_error_set_errno(listing->err, SMC_ERR_IO, errno,
                                       "can't write to standard output");
        return SMC_OK;
    }
    smci_write_object(listing->json, NULL);
    smci_write_text(listing->json, "source_id", entry->source_id);
    smci_write_text(listing->json, "path", entry->path);
    smci_write_int(listing->json, "size", entry->size);
    smci_write_text(listing->json, "accepted_at", when);
    smci_write_text(listing->json, "sha256", entry->sha256);
    smci_write_close(listing->json);
    return SMC_OK;
}

static void log_empty(const struct upload_settings *settings, const struct smci_ledger *ledger,
                      struct smc_log *log)
{
    if (ledger)
        smci_log_event(log, SMC_LOG_INFO, SMCI_EVENT_NOTHING_RECORDED, NULL,
                       "Nothing has been accepted yet%s",
                       *settings->source_uuid ? " for this source" : "");
    else
        smci_log_event(log, SMC_LOG_INFO, SMCI_EVENT_NOTHING_RECORDED, NULL,
                       "Nothing has been accepted yet (no record in %s%s)",
                       settings->state ? settings->state : settings->directory_path,
                       settings->state ? "" : "/.sigmacat");
}

enum smc_status upload_report_ledger(const struct upload_settings *settings,
                                     struct smci_ledger *ledger, struct smc_log *log,
                                     struct smc_error *err)
{
    const char *source_id = *settings->source_uuid ? settings->source_uuid : NULL;
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    struct smci_writer json = smci_write_begin(&text, SMCI_WRITE_LINES);
    json.log = log;
    struct listing listing = {
        .settings = settings, .json = settings->is_json ? &json : NULL, .err = err};
    smci_write_array(&json, "uploads");
    enum smc_status rc = smci_ledger_each(ledger, source_id, show_entry, &listing, err);
    if (rc == SMC_OK)
        rc = settings->is_json ? print_json(settings, &json, err) : print(settings, "", err);
    if (rc == SMC_OK && listing.count == 0 && !settings->is_json)
        log_empty(settings, ledger, log);
    smc_buf_clear(&text);
    return rc;
}
