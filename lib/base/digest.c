#include "digest.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "text.h"

struct smci_digest {
    EVP_MD_CTX *ctx;
    bool is_begun; /* without that libcrypto reads what is not there */
};

/* `type` NULL: that of before. To look it up each time would cost more than a short text's digest. */
static enum smc_status begin(struct smci_digest *digest, const EVP_MD *type)
{
    if (!digest->is_begun)
        digest->is_begun = EVP_DigestInit_ex(digest->ctx, type, NULL) == 1;
    return digest->is_begun ? SMC_OK : SMC_ERR_INTERNAL;
}

struct smci_digest *smci_digest_new(void)
{
    struct smci_digest *digest = calloc(1, sizeof *digest);
    if (!digest)
        return NULL;
    digest->ctx = EVP_MD_CTX_new();
    if (digest->ctx && begin(digest, EVP_sha256()) == SMC_OK)
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
    if (begin(digest, NULL) != SMC_OK)
        return SMC_ERR_INTERNAL;
    return EVP_DigestUpdate(digest->ctx, bytes, len) == 1 ? SMC_OK : SMC_ERR_INTERNAL;
}

/* `sum` has room for EVP_MAX_MD_SIZE bytes. */
static enum smc_status finish(struct smci_digest *digest, unsigned char *sum, unsigned *len)
{
    if (begin(digest, NULL) != SMC_OK)
        return SMC_ERR_INTERNAL;
    digest->is_begun = false;
    bool is_well =
        EVP_DigestFinal_ex(digest->ctx, sum, len) == 1 && *len * 2 + 1 == SMCI_DIGEST_SIZE;
    return is_well ? SMC_OK : SMC_ERR_INTERNAL;
}

enum smc_status smci_digest_finish(struct smci_digest *digest, char hex[SMCI_DIGEST_SIZE])
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    hex[0] = '\0';
    if (finish(digest, sum, &len) != SMC_OK)
        return SMC_ERR_INTERNAL;
    for (unsigned i = 0; i < len; i++)
        hex = smci_hex_put(hex, sum[i]);
    *hex = '\0';
    return SMC_OK;
}

enum smc_status smci_digest_finish_short(struct smci_digest *digest, uint64_t *number)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    *number = 0;
    if (finish(digest, sum, &len) != SMC_OK)
        return SMC_ERR_INTERNAL;
    for (unsigned i = 0; i < sizeof *number; i++)
        *number = *number << 8 | sum[i];
    return SMC_OK;
}
