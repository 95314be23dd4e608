/* Rows of a paged call: both idioms, cursors that are honest and not, and the total. */
#include "tests/support/support.h"

#include <sigmacat/pages.h>

#include "tests/support/net.h"

#define PAGES_MAX 4

/* A server answers with `pages`, as a 2xx unless one begins with "HTTP"; `want` is the rows with a
 * space behind each, `asked` the targets likewise. */
struct row {
    const char *name;
    const char *target;
    bool has_token;
    bool is_bare_ok;
    const char *id_member;
    const char *pages[PAGES_MAX];
    const char *want;
    const char *asked; /* NULL: not looked at */
    enum smc_status code;
    const char *detail; /* part of it */
};

#define LIMIT "/v2/x", false, false, NULL
#define TOKEN "/v2/x", true, false, NULL
#define BARE  "/v2/x", false, true, NULL
#define BY_ID "/v2/x", false, false, "id"
#define WELL  SMC_OK, ""

#define BAD_REQUEST "HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n"

/* clang-format off */
static const struct row rows[] = {
    {"limit: one page", LIMIT, {"{'entries':[{'a':1},2],'nextPage':null}"},
     "{'a':1} 2 ", "/v2/x?limit=1000 ", WELL},
    {"limit: no rows", LIMIT, {"{'entries':[],'nextPage':null,'total':0}"},
     "", "/v2/x?limit=1000 ", WELL},
    {"limit: two pages", LIMIT,
     {"{'entries':[1],'nextPage':'c'}", "{'entries':[2],'nextPage':null}"},
     "1 2 ", "/v2/x?limit=1000 /v2/x?limit=1000&page=c ", WELL},
    {"an empty page between", LIMIT,
     {"{'entries':[1],'nextPage':'c'}", "{'entries':[],'nextPage':'d'}",
      "{'entries':[3],'nextPage':null}"}, "1 3 ", NULL, WELL},
    {"a cursor is encoded", LIMIT,
     {"{'entries':[1],'nextPage':'a&b=%2F/ \\u00e9#?'}", "{'entries':[2],'nextPage':null}"},
     "1 2 ", "/v2/x?limit=1000 /v2/x?limit=1000&page=a%26b%3D%252F%2F%20%C3%A9%23%3F ", WELL},
    {"a number as cursor", LIMIT,
     {"{'entries':[1],'nextPage':2}", "{'entries':[2],'nextPage':null}"},
     "1 2 ", "/v2/x?limit=1000 /v2/x?limit=1000&page=2 ", WELL},
    {"the target has a query", "/v2/x?y=1", false, false, NULL, {"{'entries':[1],'nextPage':null}"},
     "1 ", "/v2/x?y=1&limit=1000 ", WELL},
    {"token: two pages", TOKEN, {"{'entries':[1],'nextPageToken':'c'}", "{'entries':[2]}"},
     "1 2 ", "/v2/x?pageSize=1000 /v2/x?pageSize=1000&pageToken=c ", WELL},
    {"token: null ends", TOKEN, {"{'entries':[1],'nextPageToken':null}"}, "1 ", NULL, WELL},
    {"token: an empty one ends", TOKEN, {"{'entries':[1],'nextPageToken':''}"}, "1 ", NULL, WELL},
    {"bare: all there is", BARE, {"[1,2]"}, "1 2 ", NULL, WELL},
    {"bare: in place of a second page", BARE, {"{'entries':[1],'nextPage':'c'}", "[2]"}, "1 ", NULL,
     SMC_ERR_SYNTAX, "page 2 is wrong"},
    {"bare: a page is well too", BARE, {"{'entries':[1],'nextPage':null}"}, "1 ", NULL, WELL},
    {"an answer that is not JSON is asked for again", LIMIT,
     {"{'entries':[1],'nextPa", "{'entries':[1],'nextPage':null}"},
     "1 ", "/v2/x?limit=1000 /v2/x?limit=1000 ", WELL},
    /* total */
    {"total: reached", LIMIT,
     {"{'entries':[1],'nextPage':'c','total':2}", "{'entries':[2],'nextPage':null,'total':2}"},
     "1 2 ", NULL, WELL},
    {"total: the last one counts", LIMIT,
     {"{'entries':[1],'nextPage':'c','total':9}", "{'entries':[2],'nextPage':null,'total':2}"},
     "1 2 ", NULL, WELL},
    {"total: on the first page alone", LIMIT,
     {"{'entries':[1],'nextPage':'c','total':3}", "{'entries':[2],'nextPage':null}"},
     "1 2 ", NULL, SMC_ERR_SYNTAX, "with 2 rows in all where the server says 3"},
    {"total: more rows than it says", LIMIT, {"{'entries':[1,2],'nextPage':null,'total':1}"},
     "1 2 ", NULL, WELL},
    {"total: not reached", LIMIT,
     {"{'entries':[1],'nextPage':'c','total':3}", "{'entries':[2],'nextPage':null,'total':3}"},
     "1 2 ", NULL, SMC_ERR_SYNTAX,
     "GET /v2/x: page 2 was the last, with 2 rows in all where the server says 3"},
    {"total: one that comes twice counts once", BY_ID,
     {"{'entries':[{'id':1},{'id':1}],'nextPage':null,'total':2}"},
     "{'id':1} {'id':1} ", NULL, SMC_ERR_SYNTAX, "with 1 row in all where the server says 2"},
    {"total: without an id each counts", BY_ID, {"{'entries':[{},{}],'nextPage':null,'total':2}"},
     "{} {} ", NULL, WELL},
    /* cursors that are wrong */
    {"a cursor repeats", LIMIT,
     {"{'entries':[1],'nextPage':'c'}", "{'entries':[2],'nextPage':'c'}"},
     "1 ", NULL, SMC_ERR_SYNTAX,
     "GET /v2/x: page 2 names a page that was read before (its cursor repeats)"},
    {"a circle of two", LIMIT,
     {"{'entries':[1],'nextPage':'c'}", "{'entries':[2],'nextPage':'d'}",
      "{'entries':[3],'nextPage':'c'}"}, "1 2 ", NULL, SMC_ERR_SYNTAX, "page 3 names a page"},
    {"a token repeats", TOKEN,
     {"{'entries':[1],'nextPageToken':'c'}", "{'entries':[2],'nextPageToken':'c'}"},
     "1 ", NULL, SMC_ERR_SYNTAX, "page 2 names a page that was read before"},
    {"an empty cursor, no total", LIMIT, {"{'entries':[1],'nextPage':''}"}, "1 ", NULL, WELL},
    {"an empty cursor, no total, full", LIMIT,
     {"{'entries':[1],'nextPage':'c'}", "{'entries':[2],'nextPage':''}"},
     "1 ", NULL, SMC_ERR_SYNTAX, "page 2 has an empty cursor and as many rows as fit a page"},
    {"an empty cursor, full, a total before", LIMIT,
     {"{'entries':[1],'nextPage':'c','total':2}", "{'entries':[2],'nextPage':''}"},
     "1 2 ", NULL, WELL},
    {"an empty cursor, all rows there", LIMIT,
     {"{'entries':[1],'nextPage':'c'}", "{'entries':[2],'nextPage':'','total':2}"}, "1 2 ", NULL, WELL},
    {"an empty cursor, rows lacking", LIMIT, {"{'entries':[1],'nextPage':'','total':2}"},
     "1 ", NULL, SMC_ERR_SYNTAX, "page 1 was the last, with 1 row in all where the server says 2"},
    {"a cursor that was encoded already", LIMIT,
     {"{'entries':[1],'nextPage':'a%3D=&#b'}", BAD_REQUEST, "{'entries':[2],'nextPage':null}"}, "1 2 ",
     "/v2/x?limit=1000 /v2/x?limit=1000&page=a%253D%3D%26%23b /v2/x?limit=1000&page=a%3D=%26%23b ", WELL},
    {"a token that was encoded already", TOKEN,
     {"{'entries':[1],'nextPageToken':'%2f'}", BAD_REQUEST, "{'entries':[2]}"}, "1 2 ",
     "/v2/x?pageSize=1000 /v2/x?pageSize=1000&pageToken=%252f /v2/x?pageSize=1000&pageToken=%2f ", WELL},
    {"as it came it is asked for once", LIMIT,
     {"{'entries':[1],'nextPage':'%2F'}", BAD_REQUEST, BAD_REQUEST}, "1 ",
     "/v2/x?limit=1000 /v2/x?limit=1000&page=%252F /v2/x?limit=1000&page=%2F ", SMC_ERR_REFUSED, "HTTP 400"},
    {"the cursor after it is encoded again", LIMIT,
     {"{'entries':[1],'nextPage':'%2F'}", BAD_REQUEST, "{'entries':[2],'nextPage':'%2E'}",
      "{'entries':[3],'nextPage':null}"}, "1 2 3 ",
     "/v2/x?limit=1000 /v2/x?limit=1000&page=%252F /v2/x?limit=1000&page=%2F "
     "/v2/x?limit=1000&page=%252E ", WELL},
    {"a percent sign is not an escape", LIMIT, {"{'entries':[1],'nextPage':'50%3'}", BAD_REQUEST}, "1 ",
     "/v2/x?limit=1000 /v2/x?limit=1000&page=50%253 ", SMC_ERR_REFUSED, "HTTP 400"},
    {"another refusal is not mended by it", LIMIT,
     {"{'entries':[1],'nextPage':'%2F'}", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"}, "1 ",
     "/v2/x?limit=1000 /v2/x?limit=1000&page=%252F ", SMC_ERR_REFUSED, "HTTP 404"},
    {"no cursor", LIMIT, {"{'entries':[1]}"},
     "", NULL, SMC_ERR_SYNTAX, "page 1 does not say whether more follow"},
    {"the other idiom's cursor", LIMIT, {"{'entries':[1],'nextPageToken':null}"},
     "", NULL, SMC_ERR_SYNTAX, "page 1 has the cursor of another way of paging alone"},
    {"token: the other idiom's cursor", TOKEN, {"{'entries':[1],'nextPage':'x'}"},
     "", NULL, SMC_ERR_SYNTAX, "page 1 has the cursor of another way of paging alone"},
    {"token: null and the other idiom's cursor", TOKEN,
     {"{'entries':[1],'nextPage':'x','nextPageToken':null}"},
     "", NULL, SMC_ERR_SYNTAX, "page 1 has the cursor of another way of paging alone"},
    {"token: the other idiom's end is the end", TOKEN, {"{'entries':[1],'nextPage':null}"},
     "1 ", NULL, WELL},
    {"null ends, whatever the other idiom's member is", LIMIT,
     {"{'entries':[1],'nextPage':null,'nextPageToken':'x'}"}, "1 ", NULL, WELL},
    {"an object as cursor", LIMIT, {"{'entries':[1],'nextPage':{}}"},
     "", NULL, SMC_ERR_SYNTAX, "page 1 has a cursor that is neither a text"},
    {"false as token", TOKEN, {"{'entries':[1],'nextPageToken':false}"},
     "", NULL, SMC_ERR_SYNTAX, "page 1 has a cursor that is neither a text"},
    /* answers that are not pages */
    {"no entries", LIMIT, {"{'nextPage':null}"},
     "", NULL, SMC_ERR_SYNTAX, "GET /v2/x: page 1 is wrong: the answer has no array of rows"},
    {"a bare array where none is taken", LIMIT, {"[1]"},
     "", NULL, SMC_ERR_SYNTAX, "page 1 is wrong"},
    {"a bare array where there are tokens", TOKEN, {"[1]"},
     "", NULL, SMC_ERR_SYNTAX, "page 1 is wrong"},
    {"refused on the second page", LIMIT,
     {"{'entries':[1],'nextPage':'c'}", "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"},
     "1 ", NULL, SMC_ERR_REFUSED, "GET /v2/x: HTTP 404"},
    {"never JSON", LIMIT, {"{", "{", "{"}, "", NULL, SMC_ERR_SYNTAX, "GET /v2/x: "},
};
/* clang-format on */

/* ---- a server and a client ---- */

struct fixture {
    struct fake_clock fake;
    struct net_server *server;
    char *answers[PAGES_MAX];
    struct net_step steps[PAGES_MAX];
    struct smc_client *client;
};

static char *make_answer(const char *page)
{
    if (strncmp(page, "HTTP", 4) == 0)
        return text_format("%s", page);
    char *answer =
        text_format("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(page), page);
    for (char *at = answer; *at; at++)
        if (*at == '\'')
            *at = '"';
    return answer;
}

static void start(struct fixture *f, const char *const *pages)
{
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    size_t count = 0;
    for (; count < PAGES_MAX && pages[count]; count++) {
        f->answers[count] = make_answer(pages[count]);
        f->steps[count].answer = f->answers[count];
    }
    fake_clock_init(&f->fake);
    f->server = net_start(f->steps, count);
    opt.origin = net_url(f->server);
    opt.authorization = "Bearer of-the-test";
    opt.network.retries = 2;
    opt.network.clock = &f->fake.clock;
    assert_int_equal(smc_client_new(&f->client, &opt, NULL), SMC_OK);
}

static void stop(struct fixture *f)
{
    smc_client_free(f->client);
    net_stop(f->server);
    for (size_t i = 0; i < PAGES_MAX; i++)
        free(f->answers[i]);
}

/* ---- tests ---- */

static void check_asked(struct fixture *f, const char *want)
{
    struct smc_buf asked = SMC_BUF_INIT(65536);
    for (long i = 0; i < net_requests(f->server); i++) {
        const char *request = net_request(f->server, i) + strlen("GET ");
        (void)smc_buf_addf(&asked, "%.*s ", (int)strcspn(request, " "), request);
    }
    assert_string_equal(smc_buf_str(&asked), want);
    smc_buf_clear(&asked);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct fixture f = {.client = NULL};
    struct smc_pages *pages = NULL;
    struct smc_pages_opt opt = SMC_PAGES_OPT_INIT;
    struct smc_json_span value = {"", 1};
    struct smc_buf got = SMC_BUF_INIT(65536);
    struct smc_error err = SMC_ERROR_INIT;
    enum smc_status rc = SMC_OK;
    start(&f, row->pages);
    opt.target = row->target;
    opt.has_token = row->has_token;
    opt.is_bare_ok = row->is_bare_ok;
    opt.id_member = row->id_member;
    assert_int_equal(smc_pages_new(&pages, f.client, &opt, NULL), SMC_OK);
    while ((rc = smc_pages_next(pages, &value, &err)) == SMC_OK && value.p)
        (void)smc_buf_addf(&got, "%.*s ", (int)value.len, value.p);
    for (size_t i = 0; i < got.len; i++)
        if (got.data[i] == '"')
            got.data[i] = '\'';
    assert_string_equal(err.detail[0] ? strstr(err.detail, row->detail) ? "" : err.detail : "", "");
    assert_int_equal(rc, row->code);
    assert_int_equal(err.code, row->code);
    assert_string_equal(smc_buf_str(&got), row->want);
    if (row->asked)
        check_asked(&f, row->asked);
    /* The end stays the end, and an error the same error; nothing more is asked for. */
    long requests = net_requests(f.server);
    struct smc_error again = SMC_ERROR_INIT;
    assert_int_equal(smc_pages_next(pages, &value, &again), row->code);
    assert_null(value.p);
    assert_string_equal(again.detail, err.detail);
    assert_int_equal(net_requests(f.server), requests);
    smc_pages_free(pages);
    smc_buf_clear(&got);
    stop(&f);
}

/* A cursor of more than 64 KiB. */
static void test_long_cursor(void **state)
{
    char *page = text_format("{'entries':[1],'nextPage':'%070000d'}", 7);
    const char *const pages_text[PAGES_MAX] = {page};
    struct fixture f = {.client = NULL};
    struct smc_pages *pages = NULL;
    struct smc_pages_opt opt = SMC_PAGES_OPT_INIT;
    struct smc_json_span row;
    struct smc_error err = SMC_ERROR_INIT;
    (void)state;
    start(&f, pages_text);
    opt.target = "/v2/x";
    assert_int_equal(smc_pages_new(&pages, f.client, &opt, NULL), SMC_OK);
    assert_int_equal(smc_pages_next(pages, &row, &err), SMC_ERR_SYNTAX);
    assert_non_null(strstr(err.detail, "has a cursor that is neither a text of at most 64 KiB"));
    smc_pages_free(pages);
    stop(&f);
    free(page);
}

/* Page after page with a cursor that is new each time, and nothing else. */
static void test_endless(void **state)
{
    enum { PAGES = 101 };
    struct net_step steps[PAGES];
    struct fixture f = {.client = NULL};
    struct smc_client_opt client = SMC_CLIENT_OPT_INIT;
    struct smc_pages_opt opt = SMC_PAGES_OPT_INIT;
    struct smc_pages *pages = NULL;
    struct smc_json_span row;
    struct smc_error err = SMC_ERROR_INIT;
    long taken = 0;
    enum smc_status rc;
    (void)state;
    for (int i = 0; i < PAGES; i++) {
        char *page = text_format("{'entries':[{'id':1}],'nextPage':'%d'}", i);
        steps[i] = (struct net_step){.answer = make_answer(page)};
        free(page);
    }
    fake_clock_init(&f.fake);
    f.server = net_start(steps, PAGES);
    client.origin = net_url(f.server);
    client.authorization = "Bearer of-the-test";
    client.network.clock = &f.fake.clock;
    assert_int_equal(smc_client_new(&f.client, &client, NULL), SMC_OK);
    opt.target = "/v2/x";
    opt.id_member = "id";
    assert_int_equal(smc_pages_new(&pages, f.client, &opt, NULL), SMC_OK);
    while ((rc = smc_pages_next(pages, &row, &err)) == SMC_OK && row.p)
        taken++;
    assert_int_equal(rc, SMC_ERR_SYNTAX);
    assert_contains(err.detail, "page 101 is one of 100 in a row that brought nothing new");
    assert_int_equal(taken, 100);
    smc_pages_free(pages);
    stop(&f);
    for (int i = 0; i < PAGES; i++)
        free((char *)(uintptr_t)steps[i].answer);
}

/* Options that can't be. */
static void test_options(void **state)
{
    static const struct smc_pages_opt cases[] = {{.target = NULL},
                                                 {.target = "x"},
                                                 {.target = "@other-host/x"},
                                                 {.target = "/x", .rows = -1}};
    struct smc_pages *pages = NULL;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct smc_error err = SMC_ERROR_INIT;
        assert_int_equal(smc_pages_new(&pages, NULL, &cases[i], &err), SMC_ERR_USAGE);
        assert_null(pages);
        assert_true(strncmp(err.detail, "target: ", 8) == 0 ||
                    strncmp(err.detail, "rows: ", 6) == 0);
    }
    smc_pages_free(NULL);
}

/* An older program knows fewer members, a newer one more, which must be zero. */
static void test_growth(void **state)
{
    struct {
        struct smc_pages_opt known;
        int64_t later;
    } opt = {.known = {.target = "/x", .rows = -1}};
    struct smc_pages *pages = NULL;
    (void)state;
    assert_int_equal(
        smc_pages_new_sized(&pages, NULL, &opt.known, offsetof(struct smc_pages_opt, rows), NULL),
        SMC_OK);
    smc_pages_free(pages);
    opt.known.rows = 0;
    assert_int_equal(smc_pages_new_sized(&pages, NULL, &opt.known, sizeof opt, NULL), SMC_OK);
    smc_pages_free(pages);
    opt.later = 1;
    assert_int_equal(smc_pages_new_sized(&pages, NULL, &opt.known, sizeof opt, NULL),
                     SMC_ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_long_cursor), cmocka_unit_test(test_endless),
        cmocka_unit_test(test_options), cmocka_unit_test(test_growth)};
    int failed = RUN_TABLE("pages", rows, test_row);
    return failed + cmocka_run_group_tests_name("pages", tests, NULL, NULL);
}
