#include "gaps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *words(enum gap_remedy remedy)
{
    switch (remedy) {
    case GAP_RERUN:
        return "a later run may mend it";
    case GAP_RIGHTS:
        return "other rights may mend it: an Org Admin's credentials are needed";
    case GAP_NOTHING:
        break;
    }
    return "no re-run will mend it while Sigma answers so";
}

static void count(struct gaps *gaps, const char *kind)
{
    gaps->total++;
    for (size_t i = 0; i < GAP_KINDS_MAX; i++) {
        if (!gaps->kinds[i].kind)
            gaps->kinds[i].kind = kind;
        if (strcmp(gaps->kinds[i].kind, kind) == 0) {
            gaps->kinds[i].count++;
            return;
        }
    }
}

static enum smc_status keep(struct gaps *gaps, const struct gap *gap, struct smc_error *err)
{
    char number[24];
    struct smc_buf text = SMC_BUF_INIT(65536);
    struct smci_writer json = smci_write_begin(&text, SMCI_WRITE_COMPACT);
    smci_write_text(&json, "asset", gap->kind);
    smci_write_text(&json, "id", gap->id);
    smci_write_text(&json, "name", gap->name);
    smci_write_text(&json, "call", gap->call);
    smci_write_int(&json, "status", gap->http_status);
    smci_write_text(&json, "code", gap->code);
    smci_write_text(&json, "requestId", gap->request_id);
    smci_write_text(&json, "reason", gap->reason);
    smci_write_text(&json, "remedy", words(gap->remedy));
    enum smc_status rc = smci_write_end(&json, err);
    if (rc == SMC_OK) {
        text.data[text.len - 1] = '\0'; /* the newline */
        (void)snprintf(number, sizeof number, "%" PRId64, gaps->total);
        rc = smci_list_add(gaps->store, LIST_GAPS, number, text.data, "", NULL, err);
    }
    smc_buf_clear(&text);
    return rc;
}

enum smc_status gaps_add(struct gaps *gaps, const struct gap *gap, struct smc_error *err)
{
    count(gaps, gap->kind);
    smc_log_write(gaps->log, SMC_LOG_WARN, "Gap: %s%s%.200s%s%.100s%s: %s; %s", gap->kind,
                  *gap->id ? " of " : "", gap->id, *gap->name ? " (" : "", gap->name,
                  *gap->name ? ")" : "", gap->reason, words(gap->remedy));
    return keep(gaps, gap, err);
}

void gaps_to_json(const struct gaps *gaps, struct smci_writer *json)
{
    smci_write_object(json, "gaps");
    for (size_t i = 0; i < GAP_KINDS_MAX && gaps->kinds[i].kind; i++)
        smci_write_int(json, gaps->kinds[i].kind, gaps->kinds[i].count);
    smci_write_close(json);
}

void gaps_log_summary(const struct gaps *gaps)
{
    struct smc_buf text = SMC_BUF_INIT(2048);
    for (size_t i = 0; i < GAP_KINDS_MAX && gaps->kinds[i].kind; i++)
        (void)smc_buf_addf(&text, "%s%" PRId64 " of %s", i ? ", " : "", gaps->kinds[i].count,
                           gaps->kinds[i].kind);
    if (gaps->total)
        smc_log_write(gaps->log, SMC_LOG_WARN,
                      "The set is published with %" PRId64 " gap%s (could not be read): %s",
                      gaps->total, gaps->total == 1 ? "" : "s", smc_buf_str(&text));
    smc_buf_clear(&text);
}
