/* What a terminal can do, and colours for states: beside a word, never in its place. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "logging.h"

/* Whether `fd` is a terminal that can move its cursor and clear a line: TERM is set and is not
 * "dumb". */
bool smci_cli_is_terminal(int fd);

/* How many columns it has; 80 where that is not known. */
size_t smci_cli_columns(int fd);

/* Whether somebody reads along at standard error, so that tables may be put below the log: it is
 * such a terminal, and the log is a text of INFO or more that goes there. */
bool smci_cli_is_for_person(const struct smci_cli_logging *logging, const struct smc_log *log);

enum smci_cli_state { SMCI_CLI_GOOD, SMCI_CLI_DOUBTFUL, SMCI_CLI_BAD };

/* What is written before and behind a word for a state: nothing where `fd` is not such a terminal,
 * or NO_COLOR is set and not empty (https://no-color.org). Static. */
const char *smci_cli_color(int fd, enum smci_cli_state state);
const char *smci_cli_color_end(int fd);

#endif
