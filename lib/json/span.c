#include <sigmacat/json.h>

#include "scan.h"
#include "skip.h"
#include "walk.h"

enum smc_json_type smc_json_type_of(struct smc_json_span value)
{
    return value.p && value.len ? smci_type_of((unsigned char)*value.p) : SMC_JSON_NONE;
}

enum smc_status smc_json_scan(const char *text, size_t len, struct smc_json_span *value,
                              struct smc_error *err)
{
    if (value)
        *value = (struct smc_json_span){NULL, 0};
    if (len == 0)
        text = "";
    struct smci_scan s;
    smci_scan_init(&s, text + len);
    const char *begin = smci_skip_space(text, s.end);
    const char *end = smci_scan_value(&s, begin, 0);
    if (!end || !smci_scan_rest(&s, end))
        return smci_scan_report(&s, s.bad - text, err);
    if (value)
        *value = (struct smc_json_span){begin, (size_t)(end - begin)};
    return SMC_OK;
}

void smc_json_members(struct smc_json_span object, const char *const *names, size_t count,
                      struct smc_json_span *found)
{
    smci_clear_spans(found, count);
    struct smc_json_walk walk;
    if (smc_json_walk_begin(&walk, object) && walk.is_object)
        (void)smci_walk_members(&walk, names, count, found, NULL);
}

struct smc_json_span smc_json_member(struct smc_json_span object, const char *name)
{
    struct smc_json_span found;
    smc_json_members(object, &name, 1, &found);
    return found;
}

bool smc_json_int64(struct smc_json_span value, int64_t *number)
{
    if (smc_json_type_of(value) != SMC_JSON_NUMBER)
        return false;
    bool is_negative = *value.p == '-';
    size_t at = is_negative;
    int64_t sum = 0;
    if (at == value.len)
        return false;
    for (; at < value.len; at++) {
        int digit = value.p[at] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, digit, &sum))
            return false;
    }
    if (!is_negative && sum == INT64_MIN)
        return false;
    *number = is_negative ? sum : -sum;
    return true;
}
