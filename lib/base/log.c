#include <sigmacat/log.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* C0 controls, DEL, and the C1 controls and line separators that a terminal may obey even as UTF-8
 * (U+0080..U+009F, U+2028, U+2029, the bidirectional controls U+202A..U+202E, U+2066..U+2069). */
static void clean(char *text)
{
    for (unsigned char *p = (unsigned char *)text; *p; p++) {
        if (*p < 0x20 || *p == 0x7f)
            *p = '?';
        else if (*p == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
            p[0] = p[1] = '?';
        else if (*p == 0xe2 && ((p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae) ||
                                (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)))
            p[0] = p[1] = p[2] = '?';
    }
}

void smc_log_clean(const struct smc_log *log, char *text)
{
    smc_log_mask(log, text);
    clean(text);
}

/* A line has the level's name in full. */
static const char *rest_of_name(enum smc_log_level level)
{
    return level == SMC_LOG_WARN ? "ing" : "";
}

static int text_line(char *line, size_t size, enum smc_log_level level, const char *message)
{
    int len =
        snprintf(line, size, "%s%s - %s\n", smci_log_levels[level], rest_of_name(level), message);
    for (char *p = line; *p != ' '; p++)
        *p = (char)(*p - 'a' + 'A');
    return len;
}

static int json_line(char *line, size_t size, enum smc_log_level level, const char *message)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_REALTIME, &now);
    struct tm utc;
    char when[32] = "";
    if (gmtime_r(&now.tv_sec, &utc))
        (void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
    int len = snprintf(line, size, "{\"time\": \"%s.%03ldZ\", \"level\": \"%s%s\", \"message\": \"",
                       when, now.tv_nsec / 1000000, smci_log_levels[level], rest_of_name(level));
    size_t at = (size_t)len;
    for (const char *p = message; *p && at + 8 < size; p++) {
        if (*p == '"' || *p == '\\')
            line[at++] = '\\';
        line[at++] = *p;
    }
    return (int)at + snprintf(line + at, size - at, "\"}\n");
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
    while (end > text && ((unsigned char)end[-1] & 0xc0) == 0x80)
        end--;
    if (end > text && (unsigned char)end[-1] >= 0xc0)
        end--;
    *end = '\0';
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
    char line[2 * LINE_MAX_BYTES + 128];
    int len = log->format == SMC_LOG_JSON ? json_line(line, sizeof line, level, message)
                                          : text_line(line, sizeof line, level, message);
    if (len > 0 && log->fd >= 0) {
        ssize_t ignored = write(log->fd, line, (size_t)len);
        (void)ignored;
    }
}
