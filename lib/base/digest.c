#include "digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "text.h"

struct smci_digest {
    EVP_MD_CTX *ctx;
};

static enum smc_status begin(struct smci_digest *digest)
{
    return EVP_DigestInit_ex(digest->ctx, EVP_sha256(), NULL) == 1 ? SMC_OK : SMC_ERR_INTERNAL;
}

struct smci_digest *smci_digest_new(void)
{
    struct smci_digest *digest = calloc(1, sizeof *digest);
    if (!digest)
        return NULL;
    digest->ctx = EVP_MD_CTX_new();
    if (digest->ctx && begin(digest) == SMC_OK)
        return digest;
    smci_digest_free(digest);
    return NULL;
}

void smci_digest_free(struct smci_digest *digest)
{
    if (digest)
        EVP_MD_CTX_free(digest->ctx);
    free(digest);
}

enum smc_status smci_digest_add(struct smci_digest *digest, const void *bytes, size_t len)
{
    return EVP_DigestUpdate(digest->ctx, bytes, len) == 1 ? SMC_OK : SMC_ERR_INTERNAL;
}

enum smc_status smci_digest_finish(struct smci_digest *digest, char hex[SMCI_DIGEST_SIZE])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    hex[0] = '\0';
    if (EVP_DigestFinal_ex(digest->ctx, sum, &len) != 1 || len * 2 + 1 != SMCI_DIGEST_SIZE)
        return SMC_ERR_INTERNAL;
    for (unsigned i = 0; i < len; i++)
        hex = smci_hex_put(hex, sum[i]);
    *hex = '\0';
    return begin(digest);
}
