#include "lock.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/dir.h"
#include "lib/base/digest.h"
#include "lib/base/own.h"

/* Of the digest: enough that no two are the same. */
#define NAME_DIGITS 16

/* What the lock is on, of which its name is made. */
static enum smc_status describe(const struct upload_job *job, struct smc_buf *out,
                                struct smc_error *err)
{
    struct stat st;
    const char *directory = job->settings->directory_path;
    if (stat(directory, &st) != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s: can't be examined", directory);
    enum smc_status rc =
        smc_buf_addf(out, "%s%s %s %" PRIu64 ":%" PRIu64, smc_buf_str(&job->settings->origin),
                     smc_buf_str(&job->settings->prefix), job->settings->source_uuid,
                     (uint64_t)st.st_dev, (uint64_t)st.st_ino);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "%s", smc_error_text(rc));
}

/* The caller frees `path`. */
static enum smc_status lock_path(const struct upload_job *job, const char *record, char **path,
                                 struct smc_error *err)
{
    char hex[SMCI_DIGEST_SIZE] = "";
    char name[sizeof "upload-.lock" + NAME_DIGITS];
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    enum smc_status rc = describe(job, &text, err);
    struct smci_digest *digest = rc == SMC_OK ? smci_digest_new() : NULL;
    *path = NULL;
    if (rc == SMC_OK && (!digest || smci_digest_add(digest, text.data, text.len) != SMC_OK ||
                         smci_digest_finish(digest, hex) != SMC_OK))
        rc = smc_error_set(err, SMC_ERR_NOMEM, "SHA-256: out of memory, or libcrypto has none");
    if (rc == SMC_OK) {
        (void)snprintf(name, sizeof name, "upload-%.*s.lock", NAME_DIGITS, hex);
        *path = smci_dir_path(record, name);
        if (!*path)
            rc = smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    }
    smci_digest_free(digest);
    smc_buf_clear(&text);
    return rc;
}

static enum smc_status explain(enum smc_status rc, struct smc_error *err)
{
    if (rc == SMC_ERR_LOCKED)
        smc_error_context(err, "this directory is being uploaded to this source");
    return rc;
}

enum smc_status upload_lock_take(struct upload_job *job, const char *record, struct smc_error *err)
{
    char *path = NULL;
    enum smc_status rc = smci_dir_make(record, true, err);
    if (rc == SMC_OK)
        rc = smci_own_directory(record, err);
    if (rc == SMC_OK)
        rc = lock_path(job, record, &path, err);
    if (rc == SMC_OK)
        rc = smci_lock_take(path, &job->lock_fd, err);
    free(path);
    return explain(rc, err);
}

enum smc_status upload_lock_look(const struct upload_job *job, const char *record,
                                 struct smc_error *err)
{
    char *path = NULL;
    enum smc_status rc = lock_path(job, record, &path, err);
    if (rc == SMC_OK)
        rc = smci_lock_look(path, err);
    free(path);
    return explain(rc, err);
}
