/* A strict JSON check of a text that comes in pieces, in constant memory whatever the text's size.
 * It finds no values; it tells whether the text is whole. */
#ifndef SMCI_VALIDATE_H
#define SMCI_VALIDATE_H

#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>

#include "scan.h"

/* Twice what one answer may have: our files put answers into containers of their own. */
#define SMCI_VALIDATE_DEPTH_MAX ((size_t)2 * SMC_JSON_DEPTH_MAX)

struct smci_validator {
    struct smci_scan scan;
    uint64_t nest[SMCI_VALIDATE_DEPTH_MAX / 64];
    int64_t offset; /* bytes so far */
};

void smci_validator_init(struct smci_validator *v);

/* The next piece. SMC_ERR_SYNTAX, SMC_ERR_CAP for too deep nesting; the text has the offset. After an
 * error there must not be another call. */
enum smc_status smci_validator_add(struct smci_validator *v, const char *bytes, size_t len,
                                   struct smc_error *err);

/* The text's end. SMC_ERR_SYNTAX when it is cut short. */
enum smc_status smci_validator_end(const struct smci_validator *v, struct smc_error *err);

/* Items of the outermost array so far; -1: the outermost value is not an array. */
int64_t smci_validator_records(const struct smci_validator *v);

#endif
