#include "log_sink.h"

#include "support.h"

static void keep_line(void *ctx, enum smc_log_level level, const char *line)
{
    static const char *const names[] = {"ERROR", "WARNING", "INFO", "DEBUG"};
    struct log_sink *sink = ctx;
    if (smc_buf_addf(&sink->lines, "%s - %s\n", names[level], line) != SMC_OK)
        fail_msg("out of memory");
    if (sink->cue && strstr(line, sink->cue)) {
        sink->cue = NULL;
        sink->on_cue(sink->ctx);
    }
}

void log_sink_init(struct log_sink *sink)
{
    *sink = (struct log_sink){.log = smc_log_new(-1, SMC_LOG_DEBUG, SMC_LOG_TEXT)};
    smc_buf_init(&sink->lines, SIZE_MAX);
    if (!sink->log)
        fail_msg("out of memory");
    smc_log_set_sink(sink->log, keep_line, sink);
}

void log_sink_clear(struct log_sink *sink)
{
    smc_log_free(sink->log);
    smc_buf_clear(&sink->lines);
    sink->log = NULL;
}

const char *log_sink_text(const struct log_sink *sink)
{
    return smc_buf_str(&sink->lines);
}

void log_sink_reset(struct log_sink *sink)
{
    smc_buf_reset(&sink->lines);
}

size_t log_sink_count(const struct log_sink *sink, const char *text, const char *other)
{
    size_t count = 0;
    for (const char *at = log_sink_text(sink); *at; at += strcspn(at, "\n") + 1) {
        char *line = text_format("%.*s", (int)strcspn(at, "\n"), at);
        count += strstr(line, text) && (!other || strstr(line, other));
        free(line);
    }
    return count;
}

void log_sink_assert(const struct log_sink *sink, const char *text)
{
    if (!strstr(log_sink_text(sink), text))
        fail_msg("no '%s' in:\n%s", text, log_sink_text(sink));
}
