#include "records.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/stop.h"

#define PIECE_BYTES ((size_t)64 * 1024)
#define RECORD_MAX  ((size_t)64 * 1024 * 1024)

/* Where the reader is; brackets and commas within strings do not count. */
struct reader {
    smci_record_fn *fn;
    void *ctx;
    struct smc_buf record; /* what came so far of the one that is under way */
    size_t depth;          /* containers open */
    bool is_in_string, is_escaped;
    bool has_begun, has_ended; /* the outermost array */
    bool has_records;
    char piece[PIECE_BYTES];
};

static bool is_blank(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr(" \t\r\n", bytes[i]))
            return false;
    return true;
}

static void follow_string(struct reader *in, char c)
{
    if (in->is_escaped)
        in->is_escaped = false;
    else if (c == '\\')
        in->is_escaped = true;
    else if (c == '"')
        in->is_in_string = false;
}

/* Whether this byte ends a record: a comma between two, or the array's end. */
static bool is_border(struct reader *in, char c)
{
    if (in->is_in_string)
        follow_string(in, c);
    else if (c == '"')
        in->is_in_string = true;
    else if (c == '[' || c == '{')
        in->depth++;
    else if (c == ']' || c == '}')
        in->depth--;
    return in->depth == 0 || (in->depth == 1 && c == ',' && !in->is_in_string);
}

static enum smc_status keep(struct reader *in, const char *bytes, size_t len, struct smc_error *err)
{
    enum smc_status rc = smc_buf_add(&in->record, bytes, len);
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "a record: %s", smc_error_text(rc));
}

static enum smc_status end_record(struct reader *in, struct smc_error *err)
{
    struct smc_json_span record;
    const char *text = smc_buf_str(&in->record);
    if (in->has_ended && !in->has_records && is_blank(text, in->record.len))
        return SMC_OK; /* the array is empty */
    enum smc_status rc = smc_json_scan(text, in->record.len, &record, err);
    if (rc == SMC_OK)
        rc = in->fn(in->ctx, record, err);
    in->has_records = true;
    smc_buf_reset(&in->record);
    return rc;
}

static enum smc_status not_an_array(struct smc_error *err)
{
    return smc_error_set(err, SMC_ERR_SYNTAX, "not one JSON array");
}

/* The bytes from `at` on up to the next border; `at` moves behind it. */
static enum smc_status take_some(struct reader *in, size_t *at, size_t len, struct smc_error *err)
{
    size_t from = *at;
    size_t end = from;
    while (end < len && !is_border(in, in->piece[end]))
        end++;
    *at = end < len ? end + 1 : len;
    enum smc_status rc = keep(in, in->piece + from, end - from, err);
    if (rc != SMC_OK || end == len)
        return rc;
    in->has_ended = in->depth == 0;
    if (in->has_ended && in->piece[end] != ']')
        return not_an_array(err);
    return end_record(in, err);
}

static enum smc_status take(struct reader *in, size_t len, struct smc_error *err)
{
    size_t at = 0;
    enum smc_status rc = SMC_OK;
    while (!in->has_begun && at < len && is_blank(in->piece + at, 1))
        at++;
    if (!in->has_begun && at < len) {
        if (in->piece[at++] != '[')
            return not_an_array(err);
        in->has_begun = true;
        in->depth = 1;
    }
    while (rc == SMC_OK && at < len && !in->has_ended)
        rc = take_some(in, &at, len, err);
    return rc == SMC_OK && !is_blank(in->piece + at, len - at) ? not_an_array(err) : rc;
}

static enum smc_status read_all(struct reader *in, int fd, int stop_fd, struct smc_error *err)
{
    off_t at = 0;
    for (;;) {
        if (smci_check_stop(stop_fd, err) != SMC_OK)
            return SMC_ERR_CANCELLED;
        ssize_t got = pread(fd, in->piece, PIECE_BYTES, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "reading failed");
        if (got == 0)
            return in->has_ended ? SMC_OK : not_an_array(err);
        at += got;
        enum smc_status rc = take(in, (size_t)got, err);
        if (rc != SMC_OK)
            return rc;
    }
}

enum smc_status smci_each_record(int fd, int stop_fd, smci_record_fn *fn, void *ctx,
                                 struct smc_error *err)
{
    struct reader *in = malloc(sizeof *in);
    if (!in)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    *in = (struct reader){.fn = fn, .ctx = ctx};
    smc_buf_init(&in->record, RECORD_MAX);
    enum smc_status rc = read_all(in, fd, stop_fd, err);
    smc_buf_clear(&in->record);
    free(in);
    return rc;
}
