#include "gaps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "history.h"

static const char *words(enum gap_remedy remedy)
{
    switch (remedy) {
    case GAP_RERUN:
        return "running again may help";
    case GAP_RIGHTS:
        return "it takes other rights: an Org Admin's credentials are needed";
    case GAP_NOTHING:
        break;
    }
    return "running again will not help while Sigma answers this way";
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

enum gap_remedy gap_remedy(int http_status)
{
    switch (http_status) {
    case 403:
        return GAP_RIGHTS;
    case 400:
    case 404:
    case 409:
    case 410:
        return GAP_NOTHING;
    default:
        return GAP_RERUN;
    }
}

struct gap gap_of(const struct smc_answer *answer)
{
    enum gap_remedy remedy = gap_remedy(answer->http_status);
    if (answer->error.code == SMC_ERR_CAP)
        remedy = GAP_NOTHING;
    else if (answer->is_transient)
        remedy = GAP_RERUN;
    return (struct gap){.http_status = answer->http_status,
                        .code = answer->api_code,
                        .request_id = answer->request_id,
                        .reason = answer->error.detail,
                        .remedy = remedy};
}

static const char *given(const char *text)
{
    return text ? text : "";
}

static enum smc_status keep(struct gaps *gaps, const struct gap *gap, struct smc_error *err)
{
    char number[24];
    struct smc_buf text = SMC_BUF_INIT(65536);
    struct smci_writer json = smci_write_begin(&text, SMCI_WRITE_COMPACT);
    smci_write_text(&json, "asset", gap->kind);
    smci_write_text(&json, "id", given(gap->id));
    smci_write_text(&json, "name", given(gap->name));
    smci_write_text(&json, "call", given(gap->call));
    smci_write_int(&json, "status", gap->http_status);
    smci_write_text(&json, "code", given(gap->code));
    smci_write_text(&json, "requestId", given(gap->request_id));
    smci_write_text(&json, "reason", given(gap->reason));
    smci_write_text(&json, "remedy", words(gap->remedy));
    enum smc_status rc = smci_write_end(&json, err);
    if (rc == SMC_OK) {
        text.data[text.len - 1] = '\0'; /* the newline */
        (void)snprintf(number, sizeof number, "%" PRId64, gaps->total);
        rc = smci_list_add(gaps->job->store, LIST_GAPS, number, text.data, "", NULL, err);
        if (rc == SMC_OK)
            rc = history_add_gap(gaps->job, gap->kind, gap->id, gap->http_status, err);
    }
    smc_buf_clear(&text);
    return rc;
}

enum smc_status gaps_add(struct gaps *gaps, const struct gap *gap, struct smc_error *err)
{
    const char *id = given(gap->id);
    const char *name = given(gap->name);
    count(gaps, gap->kind);
    smc_log_write(gaps->job->log, SMC_LOG_WARN, "Gap: %s%s%.200s%s%.100s%s: %s; %s", gap->kind,
                  *id ? " of " : "", id, *name ? " (" : "", name, *name ? ")" : "", gap->reason,
                  words(gap->remedy));
    return keep(gaps, gap, err);
}

bool gaps_are_too_many(const struct extract_settings *settings, int64_t count)
{
    return (settings->is_fail_on_gaps && count > 0) ||
           (settings->max_gaps.count >= 0 && count > settings->max_gaps.count);
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
        smc_log_write(gaps->job->log, SMC_LOG_WARN,
                      "The set is published with %" PRId64 " gap%s (what could not be read): %s",
                      gaps->total, gaps->total == 1 ? "" : "s", smc_buf_str(&text));
    smc_buf_clear(&text);
}
