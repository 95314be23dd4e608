/* What an upload costs, beside `curl -F` for the same bytes in the same run: many files, one of
 * 2 GiB, and what the checks and the record add. Of three rounds the medians are shown, and of the
 * ratios also the range.
 *
 * A .csv file and a single one are not read before they are sent, and nothing is recorded where a
 * file stands in the place of the record's directory: that is the upload without checks and record.
 * The stand-in does not keep what it gets, nor hash it.
 *
 * Usage: bench_upload (with SMC_BUILD, the build's folder). Ends with 1 when an aim is missed or a
 * program fails; lines that need curl are left out where it is missing. */
#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/bench.h"
#include "tests/support/program.h"
#include "tests/support/stand_in.h"
#include "tests/support/support.h"

#define SOURCE_ID "01234567-89ab-cdef-0123-456789abcdef"
#define TOKEN     "Authorization: Token sim-token"
#define ACCEPT    "Accept: text/csv, application/json"
#define PLACE     "/visualization-" SOURCE_ID "/"
#define BIG_BYTES (INT64_C(2) << 30)
#define KIB       1024.0
#define NO_COST                                                                                    \
    {                                                                                              \
        .wall_s = 1e9, .cpu_s = 1e9, .peak_kib = LONG_MAX                                          \
    }
#define TRIES 3 /* of a round, in turn; the fastest counts, since a busy machine only ever adds */

struct bench {
    char *dir; /* vanishes at the end */
    char *big; /* a file with a hole in it */
    bool has_curl;
    bool is_failed;
};

/* Many files, twice: as .csv and, the same bytes, as .json. */
struct lot {
    const char *name;
    int count;
    size_t size;
    char *csv;
    char *json;
};

static void print_figure(struct bench *bench, struct figure *f)
{
    bench->is_failed |= !figure_print(f);
}

static double lesser(double a, double b)
{
    return a < b ? a : b;
}

/* `best` begins as NO_COST. */
static void keep_least(struct program_cost *best, const struct program_cost *cost)
{
    best->wall_s = lesser(best->wall_s, cost->wall_s);
    best->cpu_s = lesser(best->cpu_s, cost->cpu_s);
    best->peak_kib = best->peak_kib < cost->peak_kib ? best->peak_kib : cost->peak_kib;
}

/* ---- what is sent ---- */

/* An array of records that is valid JSON, of that size. */
static char *make_records(size_t size)
{
    static const char record[] =
        "{\"id\":\"8dfcd325-6b9a-49b3-a491-1189fab1b206\",\"name\":\"A \\\""
        "workbook\\\" with a name\",\"version\":17,\"isArchived\":false},";
    char *bytes = malloc(size);
    size_t len = sizeof record - 1;
    size_t at = 1;
    bench_must(bytes != NULL && size > len + 2, "no memory");
    (void)memset(bytes, ' ', size);
    bytes[0] = '[';
    for (; at + len + 1 <= size; at += len)
        (void)memcpy(bytes + at, record, len);
    bytes[at - 1] = ' '; /* the last comma */
    bytes[size - 1] = ']';
    return bytes;
}

/* Only --state has one recorded then. */
static void refuse_record(const char *dir)
{
    char *file = text_format("%s/.sigmacat", dir);
    file_write(file, "", 0);
    free(file);
}

static void lot_make(struct lot *lot, const char *dir)
{
    char *bytes = make_records(lot->size);
    lot->csv = text_format("%s/%d-csv", dir, lot->count);
    lot->json = text_format("%s/%d-json", dir, lot->count);
    bench_must(mkdir(lot->csv, 0700) == 0 && mkdir(lot->json, 0700) == 0, "no folder");
    refuse_record(lot->csv);
    refuse_record(lot->json);
    for (int i = 0; i < lot->count; i++) {
        char *file = text_format("%s/%05d.csv", lot->csv, i);
        char *same = text_format("%s/%05d.json", lot->json, i);
        file_write(file, bytes, lot->size);
        bench_must(link(file, same) == 0, "no link");
        free(file);
        free(same);
    }
    free(bytes);
}

static void lot_clear(struct lot *lot)
{
    free(lot->csv);
    free(lot->json);
}

static void make_big(struct bench *bench)
{
    bench->big = text_format("%s/big.csv", bench->dir);
    file_write(bench->big, "", 0);
    bench_must(truncate(bench->big, BIG_BYTES) == 0, "no room for a file of 2 GiB");
}

/* ---- who sends ---- */

#define OPTIONS_MAX 8

/* `options` end with NULL. */
static void upload(const struct stand_in *s, const char *const *options, struct program_cost *cost)
{
    char *path = program_path("castor-upload");
    const char *argv[11 + OPTIONS_MAX] = {path,      "-k",          "sim-token", "-s",
                                          SOURCE_ID, "-t",          "VIZ",       "--endpoint",
                                          s->url,    "--log-level", "error"};
    for (size_t i = 0; i < OPTIONS_MAX - 1 && options[i]; i++)
        argv[11 + i] = options[i];
    bench_must(program_measure(argv, cost), "the upload failed");
    free(path);
}

static void upload_folder(const struct stand_in *s, const char *folder, const char *parallel,
                          struct program_cost *cost)
{
    const char *options[] = {"-d", folder, "--parallel", parallel, NULL};
    upload(s, options, cost);
}

static void curl_file(const struct stand_in *s, const char *file, struct program_cost *cost)
{
    char *form = text_format("file=@%s", file);
    char *url = text_format("%s" PLACE "%s", s->url, strrchr(file, '/') + 1);
    const char *argv[] = {"curl", "-s", "-f", "-H", TOKEN, "-H", ACCEPT, "-F", form, url, NULL};
    bench_must(program_measure(argv, cost), "curl failed");
    free(form);
    free(url);
}

/* One curl for each file, one after the other. */
static double curl_each(const struct stand_in *s, const struct lot *lot)
{
    double began_s = bench_now_s();
    for (int i = 0; i < lot->count; i++) {
        struct program_cost cost;
        char *file = text_format("%s/%05d.csv", lot->csv, i);
        curl_file(s, file, &cost);
        free(file);
    }
    return bench_now_s() - began_s;
}

/* One curl for all, three at once, on connections that are kept. */
static double curl_all(const struct stand_in *s, const struct lot *lot)
{
    struct program_cost cost;
    char *list = text_format("%s.list", lot->csv);
    const char *argv[] = {
        "curl", "-s", "--no-progress-meter", "--parallel", "--parallel-max", "3", "-K", list, NULL};
    FILE *out = fopen(list, "we");
    bench_must(out != NULL, "no list for curl");
    for (int i = 0; i < lot->count; i++)
        (void)fprintf(out,
                      "%surl = \"%s" PLACE "%05d.csv\"\noutput = /dev/null\nfail\n"
                      "header = \"" TOKEN "\"\nheader = \"" ACCEPT "\"\n"
                      "form = \"file=@%s/%05d.csv\"\n",
                      i > 0 ? "next\n" : "", s->url, i, lot->csv, i);
    bench_must(fclose(out) == 0 && program_measure(argv, &cost), "curl failed");
    free(list);
    return cost.wall_s;
}

static void start(struct stand_in *s)
{
    bench_must(stand_in_start(s, "--no-digest"), "no stand-in");
}

/* All that was sent must have been accepted. */
static void stop(struct stand_in *s, long expected)
{
    struct json_tree *stats = stand_in_stop(s);
    struct json_tree *calls = json_tree_get(json_tree_get(stats, "calls"), "upload");
    bench_must(json_tree_int(calls, "all", 0) == expected &&
                   json_tree_int(calls, "201", 0) == expected,
               "not all was accepted");
    json_tree_free(stats);
}

/* ---- the stand-in alone ---- */

static int connect_to(const struct stand_in *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_port = htons((uint16_t)strtoul(strrchr(s->url, ':') + 1, NULL, 10));
    /* Else what is sent in pieces waits for the other side's acknowledgement. */
    bench_must(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
                   setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int)) == 0,
               "no connection");
    return fd;
}

static void send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        bench_must(sent > 0, "the stand-in does not take it");
        bytes += sent;
        len -= (size_t)sent;
    }
}

static void read_answer(int fd)
{
    char answer[4096];
    size_t len = 0;
    while (!memmem(answer, len, "taken", 5)) {
        ssize_t got = recv(fd, answer + len, sizeof answer - len, 0);
        bench_must(got > 0, "the stand-in does not answer");
        len += (size_t)got;
    }
    bench_must(strncmp(answer, "HTTP/1.1 201", 12) == 0, "the stand-in refuses");
}

/* Sends files out of memory on one connection, as fast as they are taken. */
static double send_raw(const struct stand_in *s, int count, int64_t size)
{
    static const char part[] = "--b\r\nContent-Disposition: form-data; name=\"file\"; "
                               "filename=\"x.csv\"\r\n\r\n";
    static const char last[] = "\r\n--b--\r\n";
    static const char piece[256 * 1024] = "";
    int fd = connect_to(s);
    char *head = text_format("POST " PLACE "x.csv HTTP/1.1\r\nHost: x\r\n" TOKEN "\r\n" ACCEPT
                             "\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                             "Content-Length: %lld\r\n\r\n%s",
                             (long long)size + (long long)(sizeof part + sizeof last - 2), part);
    double began_s = bench_now_s();
    for (int i = 0; i < count; i++) {
        send_all(fd, head, strlen(head));
        for (int64_t left = size; left > 0; left -= (int64_t)sizeof piece)
            send_all(fd, piece, left < (int64_t)sizeof piece ? (size_t)left : sizeof piece);
        send_all(fd, last, sizeof last - 1);
        read_answer(fd);
    }
    double took_s = bench_now_s() - began_s;
    free(head);
    (void)close(fd);
    return took_s;
}

/* ---- many files ---- */

static void bench_lot(struct bench *bench, const struct lot *lot)
{
    char *names[] = {text_format("the stand-in alone, %s", lot->name),
                     text_format("time for %s, one at a time", lot->name),
                     text_format("the same, three at a time")};
    struct figure alone = {names[0], "s", "castor-upload, three at a time", .most = 0};
    struct figure single = {names[1], "s", "one curl -F for each", .most = 1.1};
    struct figure beside = {names[2], "s", "one curl -F for each", .most = 1.1};
    struct figure kept = {"the same", "s", "one curl for all, --parallel-max 3", .most = 0};
    for (int i = 0; i < ROUNDS; i++) {
        struct stand_in s;
        struct program_cost one;
        struct program_cost three;
        start(&s);
        alone.measured[i] = send_raw(&s, lot->count, (int64_t)lot->size);
        single.floor[i] = beside.floor[i] = curl_each(&s, lot);
        upload_folder(&s, lot->csv, "1", &one);
        upload_folder(&s, lot->csv, "3", &three);
        kept.floor[i] = curl_all(&s, lot);
        stop(&s, 5L * lot->count);
        single.measured[i] = one.wall_s;
        alone.floor[i] = beside.measured[i] = kept.measured[i] = three.wall_s;
    }
    print_figure(bench, &alone);
    print_figure(bench, &single);
    print_figure(bench, &beside);
    print_figure(bench, &kept);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        free(names[i]);
}

/* ---- one large file ---- */

static void bench_big(struct bench *bench)
{
    const char *options[] = {"-f", bench->big, NULL};
    struct figure alone = {"the stand-in alone, 2 GiB", "s", "curl -F", .most = 0};
    struct figure wall = {"time for one file of 2 GiB", "s", "curl -F", .most = 5};
    struct figure cpu = {"CPU for the same", "s", "curl -F", .most = 5};
    struct figure peak = {"peak memory for the same", "MiB", "32 MiB", .most = 1};
    struct figure beside = {"the same", "MiB", "curl -F", .most = 0};
    for (int i = 0; i < ROUNDS; i++) {
        struct stand_in s;
        struct program_cost cost;
        struct program_cost ours = NO_COST;
        struct program_cost theirs = NO_COST;
        start(&s);
        alone.measured[i] = send_raw(&s, 1, BIG_BYTES);
        for (int n = 0; n < TRIES; n++) {
            curl_file(&s, bench->big, &cost);
            keep_least(&theirs, &cost);
            upload(&s, options, &cost);
            keep_least(&ours, &cost);
        }
        stop(&s, 1 + 2 * TRIES);
        wall.measured[i] = ours.wall_s;
        alone.floor[i] = wall.floor[i] = theirs.wall_s;
        cpu.measured[i] = ours.cpu_s;
        cpu.floor[i] = theirs.cpu_s;
        peak.measured[i] = beside.measured[i] = (double)ours.peak_kib / KIB;
        peak.floor[i] = 32;
        beside.floor[i] = (double)theirs.peak_kib / KIB;
    }
    print_figure(bench, &alone);
    print_figure(bench, &wall);
    print_figure(bench, &cpu);
    print_figure(bench, &peak);
    print_figure(bench, &beside);
}

/* ---- the checks and the record ---- */

/* The fastest of several uploads into a stand-in of their own. */
static double upload_time(const char *const *options)
{
    struct program_cost best = NO_COST;
    for (int n = 0; n < TRIES; n++) {
        struct stand_in s;
        struct program_cost cost;
        bench_must(stand_in_start(&s, "--no-digest"), "no stand-in");
        upload(&s, options, &cost);
        keep_least(&best, &cost);
        json_tree_free(stand_in_stop(&s));
    }
    return best.wall_s;
}

static void bench_care(struct bench *bench, const struct lot *lot)
{
    char *state = text_format("%s/state", bench->dir);
    char *names[] = {text_format("time for %s, checked", lot->name)};
    struct figure checked = {names[0], "s", "unchecked", .most = 0};
    struct figure recorded = {"the same, unchecked, recorded (--state)", "s", "unchecked",
                              .most = 0};
    struct figure both = {"the same, checked and recorded", "s", "unchecked", .most = 0};
    struct figure again = {"the same again, --skip-uploaded", "s", "checked and recorded",
                           .most = 0};
    const char *plain[] = {"-d", lot->csv, NULL};
    const char *with_checks[] = {"-d", lot->json, NULL};
    const char *with_record[] = {"-d", lot->csv, "--state", state, NULL};
    const char *with_both[] = {"-d", lot->json, "--state", state, NULL};
    const char *skipping[] = {"-d", lot->json, "--state", state, "--skip-uploaded", NULL};
    for (int i = 0; i < ROUNDS; i++) {
        double floor = upload_time(plain);
        checked.measured[i] = upload_time(with_checks);
        recorded.measured[i] = upload_time(with_record);
        both.measured[i] = upload_time(with_both);
        again.measured[i] = upload_time(skipping);
        checked.floor[i] = recorded.floor[i] = both.floor[i] = floor;
        again.floor[i] = both.measured[i];
    }
    print_figure(bench, &checked);
    print_figure(bench, &recorded);
    print_figure(bench, &both);
    print_figure(bench, &again);
    free(names[0]);
    free(state);
}

int main(void)
{
    struct bench bench = {.has_curl = bench_has_curl()};
    struct lot few = {.name = "200 files of 256 KiB", .count = 200, .size = 256 * 1024};
    struct lot many = {.name = "500 files of 4 KiB", .count = 500, .size = 4096};
    bench_use_memory();
    bench.dir = temp_dir_make();
    lot_make(&few, bench.dir);
    lot_make(&many, bench.dir);
    make_big(&bench);
    figure_print_head();
    if (bench.has_curl) {
        bench_lot(&bench, &few);
        bench_lot(&bench, &many);
        bench_big(&bench);
    } else {
        (void)printf("what is measured against curl was left out: it is not installed\n");
    }
    bench_care(&bench, &few);
    bench_care(&bench, &many);
    lot_clear(&few);
    lot_clear(&many);
    free(bench.big);
    temp_dir_remove(bench.dir);
    return bench.is_failed;
}
