#include "retry.h"

#include <stddef.h>
#include <string.h>

#include "httpdate.h"

#define WAIT_MAX_MS   ((int64_t)60 * 1000)
#define SECONDS_BOUND ((int64_t)1000000000) /* far above what is obeyed, far below overflow */

/* ---- Retry-After ---- */

static int64_t clamp_ms(int64_t ms)
{
    if (ms < 0)
        return 0;
    return ms > SMCI_RETRY_AFTER_MAX_MS ? SMCI_RETRY_AFTER_TOO_LONG : ms;
}

/* Digits, with a fraction as some servers send it, rounded up to a millisecond; -1 for others. */
static int64_t read_seconds(const char *p)
{
    bool is_negative = *p == '-';
    p += is_negative;
    if (*p < '0' || *p > '9')
        return -1;
    int64_t ms = 0;
    for (; *p >= '0' && *p <= '9'; p++)
        ms = ms < SECONDS_BOUND ? ms * 10 + (*p - '0') : SECONDS_BOUND;
    ms *= 1000;
    if (*p == '.') {
        int64_t unit = 100;
        bool is_rest = false;
        for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10) {
            ms += (*p - '0') * unit;
            is_rest |= unit == 0 && *p != '0';
        }
        ms += is_rest;
    }
    if (*p)
        return -1;
    return is_negative ? 0 : clamp_ms(ms);
}

int64_t smci_retry_after_parse(const char *value, int64_t wall_ms)
{
    char text[64] = ""; /* every date fits; a number that does not is cut, and stays too long */
    if (!value)
        return -1;
    value += strspn(value, " \t");
    size_t len = strlen(value);
    while (len > 0 && strchr(" \t\r\n", value[len - 1]))
        len--;
    if (len >= sizeof text) {
        bool is_number = strspn(value, "0123456789") == len;
        return is_number ? SMCI_RETRY_AFTER_TOO_LONG : -1;
    }
    (void)memcpy(text, value, len);
    text[len] = '\0';

    int64_t at = 0;
    int64_t ms;
    if (!smci_http_date_parse(text, wall_ms, &at))
        return read_seconds(text);
    if (__builtin_mul_overflow(at, 1000, &ms))
        return SMCI_RETRY_AFTER_TOO_LONG;
    if (__builtin_sub_overflow(ms, wall_ms, &ms))
        return wall_ms < 0 ? SMCI_RETRY_AFTER_TOO_LONG : 0;
    return clamp_ms(ms);
}

/* ---- the decision ---- */

static bool is_transient_for_sigma(const struct smci_attempt *end)
{
    int status = end->http_status;
    if (status >= 200 && status < 300)
        return end->is_malformed;
    if (status == 402)
        return end->is_timedout_code;
    return status == 408 || (status >= 502 && status <= 504) || (status >= 520 && status <= 524);
}

static bool is_transient_for_catalog(const struct smci_attempt *end)
{
    int status = end->http_status;
    return status == 408 || status == 429 || (status >= 500 && status <= 599);
}

static bool is_transient(enum smc_policy policy, const struct smci_attempt *end)
{
    if (end->http_status == 0)
        return !end->is_permanent;
    return policy == SMC_POLICY_SIGMA ? is_transient_for_sigma(end) : is_transient_for_catalog(end);
}

/* Jitter keeps calls that failed together from coming back together. */
static int64_t backoff_ms(int64_t base_ms, int spent, struct smci_rng *rng)
{
    int64_t wait = base_ms > 0 ? base_ms : 0;
    for (int i = 0; i < spent && wait > 0 && wait < WAIT_MAX_MS; i++)
        wait *= 2;
    if (wait > WAIT_MAX_MS)
        wait = WAIT_MAX_MS;
    int64_t half = wait / 2;
    return wait - half + (int64_t)(smci_rng_unit(rng) * (double)(half + 1));
}

static struct smci_decision retry(const struct smci_retry_opt *opt, const struct smci_attempt *end,
                                  int spent, struct smci_rng *rng)
{
    struct smci_decision decision = {.action = SMCI_RETRY};
    decision.wait_ms = backoff_ms(opt->base_ms, spent, rng);
    if (decision.wait_ms < end->retry_after_ms)
        decision.wait_ms = end->retry_after_ms;
    return decision;
}

struct smci_decision smci_retry_decide(const struct smci_retry_opt *opt,
                                       const struct smci_attempt *end, int spent,
                                       struct smci_rng *rng)
{
    bool is_sigma = opt->policy == SMC_POLICY_SIGMA;
    bool is_success = end->http_status >= 200 && end->http_status < 300;
    bool is_refused = is_sigma && end->http_status == 429;

    if (is_success && !(is_sigma && end->is_malformed))
        return (struct smci_decision){.action = SMCI_DONE};
    if (is_sigma && end->http_status == 401)
        return (struct smci_decision){.action = SMCI_REAUTH};
    if (!is_refused && !is_transient(opt->policy, end))
        return (struct smci_decision){.action = SMCI_FAIL};
    if (end->retry_after_ms > SMCI_RETRY_AFTER_MAX_MS)
        return (struct smci_decision){.action = SMCI_FAIL, .is_transient = true};
    if (is_refused)
        return (struct smci_decision){.action = SMCI_THROTTLED};
    if (spent >= opt->retries)
        return (struct smci_decision){.action = SMCI_FAIL, .is_transient = true};
    return retry(opt, end, spent, rng);
}
