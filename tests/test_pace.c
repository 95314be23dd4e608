/* lib/net/pace: its rules one by one. Its aims: tests/test_pace_aims.c. */
#include "support/support.h"

#include "lib/net/pace.h"
#include "lib/net/pace_text.h"

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])
#define T0          ((int64_t)1000000)

/* ---- a pace, and a server that answers at once ---- */

static struct smci_pace pace;
static int64_t now;

static void start_with(int concurrency, double max_rate, double learnt_rate)
{
    struct smci_pace_opt opt = {concurrency, max_rate, learnt_rate, 1};
    now = T0;
    smci_pace_init(&pace, &opt, now);
}

static int start(void **state)
{
    (void)state;
    start_with(5, 0, 0);
    return 0;
}

static int64_t send_now(void)
{
    assert_int_equal(smci_pace_wait_ms(&pace, now), 0);
    smci_pace_sent(&pace, now);
    return now;
}

/* Waits as long as it must, at most a day, and sends. */
static int64_t send_next(void)
{
    for (int i = 0; i < 10; i++) {
        int64_t wait = smci_pace_wait_ms(&pace, now);
        assert_in_range(wait, 0, 86400000);
        if (wait == 0)
            return send_now();
        now += wait;
    }
    fail_msg("it never lets a call start");
    return 0;
}

static void accept_some(int calls, int64_t latency_ms)
{
    for (int i = 0; i < calls; i++) {
        int64_t sent = send_next();
        now += latency_ms;
        smci_pace_accepted(&pace, sent, now);
    }
}

static void refuse_one(int64_t retry_after_ms, bool is_html)
{
    int64_t sent = send_next();
    now += 10;
    smci_pace_refused(&pace, sent, now, retry_after_ms, is_html);
}

static int64_t wait_ms(void)
{
    return smci_pace_wait_ms(&pace, now);
}

/* A limit's: one alone would be taken for noise. */
static void refuse_two(int64_t retry_after_ms)
{
    refuse_one(retry_after_ms, false);
    refuse_one(retry_after_ms, false);
}

/* How many calls may start at once, now. */
static int count_window(void)
{
    struct smci_pace copy = pace;
    int calls = 0;
    while (calls < 1000 && smci_pace_wait_ms(&copy, now) == 0) {
        smci_pace_sent(&copy, now);
        calls++;
    }
    return calls;
}

/* ---- the window ---- */

struct window_row {
    const char *name;
    int concurrency;
    int accepted;
    int window;
};

static const struct window_row window_rows[] = {
    {"begins with two", 5, 0, 2},
    {"opens by one per success", 5, 1, 3},
    {"and again", 5, 2, 4},
    {"up to the concurrency", 5, 100, 5},
    {"of one stays one", 1, 100, 1},
    {"of two", 2, 100, 2},
    {"of fifty", 50, 100, 50},
    {"beyond what is remembered", 200, 300, 200},
    {"of nothing counts as one", 0, 9, 1},
    {"of less than nothing too", -7, 9, 1},
};

static void test_window(void **state)
{
    const struct window_row *row = *state;
    start_with(row->concurrency, 0, 0);
    accept_some(row->accepted, 10);
    assert_int_equal(count_window(), row->window);
}

static void test_full(void **state)
{
    (void)state;
    int64_t first = send_now();
    int64_t second = send_now();
    assert_true(wait_ms() == SMCI_PACE_FULL);
    smci_pace_lost(&pace, first, now);
    assert_int_equal(wait_ms(), 0); /* the place is free, and the window no wider */
    assert_int_equal(count_window(), 1);
    smci_pace_accepted(&pace, second, now);
    assert_int_equal(count_window(), 3);
}

/* ---- the pause after a refusal ---- */

struct pause_row {
    const char *name;
    int accepted; /* before, at 50 ms each */
    int refused;  /* in a row; each waits as it must */
    int64_t retry_after_ms;
    bool is_html;
    int64_t least, most;
};

/* The first refusal may be noise; at the second one 20 calls in 1020 ms are 19.6/s: 0.95 x 0.7 of it
 * is 13.0/s, 4 calls of which take 307 ms. */
static const struct pause_row pause_rows[] = {
    {"the very first call: 1 s", 0, 1, -1, false, 1000, 1100},
    {"one among many: none", 20, 1, -1, false, 0, 0},
    {"four calls' time", 20, 2, -1, false, 306, 338},
    {"then three times as long", 20, 3, -1, false, 918, 1013},
    {"and again", 20, 4, -1, false, 2754, 3037},
    {"up to a minute", 20, 9, -1, false, 60000, 66000},
    {"Retry-After", 20, 1, 2000, false, 2000, 2000},
    {"Retry-After 0 means none", 20, 2, 0, false, 1, 1},
    {"but not twice in a row", 20, 3, 0, false, 918, 1013},
    {"the longer one, in a row", 20, 4, 2000, false, 8000, 9100},
    {"Retry-After of an hour", 20, 1, 3600000, false, 3600000, 3600000},
    {"more is an hour", 20, 1, INT64_MAX, false, 3600000, 3600000},
    {"less than nothing counts as not named", 20, 2, INT64_MIN, false, 306, 338},
    {"an edge's page: 30 s", 20, 1, -1, true, 30000, 33000},
    {"then 60 s", 20, 2, -1, true, 60000, 66000},
    {"then 120 s", 20, 3, -1, true, 120000, 132000},
    {"and no longer", 20, 9, -1, true, 120000, 132000},
    {"Retry-After beyond that", 20, 1, 600000, true, 600000, 600000},
    {"Retry-After below that", 20, 1, 1000, true, 30000, 33000},
};

static void test_pause(void **state)
{
    const struct pause_row *row = *state;
    (void)start(NULL);
    accept_some(row->accepted, 50);
    for (int i = 0; i < row->refused; i++)
        refuse_one(row->retry_after_ms, row->is_html);
    assert_in_range(wait_ms(), row->least, row->most);
}

static void test_pause_starts_over(void **state)
{
    (void)state;
    accept_some(20, 50);
    for (int i = 0; i < 4; i++)
        refuse_one(-1, false);
    accept_some(1, 50);
    refuse_one(-1, false);
    assert_in_range(wait_ms(), 10, 1100); /* a first one again, not three times the fourth */
}

static void test_one_at_a_time(void **state)
{
    (void)state;
    accept_some(20, 50);
    refuse_one(-1, false);
    refuse_one(-1, false);
    int64_t probe = send_next();
    now += 5000;
    assert_true(wait_ms() == SMCI_PACE_FULL);
    smci_pace_accepted(&pace, probe, now);
    (void)send_next();
    now += 5000;
    (void)send_now(); /* as soon as one is accepted, the window is open again */
}

static void test_block_sends_one_probe(void **state)
{
    (void)state;
    accept_some(20, 50);
    refuse_one(-1, true);
    int64_t probe = send_next();
    now += 600000;
    assert_true(wait_ms() == SMCI_PACE_FULL);
    smci_pace_lost(&pace, probe, now); /* that says nothing of the block: wait as long again */
    assert_in_range(wait_ms(), 30000, 33000);
    accept_some(1, 50);
    now += 60000;
    assert_int_equal(count_window(), 1); /* one at once, the next by the rate */
}

/* ---- what belongs to a decision ---- */

static void test_late_refusals_change_nothing(void **state)
{
    (void)state;
    accept_some(20, 50);
    int64_t sent[5];
    for (int i = 0; i < 5; i++)
        sent[i] = send_now();
    now += 20;
    for (int i = 0; i < 2; i++)
        smci_pace_refused(&pace, sent[i], now, -1, false);
    double rate = smci_pace_rate(&pace);
    assert_true(rate > 0);
    for (int i = 2; i < 5; i++)
        smci_pace_refused(&pace, sent[i], now, -1, false);
    assert_true(smci_pace_rate(&pace) == rate);
    assert_in_range(wait_ms(), 250, 350);
}

static void test_late_retry_after_is_obeyed(void **state)
{
    (void)state;
    accept_some(20, 50);
    int64_t sent = send_now();
    (void)send_now();
    now += 20;
    smci_pace_refused(&pace, sent, now, 1000, false);
    smci_pace_refused(&pace, sent, now, 5000, false);
    assert_int_equal(wait_ms(), 5000);
}

static void test_late_success_is_not_an_all_clear(void **state)
{
    (void)state;
    accept_some(20, 50);
    int64_t slow = send_now();
    now += 1;
    refuse_one(-1, true);
    smci_pace_accepted(&pace, slow, now);
    assert_in_range(wait_ms(), 30000, 33000);
    refuse_one(-1, true);
    assert_in_range(wait_ms(), 60000, 66000); /* the block went on */
}

/* ---- the rate ---- */

static void test_no_rate_without_refusal(void **state)
{
    (void)state;
    accept_some(1000, 1);
    assert_true(smci_pace_rate(&pace) <= 0);
    assert_int_equal(count_window(), 5);
}

/* Between two refusals 50 calls are let through in 10 s: 5/s, whatever was before. */
static void test_estimate(void **state)
{
    (void)state;
    accept_some(20, 50);
    refuse_two(-1);
    int64_t from = now;
    for (int64_t i = 0; i < 50; i++) {
        now = now < from + i * 200 ? from + i * 200 : now;
        accept_some(1, 1);
    }
    double at_refusal = smci_pace_rate(&pace);
    now = from + 10000 - 10;
    refuse_two(-1);
    double estimate = 0.95 * 5 * 1.2; /* a quarter of a say lifts it by no more than that */
    assert_true(at_refusal > 5);
    assert_true(smci_pace_rate(&pace) >= 0.95 * 5 - 0.1);
    assert_true(smci_pace_rate(&pace) < (estimate > at_refusal ? at_refusal : 0.95 * at_refusal));
}

/* The token call has a limit of its own, and is refused before anything else was tried. */
static void test_a_refusal_before_all_else_sets_no_rate(void **state)
{
    (void)state;
    refuse_one(-1, false);
    assert_int_not_equal(wait_ms(), 0);
    assert_true(smci_pace_rate(&pace) <= 0);
    accept_some(20, 50);
    assert_true(smci_pace_rate(&pace) <= 0);
    refuse_two(-1);
    assert_true(smci_pace_rate(&pace) > 5);
}

/* The second of a Retry-After is mostly rounding: a bucket that was full for long gains nothing. */
static void test_estimate_leaves_idleness_out(void **state)
{
    (void)state;
    start_with(5, 0, 100);
    for (int i = 0; i < 2; i++) {
        accept_some(300, 1);
        refuse_one(1000, false);
    }
    assert_true(smci_pace_rate(&pace) > 80);
}

static void test_even_spacing(void **state)
{
    (void)state;
    start_with(5, 0, 10); /* 9.5/s: one call in 105.3 ms */
    accept_some(5, 1);
    for (int i = 0; i < 4; i++) {
        int64_t was = now;
        (void)send_next();
        assert_in_range(now - was, 104, 106);
    }
}

static void test_learnt_rate(void **state)
{
    (void)state;
    start_with(5, 0, 10);
    assert_true(smci_pace_rate(&pace) > 9 && smci_pace_rate(&pace) < 10);
    start_with(5, 0, 0);
    assert_true(smci_pace_rate(&pace) <= 0);
    start_with(5, 0, -3);
    assert_true(smci_pace_rate(&pace) <= 0);
    start_with(5, 0, 0.01);
    assert_true(smci_pace_rate(&pace) >= 0.5);
}

static void test_never_below_half(void **state)
{
    (void)state;
    start_with(5, 0, 1);
    for (int i = 0; i < 50; i++) {
        refuse_one(60000, false);
        accept_some(1, 1);
        assert_true(smci_pace_rate(&pace) >= 0.5);
    }
    assert_true(smci_pace_rate(&pace) < 0.51);
}

static void test_climbs_while_quiet(void **state)
{
    (void)state;
    start_with(5, 0, 10);
    accept_some(90, 10);
    double near = smci_pace_rate(&pace) / 9.5;
    accept_some(300, 10);
    double far = smci_pace_rate(&pace) / 9.5;
    assert_true(near > 1.08 && near < 1.11); /* slowly at first, */
    assert_true(far > 3);                    /* then faster and faster */
}

static void test_climbs_only_where_it_holds_back(void **state)
{
    (void)state;
    start_with(1, 0, 10);
    accept_some(1000, 500); /* 2/s by the latency alone proves nothing of 10/s */
    assert_true(smci_pace_rate(&pace) < 9.6);
}

/* ---- a bound of the user's ---- */

struct max_row {
    const char *name;
    double max_rate;
    int concurrency;
    int64_t latency_ms;
};

static const struct max_row max_rows[] = {
    {"one a second", 1, 5, 20},        {"one in five seconds", 0.2, 5, 20},
    {"3/s, slow answers", 3, 5, 1500}, {"7/s", 7, 5, 100},
    {"150/s: rounding", 150, 5, 10},   {"400/s", 400, 50, 30},
};

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a;
    int64_t y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void test_max_rate(void **state)
{
    const struct max_row *row = *state;
    enum { CALLS = 3000 };
    static int64_t sent[CALLS];
    start_with(row->concurrency, row->max_rate, 0);
    int done = 0;
    struct smci_rng rng;
    smci_rng_seed(&rng, 3);
    for (int calls = 0; calls < CALLS;) {
        int64_t wait = wait_ms();
        if (wait == 0) {
            sent[calls++] = send_now();
        } else if (wait == SMCI_PACE_FULL) {
            now = sent[done] + row->latency_ms > now ? sent[done] + row->latency_ms : now;
            smci_pace_accepted(&pace, sent[done++], now);
        } else {
            now += wait + (int64_t)(3 * smci_rng_unit(&rng)); /* a loop that wakes late */
        }
    }
    qsort(sent, CALLS, sizeof sent[0], compare);
    int most = 0;
    for (int first = 0, last = 0; last < CALLS; last++) {
        while (sent[last] - sent[first] >= 1000)
            first++;
        most = last - first + 1 > most ? last - first + 1 : most;
    }
    assert_in_range(most, 1, (int)row->max_rate + 1);
    double rate = (CALLS - 1) * 1000.0 / (double)(sent[CALLS - 1] - sent[0]);
    assert_true(rate <= row->max_rate * 1.001);
    if (row->concurrency * 1000.0 / (double)row->latency_ms > row->max_rate * 1.2)
        assert_true(rate > row->max_rate * 0.97);
}

/* ---- how long refusals go on ---- */

static void test_refused_for(void **state)
{
    (void)state;
    start_with(5, 0, 100);
    assert_int_equal(smci_pace_refused_for_ms(&pace, now), 0);
    int64_t slow = send_now();
    now += 1;
    refuse_one(-1, false);
    int64_t since = now;
    assert_int_equal(smci_pace_refused_for_ms(&pace, now), 0);
    now += 60000;
    refuse_one(-1, false);
    assert_int_equal(smci_pace_refused_for_ms(&pace, now + 840000), now + 840000 - since);
    assert_int_equal(smci_pace_refused_for_ms(&pace, since - 5), 0);
    smci_pace_accepted(&pace, slow, now);
    assert_int_equal(smci_pace_refused_for_ms(&pace, now + 840000), 0);
}

/* ---- many refusals ---- */

/* A server that is fast and refuses often brings fewer than twenty refusals into any ten
 * seconds. */
/* However refusals come, of those sent one by one or five at once, twenty in ten seconds never. */
static void test_no_crowd(void **state)
{
    (void)state;
    static int64_t at[400];
    int refused = 0;
    start_with(5, 0, 5000);
    while (refused < 400) {
        int64_t sent[5];
        int calls = 0;
        for (; calls < 5 && wait_ms() == 0; calls++)
            sent[calls] = send_now();
        if (calls == 0)
            now += wait_ms();
        now += 10;
        for (int i = 0; i < calls; i++) {
            if ((refused + i) % 3 == 2)
                smci_pace_accepted(&pace, sent[i], now);
            else
                smci_pace_refused(&pace, sent[i], now, 0, false);
            at[refused] = now;
            refused += refused + i < 400 && (refused + i) % 3 != 2;
            if (refused == 400)
                return;
            assert_true(refused < 20 || at[refused - 1] - at[refused - 20] > 10000);
        }
    }
}

/* ---- too many calls at once ---- */

/* Fills the window against a server that serves `cap` calls at once; returns how many it sent. */
static int fill_window(int cap)
{
    int64_t sent[5];
    int calls = 0;
    now += 2000; /* the rate and the pause are not what is looked at here */
    for (; smci_pace_wait_ms(&pace, now) != SMCI_PACE_FULL; now += 50)
        if (smci_pace_wait_ms(&pace, now) == 0) {
            smci_pace_sent(&pace, now);
            sent[calls++] = now;
        }
    for (int i = calls - 1; i >= 0; i--)
        if (i >= cap)
            smci_pace_refused(&pace, sent[i], now, -1, false);
    now += 500;
    for (int i = 0; i < calls && i < cap; i++)
        smci_pace_accepted(&pace, sent[i], now);
    return calls;
}

static void meet_cap_of_three(void)
{
    start_with(5, 0, 100);
    accept_some(100, 10);
    for (int i = 0; i < 15; i++) {
        (void)fill_window(3);
        accept_some(1, 1);
    }
}

static void test_window_narrows(void **state)
{
    (void)state;
    meet_cap_of_three();
    assert_int_equal(fill_window(3), 3);
    accept_some(1, 1);
    refuse_one(-1, false); /* a call that was alone says nothing against the window */
    accept_some(1, 1);
    assert_int_equal(fill_window(3), 3);
    accept_some(400, 1); /* one more is tried, */
    assert_int_equal(fill_window(3), 4);
    for (int i = 0; i < 3; i++)
        (void)fill_window(3); /* and given up soon */
    assert_int_equal(fill_window(3), 3);
    accept_some(800, 1); /* tried in vain, it takes twice as long */
    assert_int_equal(fill_window(5), 4);
    accept_some(800, 1);
    assert_int_equal(fill_window(5), 5); /* the server allows more now */
}

/* A rate that did not limit anything, since the window held the calls back, is not jumped to. */
static void test_window_is_widened_calmly(void **state)
{
    (void)state;
    meet_cap_of_three();
    double before = 0;
    for (int i = 0; i < 400 && pace.window.limit == 3; i++) {
        before = pace.rate.rate;
        accept_some(1, 100); /* 10/s */
    }
    assert_int_equal(pace.window.limit, 4);
    assert_true(before > 11.2 && pace.rate.rate < 11.2);
}

/* What is refused though fewer are in flight than are accepted is not refused by a cap. */
static void test_window_opens_where_there_is_no_cap(void **state)
{
    (void)state;
    meet_cap_of_three();
    for (int i = 0; i < 2; i++) {
        accept_some(1, 1);
        refuse_one(-1, false);
    }
    accept_some(2, 1);
    assert_int_equal(fill_window(5), 5);
}

static void test_rate_is_not_blamed_on_the_window(void **state)
{
    (void)state;
    start_with(5, 0, 100);
    for (int i = 0; i < 30; i++) {
        accept_some(10, 1);
        (void)fill_window(5);
        refuse_one(-1, false);
    }
    now += 10000;
    accept_some(1, 1);
    assert_int_equal(fill_window(5), 5);
}

/* ---- refusals that are not a limit's ---- */

/* Every tenth call is refused, however slow they are. */
static void refuse_tenths(int calls)
{
    for (int i = 1; i <= calls; i++) {
        if (i % 10 == 0)
            refuse_one(-1, false);
        else
            accept_some(1, 10);
    }
}

static void test_no_limit_is_found_where_there_is_none(void **state)
{
    (void)state;
    refuse_tenths(200);
    struct smci_pace_found found = smci_pace_found(&pace);
    assert_true(found.rate > 20);
    assert_true(found.noise > 0.05 && found.noise < 0.2);
}

static void test_all_refusals_count_again(void **state)
{
    (void)state;
    refuse_tenths(200);
    double rate = smci_pace_rate(&pace);
    for (int i = 0; i < 20; i++)
        refuse_one(-1, false); /* now there is one */
    assert_true(smci_pace_found(&pace).noise <= 0);
    assert_true(smci_pace_rate(&pace) < rate);
}

static void test_without_a_wait_among_waits(void **state)
{
    (void)state;
    accept_some(20, 50);
    refuse_one(1000, false);
    accept_some(20, 50);
    double rate = smci_pace_rate(&pace);
    refuse_one(-1, false); /* the limit's refusals name a wait: this is not one of them */
    assert_true(smci_pace_rate(&pace) >= rate);
    refuse_two(-1);
    assert_true(smci_pace_rate(&pace) < rate); /* but three in a row */
}

static void test_bounds(void **state)
{
    (void)state;
    accept_some(20, 50);
    refuse_two(-1);
    assert_true(smci_pace_found(&pace).least <= 0); /* one decision says little */
    accept_some(30, 100);
    double at_refusal = smci_pace_rate(&pace);
    refuse_two(-1);
    struct smci_pace_found found = smci_pace_found(&pace);
    assert_true(found.least > 5 && found.least < found.most);
    assert_true(found.most >= at_refusal - 0.01 && found.most <= at_refusal + 0.01);
}

struct text_row {
    const char *name;
    struct smci_pace_found found;
    const char *text;
};

static const struct text_row text_rows[] = {
    {"none met", {0, 0, 0, 0, 0}, "pausing"},
    {"one refusal", {9.5, 0, 0, 0, 0}, "continuing at 9.5 calls/s; a first guess at its limit"},
    {"some",
     {9.54, 9.8, 10.24, 0, 0},
     "continuing at 9.5 calls/s; its limit is between 9.8 and 10.2"},
    {"a cap",
     {9.5, 0, 0, 3, 0},
     "continuing at 9.5 calls/s; a first guess at its limit, and it accepts 3 at once"},
    {"noise",
     {25, 0, 0, 0, 0.05},
     "about 5 % of the calls are refused whatever the rate: going on, not slower"},
};

static void test_text(void **state)
{
    const struct text_row *row = *state;
    char text[SMCI_PACE_TEXT_MAX];
    smci_pace_text(&row->found, text, sizeof text);
    assert_string_equal(text, row->text);
    smci_pace_text(&row->found, text, 4);
    assert_int_equal(strlen(text), 3);
}

/* ---- hostile clocks and values ---- */

static void test_clock_goes_back(void **state)
{
    (void)state;
    accept_some(20, 50);
    refuse_one(-1, false);
    refuse_one(3600000, false);
    now -= 50000000;
    assert_int_equal(wait_ms(), 3600000); /* as it was meant, not half a day more */
    now += 3600000;
    int64_t sent = send_next();
    smci_pace_refused(&pace, sent, now + 1, -1, false);
    now += 1;
    assert_in_range(wait_ms(), 10, 4000); /* refusals count, though the last one is in the future */
    refuse_one(-1, false);
    now -= 500000;
    accept_some(1, 50); /* and so do acceptances: */
    now += 5000;
    (void)send_now();
    now += 5000;
    assert_int_equal(wait_ms(), 0); /* no longer one at a time */

    start_with(5, 1, 0);
    (void)send_now();
    now -= 500000;
    assert_in_range(wait_ms(), 1, 1000);
}

static void test_clock_stands_still(void **state)
{
    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t sent = now;
        smci_pace_sent(&pace, now);
        if (i % 3 == 0)
            smci_pace_refused(&pace, sent, now, 0, i % 2 == 0);
        else
            smci_pace_accepted(&pace, sent, now);
        assert_true(wait_ms() >= 0);
    }
    assert_true(smci_pace_rate(&pace) >= 0 && smci_pace_rate(&pace) <= 10000);
}

static void test_ends_of_time(void **state)
{
    (void)state;
    static const int64_t times[] = {INT64_MIN, -1, 0, INT64_MAX};
    for (size_t i = 0; i < COUNT(times) * COUNT(times); i++) {
        int64_t sent = times[i % COUNT(times)];
        int64_t end = times[i / COUNT(times)];
        smci_pace_sent(&pace, sent);
        assert_true(smci_pace_wait_ms(&pace, end) >= 0);
        smci_pace_refused(&pace, sent, end, times[(i + 1) % COUNT(times)], i % 2 == 0);
        assert_true(smci_pace_wait_ms(&pace, sent) >= 0);
        assert_true(smci_pace_refused_for_ms(&pace, end) >= 0);
        smci_pace_accepted(&pace, end, sent);
        smci_pace_lost(&pace, sent, end);
    }
    double rate = smci_pace_rate(&pace);
    assert_true(rate >= 0 && rate <= 10000);
}

static void test_odd_options(void **state)
{
    (void)state;
    static const double odd[] = {1e300, 1e-300, -1, 0};
    for (size_t i = 0; i < COUNT(odd) * COUNT(odd); i++) {
        start_with(5, odd[i % COUNT(odd)], odd[i / COUNT(odd)]);
        for (int j = 0; j < 3; j++)
            accept_some(1, 1);
        refuse_two(-1);
        assert_in_range(wait_ms(), 1, 3600000); /* no longer than an hour, whatever was asked for */
    }
}

#define RULE(test) cmocka_unit_test_setup(test, start)

int main(void)
{
    const struct CMUnitTest rules[] = {
        RULE(test_full),
        RULE(test_pause_starts_over),
        RULE(test_one_at_a_time),
        RULE(test_block_sends_one_probe),
        RULE(test_late_refusals_change_nothing),
        RULE(test_late_retry_after_is_obeyed),
        RULE(test_late_success_is_not_an_all_clear),
        RULE(test_no_rate_without_refusal),
        RULE(test_a_refusal_before_all_else_sets_no_rate),
        RULE(test_estimate),
        RULE(test_estimate_leaves_idleness_out),
        RULE(test_even_spacing),
        RULE(test_learnt_rate),
        RULE(test_never_below_half),
        RULE(test_climbs_while_quiet),
        RULE(test_climbs_only_where_it_holds_back),
        RULE(test_refused_for),
        RULE(test_no_crowd),
        RULE(test_window_narrows),
        RULE(test_window_is_widened_calmly),
        RULE(test_window_opens_where_there_is_no_cap),
        RULE(test_rate_is_not_blamed_on_the_window),
        RULE(test_no_limit_is_found_where_there_is_none),
        RULE(test_all_refusals_count_again),
        RULE(test_without_a_wait_among_waits),
        RULE(test_bounds),
        RULE(test_clock_goes_back),
        RULE(test_clock_stands_still),
        RULE(test_ends_of_time),
        RULE(test_odd_options),
    };
    int failed = RUN_TABLE("window_rows", window_rows, test_window);
    failed += RUN_TABLE("pause_rows", pause_rows, test_pause);
    failed += RUN_TABLE("max_rows", max_rows, test_max_rate);
    failed += RUN_TABLE("text_rows", text_rows, test_text);
    failed += cmocka_run_group_tests_name("rules", rules, NULL, NULL);
    return failed;
}
