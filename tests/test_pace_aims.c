/* lib/net/pace: its aims, against models of limiters. */
#include "support/support.h"

#include "support/pace_sim.h"

struct aim_row {
    const char *name;
    struct sim_case c;
    double used, refused;
};

#define BUCKET(r, b, latency) .limit = {.rate = (r), .burst = (b)}, .latency_ms = (latency)

/* clang-format off */
static const struct aim_row aim_rows[] = {
    {"1/s, burst 5", {BUCKET(1, 5, 20)}, 0.94, 0.02},
    {"1/s, burst 50", {BUCKET(1, 50, 20)}, 0.94, 0.02},
    {"2/s, burst 5, slow", {BUCKET(2, 5, 2000)}, 0.94, 0.02},
    {"5/s, burst 10", {BUCKET(5, 10, 200)}, 0.94, 0.02},
    {"10/s, burst 20, Retry-After", {BUCKET(10, 20, 200), .after = SIM_AFTER_SECONDS}, 0.94, 0.02},
    {"20/s, burst 5", {BUCKET(20, 5, 200)}, 0.94, 0.02},
    {"20/s, burst 20", {BUCKET(20, 20, 200)}, 0.94, 0.02},
    {"50/s, burst 50, Retry-After", {BUCKET(50, 50, 20), .after = SIM_AFTER_SECONDS}, 0.94, 0.02},
    {"100/s, burst 10", {BUCKET(100, 10, 20)}, 0.94, 0.02},
    {"200/s, burst 5", {BUCKET(200, 5, 20)}, 0.94, 0.02},
    {"200/s, burst 5, Retry-After", {BUCKET(200, 5, 20), .after = SIM_AFTER_SECONDS}, 0.94, 0.02},
    {"no limit", {.latency_ms = 200}, 0.99, 0},
    {"10/s, burst 5, learnt before", {BUCKET(10, 5, 200), .learnt_rate = 10}, 0.95, 0.01},
    {"1/s, burst 1", {BUCKET(1, 1, 200)}, 0.83, 0.05},
    {"2/s, burst 1", {BUCKET(2, 1, 200)}, 0.81, 0.05},
    {"5/s, burst 1", {BUCKET(5, 1, 200)}, 0.77, 0.05},
    {"10/s, burst 1", {BUCKET(10, 1, 200)}, 0.69, 0.05},
    {"20/s, burst 1", {BUCKET(20, 1, 200)}, 0.595, 0.05},
    {"60 a minute", {.limit = {.per_minute = 60}, .latency_ms = 200}, 0.83, 0.025},
    {"600 a minute, Retry-After",
     {.limit = {.per_minute = 600}, .latency_ms = 200, .after = SIM_AFTER_SECONDS}, 0.80, 0.02},
    {"one at once", {.limit = {.cap = 1}, .latency_ms = 2000}, 0.95, 0.02},
    {"three at once", {.limit = {.cap = 3}, .latency_ms = 200}, 0.90, 0.02},
    {"four at once, Retry-After",
     {.limit = {.cap = 4}, .latency_ms = 200, .after = SIM_AFTER_SECONDS}, 0.83, 0.02},
    {"20/s, then 2/s", {BUCKET(20, 20, 200), .then = {.rate = 2, .burst = 20}, .change_at = 500},
     0.94, 0.05},
    {"5/s, then 20/s", {BUCKET(5, 20, 200), .then = {.rate = 20, .burst = 20}, .change_at = 500},
     0.60, 0.05},
    {"10/s, fifty at once", {BUCKET(10, 20, 200), .concurrency = 50}, 0.94, 0.02},
    {"1 % at random", {.random = 0.01, .latency_ms = 200}, 0.88, 1},
    {"2 % at random", {.random = 0.02, .latency_ms = 200}, 0.90, 1},
    {"5 % at random", {.random = 0.05, .latency_ms = 200}, 0.85, 1},
    {"5 % at random, 5/s", {BUCKET(5, 20, 200), .random = 0.05}, 0.90, 1},
    {"5 % at random, 20/s", {BUCKET(20, 20, 200), .random = 0.05}, 0.85, 1},
    {"5 % at random, 20/s, burst 5", {BUCKET(20, 5, 200), .random = 0.05}, 0.83, 1},
    {"5 % at random, 10/s, Retry-After",
     {BUCKET(10, 20, 200), .random = 0.05, .after = SIM_AFTER_SECONDS}, 0.88, 1},
    {"10 % at random", {.random = 0.1, .latency_ms = 200}, 0.73, 1},
    {"20 % at random", {.random = 0.2, .latency_ms = 200}, 0.75, 1},
    {"5/s, shared", {BUCKET(5, 20, 200), .is_shared = true}, 0.90, 0.05},
    {"20/s, shared", {BUCKET(20, 5, 200), .is_shared = true}, 0.90, 0.05},
    {"5/s of every second call", {.kind = {.rate = 5, .burst = 10}, .latency_ms = 200}, 0.94, 0.05},
    {"first tries refused", {.is_first_refused = true, .latency_ms = 200}, 0.75, 1},
};
/* clang-format on */

static void test_aim(void **state)
{
    enum { RUNS = 20 };
    const struct aim_row *row = *state;
    struct sim_case c = row->c;
    c.calls = 1000;
    c.block_after = 20;
    double used = 0;
    double refused = 0;
    for (uint64_t i = 0; i < RUNS; i++) {
        struct sim_result result = sim_run(&c, 7000 + 31 * i);
        used += result.used / RUNS;
        refused += result.refused / RUNS;
        assert_int_equal(result.blocks, 0);
        assert_in_range(result.most_refused, 0, 19);
    }
    if (used < row->used || refused > row->refused)
        fail_msg("used %.1f %%, refused %.2f %%", 100 * used, 100 * refused);
}

static void test_repeats_by_seed(void **state)
{
    (void)state;
    struct sim_case c = {BUCKET(10, 5, 200), .calls = 300};
    struct sim_result first = sim_run(&c, 5);
    struct sim_result again = sim_run(&c, 5);
    assert_memory_equal(&first, &again, sizeof first);
}

/* Where the window holds the calls back, no refusal at random teaches a rate far beyond that. */
static void test_rate_is_one_that_was_seen(void **state)
{
    (void)state;
    static const double shares[] = {0.01, 0.05, 0.1};
    static const int latencies[] = {20, 200, 2000};
    for (int i = 0; i < 9; i++) {
        struct sim_case c = {
            .random = shares[i / 3], .latency_ms = latencies[i % 3], .calls = 1000};
        for (uint64_t seed = 0; seed < 10; seed++) {
            double rate = sim_run(&c, 7000 + 31 * seed).rate;
            if (rate > 2 * 5000.0 / c.latency_ms)
                fail_msg("%g at random, %d ms: %.1f/s", c.random, c.latency_ms, rate);
        }
    }
}

int main(void)
{
    const struct CMUnitTest models[] = {
        cmocka_unit_test(test_rate_is_one_that_was_seen),
        cmocka_unit_test(test_repeats_by_seed),
    };
    int failed = RUN_TABLE("aim_rows", aim_rows, test_aim);
    failed += cmocka_run_group_tests_name("models", models, NULL, NULL);
    return failed;
}
