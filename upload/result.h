/* The result of --json and --report: what an upload has to say of itself, as JSON. castor-upload(1),
 * RESULT, has each member. */
#ifndef UPLOAD_RESULT_H
#define UPLOAD_RESULT_H

#include "lib/cli/result.h"

#include "job.h"

/* What the members are about; all borrowed. */
struct upload_result_of {
    const struct upload_settings *settings; /* NULL: unknown, as all that follows may be */
    const struct upload_job *job;           /* with its files */
    const struct smc_buf *uploads;          /* an object with this member: what --list shows */
    const struct smc_buf *checks;           /* the same of what --check has found */
    bool has_details;                       /* a report has, if there was a run */
};

/* Appends the program's own members as an object. SMC_ERR_NOMEM. */
enum smc_status upload_result_members(const struct upload_result_of *of, struct smc_buf *text,
                                      struct smc_error *err);

/* In a word how an upload of these files went that ended with `rc`. */
enum smci_cli_word upload_result_word(const struct upload_files *files, enum smc_status rc);

/* Writes the file of --report: the whole object with all details, for a run that ended with `rc`,
 * described by `why`. As smci_cli_output_commit. */
enum smc_status upload_result_report(const struct smci_cli_ending *result,
                                     const struct upload_job *job,
                                     const struct upload_result_of *of, enum smc_status rc,
                                     const struct smc_error *why, struct smc_error *err);

/* Prints the object, where the settings ask for it, as the program's last deed; returns how the
 * program ends: as it would (`rc`), or with the failure to print, which is logged. */
enum smc_status upload_result_print(struct smci_cli_ending *result,
                                    const struct upload_settings *settings, struct smc_log *log,
                                    enum smc_status rc, const struct smc_error *err);

#endif
