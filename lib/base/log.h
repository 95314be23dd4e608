/* What the programs may ask of a log beyond <sigmacat/log.h>. */
#ifndef SMCI_LOG_H
#define SMCI_LOG_H

#include <stddef.h>

#include <sigmacat/log.h>

/* What stands before each line; see struct smci_log_style. `log` may be NULL here and below. */
void smci_log_set_style(struct smc_log *log, bool has_time, bool has_priority);

/* From now on lines go to `fd` (borrowed; -1: no more), and only errors where they went, too. */
void smci_log_set_file(struct smc_log *log, int fd);

/* Writes the line that the log would have for `message`, which is clean, into `line` of `size`
 * bytes, SMCI_LOG_LINE_MAX of it or more. Returns its length. For sinks; not for NULL. */
size_t smci_log_make_line(const struct smc_log *log, char *line, size_t size,
                          enum smc_log_level level, const char *message);

#endif
