#include "gaps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"

#include "history.h"

static void count(struct gaps *gaps, const char *kind, bool is_extra)
{
    gaps->total++;
    gaps->extras += is_extra;
    for (size_t i = 0; i < GAP_KINDS_MAX; i++) {
        if (!gaps->kinds[i].kind)
            gaps->kinds[i].kind = kind;
        if (strcmp(gaps->kinds[i].kind, kind) == 0) {
            gaps->kinds[i].count++;
            gaps->kinds[i].extras += is_extra;
            return;
        }
    }
}

static const char *given(const char *text)
{
    return text ? text : "";
}

static enum smc_status keep(struct gaps *gaps, const struct gap *gap, bool is_known,
                            struct smc_error *err)
{
    char number[24];
    const bool is_path = strcmp(gap->kind, KIND_PATH) == 0;
    struct smc_buf text = SMC_BUF_INIT(65536);
    struct smci_writer json = smci_write_begin(&text, SMCI_WRITE_COMPACT);
    json.log = gaps->job->log;
    smci_write_text(&json, "asset", gap->kind);
    smci_write_text_or_null(&json, "id", gap->id);
    smci_write_text_or_null(&json, "name", is_path ? NULL : gap->name);
    smci_write_text_or_null(&json, "used_by", is_path ? gap->name : NULL);
    smci_write_text_or_null(&json, "call", gap->call);
    if (gap->http_status)
        smci_write_int(&json, "http_status", gap->http_status);
    else
        smci_write_null(&json, "http_status");
    smci_write_text_or_null(&json, "code", gap->code);
    smci_write_text_or_null(&json, "request_id", gap->request_id);
    smci_write_text_or_null(&json, "reason", gap->reason);
    smci_write_text(&json, "remedy", gap_word(gap->remedy));
    if (gaps->has_last)
        smci_write_bool(&json, "is_new", !is_known);
    else
        smci_write_null(&json, "is_new");
    enum smc_status rc = smci_write_end(&json, err);
    if (rc == SMC_OK) {
        text.data[text.len - 1] = '\0'; /* the newline */
        (void)snprintf(number, sizeof number, "%" PRId64, gaps->total);
        rc = smci_list_add(gaps->job->store, LIST_GAPS, number, text.data, "", NULL, err);
        if (rc == SMC_OK)
            rc = history_add_gap(gaps->job, gap, text.data, err);
    }
    smc_buf_clear(&text);
    return rc;
}

/* Whether the last run that was published had the gap, too. */
static enum smc_status look_back(struct gaps *gaps, const struct gap *gap, bool *is_known,
                                 struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    *is_known = false;
    if (gaps->total == 0)
        rc = history_last(gaps->job, &gaps->has_last, &gaps->last_key, err);
    if (rc != SMC_OK || !gaps->has_last)
        return rc;
    return history_had_gap(gaps->job, gaps->last_key, gap->kind, gap->id, gap->http_status,
                           is_known, err);
}

enum smc_status gaps_add(struct gaps *gaps, const struct gap *gap, struct smc_error *err)
{
    const char *id = given(gap->id);
    const char *name = given(gap->name);
    bool is_known;
    enum smc_status rc = look_back(gaps, gap, &is_known, err);
    if (rc != SMC_OK)
        return rc;
    count(gaps, gap->kind, gap->is_extra);
    gap_groups_add(&gaps->groups, gap, is_known);
    smci_log_event(gaps->job->log, SMC_LOG_DEBUG, SMCI_EVENT_GAP,
                   SMCI_FACTS(.asset = gap->kind, .id = gap->id, .name = gap->name,
                              .path = gap->call, .request_id = gap->request_id,
                              .reason = gap->reason, .status = gap->http_status),
                   "Gap: %s%s%.200s%s%.100s%s: %s; %s", gap->kind, *id ? " of " : "", id,
                   *name ? " (" : "", name, *name ? ")" : "", gap->reason, gap_words(gap->remedy));
    return keep(gaps, gap, is_known, err);
}

void gaps_log(const struct gaps *gaps)
{
    gap_groups_log(&gaps->groups, gaps->has_last, gaps->job->log);
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
        smci_log_event(
            gaps->job->log, SMC_LOG_WARN, SMCI_EVENT_SET_GAPS,
            SMCI_FACTS(.set = smci_fileset_timestamp(gaps->job->set), .count = gaps->total),
            "The set is published with %" PRId64 " gap%s (what could not be read): %s", gaps->total,
            gaps->total == 1 ? "" : "s", smc_buf_str(&text));
    smc_buf_clear(&text);
}
