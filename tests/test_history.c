#include "support/store_case.h"
#include "support/support.h"

#include "lib/store/history.h"
#include "lib/store/store.h"

static void open_as(struct fixture *f, const char *client)
{
    store_open_as(f, "host", client);
}

static int setup(void **state)
{
    int rc = store_setup(state);
    if (rc == 0)
        open_as(*state, "client");
    return rc;
}

/* A run that ended so. */
static void put(struct fixture *f, int64_t key, enum smci_run_result result, const char *figures)
{
    OK(smci_history_begin(f->store, key, false, &f->err));
    OK(smci_history_end(f->store, key, result, figures, &f->err));
}

static void add_gap(struct fixture *f, int64_t key, const char *id, int status)
{
    const struct smci_run_gap gap = {"sources", id, status, "as told"};
    OK(smci_history_add_gap(f->store, key, &gap, &f->err));
}

static bool has_gap(struct fixture *f, int64_t key, const char *id, int status)
{
    const struct smci_run_gap gap = {"sources", id, status, "as told"};
    bool found = false;
    OK(smci_history_has_gap(f->store, key, &gap, &found, &f->err));
    return found;
}

static enum smc_status write_run(void *ctx, const struct smci_run *run, struct smc_error *err)
{
    (void)err;
    return smc_buf_addf(ctx, "%lld:%d:%d:%s ", (long long)run->key, (int)run->result,
                        run->is_partial, run->figures);
}

static enum smc_status write_gap(void *ctx, const struct smci_run_gap *gap, struct smc_error *err)
{
    (void)err;
    return smc_buf_addf(ctx, "%s/%s/%d ", gap->kind, gap->id, gap->http_status);
}

/* What is told, each followed by a blank: of all runs, of one, or its gaps. */
static void assert_runs(struct fixture *f, const char *expected)
{
    struct smc_buf text = SMC_BUF_INIT(65536);
    OK(smci_history_each(f->store, write_run, &text, &f->err));
    assert_string_equal(smc_buf_str(&text), expected);
    smc_buf_clear(&text);
}

static void assert_gaps(struct fixture *f, int64_t key, const char *expected)
{
    struct smc_buf text = SMC_BUF_INIT(65536);
    OK(smci_history_each_gap(f->store, key, write_gap, &text, &f->err));
    assert_string_equal(smc_buf_str(&text), expected);
    smc_buf_clear(&text);
}

static void assert_newest(struct fixture *f, enum smci_run_result result, bool is_whole,
                          int64_t expected)
{
    bool found = false;
    int64_t key = -1;
    OK(smci_history_newest(f->store, result, is_whole, &found, &key, &f->err));
    assert_int_equal(found, expected >= 0);
    if (found)
        assert_int_equal(key, expected);
}

/* ---- runs ---- */

static void test_runs(void **state)
{
    struct fixture *f = *state;
    assert_runs(f, "");
    put(f, 20, SMCI_RUN_PUBLISHED, "{\"calls_total\":7}");
    put(f, 10, SMCI_RUN_FAILED, "{}");
    OK(smci_history_begin(f->store, 30, true, &f->err));
    assert_runs(f, "30:0:1: 20:1:0:{\"calls_total\":7} 10:2:0:{} ");
    OK(smci_history_end(f->store, 40, SMCI_RUN_FAILED, "{}", &f->err)); /* one that never began */
    open_as(f, "client");
    assert_runs(f, "30:0:1: 20:1:0:{\"calls_total\":7} 10:2:0:{} ");
}

static enum smc_status keep_run(void *ctx, const struct smci_run *run, struct smc_error *err)
{
    (void)err;
    *(struct smci_run *)ctx = *run;
    return SMC_OK;
}

static void test_times(void **state)
{
    struct fixture *f = *state;
    struct smci_run run = {0};
    bool found = false;
    int64_t began_s = f->clock.wall_ms / 1000;
    OK(smci_history_begin(f->store, 1, false, &f->err));
    OK(smci_history_get(f->store, 1, &found, keep_run, &run, &f->err));
    assert_true(found);
    assert_int_equal(run.began_s, began_s);
    assert_int_equal(run.ended_s, 0);
    f->clock.wall_ms += 5000;
    OK(smci_history_end(f->store, 1, SMCI_RUN_UNFINISHED, "{}", &f->err));
    OK(smci_history_get(f->store, 1, &found, keep_run, &run, &f->err));
    assert_int_equal(run.ended_s, 0);
    OK(smci_history_end(f->store, 1, SMCI_RUN_STOPPED, NULL, &f->err));
    OK(smci_history_get(f->store, 1, &found, keep_run, &run, &f->err));
    assert_int_equal(run.began_s, began_s);
    assert_int_equal(run.ended_s, began_s + 5);
    OK(smci_history_get(f->store, 2, &found, keep_run, &run, &f->err));
    assert_false(found);
    OK(smci_history_get(f->store, 0, &found, keep_run, &run, &f->err));
    assert_false(found);
    assert_runs(f, "1:3:0:{} ");
}

static void test_newest(void **state)
{
    struct fixture *f = *state;
    assert_newest(f, SMCI_RUN_PUBLISHED, false, -1);
    put(f, 1, SMCI_RUN_PUBLISHED, "{}");
    OK(smci_history_begin(f->store, 2, true, &f->err));
    OK(smci_history_end(f->store, 2, SMCI_RUN_PUBLISHED, "{}", &f->err));
    put(f, 3, SMCI_RUN_FAILED, "{}");
    OK(smci_history_begin(f->store, 4, false, &f->err));
    assert_newest(f, SMCI_RUN_PUBLISHED, false, 2);
    assert_newest(f, SMCI_RUN_PUBLISHED, true, 1);
    assert_newest(f, SMCI_RUN_FAILED, true, 3);
    assert_newest(f, SMCI_RUN_STOPPED, false, -1);
    assert_newest(f, SMCI_RUN_UNFINISHED, false, 4);
    open_as(f, "another");
    assert_newest(f, SMCI_RUN_PUBLISHED, false, -1);
    assert_runs(f, "");
}

static enum smc_status count_run(void *ctx, const struct smci_run *run, struct smc_error *err)
{
    (void)run;
    ++*(int *)ctx;
    return *(int *)ctx == 3 ? smc_error_set(err, SMC_ERR_CAP, "enough") : SMC_OK;
}

static void test_callback_ends_it(void **state)
{
    struct fixture *f = *state;
    int count = 0;
    for (int64_t key = 1; key <= 5; key++)
        put(f, key, SMCI_RUN_PUBLISHED, "{}");
    assert_int_equal(smci_history_each(f->store, count_run, &count, &f->err), SMC_ERR_CAP);
    assert_int_equal(count, 3);
}

/* ---- gaps ---- */

static void test_gaps(void **state)
{
    struct fixture *f = *state;
    put(f, 1, SMCI_RUN_PUBLISHED, "{}");
    add_gap(f, 1, "a", 404);
    add_gap(f, 1, "a", 404);
    add_gap(f, 1, "b", 0);
    put(f, 2, SMCI_RUN_PUBLISHED, "{}");
    add_gap(f, 2, "b", 0);
    add_gap(f, 2, "", 500);
    add_gap(f, 3, "c", 500); /* of a run that is not there */
    assert_gaps(f, 1, "sources/a/404 sources/b/0 ");
    assert_gaps(f, 2, "sources/b/0 sources//500 ");
    assert_gaps(f, 3, "");
    assert_true(has_gap(f, 1, "a", 404));
    assert_false(has_gap(f, 1, "a", 403));
    assert_false(has_gap(f, 2, "a", 404));
    assert_true(has_gap(f, 2, "b", 0));
    assert_false(has_gap(f, 3, "c", 500));
    open_as(f, "another");
    assert_false(has_gap(f, 1, "a", 404));
    assert_gaps(f, 1, "");
}

/* A run that has the key of an earlier one, from another output directory, say. */
static void test_begun_anew(void **state)
{
    struct fixture *f = *state;
    put(f, 1, SMCI_RUN_PUBLISHED, "{\"a\":1}");
    add_gap(f, 1, "a", 404);
    put(f, 1, SMCI_RUN_FAILED, NULL);
    assert_runs(f, "1:2:0: ");
    assert_gaps(f, 1, "");
}

/* ---- how many ---- */

static int64_t runs(struct fixture *f)
{
    int count = -1000000; /* so that it never comes to 3 */
    OK(smci_history_each(f->store, count_run, &count, &f->err));
    return count + 1000000;
}

static void test_newest_are_kept(void **state)
{
    struct fixture *f = *state;
    for (int64_t key = 1; key <= SMCI_HISTORY_MAX + 5; key++) {
        put(f, key, SMCI_RUN_PUBLISHED, "{}");
        add_gap(f, key, "a", 404);
        add_gap(f, key, key <= 5 ? "old" : "new", 404);
    }
    assert_int_equal(runs(f), SMCI_HISTORY_MAX);
    for (int64_t key = 1; key <= 5; key++)
        assert_gaps(f, key, "");
    assert_gaps(f, 6, "sources/a/404 sources/new/404 ");
    open_as(f, "another");
    put(f, 1, SMCI_RUN_PUBLISHED, "{}");
    assert_int_equal(runs(f), 1);
    open_as(f, "client");
    assert_int_equal(runs(f), SMCI_HISTORY_MAX);
}

/* Failures, however many, do not take away what the next run is compared with. */
static void test_published_is_kept(void **state)
{
    struct fixture *f = *state;
    put(f, 1, SMCI_RUN_PUBLISHED, "{}");
    put(f, 2, SMCI_RUN_PUBLISHED, "{}");
    add_gap(f, 2, "a", 404);
    for (int64_t key = 3; key <= SMCI_HISTORY_MAX + 20; key++)
        put(f, key, SMCI_RUN_FAILED, "{}");
    assert_int_equal(runs(f), SMCI_HISTORY_MAX + 1);
    assert_newest(f, SMCI_RUN_PUBLISHED, true, 2);
    assert_true(has_gap(f, 2, "a", 404));
}

static enum smc_status write_words(void *ctx, const struct smci_run_gap *gap, struct smc_error *err)
{
    (void)err;
    return smc_buf_addf(ctx, "%s ", gap->words);
}

/* One text for all the runs that had the gap. */
static void test_words(void **state)
{
    struct fixture *f = *state;
    struct smc_buf text = SMC_BUF_INIT(65536);
    static const char *const words[] = {"first", "last"};
    for (int64_t key = 1; key <= 2; key++) {
        const struct smci_run_gap gap = {"sources", "a", 404, words[key - 1]};
        put(f, key, SMCI_RUN_PUBLISHED, "{}");
        OK(smci_history_add_gap(f->store, key, &gap, &f->err));
    }
    for (int64_t key = 1; key <= 2; key++)
        OK(smci_history_each_gap(f->store, key, write_words, &text, &f->err));
    assert_string_equal(smc_buf_str(&text), "last last ");
    smc_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_words, setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_runs, setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_times, setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_newest, setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_callback_ends_it, setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_gaps, setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_begun_anew, setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_newest_are_kept, setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_published_is_kept, setup, store_teardown),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
