/* What is taken of an answer's body: caps, also of what decompresses to nothing, and the room that
 * bodies in flight share. */
#include "support/support.h"

#include <zlib.h>

#include "lib/net/http_body.h"
#include "lib/net/http.h"
#include "support/flood.h"

#define KIB        ((size_t)1024)
#define MIB        (KIB * KIB)
#define BLOCK_LEN  (64 * KIB)
#define TIMEOUT_MS 60000
#define CALLS_MAX  6

struct fixture;

struct result {
    struct fixture *f;
    int order; /* the first that ended has 1; 0: it has not */
    int status;
    size_t len;
    bool is_right; /* all of its bytes are those of the block */
    bool is_permanent;
    bool is_garbled;
    struct smc_error error;
};

struct fixture {
    struct flood *flood;
    struct smci_http *http;
    struct fake_clock fake;
    struct result results[CALLS_MAX];
    int ended;
    int idle_count;
};

static const char plain_head[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
static char block[BLOCK_LEN];

static void on_done(void *ctx, struct smci_http_response *response)
{
    struct result *r = ctx;
    const struct smc_buf *body = &response->body;
    *r = (struct result){.f = r->f,
                         .order = ++r->f->ended,
                         .status = response->status,
                         .len = body->len,
                         .is_right = true,
                         .is_permanent = response->is_permanent,
                         .is_garbled = response->is_garbled,
                         .error = response->error};
    for (size_t i = 0; i < body->len && r->is_right; i++)
        r->is_right = body->data[i] == 'x';
}

static void on_idle(void *ctx)
{
    struct fixture *f = ctx;
    f->idle_count++;
}

static void open_all(struct fixture *f, const struct flood_answer *answers, size_t count)
{
    (void)memset(block, 'x', sizeof block);
    f->flood = flood_start(answers, count);
    fake_clock_init(&f->fake);
    struct smci_http_opt opt = {{.timeout_ms = TIMEOUT_MS, .clock = &f->fake.clock}, CALLS_MAX};
    assert_int_equal(smci_http_new(&f->http, &opt, NULL), SMC_OK);
    smci_http_set_idle(f->http, on_idle, f);
}

static void close_all(struct fixture *f)
{
    smci_http_free(f->http);
    flood_stop(f->flood);
}

static void start(struct fixture *f, const char *target, size_t body_max, int index)
{
    static const char *const headers[] = {NULL};
    char *url = text_format("%s%s", flood_url(f->flood), target);
    struct smci_http_request request = {.url = url, .headers = headers, .body_max = body_max};
    f->results[index] = (struct result){.f = f};
    assert_int_equal(smci_http_start(f->http, &request, on_done, &f->results[index], NULL), SMC_OK);
    free(url);
}

static void step(struct fixture *f)
{
    assert_int_equal(smci_http_poll(f->http, 20, NULL), SMC_OK);
}

static void finish(struct fixture *f)
{
    while (smci_http_in_flight(f->http) > 0)
        step(f);
}

static void assert_whole(const struct fixture *f, int i, size_t len)
{
    assert_int_equal(f->results[i].status, 200);
    assert_int_equal(f->results[i].len, len);
    assert_true(f->results[i].is_right);
}

/* ---- caps ---- */

enum form { PLAIN, GZIP_OF_NOTHING };

struct cap_row {
    const char *name;
    const char *status_line;
    enum form form;
    long blocks;     /* -1: without end */
    size_t body_max; /* 0: that of all answers */
    int status;      /* 0: none */
    size_t len;
    const char *says;
    size_t read_max; /* by us; what the server got rid of beyond it is in sockets. 0: any */
};

/* What one socket holds at most: the last of the kernel's three numbers. */
static int64_t socket_max(const char *path)
{
    long max = 0;
    FILE *fp = fopen(path, "re");
    if (!fp || fscanf(fp, "%*d %*d %ld", &max) != 1) /* NOLINT: a file of the kernel */
        fail_msg("%s can't be read", path);
    (void)fclose(fp);
    return max;
}

/* What is in sockets at most, on both sides. */
static int64_t in_sockets(void)
{
    return socket_max("/proc/sys/net/ipv4/tcp_rmem") + socket_max("/proc/sys/net/ipv4/tcp_wmem");
}

static const struct cap_row cap_rows[] = {
    {"below the cap", "200 OK", PLAIN, 1, 64 * KIB, 200, 64 * KIB, NULL, 0},
    {"above the cap", "200 OK", PLAIN, 2, 64 * KIB, 0, 0,
     "larger than the cap of 64 KiB (decompressed)", 0},
    {"above it without end", "200 OK", PLAIN, -1, 64 * KIB, 0, 0, "cap of 64 KiB", MIB},
    {"without end", "200 OK", PLAIN, -1, 0, 0, 0, "cap of 64 MiB (decompressed)", 65 * MIB},
    {"nothing, without end", "200 OK", GZIP_OF_NOTHING, -1, 64 * KIB, 0, 0,
     "larger than the cap of 64 KiB (compressed)", MIB},
    {"nothing, without end, of any answer", "200 OK", GZIP_OF_NOTHING, -1, 0, 0, 0,
     "cap of 64 MiB (compressed)", 65 * MIB},
    {"an error's words", "404 No", PLAIN, 1, 0, 404, 64 * KIB, NULL, 0},
    {"an error's page", "503 No", PLAIN, 2, 0, 503, 0, NULL, 0},
    {"an error's, without end", "503 No", PLAIN, -1, 0, 503, 0, NULL, MIB},
    {"an error's, of a call with a larger cap", "500 No", PLAIN, -1, 16 * MIB, 500, 0, NULL, MIB},
    {"an error's nothing, without end", "429 No", GZIP_OF_NOTHING, -1, 0, 429, 0, NULL, MIB},
    {"a redirect's, without end", "302 No", PLAIN, -1, 0, 302, 0, NULL, MIB},
    {"a token's error, without end", "400 No", PLAIN, -1, 64 * KIB, 400, 0, NULL, MIB},
};

static void test_cap(void **state)
{
    const struct cap_row *row = *state;
    /* A gzip header, and stored deflate blocks of no bytes: RFC 1951, section 3.2.4. */
    static const unsigned char gzip_head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    static unsigned char nothing[5 * KIB * 8];
    struct fixture f = {0};
    bool is_gzip = row->form == GZIP_OF_NOTHING;
    for (size_t i = 0; i < sizeof nothing; i += 5)
        (void)memcpy(nothing + i, "\0\0\0\xff\xff", 5);
    char *head = text_format("HTTP/1.1 %s\r\nConnection: close\r\n%s\r\n", row->status_line,
                             is_gzip ? "Content-Encoding: gzip\r\n" : "");
    char *whole = text_format("%.*sContent-Length: %zu\r\n\r\n", (int)strlen(head) - 2, head,
                              row->blocks > 0 ? (size_t)row->blocks * BLOCK_LEN : 0);
    const struct flood_answer answer = {.head = row->blocks > 0 ? whole : head,
                                        .start = gzip_head,
                                        .start_len = is_gzip ? sizeof gzip_head : 0,
                                        .block = is_gzip ? (void *)nothing : (void *)block,
                                        .block_len = is_gzip ? sizeof nothing : BLOCK_LEN,
                                        .blocks = row->blocks};
    open_all(&f, &answer, 1);
    start(&f, "/x", row->body_max, 0);
    finish(&f);
    const struct result *r = &f.results[0];
    assert_int_equal(r->status, row->status);
    if (row->status != 0)
        assert_int_equal(r->len, row->len);
    assert_true(r->is_right);
    assert_false(r->is_garbled);
    assert_int_equal(r->is_permanent, row->status == 0);
    assert_int_equal(r->error.code, row->status == 0 ? SMC_ERR_CAP : SMC_OK);
    if (row->says)
        assert_contains(r->error.detail, row->says);
    if (row->read_max > 0)
        assert_in_range(flood_sent(f.flood, 0), 1, (int64_t)row->read_max + in_sockets());
    close_all(&f);
    free(head);
    free(whole);
}

/* ---- how it is compressed ---- */

struct coding_row {
    const char *name;
    const char *headers;
    bool is_read;
};

/* The body is "x" in gzip; where more is told, it is not that. */
static const struct coding_row coding_rows[] = {
    {"gzip", "Content-Encoding: gzip\r\n", true},
    {"its other name, in capitals", "CONTENT-ENCODING:X-GZIP\r\n", true},
    {"space around", "Content-Encoding: \t gzip \t\r\n", true},
    {"and nothing", "Content-Encoding: gzip, identity,\r\n", true},
    {"brotli", "Content-Encoding: br\r\n", false},
    {"zstd", "Content-Encoding: zstd\r\n", false},
    {"deflate", "Content-Encoding: deflate\r\n", false},
    {"gzip twice", "Content-Encoding: gzip, gzip\r\n", false},
    {"gzip twice, in two lines", "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n", false},
    {"behind identity", "Content-Encoding: identity, zstd\r\n", false},
    {"on the way", "Transfer-Encoding: br\r\n", false},
    {"on the way and before", "Content-Encoding: gzip\r\nTransfer-Encoding: gzip\r\n", false},
};

static void test_coding(void **state)
{
    const struct coding_row *row = *state;
    static const unsigned char packed[] = {0x1f, 0x8b, 8,    0,    0,    0,    0, 0, 0, 3, 0xab,
                                           0,    0,    0x83, 0x16, 0xdc, 0x8c, 1, 0, 0, 0};
    struct fixture f = {0};
    char *head = text_format("HTTP/1.1 200 OK\r\nConnection: close\r\n%s\r\n", row->headers);
    const struct flood_answer answer = {.head = head, .end = packed, .end_len = sizeof packed};
    open_all(&f, &answer, 1);
    start(&f, "/x", 0, 0);
    finish(&f);
    const struct result *r = &f.results[0];
    assert_int_equal(r->status, row->is_read ? 200 : 0);
    assert_int_equal(r->is_garbled, !row->is_read);
    assert_false(r->is_permanent);
    assert_int_equal(r->len, row->is_read ? 1 : 0);
    if (!row->is_read)
        assert_contains(r->error.detail, "compressed in a way that was not asked for");
    close_all(&f);
    free(head);
}

/* ---- the room that is shared ---- */

#define LARGE_BLOCKS 256
#define LARGE_LEN    (LARGE_BLOCKS * BLOCK_LEN + 1) /* 16 MiB and a byte */
#define SMALL_BLOCKS 32
#define SMALL_LEN    (SMALL_BLOCKS * BLOCK_LEN)

/* A large body waits at its gate once it has sent what a body may have without asking, and a byte.
 * That byte is read, whoever has the room: libcurl pauses with it in hand. */
#define GATE ((long)(SMCI_BODY_FREE / BLOCK_LEN))

/* Until the answer's bytes before its gate have come and are dealt with: it has the room, or is
 * paused. */
static void await_gate(struct fixture *f, size_t answer)
{
    while (flood_sent(f->flood, answer) < (int64_t)SMCI_BODY_FREE + 1 ||
           !flood_has_arrived(f->flood))
        step(f);
    for (int idle = f->idle_count; f->idle_count == idle;)
        step(f);
}

#define LARGE(name, of)                                                                            \
    {                                                                                              \
        .path = (name), .head = plain_head, .start = "x", .start_len = 1, .block = block,          \
        .block_len = BLOCK_LEN, .blocks = LARGE_BLOCKS, .gate = GATE, .key = (of)                  \
    }

static const struct flood_answer held[] = {
    LARGE("/held", 0),
    LARGE("/large", 1),
    {.path = "/small",
     .head = plain_head,
     .block = block,
     .block_len = BLOCK_LEN,
     .blocks = SMALL_BLOCKS,
     .is_key = true},
};

/* A second large body waits for the first one, small ones do not. */
static void test_second_waits(void **state)
{
    struct fixture f = {0};
    (void)state;
    open_all(&f, held, 3);
    start(&f, "/held", 0, 0);
    await_gate(&f, 0); /* it has the room */
    start(&f, "/large", 0, 1);
    await_gate(&f, 1); /* it is paused */
    start(&f, "/small", 0, 2);
    start(&f, "/large", 0, 3);
    for (int i = 0; i < 5 || f.ended == 0; i++)
        step(&f);
    assert_int_equal(f.results[2].order, 1);
    assert_int_equal(f.results[2].len, SMALL_LEN);
    assert_int_equal(f.ended, 1);
    flood_open(f.flood);
    finish(&f);
    assert_int_equal(f.results[0].order, 2);
    for (int i = 0; i < 4; i++)
        assert_whole(&f, i, i == 2 ? SMALL_LEN : LARGE_LEN);
    close_all(&f);
}

/* However long it waits, the one that is paused is not given up; the one that it waits for is, and
 * that makes room. */
static void test_wait_has_no_bound(void **state)
{
    struct fixture f = {0};
    (void)state;
    open_all(&f, held, 3);
    start(&f, "/held", 0, 0);
    await_gate(&f, 0);
    start(&f, "/large", 0, 1);
    await_gate(&f, 1);
    f.fake.now_ms += 100 * TIMEOUT_MS;
    while (f.ended == 0)
        step(&f);
    flood_open(f.flood);
    finish(&f);
    assert_int_equal(f.results[0].status, 0);
    assert_contains(f.results[0].error.detail, "no byte came or went for 60 s");
    assert_whole(&f, 1, LARGE_LEN);
    close_all(&f);
}

/* Also what came compressed, of which libcurl has decompressed more than it got rid of. */
static void test_compressed(void **state)
{
    struct fixture f = {0};
    static unsigned char packed[256 * 1024];
    static char bytes[LARGE_LEN];
    z_stream z = {.next_in = (unsigned char *)bytes,
                  .avail_in = sizeof bytes,
                  .next_out = packed,
                  .avail_out = sizeof packed};
    (void)state;
    (void)memset(bytes, 'x', sizeof bytes);
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    const struct flood_answer answers[] = {
        held[0],
        {.path = "/packed",
         .head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n\r\n",
         .end = packed,
         .end_len = sizeof packed - z.avail_out},
    };
    assert_int_equal(deflateEnd(&z), Z_OK);
    open_all(&f, answers, 2);
    start(&f, "/held", 0, 0);
    await_gate(&f, 0);
    start(&f, "/packed", 0, 1);
    start(&f, "/packed", 0, 2);
    for (int i = 0; i < 3 || flood_sent(f.flood, 1) < 2 * (int64_t)answers[1].end_len; i++)
        step(&f);
    assert_int_equal(f.ended, 0);
    flood_open(f.flood);
    finish(&f);
    for (int i = 0; i < 3; i++)
        assert_whole(&f, i, LARGE_LEN);
    close_all(&f);
}

/* A paused one that is cancelled leaves no trace. */
static void test_drop(void **state)
{
    struct fixture f = {0};
    (void)state;
    open_all(&f, held, 3);
    start(&f, "/held", 0, 0);
    await_gate(&f, 0);
    start(&f, "/large", 0, 1);
    await_gate(&f, 1);
    smci_http_drop(f.http);
    flood_open(f.flood);
    start(&f, "/large", 0, 2);
    finish(&f);
    assert_whole(&f, 2, LARGE_LEN);
    assert_int_equal(f.ended, 1);
    close_all(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_waits),
        cmocka_unit_test(test_wait_has_no_bound),
        cmocka_unit_test(test_compressed),
        cmocka_unit_test(test_drop),
    };
    int failed = RUN_TABLE("caps", cap_rows, test_cap);
    failed += RUN_TABLE("codings", coding_rows, test_coding);
    return failed + cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
