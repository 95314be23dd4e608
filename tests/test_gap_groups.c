/* Gaps as the log tells them: one line for those of a kind and cause. */
#include "tests/support/support.h"

#include "extract/gap_groups.h"
#include "tests/support/log_sink.h"

struct fixture {
    struct gap_groups groups;
    struct log_sink log;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    log_sink_init(&f->log);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    log_sink_clear(&f->log);
    free(f);
    return 0;
}

static struct gap gap(const char *id, const char *name, int http_status)
{
    return (struct gap){.kind = "elements",
                        .id = id,
                        .name = name,
                        .call = "/x",
                        .http_status = http_status,
                        .reason = "GET /x: said so",
                        .remedy = gap_remedy(http_status)};
}

static void add(struct fixture *f, struct gap one, bool is_known)
{
    gap_groups_add(&f->groups, &one, is_known);
}

static void log_all(struct fixture *f, bool has_last)
{
    gap_groups_log(&f->groups, has_last, f->log.log);
}

static void test_one(void **state)
{
    struct fixture *f = *state;
    add(f, gap("w-1", "Sales", 404), false);
    log_all(f, false);
    assert_string_equal(log_sink_text(&f->log),
                        "WARNING - 1 gap: elements of w-1 (Sales): said so; running again will "
                        "not help while Sigma answers this way\n");
}

static void test_none(void **state)
{
    struct fixture *f = *state;
    log_all(f, true);
    assert_string_equal(log_sink_text(&f->log), "");
}

/* By name where there is one, a name once. */
static void test_many(void **state)
{
    struct fixture *f = *state;
    add(f, gap("w-1", "Sales", 503), false);
    add(f, gap("w-2", NULL, 503), false);
    add(f, gap("w-3", "Sales", 503), false);
    add(f, gap("w-4", "Finance", 503), false);
    add(f, gap("w-5", "Marketing", 503), false);
    log_all(f, false);
    assert_string_equal(log_sink_text(&f->log),
                        "WARNING - 5 gaps: elements of Sales, w-2, Finance and 2 more: HTTP 503; "
                        "running again may help\n");
}

static void test_causes_apart(void **state)
{
    struct fixture *f = *state;
    struct gap coded = gap("w-3", "C", 404);
    struct gap other = gap("w-4", "D", 200);
    struct gap kind = gap("w-5", "E", 404);
    coded.code = "not_found";
    other.cause = "fewer rows than its total";
    kind.kind = "workbook_sources";
    for (int i = 0; i < 2; i++) {
        add(f, gap("w-1", "A", 404), false);
        add(f, gap("w-2", "B", 0), false);
        add(f, coded, false);
        add(f, other, false);
        add(f, kind, false);
    }
    log_all(f, false);
    assert_int_equal(log_sink_count(&f->log, "WARNING - 2 gaps: ", NULL), 5);
    log_sink_assert(&f->log, "elements of A and 1 more: HTTP 404; ");
    log_sink_assert(&f->log, "elements of B and 1 more: no answer that could be used; ");
    log_sink_assert(&f->log, "elements of C and 1 more: HTTP 404 not_found; ");
    log_sink_assert(&f->log, "elements of D and 1 more: fewer rows than its total; ");
    log_sink_assert(&f->log, "workbook_sources of E and 1 more: HTTP 404; ");
}

/* What is of one object alone parts no cause in two. */
static void test_a_cause_without_its_object(void **state)
{
    struct fixture *f = *state;
    struct gap one = gap("w-1", "A", 200);
    one.cause = "its total is not a count: -5";
    add(f, one, false);
    one.cause = "its total is not a count: 1.5";
    one.id = "w-2";
    one.name = "B";
    add(f, one, false);
    log_all(f, false);
    assert_string_equal(log_sink_text(&f->log),
                        "WARNING - 2 gaps: elements of A, B: its total is not a count; running "
                        "again may help\n");
}

/* What the store has of a gap; an older version's text is the reason alone. */
static void test_pack(void **state)
{
    const struct gap packed = {.code = "conflict", .reason = "why: so"};
    struct gap gap = {.kind = "elements"};
    struct smc_buf text = SMC_BUF_INIT(100);
    char old[] = "why";
    char odd[] = "why\nso";
    (void)state;
    assert_int_equal(gap_pack(&packed, &text), SMC_OK);
    gap_unpack(text.data, &gap);
    assert_string_equal(gap.code, "conflict");
    assert_string_equal(gap.request_id, "");
    assert_string_equal(gap.reason, "why: so");
    smc_buf_clear(&text);
    gap = (struct gap){.kind = "elements"};
    gap_unpack(old, &gap);
    assert_null(gap.code);
    assert_string_equal(gap.reason, "why");
    gap_unpack(odd, &gap);
    assert_null(gap.code);
    assert_string_equal(gap.reason, "why\nso");
}

/* What the last run had is not new. */
static void test_known(void **state)
{
    struct fixture *f = *state;
    add(f, gap("w-1", "A", 404), true);
    add(f, gap("w-2", "B", 404), true);
    add(f, gap("w-3", "C", 404), false);
    log_all(f, true);
    log_sink_assert(&f->log,
                    "INFO - 2 gaps that the last run had, too: elements of A, B: HTTP 404");
    log_sink_assert(&f->log, "WARNING - 1 new gap: elements of w-3 (C): ");
}

/* So many causes that there is no room: the rest is told in one line, and no gap is left out. */
static void test_too_many_causes(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < GAP_GROUPS_MAX + 9; i++) {
        char code[16];
        (void)snprintf(code, sizeof code, "code-%d", i);
        struct gap one = gap("w", "W", 400);
        one.code = code;
        add(f, one, i % 2 == 1);
        add(f, one, i % 2 == 1);
    }
    log_all(f, true);
    assert_int_equal(log_sink_count(&f->log, " gap", NULL), GAP_GROUPS_MAX);
    log_sink_assert(&f->log, "WARNING - 20 new gaps: several kinds of W and 19 more: other causes");
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {WITH(test_one),
                                       WITH(test_none),
                                       WITH(test_many),
                                       WITH(test_causes_apart),
                                       WITH(test_a_cause_without_its_object),
                                       cmocka_unit_test(test_pack),
                                       WITH(test_known),
                                       WITH(test_too_many_causes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
