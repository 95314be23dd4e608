#include "result.h"

#include "lib/base/log.h"

#include "output.h"
#include "signals.h"
#include "status.h"
#include "target.h"

/* In the order of the enums. */
static const char *const modes[] = {"run", "check", "dry_run", "list", "status", "page"};
static const char *const words[] = {NULL,       "ok",      "warnings", "gaps",
                                    "degraded", "partial", "failed",   "interrupted"};

static const char *word_of(const struct smci_cli_result *result)
{
    if (result->word != SMCI_CLI_WORD_BY_STATUS)
        return words[result->word];
    if (result->status == SMC_ERR_CANCELLED)
        return words[SMCI_CLI_WORD_INTERRUPTED];
    return words[result->status == SMC_OK ? SMCI_CLI_WORD_OK : SMCI_CLI_WORD_FAILED];
}

void smci_cli_ending_init(struct smci_cli_ending *ending, size_t cap)
{
    const struct smc_clock *clock = smc_clock_system();
    *ending = (struct smci_cli_ending){.began_ms = clock->wall_ms(clock->ctx)};
    smc_buf_init(&ending->members, cap);
}

void smci_cli_ending_clear(struct smci_cli_ending *ending)
{
    smc_buf_clear(&ending->members);
}

struct smci_cli_result smci_cli_ending_head(const struct smci_cli_ending *ending,
                                            const struct smci_settings *settings,
                                            const struct smc_log *log, enum smc_status rc,
                                            const struct smc_error *err)
{
    return (struct smci_cli_result){.word = ending->word,
                                    .status = rc,
                                    .error = err ? err->detail : NULL,
                                    .began_ms = ending->began_ms,
                                    .ended_ms = ending->ended_ms,
                                    .profile = smci_cli_result_profile(settings),
                                    .log = log};
}

struct smci_writer smci_cli_result_begin(struct smc_buf *out, enum smci_write_layout layout,
                                         const struct smci_cli_result *result)
{
    struct smci_writer json = smci_write_begin(out, layout);
    json.log = result->log;
    smci_write_text(&json, "program", result->program);
    smci_write_text(&json, "version", SMC_VERSION);
    smci_write_text(&json, "mode", modes[result->mode]);
    smci_write_text(&json, "result", word_of(result));
    smci_write_int(&json, "exit_status",
                   smci_cli_exit_status(result->status, smci_cli_signals_caught()));
    smci_write_text_or_null(&json, "error", result->status == SMC_OK ? NULL : result->error);
    smci_write_time(&json, "began", result->began_ms);
    smci_write_time(&json, "ended", result->ended_ms);
    smci_write_text_or_null(&json, result->address_name, result->address);
    smci_write_text_or_null(&json, "profile", result->profile);
    return json;
}

const char *smci_cli_result_profile(const struct smci_settings *settings)
{
    return smc_buf_str(&settings->profile);
}

void smci_cli_result_calls(struct smci_writer *json, const struct smc_client_stats *stats)
{
    smci_write_int(json, "total", stats->calls);
    smci_write_int(json, "refused", stats->refused);
    smci_write_int(json, "retries", stats->retries);
    smci_write_int(json, "waited_ms", stats->waited_ms);
    smci_write_int(json, "received_bytes", stats->received);
}

/* ---- printing ---- */

bool smci_cli_result_is_due(const struct smci_settings *settings, bool is_json, bool is_showing,
                            enum smc_status rc)
{
    return is_json && !smci_settings_is_query(settings) && !(is_showing && rc == SMC_OK);
}

static enum smc_status print(const struct smci_cli_result *result, const struct smc_buf *members,
                             struct smc_error *err)
{
    struct smci_cli_output *out = NULL;
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    struct smci_writer json = smci_cli_result_begin(&text, SMCI_WRITE_LINES, result);
    smci_write_members(&json, members);
    enum smc_status rc = smci_write_end(&json, err);
    if (rc == SMC_OK)
        rc = smci_cli_output_open(&out, "-", -1, err);
    if (rc == SMC_OK) {
        smci_cli_output_add(out, text.data, text.len);
        rc = smci_cli_output_commit(out, err);
    }
    smc_buf_clear(&text);
    return rc;
}

enum smc_status smci_cli_result_print(const struct smci_cli_result *result,
                                      const struct smc_buf *members, struct smc_log *log)
{
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc = print(result, members, &why);
    if (rc == SMC_OK)
        return result->status;
    smci_log_event(log, SMC_LOG_ERROR, SMCI_EVENT_OUTPUT_FAILED, SMCI_FACTS(.reason = why.detail),
                   "--json: %s", why.detail);
    const bool has_failed = result->status != SMC_OK && result->status != SMC_ERR_GAPS;
    return has_failed ? result->status : rc;
}

/* ---- what else is printed ---- */

enum smc_status smci_cli_result_check(const struct smci_settings *settings, bool *is_json,
                                      const struct smci_cli_result_path *paths, size_t count,
                                      struct smc_error *err)
{
    enum smci_source source = smci_settings_source(settings, "--json");
    for (size_t i = 0; *is_json && i < count; i++) {
        enum smci_source other = smci_settings_source(settings, paths[i].flag);
        if (!*paths[i].path || !smci_cli_target_is_stdout(*paths[i].path))
            continue;
        if (other == source)
            return smc_error_set(err, SMC_ERR_USAGE,
                                 "%s and %s exclude each other where both are to be written to "
                                 "standard output: give one of them",
                                 smci_settings_name(settings, "--json"),
                                 smci_settings_name(settings, paths[i].flag));
        if (other < source)
            *paths[i].path = NULL;
        else
            *is_json = false;
    }
    enum smc_status rc = *is_json ? smci_cli_output_check("-", NULL, err) : SMC_OK;
    if (rc != SMC_OK) {
        smc_error_context(err, "%s", smci_settings_name(settings, "--json"));
        *is_json = false;
    }
    return rc;
}
