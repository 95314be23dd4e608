#include "summary.h"

#include <errno.h>
#include <inttypes.h>
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

static bool is_text(struct smc_json_span value, const char *text)
{
    return value.len == strlen(text) && memcmp(value.p, text, value.len) == 0;
}

/* Whatever it says but "nothing" counts: a set that is sent by mistake costs more than one that is
 * looked at. */
static struct smc_json_span degraded_of(struct smc_json_span extraction)
{
    const struct smc_json_span nothing = {NULL, 0};
    struct smc_json_span degraded = smc_json_member(extraction, "degraded");
    struct smc_json_walk walk;
    struct smc_json_span first;
    bool is_list = smc_json_walk_begin(&walk, degraded);
    if (!degraded.p || is_text(degraded, "null") || is_text(degraded, "false") ||
        (is_list && !smc_json_walk_next(&walk, NULL, &first, NULL)))
        return nothing;
    return degraded;
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
    struct smc_json_span identity = smc_json_member(root, "connection_identity");
    summary->organization = smc_json_member(identity, "organization_id");
    summary->host = smc_json_member(identity, "host");
    summary->is_python = !extraction.p && smc_json_member(root, "python_version").p;
    summary->is_partial = is_text(partial, "true");
    summary->extras = smc_json_member(extraction, "extras");
    summary->gaps = smc_json_member(extraction, "gaps");
    summary->degraded = degraded_of(extraction);
    if (smc_json_type_of(files) == SMC_JSON_OBJECT)
        summary->files = files;
    return SMC_OK;
}

void upload_summary_clear(struct upload_summary *summary)
{
    smc_buf_clear(&summary->text);
    *summary = (struct upload_summary){.text = SMC_BUF_INIT(SUMMARY_MAX)};
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

/* Whether `quoted` is the name of a file without its ending. Without an allocation: one that failed
 * would make a file of the set look like none of it. */
static bool is_stem(struct smc_json_span quoted, const char *name)
{
    char stem[NAME_MAX + 1];
    size_t len = strlen(name);
    size_t stem_len = len - strlen(ENDING);
    if (len < strlen(ENDING) || stem_len >= sizeof stem || strcmp(name + stem_len, ENDING) != 0)
        return false;
    (void)memcpy(stem, name, stem_len);
    stem[stem_len] = '\0';
    return smc_json_equals(quoted, stem);
}

bool upload_summary_is(const struct upload_summary_file *file, const char *name)
{
    return is_stem(file->name, name);
}

bool upload_summary_is_extra(const struct upload_summary *summary, const char *name)
{
    struct smc_json_walk walk;
    struct smc_json_span quoted;
    if (smc_json_type_of(summary->extras) != SMC_JSON_ARRAY ||
        !smc_json_walk_begin(&walk, summary->extras))
        return false;
    while (smc_json_walk_next(&walk, NULL, &quoted, NULL))
        if (smc_json_type_of(quoted) == SMC_JSON_STRING && is_stem(quoted, name))
            return true;
    return false;
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

/* The names as they stand there, without their quotes. */
int64_t upload_summary_gaps(const struct upload_summary *summary, struct smc_buf *text)
{
    struct smc_json_walk walk;
    struct smc_json_span name;
    struct smc_json_span value;
    int64_t all = 0;
    if (smc_json_type_of(summary->gaps) != SMC_JSON_OBJECT ||
        !smc_json_walk_begin(&walk, summary->gaps))
        return 0;
    while (smc_json_walk_next(&walk, &name, &value, NULL)) {
        int64_t count = 0;
        if (!smc_json_int64(value, &count) || count <= 0 || count > INT64_MAX - all)
            continue;
        (void)smc_buf_addf(text, "%s%" PRId64 " of %.*s", all > 0 ? ", " : "", count,
                           (int)name.len - 2, name.p + 1);
        all += count;
    }
    return all;
}

void upload_summary_degraded(const struct upload_summary *summary, struct smc_buf *text)
{
    struct smc_json_walk walk;
    struct smc_json_span name;
    const char *comma = "";
    if (smc_json_type_of(summary->degraded) != SMC_JSON_ARRAY ||
        !smc_json_walk_begin(&walk, summary->degraded))
        return;
    while (smc_json_walk_next(&walk, NULL, &name, NULL)) {
        if (smc_json_type_of(name) != SMC_JSON_STRING)
            continue;
        (void)smc_buf_addf(text, "%s%.*s", comma, (int)name.len - 2, name.p + 1);
        comma = ", ";
    }
}
