/* Whose certificates are trusted: what the caller names, else CURL_CA_BUNDLE, else
 * REQUESTS_CA_BUNDLE, which users of Python tools have set, else SSL_CERT_DIR and SSL_CERT_FILE,
 * else the system's store. (libcurl reads none of these by itself.) */
#ifndef SMCI_TRUST_H
#define SMCI_TRUST_H

#include <sigmacat/error.h>

/* Both NULL: the system's store. */
struct smci_trust {
    char *file;
    char *directory;
};

/* Chooses by `cacert`, a PEM file (may be NULL), and the variables. SMC_ERR_IO for what can't be
 * read, whose text begins with the variable's name if it is one's; SMC_ERR_NOMEM. `trust` begins
 * as zeros and is to be cleared also after an error. */
enum smc_status smci_trust_choose(struct smci_trust *trust, const char *cacert,
                                  struct smc_error *err);

/* Frees the names; twice is harmless. */
void smci_trust_clear(struct smci_trust *trust);

#endif
