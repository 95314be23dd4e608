#include <sigmacat/log.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "log_line.h"
#include "log_names.h"

#define LINE_MAX_BYTES 4000
#define SECRETS_MAX    8

struct smc_log {
    int fd;
    enum smc_log_level level;
    enum smc_log_format format;
    char *secrets[SECRETS_MAX];
    size_t next_secret;
    smc_log_sink_fn *sink;
    void *sink_ctx;
};

const char *const smci_log_levels[] = {"error", "warn", "info", "debug", NULL};
const char *const smci_log_formats[] = {"text", "json", NULL};

struct smc_log *smc_log_new(int fd, enum smc_log_level level, enum smc_log_format format)
{
    struct smc_log *log = calloc(1, sizeof *log);
    if (!log)
        return NULL;
    log->fd = fd;
    log->level = level;
    log->format = format;
    return log;
}

static void forget_secret(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

void smc_log_free(struct smc_log *log)
{
    if (!log)
        return;
    for (size_t i = 0; i < SECRETS_MAX; i++)
        forget_secret(log->secrets[i]);
    free(log);
}

enum smc_status smc_log_hide(struct smc_log *log, const char *secret)
{
    if (!log || !secret || strlen(secret) < 4)
        return SMC_OK;
    for (size_t i = 0; i < SECRETS_MAX; i++)
        if (log->secrets[i] && strcmp(log->secrets[i], secret) == 0)
            return SMC_OK;
    char *copy = strdup(secret);
    if (!copy)
        return SMC_ERR_NOMEM;
    /* A long run renews its token many times: the oldest of the later ones gives way, never the
     * first two, which are the credentials. */
    size_t slot = log->next_secret;
    log->next_secret = slot + 1 < SECRETS_MAX ? slot + 1 : 2;
    forget_secret(log->secrets[slot]);
    log->secrets[slot] = copy;
    return SMC_OK;
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

static void mask(char *text, const char *secret)
{
    size_t len = strlen(secret);
    for (char *at = strstr(text, secret); at; at = strstr(at, secret)) {
        (void)memset(at, '*', 3);
        (void)memmove(at + 3, at + len, strlen(at + len) + 1);
        at += 3;
    }
}

void smc_log_mask(const struct smc_log *log, char *text)
{
    for (size_t i = 0; log && i < SECRETS_MAX; i++)
        if (log->secrets[i])
            mask(text, log->secrets[i]);
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
    char *end = text + strlen(text);
    for (size_t i = 0; i < SECRETS_MAX; i++) {
        const char *secret = log->secrets[i];
        size_t len = secret ? strlen(secret) : 0;
        while (len > 0 && (len > (size_t)(end - text) || memcmp(end - len, secret, len) != 0))
            len--;
        end -= len;
    }
    *end = '\0';
    smci_text_trim(text);
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
    if (log->sink) {
        log->sink(log->sink_ctx, level, message);
        return;
    }
    char line[SMCI_LOG_LINE_MAX(LINE_MAX_BYTES)];
    size_t len = smci_log_line(line, sizeof line, log->format, level, message);
    if (log->fd >= 0) {
        ssize_t ignored = write(log->fd, line, len);
        (void)ignored;
    }
}
