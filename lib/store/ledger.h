/* The uploads that Catalog has accepted, remembered in DIRECTORY/uploads.db, one row for each
 * place there.
 *
 * Several processes may have a ledger open at once: each row is a transaction of its own. Not
 * thread safe. Errors are those of store.h; a ledger that failed stays failed. A NULL ledger is an
 * empty one. */
#ifndef SMCI_LEDGER_H
#define SMCI_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/error.h>

struct smci_ledger;

struct smci_ledger_entry {
    const char *source_id;
    const char *path; /* where it went: address and path, without the time that some paths have */
    int64_t size;     /* bytes */
    int64_t time_s;   /* when it was accepted, Unix seconds */
    const char *sha256;
};

/* Opens the ledger in `directory`. With `is_making` it is made (0600) where it is missing, its
 * directory (0700) too; without, `*ledger` is then NULL. */
enum smc_status smci_ledger_open(struct smci_ledger **ledger, const char *directory, bool is_making,
                                 struct smc_error *err);
void smci_ledger_close(struct smci_ledger *ledger);

/* Remembers the entry, in place of what was known of its path. A NULL ledger: SMC_ERR_INTERNAL. */
enum smc_status smci_ledger_put(struct smci_ledger *ledger, const struct smci_ledger_entry *entry,
                                struct smc_error *err);

/* Whether these bytes are what was last accepted at this path; the time does not count. */
enum smc_status smci_ledger_has(struct smci_ledger *ledger, const struct smci_ledger_entry *entry,
                                bool *found, struct smc_error *err);

/* Calls with each entry, in the order of acceptance; borrowed during the call. `source_id` NULL: of
 * all sources. What the callback returns other than SMC_OK ends it and is returned. */
typedef enum smc_status smci_ledger_fn(void *ctx, const struct smci_ledger_entry *entry);
enum smc_status smci_ledger_each(struct smci_ledger *ledger, const char *source_id,
                                 smci_ledger_fn *fn, void *ctx, struct smc_error *err);

#endif
