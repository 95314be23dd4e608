/* The stand-in's reader of multipart/form-data, since it judges what castor-upload sends: pieces of
 * any size give the same result, and a well-formed body comes out as it went in. With it the path
 * under which an upload goes, whose last segment is a file's name. */
#include "fuzz.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <sigmacat/client.h>

#include "tests/sim/multipart.h"
#include "upload/path.h"

#define TYPE_START "multipart/form-data; boundary="

struct seen {
    struct multipart m;
    struct smc_buf content;
    bool is_whole;
};

static void keep(void *ctx, const char *bytes, size_t len)
{
    FUZZ_CHECK(smc_buf_add(&((struct seen *)ctx)->content, bytes, len) == SMC_OK);
}

/* `most` is the size of the largest piece; 0: all at once. */
static void read_body(struct seen *seen, const char *type, const char *body, size_t len,
                      unsigned most, struct fuzz_dice *dice)
{
    smc_buf_init(&seen->content, SIZE_MAX);
    (void)multipart_start(&seen->m, type, keep, seen);
    for (size_t at = 0; at < len;) {
        size_t piece = most ? 1 + fuzz_roll(dice, most) : len;
        if (piece > len - at)
            piece = len - at;
        multipart_feed(&seen->m, body + at, piece);
        at += piece;
    }
    seen->is_whole = multipart_finish(&seen->m);
}

static void check_same(const struct seen *a, const struct seen *b)
{
    FUZZ_CHECK(a->is_whole == b->is_whole);
    FUZZ_CHECK(a->m.state == b->m.state && a->m.error == b->m.error);
    FUZZ_CHECK(strcmp(a->m.filename, b->m.filename) == 0);
    FUZZ_CHECK(strcmp(a->m.part_type, b->m.part_type) == 0);
    FUZZ_CHECK(a->content.len == b->content.len);
    FUZZ_CHECK(strcmp(smc_buf_str(&a->content), smc_buf_str(&b->content)) == 0);
}

static void read_in_pieces(struct seen *whole, const char *type, const char *body, size_t len,
                           struct fuzz_dice *dice)
{
    static const unsigned most[] = {1, 3, 64};
    struct seen pieces;
    read_body(whole, type, body, len, 0, dice);
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        read_body(&pieces, type, body, len, most[i], dice);
        check_same(whole, &pieces);
        smc_buf_clear(&pieces.content);
    }
}

/* The input as a request: its first line is the Content-Type. */
static void check_request(const uint8_t *data, size_t size, struct fuzz_dice *dice)
{
    struct seen seen;
    char *type = fuzz_text(data, size);
    size_t len = strcspn(type, "\n");
    size_t body_at = len < size ? len + 1 : size;
    type[len] = '\0';
    read_in_pieces(&seen, type, (const char *)data + body_at, size - body_at, dice);
    FUZZ_CHECK(!seen.is_whole || (seen.m.filename[0] && seen.m.parts == 1));
    smc_buf_clear(&seen.content);
    free(type);
}

/* As browsers and libcurl write a file's name. */
static void add_name(struct smc_buf *out, const char *name)
{
    for (; *name; name++) {
        const char *escaped = *name == '"' ? "%22" : *name == '\r' ? "%0D" : "%0A";
        bool is_plain = !strchr("\"\r\n", *name);
        FUZZ_CHECK(smc_buf_add(out, is_plain ? name : escaped, is_plain ? 1 : 3) == SMC_OK);
    }
}

/* Whether the reader can give back a name of ours: it unescapes, and has room for so much. */
static bool is_readable_name(const char *name)
{
    return *name && strlen(name) < 300 && !strchr(name, '\\');
}

/* The input as a file: a name up to the first NUL, then its content. */
static void check_upload(const uint8_t *data, size_t size, struct fuzz_dice *dice)
{
    static const char boundary[] = "--------b0undary";
    char *name = fuzz_text(data, size);
    const char *content = (const char *)data + (strlen(name) < size ? strlen(name) + 1 : size);
    size_t content_len = size - (size_t)(content - (const char *)data);
    struct smc_buf body = SMC_BUF_INIT(SIZE_MAX);
    struct smc_buf shown = SMC_BUF_INIT(SIZE_MAX);
    struct seen seen;
    add_name(&shown, name);
    enum smc_status rc = smc_buf_addf(
        &body, "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"%s\"\r\n\r\n",
        boundary, smc_buf_str(&shown));
    FUZZ_CHECK(rc == SMC_OK && smc_buf_add(&body, content, content_len) == SMC_OK);
    FUZZ_CHECK(smc_buf_addf(&body, "\r\n--%s--\r\n", boundary) == SMC_OK);
    if (is_readable_name(name) && !memmem(content, content_len, boundary, sizeof boundary - 1)) {
        read_in_pieces(&seen, TYPE_START "--------b0undary", body.data, body.len, dice);
        FUZZ_CHECK(seen.is_whole && strcmp(seen.m.filename, smc_buf_str(&shown)) == 0);
        FUZZ_CHECK(seen.content.len == content_len);
        FUZZ_CHECK(content_len == 0 || memcmp(seen.content.data, content, content_len) == 0);
        smc_buf_clear(&seen.content);
    }
    smc_buf_clear(&body);
    smc_buf_clear(&shown);
    free(name);
}

/* No name, whatever it is, gets out of its segment. */
static void check_path(const uint8_t *data, size_t size)
{
    static const int segments[] = {2, 4, 2, 2, 2}; /* in the order of enum upload_type */
    char *name = fuzz_text(data, size);
    struct upload_settings settings = {.project_name = name};
    struct smc_buf path = SMC_BUF_INIT(SIZE_MAX);
    (void)memset(settings.source_uuid, 'a', sizeof settings.source_uuid - 1);
    for (int type = UPLOAD_DBT; type <= UPLOAD_WAREHOUSE; type++) {
        int slashes = 0;
        settings.file_type = type;
        smc_buf_reset(&path);
        FUZZ_CHECK(upload_path(&settings, name, INT64_C(1790000000), &path) == SMC_OK);
        for (const char *p = smc_buf_str(&path); *p; p++) {
            FUZZ_CHECK(isalnum((unsigned char)*p) || strchr("-._~/%", *p));
            slashes += *p == '/';
        }
        FUZZ_CHECK(slashes == segments[type] - 1);
    }
    smc_buf_clear(&path);
    free(name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_dice dice = fuzz_dice_of(data, size);
    check_request(data, size, &dice);
    check_upload(data, size, &dice);
    check_path(data, size);
    return 0;
}
