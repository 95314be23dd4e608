/* A program's log, as its settings have it: where its lines go, from which level on, and what stands
 * before them. */
#ifndef CLI_LOGGING_H
#define CLI_LOGGING_H

#include <stdbool.h>

#include <sigmacat/error.h>
#include <sigmacat/log.h>

/* The settings' members that SMCI_CLI_LOG_ROWS fills. */
struct smci_cli_logging {
    int level;       /* enum smc_log_level */
    int format;      /* enum smc_log_format */
    bool is_quiet;   /* warnings and errors: in place of a level */
    bool is_verbose; /* all lines: likewise */
    bool has_time;
    const char *file; /* NULL: none */
    int progress;     /* enum smci_cli_progress_when */
};

#define SMCI_CLI_LOGGING_INIT                                                                      \
    {                                                                                              \
        .level = SMC_LOG_INFO, .format = SMC_LOG_TEXT                                              \
    }

/* The log on standard error, before or without further settings, of this program (a static name).
 * NULL when memory ran out. Where
 * standard error is systemd's journal (JOURNAL_STREAM has its device and inode: systemd.exec(5)),
 * lines have priorities. */
struct smc_log *smci_cli_log_new(const struct smci_cli_logging *logging, const char *program);

/* Opens the file, if there is to be one, and appends to it from then on: it is made with mode 0640
 * less the umask, and a symbolic link is refused. `fd` is the caller's to close; -1: none.
 * SMC_ERR_IO. */
enum smc_status smci_cli_log_open(const struct smci_cli_logging *logging, struct smc_log *log,
                                  int *fd, struct smc_error *err);

#endif
