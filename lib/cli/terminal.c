#include "terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool smci_cli_is_terminal(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) && term && *term && strcmp(term, "dumb") != 0;
}

size_t smci_cli_columns(int fd)
{
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool smci_cli_is_for_person(const struct smci_cli_logging *logging, const struct smc_log *log)
{
    return logging->format == SMC_LOG_TEXT && !logging->file && smc_log_would(log, SMC_LOG_INFO) &&
           smci_cli_is_terminal(STDERR_FILENO);
}

static bool is_colored(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    return smci_cli_is_terminal(fd) && (!no_color || !*no_color);
}

const char *smci_cli_color(int fd, enum smci_cli_state state)
{
    static const char *const colors[] = {[SMCI_CLI_GOOD] = "\x1b[32m",
                                         [SMCI_CLI_DOUBTFUL] = "\x1b[33m",
                                         [SMCI_CLI_BAD] = "\x1b[31m"};
    return is_colored(fd) ? colors[state] : "";
}

const char *smci_cli_color_end(int fd)
{
    return is_colored(fd) ? "\x1b[0m" : "";
}
