#include "live.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/log_line.h"
#include "lib/base/log.h"

#include "terminal.h"

#define DRAW_EVERY_MS 200 /* often enough to look alive */
#define TELL_EVERY_MS 60000
#define CLEAR_LINE    "\r\x1b[K"
#define COLUMNS       80 /* where the width is not known */
#define MESSAGE_MAX   4000

const char *const smci_cli_progress_names[] = {"auto", "always", "never", NULL};

struct smci_cli_live {
    struct smci_cli_live_opt opt;
    bool is_drawn; /* else it is told in the log */
    int64_t shown_ms;
};

/* ---- the line ---- */

void smci_cli_line_add(struct smci_cli_line *line, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    for (const char *p = text; *p && line->len < line->columns; p++)
        line->text[line->len++] = (char)(*p >= 0x20 && *p < 0x7f ? *p : '?');
    line->text[line->len] = '\0';
}

void smci_cli_line_add_bytes(struct smci_cli_line *line, double count)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    while (count >= 1000 && unit + 1 < sizeof units / sizeof units[0]) {
        count /= 1000;
        unit++;
    }
    smci_cli_line_add(line, unit == 0 || count >= 100 ? "%.0f %s" : "%.1f %s", count, units[unit]);
}

void smci_cli_line_add_time(struct smci_cli_line *line, int64_t seconds)
{
    if (seconds >= 3600)
        smci_cli_line_add(line, "%" PRId64 ":%02d:%02d", seconds / 3600, (int)(seconds / 60 % 60),
                          (int)(seconds % 60));
    else
        smci_cli_line_add(line, "%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}

/* ---- drawing ---- */

static int64_t now_ms(const struct smci_cli_live *live)
{
    return live->opt.clock->now_ms(live->opt.clock->ctx);
}

static size_t columns_of(int fd)
{
    struct winsize size;
    size_t columns = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : COLUMNS;
    return columns - 1 < SMCI_CLI_LINE_MAX ? columns - 1 : SMCI_CLI_LINE_MAX;
}

/* A display that can't be written must not end the run. */
static void put(const struct smci_cli_live *live, const char *text)
{
    ssize_t ignored = write(live->opt.fd, text, strlen(text));
    (void)ignored;
}

static void draw(struct smci_cli_live *live)
{
    struct smci_cli_line line = {.columns = columns_of(live->opt.fd)};
    char text[sizeof line.text + sizeof CLEAR_LINE];
    live->opt.compose(live->opt.ctx, &line);
    (void)snprintf(text, sizeof text, CLEAR_LINE "%s", line.text);
    put(live, text);
    live->shown_ms = now_ms(live);
}

static void on_log_line(void *ctx, enum smc_log_level level, const char *message)
{
    struct smci_cli_live *live = ctx;
    char text[sizeof CLEAR_LINE + SMCI_LOG_LINE_MAX(MESSAGE_MAX)] = CLEAR_LINE;
    size_t head = strlen(CLEAR_LINE);
    (void)smci_log_make_line(live->opt.log, text + head, sizeof text - head, level, message);
    put(live, text);
    draw(live);
}

static void tell(struct smci_cli_live *live)
{
    struct smci_cli_line line = {.columns = SMCI_CLI_LINE_MAX};
    live->opt.compose(live->opt.ctx, &line);
    smc_log_write(live->opt.log, SMC_LOG_INFO, "%s", line.text);
    live->shown_ms = now_ms(live);
}

/* ---- life ---- */

static bool is_to_be_drawn(const struct smci_cli_live_opt *opt)
{
    return opt->when == SMCI_CLI_ALWAYS ||
           (opt->when == SMCI_CLI_AUTO && smci_cli_is_terminal(opt->fd));
}

struct smci_cli_live *smci_cli_live_new(const struct smci_cli_live_opt *opt)
{
    struct smci_cli_live *live = calloc(1, sizeof *live);
    if (!live)
        return NULL;
    live->opt = *opt;
    live->is_drawn = is_to_be_drawn(opt);
    live->shown_ms = now_ms(live);
    if (live->is_drawn) {
        smc_log_set_sink(opt->log, on_log_line, live);
        draw(live);
    }
    return live;
}

void smci_cli_live_tick(struct smci_cli_live *live)
{
    if (!live)
        return;
    int64_t shown_for_ms = now_ms(live) - live->shown_ms;
    if (live->is_drawn && shown_for_ms >= DRAW_EVERY_MS)
        draw(live);
    else if (!live->is_drawn && shown_for_ms >= TELL_EVERY_MS)
        tell(live);
}

void smci_cli_live_free(struct smci_cli_live *live)
{
    if (!live)
        return;
    if (live->is_drawn) {
        smc_log_set_sink(live->opt.log, NULL, NULL);
        put(live, CLEAR_LINE);
    }
    free(live);
}
