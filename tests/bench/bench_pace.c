/* `make bench-pace`: lib/pace against models of limiters, under a clock of its own.
 *
 * Each row is the mean of twenty seeded runs, the worst of them in brackets.
 *   used     calls accepted, of those allowed: the smaller of the limit (a bucket's first filling
 *            included) and window / latency. A wait that the server imposes by Retry-After allows no
 *            more than what its bucket can hold meanwhile.
 *   refused  of all calls sent
 *   blocks   by an edge that blocks everything for three minutes, by an HTML page, after 20 refusals
 *            within 10 s (5 and 10 in the part on blocks)
 *   crowd    the most refusals within any 10 s
 * Latencies vary by 30 %, and one call in fifty takes three times as long; the way to the server
 * takes a quarter of the latency, at most 25 ms, and varies by half. Ends with 1 when an aim of the
 * part is missed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/pace_sim.h"

#define RUNS 20

struct part {
    const char *title;
    double least_used; /* the aims: of each row, */
    double least_200;  /*   of each row at 200 ms, */
    double most_refused;
    int calls;
    bool is_quiet; /* prints the part's summary alone */
    double worst_used, worst_refused;
    int blocks, rows;
};

static bool is_missed;

static void begin(struct part *part)
{
    part->worst_used = 1e9;
    if (!part->is_quiet)
        printf("\n%s, %d calls\n%-48s %14s %15s %6s %5s %8s\n", part->title, part->calls, "",
               "used %", "refused %", "blocks", "crowd", "seconds");
}

static void row(struct part *part, const struct sim_case *c)
{
    struct sim_result sum = {0};
    double used = 1e9;
    double refused = 0;
    int crowd = 0;
    for (uint64_t i = 0; i < RUNS; i++) {
        struct sim_result r = sim_run(c, 1000 + 17 * i);
        sum.used += r.used / RUNS;
        sum.refused += r.refused / RUNS;
        sum.seconds += r.seconds / RUNS;
        sum.blocks += r.blocks;
        used = r.used < used ? r.used : used;
        refused = r.refused > refused ? r.refused : refused;
        crowd = r.most_refused > crowd ? r.most_refused : crowd;
    }
    bool is_bad = sum.used < part->least_used || sum.refused > part->most_refused ||
                  (c->latency_ms == 200 && sum.used < part->least_200) ||
                  (sum.blocks > 0 && c->block_after >= 20);
    is_missed |= is_bad;
    part->worst_used = sum.used < part->worst_used ? sum.used : part->worst_used;
    part->worst_refused = sum.refused > part->worst_refused ? sum.refused : part->worst_refused;
    part->blocks += sum.blocks;
    part->rows++;
    if (!part->is_quiet || is_bad)
        printf("%-48s %5.1f (%5.1f)  %6.2f (%5.2f) %6d %5d %8.0f%s\n", c->name, 100 * sum.used,
               100 * used, 100 * sum.refused, 100 * refused, sum.blocks, crowd, sum.seconds,
               is_bad ? "  missed" : "");
}

static void finish(const struct part *part)
{
    printf("%s%s, %d calls, %d rows: used %.1f %% or more, refused %.2f %% or less, blocks %d\n",
           part->is_quiet ? "" : "  ", part->title, part->calls, part->rows, 100 * part->worst_used,
           100 * part->worst_refused, part->blocks);
}

static const int latencies[] = {20, 200, 2000};

/* One row for each latency and, where a limit knows it, with Retry-After. */
static void each_latency(struct part *part, struct sim_case c, const char *what)
{
    char name[96];
    c.name = name;
    c.calls = part->calls;
    c.block_after = c.block_after ? c.block_after : 20;
    for (int after = 0; after < 2; after++) {
        c.after = after ? SIM_AFTER_SECONDS : SIM_AFTER_NONE;
        for (size_t i = 0; i < sizeof latencies / sizeof latencies[0]; i++) {
            c.latency_ms = latencies[i];
            if (c.limit.rate * c.latency_ms > 5500) /* the window alone keeps below it */
                continue;
            (void)snprintf(name, sizeof name, "%s, %d ms%s", what, c.latency_ms,
                           after ? ", Retry-After" : "");
            row(part, &c);
        }
    }
}

static void buckets(int least_burst, int most_burst, struct part part)
{
    static const double rates[] = {1, 2, 5, 10, 20, 50, 100, 200};
    static const int bursts[] = {1, 5, 10, 20, 50};
    /* With a burst of 1, what the best fixed spacing uses at 200 ms. */
    static const double best[] = {0.975, 0.95, 0.9, 0.82, 0.7, 0, 0, 0};
    char what[64];
    begin(&part);
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        for (size_t j = 0; j < sizeof bursts / sizeof bursts[0]; j++) {
            part.least_200 = most_burst > 1 ? 0 : 0.85 * best[i];
            struct sim_case c = {.limit = {.rate = rates[i], .burst = bursts[j]}};
            if (bursts[j] < least_burst || bursts[j] > most_burst)
                continue;
            (void)snprintf(what, sizeof what, "%g/s, burst %d", rates[i], bursts[j]);
            each_latency(&part, c, what);
        }
    finish(&part);
}

static void windows(struct part part)
{
    static const int counts[] = {60, 300, 600, 1500};
    char what[64];
    begin(&part);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        struct sim_case c = {.limit = {.per_minute = counts[i]}};
        (void)snprintf(what, sizeof what, "%d a minute", counts[i]);
        each_latency(&part, c, what);
    }
    finish(&part);
}

static void caps(struct part part)
{
    char what[64];
    begin(&part);
    for (int cap = 1; cap < 5; cap++) {
        struct sim_case c = {.limit = {.cap = cap}};
        (void)snprintf(what, sizeof what, "%d at once", cap);
        each_latency(&part, c, what);
    }
    finish(&part);
}

static void changes(struct part part)
{
    static const double rates[][2] = {{20, 10}, {20, 5}, {20, 2}, {10, 20}, {5, 20}, {2, 20}};
    char what[64];
    begin(&part);
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        for (int burst = 5; burst <= 20; burst += 15) {
            struct sim_case c = {.limit = {.rate = rates[i][0], .burst = burst},
                                 .then = {.rate = rates[i][1], .burst = burst},
                                 .change_at = part.calls / 2};
            (void)snprintf(what, sizeof what, "%g/s, then %g/s, burst %d", rates[i][0], rates[i][1],
                           burst);
            each_latency(&part, c, what);
        }
    finish(&part);
}

static void blocks(struct part part)
{
    static const double rates[] = {1, 5, 20};
    char what[64];
    begin(&part);
    for (int after = 5; after <= 10; after += 5)
        for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
            struct sim_case c = {.limit = {.rate = rates[i], .burst = 10}, .block_after = after};
            (void)snprintf(what, sizeof what, "%g/s, burst 10, block after %d", rates[i], after);
            each_latency(&part, c, what);
        }
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct sim_case c = {.limit = {.rate = rates[i], .burst = 10}, .is_html = true};
        (void)snprintf(what, sizeof what, "%g/s, burst 10, each refusal HTML", rates[i]);
        each_latency(&part, c, what);
    }
    finish(&part);
}

static void others(struct part part)
{
    static const int concurrencies[] = {1, 10, 20, 50};
    char what[64];
    begin(&part);
    each_latency(&part, (struct sim_case){.name = ""}, "no limit");
    for (size_t i = 0; i < sizeof concurrencies / sizeof concurrencies[0]; i++) {
        struct sim_case c = {.limit = {.rate = 10, .burst = 10}, .concurrency = concurrencies[i]};
        (void)snprintf(what, sizeof what, "10/s, burst 10, concurrency %d", concurrencies[i]);
        each_latency(&part, c, what);
    }
    struct sim_case polite = {.limit = {.rate = 10, .burst = 5}, .max_rate = 9};
    each_latency(&part, polite, "10/s, burst 5, --max-rate 9");
    struct sim_case learnt = {.limit = {.rate = 10, .burst = 5}, .learnt_rate = 10};
    each_latency(&part, learnt, "10/s, burst 5, learnt before");
    finish(&part);
}

static void randoms(double low, double high, struct part part)
{
    static const double rates[] = {0, 5, 10, 20}; /* of the bucket behind; 0: none */
    static const double shares[] = {0.01, 0.02, 0.05, 0.1, 0.2};
    char what[64];
    begin(&part);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
        for (size_t j = 0; j < sizeof rates / sizeof rates[0]; j++)
            for (int burst = 5; burst <= 20; burst += 15) {
                struct sim_case c = {.limit = {.rate = rates[j], .burst = burst},
                                     .random = shares[i]};
                if (shares[i] < low || shares[i] > high || (rates[j] <= 0 && burst > 5))
                    continue;
                (void)snprintf(what, sizeof what, "%g %% at random, %g/s, burst %d",
                               100 * shares[i], rates[j], burst);
                each_latency(&part, c, what);
            }
    finish(&part);
}

static void shared(struct part part)
{
    static const double rates[] = {5, 10, 20};
    char what[64];
    begin(&part);
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++)
        for (int burst = 5; burst <= 20; burst += 15) {
            struct sim_case c = {.limit = {.rate = rates[i], .burst = burst}, .is_shared = true};
            (void)snprintf(what, sizeof what, "%g/s shared, burst %d", rates[i], burst);
            each_latency(&part, c, what);
        }
    finish(&part);
}

static void kinds(int least_burst, int most_burst, struct part part)
{
    char what[64];
    begin(&part);
    for (int burst = least_burst; burst <= most_burst; burst += 5) {
        struct sim_case c = {.kind = {.rate = 5, .burst = burst}};
        (void)snprintf(what, sizeof what, "every second call 5/s, burst %d", burst);
        each_latency(&part, c, what);
    }
    finish(&part);
}

static void firsts(struct part part)
{
    begin(&part);
    struct sim_case c = {.is_first_refused = true};
    each_latency(&part, c, "every first try refused");
    finish(&part);
}

int main(void)
{
    buckets(5, 50, (struct part){"token buckets", 0.94, 0, 0.02, .calls = 1000});
    buckets(1, 1, (struct part){"token buckets with a burst of 1", 0, 0, 0.05, .calls = 1000});
    windows((struct part){"fixed minutes", 0.83, 0, 0.02, .calls = 3000});
    caps((struct part){"calls at once", 0, 0.85, 0.02, .calls = 1000});
    changes((struct part){"limits that change", 0, 0, 0.05, .calls = 1000});
    blocks((struct part){"blocks", 0, 0, 0.05, .calls = 1000});
    others((struct part){"other settings", 0.94, 0, 0.02, .calls = 1000});
    randoms(0, 0.02,
            (struct part){"one or two in a hundred at random", 0.85, 0.9, 1, .calls = 1000});
    randoms(0.05, 0.05, (struct part){"5 % at random", 0.8, 0.85, 1, .calls = 1000});
    randoms(0.1, 0.1, (struct part){"10 % at random", 0.68, 0.7, 1, .calls = 1000});
    randoms(0.2, 1, (struct part){"a fifth at random", 0.74, 0.75, 1, .calls = 1000});
    shared((struct part){"a shared bucket", 0.88, 0, 0.03, .calls = 3000});
    kinds(6, 21, (struct part){"one kind limited", 0.87, 0, 0.02, .calls = 2000});
    kinds(1, 1, (struct part){"one kind limited, burst of 1", 0.72, 0, 0.05, .calls = 2000});
    firsts((struct part){"first tries", 0.75, 0, 1, .calls = 1000});
    printf("\nlonger runs\n");
    for (int calls = 3000; calls <= 10000; calls += 7000) {
        double changed = calls == 10000 ? 0.88 : 0;
        buckets(5, 50, (struct part){"token buckets", 0.94, 0, 0.02, calls, true, 0, 0, 0, 0});
        buckets(1, 1, (struct part){"a burst of 1", 0, 0, 0.05, calls, true, 0, 0, 0, 0});
        windows((struct part){"fixed minutes", 0.83, 0, 0.02, calls, true, 0, 0, 0, 0});
        caps((struct part){"calls at once", 0, 0.85, 0.02, calls, true, 0, 0, 0, 0});
        changes((struct part){"limits that change", changed, 0, 0.05, calls, true, 0, 0, 0, 0});
    }
    return is_missed;
}
