/* Log lines on a file descriptor, one write each: `LEVEL - message`, or one JSON object a line.
 *
 * Control characters in a message are replaced, so that a name from a server can neither forge
 * a line nor steer a terminal; registered secrets are masked. Never NULL-checked by callers: every
 * function accepts a NULL log and does nothing. Not thread safe. */
#ifndef SIGMACAT_LOG_H
#define SIGMACAT_LOG_H

#include <stdbool.h>

#include <sigmacat/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum smc_log_level { SMC_LOG_ERROR, SMC_LOG_WARN, SMC_LOG_INFO, SMC_LOG_DEBUG };
enum smc_log_format { SMC_LOG_TEXT, SMC_LOG_JSON };

struct smc_log;

/* A log on `fd` (borrowed, usually 2; -1 logs nowhere). NULL when memory runs out. */
SMC_API struct smc_log *smc_log_new(int fd, enum smc_log_level level, enum smc_log_format format);
SMC_API void smc_log_free(struct smc_log *log);

/* From now on `secret` is shown as "***" wherever it stands in a message, also percent-encoded, with
 * the escapes of JSON or HTML, and in base64. Copied and wiped at the end; NULL and texts of fewer
 * than 4 bytes are ignored. The first 8 stay hidden to the end; of later ones, the last 8.
 * SMC_ERR_NOMEM. */
SMC_API enum smc_status smc_log_hide(struct smc_log *log, const char *secret);

/* Shows hidden secrets as "***" in a text that goes elsewhere than to the log: what a server says
 * may repeat them. */
SMC_API void smc_log_mask(const struct smc_log *log, char *text);

/* As smc_log_mask, and replaces control characters as in a log line: for a text that is shown to a
 * person by another way than the log. `log` may be NULL. */
SMC_API void smc_log_clean(const struct smc_log *log, char *text);

/* Whether a line of this level would be written. */
SMC_API bool smc_log_would(const struct smc_log *log, enum smc_log_level level);

/* Writes one line; messages are cut at 4,000 bytes. A failed write is ignored: a log must not
 * end the run. */
SMC_API void smc_log_write(struct smc_log *log, enum smc_log_level level, const char *fmt, ...)
    SMC_PRINTF(3, 4);

/* Called instead of the write when set; tests and progress displays use it. `line` is terminated
 * and without a newline. NULL takes it away. */
typedef void smc_log_sink_fn(void *ctx, enum smc_log_level level, const char *line);
SMC_API void smc_log_set_sink(struct smc_log *log, smc_log_sink_fn *sink, void *ctx);

#ifdef __cplusplus
}
#endif

#endif
