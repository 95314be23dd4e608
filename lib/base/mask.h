/* Secrets that are shown as "***" wherever they stand in a text, in each form in which they may have
 * been sent or come back: as they are, percent-encoded, with the escapes of JSON or HTML, any of
 * these in part, and as a part of what is in base64 ("Basic", RFC 7617), of either alphabet.
 *
 * The one place that knows this. Secrets are kept in memory that is wiped. Not thread safe. */
#ifndef SMCI_MASK_H
#define SMCI_MASK_H

#include <stddef.h>

#include <sigmacat/error.h>

#define SMCI_MASK_SECRETS_MAX 16

/* What is added first is kept to the end: credentials. Later ones, which are tokens, give way to
 * each other, the oldest first. */
#define SMCI_MASK_KEPT 8

/* Shorter ones are not masked: they are in every text. */
#define SMCI_MASK_MIN 4

struct smci_mask_secret;

struct smci_mask {
    struct smci_mask_secret *secrets[SMCI_MASK_SECRETS_MAX];
    size_t next;
};

/* Zero is a mask without secrets. NULL and texts that are too short are ignored. SMC_ERR_NOMEM. */
enum smc_status smci_mask_add(struct smci_mask *mask, const char *secret);

/* Masks `text` in place, which does not get longer. */
void smci_mask_apply(const struct smci_mask *mask, char *text);

/* For a text that went on where it ends now: cuts off what may be the beginning of a secret. */
void smci_mask_mend_cut(const struct smci_mask *mask, char *text);

/* Wipes and frees; twice is harmless. */
void smci_mask_clear(struct smci_mask *mask);

#endif
