#include "log_sink.h"

#include "lib/base/log.h"

#include "log_lines.h"
#include "support.h"

/* "ERROR - text" for a line in JSON, which is held to the tables on the way. */
static void keep_line(void *ctx, const char *json)
{
    struct log_sink *sink = ctx;
    struct json_tree *root = log_line_read(json, strlen(json), NULL);
    const char *line = json_tree_text(root, "message");
    char *level = text_format("%s", json_tree_text(root, "level"));
    for (char *p = level; *p; p++)
        *p = (char)(*p - 'a' + 'A');
    if (smc_buf_addf(&sink->lines, "%s - %s\n", level, line) != SMC_OK)
        fail_msg("out of memory");
    free(level);
    if (sink->cue && strstr(line, sink->cue)) {
        sink->cue = NULL;
        sink->on_cue(sink->ctx);
    }
    json_tree_free(root);
}

void log_sink_init(struct log_sink *sink)
{
    *sink = (struct log_sink){.log = smc_log_new(-1, SMC_LOG_DEBUG, SMC_LOG_JSON)};
    smc_buf_init(&sink->lines, SIZE_MAX);
    if (!sink->log)
        fail_msg("out of memory");
    smci_log_set_writer(sink->log, keep_line, sink);
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
