#include "summary.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

/* Ours has a few KiB. */
#define SUMMARY_MAX ((size_t)1024 * 1024)
#define ENDING      ".json"

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
    return got == 0 ? SMC_OK : smc_error_set_errno(err, SMC_ERR_IO, errno, "reading failed");
}

enum smc_status upload_summary_read(struct upload_summary *summary, int fd, struct smc_error *err)
{
    struct smc_json_span root;
    *summary = (struct upload_summary){.text = SMC_BUF_INIT(SUMMARY_MAX)};
    enum smc_status rc = read_text(summary, fd, err);
    if (rc == SMC_ERR_CAP)
        return SMC_OK;
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", smc_error_text(rc));
    if (smc_json_scan(smc_buf_str(&summary->text), summary->text.len, &root, NULL) != SMC_OK)
        return SMC_OK;
    struct smc_json_span extraction = smc_json_member(root, "extraction");
    struct smc_json_span partial = smc_json_member(extraction, "partial");
    struct smc_json_span files = smc_json_member(extraction, "files");
    summary->is_partial = partial.len == 4 && memcmp(partial.p, "true", 4) == 0;
    if (smc_json_type_of(files) == SMC_JSON_OBJECT)
        summary->files = files;
    return SMC_OK;
}

void upload_summary_clear(struct upload_summary *summary)
{
    smc_buf_clear(&summary->text);
    summary->files = (struct smc_json_span){NULL, 0};
}

bool upload_summary_next(struct smc_json_walk *walk, struct upload_summary_file *file)
{
    struct smc_json_span value;
    *file = (struct upload_summary_file){.record_count = -1, .byte_count = -1};
    if (!smc_json_walk_next(walk, &file->name, &value, NULL))
        return false;
    (void)smc_json_int64(smc_json_member(value, "records"), &file->record_count);
    (void)smc_json_int64(smc_json_member(value, "bytes"), &file->byte_count);
    return true;
}

/* Without an allocation: one that failed would make a file of the set look like none of it. */
bool upload_summary_is(const struct upload_summary_file *file, const char *name)
{
    char stem[NAME_MAX + 1];
    size_t len = strlen(name);
    size_t stem_len = len - strlen(ENDING);
    if (len < strlen(ENDING) || stem_len >= sizeof stem || strcmp(name + stem_len, ENDING) != 0)
        return false;
    (void)memcpy(stem, name, stem_len);
    stem[stem_len] = '\0';
    return smc_json_equals(file->name, stem);
}

bool upload_summary_has(const struct upload_summary *summary, const char *name)
{
    struct smc_json_walk walk;
    struct upload_summary_file file;
    if (!smc_json_walk_begin(&walk, summary->files))
        return false;
    while (upload_summary_next(&walk, &file))
        if (upload_summary_is(&file, name))
            return true;
    return false;
}
