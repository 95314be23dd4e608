/* What a run leaves of itself, beside its set: its object in the history, the report, the metrics
 * and the result of --json. */
#ifndef EXTRACT_ACCOUNT_H
#define EXTRACT_ACCOUNT_H

#include "report.h"
#include "result.h"

/* The run's object in the history as it will be once the set is published: should that be cut off, a
 * later run finishes it. Errors of history_note. */
enum smc_status account_note(const struct job *job, const struct report *report,
                             struct smc_error *err);

/* However it ended (`rc`, described by `err`): all of them. Fills `result`. Returns how the run ends
 * now, as outputs_end has it. */
enum smc_status account_end(const struct job *job, const struct report *report,
                            struct smci_cli_ending *result, enum smc_status rc,
                            struct smc_error *err);

#endif
