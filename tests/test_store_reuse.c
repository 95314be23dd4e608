/* What of a store's answers a later run may use: counting them, and forgetting some. */
#include "support/store_case.h"
#include "support/support.h"

#include "lib/store/store.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static int setup(void **state)
{
    int rc = store_setup(state);
    if (rc == 0)
        store_open_as(*state, "host", "client");
    return rc;
}

/* An answer with a status; if that is 200, with two pages. */
static void put(struct fixture *f, const char *kind, const char *id, int status)
{
    const struct smci_outcome outcome = {
        .http_status = status, .pages = status == 200 ? 2 : 0, .reason = "why"};
    for (int i = 0; i < outcome.pages; i++)
        OK(smci_store_put_page(f->store, kind, id, i, "[]", 2, &f->err));
    OK(smci_store_finish(f->store, kind, id, "tag", &outcome, &f->err));
}

static bool is_kept(struct fixture *f, const char *kind, const char *id)
{
    bool found = false;
    struct smci_outcome outcome;
    struct smc_buf page = SMC_BUF_INIT(SIZE_MAX);
    OK(smci_store_get(f->store, kind, id, "tag", &found, &outcome, &f->err));
    /* With an answer go its pages, and stay with it. */
    for (int i = 0; i < 2; i++) {
        enum smc_status rc = smci_store_page(f->store, kind, id, i, &page, NULL);
        assert_int_equal(rc == SMC_OK, found && i < outcome.pages);
    }
    smc_buf_clear(&page);
    return found;
}

static int64_t count(struct fixture *f)
{
    int64_t answers = -1;
    OK(smci_store_count(f->store, &answers, &f->err));
    return answers;
}

static void add(struct fixture *f, const char *list, const char *id)
{
    OK(smci_list_add(f->store, list, id, NULL, NULL, NULL, &f->err));
}

static void check_value(struct fixture *f, const char *name, const char *expected)
{
    bool found = false;
    struct smc_buf value = SMC_BUF_INIT(SIZE_MAX);
    OK(smci_store_get_value(f->store, name, &found, &value, &f->err));
    assert_true(found);
    assert_string_equal(smc_buf_str(&value), expected);
    smc_buf_clear(&value);
}

/* Lists and values are not answers: nothing of this file touches them. */
static void put_beside(struct fixture *f)
{
    add(f, "a", "x");
    OK(smci_store_put_value(f->store, "v", "kept", &f->err));
}

static void check_beside(struct fixture *f)
{
    struct smci_item item;
    bool found = false;
    OK(smci_list_find(f->store, "a", "x", &found, &item, &f->err));
    assert_true(found);
    check_value(f, "v", "kept");
}

/* ---- counting ---- */

static void test_count(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(count(f), 0);
    put_beside(f);
    put(f, "a", "x", 200);
    put(f, "a", "y", 404);
    put(f, "b", "x", 200);
    OK(smci_store_put_page(f->store, "b", "unfinished", 0, "[]", 2, &f->err));
    assert_int_equal(count(f), 3);
    put(f, "a", "x", 500); /* anew, not one more */
    assert_int_equal(count(f), 3);
    store_open_as(f, "host", "another");
    assert_int_equal(count(f), 0);
    put(f, "a", "x", 200);
    assert_int_equal(count(f), 1);
    store_open_as(f, "host", "client");
    assert_int_equal(count(f), 3);
}

/* ---- by age ---- */

struct older_row {
    const char *name;
    const char *kind;
    int64_t from_s; /* after the first answer's time */
    const char *kept;
};

/* Answers a/0, b/0 are finished at 0 s; a/1, b/1 at 10 s; a/2, b/2 at 20 s. */
static const struct older_row older_rows[] = {
    {"none is that old", NULL, 0, "a0 b0 a1 b1 a2 b2"},
    {"all kinds", NULL, 10, "a1 b1 a2 b2"},
    {"the second itself stays", NULL, 20, "a2 b2"},
    {"a second later it does not", NULL, 21, ""},
    {"one kind", "a", 15, "b0 b1 a2 b2"},
    {"a kind that is not there", "c", 99, "a0 b0 a1 b1 a2 b2"},
    {"a kind's name is taken whole", "aa", 99, "a0 b0 a1 b1 a2 b2"},
};

static void check_kept(struct fixture *f, const char *kept)
{
    int64_t expected = 0;
    for (const char *kind = "ab"; *kind; kind++)
        for (char id = '0'; id <= '2'; id++) {
            char name[] = {*kind, id, '\0'};
            char kind_text[] = {*kind, '\0'};
            bool is_expected = strstr(kept, name) != NULL;
            if (is_kept(f, kind_text, name + 1) != is_expected)
                fail_msg("%s was %s", name, is_expected ? "forgotten" : "kept");
            expected += is_expected;
        }
    assert_int_equal(count(f), expected);
}

static void fill(struct fixture *f)
{
    static const char *const ids[] = {"0", "1", "2"};
    for (size_t i = 0; i < COUNT(ids); i++) {
        put(f, "a", ids[i], 200);
        put(f, "b", ids[i], 200);
        f->clock.wall_ms += 10000;
    }
}

static void test_older(void **state)
{
    const struct older_row *row = *state;
    int64_t first_s;
    assert_int_equal(setup(state), 0);
    struct fixture *f = *state;
    first_s = f->clock.wall_ms / 1000;
    put_beside(f);
    fill(f);
    OK(smci_store_put_page(f->store, "a", "unfinished", 0, "[]", 2, &f->err));
    OK(smci_store_forget_older(f->store, row->kind, first_s + row->from_s, &f->err));
    check_kept(f, row->kept);
    store_open_as(f, "host", "client"); /* and so on disk */
    check_kept(f, row->kept);
    check_beside(f);
    assert_int_equal(store_teardown(state), 0);
}

static void test_older_of_another_scope(void **state)
{
    struct fixture *f = *state;
    fill(f);
    store_open_as(f, "host", "another");
    OK(smci_store_forget_older(f->store, NULL, INT64_MAX, &f->err));
    store_open_as(f, "host", "client");
    check_kept(f, "a0 b0 a1 b1 a2 b2");
}

/* A key that is used again must not come upon the pages of the answer that had it. */
static void test_older_then_put(void **state)
{
    struct fixture *f = *state;
    const struct smci_outcome outcome = {.http_status = 200, .pages = 2};
    put(f, "a", "old", 200);
    OK(smci_store_forget_older(f->store, NULL, INT64_MAX, &f->err));
    store_open_as(f, "host", "client");
    OK(smci_store_put_page(f->store, "a", "new", 0, "[]", 2, &f->err));
    assert_int_equal(smci_store_finish(f->store, "a", "new", "tag", &outcome, &f->err),
                     SMC_ERR_STORE);
}

/* ---- by status ---- */

struct failure_row {
    const char *name;
    int status;
    bool is_kept[2]; /* without and with is_permanent_kept */
};

static const struct failure_row failure_rows[] = {
    {"200", 200, {true, true}},   {"none", 0, {false, false}},         {"400", 400, {false, true}},
    {"401", 401, {false, false}}, {"403", 403, {false, false}},        {"404", 404, {false, true}},
    {"408", 408, {false, false}}, {"409", 409, {false, true}},         {"410", 410, {false, true}},
    {"418", 418, {false, false}}, {"429", 429, {false, false}},        {"500", 500, {false, false}},
    {"503", 503, {false, false}}, {"a redirect", 302, {false, false}},
};

static void test_failure(void **state)
{
    const struct failure_row *row = *state;
    for (int permanent = 0; permanent < 2; permanent++) {
        assert_int_equal(setup(state), 0);
        struct fixture *f = *state;
        put_beside(f);
        put(f, "a", "x", row->status);
        put(f, "b", "good", 200);
        OK(smci_store_forget_failures(f->store, NULL, permanent, &f->err));
        assert_int_equal(is_kept(f, "a", "x"), row->is_kept[permanent]);
        assert_true(is_kept(f, "b", "good"));
        assert_int_equal(count(f), 1 + row->is_kept[permanent]);
        check_beside(f);
        assert_int_equal(store_teardown(state), 0);
    }
}

/* A failure that gave way can be answered anew. */
static void test_failure_answered_anew(void **state)
{
    struct fixture *f = *state;
    put(f, "a", "x", 500);
    OK(smci_store_forget_failures(f->store, NULL, true, &f->err));
    put(f, "a", "x", 200);
    assert_true(is_kept(f, "a", "x"));
    store_open_as(f, "host", "another");
    OK(smci_store_forget_failures(f->store, NULL, false, &f->err));
    store_open_as(f, "host", "client");
    assert_true(is_kept(f, "a", "x"));
}

static void test_failure_of_a_kind(void **state)
{
    struct fixture *f = *state;
    put(f, "a", "x", 500);
    put(f, "b", "x", 500);
    put(f, "b", "y", 404);
    OK(smci_store_forget_failures(f->store, "b", true, &f->err));
    assert_true(is_kept(f, "a", "x"));
    assert_false(is_kept(f, "b", "x"));
    assert_true(is_kept(f, "b", "y"));
    OK(smci_store_forget_failures(f->store, "none", false, &f->err));
    assert_int_equal(count(f), 2);
}

/* ---- by list ---- */

struct prune_row {
    const char *name;
    const char *kind;
    const char *list;
    const char *kept;
};

/* The list "now" has 1 and 2, the list "all" 0, 1 and 2. */
static const struct prune_row prune_rows[] = {
    {"what the list lacks", "a", "now", "b0 a1 b1 a2 b2"},
    {"nothing is lacking", "a", "all", "a0 b0 a1 b1 a2 b2"},
    {"a list that is not there", "a", "never", "b0 b1 b2"},
    {"no list", "b", "", "a0 a1 a2"},
    {"a kind that is not there", "c", "now", "a0 b0 a1 b1 a2 b2"},
};

static void test_prune(void **state)
{
    const struct prune_row *row = *state;
    assert_int_equal(setup(state), 0);
    struct fixture *f = *state;
    put_beside(f);
    fill(f);
    add(f, "now", "2");
    add(f, "now", "1");
    for (char id[] = "0"; *id <= '2'; (*id)++)
        add(f, "all", id);
    OK(smci_store_prune(f->store, row->kind, row->list, &f->err));
    check_kept(f, row->kept);
    store_open_as(f, "host", "client");
    check_kept(f, row->kept);
    check_beside(f);
    assert_int_equal(store_teardown(state), 0);
}

/* ---- whole kinds ---- */

struct forget_row {
    const char *name;
    const char *kinds[3];
    const char *kept; /* of this scope */
    bool has_others;  /* another scope has answers */
};

static const struct forget_row forget_rows[] = {
    {"a kind", {"a"}, "b0 b1 b2", false},
    {"another kind", {"b"}, "a0 a1 a2", false},
    {"all kinds, which empties the file", {"b", "a"}, "", false},
    {"all kinds, and one that is not there", {"a", "c", "b"}, "", false},
    {"all kinds of one of two scopes", {"a", "b"}, "", true},
    {"none", {NULL}, "a0 b0 a1 b1 a2 b2", false},
};

static void test_forget(void **state)
{
    const struct forget_row *row = *state;
    size_t count = 0;
    assert_int_equal(setup(state), 0);
    struct fixture *f = *state;
    if (row->has_others) {
        store_open_as(f, "host", "another");
        fill(f);
        store_open_as(f, "host", "client");
    }
    put_beside(f);
    fill(f);
    while (count < 3 && row->kinds[count])
        count++;
    OK(smci_store_forget(f->store, row->kinds, count, &f->err));
    check_kept(f, row->kept);
    check_beside(f);
    store_open_as(f, "host", "client");
    check_kept(f, row->kept);
    put(f, "a", "9", 200); /* and what comes then is kept */
    store_open_as(f, "host", "client");
    assert_true(is_kept(f, "a", "9"));
    store_open_as(f, "host", "another");
    check_kept(f, row->has_others ? "a0 b0 a1 b1 a2 b2" : "");
    assert_int_equal(store_teardown(state), 0);
}

/* The next answer must not come upon what a pruned one left, nor take its key from one that is
 * there. */
static void test_prune_then_put(void **state)
{
    struct fixture *f = *state;
    fill(f);
    add(f, "now", "1");
    OK(smci_store_prune(f->store, "a", "now", &f->err));
    put(f, "a", "3", 200);
    put(f, "a", "0", 404);
    assert_true(is_kept(f, "a", "1"));
    assert_true(is_kept(f, "a", "3"));
    assert_true(is_kept(f, "a", "0"));
    store_open_as(f, "host", "client");
    put(f, "a", "4", 200);
    assert_true(is_kept(f, "a", "1"));
    assert_true(is_kept(f, "a", "3"));
    assert_true(is_kept(f, "a", "4"));
    assert_int_equal(count(f), 7);
}

/* Unfinished pages of an object that is gone go too; those of one that is there stay its own. */
static void test_prune_unfinished(void **state)
{
    struct fixture *f = *state;
    const struct smci_outcome outcome = {.http_status = 200, .pages = 2};
    add(f, "now", "here");
    OK(smci_store_put_page(f->store, "a", "gone", 0, "[1]", 3, &f->err));
    OK(smci_store_put_page(f->store, "a", "here", 0, "[2]", 3, &f->err));
    OK(smci_store_prune(f->store, "a", "now", &f->err));
    OK(smci_store_put_page(f->store, "a", "here", 1, "[3]", 3, &f->err));
    OK(smci_store_finish(f->store, "a", "here", "tag", &outcome, &f->err));
    assert_true(is_kept(f, "a", "here"));
    OK(smci_store_put_page(f->store, "a", "gone", 1, "[4]", 3, &f->err));
    assert_int_equal(smci_store_finish(f->store, "a", "gone", "tag", &outcome, &f->err),
                     SMC_ERR_STORE);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, store_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_count),
        TEST(test_older_of_another_scope),
        TEST(test_prune_then_put),
        TEST(test_failure_answered_anew),
        TEST(test_failure_of_a_kind),
        TEST(test_prune_unfinished),
        TEST(test_older_then_put),
    };
    int failed = RUN_TABLE("older_rows", older_rows, test_older) +
                 RUN_TABLE("failure_rows", failure_rows, test_failure) +
                 RUN_TABLE("forget_rows", forget_rows, test_forget) +
                 RUN_TABLE("prune_rows", prune_rows, test_prune);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
