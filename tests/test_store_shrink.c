/* The state file gives back what it does not need any more. */
#include "support/log_sink.h"
#include "support/program.h"
#include "support/store_case.h"
#include "support/support.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/store/history.h"
#include "lib/store/store.h"

#define BODY    20000
#define ANSWERS 1500 /* 30 MB */

static void reopen(struct fixture *f)
{
    store_open_as(f, "host", "client");
}

static int setup(void **state)
{
    int rc = store_setup(state);
    if (rc == 0)
        reopen(*state);
    return rc;
}

/* Answers, of which the first `kept` are left; the learnt rate, and a run with a gap. */
static void fill(struct fixture *f, int answers, int kept)
{
    static char body[BODY];
    char id[16];
    const struct smci_outcome outcome = {.http_status = 200, .pages = 1};
    const struct smci_run_gap gap = {"elements", "a", 404, ""};
    (void)memset(body, 'x', sizeof body);
    for (int i = 0; i < answers; i++) {
        (void)snprintf(id, sizeof id, "w%d", i);
        assert_int_equal(smci_store_put_page(f->store, "kind", id, 0, body, BODY, NULL), SMC_OK);
        assert_int_equal(smci_store_finish(f->store, "kind", id, "", &outcome, NULL), SMC_OK);
        if (i < kept)
            assert_int_equal(smci_list_add(f->store, "kept", id, NULL, NULL, NULL, NULL), SMC_OK);
    }
    assert_int_equal(smci_store_put_value(f->store, "rate", "5000", NULL), SMC_OK);
    assert_int_equal(smci_history_begin(f->store, 7, false, NULL), SMC_OK);
    assert_int_equal(smci_history_add_gap(f->store, 7, &gap, NULL), SMC_OK);
    assert_int_equal(smci_store_prune(f->store, "kind", "kept", NULL), SMC_OK);
    assert_int_equal(smci_store_commit(f->store, NULL), SMC_OK);
}

static void assert_is_kept(struct fixture *f, int kept)
{
    const struct smci_run_gap gap = {"elements", "a", 404, ""};
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    int64_t count = 0;
    bool found = false;
    assert_int_equal(smci_store_count(f->store, &count, NULL), SMC_OK);
    assert_int_equal(count, kept);
    assert_int_equal(smci_store_get_value(f->store, "rate", &found, &text, NULL), SMC_OK);
    assert_string_equal(smc_buf_str(&text), "5000");
    assert_int_equal(smci_history_has_gap(f->store, 7, &gap, &found, NULL), SMC_OK);
    assert_true(found);
    smc_buf_reset(&text);
    if (kept) {
        assert_int_equal(smci_store_page(f->store, "kind", "w0", 0, &text, NULL), SMC_OK);
        assert_int_equal(text.len, BODY);
    }
    smc_buf_clear(&text);
}

static int64_t size_of(const struct fixture *f)
{
    struct stat st;
    assert_int_equal(stat(f->db, &st), 0);
    return st.st_size;
}

/* ---- when ---- */

struct when_row {
    const char *name;
    int answers;
    int kept;
    bool is_shrunk;
};

static const struct when_row when_rows[] = {
    {"all is forgotten", ANSWERS, 0, true},
    {"most is forgotten", ANSWERS, ANSWERS / 3, true},
    {"less than half is forgotten", 2 * ANSWERS, ANSWERS + ANSWERS / 10, false},
    {"much of little is forgotten", 700, 0, false},
};

static void test_when(void **state)
{
    const struct when_row *row = *state;
    void *made = NULL;
    assert_int_equal(setup(&made), 0);
    struct fixture *f = made;
    fill(f, row->answers, row->kept);
    int64_t before = size_of(f);
    struct log_sink log;
    log_sink_init(&log);
    smci_store_shrink(f->store, log.log, -1);
    assert_is_kept(f, row->kept);
    assert_int_equal(log_sink_count(&log, "INFO - Giving back ", " MB are kept"), row->is_shrunk);
    log_sink_clear(&log);
    reopen(f);
    assert_is_kept(f, row->kept);
    if (row->is_shrunk)
        assert_in_range(size_of(f), 1, row->kept * (BODY + 8192) + 131072);
    else
        assert_int_equal(size_of(f), before);
    (void)store_teardown(&made);
}

/* ---- when it can't ---- */

static void test_stopped(void **state)
{
    struct fixture *f = *state;
    int fds[2];
    fill(f, ANSWERS, ANSWERS / 3);
    int64_t before = size_of(f);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "", 1), 1);
    smci_store_shrink(f->store, NULL, fds[0]);
    assert_is_kept(f, ANSWERS / 3);
    reopen(f);
    assert_is_kept(f, ANSWERS / 3);
    assert_int_equal(size_of(f), before);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

/* No file may grow beyond a few megabytes: neither the copy nor the log. */
static int shrink_without_room(void *ctx)
{
    struct fixture *f = ctx;
    const struct rlimit limit = {4 << 20, 4 << 20};
    (void)signal(SIGXFSZ, SIG_IGN);
    reopen(f);
    fill(f, ANSWERS, ANSWERS / 3);
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return 1;
    smci_store_shrink(f->store, NULL, -1);
    return smci_store_put_value(f->store, "after", "1", NULL) == SMC_OK &&
                   smci_store_commit(f->store, NULL) == SMC_OK
               ? 0
               : 2;
}

static void test_no_room(void **state)
{
    struct fixture *f = *state;
    struct smc_buf text = SMC_BUF_INIT(64);
    bool found = false;
    smci_store_close(f->store);
    f->store = NULL;
    assert_int_equal(in_child(shrink_without_room, f), 0);
    assert_in_range(size_of(f), BODY * ANSWERS, INT64_MAX);
    reopen(f);
    assert_is_kept(f, ANSWERS / 3);
    assert_int_equal(smci_store_get_value(f->store, "after", &found, &text, NULL), SMC_OK);
    assert_true(found);
    smc_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_stopped, setup, store_teardown),
        cmocka_unit_test_setup_teardown(test_no_room, setup, store_teardown),
    };
    return cmocka_run_group_tests_name("shrink", tests, NULL, NULL) +
           RUN_TABLE("when it shrinks", when_rows, test_when);
}
