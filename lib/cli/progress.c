#include "progress.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Often enough to look alive. */
#define DRAW_EVERY_MS 200
#define CLEAR_LINE    "\r\x1b[K"
#define COLUMNS_MAX   250

struct slot {
    const char *name; /* NULL: free */
    int64_t size;
    int64_t at;
};

struct smci_cli_progress {
    struct smci_cli_progress_opt opt;
    int64_t begun_ms;
    int64_t drawn_ms;
    int64_t done_bytes; /* of files that have ended */
    size_t done_files;
    struct slot slots[];
};

static int64_t now_ms(const struct smci_cli_progress *p)
{
    return p->opt.clock->now_ms(p->opt.clock->ctx);
}

/* ---- the line ---- */

struct line {
    char text[COLUMNS_MAX + 1];
    size_t len;
    size_t columns;
};

static void add(struct line *line, const char *fmt, ...) SMC_PRINTF(2, 3);

/* Cuts at the terminal's edge, since a line that wraps can't be cleared. A name may hold anything,
 * and how wide it is nobody knows: what is not plain ASCII becomes a question mark. */
static void add(struct line *line, const char *fmt, ...)
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

static void add_bytes(struct line *line, double count)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;
    while (count >= 1000 && unit + 1 < sizeof units / sizeof units[0]) {
        count /= 1000;
        unit++;
    }
    add(line, unit == 0 || count >= 100 ? "%.0f %s" : "%.1f %s", count, units[unit]);
}

static void add_time(struct line *line, int64_t seconds)
{
    if (seconds >= 3600)
        add(line, "%" PRId64 ":%02d:%02d", seconds / 3600, (int)(seconds / 60 % 60),
            (int)(seconds % 60));
    else
        add(line, "%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}

static int percent(int64_t part, int64_t whole)
{
    return whole > 0 ? (int)((double)part * 100 / (double)whole) : 100;
}

static void compose(const struct smci_cli_progress *p, struct line *line)
{
    int64_t moved = p->done_bytes;
    for (size_t i = 0; i < p->opt.slot_count; i++)
        if (p->slots[i].name)
            moved += p->slots[i].at;
    double elapsed_s = (double)(now_ms(p) - p->begun_ms) / 1000;
    double rate = elapsed_s > 0 ? (double)moved / elapsed_s : 0;
    add(line, "%zu/%zu files, %d%% of ", p->done_files, p->opt.file_count,
        percent(moved, p->opt.byte_count));
    add_bytes(line, (double)p->opt.byte_count);
    if (rate >= 1) {
        add(line, ", ");
        add_bytes(line, rate);
        add(line, "/s, ");
        add_time(line, (int64_t)((double)(p->opt.byte_count - moved) / rate));
        add(line, " left");
    }
    for (size_t i = 0; i < p->opt.slot_count; i++)
        if (p->slots[i].name)
            add(line, " | %s %d%%", p->slots[i].name, percent(p->slots[i].at, p->slots[i].size));
}

static size_t columns_of(int fd)
{
    struct winsize size;
    size_t columns = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
    return columns - 1 < COLUMNS_MAX ? columns - 1 : COLUMNS_MAX;
}

/* A display that can't be written must not end the run. */
static void put(const struct smci_cli_progress *p, const char *text)
{
    ssize_t ignored = write(p->opt.fd, text, strlen(text));
    (void)ignored;
}

static void draw(struct smci_cli_progress *p)
{
    struct line line = {.columns = columns_of(p->opt.fd)};
    char text[sizeof line.text + sizeof CLEAR_LINE];
    compose(p, &line);
    (void)snprintf(text, sizeof text, CLEAR_LINE "%s", line.text);
    put(p, text);
    p->drawn_ms = now_ms(p);
}

static void on_log_line(void *ctx, enum smc_log_level level, const char *message)
{
    struct smci_cli_progress *p = ctx;
    static const char *const names[] = {"ERROR", "WARNING", "INFO", "DEBUG"};
    char text[8192];
    (void)snprintf(text, sizeof text, CLEAR_LINE "%s - %s\n", names[level], message);
    put(p, text);
    draw(p);
}

/* ---- life ---- */

static bool is_able(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

struct smci_cli_progress *smci_cli_progress_new(const struct smci_cli_progress_opt *opt)
{
    if (!is_able(opt->fd))
        return NULL;
    struct smci_cli_progress *p = calloc(1, sizeof *p + opt->slot_count * sizeof *p->slots);
    if (!p)
        return NULL;
    p->opt = *opt;
    p->begun_ms = now_ms(p);
    smc_log_set_sink(opt->log, on_log_line, p);
    draw(p);
    return p;
}

void smci_cli_progress_free(struct smci_cli_progress *progress)
{
    if (!progress)
        return;
    smc_log_set_sink(progress->opt.log, NULL, NULL);
    put(progress, CLEAR_LINE);
    free(progress);
}

/* ---- files ---- */

void smci_cli_progress_begin(struct smci_cli_progress *progress, size_t slot, const char *name,
                             int64_t size)
{
    if (progress)
        progress->slots[slot] = (struct slot){name, size, 0};
}

void smci_cli_progress_at(struct smci_cli_progress *progress, size_t slot, int64_t byte_count)
{
    if (!progress)
        return;
    progress->slots[slot].at = byte_count;
    if (now_ms(progress) - progress->drawn_ms >= DRAW_EVERY_MS)
        draw(progress);
}

void smci_cli_progress_end(struct smci_cli_progress *progress, size_t slot)
{
    if (!progress)
        return;
    progress->done_files++;
    progress->done_bytes += progress->slots[slot].size;
    progress->slots[slot].name = NULL;
}
