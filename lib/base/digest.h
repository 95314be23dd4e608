/* SHA-256, piece by piece. */
#ifndef SMCI_DIGEST_H
#define SMCI_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>

/* 64 hex digits in lower case and the NUL. */
#define SMCI_DIGEST_SIZE 65

struct smci_digest;

/* NULL when memory runs out (or libcrypto is set up to refuse SHA-256). */
struct smci_digest *smci_digest_new(void);
void smci_digest_free(struct smci_digest *digest);

/* SMC_ERR_INTERNAL when libcrypto fails. */
enum smc_status smci_digest_add(struct smci_digest *digest, const void *bytes, size_t len);

/* Writes the digest of all that was added and begins anew. SMC_ERR_INTERNAL, with "" in `hex`. */
enum smc_status smci_digest_finish(struct smci_digest *digest, char hex[SMCI_DIGEST_SIZE]);

/* Likewise, as a number: the first eight bytes, the highest first. */
enum smc_status smci_digest_finish_short(struct smci_digest *digest, uint64_t *number);

#endif
