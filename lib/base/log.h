/* What the programs may ask of a log beyond <sigmacat/log.h>. */
#ifndef SMCI_LOG_H
#define SMCI_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/log.h>

#include "log_event.h"

/* The same as smc_log_write, of a line that is of the kind `event` and has these facts (borrowed;
 * NULL: none), which its JSON has besides the message. */
void smci_log_event(struct smc_log *log, enum smc_log_level level, enum smci_log_event event,
                    const struct smci_log_facts *facts, const char *fmt, ...) SMC_PRINTF(5, 6);

/* Facts for one line: SMCI_FACTS(.asset = name, .count = count). */
#define SMCI_FACTS(...) (&(const struct smci_log_facts){__VA_ARGS__})

/* What JSON has as the program's name (borrowed; NULL: null). `log` may be NULL here and below. */
void smci_log_set_program(struct smc_log *log, const char *program);

/* What stands before each line: of a text the local time (JSON has a time anyway); "<6>", as
 * systemd's journal reads it (sd-daemon(3)), of lines that go to no file. */
void smci_log_set_style(struct smc_log *log, bool has_time, bool has_priority);

/* From now on lines go to `fd` (borrowed; -1: no more), and only errors where they went, too. */
void smci_log_set_file(struct smc_log *log, int fd);

/* Called with each whole line, its line end included, in place of the write to the log's own
 * descriptor (if it has one), when set; a display on the same terminal uses it. NULL takes it
 * away. */
typedef void smci_log_writer_fn(void *ctx, const char *line);
void smci_log_set_writer(struct smc_log *log, smci_log_writer_fn *writer, void *ctx);

#endif
