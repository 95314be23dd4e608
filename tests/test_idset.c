/* The set of ids that are kept as hashes. */
#include "tests/support/support.h"

#include "lib/base/idset.h"

static bool add(struct smci_idset *set, const char *text)
{
    bool added = false;
    assert_true(smci_idset_add(set, text, strlen(text), &added));
    return added;
}

static void test_once(void **state)
{
    struct smci_idset set = SMCI_IDSET_INIT;
    (void)state;
    assert_true(add(&set, "a"));
    assert_false(add(&set, "a"));
    assert_true(add(&set, "b"));
    assert_true(add(&set, "ab"));
    assert_true(add(&set, "ba"));
    assert_true(add(&set, ""));
    assert_false(add(&set, ""));
    assert_false(add(&set, "b"));
    assert_int_equal(set.used, 5);
    smci_idset_clear(&set);
}

/* Bytes count, a NUL is one of them. */
static void test_bytes(void **state)
{
    struct smci_idset set = SMCI_IDSET_INIT;
    bool added = false;
    (void)state;
    assert_true(smci_idset_add(&set, "a\0b", 3, &added) && added);
    assert_true(smci_idset_add(&set, "a\0c", 3, &added) && added);
    assert_true(smci_idset_add(&set, "a", 1, &added) && added);
    assert_true(smci_idset_add(&set, "a\0", 2, &added) && added);
    assert_true(smci_idset_add(&set, "a\0b", 3, &added) && !added);
    smci_idset_clear(&set);
}

/* Ids that differ in one digit, and far more of them than the set begins with. */
static void test_many(void **state)
{
    struct smci_idset set = SMCI_IDSET_INIT;
    (void)state;
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 100000; i++) {
            char id[40];
            (void)snprintf(id, sizeof id, "8dfcd325-6b9a-49b3-a491-%012d", i);
            if (add(&set, id) != (round == 0))
                fail_msg("round %d, %s", round, id);
        }
    assert_int_equal(set.used, 100000);
    /* About 16 bytes a row; never more than four times the rows in slots. */
    assert_in_range(set.size, 100000, 400000);
    smci_idset_clear(&set);
}

/* Each time it grows all are still there, however they lay: three hundred sets, just after
 * growing. */
static void test_growing(void **state)
{
    (void)state;
    for (int seed = 0; seed < 300; seed++) {
        struct smci_idset set = SMCI_IDSET_INIT;
        char id[40];
        for (int i = 0; i < 385; i++) {
            (void)snprintf(id, sizeof id, "%d-%d", seed, i);
            assert_true(add(&set, id));
            for (int j = i; set.size > 256 && i < 200 && j >= 0; j--) {
                (void)snprintf(id, sizeof id, "%d-%d", seed, j);
                assert_false(add(&set, id));
            }
        }
        for (int i = 0; i < 385; i++) {
            (void)snprintf(id, sizeof id, "%d-%d", seed, i);
            assert_false(add(&set, id));
        }
        smci_idset_clear(&set);
    }
}

/* Three readings of the same rows: what each had, and no slot more. */
static void test_readings(void **state)
{
    struct smci_idset set = SMCI_IDSET_INIT;
    struct smci_idset_seen seen;
    (void)state;
    assert_int_equal(smci_idset_last(&set, "a", 1), 0);
    assert_true(smci_idset_see(&set, "a", 1, 1, &seen));
    assert_true(seen.first == 1 && seen.last == 0);
    assert_true(smci_idset_see(&set, "b", 1, 1, &seen));
    assert_true(smci_idset_see(&set, "a", 1, 1, &seen)); /* twice in one */
    assert_true(seen.first == 1 && seen.last == 1);
    assert_true(smci_idset_see(&set, "a", 1, 2, &seen));
    assert_true(seen.first == 1 && seen.last == 1);
    assert_true(smci_idset_see(&set, "c", 1, 2, &seen));
    assert_true(seen.first == 2 && seen.last == 0);
    assert_true(smci_idset_see(&set, "c", 1, 2, &seen));
    assert_true(seen.first == 2 && seen.last == 2);
    assert_true(smci_idset_see(&set, "c", 1, 3, &seen));
    assert_true(seen.first == 2 && seen.last == 2);
    assert_int_equal(smci_idset_last(&set, "a", 1), 2);
    assert_int_equal(smci_idset_last(&set, "b", 1), 1);
    assert_int_equal(smci_idset_last(&set, "c", 1), 3);
    assert_int_equal(smci_idset_last(&set, "d", 1), 0);
    assert_int_equal(set.used, 3);
    smci_idset_clear(&set);
}

/* The marks stay with their ids when the set grows. */
static void test_readings_grow(void **state)
{
    struct smci_idset set = SMCI_IDSET_INIT;
    struct smci_idset_seen seen;
    char id[40];
    (void)state;
    for (int reading = 1; reading <= 3; reading++)
        for (int i = 0; i < 1000 * reading; i++) {
            (void)snprintf(id, sizeof id, "row %d", i);
            assert_true(smci_idset_see(&set, id, strlen(id), reading, &seen));
            assert_int_equal(seen.first, i / 1000 + 1);
            assert_int_equal(seen.last, i / 1000 + 1 == reading ? 0 : reading - 1);
        }
    assert_int_equal(set.used, 3000);
    smci_idset_clear(&set);
}

static void test_clear(void **state)
{
    struct smci_idset set = SMCI_IDSET_INIT;
    (void)state;
    smci_idset_clear(&set);
    assert_true(add(&set, "a"));
    smci_idset_clear(&set);
    smci_idset_clear(&set);
    assert_int_equal(set.used, 0);
    assert_true(add(&set, "a"));
    smci_idset_clear(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_once),     cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_many),     cmocka_unit_test(test_growing),
        cmocka_unit_test(test_readings), cmocka_unit_test(test_readings_grow),
        cmocka_unit_test(test_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
