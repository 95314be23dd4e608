#include "field_coverage.h"

#include <inttypes.h>

#include "extract/fields/words.h"
#include "lib/base/log.h"

static int64_t unresolved(const struct field_coverage *coverage)
{
    int64_t sum = 0;
    for (int i = 0; i < REASON_COUNT; i++)
        sum += coverage->unresolved[i];
    return sum;
}

/* "2 ambiguous, 1 circle" */
static void add_reasons(const struct field_coverage *coverage, struct smc_buf *text)
{
    for (int i = 0; i < REASON_COUNT; i++)
        if (coverage->unresolved[i])
            (void)smc_buf_addf(text, "%s%" PRId64 " %s", text->len ? ", " : "",
                               coverage->unresolved[i], words_reason((enum field_reason)i));
}

void field_coverage_add(struct smci_writer *json, const struct field_coverage *coverage)
{
    smci_write_int(json, "columns", coverage->columns);
    smci_write_int(json, "with_edge", coverage->with_edge);
    smci_write_int(json, "reaching", coverage->reaching);
    smci_write_array(json, "unresolved");
    for (int i = 0; i < REASON_COUNT; i++) {
        if (!coverage->unresolved[i])
            continue;
        smci_write_object(json, NULL);
        smci_write_text(json, "reason", words_reason((enum field_reason)i));
        smci_write_int(json, "count", coverage->unresolved[i]);
        smci_write_close(json);
    }
    smci_write_close(json);
}

static void tell_document(const struct job *job, bool is_model, const char *id, const char *name,
                          const struct field_coverage *coverage)
{
    struct smc_buf reasons = SMC_BUF_INIT(4096);
    if (!smc_log_would(job->log, SMC_LOG_DEBUG))
        return;
    add_reasons(coverage, &reasons);
    smci_log_event(job->log, SMC_LOG_DEBUG, SMCI_EVENT_FIELD_LINEAGE_OF,
                   SMCI_FACTS(.asset = is_model ? "datamodels" : "workbooks", .id = id,
                              .name = name, .count = unresolved(coverage),
                              .done = coverage->reaching, .total = coverage->columns),
                   "Field lineage of the %s %s (%s): %" PRId64 " columns, %" PRId64
                   " with an edge, %" PRId64 " reach the warehouse; unresolved: %s",
                   is_model ? "data model" : "workbook", name, id, coverage->columns,
                   coverage->with_edge, coverage->reaching,
                   reasons.len ? smc_buf_str(&reasons) : "nothing");
    smc_buf_clear(&reasons);
}

enum smc_status field_coverage_note(const struct job *job, bool is_model, const char *id,
                                    const char *name, const struct field_coverage *coverage,
                                    struct smc_error *err)
{
    struct smc_buf key = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smc_buf text = SMC_BUF_INIT(SMC_BODY_MAX);
    tell_document(job, is_model, id, name, coverage);
    enum smc_status rc = smc_buf_addf(&key, "%s/%s", words_asset(is_model), id);
    if (rc == SMC_OK) {
        struct smci_writer json = smci_write_begin(&text, SMCI_WRITE_COMPACT);
        smci_write_text(&json, "asset", words_asset(is_model));
        smci_write_text(&json, "asset_id", id);
        field_coverage_add(&json, coverage);
        rc = smci_write_end(&json, err);
    }
    if (rc == SMC_OK)
        rc = smci_list_add(job->store, LIST_COVERAGE, smc_buf_str(&key), smc_buf_str(&text), "",
                           NULL, err);
    smc_buf_clear(&key);
    smc_buf_clear(&text);
    return rc;
}

void field_coverage_tell(const struct job *job, const struct field_coverage *total)
{
    struct smc_buf reasons = SMC_BUF_INIT(4096);
    add_reasons(total, &reasons);
    smci_log_event(
        job->log, SMC_LOG_INFO, SMCI_EVENT_FIELD_LINEAGE,
        SMCI_FACTS(.count = unresolved(total), .done = total->reaching, .total = total->columns),
        "Field lineage of %" PRId64 " columns: %" PRId64 " with an edge, %" PRId64
        " reach the warehouse; unresolved: %s",
        total->columns, total->with_edge, total->reaching,
        reasons.len ? smc_buf_str(&reasons) : "nothing");
    smc_buf_clear(&reasons);
}
