/* Retry-After as a server sends it: dates held against the C library's, and what is decided from
 * the value. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/net/retry.h"

#define NOW_MS INT64_C(1790000000000)

static int64_t clamp(int64_t ms)
{
    if (ms < 0)
        return 0;
    return ms > SMCI_RETRY_AFTER_MAX_MS ? SMCI_RETRY_AFTER_TOO_LONG : ms;
}

/* A date of four digits' year that we took is one for strptime, too, and the same. */
static void check_date(const char *text, int64_t got)
{
    struct tm tm = {0};
    text += strspn(text, " \t");
    if (got < 0 || strlen(text) < 4 || text[0] <= '9')
        return;
    FUZZ_CHECK(strptime(text, "%a, %d %b %Y %H:%M:%S", &tm) != NULL);
    FUZZ_CHECK(got == clamp((int64_t)timegm(&tm) * 1000 - NOW_MS));
}

static void check_seconds(const char *text, int64_t got)
{
    size_t len = strspn(text, "0123456789");
    if (len == 0 || text[len] != '\0')
        return;
    if (len <= 15)
        FUZZ_CHECK(got == clamp(strtoll(text, NULL, 10) * 1000));
    else if (text[0] != '0')
        FUZZ_CHECK(got == SMCI_RETRY_AFTER_TOO_LONG);
}

static void check_decision(int64_t retry_after_ms, struct fuzz_dice *dice)
{
    static const int statuses[] = {0, 200, 401, 402, 403, 404, 408, 429, 500, 503, 520, 599};
    struct smci_rng rng = {0};
    struct smci_retry_opt opt = {.retries = (int)fuzz_roll(dice, 6),
                                 .base_ms = (int64_t)fuzz_roll(dice, 100000)};
    struct smci_attempt attempt = {
        .http_status = statuses[fuzz_roll(dice, sizeof statuses / sizeof statuses[0])],
        .is_permanent = fuzz_roll(dice, 4) == 0,
        .retry_after_ms = retry_after_ms};
    attempt.error.code = fuzz_roll(dice, 2) ? SMC_ERR_SYNTAX : SMC_OK;
    attempt.asked.policy = fuzz_roll(dice, 2) ? SMC_POLICY_SIGMA : SMC_POLICY_CATALOG;
    attempt.asked.is_get = fuzz_roll(dice, 2);
    attempt.asked.is_object = fuzz_roll(dice, 2);
    attempt.asked.is_first = fuzz_roll(dice, 2);
    attempt.is_html = fuzz_roll(dice, 2);
    smci_attempt_judge(&attempt);
    int spent = (int)fuzz_roll(dice, 8);
    struct smci_decision made = smci_retry_decide(&opt, &attempt, spent, &rng);
    if (made.action == SMCI_RETRY) {
        FUZZ_CHECK(spent < opt.retries);
        FUZZ_CHECK(made.wait_ms >= retry_after_ms && made.wait_ms >= 0);
        FUZZ_CHECK(made.wait_ms <= SMCI_RETRY_AFTER_MAX_MS);
    }
    if (retry_after_ms > SMCI_RETRY_AFTER_MAX_MS)
        FUZZ_CHECK(made.action != SMCI_RETRY && made.action != SMCI_THROTTLED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int64_t walls[] = {INT64_MIN, -1, 0, NOW_MS, INT64_MAX};
    struct fuzz_dice dice = fuzz_dice_of(data, size);
    char *text = fuzz_text(data, size);
    int64_t got = -1;
    for (size_t i = 0; i < sizeof walls / sizeof walls[0]; i++) {
        int64_t ms = smci_retry_after_parse(text, walls[i]);
        FUZZ_CHECK(ms >= -1 && ms <= SMCI_RETRY_AFTER_TOO_LONG);
        if (walls[i] == NOW_MS)
            got = ms;
    }
    check_date(text, got);
    check_seconds(text, got);
    for (int i = 0; i < 4; i++)
        check_decision(got, &dice);
    free(text);
    return 0;
}
