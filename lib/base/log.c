#include <sigmacat/log.h>

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log.h"
#include "log_json.h"
#include "log_line.h"
#include "mask.h"

#define PRIORITY_MAX 8
#define LINE_ROOM    (PRIORITY_MAX + SMCI_LOG_JSON_MAX)
static_assert(SMCI_LOG_JSON_MAX >= SMCI_LOG_LINE_MAX(SMCI_LOG_MESSAGE_MAX), "both forms fit");

struct smc_log {
    int fd;
    int file_fd; /* lines go there, and errors to `fd`, too; -1: none */
    enum smc_log_level level;
    bool is_json;
    bool has_time;
    bool has_priority;
    const char *program; /* may be NULL */
    struct smci_mask mask;
    smc_log_sink_fn *sink;
    void *sink_ctx;
    smci_log_writer_fn *writer;
    void *writer_ctx;
};

struct smc_log *smc_log_new(int fd, enum smc_log_level level, enum smc_log_format format)
{
    struct smc_log *log = calloc(1, sizeof *log);
    if (!log)
        return NULL;
    log->fd = fd;
    log->file_fd = -1;
    log->level = level;
    log->is_json = format == SMC_LOG_JSON;
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
    log->has_time = has_time;
    log->has_priority = has_priority;
}

void smci_log_set_file(struct smc_log *log, int fd)
{
    if (log)
        log->file_fd = fd;
}

void smci_log_set_program(struct smc_log *log, const char *program)
{
    if (log)
        log->program = program;
}

void smci_log_set_writer(struct smc_log *log, smci_log_writer_fn *writer, void *ctx)
{
    if (!log)
        return;
    log->writer = writer;
    log->writer_ctx = ctx;
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

static void put(const struct smc_log *log, bool is_file, const struct smci_log_record *record)
{
    static const int priorities[] = {3, 4, 6, 7};
    char line[LINE_ROOM];
    size_t len = 0;
    if (log->has_priority && !is_file)
        len = (size_t)snprintf(line, PRIORITY_MAX, "<%d>", priorities[record->level]);
    if (log->is_json)
        len += smci_log_json(line + len, record, &log->mask);
    else
        len += smci_log_line(line + len, sizeof line - len, log->has_time, record->level,
                             record->message);
    if (!is_file && log->writer) {
        log->writer(log->writer_ctx, line);
        return;
    }
    ssize_t ignored = write(is_file ? log->file_fd : log->fd, line, len);
    (void)ignored;
}

static void tell(struct smc_log *log, struct smci_log_record record, const char *fmt, va_list args)
{
    char message[SMCI_LOG_MESSAGE_MAX];
    int whole_len = vsnprintf(message, sizeof message, fmt, args);
    if (whole_len >= (int)sizeof message)
        mend_cut(log, message);
    smc_log_clean(log, message);
    record.message = message;
    record.program = log->program;
    if (log->file_fd >= 0)
        put(log, true, &record);
    if (log->file_fd >= 0 && record.level != SMC_LOG_ERROR)
        return;
    if (log->sink)
        log->sink(log->sink_ctx, (enum smc_log_level)record.level, message);
    else if (log->fd >= 0 || log->writer)
        put(log, false, &record);
}

void smc_log_write(struct smc_log *log, enum smc_log_level level, const char *fmt, ...)
{
    const struct smci_log_record record = {.level = (int)level, .event = SMCI_EVENT_NONE};
    if (!smc_log_would(log, level))
        return;
    va_list args;
    va_start(args, fmt);
    tell(log, record, fmt, args);
    va_end(args);
}

void smci_log_event(struct smc_log *log, enum smc_log_level level, enum smci_log_event event,
                    const struct smci_log_facts *facts, const char *fmt, ...)
{
    const struct smci_log_record record = {.level = (int)level, .event = event, .facts = facts};
    if (!smc_log_would(log, level))
        return;
    va_list args;
    va_start(args, fmt);
    tell(log, record, fmt, args);
    va_end(args);
}
