#include "live_clock.h"

static int64_t live_now(void *ctx)
{
    const struct smc_clock *system = smc_clock_system();
    return system->now_ms(system->ctx) + ((struct live_clock *)ctx)->skipped_ms;
}

static int64_t live_wall(void *ctx)
{
    const struct smc_clock *system = smc_clock_system();
    return system->wall_ms(system->ctx) + ((struct live_clock *)ctx)->skipped_ms;
}

static void live_advance(void *ctx, int64_t ms)
{
    ((struct live_clock *)ctx)->skipped_ms += ms;
}

void live_clock_init(struct live_clock *live)
{
    *live = (struct live_clock){.skipped_ms = 0};
    live->clock = (struct smc_clock){live_now, live_wall, live_advance, live};
}
