#include "json_equal.h"

#include "support.h"

static bool same_string(struct smc_json_span a, struct smc_json_span b)
{
    struct smc_buf left = SMC_BUF_INIT(SIZE_MAX);
    struct smc_buf right = SMC_BUF_INIT(SIZE_MAX);
    if (smc_json_decode(a, &left) != SMC_OK || smc_json_decode(b, &right) != SMC_OK)
        fail_msg("a string that can't be decoded");
    bool is_same =
        left.len == right.len && (left.len == 0 || memcmp(left.data, right.data, left.len) == 0);
    smc_buf_clear(&left);
    smc_buf_clear(&right);
    return is_same;
}

static bool same_items(struct smc_json_walk *a, struct smc_json_walk *b)
{
    struct smc_json_span one;
    struct smc_json_span other;
    while (smc_json_walk_next(a, NULL, &one, NULL))
        if (!smc_json_walk_next(b, NULL, &other, NULL) || !json_equal(one, other))
            return false;
    return !smc_json_walk_next(b, NULL, &other, NULL);
}

static size_t count_members(struct smc_json_span object)
{
    struct smc_json_walk walk;
    struct smc_json_span value;
    size_t count = 0;
    (void)smc_json_walk_begin(&walk, object);
    while (smc_json_walk_next(&walk, NULL, &value, NULL))
        count++;
    return count;
}

/* The `nth` member (from 0) of this name; `last` (NULL: none) ends the search. Without a place to
 * put it, how many there are up to there. */
static size_t find_member(struct smc_json_span object, struct smc_json_span name, const char *last,
                          size_t nth, struct smc_json_span *found)
{
    struct smc_json_walk walk;
    struct smc_json_span key;
    struct smc_json_span value;
    size_t seen = 0;
    (void)smc_json_walk_begin(&walk, object);
    while (smc_json_walk_next(&walk, &key, &value, NULL) && key.p != last) {
        if (!same_string(key, name))
            continue;
        if (found && seen == nth) {
            *found = value;
            return 1;
        }
        seen++;
    }
    return found ? 0 : seen;
}

static bool same_members(struct smc_json_span a, struct smc_json_span b)
{
    struct smc_json_walk walk;
    struct smc_json_span key;
    struct smc_json_span value;
    struct smc_json_span other;
    if (count_members(a) != count_members(b))
        return false;
    (void)smc_json_walk_begin(&walk, a);
    while (smc_json_walk_next(&walk, &key, &value, NULL)) {
        size_t nth = find_member(a, key, key.p, 0, NULL);
        if (!find_member(b, key, NULL, nth, &other) || !json_equal(value, other))
            return false;
    }
    return true;
}

bool json_equal(struct smc_json_span a, struct smc_json_span b)
{
    struct smc_json_walk left;
    struct smc_json_walk right;
    enum smc_json_type type = smc_json_type_of(a);
    if (type != smc_json_type_of(b))
        return false;
    switch (type) {
    case SMC_JSON_NONE:
    case SMC_JSON_NULL:
        return true;
    case SMC_JSON_BOOL:
    case SMC_JSON_NUMBER:
        return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
    case SMC_JSON_STRING:
        return same_string(a, b);
    case SMC_JSON_OBJECT:
        return same_members(a, b);
    case SMC_JSON_ARRAY:
        return smc_json_walk_begin(&left, a) && smc_json_walk_begin(&right, b) &&
               same_items(&left, &right);
    }
    return false;
}

bool json_text_equal(const char *a, const char *b)
{
    struct smc_json_span one;
    struct smc_json_span other;
    return smc_json_scan(a, strlen(a), &one, NULL) == SMC_OK &&
           smc_json_scan(b, strlen(b), &other, NULL) == SMC_OK && json_equal(one, other);
}
