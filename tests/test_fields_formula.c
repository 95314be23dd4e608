/* The references in formulas (formula.h). */
#include "support/support.h"

#include "extract/fields/formula.h"

struct formula_row {
    const char *name;
    const char *formula;
    const char *references; /* "unclear", or each reference's segments: "A|B" with spaces between */
};

static const struct formula_row formula_rows[] = {
    {"one", "[Amt]", "Amt"},
    {"none", "1 + 2", ""},
    {"empty", "", ""},
    {"two segments", "[ORDERS/Amt]", "ORDERS|Amt"},
    {"in a call", "Sum([ORDERS/Amt]) / Count([Id])", "ORDERS|Amt Id"},
    {"all of a lookup", "Lookup([T/Value], [Key], [T/Key])", "T|Value Key T|Key"},
    {"three segments", "[Src/Rev/Cost]", "Src|Rev|Cost"},
    {"an escaped slash", "[Src/Rev\\/Cost]", "Src|Rev/Cost"},
    {"an escaped bracket", "[a\\]b]", "a]b"},
    {"an escaped backslash", "[a\\\\]", "a\\"},
    {"letters in brackets", "[It's \"so\" [deep]", "It's_\"so\"_[deep"},
    {"blanks count", "[ A / B ]", "_A_|_B_"},
    {"a text", "If([A] = \"[B]\", 1, 2)", "A"},
    {"doubled quotes", "[A] & \"x\"\"[B]\"", "A"},
    {"a record", "{key: [Col]}", "Col"},
    {"a date", "Date(\"2031-02-03\")", ""},
    {"a field and an index", "[Payload].users[0].email", "Payload"},
    {"an index behind a call", "Split([A], \",\")[1]", "A"},
    {"digits that are a name", "Sum([2024])", "2024"},
    {"digits behind an operator", "1+[0]", "0"},
    {"digits behind a blank", "x [0]", "0"},
    {"an unclosed bracket", "[A] + [B", "unclear"},
    {"an unclosed text", "[A] + \"B", "unclear"},
    {"a cut escape", "[A\\", "unclear"},
    {"single quotes without brackets", "If([A] = 'x', 1, 2)", "A"},
    {"single quotes around brackets", "If([A] = '[B]', 1, 2)", "unclear"},
    {"an apostrophe that would go on", "[A] + don't + [B]", "unclear"},
    {"an apostrophe at the end", "[A] + don't", "A"},
    {"single quotes that hide a double one", "'\"' & [A] & \"'\"", "unclear"},
    {"a backslash in a text", "RegexpExtract([A], \"\\d+\")", "A"},
    {"a backslash before a quote", "[A] & \"\\\" & [B]", "unclear"},
    {"an empty name", "[]", ""},
    {"empty segments", "[/]", "|"},
};

static void put_references(const char *formula, struct smc_buf *out)
{
    struct formula_reference reference;
    struct formula_walk walk = formula_begin(formula, strlen(formula));
    for (int i = 0; formula_next(&walk, &reference); i++) {
        size_t count = formula_segments(&reference);
        (void)smc_buf_addstr(out, i ? " " : "");
        for (size_t j = 0; j < count; j++) {
            size_t from = out->len + (j ? 1 : 0);
            (void)smc_buf_addstr(out, j ? "|" : "");
            assert_int_equal(formula_name(&reference, j, 1, out), SMC_OK);
            for (; from < out->len; from++)
                if (out->data[from] == ' ')
                    out->data[from] = '_';
        }
    }
}

static void test_formula(void **state)
{
    const struct formula_row *row = *state;
    struct smc_buf out = SMC_BUF_INIT(1000);
    if (!formula_is_clear(row->formula, strlen(row->formula)))
        (void)smc_buf_addstr(&out, "unclear");
    else
        put_references(row->formula, &out);
    assert_string_equal(smc_buf_str(&out), row->references);
    smc_buf_clear(&out);
}

struct only_row {
    const char *name;
    const char *formula;
    bool is_only;
};

static const struct only_row only_rows[] = {
    {"alone", "[A/B]", true}, {"with blanks", " [A/B]\n", true}, {"in a call", "Sum([A])", false},
    {"two", "[A][B]", false}, {"with a field", "[A].b", false},  {"none", "", false},
};

static void test_only(void **state)
{
    const struct only_row *row = *state;
    struct formula_reference reference;
    assert_int_equal(formula_is_only(row->formula, strlen(row->formula), &reference), row->is_only);
}

static void test_name_of_several(void **state)
{
    static const char text[] = "[a/b\\/c/d]";
    struct formula_reference reference = {text, sizeof text - 1};
    struct smc_buf out = SMC_BUF_INIT(100);
    (void)state;
    assert_int_equal(formula_name(&reference, 0, 3, &out), SMC_OK);
    assert_string_equal(smc_buf_str(&out), "a/b/c/d");
    smc_buf_reset(&out);
    assert_int_equal(formula_name(&reference, 1, 2, &out), SMC_OK);
    assert_string_equal(smc_buf_str(&out), "b/c/d");
    smc_buf_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_name_of_several)};
    return RUN_TABLE("formulas", formula_rows, test_formula) +
           RUN_TABLE("one reference", only_rows, test_only) +
           cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
