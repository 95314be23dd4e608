/* castor-upload over a slow link: a server that takes little of what comes, in a time of its own. */
#include "support/support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support/uploading.h"

#define PIECE_BYTES ((size_t)512 * 1024)
#define PIECE_MS    3000 /* what a piece takes, where --timeout is 4 s */
#define FILE_BYTES  ((size_t)8 * 1024 * 1024)
#define LOOKS       10 /* at the clock, in which the client has gone round its loop */

/* The clock stands still but for the link's sake. */
struct link {
    struct fixture *f;
    struct smc_clock clock;
    atomic_long now_ms;
    atomic_long looks;
    atomic_bool is_over; /* the client has ended */
    int listener;
    unsigned port;
    pthread_t thread;
};

static int64_t now(void *ctx)
{
    struct link *link = ctx;
    atomic_fetch_add(&link->looks, 1);
    return atomic_load(&link->now_ms);
}

static int64_t wall(void *ctx)
{
    return INT64_C(1790000000000) + atomic_load(&((struct link *)ctx)->now_ms);
}

static void advance(void *ctx, int64_t ms)
{
    atomic_fetch_add(&((struct link *)ctx)->now_ms, (long)ms);
}

/* Until the client has seen what the time is now, or has ended. */
static void wait_for_looks(struct link *link)
{
    long until = atomic_load(&link->looks) + LOOKS;
    const struct timespec moment = {0, 1000000};
    while (!atomic_load(&link->is_over) && atomic_load(&link->looks) < until)
        (void)nanosleep(&moment, NULL);
}

static void *serve(void *ctx)
{
    static const char answer[] = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";
    struct link *link = ctx;
    char *bytes = malloc(PIECE_BYTES);
    int fd = accept(link->listener, NULL, NULL);
    size_t all = 0;
    ssize_t got = 1;
    while (got > 0 && all < FILE_BYTES) {
        size_t piece = 0;
        while (piece < PIECE_BYTES && all < FILE_BYTES &&
               (got = recv(fd, bytes, PIECE_BYTES - piece, 0)) > 0) {
            piece += (size_t)got;
            all += (size_t)got;
        }
        atomic_fetch_add(&link->now_ms, PIECE_MS);
        wait_for_looks(link);
    }
    (void)send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL);
    while (recv(fd, bytes, PIECE_BYTES, 0) > 0)
        ;
    (void)close(fd);
    free(bytes);
    return NULL;
}

/* What the server has room for is little; what the client's kernel takes is its default. */
static void open_link(struct link *link)
{
    struct sockaddr_in where = {.sin_family = AF_INET};
    socklen_t len = sizeof where;
    int room = 65536;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    link->clock = (struct smc_clock){now, wall, advance, link};
    link->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(setsockopt(link->listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof room), 0);
    assert_int_equal(bind(link->listener, (struct sockaddr *)&where, len), 0);
    assert_int_equal(listen(link->listener, 4), 0);
    assert_int_equal(getsockname(link->listener, (struct sockaddr *)&where, &len), 0);
    link->port = ntohs(where.sin_port);
    assert_int_equal(pthread_create(&link->thread, NULL, serve, link), 0);
}

/* More than ten times --timeout in all, and never a moment in which nothing is acknowledged. */
static void test_slow_link(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    struct link link = {.f = f};
    char *path = make_file(f, "f.json", FILE_BYTES);
    const char *const args[] = {"-t", "VIZ", "-f", path, "--timeout", "4", "--retries", "0", NULL};
    open_link(&link);
    char *endpoint = text_format("http://127.0.0.1:%u", link.port);
    f->endpoint = endpoint;
    enum smc_status rc = upload(f, &link.clock, args, &err);
    atomic_store(&link.is_over, true);
    (void)pthread_join(link.thread, NULL);
    (void)close(link.listener);
    free(endpoint);
    free(path);
    if (rc != SMC_OK)
        fail_msg("%d: %s\n%s", rc, err.detail, log_sink_text(&f->log));
    assert_in_range(atomic_load(&link.now_ms), 40000, 400000);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_slow_link, fixture_setup, fixture_teardown),
    };
    return cmocka_run_group_tests_name("slow link", tests, NULL, NULL);
}
