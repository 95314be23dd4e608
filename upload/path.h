/* Where a file goes at Catalog. */
#ifndef UPLOAD_PATH_H
#define UPLOAD_PATH_H

#include <stdint.h>

#include <sigmacat/buf.h>

#include "options_table.h"

/* Appends the PATH of a file with that base name, encoded, without a leading slash. `seconds` is
 * the moment of the upload in Unix time, for the types that have it in their path; -1 leaves it
 * out, for what a file is known by from one upload to the next. `settings` has been checked.
 * SMC_ERR_NOMEM. */
enum smc_status upload_path(const struct upload_settings *settings, const char *name,
                            int64_t seconds, struct smc_buf *out);

#endif
