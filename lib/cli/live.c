#include "live.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/base/log.h"

#include "terminal.h"

#define DRAW_EVERY_MS  200 /* often enough to look alive */
#define TELL_EVERY_MS  60000
#define CLEAR_LINE     "\r\x1b[K"
#define WAIT_SHOWN_MS  1000
#define ROOM_BEHIND    3
#define LINE_SHOWN_MAX (SMCI_CLI_LINE_MAX - 1) /* a longer one may lack something */

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

void smci_cli_line_add_waits(struct smci_cli_line *line, const char *service,
                             const struct smc_client_stats *stats)
{
    int64_t seconds = (stats->wait_ms + 999) / 1000;
    bool is_waiting = stats->wait_ms >= WAIT_SHOWN_MS;
    line->facts.calls = stats->calls;
    line->facts.refused = stats->refused;
    line->facts.seconds = is_waiting ? (double)stats->wait_ms / 1000 : 0;
    if (stats->refused)
        smci_cli_line_add(line, ", %" PRId64 " refused", stats->refused);
    if (stats->waited_ms >= WAIT_SHOWN_MS) {
        smci_cli_line_add(line, ", waited ");
        smci_cli_line_add_time(line, stats->waited_ms / 1000);
    }
    if (is_waiting && stats->asked_ms > 0)
        smci_cli_line_add(line, ", %s asked to wait %" PRId64 " s", service, seconds);
    else if (is_waiting)
        smci_cli_line_add(line, ", next call in %" PRId64 " s", seconds);
}

/* ---- drawing ---- */

static int64_t now_ms(const struct smci_cli_live *live)
{
    return live->opt.clock->now_ms(live->opt.clock->ctx);
}

/* One less than fit, so that no terminal wraps, and two for the "^C" that it may show itself. */
static size_t columns_of(int fd)
{
    size_t columns = smci_cli_columns(fd);
    columns = columns > ROOM_BEHIND ? columns - ROOM_BEHIND : 1;
    return columns < LINE_SHOWN_MAX ? columns : LINE_SHOWN_MAX;
}

/* A display that can't be written must not end the run. */
static void put(const struct smci_cli_live *live, const char *text)
{
    ssize_t ignored = write(live->opt.fd, text, strlen(text));
    (void)ignored;
}

/* Cuts the line to `columns`: what does not fit is left off whole, since half of a number would be
 * another number. Only the first part is cut where it has to be. */
static void cut(struct smci_cli_line *line, size_t columns)
{
    size_t end = columns;
    if (line->len <= columns)
        return;
    while (end > 0 && line->text[end] != ',' && strncmp(line->text + end, " | ", 3) != 0)
        end--;
    line->text[end ? end : columns] = '\0';
}

static void draw(struct smci_cli_live *live)
{
    struct smci_cli_line line = {.columns = SMCI_CLI_LINE_MAX};
    char text[sizeof line.text + sizeof CLEAR_LINE];
    live->opt.compose(live->opt.ctx, &line);
    cut(&line, columns_of(live->opt.fd));
    (void)snprintf(text, sizeof text, CLEAR_LINE "%s", line.text);
    put(live, text);
    live->shown_ms = now_ms(live);
}

static void on_log_line(void *ctx, const char *line)
{
    struct smci_cli_live *live = ctx;
    char clear[] = CLEAR_LINE;
    const struct iovec parts[] = {{clear, sizeof clear - 1},
                                  {(char *)(uintptr_t)line, strlen(line)}};
    ssize_t ignored = writev(live->opt.fd, parts, 2);
    (void)ignored;
    draw(live);
}

static void tell(struct smci_cli_live *live)
{
    struct smci_cli_line line = {.columns = SMCI_CLI_LINE_MAX};
    live->opt.compose(live->opt.ctx, &line);
    cut(&line, LINE_SHOWN_MAX);
    smci_log_event(live->opt.log, SMC_LOG_INFO, SMCI_EVENT_PROGRESS, &line.facts, "%s", line.text);
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
        smci_log_set_writer(opt->log, on_log_line, live);
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
        smci_log_set_writer(live->opt.log, NULL, NULL);
        put(live, CLEAR_LINE);
    }
    free(live);
}
