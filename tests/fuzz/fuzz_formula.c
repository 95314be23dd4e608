/* The references in a formula: any bytes are read, and what is found is held against a second
 * reader, which reads from the start each time. */
#include "fuzz.h"

#include <string.h>

#include "extract/fields/formula.h"

/* The segments of a reference, one by one, make up all of it but brackets, escapes and slashes. */
static void check_segments(const struct formula_reference *reference)
{
    struct smc_buf whole = SMC_BUF_INIT(1 << 20);
    struct smc_buf parts = SMC_BUF_INIT(1 << 20);
    size_t count = formula_segments(reference);
    FUZZ_CHECK(count >= 1 && count < reference->len);
    FUZZ_CHECK(formula_name(reference, 0, count, &whole) == SMC_OK);
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(smc_buf_add(&parts, "/", i > 0) == SMC_OK);
        FUZZ_CHECK(formula_name(reference, i, 1, &parts) == SMC_OK);
    }
    FUZZ_CHECK(whole.len == parts.len && whole.len <= reference->len - 2);
    FUZZ_CHECK(whole.len == 0 || memcmp(whole.data, parts.data, whole.len) == 0);
    smc_buf_clear(&whole);
    smc_buf_clear(&parts);
}

/* Whether the byte at `at` is in a text or in brackets that began before it: read from the start. */
static bool is_within(const char *text, size_t at)
{
    char open = 0;
    for (size_t i = 0; i < at; i++) {
        if (open == '[' && text[i] == '\\')
            i++;
        else if (open == '[' ? text[i] == ']' : open && text[i] == open)
            open = 0;
        else if (!open && (text[i] == '[' || text[i] == '"'))
            open = text[i];
    }
    return open != 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct formula_reference reference;
    struct formula_reference only;
    if (size > 4096)
        return 0;
    struct formula_walk walk = formula_begin(text, size);
    size_t count = 0;
    const char *behind = text;
    bool is_clear = formula_is_clear(text, size);
    for (; formula_next(&walk, &reference); count++) {
        FUZZ_CHECK(reference.text >= behind && reference.len >= 2);
        behind = reference.text + reference.len;
        FUZZ_CHECK(behind <= text + size);
        FUZZ_CHECK(reference.text[0] == '[' && behind[-1] == ']');
        FUZZ_CHECK(!is_within(text, (size_t)(reference.text - text)));
        check_segments(&reference);
    }
    FUZZ_CHECK(!walk.is_cut || !is_clear);
    if (formula_is_only(text, size, &only))
        FUZZ_CHECK(count >= 1 && !formula_is_blank(text, size));
    return 0;
}
