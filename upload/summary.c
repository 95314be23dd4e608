#include "summary.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Ours has a few KiB. */
#define SUMMARY_MAX    ((size_t)1024 * 1024)
#define NAME_MAX_BYTES 256

static enum smc_status read_text(struct upload_summary *summary, int fd, struct smc_error *err)
{
    char piece[16384];
    ssize_t got;
    do {
        got = pread(fd, piece, sizeof piece, (off_t)summary->text.len);
        if (got > 0) {
            enum smc_status rc = smc_buf_add(&summary->text, piece, (size_t)got);
            if (rc != SMC_OK)
                return rc;
        }
    } while (got > 0 || (got < 0 && errno == EINTR));
    return got == 0 ? SMC_OK : smc_fail_errno(err, SMC_ERR_IO, errno, "reading failed");
}

enum smc_status upload_summary_read(struct upload_summary *summary, int fd, struct smc_error *err)
{
    struct smc_span root;
    *summary = (struct upload_summary){.text = SMC_BUF_INIT(SUMMARY_MAX)};
    enum smc_status rc = read_text(summary, fd, err);
    if (rc == SMC_ERR_CAP)
        return SMC_OK;
    if (rc != SMC_OK)
        return smc_fail(err, rc, "%s", smc_strerror(rc));
    if (smc_record_scan(smc_buf_str(&summary->text), summary->text.len, &root, NULL) != SMC_OK)
        return SMC_OK;
    struct smc_span extraction = smc_span_member(root, "extraction");
    struct smc_span partial = smc_span_member(extraction, "partial");
    struct smc_span files = smc_span_member(extraction, "files");
    summary->is_partial = partial.len == 4 && memcmp(partial.p, "true", 4) == 0;
    if (smc_span_type(files) == SMC_JSON_OBJECT)
        summary->files = files;
    return SMC_OK;
}

void upload_summary_clear(struct upload_summary *summary)
{
    smc_buf_clear(&summary->text);
    summary->files = (struct smc_span){NULL, 0};
}

bool upload_summary_next(struct smc_walk *walk, struct upload_summary_file *file)
{
    struct smc_span key;
    struct smc_span value;
    smc_buf_reset(&file->name);
    if (!smc_walk_next(walk, &key, &value, NULL))
        return false;
    file->record_count = -1;
    file->byte_count = -1;
    /* A name that is no name of ours, or finds no memory, fits no file: that is a problem of the
     * set, as it should be. */
    (void)smc_string_decode(key, &file->name);
    (void)smc_span_int64(smc_span_member(value, "records"), &file->record_count);
    (void)smc_span_int64(smc_span_member(value, "bytes"), &file->byte_count);
    return true;
}

bool upload_summary_has(const struct upload_summary *summary, const char *name)
{
    struct smc_walk walk;
    struct upload_summary_file file = {.name = SMC_BUF_INIT(NAME_MAX_BYTES)};
    bool has = false;
    if (!smc_walk_begin(&walk, summary->files))
        return false;
    while (!has && upload_summary_next(&walk, &file)) {
        size_t len = file.name.len;
        has = len > 0 && strncmp(name, smc_buf_str(&file.name), len) == 0 &&
              strcmp(name + len, ".json") == 0;
    }
    smc_buf_clear(&file.name);
    return has;
}
