#include <sigmacat/log.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log_line.h"
#include "log.h"
#include "mask.h"

#define LINE_MAX_BYTES 4000

struct smc_log {
    int fd;
    int file_fd; /* lines go there, and errors to `fd`, too; -1: none */
    enum smc_log_level level;
    struct smci_log_style style;
    struct smci_mask mask;
    smc_log_sink_fn *sink;
    void *sink_ctx;
};

struct smc_log *smc_log_new(int fd, enum smc_log_level level, enum smc_log_format format)
{
    struct smc_log *log = calloc(1, sizeof *log);
    if (!log)
        return NULL;
    log->fd = fd;
    log->file_fd = -1;
    log->level = level;
    log->style.is_json = format == SMC_LOG_JSON;
    return log;
}

void smc_log_free(struct smc_log *log)
{
    if (!log)
        return;
    smci_mask_clear(&log->mask);
    free(log);
}

enum smc_status smc_log_hide(struct smc_log *log, const char *secret)
{
    return log ? smci_mask_add(&log->mask, secret) : SMC_OK;
}

void smci_log_set_style(struct smc_log *log, bool has_time, bool has_priority)
{
    if (!log)
        return;
    log->style.has_time = has_time;
    log->style.has_priority = has_priority;
}

void smci_log_set_file(struct smc_log *log, int fd)
{
    if (log)
        log->file_fd = fd;
}

size_t smci_log_make_line(const struct smc_log *log, char *line, size_t size,
                          enum smc_log_level level, const char *message)
{
    return smci_log_line(line, size, &log->style, level, message);
}

bool smc_log_would(const struct smc_log *log, enum smc_log_level level)
{
    return log && level <= log->level;
}

void smc_log_set_sink(struct smc_log *log, smc_log_sink_fn *sink, void *ctx)
{
    if (!log)
        return;
    log->sink = sink;
    log->sink_ctx = ctx;
}

void smc_log_mask(const struct smc_log *log, char *text)
{
    if (log)
        smci_mask_apply(&log->mask, text);
}

void smc_log_clean(const struct smc_log *log, char *text)
{
    smc_log_mask(log, text);
    smci_text_clean(text);
}

/* The message went on: the beginning of a secret at the end of what is left would not be masked,
 * and a part of a character would not be UTF-8. */
static void mend_cut(const struct smc_log *log, char *text)
{
    smci_mask_mend_cut(&log->mask, text);
    smci_text_trim(text);
}

static void put(const struct smc_log *log, int fd, enum smc_log_level level, const char *message)
{
    char line[SMCI_LOG_LINE_MAX(LINE_MAX_BYTES)];
    size_t len = smci_log_line(line, sizeof line, &log->style, level, message);
    ssize_t ignored = write(fd, line, len);
    (void)ignored;
}

void smc_log_write(struct smc_log *log, enum smc_log_level level, const char *fmt, ...)
{
    if (!smc_log_would(log, level))
        return;
    char message[LINE_MAX_BYTES];
    va_list args;
    va_start(args, fmt);
    int whole_len = vsnprintf(message, sizeof message, fmt, args);
    va_end(args);
    if (whole_len >= (int)sizeof message)
        mend_cut(log, message);
    smc_log_clean(log, message);
    if (log->file_fd >= 0)
        put(log, log->file_fd, level, message);
    if (log->file_fd >= 0 && level != SMC_LOG_ERROR)
        return;
    if (log->sink)
        log->sink(log->sink_ctx, level, message);
    else if (log->fd >= 0)
        put(log, log->fd, level, message);
}
