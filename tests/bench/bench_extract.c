/* What an extraction costs, each figure beside a floor that was measured in the same run: the time
 * that the calls take anyhow, `curl --parallel` for the same pages, the fewest calls, the smallest
 * estate. Of three rounds the medians are shown, and of the ratios also the range.
 *
 * Usage: bench_extract (with SMC_BUILD, the build's folder). Ends with 1 when an aim is missed or a
 * program fails; lines that need curl are left out where it is missing. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sigmacat/buf.h>
#include <sigmacat/client.h>

#include "tests/sim/priv.h"
#include "tests/support/bench.h"
#include "tests/support/program.h"
#include "tests/support/stand_in.h"
#include "tests/support/support.h"
#include "lib/net/address.h"

struct bench {
    char *dir; /* vanishes at the end */
    int runs;  /* for names of folders */
    bool has_curl;
    bool is_failed;
};

static void print_figure(struct bench *bench, struct figure *f)
{
    bench->is_failed |= !figure_print(f);
}

/* ---- runs ---- */

static void extract(const char *url, const char *output, const char *option,
                    struct program_cost *cost)
{
    char *path = program_path("castor-extract-sigma");
    const char *argv[] = {path, "-H",   url,           "-c",    "sim-client", "-a", "sim-secret",
                          "-o", output, "--log-level", "error", option,       NULL};
    bench_must(program_measure(argv, cost), "the extraction failed");
    free(path);
}

static char *new_folder(struct bench *bench)
{
    return text_format("%s/%d", bench->dir, bench->runs++);
}

/* One extraction from a stand-in of its own. */
static struct json_tree *run_once(struct bench *bench, const char *options,
                                  struct program_cost *cost)
{
    struct stand_in s;
    char *output = new_folder(bench);
    bench_must(stand_in_start(&s, options), "no stand-in");
    extract(s.url, output, NULL, cost);
    struct json_tree *stats = stand_in_stop(&s);
    bench_must(stats != NULL, "no statistics");
    temp_dir_remove(output);
    return stats;
}

/* ---- curl ---- */

static char *get_token(const struct stand_in *s, const char *dir)
{
    struct program_cost cost;
    struct json_tree *root;
    size_t len;
    char *file = text_format("%s/token", dir);
    char *url = text_format("%s/v2/auth/token", s->url);
    const char *argv[] = {
        "curl", "-s", "-o",
        file,   "-d", "grant_type=client_credentials&client_id=sim-client&client_secret=sim-secret",
        url,    NULL};
    bench_must(program_measure(argv, &cost), "curl: no token");
    char *text = file_read(file, &len);
    root = json_tree_parse(text, len);
    char *token = text_format("%s", json_tree_text(root, "access_token"));
    json_tree_free(root);
    free(text);
    free(url);
    free(file);
    return token;
}

/* Fetches what the list names, five at once, as the extractor does. */
static void run_curl(const struct stand_in *s, const char *dir, const char *list,
                     struct program_cost *cost)
{
    char *file = text_format("%s/list", dir);
    char *token = get_token(s, dir);
    char *header = text_format("Authorization: Bearer %s", token);
    const char *argv[] = {"curl",
                          "-s",
                          "--no-progress-meter",
                          "--parallel",
                          "--parallel-max",
                          "5",
                          "--compressed",
                          "-H",
                          header,
                          "-K",
                          file,
                          NULL};
    file_write(file, list, strlen(list));
    bench_must(program_measure(argv, cost), "curl failed");
    free(header);
    free(token);
    free(file);
}

/* An extraction reads a listing of several pages again, to see whether it has changed meanwhile. */
#define READINGS 2

/* The pages of the listing of files as often, as a list for curl: each to a file of its own. */
static char *list_of_pages(const struct stand_in *s, const char *dir, long files)
{
    struct sim_options opt = SIM_OPTIONS_INIT; /* a cursor depends on the seed alone */
    struct smc_buf list = SMC_BUF_INIT(SIZE_MAX);
    enum smc_status rc = SMC_OK;
    long pages = (files + 999) / 1000;
    for (long i = 0; i < READINGS * pages; i++) {
        struct text cursor = TEXT_INIT;
        long page = i % pages + 1;
        rc |= smc_buf_addf(&list, "output = \"%s/page-%ld\"\nurl = \"%s/v2/files?limit=1000", dir,
                           i, s->url);
        if (page > 1) {
            page_put_cursor(&opt, K_FILES, -1, page, (page - 1) * 1000, &cursor);
            rc |= smc_buf_addstr(&list, "&page=");
            rc |= smci_url_encode(cursor.data, cursor.len, &list);
        }
        rc |= smc_buf_addstr(&list, "\"\n");
        text_clear(&cursor);
    }
    bench_must(rc == SMC_OK, "out of memory");
    char *text = text_format("%s", smc_buf_str(&list));
    smc_buf_clear(&list);
    return text;
}

/* ---- the stand-in alone ---- */

#define SMALL_CALLS 3000

static double small_calls_by_curl(void)
{
    struct program_cost cost;
    struct stand_in s;
    char *dir = temp_dir_make();
    struct smc_buf list = SMC_BUF_INIT(SIZE_MAX);
    bench_must(stand_in_start(&s, ""), "no stand-in");
    for (int i = 0; i < SMALL_CALLS; i++)
        bench_must(smc_buf_addf(&list, "output = /dev/null\nurl = %s/v2/whoami\n", s.url) == SMC_OK,
                   "out of memory");
    run_curl(&s, dir, smc_buf_str(&list), &cost);
    json_tree_free(stand_in_stop(&s));
    smc_buf_clear(&list);
    temp_dir_remove(dir);
    return SMALL_CALLS / cost.wall_s;
}

static void bench_stand_in(struct bench *bench)
{
    struct figure alone = {"the stand-in alone", "calls/s",
                           "what five calls of 200 ms at once need", .least = 20};
    struct figure run = {"an extraction, no latency, no limit", "calls/s",
                         "the stand-in alone, by curl --parallel", .most = 0};
    for (int i = 0; i < ROUNDS; i++) {
        struct program_cost cost;
        struct json_tree *stats = run_once(bench, "--no-odd --workbooks 1500", &cost);
        alone.measured[i] = small_calls_by_curl();
        alone.floor[i] = 5 / 0.2;
        run.measured[i] = (double)stand_in_calls(stats, NULL) / cost.wall_s;
        run.floor[i] = alone.measured[i];
        json_tree_free(stats);
    }
    print_figure(bench, &alone);
    print_figure(bench, &run);
}

/* ---- no idle time ---- */

/* Before it publishes, a run looks for answers too many once all was quiet for so long. */
#define SETTLING_S 1

static void bench_wall(struct bench *bench)
{
    struct figure wall = {"time at 200 ms a call", "s", "calls x 0.2 s / 5, and 1 s", .most = 1.1};
    struct figure ends = {"connections", "", "the window, 5, and the token's", .most = 1};
    for (int i = 0; i < ROUNDS; i++) {
        struct program_cost cost;
        struct json_tree *stats = run_once(bench, "--no-odd --latency 200 --workbooks 140", &cost);
        long calls = stand_in_calls(stats, NULL);
        bench_must(calls >= 300, "fewer than 300 calls");
        wall.measured[i] = cost.wall_s;
        wall.floor[i] = (double)calls * 0.2 / 5 + SETTLING_S;
        ends.measured[i] = (double)json_tree_int(stats, "connections", 0);
        ends.floor[i] = 5 + 1;
        json_tree_free(stats);
    }
    print_figure(bench, &wall);
    print_figure(bench, &ends);
}

/* ---- CPU ---- */

#define PLAIN_RECORDS 250000
#define PLAIN_ESTATE                                                                               \
    "--no-odd --files 250000 --workbooks 0 --datamodels 0 --datasets 0 --members 0 "               \
    "--connections 0"

static void bench_cpu(struct bench *bench)
{
    struct figure cpu = {"CPU for 250,000 plain records", "s",
                         "curl --parallel --compressed, to files, twice", .most = 3};
    struct figure wall = {"time for the same", "s", cpu.floor_name, .most = 0};
    struct figure peak = {"peak memory for the same", "MiB", "32 MiB", .most = 1};
    struct figure bytes = {"bytes received", "MB", "120 MB of records, uncompressed, twice",
                           .most = 0};
    for (int i = 0; i < ROUNDS; i++) {
        struct stand_in s;
        struct program_cost ours;
        struct program_cost theirs;
        char *output = new_folder(bench);
        char *dir = temp_dir_make();
        bench_must(stand_in_start(&s, PLAIN_ESTATE), "no stand-in");
        char *list = list_of_pages(&s, dir, PLAIN_RECORDS);
        run_curl(&s, dir, list, &theirs);
        extract(s.url, output, NULL, &ours);
        struct json_tree *stats = stand_in_stop(&s);
        cpu.measured[i] = ours.cpu_s;
        cpu.floor[i] = theirs.cpu_s;
        wall.measured[i] = ours.wall_s;
        wall.floor[i] = theirs.wall_s;
        peak.measured[i] = (double)ours.peak_kib / 1024;
        peak.floor[i] = 32;
        bytes.measured[i] = (double)json_tree_int(stats, "bytes", 0) / 2e6;
        bytes.floor[i] = 120 * READINGS;
        json_tree_free(stats);
        free(list);
        temp_dir_remove(output);
        temp_dir_remove(dir);
    }
    print_figure(bench, &cpu);
    print_figure(bench, &wall);
    print_figure(bench, &peak);
    print_figure(bench, &bytes);
}

/* ---- memory ---- */

static void bench_memory(struct bench *bench)
{
    static const char *const names[] = {"peak, 10,000 files and 100 workbooks",
                                        "peak, 100,000 files and 1,000 workbooks",
                                        "peak, 1,000,000 files and 10,000 workbooks"};
    double smallest[ROUNDS] = {0};
    for (int size = 0; size < 3; size++) {
        struct figure peak = {names[size], "MiB", "the first of these", .most = 0};
        int factor = size == 0 ? 1 : size == 1 ? 10 : 100;
        char *options = text_format("--no-odd --files %d --workbooks %d --datamodels %d "
                                    "--datasets %d --members %d --tables %d",
                                    10000 * factor, 100 * factor, 10 * factor, 10 * factor,
                                    100 * factor, 200 * factor);
        for (int i = 0; i < ROUNDS; i++) {
            struct program_cost cost;
            json_tree_free(run_once(bench, options, &cost));
            peak.measured[i] = (double)cost.peak_kib / 1024;
            smallest[i] = size == 0 ? peak.measured[i] : smallest[i];
            peak.floor[i] = smallest[i];
        }
        print_figure(bench, &peak);
        free(options);
    }
}

/* ---- the first request ---- */

static int listen_somewhere(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bench_must(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, 8) == 0 &&
                   getsockname(fd, (struct sockaddr *)&at, &len) == 0,
               "no port to listen at");
    *port = ntohs(at.sin_port);
    return fd;
}

/* From the start of a program until its first bytes are there; it is killed then. */
static double time_to_request(const char *const *argv, int listener)
{
    struct program_cost cost;
    char first[16];
    double began_s = bench_now_s();
    pid_t pid = program_spawn((char *const *)(uintptr_t)argv, NULL, (const int[]){-1, -1, 2});
    bench_must(pid > 0, "it did not start");
    int fd = accept(listener, NULL, NULL);
    bench_must(fd >= 0 && read(fd, first, sizeof first) > 0, "no request came");
    double took_s = bench_now_s() - began_s;
    (void)kill(pid, SIGKILL);
    (void)program_wait(pid, &cost);
    (void)close(fd);
    return took_s * 1000;
}

#define STARTS 7

/* The fastest of several: a busy machine only ever adds. */
static double fastest_start(const char *const *argv, int listener)
{
    double best = 1e9;
    for (int i = 0; i < STARTS; i++) {
        double took = time_to_request(argv, listener);
        best = took < best ? took : best;
    }
    return best;
}

static void bench_start(struct bench *bench)
{
    struct figure start = {"from start to first request", "ms", "10 ms", .most = 1};
    struct figure beside = {"the same", "ms", "curl, one request", .most = 0};
    unsigned port = 0;
    int listener = listen_somewhere(&port);
    char *url = text_format("http://127.0.0.1:%u", port);
    char *path = program_path("castor-extract-sigma");
    char *output = new_folder(bench);
    const char *ours[] = {path, "-H", url,    "-c",          "c",     "-a",
                          "s",  "-o", output, "--log-level", "error", NULL};
    const char *theirs[] = {"curl", "-s", url, NULL};
    for (int i = 0; i < ROUNDS; i++) {
        start.measured[i] = beside.measured[i] = fastest_start(ours, listener);
        start.floor[i] = 10;
        beside.floor[i] = bench->has_curl ? fastest_start(theirs, listener) : 1;
    }
    print_figure(bench, &start);
    if (bench->has_curl)
        print_figure(bench, &beside);
    (void)close(listener);
    temp_dir_remove(output);
    free(path);
    free(url);
}

/* ---- calls ---- */

#define CALLS_ESTATE                                                                               \
    "--no-odd --paths-missing 0 --paths-conflict 0 --workbooks 2000 --datamodels 50 "              \
    "--datasets 20 --tables 2000 --sources 6"

/* Token, whoami, six listings (workbooks in two pages, read twice), all paths in three pages (2,000
 * tables and the scopes above them), and one call for each object; lineages as many as were asked
 * for, since only used data models' are. */
static double fewest_calls(struct json_tree *stats, bool is_first)
{
    long listings = 1 + 1 + 5 + 2 * READINGS;
    return (double)(is_first ? listings + 3 + 2 * 2000L + 50 + 20 +
                                   stand_in_calls(stats, "datamodel_lineage")
                             : listings);
}

static void bench_calls(struct bench *bench)
{
    struct figure first = {"calls for 2,000 workbooks, 2,000 tables", "", "the fewest possible",
                           .most = 1.01};
    struct figure again = {"the same, --incremental, nothing changed", "", "the listings",
                           .most = 1};
    struct figure wall = {"time of that second run", "s", "of the first one", .most = 0};
    for (int i = 0; i < ROUNDS; i++) {
        struct stand_in s;
        struct program_cost cost;
        struct program_cost second;
        struct json_tree *stats;
        char *output = new_folder(bench);
        bench_must(stand_in_start(&s, CALLS_ESTATE), "no stand-in");
        extract(s.url, output, "--incremental", &cost);
        extract(s.url, output, "--incremental", &second);
        stats = stand_in_stop(&s);
        again.floor[i] = fewest_calls(stats, false);
        /* One stand-in for both: of its listings half belong to each run. */
        long listed = stand_in_calls(stats, "workbooks") / 2;
        long all = stand_in_calls(stats, NULL);
        long twice = 2 + 5 + listed; /* token, whoami, the other five, workbooks */
        first.floor[i] = fewest_calls(stats, true);
        first.measured[i] = (double)(all - twice);
        again.measured[i] = (double)twice;
        wall.measured[i] = second.wall_s;
        wall.floor[i] = cost.wall_s;
        json_tree_free(stats);
        temp_dir_remove(output);
    }
    print_figure(bench, &first);
    print_figure(bench, &again);
    print_figure(bench, &wall);
}

int main(void)
{
    struct bench bench = {.has_curl = bench_has_curl()};
    bench_use_memory();
    bench.dir = temp_dir_make();
    figure_print_head();
    if (bench.has_curl)
        bench_stand_in(&bench);
    bench_wall(&bench);
    if (bench.has_curl)
        bench_cpu(&bench);
    else
        (void)printf("what is measured against curl was left out: it is not installed\n");
    bench_start(&bench);
    bench_calls(&bench);
    bench_memory(&bench);
    temp_dir_remove(bench.dir);
    return bench.is_failed;
}
