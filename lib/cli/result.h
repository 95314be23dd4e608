/* --json and --report: one JSON object on how a program's run ended, the same for both programs as
 * far as they have the same to say. Here is its head; what follows it is the program's own.
 *
 *   {"program": "castor-extract-sigma", "version": "0.1.0", "mode": "run", "result": "gaps",
 *    "exit_status": 0, "error": null, "began": "2026-11-28T20:00:00Z", "ended": ...,
 *    "host": "https://aws-api.sigmacomputing.com", "profile": "acme", ...}
 *
 * The rule for all of it: the members of an object are always the same ones, in the same order; what
 * is unknown, does not apply or does not exist is null, not 0 or ""; states are fixed words; times
 * are UTC, durations have their unit in the name. The schemas (extract/castor-extract-sigma.schema.json,
 * upload/castor-upload.schema.json) say what each member is, and tests hold every kind of run to
 * them: a member that is added goes there, and into the manual page's table, too.
 *
 * How a program uses it: whatever the mode, it composes its own members as an object of their own
 * (smci_write_begin with SMCI_WRITE_LINES, ..., smci_write_end), while what they are about is still
 * there. Its main, at the very end, when the exit status is certain, prints head and members
 * (smci_cli_result_print). So there is one object on every ending, and one place that prints. Not
 * thread safe. */
#ifndef CLI_RESULT_H
#define CLI_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/client_types.h>

#include "lib/json/write.h"

#include "settings.h"

/* What the program was to do, as the member "mode" names it. */
enum smci_cli_mode {
    SMCI_CLI_MODE_RUN,     /* "run" */
    SMCI_CLI_MODE_CHECK,   /* "check" */
    SMCI_CLI_MODE_DRY_RUN, /* "dry_run" */
    SMCI_CLI_MODE_LIST,    /* "list" */
    SMCI_CLI_MODE_STATUS,  /* "status" */
    SMCI_CLI_MODE_PAGE     /* "page" */
};

/* How well that went, as the member "result" names it. */
enum smci_cli_word {
    SMCI_CLI_WORD_BY_STATUS,  /* SMC_OK: "ok"; SMC_ERR_CANCELLED: "interrupted"; else "failed" */
    SMCI_CLI_WORD_OK,         /* "ok": all of it was done */
    SMCI_CLI_WORD_WARNINGS,   /* "warnings": a run would work, but not as one might think */
    SMCI_CLI_WORD_GAPS,       /* "gaps": a set is published, and something could not be read */
    SMCI_CLI_WORD_DEGRADED,   /* "degraded": likewise, and it is too much */
    SMCI_CLI_WORD_PARTIAL,    /* "partial": some files were accepted, not all */
    SMCI_CLI_WORD_FAILED,     /* "failed" */
    SMCI_CLI_WORD_INTERRUPTED /* "interrupted": by a signal; what was done till then may count */
};

/* All texts are borrowed; one that is NULL or empty becomes null. */
struct smci_cli_result {
    const char *program; /* "castor-upload" */
    enum smci_cli_mode mode;
    enum smci_cli_word word;
    enum smc_status status;    /* how it ended: "exit_status" follows from it */
    const char *error;         /* in words; only counts where `status` is not SMC_OK */
    int64_t began_ms;          /* Unix time; 0: not known */
    int64_t ended_ms;          /* likewise */
    const char *address_name;  /* the member that has the address: "host", "endpoint" */
    const char *address;       /* "https://host[:port]" and perhaps a path; never as it was given,
                                 which may have a password */
    const char *profile;       /* that counted */
    const struct smc_log *log; /* masks secrets in texts; may be NULL */
};

/* What a program knows by its end of how its run went. */
struct smci_cli_ending {
    int64_t began_ms; /* Unix time */
    int64_t ended_ms; /* likewise; 0: not yet */
    enum smci_cli_word word;
    struct smc_buf members; /* the program's own, as an object; empty: nothing was begun */
};

/* The run begins now. `members` takes up to `cap` bytes. */
void smci_cli_ending_init(struct smci_cli_ending *ending, size_t cap);
void smci_cli_ending_clear(struct smci_cli_ending *ending);

/* The head of a run that ended with `rc`, described by `err` (may be NULL), but for what only the
 * program knows: its name, the mode and the address. Borrows all of them. */
struct smci_cli_result smci_cli_ending_head(const struct smci_cli_ending *ending,
                                            const struct smci_settings *settings,
                                            const struct smc_log *log, enum smc_status rc,
                                            const struct smc_error *err);

/* Begins the object at the end of what `out` (borrowed) has, with the head's members. */
struct smci_writer smci_cli_result_begin(struct smc_buf *out, enum smci_write_layout layout,
                                         const struct smci_cli_result *result);

/* The name of the profile that counted, for `profile`; "": none. Borrowed from the settings. */
const char *smci_cli_result_profile(const struct smci_settings *settings);

/* Adds the members of the object "calls", which is open, that both programs have:
 * total, refused, retries, waited_ms, received_bytes. */
void smci_cli_result_calls(struct smci_writer *json, const struct smc_client_stats *stats);

/* Whether it is to be printed: not in place of a text that was asked for. `is_json` and `is_showing`
 * (--show-config) as the settings have them; `rc`: how the program ended. */
bool smci_cli_result_is_due(const struct smci_settings *settings, bool is_json, bool is_showing,
                            enum smc_status rc);

/* Prints head and members to standard output, as the program's last deed. Returns how the program
 * ends: with the head's status; or, where that is not a failure, with that to print, since what was
 * promised is not there (SMC_ERR_IO). A failure to print is logged. */
enum smc_status smci_cli_result_print(const struct smci_cli_result *result,
                                      const struct smc_buf *members, struct smc_log *log);

/* A setting that names a path to be written to: its flag, and the member that has the path. */
struct smci_cli_result_path {
    const char *flag;
    const char **path;
};

/* With --json, nothing else goes to standard output: a setting of `paths` that leads there excludes
 * it. Of the two, the one from the lower source is switched off (`is_json`, or its path set to
 * NULL); from the same source, it is SMC_ERR_USAGE. Where
 * standard output is closed it is switched off, and SMC_ERR_IO is returned, before anything is sent. */
enum smc_status smci_cli_result_check(const struct smci_settings *settings, bool *is_json,
                                      const struct smci_cli_result_path *paths, size_t count,
                                      struct smc_error *err);

#endif
