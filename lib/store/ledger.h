/* The uploads that Catalog has accepted, remembered in DIRECTORY/uploads.db: one row for each place
 * there, and one for each set that a source was given.
 *
 * What is put is kept in memory until smci_ledger_flush, which writes all of it in one transaction,
 * so that the syncs of one serve many. Several processes may have a ledger open at once. Not thread
 * safe. Errors are those of store.h; a ledger that failed stays failed. A NULL ledger is an empty
 * one. */
#ifndef SMCI_LEDGER_H
#define SMCI_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
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

/* A set that was accepted, and whose it is. */
struct smci_ledger_set {
    const char *endpoint; /* where the source is: "https://host/x" */
    const char *source_id;
    const char *name;         /* the digits that the names of its files begin with */
    const char *organization; /* its id; "": not known */
    const char *host;         /* that it was read from, "https://host"; "": not known */
    int64_t time_s;           /* as above */
};

/* Opens the ledger in `directory`. With `is_making` it is made (0600) where it is missing, its
 * directory (0700) too, and one of an older format is brought up to date. Without, it is read
 * alone: nothing is made or changed, and `*ledger` is NULL where there is none. */
enum smc_status smci_ledger_open(struct smci_ledger **ledger, const char *directory, bool is_making,
                                 struct smc_error *err);

/* Writes what is left, and frees. Whether that succeeded only smci_ledger_flush can tell. */
void smci_ledger_close(struct smci_ledger *ledger);

/* Remembers the entry, in place of what was known of its path. A NULL ledger and one that is read
 * alone: SMC_ERR_INTERNAL. */
enum smc_status smci_ledger_put(struct smci_ledger *ledger, const struct smci_ledger_entry *entry,
                                struct smc_error *err);

/* Remembers that the source was given the set, likewise. What is not known of it is as it was of the
 * set before, unless the hosts differ. */
enum smc_status smci_ledger_put_set(struct smci_ledger *ledger, const struct smci_ledger_set *set,
                                    struct smc_error *err);

/* How many of these are not written yet. */
size_t smci_ledger_waiting(const struct smci_ledger *ledger);
enum smc_status smci_ledger_flush(struct smci_ledger *ledger, struct smc_error *err);

/* Whether these bytes are what was last accepted at this path; the time does not count. Then
 * `number` is the acceptance's, which grows from one to the next; else 0. */
enum smc_status smci_ledger_find(struct smci_ledger *ledger, const struct smci_ledger_entry *entry,
                                 int64_t *number, struct smc_error *err);

/* The number of the last acceptance of a file of another set than `name` at the place whose paths
 * begin with `place`; 0: there was none. */
enum smc_status smci_ledger_last_other(struct smci_ledger *ledger, const char *place,
                                       const char *name, int64_t *number, struct smc_error *err);

/* Whether the source was ever given a set of this organisation. */
enum smc_status smci_ledger_has_given(struct smci_ledger *ledger, const struct smci_ledger_set *set,
                                      bool *found, struct smc_error *err);

/* Calls with each entry, in the order of acceptance; borrowed during the call. `source_id` NULL: of
 * all sources. What the callback returns other than SMC_OK ends it and is returned. */
typedef enum smc_status smci_ledger_fn(void *ctx, const struct smci_ledger_entry *entry);
enum smc_status smci_ledger_each(struct smci_ledger *ledger, const char *source_id,
                                 smci_ledger_fn *fn, void *ctx, struct smc_error *err);

/* Calls with the last set that each source of the endpoint was given, likewise. */
typedef enum smc_status smci_ledger_set_fn(void *ctx, const struct smci_ledger_set *set);
enum smc_status smci_ledger_each_source(struct smci_ledger *ledger, const char *endpoint,
                                        smci_ledger_set_fn *fn, void *ctx, struct smc_error *err);

#endif
