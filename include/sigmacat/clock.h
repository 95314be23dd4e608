/* The time, as something that tests replace. Times in milliseconds. */
#ifndef SIGMACAT_CLOCK_H
#define SIGMACAT_CLOCK_H

#include <stdint.h>

#include <sigmacat/api.h>

#ifdef __cplusplus
extern "C" {
#endif

struct smc_clock {
    int64_t (*now_ms)(void *ctx);  /* monotonic, any origin */
    int64_t (*wall_ms)(void *ctx); /* since 1970-01-01 UTC */
    /* Non-NULL on a clock that does not run by itself: called instead of waiting when nothing but
     * time can bring anything new; moves now_ms on by `ms`. */
    void (*advance)(void *ctx, int64_t ms);
    void *ctx;
};

/* The system's clock; static, never NULL. */
SMC_API const struct smc_clock *smc_clock_system(void);

#ifdef __cplusplus
}
#endif

#endif
