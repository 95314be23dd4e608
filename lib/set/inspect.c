#include "inspect.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/base/stop.h"
#include "lib/json/validate.h"

#define PIECE_BYTES ((size_t)256 * 1024)

struct inspector {
    unsigned what;
    struct smci_digest *digest; /* NULL: not asked for */
    struct smci_validator json;
    char piece[PIECE_BYTES];
};

static enum smc_status take_piece(struct inspector *in, size_t len, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    if (in->what & SMCI_INSPECT_JSON)
        rc = smci_validator_add(&in->json, in->piece, len, err);
    if (rc == SMC_OK && in->digest) {
        rc = smci_digest_add(in->digest, in->piece, len);
        if (rc != SMC_OK)
            (void)smc_error_set(err, rc, "SHA-256: %s", smc_error_text(rc));
    }
    return rc;
}

static enum smc_status read_pieces(struct inspector *in, int fd, int stop_fd,
                                   struct smci_inspection *found, struct smc_error *err)
{
    for (;;) {
        if (smci_check_stop(stop_fd, err) != SMC_OK)
            return SMC_ERR_CANCELLED;
        ssize_t got = pread(fd, in->piece, PIECE_BYTES, (off_t)found->byte_count);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "reading failed");
        if (got == 0)
            return SMC_OK;
        found->byte_count += got;
        enum smc_status rc = take_piece(in, (size_t)got, err);
        if (rc != SMC_OK)
            return rc;
    }
}

enum smc_status smci_inspect(int fd, unsigned what, int stop_fd, struct smci_inspection *found,
                             struct smc_error *err)
{
    *found = (struct smci_inspection){.record_count = -1};
    struct inspector *in = malloc(sizeof *in);
    if (!in)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    enum smc_status rc = SMC_OK;
    in->what = what;
    in->digest = NULL;
    smci_validator_init(&in->json);
    if (what & SMCI_INSPECT_DIGEST) {
        in->digest = smci_digest_new();
        if (!in->digest)
            rc = smc_error_set(err, SMC_ERR_NOMEM, "SHA-256: out of memory, or libcrypto has none");
    }
    if (rc == SMC_OK)
        rc = read_pieces(in, fd, stop_fd, found, err);
    if (rc == SMC_OK && (what & SMCI_INSPECT_JSON)) {
        rc = smci_validator_end(&in->json, err);
        found->record_count = smci_validator_records(&in->json);
    }
    if (rc == SMC_OK && in->digest) {
        rc = smci_digest_finish(in->digest, found->sha256);
        if (rc != SMC_OK)
            (void)smc_error_set(err, rc, "SHA-256: %s", smc_error_text(rc));
    }
    smci_digest_free(in->digest);
    free(in);
    return rc;
}
