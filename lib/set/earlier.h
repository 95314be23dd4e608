/* A set that an earlier run left: its files by their names, and how it is taken away. */
#ifndef SMCI_EARLIER_H
#define SMCI_EARLIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>

#define SMCI_EARLIER_NAME_BYTES 256

/* All borrowed. */
struct smci_earlier {
    const char *directory; /* for texts */
    int dir_fd;
    int64_t timestamp;        /* Unix seconds */
    const char *const *names; /* of its files, in the order of their publication: summary last */
    size_t count;
};

/* The name of file `i`, TS-NAME.json and `suffix`. */
void smci_earlier_name(const struct smci_earlier *set, size_t i, const char *suffix,
                       char name[SMCI_EARLIER_NAME_BYTES]);

/* Whether the directory has an entry `name`. */
bool smci_earlier_has(const struct smci_earlier *set, const char *name);

/* Removes the set's .part files, and with `has_published` those under their own names too. The
 * last goes first, so that its summary is never there without the rest. SMC_ERR_IO. */
enum smc_status smci_earlier_remove(const struct smci_earlier *set, bool has_published,
                                    struct smc_error *err);

#endif
