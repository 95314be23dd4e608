/* --credentials: Catalog's own JSON form of a Sigma account. */
#ifndef EXTRACT_CREDENTIALS_H
#define EXTRACT_CREDENTIALS_H

#include "options_table.h"

/* Reads the file where one was given, {"apiToken": "", "clientId": "", "host": ""}, and fills with
 * it whichever of host, client id and client secret was not given at the same place or a higher one
 * itself. Notes whether others can read the file. SMC_ERR_IO: it can't be read; SMC_ERR_USAGE: it
 * holds something else; no text has anything of the secret. */
enum smc_status credentials_read(struct extract_settings *settings, struct smc_error *err);

#endif
