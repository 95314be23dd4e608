/* extract/timeline and lib/net/latency: what the page draws of a run. */
#include "support/support.h"

#include "extract/timeline.h"
#include "lib/net/latency.h"

/* ---- the timeline ---- */

static struct smc_client_stats stats_of(int64_t calls, int64_t refused, int64_t waited, double rate)
{
    return (struct smc_client_stats){
        .calls = calls, .refused = refused, .waited_ms = waited, .rate = rate};
}

static void look(struct timeline *timeline, int64_t now, struct smc_client_stats stats)
{
    timeline_look(timeline, &stats, now);
}

static void assert_json(const struct timeline *timeline, const char *expected)
{
    struct smc_buf text = SMC_BUF_INIT(65536);
    struct smci_writer json = smci_write_begin(&text, SMCI_WRITE_COMPACT);
    timeline_to_json(timeline, &json);
    assert_int_equal(smci_write_end(&json, NULL), SMC_OK);
    assert_string_equal(smc_buf_str(&text), expected);
    smc_buf_clear(&text);
}

static void test_steps(void **state)
{
    struct timeline timeline;
    (void)state;
    timeline_begin(&timeline, 1000);
    assert_json(&timeline, "{\"timeline\":{\"step_ms\":250,\"steps\":[]}}\n");
    look(&timeline, 1000, stats_of(3, 0, 0, 0));
    look(&timeline, 1249, stats_of(5, 1, 10, 0));
    look(&timeline, 1250, stats_of(6, 1, 10, 4.5));
    look(&timeline, 1800, stats_of(8, 2, 260, 4.25)); /* nobody looked between 1500 and 1750 */
    assert_json(&timeline, "{\"timeline\":{\"step_ms\":250,\"steps\":[[4,1,10,0],[1,0,0,4500],"
                           "[0,0,0,4500],[1,1,250,4250]]}}\n");
}

/* However long it is: nothing is lost, and the memory is the same. */
static void test_long_run(void **state)
{
    struct timeline timeline;
    (void)state;
    timeline_begin(&timeline, 0);
    int64_t calls = 0;
    for (int64_t now = 0; now < (int64_t)3600 * 1000; now += 100) {
        calls++;
        look(&timeline, now, stats_of(calls, calls / 10, calls * 2, 5));
    }
    int64_t sums[3] = {0};
    assert_in_range(timeline.count, TIMELINE_STEPS / 2, TIMELINE_STEPS);
    for (int i = 0; i < timeline.count; i++) {
        sums[0] += timeline.steps[i].answered;
        sums[1] += timeline.steps[i].refused;
        sums[2] += timeline.steps[i].waited_ms;
        assert_true(timeline.steps[i].rate == 5);
    }
    assert_int_equal(sums[0] + sums[1], calls);
    assert_int_equal(sums[1], calls / 10);
    assert_int_equal(sums[2], calls * 2);
}

/* A run that slept for days is one look behind the last. */
static void test_leap(void **state)
{
    struct timeline timeline;
    (void)state;
    timeline_begin(&timeline, 0);
    look(&timeline, 10, stats_of(1, 0, 0, 0));
    look(&timeline, (int64_t)7 * 86400 * 1000, stats_of(2, 0, 0, 3));
    assert_int_equal(timeline.steps[0].answered, 1);
    assert_int_equal(timeline.steps[timeline.count - 1].answered, 1);
    assert_true(timeline.count <= TIMELINE_STEPS);
}

/* ---- latency ---- */

static void test_percentiles(void **state)
{
    struct smci_latency latency = {.count = 0};
    (void)state;
    for (int64_t ms = 1; ms <= 1000; ms++) {
        smci_latency_add(&latency, "workbooks", ms);
        if (ms <= 3)
            smci_latency_add(&latency, "token", 100 * ms);
    }
    assert_int_equal(latency.count, 2);
    assert_int_equal(latency.kinds[0].count, 1000);
    assert_in_range(smci_latency_percentile(&latency, 0, 50), 500, 600);
    assert_in_range(smci_latency_percentile(&latency, 0, 95), 950, 1140);
    assert_in_range(smci_latency_percentile(&latency, 1, 50), 200, 240);
    assert_in_range(smci_latency_percentile(&latency, 1, 95), 300, 360);
}

static void test_extremes(void **state)
{
    struct smci_latency latency = {.count = 0};
    static char names[SMCI_LATENCY_KINDS + 1][8];
    (void)state;
    smci_latency_add(&latency, "a", 0);
    assert_int_equal(smci_latency_percentile(&latency, 0, 95), 1);
    smci_latency_add(&latency, "b", INT64_MAX);
    assert_true(smci_latency_percentile(&latency, 1, 50) > 120000);
    for (int i = 0; i <= SMCI_LATENCY_KINDS; i++) {
        (void)snprintf(names[i], sizeof names[i], "%d", i);
        smci_latency_add(&latency, names[i], 5);
    }
    assert_int_equal(latency.count, SMCI_LATENCY_KINDS);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),    cmocka_unit_test(test_long_run),
        cmocka_unit_test(test_leap),     cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests_name("timeline", tests, NULL, NULL);
}
