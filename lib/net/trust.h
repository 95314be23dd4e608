/* Whose certificates are trusted, in the order of the curl tool: --cacert, else CURL_CA_BUNDLE, else
 * SSL_CERT_DIR and SSL_CERT_FILE, else the system's store. (libcurl reads none of these by itself.) */
#ifndef SMCI_CA_H
#define SMCI_CA_H

#include <sigmacat/error.h>

/* Both NULL: the system's store. */
struct smci_trust {
    char *file;
    char *directory;
};

/* `cacert` may be NULL. SMC_ERR_IO for what can't be read, SMC_ERR_NOMEM; `ca` is to be cleared also
 * then. */
enum smc_status smci_trust_choose(struct smci_trust *ca, const char *cacert, struct smc_error *err);

/* Twice is harmless. */
void smci_trust_clear(struct smci_trust *ca);

#endif
