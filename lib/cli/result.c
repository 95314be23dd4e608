#include "result.h"

#include "output.h"
#include "signals.h"
#include "status.h"
#include "target.h"

/* In the order of the enums. */
static const char *const modes[] = {"run", "check", "dry_run", "list", "status"};
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

static void add_text(struct smci_writer *json, const char *name, const char *text)
{
    smci_write_text(json, name, text && *text ? text : NULL);
}

struct smci_writer smci_cli_result_begin(struct smc_buf *out, const struct smci_cli_result *result)
{
    struct smci_writer json = smci_write_begin(out, SMCI_WRITE_LINES);
    json.log = result->log;
    smci_write_text(&json, "program", result->program);
    smci_write_text(&json, "version", SMC_VERSION);
    smci_write_text(&json, "mode", modes[result->mode]);
    smci_write_text(&json, "result", word_of(result));
    smci_write_int(&json, "exit_status",
                   smci_cli_exit_status(result->status, smci_cli_signals_caught()));
    add_text(&json, "error", result->status == SMC_OK ? NULL : result->error);
    smci_write_time(&json, "began", result->began_ms);
    smci_write_time(&json, "ended", result->ended_ms);
    add_text(&json, result->address_name, result->address);
    add_text(&json, "profile", result->profile);
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

enum smc_status smci_cli_result_print(const struct smc_buf *text, struct smc_error *err)
{
    struct smci_cli_output *out = NULL;
    enum smc_status rc = smci_cli_output_open(&out, "-", -1, err);
    if (rc != SMC_OK)
        return rc;
    smci_cli_output_add(out, smc_buf_str(text), text->len);
    return smci_cli_output_commit(out, err);
}

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
    return SMC_OK;
}
