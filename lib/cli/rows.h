/* Rows that the tables of both programs have, to be put among a program's own. Its table defines
 *
 *   IN(type, member)   as SMCI_SETTING_IN, for the program's struct
 *   PREFIX             with which its variables begin, "CASTOR_SIGMA_"
 *
 * and its struct has the members that are named here. */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "lib/base/log_names.h"

#include "live.h"
#include "setting.h"

/* clang-format off */

/* const char *config, *profile. */
#define SMCI_CLI_FILE_ROWS \
    {.flag = "--config", .metavar = "FILE", \
     .variable = "SIGMACAT_CONFIG", IN(PATH, config), \
     .is_unkeyed = true, .help = "configuration file, see sigmacat.yaml(5)"}, \
    {.flag = "--profile", .metavar = "NAME", \
     .variable = "SIGMACAT_PROFILE", IN(TEXT, profile), \
     .is_unkeyed = true, .help = "which of its profiles; else 'default'"}

/* struct smc_network network, as smci_cli_network takes it. Both arguments are older variables, or
 * NULL. */
#define SMCI_CLI_NETWORK_ROWS(old_timeout, old_retries) \
    {.flag = "--timeout", .metavar = "SECONDS", .fallback = "60", .min = 1, \
     .variable = PREFIX "TIMEOUT", .alias = (old_timeout), IN(SECONDS, network.timeout_ms), \
     .help = "give up a try without progress"}, \
    {.flag = "--retries", .metavar = "N", .fallback = "4", .max = 100, \
     .variable = PREFIX "RETRIES", .alias = (old_retries), IN(WHOLE, network.retries), \
     .help = "tries after the first one"}, \
    {.flag = "--retry-base", .metavar = "SECONDS", .fallback = "1", \
     .variable = PREFIX "RETRY_BASE", IN(SECONDS, network.retry_base_ms), \
     .help = "first retry's wait; then doubled"}, \
    {.flag = "--cacert", .metavar = "FILE", \
     .variable = PREFIX "CACERT", IN(PATH, network.cacert), \
     .help = "PEM file of certificates to trust"}

/* struct smci_cli_logging logging. The ways of naming a level exclude each other: `group_level` is
 * the number of their group. */
#define SMCI_CLI_LOG_ROWS(heading, group_level) \
    {.section = (heading), \
     .flag = "--log-level", .metavar = "LEVEL", .fallback = "info", .group = (group_level), \
     .variable = PREFIX "LOG_LEVEL", IN(CHOICE, logging.level), .choices = smci_log_levels, \
     .help = "error, warn, info or debug"}, \
    {.flag = "--quiet", .letter = 'q', .group = (group_level), \
     .variable = PREFIX "QUIET", IN(FLAG, logging.is_quiet), \
     .help = "only warnings and errors"}, \
    {.flag = "--verbose", .letter = 'v', .group = (group_level), \
     .variable = PREFIX "VERBOSE", IN(FLAG, logging.is_verbose), \
     .help = "all there is to say, as with debug"}, \
    {.flag = "--log-format", .metavar = "FORMAT", .fallback = "text", \
     .variable = PREFIX "LOG_FORMAT", IN(CHOICE, logging.format), .choices = smci_log_formats, \
     .help = "text or json"}, \
    {.flag = "--log-time", \
     .variable = PREFIX "LOG_TIME", IN(FLAG, logging.has_time), \
     .help = "local time before each line"}, \
    {.flag = "--log-file", .metavar = "FILE", \
     .variable = PREFIX "LOG_FILE", IN(PATH, logging.file), \
     .help = "append the log to it; errors are shown, too"}, \
    {.flag = "--progress", .metavar = "WHEN", .fallback = "auto", \
     .variable = PREFIX "PROGRESS", IN(CHOICE, logging.progress), \
     .choices = smci_cli_progress_names, .help = "show progress; always, never"}

/* bool is_checking, is_showing; they exclude each other, and what else is of the group `modes`. */
#define SMCI_CLI_MODE_ROWS(check, modes) \
    {.flag = "--check", \
     IN(FLAG, is_checking), .group = (modes), \
     .is_unkeyed = true, .help = (check)}, \
    {.flag = "--show-config", \
     IN(FLAG, is_showing), .group = (modes), \
     .is_unkeyed = true, .help = "print the settings and where they come from"}

/* bool is_help, is_version. */
#define SMCI_CLI_QUERY_ROWS \
    {.flag = "--help", .letter = 'h', \
     IN(FLAG, is_help), \
     .is_query = true, .help = "print this and exit"}, \
    {.flag = "--version", \
     IN(FLAG, is_version), \
     .is_query = true, .help = "print the version and exit"}

/* clang-format on */

#endif
