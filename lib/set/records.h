/* Reads the records of one file of a set, one after the other: memory grows with the largest
 * record alone. */
#ifndef SMCI_RECORDS_H
#define SMCI_RECORDS_H

#include <sigmacat/json.h>

/* What is done with a record, which is valid JSON and lent for the call. What is returned other
 * than SMC_OK ends the reading, with `err` filled. */
typedef enum smc_status smci_record_fn(void *ctx, struct smc_json_span record,
                                       struct smc_error *err);

/* Calls `fn` for each item of the JSON array that the open file is. `fd` is borrowed and read with
 * pread from its first byte. `stop_fd` readable ends it with SMC_ERR_CANCELLED (-1: none).
 * SMC_ERR_SYNTAX when the file is not one array, or a record is not JSON; SMC_ERR_CAP when a
 * record is larger than what an answer may be; SMC_ERR_IO; SMC_ERR_NOMEM; or what `fn` returns. */
enum smc_status smci_each_record(int fd, int stop_fd, smci_record_fn *fn, void *ctx,
                                 struct smc_error *err);

#endif
