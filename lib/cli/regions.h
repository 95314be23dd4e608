/* The regions in which Sigma runs, each with the host of its API. */
#ifndef CLI_REGIONS_H
#define CLI_REGIONS_H

#include <stddef.h>

#include <sigmacat/error.h>

struct smci_region {
    const char *name;  /* what --host takes for it, "aws-us-west" */
    const char *host;  /* of its API */
    const char *place; /* as Sigma calls it */
};

/* All of them, in a fixed order. Static. */
const struct smci_region *smci_regions_all(size_t *count);

/* The host of the region that `text` names, in any letter case; else `text` itself. Borrowed. */
const char *smci_region_host(const char *text);

/* The name of the region that a text without a dot may have been meant for: one that has it in its
 * name or place ("us-west", "frankfurt"), else one that is near; NULL: none. */
const char *smci_region_nearest(const char *text);

/* --list-regions: prints them on stdout. SMC_ERR_IO. */
enum smc_status smci_regions_print(struct smc_error *err);

#endif
