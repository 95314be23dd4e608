/* The worst that a hostile server can make the extractor hold: castor-extract-sigma(1), "CALLS".
 * The built program runs against answers that are as large as they may be, or larger, as many at
 * once as there are calls; its peak is what wait4(2) tells, as GNU time does. */
#include "tests/support/support.h"

#include <sys/stat.h>

#include <zlib.h>

#include "tests/support/flood.h"
#include "tests/support/program.h"

#define KIB         ((size_t)1024)
#define MIB         (KIB * KIB)
#define BODY_MAX    (64 * MIB)
#define PACKED_MAX  (256 * KIB)
#define ANSWERS_MAX 24

#define HEAD(more) "HTTP/1.1 200 OK\r\nConnection: close\r\n" more "\r\n"
#define GZIP       "Content-Encoding: gzip\r\n"

/* A body that is large where it counts: a start, a filling so many times, an end. */
struct shape {
    const char *start;
    const char *filling;
    size_t times;
    const char *end;
};

struct packed {
    unsigned char *bytes;
    size_t len;
};

static void put_part(z_stream *z, const char *bytes, size_t len, int flush)
{
    z->next_in = (unsigned char *)bytes;
    z->avail_in = (unsigned)len;
    assert_int_equal(deflate(z, flush), flush == Z_FINISH ? Z_STREAM_END : Z_OK);
    assert_int_equal(z->avail_in, 0);
}

/* Little by little: the peak of this process counts for the program that it starts. */
static struct packed pack(const struct shape *shape)
{
    struct smc_buf filling = SMC_BUF_INIT(BODY_MAX);
    struct packed packed = {malloc(PACKED_MAX), 0};
    z_stream z = {.next_out = packed.bytes, .avail_out = PACKED_MAX};
    size_t len = strlen(shape->filling);
    size_t at_once = MIB / len;
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    for (size_t i = 0; i < at_once; i++)
        (void)smc_buf_add(&filling, shape->filling, len);
    assert_int_equal(smc_buf_status(&filling), SMC_OK);
    put_part(&z, shape->start, strlen(shape->start), Z_NO_FLUSH);
    for (size_t left = shape->times; left > 0;) {
        size_t times = left < at_once ? left : at_once;
        put_part(&z, filling.data, times * len, Z_NO_FLUSH);
        left -= times;
    }
    put_part(&z, shape->end, strlen(shape->end), Z_FINISH);
    packed.len = PACKED_MAX - z.avail_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
    smc_buf_clear(&filling);
    return packed;
}

enum where { TOKEN, WHOAMI, LISTINGS, LEAVES, SOURCES, ELEMENTS };

struct row {
    const char *name;
    enum where where;
    struct shape shape;
    const char *head; /* NULL: gzip's */
    int status;
    long peak_mib; /* at most */
    bool is_one_held;
};

#define SPACES                                                                                     \
    "                                                                "                             \
    "                                                                "

/* As long. */
#define FILLING                                                                                    \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"                             \
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

#define LARGE_MIB 160
#define SMALL_MIB 32

static const struct row rows[] = {
    {.name = "an answer to the token call that is deep",
     .where = TOKEN,
     .shape = {"{\"access_token\": \"t\", \"x\": ", "[", 61000, ""},
     .status = 4,
     .peak_mib = SMALL_MIB},
    {.name = "an answer to the token call that is large",
     .where = TOKEN,
     .shape = {"{\"x\":\"", SPACES, 530000, ""},
     .status = 4,
     .peak_mib = SMALL_MIB},
    {.name = "an error of the token call that is large",
     .where = TOKEN,
     .head = "HTTP/1.1 500 No\r\nConnection: close\r\n" GZIP "\r\n",
     .shape = {"{\"x\":\"", SPACES, 530000, ""},
     .status = 4,
     .peak_mib = SMALL_MIB},
    {.name = "whoami",
     .where = WHOAMI,
     .shape = {"{\"organizationId\":\"", "x", 1000000, "\"}"},
     .peak_mib = SMALL_MIB},
    {.name = "listings as large as may be",
     .where = LISTINGS,
     .shape = {"{\"entries\":[", SPACES, 524287, "],\"nextPage\":null}"},
     .is_one_held = true,
     .peak_mib = LARGE_MIB},
    {.name = "listings that are too large",
     .where = LISTINGS,
     .shape = {"{\"entries\":[", SPACES, 540000, ""},
     .status = 4,
     .peak_mib = LARGE_MIB},
    {.name = "listings of as many rows as may be",
     .where = LEAVES,
     .shape = {"{\"entries\":[", "{}, ", 99999, "{}],\"nextPage\":null}"},
     .peak_mib = LARGE_MIB},
    {.name = "listings of rows that are large",
     .where = LISTINGS,
     .shape = {"{\"entries\":[{\"a\":\"", FILLING, 524270, "\"}],\"nextPage\":null}"},
     .is_one_held = true,
     .peak_mib = LARGE_MIB},
    {.name = "sources as large as may be",
     .where = SOURCES,
     .shape = {"[{\"a\":\"", FILLING, 524270, "\"}]"},
     .is_one_held = true,
     .peak_mib = LARGE_MIB},
    {.name = "elements as large as may be",
     .where = ELEMENTS,
     .shape = {"{\"entries\":[{\"type\":\"table\",\"a\":\"", FILLING, 524270,
               "\"}],\"nextPage\":null}"},
     .is_one_held = true,
     .peak_mib = LARGE_MIB},
};

static void put(struct flood_answer *answers, size_t *count, const char *path, const char *head,
                const void *body, size_t len)
{
    answers[(*count)++] =
        (struct flood_answer){.path = path, .head = head, .end = body, .end_len = len};
}

static void put_text(struct flood_answer *answers, size_t *count, const char *path,
                     const char *body)
{
    put(answers, count, path, HEAD(""), body, strlen(body));
}

static const char *const sources_path[] = {"/v2/workbooks/a/s", "/v2/workbooks/b/s",
                                           "/v2/workbooks/c/s", "/v2/workbooks/d/s",
                                           "/v2/workbooks/e/s", NULL};
static const char *const elements_path[] = {"/v2/workbooks/a/e", "/v2/workbooks/b/e",
                                            "/v2/workbooks/c/e", "/v2/workbooks/d/e",
                                            "/v2/workbooks/e/e", NULL};
static const char *const listings_path[] = {"/v2/files?",
                                            "/v2/connections?",
                                            "/v2/workbooks?",
                                            "/v2/dataModels?",
                                            "/v2/datasets?",
                                            "/v2/members?",
                                            NULL};
/* Those that no other calls follow from. */
static const char *const leaves_path[] = {"/v2/files?", "/v2/connections?", "/v2/members?", NULL};
static const char *const token_path[] = {"/v2/auth/token", NULL};
static const char *const whoami_path[] = {"/v2/whoami", NULL};

/* The first of them comes last: it stops in the middle, until the others have filled what they may
 * fill. */
static void hold(struct flood_answer *answer, const struct shape *shape, char **block)
{
    size_t len = strlen(shape->filling);
    size_t at_once = MIB / len;
    *block = malloc(at_once * len);
    for (size_t i = 0; i < at_once; i++)
        (void)memcpy(*block + i * len, shape->filling, len);
    *answer = (struct flood_answer){.path = answer->path,
                                    .head = HEAD(""),
                                    .start = shape->start,
                                    .start_len = strlen(shape->start),
                                    .block = *block,
                                    .block_len = at_once * len,
                                    .blocks = (long)(shape->times / at_once),
                                    .gate = 5,
                                    .key = 4,
                                    .end = shape->end,
                                    .end_len = strlen(shape->end)};
}

static void test_row(void **state)
{
    const struct row *row = *state;
    static const char *const *const paths[] = {token_path,  whoami_path,  listings_path,
                                               leaves_path, sources_path, elements_path};
    struct flood_answer answers[ANSWERS_MAX];
    size_t count = 0;
    struct packed packed = pack(&row->shape);
    for (const char *const *path = paths[row->where]; *path; path++) {
        put(answers, &count, *path, row->head ? row->head : HEAD(GZIP), packed.bytes, packed.len);
        answers[count - 1].is_key = true;
    }
    char *block = NULL;
    if (row->is_one_held)
        hold(&answers[0], &row->shape, &block);
    put_text(answers, &count, "/v2/auth/token", "{\"access_token\":\"t\"}");
    put_text(answers, &count, "/v2/whoami", "{\"organizationId\":\"o\"}");
    put_text(answers, &count, "/v2/workbooks?",
             "{\"entries\":[{\"workbookId\":\"a\"},{\"workbookId\":\"b\"},{\"workbookId\":\"c\"},"
             "{\"workbookId\":\"d\"},{\"workbookId\":\"e\"}],\"nextPage\":null}");
    for (const char *const *path = sources_path; *path; path++)
        put_text(answers, &count, *path, "[]");
    put_text(answers, &count, NULL, "{\"entries\":[],\"nextPage\":null}");
    struct flood *flood = flood_start(answers, count);
    char *dir = temp_dir_make();
    char *path = program_path("castor-extract-sigma");
    struct words argv = {0};
    struct program p = {0};
    const char *const filled[] = {"@PROGRAM", path, "@URL", flood_url(flood), "@DIR", dir, NULL};
    words_split(&argv, "@PROGRAM -H @URL -c id -a s3cret -o @DIR/out --retries 1 --retry-base 0.01",
                ' ', filled);
    int status = program_run(&p, &argv, NULL, NULL);
    print_message("%s: %ld MiB, status %d, %.1f s\n", row->name, p.cost.peak_kib / 1024, status,
                  p.cost.cpu_s);
    if (status != row->status)
        fail_msg("status %d: %s", status, p.err);
#ifndef __SANITIZE_ADDRESS__ /* what it keeps beside is not ours */
    assert_in_range(p.cost.peak_kib, 1, row->peak_mib * 1024);
#endif
    program_clear(&p);
    words_clear(&argv);
    free(path);
    flood_stop(flood);
    temp_dir_remove(dir);
    free(packed.bytes);
    free(block);
}

int main(void)
{
    return RUN_TABLE("memory", rows, test_row);
}
