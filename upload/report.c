#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/log.h"
#include "lib/json/write.h"

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

/* ---- the ledger ---- */

struct listing {
    FILE *out;                /* for lines; NULL: */
    struct smci_writer *json; /* for entries */
    size_t count;
    struct smc_error *err;
};

static enum smc_status show_line(const struct listing *listing,
                                 const struct smci_ledger_entry *entry)
{
    char when[40] = "";
    time_t at = (time_t)entry->time_s;
    struct tm utc;
    if (gmtime_r(&at, &utc))
        (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (fprintf(listing->out, "%s %12" PRId64 " %s %s\n", when, entry->size, entry->sha256,
                entry->path) < 0)
        return smc_error_set_errno(listing->err, SMC_ERR_IO, errno,
                                   "can't write to standard output");
    return SMC_OK;
}

static enum smc_status show_entry(void *ctx, const struct smci_ledger_entry *entry)
{
    struct listing *listing = ctx;
    listing->count++;
    if (listing->out)
        return show_line(listing, entry);
    smci_write_object(listing->json, NULL);
    smci_write_text(listing->json, "source_id", entry->source_id);
    smci_write_text(listing->json, "destination", entry->path);
    smci_write_int(listing->json, "size", entry->size);
    smci_write_text(listing->json, "sha256", entry->sha256);
    smci_write_time(listing->json, "accepted", entry->time_s * 1000);
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
                                     struct smc_buf *uploads, struct smc_error *err)
{
    const char *source_id = *settings->source_uuid ? settings->source_uuid : NULL;
    struct smci_writer json = smci_write_begin(uploads, SMCI_WRITE_LINES);
    json.log = log;
    FILE *lines = settings->out ? settings->out : stdout;
    struct listing listing = {.out = settings->is_json ? NULL : lines, .json = &json, .err = err};
    smci_write_array(&json, "uploads");
    enum smc_status rc = smci_ledger_each(ledger, source_id, show_entry, &listing, err);
    enum smc_status made = smci_write_end(&json, rc == SMC_OK ? err : NULL);
    errno = 0;
    if (rc == SMC_OK)
        rc = made;
    if (rc == SMC_OK && listing.out && fflush(listing.out) != 0)
        rc = smc_error_set_errno(err, SMC_ERR_IO, errno, "can't write to standard output");
    if (rc == SMC_OK && listing.count == 0 && listing.out)
        log_empty(settings, ledger, log);
    return rc;
}
