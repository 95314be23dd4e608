/* Pages of workbooks, and which elements are on each. */
#ifndef EXTRACT_PAGES_H
#define EXTRACT_PAGES_H

#include "calls.h"

/* Wants the elements of each page that `rows` name, which a workbook's call `call` has answered. */
enum smc_status pages_want_elements(struct calls *calls, const struct call *call,
                                    struct smc_json_span rows, struct smc_error *err);

/* Writes the file, in listing order of the workbooks: sigmacat-files(5), "PAGES". */
enum smc_status pages_write(const struct job *job, struct smc_error *err);

#endif
