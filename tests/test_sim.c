/* The stand-in itself: what the other tests rely on. */
#include "support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sim/multipart.h"
#include "sim/sim.h"

enum { ANSWER_MAX = 1 << 20, HOUR_MS = 3600000 };

struct fixture {
    struct sim *sim;
    struct sim_options opt;
    int64_t now_ms; /* the fake clock; only moved while no call is under way */
    char token[128];
    char answer[ANSWER_MAX];
    size_t len;
};

static int64_t fake_now(void *ctx)
{
    return ((struct fixture *)ctx)->now_ms;
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    const struct sim_options opt = SIM_OPTIONS_INIT;

    if (!f)
        return -1;
    f->opt = opt;
    f->opt.now_ms = fake_now;
    f->opt.now_ctx = f;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    sim_stop(f->sim);
    free(f);
    return 0;
}

static void start(struct fixture *f)
{
    char why[256] = "";

    f->sim = sim_start(&f->opt, why, sizeof(why));
    assert_string_equal(why, "");
    assert_non_null(f->sim);
}

/* Sends `request` as it is and reads until the server closes. Returns the status; 0 when nothing
 * came, -1 when the connection was reset. */
static int exchange(struct fixture *f, const char *request, size_t len)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    ssize_t n = 0;

    to.sin_port = htons((uint16_t)sim_port(f->sim));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    f->len = 0;
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    (void)send(fd, request, len, MSG_NOSIGNAL);
    while (f->len < sizeof(f->answer) - 1) {
        n = recv(fd, f->answer + f->len, sizeof(f->answer) - 1 - f->len, 0);
        if (n <= 0)
            break;
        f->len += (size_t)n;
    }
    close(fd);
    f->answer[f->len] = '\0';
    if (n < 0)
        return -1;
    return f->len > 12 ? atoi(f->answer + 9) : 0;
}

/* With more lines of headers, each ended. */
static int get_with(struct fixture *f, const char *path, const char *headers)
{
    char request[2048];
    int n = snprintf(request, sizeof(request),
                     "GET %s HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n"
                     "Authorization: Bearer %s\r\n%s\r\n",
                     path, f->token, headers);

    return exchange(f, request, (size_t)n);
}

static int get(struct fixture *f, const char *path)
{
    return get_with(f, path, "");
}

static int get_token(struct fixture *f, const char *secret)
{
    char form[256];
    char request[1024];
    int n = snprintf(form, sizeof(form),
                     "grant_type=client_credentials&client_id=sim-client&client_secret=%s", secret);
    const char *at;
    int status;

    n = snprintf(request, sizeof(request),
                 "POST /v2/auth/token HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n"
                 "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
                 n, form);
    status = exchange(f, request, (size_t)n);
    at = strstr(f->answer, "access_token\":\"");
    if (status == 200 && at)
        snprintf(f->token, sizeof(f->token), "%.*s", (int)strcspn(at + 15, "\""), at + 15);
    return status;
}

static void start_with_token(struct fixture *f)
{
    start(f);
    assert_int_equal(get_token(f, "sim-secret"), 200);
}

static const char *body(const struct fixture *f)
{
    const char *at = strstr(f->answer, "\r\n\r\n");

    return at ? at + 4 : "";
}

/* ---- tokens ---- */

static void test_token(void **state)
{
    struct fixture *f = *state;

    f->opt.token_uses = 2;
    start(f);
    assert_int_equal(get(f, "/v2/whoami"), 401);
    assert_int_equal(get_token(f, "wrong"), 401);
    assert_int_equal(sim_token_violations(f->sim), 0);
    assert_int_equal(get_token(f, "sim-secret"), 200);
    assert_int_equal(sim_token_violations(f->sim), 1);
    assert_int_equal(get(f, "/v2/whoami"), 200);
    assert_int_equal(get(f, "/v2/whoami"), 200);
    assert_int_equal(get(f, "/v2/whoami"), 401);
    f->now_ms += 1000;
    assert_int_equal(get_token(f, "sim-secret"), 200);
    assert_int_equal(sim_token_violations(f->sim), 1);
    f->now_ms += HOUR_MS;
    assert_int_equal(get(f, "/v2/whoami"), 401);
    assert_int_equal(sim_calls(f->sim, "whoami", 200), 2);
    assert_int_equal(sim_repeats(f->sim, "whoami"), 1);
}

/* ---- pages ---- */

static void encode(const char *json, char *out, size_t size)
{
    size_t n = 0;

    for (; *json != '"' && n + 4 < size; json++) {
        if (*json == '\\')
            json++;
        n += (size_t)snprintf(out + n, 4, "%%%02X", (unsigned)(unsigned char)*json);
    }
}

static void test_pages_give_every_row_once(void **state)
{
    struct fixture *f = *state;
    char path[2048] = "/v2/workbooks?limit=7";
    char cursor[1024];
    long rows = 0;
    int pages = 0;
    const char *next;

    start_with_token(f);
    do {
        const char *at;
        assert_int_equal(get(f, path), 200);
        for (;; rows++) {
            char *record = sim_estate_record(f->sim, "workbooks", rows, NULL);
            at = record ? strstr(body(f), record) : NULL;
            free(record);
            if (!at)
                break;
        }
        pages++;
        next = strstr(body(f), ",\"nextPage\":\"");
        if (next) {
            encode(next + 13, cursor, sizeof(cursor));
            snprintf(path, sizeof(path), "/v2/workbooks?limit=7&page=%s", cursor);
        }
    } while (next);
    assert_int_equal(rows, 20);
    assert_int_equal(pages, 3);
    /* The same cursor is good for no other call. */
    snprintf(path, sizeof(path), "/v2/files?limit=7&page=%s", cursor);
    assert_int_equal(get(f, path), 400);
}

struct case_status {
    const char *path;
    int status;
};

static const struct case_status bad_calls[] = {
    {"/v2/workbooks?limit=1001", 400},
    {"/v2/workbooks?limit=0", 400},
    {"/v2/workbooks?limit=x", 400},
    {"/v2/workbooks?page=2", 400},
    {"/v2/workbooks?page=", 400},
    {"/v2/workbooks?page=%zz", 400},
    {"/v2/workbooks?skipPermissionCheck=1", 400},
    {"/v2/nothing", 404},
    {"/v2/workbooks/00000000-0000-4000-8000-000000000000/sources", 404},
    {"/v2/workbooks/x/elements", 404},
    {"/v2/auth/token", 405},
    {"/v2/members?limit=1000", 200},
};

static void test_bad_calls(void **state)
{
    struct fixture *f = *state;
    size_t i;

    start_with_token(f);
    for (i = 0; i < sizeof(bad_calls) / sizeof(*bad_calls); i++) {
        int status = get(f, bad_calls[i].path);
        if (status != bad_calls[i].status)
            print_error("%s\n", bad_calls[i].path);
        assert_int_equal(status, bad_calls[i].status);
    }
}

static void test_sources_take_no_query(void **state)
{
    struct fixture *f = *state;
    char id[37];
    char path[256];

    start_with_token(f);
    sim_estate_id(f->sim, "workbooks", 1, id);
    assert_int_equal(sim_estate_index(f->sim, "workbooks", id), 1);
    assert_int_equal(sim_estate_index(f->sim, "files", id), -1);
    snprintf(path, sizeof(path), "/v2/workbooks/%s/sources", id);
    assert_int_equal(get(f, path), 200);
    assert_int_equal(body(f)[0], '[');
    snprintf(path, sizeof(path), "/v2/workbooks/%s/sources?limit=1000", id);
    assert_int_equal(get(f, path), 400);
}

static void test_not_admin(void **state)
{
    struct fixture *f = *state;

    f->opt.not_admin = true;
    f->opt.explorations_strict = true;
    start_with_token(f);
    assert_int_equal(get(f, "/v2/workbooks?skipPermissionCheck=true"), 403);
    assert_int_equal(get(f, "/v2/workbooks?excludeExplorations=true"), 400);
    assert_int_equal(get(f, "/v2/workbooks"), 200);
}

/* ---- limits ---- */

static void test_rate_and_edge(void **state)
{
    struct fixture *f = *state;
    int i;

    f->opt.rate = 2;
    f->opt.burst = 3;
    f->opt.edge_after = 4;
    f->opt.edge_seconds = 30;
    f->opt.limit_retry_after = "7";
    start_with_token(f);
    for (i = 0; i < 3; i++)
        assert_int_equal(get(f, "/v2/whoami"), 200);
    assert_int_equal(get(f, "/v2/whoami"), 429);
    assert_contains(f->answer, "Retry-After: 7");
    f->now_ms += 500;
    assert_int_equal(get(f, "/v2/whoami"), 200);
    for (i = 0; i < 3; i++)
        assert_int_equal(get(f, "/v2/whoami"), 429);
    assert_int_equal(sim_blocks(f->sim), 1);
    assert_int_equal(get_token(f, "sim-secret"), 429);
    assert_contains(body(f), "error code: 1015");
    f->now_ms += 30000;
    assert_int_equal(get(f, "/v2/whoami"), 200);
    assert_int_equal(sim_refusals(f->sim), 5);
}

static void test_refuse(void **state)
{
    struct fixture *f = *state;
    int refused = 0;

    f->opt.refuse = 20;
    start_with_token(f);
    for (int i = 0; i < 200; i++)
        refused += get(f, "/v2/whoami") == 429;
    assert_in_range(refused, 25, 55);
    assert_int_equal(sim_refusals(f->sim), refused);
}

/* ---- faults ---- */

struct case_fault {
    const char *text;
    int status; /* of the first two calls of whoami; -2: the text is wrong */
    int second;
};

static const struct case_fault fault_cases[] = {
    {"do=status:503", 503, 503},
    {"call=whoami,attempt=1,do=status:402,code=timedout", 402, 200},
    {"call=whoami,attempt=2-,do=status:500", 200, 500},
    {"call=whoami,every=2,do=status:502,html=1", 200, 502},
    {"call=files,do=status:503", 200, 200},
    {"call=whoami,attempt=1,do=reset", -1, 200},
    {"call=whoami,attempt=1,do=redirect:http://x/%2Cy", 302, 200},
    {"call=whoami,page=2,do=empty", 200, 200},
    {"do=wait:1", 200, 200},
    {"do=nothing", -2, 0},
    {"do=status", -2, 0},
    {"do=status:9", -2, 0},
    {"do=reset:1", -2, 0},
    {"call=whoami", -2, 0},
    {"call=who,do=reset", -2, 0},
    {"attempt=0,do=reset", -2, 0},
    {"attempt=3-2,do=reset", -2, 0},
    {"do", -2, 0},
    {"do=encoding", -2, 0},
    {"do=status:503,skew=x", -2, 0},
    {"do=encoding:br,identity=2", -2, 0},
};

static void test_fault(void **state)
{
    /* cmocka gives the case and the fixture in one pointer: see fault_setup. */
    struct fixture *f = ((void **)*state)[0];
    const struct case_fault *c = ((void **)*state)[1];
    char why[256] = "";

    start_with_token(f);
    if (c->status == -2) {
        assert_int_equal(sim_fault(f->sim, c->text, why, sizeof(why)), -1);
        assert_true(why[0] != '\0');
        return;
    }
    assert_int_equal(sim_fault(f->sim, c->text, why, sizeof(why)), 0);
    assert_int_equal(get(f, "/v2/whoami"), c->status);
    assert_int_equal(get(f, "/v2/whoami"), c->second);
    sim_faults_clear(f->sim);
    assert_int_equal(get(f, "/v2/whoami"), 200);
}

static int fault_setup(void **state)
{
    void **both = calloc(2, sizeof(*both));

    if (!both || setup(&both[0]) != 0)
        return -1;
    both[1] = *state;
    *state = both;
    return 0;
}

static int fault_teardown(void **state)
{
    void **both = *state;

    (void)teardown(&both[0]);
    free(both);
    return 0;
}

/* ---- what a body comes in ---- */

#define IDENTITY "Accept-Encoding: identity\r\n"
#define GZIP     "Accept-Encoding: gzip\r\n"

struct case_wire {
    const char *name;
    const char *fault;
    const char *headers;
    const char *encoding; /* that the answer says it has; NULL: none */
    const char *start;    /* of its body */
};

static const struct case_wire wire_cases[] = {
    {"a byte order mark", "do=bom", "", NULL, "\xef\xbb\xbf{"},
    {"gzip in members", "do=members", GZIP, "gzip", "\x1f\x8b"},
    {"no gzip, no members", "do=members", IDENTITY, NULL, "{"},
    {"another encoding", "do=encoding:br", GZIP, "br", "{"},
    {"identity heals it", "do=encoding:br", IDENTITY, NULL, "{"},
    {"identity does not heal it", "do=encoding:gzip,identity=1", IDENTITY, "gzip", "{"},
};

static void test_wire(void **state)
{
    struct fixture *f = ((void **)*state)[0];
    const struct case_wire *c = ((void **)*state)[1];
    char want[64];
    char why[256];
    size_t members = 0;

    start_with_token(f);
    assert_int_equal(sim_fault(f->sim, c->fault, why, sizeof(why)), 0);
    assert_int_equal(get_with(f, "/v2/whoami", c->headers), 200);
    snprintf(want, sizeof(want), "Content-Encoding: %s\r\n", c->encoding ? c->encoding : "");
    if (c->encoding)
        assert_contains(f->answer, want);
    else
        assert_lacks(f->answer, "Content-Encoding");
    assert_memory_equal(body(f), c->start, strlen(c->start));
    for (const char *at = body(f); at < f->answer + f->len; at++)
        members += memcmp(at, "\x1f\x8b\x08", 3) == 0;
    assert_int_equal(members, c->start[0] == '\x1f' ? 2 : 0);
}

static int64_t date_of(const struct fixture *f, const char *name)
{
    struct tm utc = {0};
    const char *at = strstr(f->answer, name);

    assert_non_null(at);
    assert_non_null(strptime(at + strlen(name), ": %a, %d %b %Y %H:%M:%S GMT\r\n", &utc));
    return timegm(&utc);
}

/* A server whose clock is wrong, and that names a date. */
static void test_skew(void **state)
{
    struct fixture *f = *state;
    char why[256];
    int64_t now = time(NULL);

    start_with_token(f);
    assert_int_equal(
        sim_fault(f->sim, "do=status:503,skew=-7200,retry-after=date:30", why, sizeof(why)), 0);
    assert_int_equal(get(f, "/v2/whoami"), 503);
    assert_in_range(date_of(f, "Date") + 7200, now, now + 60);
    assert_in_range(date_of(f, "Retry-After") - date_of(f, "Date"), 30, 31);
}

/* ---- multipart ---- */

struct case_multipart {
    const char *name;
    const char *type;
    const char *body;
    const char *content; /* NULL: refused */
};

#define TYPE_B     "multipart/form-data; boundary=B"
#define HEAD       "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.json\"\r\n"
#define PART(text) HEAD "\r\n" text "\r\n--B--\r\n"

static const struct case_multipart multipart_cases[] = {
    {"simple", TYPE_B, PART("abc"), "abc"},
    {"empty content", TYPE_B, PART(""), ""},
    {"quoted boundary", "Multipart/Form-Data; boundary=\"B\"", PART("abc"), "abc"},
    {"a type of the part", TYPE_B, HEAD "Content-Type: text/csv\r\n\r\nx\r\n--B--\r\n", "x"},
    {"content like a boundary", TYPE_B, PART("\r\n--A\r\r\n--\r\n-B\r\n\r\n"),
     "\r\n--A\r\r\n--\r\n-B\r\n\r\n"},
    {"no line break at the end", TYPE_B, HEAD "\r\nabc\r\n--B--", "abc"},
    {"no type", NULL, PART("abc"), NULL},
    {"another type", "text/plain", PART("abc"), NULL},
    {"no boundary", "multipart/form-data", PART("abc"), NULL},
    {"another boundary", "multipart/form-data; boundary=C", PART("abc"), NULL},
    {"cut", TYPE_B, HEAD "\r\nabc", NULL},
    {"cut in the last boundary", TYPE_B, HEAD "\r\nabc\r\n--B", NULL},
    {"no part", TYPE_B, "--B--\r\n", NULL},
    {"two parts", TYPE_B, HEAD "\r\na\r\n" PART("b"), NULL},
    {"another name", TYPE_B,
     "--B\r\nContent-Disposition: form-data; name=\"data\"; filename=\"a\"\r\n\r\nx\r\n--B--\r\n",
     NULL},
    {"no file name", TYPE_B,
     "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--B--\r\n", NULL},
    {"no disposition", TYPE_B, "--B\r\nContent-Type: a/b\r\n\r\nx\r\n--B--\r\n", NULL},
    {"bytes after the end", TYPE_B, PART("abc") "more", NULL},
    {"nothing", TYPE_B, "", NULL},
};

struct collected {
    char bytes[256];
    size_t len;
};

static void collect(void *ctx, const char *bytes, size_t len)
{
    struct collected *c = ctx;

    assert_true(c->len + len < sizeof(c->bytes));
    memcpy(c->bytes + c->len, bytes, len);
    c->len += len;
}

static void test_multipart(void **state)
{
    const struct case_multipart *c = *state;
    size_t len = strlen(c->body);
    size_t step;

    /* Fed in pieces of each size, so that each boundary falls between two. */
    for (step = 1; step <= len + 1; step++) {
        struct multipart m;
        struct collected got = {{0}, 0};
        bool good = multipart_start(&m, c->type, collect, &got);
        size_t at;
        for (at = 0; at < len; at += step)
            multipart_feed(&m, c->body + at, len - at < step ? len - at : step);
        good = multipart_finish(&m) && good;
        assert_int_equal(good, c->content != NULL);
        if (!good) {
            assert_non_null(m.error);
            continue;
        }
        assert_string_equal(got.bytes, c->content);
        assert_int_equal(got.len, strlen(c->content));
        assert_string_equal(m.filename, "a.json");
    }
}

/* ---- uploads ---- */

#define UPLOAD_PATH "/visualization-0b6f3c1e-2f5c-4a0f-9a7e-6f1f0e0b7c11/1700000000-files.json"

static int upload(struct fixture *f, const char *path, const char *token)
{
    char request[2048];
    int n = snprintf(request, sizeof(request),
                     "POST %s HTTP/1.1\r\nHost: sim\r\nConnection: close\r\n"
                     "Authorization: Token %s\r\nAccept: text/csv, application/json\r\n"
                     "Content-Type: " TYPE_B "\r\nContent-Length: %zu\r\n\r\n%s",
                     path, token, strlen(PART("abc")), PART("abc"));

    return exchange(f, request, (size_t)n);
}

static void test_upload(void **state)
{
    struct fixture *f = *state;
    const struct sim_upload *u;
    char why[256];

    start(f);
    assert_int_equal(sim_fault(f->sim, "call=upload,object=files.json,attempt=1,do=reset-late", why,
                               sizeof(why)),
                     0);
    assert_int_equal(upload(f, UPLOAD_PATH, "sim-token"), -1);
    assert_int_equal(upload(f, UPLOAD_PATH, "sim-token"), 201);
    assert_int_equal(upload(f, UPLOAD_PATH, "other"), 403);
    assert_int_equal(upload(f, "/visualization-x/a.json", "sim-token"), 404);
    assert_int_equal(sim_upload_count(f->sim), 4);
    u = sim_upload(f->sim, 1);
    assert_true(u->complete);
    assert_int_equal(u->attempt, 2);
    assert_int_equal(u->length, 3);
    assert_string_equal(u->path, UPLOAD_PATH + 1);
    assert_string_equal(u->filename, "a.json");
    assert_string_equal(u->sha256,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* ---- the true lineage ---- */

static void test_lineage(void **state)
{
    struct fixture *f = *state;
    char *want;

    f->opt.workbooks = 1;
    f->opt.datamodels = 0;
    f->opt.tables = 100;
    start(f);
    assert_int_equal(get(f, "/_sim/lineage"), 404); /* there are no columns */
    sim_stop(f->sim);
    f->opt.columns = 10;
    start(f);
    want = sim_estate_lineage(f->sim, "workbooks", 0, "spec", NULL);
    assert_int_equal(get(f, "/_sim/lineage?with=spec"), 200);
    want[strlen(want) - 2] = '\0'; /* all documents stand in one array */
    assert_non_null(strstr(body(f), want + 1));
    free(want);
    assert_int_equal(get(f, "/_sim/lineage?with=other"), 404);
    assert_int_equal(sim_calls(f->sim, NULL, 0), 0);
}

/* ---- replay ---- */

static void test_replay(void **state)
{
    static const char calls[] =
        "[{\"call\": \"GET /v2/files?limit=1000&page=a%2Bb\", \"status\": 200,\n"
        " \"answer\": {\"n\": 1.10, \"s\": \"]}\\\"\\ud800\"} },"
        "{\"call\":\"GET /v2/whoami\",\"status\":409,\"answer\":[]}]";
    struct fixture *f = *state;
    char path[] = "/tmp/sim-replay-XXXXXX";
    int fd = mkstemp(path);
    ssize_t written = write(fd, calls, sizeof(calls) - 1);
    char why[256];

    close(fd);
    f->opt.replay_file = path;
    f->sim = sim_start(&f->opt, why, sizeof(why));
    unlink(path);
    assert_int_equal(written, sizeof(calls) - 1);
    assert_non_null(f->sim);
    assert_int_equal(get_token(f, "sim-secret"), 200);
    assert_int_equal(get(f, "/v2/whoami"), 409);
    assert_int_equal(get(f, "/v2/files?page=%61%2bb&limit=1000"), 200);
    assert_string_equal(body(f), "{\"n\": 1.10, \"s\": \"]}\\\"\\ud800\"}");
    assert_int_equal(sim_unexpected(f->sim), 0);
    assert_int_equal(get(f, "/v2/files?limit=1000"), 404);
    assert_int_equal(sim_unexpected(f->sim), 1);
}

/* ---- */

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

enum {
    PLAIN_TESTS = 11,
    WIRE_TESTS = sizeof(wire_cases) / sizeof(*wire_cases),
    FAULT_TESTS = sizeof(fault_cases) / sizeof(*fault_cases),
    MULTIPART_TESTS = sizeof(multipart_cases) / sizeof(*multipart_cases)
};

int main(void)
{
    struct CMUnitTest tests[PLAIN_TESTS + FAULT_TESTS + WIRE_TESTS + MULTIPART_TESTS] = {
        WITH_SERVER(test_token),     WITH_SERVER(test_pages_give_every_row_once),
        WITH_SERVER(test_bad_calls), WITH_SERVER(test_sources_take_no_query),
        WITH_SERVER(test_not_admin), WITH_SERVER(test_rate_and_edge),
        WITH_SERVER(test_refuse),    WITH_SERVER(test_upload),
        WITH_SERVER(test_replay),    WITH_SERVER(test_skew),
        WITH_SERVER(test_lineage),
    };
    struct CMUnitTest *next = tests + PLAIN_TESTS;
    size_t i;

    for (i = 0; i < FAULT_TESTS; i++) {
        const struct CMUnitTest test = {fault_cases[i].text, test_fault, fault_setup,
                                        fault_teardown, (void *)(uintptr_t)&fault_cases[i]};
        *next++ = test;
    }
    for (i = 0; i < WIRE_TESTS; i++) {
        const struct CMUnitTest test = {wire_cases[i].name, test_wire, fault_setup, fault_teardown,
                                        (void *)(uintptr_t)&wire_cases[i]};
        *next++ = test;
    }
    for (i = 0; i < MULTIPART_TESTS; i++) {
        const struct CMUnitTest test = {multipart_cases[i].name, test_multipart, NULL, NULL,
                                        (void *)(uintptr_t)&multipart_cases[i]};
        *next++ = test;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
