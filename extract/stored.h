/* Answers as the store has them: whole, or the run ends. */
#ifndef EXTRACT_STORED_H
#define EXTRACT_STORED_H

#include <sigmacat/json.h>

#include "lib/store/store.h"

/* Appends page `page` of the answer to `text`. Only whole JSON of that type was put there: bytes
 * that a disk has changed, which SQLite does not notice, must not pass for an answer with fewer
 * rows. Then it is SMC_ERR_STORE; else as smci_store_page. */
enum smc_status stored_page(struct smci_store *store, const char *kind, const char *id, int page,
                            enum smc_json_type type, struct smc_buf *text, struct smc_error *err);

#endif
