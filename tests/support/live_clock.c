#include "live_clock.h"

#include <stddef.h>

static int64_t system_ms(void)
{
    const struct smc_clock *system = smc_clock_system();
    return system->now_ms(system->ctx);
}

/* What has passed since the last look does not count unless the server was silent then and is so
 * now. */
static void look(struct live_clock *live, int64_t now_ms)
{
    bool is_silent = !live->is_silent || live->is_silent(live->ctx);
    if (!is_silent || !live->was_silent)
        live->skipped_ms -= now_ms - live->looked_ms;
    live->looked_ms = now_ms;
    live->was_silent = is_silent;
}

static int64_t live_now(void *ctx)
{
    struct live_clock *live = ctx;
    int64_t now_ms = system_ms();
    look(live, now_ms);
    return now_ms + live->skipped_ms;
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
    *live = (struct live_clock){.looked_ms = system_ms(), .was_silent = true};
    live->clock = (struct smc_clock){live_now, live_wall, live_advance, live};
}

void live_clock_run_while(struct live_clock *live, bool (*is_silent)(void *ctx), void *ctx)
{
    live->is_silent = is_silent;
    live->ctx = ctx;
    live->was_silent = false;
}
