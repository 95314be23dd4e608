/* A log that keeps its lines, and calls the test when a line comes. */
#ifndef TESTS_LOG_SINK_H
#define TESTS_LOG_SINK_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/buf.h>
#include <sigmacat/log.h>

struct log_sink {
    struct smc_log *log;
    struct smc_buf lines; /* each "LEVEL - text\n", as on standard error */
    /* Called once, at a line that holds `cue`; may be set at any time, and again. */
    const char *cue;
    void (*on_cue)(void *ctx);
    void *ctx;
};

/* At level debug. It stays where it is until it is cleared, since the log points at it. */
void log_sink_init(struct log_sink *sink);
void log_sink_clear(struct log_sink *sink);

/* All lines so far; "" when there are none. */
const char *log_sink_text(const struct log_sink *sink);

/* Forgets the lines. */
void log_sink_reset(struct log_sink *sink);

/* Lines that hold both texts (NULL holds). */
size_t log_sink_count(const struct log_sink *sink, const char *text, const char *other);

/* Fails the test, and tells the lines, unless one holds the text. */
void log_sink_assert(const struct log_sink *sink, const char *text);

#endif
