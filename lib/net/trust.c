#include "trust.h"

#include <errno.h>
#include <stdlib.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum smc_status take_path(char **to, const char *path, const char *name,
                                 struct smc_error *err)
{
    if (access(path, R_OK) != 0) {
        (void)smc_error_set_errno(err, SMC_ERR_IO, errno, "can't read the certificates in %s",
                                  path);
        if (name)
            smc_error_context(err, "%s", name);
        return SMC_ERR_IO;
    }
    *to = strdup(path);
    return *to ? SMC_OK : smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
}

static bool is_directory(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

enum smc_status smci_trust_choose(struct smci_trust *trust, const char *cacert,
                                  struct smc_error *err)
{
    if (cacert)
        return take_path(&trust->file, cacert, NULL, err);
    const char *bundle = getenv("CURL_CA_BUNDLE");
    if (bundle && *bundle)
        return take_path(&trust->file, bundle, "CURL_CA_BUNDLE", err);
    const char *requests = getenv("REQUESTS_CA_BUNDLE");
    if (requests && is_directory(requests)) /* as c_rehash(1) makes it */
        return take_path(&trust->directory, requests, "REQUESTS_CA_BUNDLE", err);
    if (requests && *requests)
        return take_path(&trust->file, requests, "REQUESTS_CA_BUNDLE", err);
    const char *dir = getenv("SSL_CERT_DIR");
    const char *file = getenv("SSL_CERT_FILE");
    enum smc_status rc = SMC_OK;
    if (dir && *dir)
        rc = take_path(&trust->directory, dir, "SSL_CERT_DIR", err);
    if (rc == SMC_OK && file && *file)
        rc = take_path(&trust->file, file, "SSL_CERT_FILE", err);
    return rc;
}

void smci_trust_clear(struct smci_trust *trust)
{
    free(trust->file);
    free(trust->directory);
    *trust = (struct smci_trust){NULL, NULL};
}
