/* The way to a server, as a probe finds it and --check tells of it: what the stand-in can't be, a
 * proxy, a port where nobody takes connections, one where nobody speaks. */
#include "tests/support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/cli/server.h"
#include "lib/net/special.h"
#include "tests/support/live_clock.h"
#include "tests/support/net.h"

#define TOKEN "sim-token"

struct fixture {
    struct live_clock live;
    int64_t timeout_ms; /* 0: none that is met; libcurl takes the system's time for it */
    struct smc_client *client;
    char *out;
    enum smc_status status; /* of the list */
    bool is_reached;
};

static void forget_variables(void)
{
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy",
                                        "ALL_PROXY",   "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unsetenv(names[i]);
}

static void open_client(struct fixture *f, const char *origin)
{
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    live_clock_init(&f->live);
    opt.origin = origin;
    opt.policy = SMC_POLICY_SIGMA;
    opt.authorization = "Token " TOKEN;
    opt.network.retries = 1;
    opt.network.timeout_ms = f->timeout_ms ? f->timeout_ms : 60000;
    opt.network.clock = &f->live.clock;
    assert_int_equal(smc_client_new(&f->client, &opt, NULL), SMC_OK);
}

static void check(struct fixture *f, const char *origin)
{
    struct smci_cli_checklist list;
    size_t len = 0;
    open_client(f, origin);
    const struct smci_cli_server server = {.origin = origin,
                                           .target = "/",
                                           .owner = "Sigma",
                                           .setting = "--host",
                                           .advice = "",
                                           .client = f->client,
                                           .clock = &f->live.clock};
    FILE *out = open_memstream(&f->out, &len);
    smci_cli_checklist_init(&list, out, NULL);
    assert_int_equal(smci_cli_check_server(&list, &server, &f->is_reached, NULL), SMC_OK);
    f->status = smci_cli_checklist_end(&list, "p", NULL);
    (void)fclose(out);
}

static void clear(struct fixture *f)
{
    smc_client_free(f->client);
    free(f->out);
}

static void assert_line(const struct fixture *f, const char *start)
{
    const char *at = f->out;
    while (*at && strncmp(at, start, strlen(start)) != 0)
        at += strcspn(at, "\n") + 1;
    if (!*at)
        fail_msg("no line '%s' in:\n%s", start, f->out);
}

/* ---- a probe ---- */

static enum smc_verdict on_probe(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    (void)ctx;
    (void)why;
    assert_int_equal(answer->http_status, 401);
    assert_int_equal(answer->attempts, 1);
    return SMC_TAKE;
}

/* It has no credentials even where the client has, and a 401 is an answer like any other. */
static void test_probe(void **state)
{
    static const struct net_step step = {"HTTP/1.1 401 No\r\nContent-Length: 0\r\n"
                                         "Date: Mon, 21 Sep 2026 14:13:20 GMT\r\n\r\n",
                                         0, NET_KEEP, false};
    struct net_server *server = net_start(&step, 1);
    struct fixture f = {.client = NULL};
    struct smci_probe probe = {.failed_step = SMCI_STEP_ANSWER};
    struct smc_request request = {.kind = "probe", .target = "/x", .done = on_probe};
    (void)state;
    open_client(&f, net_url(server));
    assert_int_equal(smci_client_probe(f.client, &request, &probe), SMC_OK);
    assert_int_equal(smc_client_run(f.client, NULL), SMC_OK);
    assert_memory_equal(net_request(server, 0), "GET /x HTTP/1.1\r\n", 17);
    assert_null(strcasestr(net_request(server, 0), "Authorization"));
    assert_int_equal(probe.failed_step, SMCI_STEP_NONE);
    assert_string_equal(probe.address, "127.0.0.1");
    assert_int_equal(probe.date_s, 1790000000);
    assert_int_equal(probe.certificate_end_s, 0);
    assert_false(probe.is_proxied);
    clear(&f);
    net_stop(server);
}

/* ---- proxies ---- */

struct proxy_row {
    const char *name;
    const char *answer; /* of the proxy; NULL: nobody is there */
    const char *variable;
    const char *line;
};

static const struct proxy_row proxy_rows[] = {
    {"not_there", NULL, "https_proxy",
     "FAIL  connection   sigma.example: the proxy can't be reached: Failed to connect to 127"},
    {"not_there_for_all", NULL, "ALL_PROXY",
     "FAIL  connection   sigma.example: the proxy can't be reached: Failed to connect to 127"},
    {"refuses", "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", "https_proxy",
     "FAIL  connection   sigma.example: CONNECT tunnel failed, response 403"},
};

static void test_proxy(void **state)
{
    const struct proxy_row *row = *state;
    const struct net_step step = {row->answer, 0, NET_KEEP, false};
    struct net_server *server = net_start(&step, 1);
    struct fixture f = {.client = NULL};
    const char *proxy = row->answer ? net_url(server) : "http://127.0.0.1:1";
    assert_int_equal(setenv(row->variable, proxy, 1), 0);
    check(&f, "https://sigma.example");
    forget_variables();
    assert_int_equal(f.status, SMC_ERR_NETWORK);
    assert_false(f.is_reached);
    assert_line(&f, "--    name         sigma.example is left to the proxy");
    assert_line(&f, row->line);
    char *remedy = text_format("        do: let the proxy that %s names pass", row->variable);
    assert_line(&f, remedy);
    assert_line(&f, "--    not tried    TLS, clock\n");
    free(remedy);
    clear(&f);
    net_stop(server);
}

/* ---- silence ---- */

/* Where one connection waits that nobody takes, Linux lets no other come. */
struct deaf_port {
    int listener;
    int waiting;
    char origin[64];
};

static void deaf_open(struct deaf_port *port)
{
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t len = sizeof where;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    port->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    port->waiting = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(port->listener, (struct sockaddr *)&where, len) != 0 ||
        listen(port->listener, 0) != 0 ||
        getsockname(port->listener, (struct sockaddr *)&where, &len) != 0 ||
        connect(port->waiting, (struct sockaddr *)&where, len) != 0)
        fail_msg("no port on loopback");
    (void)snprintf(port->origin, sizeof port->origin, "https://127.0.0.1:%u",
                   ntohs(where.sin_port));
}

static void test_no_connection_in_time(void **state)
{
    struct deaf_port port;
    struct fixture f = {.timeout_ms = 500};
    (void)state;
    deaf_open(&port);
    check(&f, port.origin);
    assert_int_equal(f.status, SMC_ERR_NETWORK);
    assert_line(&f, "ok    name         127.0.0.1\n");
    assert_line(&f, "FAIL  connection   ");
    assert_line(&f, "        do: let this machine connect to 127.0.0.1:");
    clear(&f);
    (void)close(port.waiting);
    (void)close(port.listener);
}

/* It takes the connection, and then waits for the end of a head. */
static void test_no_tls_in_time(void **state)
{
    static const struct net_step step = {NULL, 0, NET_STALL, false};
    struct net_server *server = net_start(&step, 1);
    struct fixture f = {.timeout_ms = 500};
    (void)state;
    char *origin = text_format("https://127.0.0.1:%u", net_port(server));
    check(&f, origin);
    while (strstr(f.out, "FAIL  connection") && f.timeout_ms < 60000) { /* a slow machine */
        clear(&f);
        f.timeout_ms *= 2;
        check(&f, origin);
    }
    assert_int_equal(f.status, SMC_ERR_NETWORK);
    assert_line(&f, "ok    connection   127.0.0.1:");
    assert_line(&f, "FAIL  TLS          127.0.0.1:");
    assert_line(&f, "        do: check that --host is right");
    clear(&f);
    free(origin);
    net_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_no_connection_in_time),
        cmocka_unit_test(test_no_tls_in_time),
    };
    forget_variables();
    int failed = RUN_TABLE("proxies", proxy_rows, test_proxy);
    return failed + cmocka_run_group_tests_name("the way to a server", tests, NULL, NULL);
}
