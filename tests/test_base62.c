/* Sigma's url ids and UUIDs. */
#include "tests/support/support.h"

#include "extract/fields/base62.h"

struct row {
    const char *name;
    const char *text;
    const char *uuid; /* NULL: it is not an id */
};

static const struct row rows[] = {
    {"the manual page's first", "4jVstLCODfn2odTNE2xzDM", "8dfcd325-6b9a-49b3-a491-1189fab1b206"},
    {"the manual page's second, zeros dropped", "0ijFvkwmxRPAwflBXQu1t",
     "002814d6-59dd-47a1-9f35-c852a8155203"},
    {"the same with the zero kept", "00ijFvkwmxRPAwflBXQu1t",
     "002814d6-59dd-47a1-9f35-c852a8155203"},
    {"the same with none", "ijFvkwmxRPAwflBXQu1t", "002814d6-59dd-47a1-9f35-c852a8155203"},
    {"the same with many", "0000000000000000000000ijFvkwmxRPAwflBXQu1t",
     "002814d6-59dd-47a1-9f35-c852a8155203"},
    {"zero", "0", "00000000-0000-0000-0000-000000000000"},
    {"zero in full", "0000000000000000000000", "00000000-0000-0000-0000-000000000000"},
    {"one", "1", "00000000-0000-0000-0000-000000000001"},
    {"the last digit", "9", "00000000-0000-0000-0000-000000000009"},
    {"the first lower case", "a", "00000000-0000-0000-0000-00000000000a"},
    {"the last lower case", "z", "00000000-0000-0000-0000-000000000023"},
    {"the first upper case", "A", "00000000-0000-0000-0000-000000000024"},
    {"the last upper case", "Z", "00000000-0000-0000-0000-00000000003d"},
    {"a carry into the next digit", "10", "00000000-0000-0000-0000-00000000003e"},
    {"a carry into the next byte", "47", "00000000-0000-0000-0000-0000000000ff"},
    {"one more", "48", "00000000-0000-0000-0000-000000000100"},
    {"the largest", "7N42dgm5tFLK9N8MT7fHC7", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
    {"the largest with a zero", "07N42dgm5tFLK9N8MT7fHC7", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
    {"one above the largest", "7N42dgm5tFLK9N8MT7fHC8", NULL},
    {"far above", "zzzzzzzzzzzzzzzzzzzzzz", NULL},
    {"a digit too long", "10000000000000000000000", NULL},
    {"empty", "", NULL},
    {"a hyphen", "4jVst-CODfn2odTNE2xzDM", NULL},
    {"a slash", "4jVstLCODfn2odTNE2xzDM/", NULL},
    {"a space before", " 1", NULL},
    {"a space behind", "1 ", NULL},
    {"between digits and capitals", ":", NULL},
    {"between capitals and lower case", "[", NULL},
    {"behind lower case", "{", NULL},
    {"before the digits", "/", NULL},
    {"before the capitals", "@", NULL},
    {"before lower case", "`", NULL},
    {"beyond ASCII", "\xc3\xa9", NULL},
    {"a bad one at the end", "4jVstLCODfn2odTNE2xzD_", NULL},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    unsigned char uuid[SMCI_UUID_BYTES];
    char text[SMCI_UUID_TEXT_LEN + 1];
    bool is_id = base62_decode(row->text, strlen(row->text), uuid);
    assert_int_equal(is_id, row->uuid != NULL);
    if (!is_id)
        return;
    smci_uuid_print(uuid, text);
    assert_string_equal(text, row->uuid);
}

/* The length counts, not a NUL. */
static void test_length(void **state)
{
    unsigned char uuid[SMCI_UUID_BYTES];
    (void)state;
    assert_true(base62_decode("12", 1, uuid));
    assert_int_equal(uuid[15], 1);
    assert_false(base62_decode("1\0"
                               "2",
                               3, uuid));
}

struct uuid_row {
    const char *name;
    const char *text;
    const char *want; /* as it is written; NULL: it is not one */
};

static const struct uuid_row uuid_rows[] = {
    {"lower case", "8dfcd325-6b9a-49b3-a491-1189fab1b206", "8dfcd325-6b9a-49b3-a491-1189fab1b206"},
    {"upper case", "8DFCD325-6B9A-49B3-A491-1189FAB1B206", "8dfcd325-6b9a-49b3-a491-1189fab1b206"},
    {"mixed", "8dFcD325-6b9A-49b3-a491-1189fab1b206", "8dfcd325-6b9a-49b3-a491-1189fab1b206"},
    {"any version", "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000"},
    {"all ones", "ffffffff-ffff-ffff-ffff-ffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff"},
    {"empty uuid", "", NULL},
    {"no hyphens", "8dfcd3256b9a49b3a4911189fab1b206", NULL},
    {"a hyphen is missing", "8dfcd325-6b9a-49b3-a491011189fab1b20", NULL},
    {"a hyphen too early", "8dfcd32-56b9a-49b3-a491-1189fab1b206", NULL},
    {"a hyphen where a digit belongs", "8dfcd325-6b9a-49b3-a491-1189fab1b20-", NULL},
    {"too short", "8dfcd325-6b9a-49b3-a491-1189fab1b20", NULL},
    {"too long", "8dfcd325-6b9a-49b3-a491-1189fab1b2066", NULL},
    {"in braces", "{8dfcd325-6b9a-49b3-a491-1189fab1b206}", NULL},
    {"g", "gdfcd325-6b9a-49b3-a491-1189fab1b206", NULL},
    {"G", "Gdfcd325-6b9a-49b3-a491-1189fab1b206", NULL},
    {"z", "zdfcd325-6b9a-49b3-a491-1189fab1b206", NULL},
};

static void test_uuid_row(void **state)
{
    const struct uuid_row *row = *state;
    unsigned char uuid[SMCI_UUID_BYTES];
    char text[SMCI_UUID_TEXT_LEN + 1];
    bool is_uuid = smci_uuid_parse(row->text, uuid);
    assert_int_equal(is_uuid, row->want != NULL);
    if (!is_uuid)
        return;
    smci_uuid_print(uuid, text);
    assert_string_equal(text, row->want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_length)};
    int failed = RUN_TABLE("base62", rows, test_row);
    failed += RUN_TABLE("uuid", uuid_rows, test_uuid_row);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
