/* The scanner: each way to read a text says the same of it, and what is made of a valid text is
 * valid. jansson, which is another implementation, must not accept what we refuse. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/json_tree.h"

#define LEVELS_MAX  48
#define OBJECTS_MAX 8

/* Every member here may be in the text, too: the dictionary has them. */
static const char *const names[] = {"a", "path", "connectionId", ""};
#define NAME_COUNT (sizeof names / sizeof names[0])

/* ---- walks ---- */

static void take_one(struct smc_json_walk *walk, struct fuzz_dice *dice, struct smc_error *err)
{
    struct smc_json_span value;
    struct smc_json_span found[NAME_COUNT];
    struct smc_json_span again[NAME_COUNT];
    if (fuzz_roll(dice, 2)) {
        (void)smc_json_walk_take(walk, &value, err);
        return;
    }
    if (!smc_json_walk_take_members(walk, names, NAME_COUNT, found, &value, err))
        return;
    smc_json_members(value, names, NAME_COUNT, again);
    for (size_t i = 0; i < NAME_COUNT; i++)
        FUZZ_CHECK(found[i].p == again[i].p && found[i].len == again[i].len);
}

/* Enters, takes, leaves in the middle or passes over, as the dice say. */
static void walk_about(struct smc_json_walk *top, struct fuzz_dice *dice, struct smc_error *err)
{
    struct smc_json_walk stack[LEVELS_MAX];
    size_t depth = 0;
    stack[0] = *top;
    for (;;) {
        struct smc_json_walk *walk = &stack[depth];
        struct smc_json_span key;
        bool has_left = depth > 0 && fuzz_roll(dice, 16) == 0;
        enum smc_json_type type = has_left ? SMC_JSON_NONE : smc_json_walk_peek(walk, &key, err);
        if (type == SMC_JSON_NONE) {
            if (depth == 0)
                break;
            depth--;
            continue;
        }
        FUZZ_CHECK(walk->is_object == (key.p != NULL));
        unsigned what = fuzz_roll(dice, 4);
        if (what > 1 && depth + 1 < LEVELS_MAX && smc_json_walk_enter(walk, walk + 1))
            depth++;
        else if (what == 1)
            take_one(walk, dice, err);
    }
    *top = stack[0];
}

static void check_walks(const char *text, size_t len, enum smc_status rc,
                        const struct smc_error *why, struct fuzz_dice *dice)
{
    struct smc_json_walk plain;
    struct smc_error err = SMC_ERROR_INIT;
    if (smc_json_walk_text(&plain, text, len, &err) != SMC_OK)
        return;
    struct smc_json_walk walk = plain;
    while (smc_json_walk_next(&walk, NULL, NULL, &err))
        ;
    FUZZ_CHECK(walk.is_done == (rc == SMC_OK));
    FUZZ_CHECK(strcmp(err.detail, why->detail) == 0);
    struct smc_error other = SMC_ERROR_INIT;
    walk_about(&plain, dice, &other);
    FUZZ_CHECK(plain.is_done == (rc == SMC_OK));
    FUZZ_CHECK(strcmp(other.detail, why->detail) == 0);
}

/* ---- scanned values ---- */

static void check_number(struct smc_json_span value)
{
    int64_t number;
    char digits[32];
    if (!smc_json_int64(value, &number))
        return;
    FUZZ_CHECK(value.len < sizeof digits);
    (void)memcpy(digits, value.p, value.len);
    digits[value.len] = '\0';
    char *end;
    FUZZ_CHECK(strtoll(digits, &end, 10) == number && *end == '\0');
}

/* What `text` encodes to is a JSON string that means just `text`. */
static void check_encoding(const char *text, size_t len, bool must_work)
{
    struct smc_buf json = SMC_BUF_INIT(SIZE_MAX);
    struct smc_buf back = SMC_BUF_INIT(SIZE_MAX);
    struct smc_json_span value;
    enum smc_status rc = smc_json_encode(text, len, &json);
    FUZZ_CHECK(rc == SMC_OK || (!must_work && rc == SMC_ERR_SYNTAX && json.len == 0));
    if (rc == SMC_OK) {
        FUZZ_CHECK(smc_json_scan(json.data, json.len, &value, NULL) == SMC_OK);
        FUZZ_CHECK(value.len == json.len && smc_json_type_of(value) == SMC_JSON_STRING);
        FUZZ_CHECK(smc_json_decode(value, &back) == SMC_OK);
        FUZZ_CHECK(back.len == len && (len == 0 || memcmp(back.data, text, len) == 0));
        bool is_plain = len == 0 || memchr(text, 0, len) == NULL;
        FUZZ_CHECK(!is_plain || smc_json_equals(value, smc_buf_str(&back)));
    }
    smc_buf_clear(&json);
    smc_buf_clear(&back);
}

static void check_string(struct smc_json_span value)
{
    struct smc_buf text = SMC_BUF_INIT(SIZE_MAX);
    FUZZ_CHECK(smc_json_decode(value, &text) == SMC_OK);
    if (strlen(smc_buf_str(&text)) == text.len)
        FUZZ_CHECK(smc_json_equals(value, smc_buf_str(&text)));
    check_encoding(smc_buf_str(&text), text.len, true);
    smc_buf_clear(&text);
}

static bool is_replaced(struct smc_json_span key)
{
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (smc_json_equals(key, names[i]))
            return true;
    return false;
}

static bool next_kept(struct smc_json_walk *walk, struct smc_json_span *key,
                      struct smc_json_span *value)
{
    while (smc_json_walk_next(walk, key, value, NULL))
        if (!is_replaced(*key))
            return true;
    return false;
}

/* The members that stay, in order and as they were, then ours. */
static void check_splice(struct smc_json_span object)
{
    struct smc_json_field members[NAME_COUNT];
    struct smc_buf out = SMC_BUF_INIT(SIZE_MAX);
    struct smc_json_span spliced;
    struct smc_json_walk old;
    struct smc_json_walk fresh;
    struct smc_json_span key[2];
    struct smc_json_span value[2];
    for (size_t i = 0; i < NAME_COUNT; i++)
        members[i] = (struct smc_json_field){names[i], {"[null]", 6}};
    FUZZ_CHECK(smc_json_splice(object, members, NAME_COUNT, &out) == SMC_OK);
    FUZZ_CHECK(smc_json_scan(out.data, out.len, &spliced, NULL) == SMC_OK);
    FUZZ_CHECK(smc_json_walk_begin(&old, object) && smc_json_walk_begin(&fresh, spliced));
    while (next_kept(&old, &key[0], &value[0])) {
        FUZZ_CHECK(smc_json_walk_next(&fresh, &key[1], &value[1], NULL));
        FUZZ_CHECK(fuzz_spans_equal(key[0], key[1]) && fuzz_spans_equal(value[0], value[1]));
    }
    for (size_t i = 0; i < NAME_COUNT; i++) {
        FUZZ_CHECK(smc_json_walk_next(&fresh, &key[1], &value[1], NULL));
        FUZZ_CHECK(smc_json_equals(key[1], names[i]));
        FUZZ_CHECK(fuzz_spans_equal(value[1], members[i].value));
    }
    FUZZ_CHECK(!smc_json_walk_next(&fresh, NULL, NULL, NULL) && fresh.is_done);
    smc_buf_clear(&out);
}

static void check_value(struct smc_json_span value, int *objects)
{
    if (smc_json_type_of(value) == SMC_JSON_STRING)
        check_string(value);
    if (smc_json_type_of(value) == SMC_JSON_NUMBER)
        check_number(value);
    if (smc_json_type_of(value) == SMC_JSON_OBJECT && ++*objects <= OBJECTS_MAX)
        check_splice(value);
}

/* Two levels: the fuzzer brings forth what is deeper at the top of another text. */
static void check_values(struct smc_json_span top, struct fuzz_dice *dice)
{
    int objects = 0;
    struct smc_json_walk walk;
    struct smc_json_walk inner;
    struct smc_json_span key;
    struct smc_json_span value;
    check_value(top, &objects);
    if (!smc_json_walk_begin(&walk, top))
        return;
    struct smc_json_walk again = walk;
    while (smc_json_walk_next(&walk, &key, &value, NULL)) {
        check_value(key, &objects);
        check_value(value, &objects);
        if (smc_json_walk_begin(&inner, value))
            while (smc_json_walk_next(&inner, NULL, &value, NULL))
                check_value(value, &objects);
    }
    FUZZ_CHECK(walk.is_done && walk.at == top.p + top.len);
    walk_about(&again, dice, NULL);
    FUZZ_CHECK(again.is_done && again.at == top.p + top.len);
}

static void check_tree(const char *text, size_t len, enum smc_status rc)
{
    struct json_tree *root = json_tree_parse(text, len);
    FUZZ_CHECK(!root || rc == SMC_OK);
    json_tree_free(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct fuzz_dice dice = fuzz_dice_of(data, size);
    struct smc_json_span value;
    struct smc_error err = SMC_ERROR_INIT;
    enum smc_status rc = smc_json_scan(text, size, &value, &err);
    FUZZ_CHECK(rc == err.code && (rc == SMC_OK) == (value.p != NULL));
    check_walks(text, size, rc, &err, &dice);
    check_tree(text, size, rc);
    check_encoding(text, size, false);
    if (rc == SMC_OK)
        check_values(value, &dice);
    return 0;
}
