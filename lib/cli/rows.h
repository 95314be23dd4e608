/* Rows of the settings table that both programs have, to be put among their own. Each program's
 * struct has a member of the same name for each. `t` is that struct, `prefix` that of its variables. */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include <stddef.h>

#include "lib/base/log_names.h"

#include "settings.h"

/* Their members: const char *config, *profile. */
#define SMCI_CLI_FILE_ROWS(t)                                                                      \
    {.flag = "--config",                                                                           \
     .metavar = "FILE",                                                                            \
     .variable = "SIGMACAT_CONFIG",                                                                \
     .type = SMCI_SETTING_PATH,                                                                    \
     .offset = offsetof(t, config),                                                                \
     .is_unkeyed = true,                                                                           \
     .help = "configuration file, see sigmacat.yaml(5)"},                                          \
    {                                                                                              \
        .flag = "--profile", .metavar = "NAME", .variable = "SIGMACAT_PROFILE",                    \
        .type = SMCI_SETTING_TEXT, .offset = offsetof(t, profile), .is_unkeyed = true,             \
        .help = "which of its profiles; else 'default'"                                            \
    }

/* struct smc_network network, as smci_cli_network takes it. `tried` is what is tried, "a call"; the other
 * two are older variables, or NULL. */
#define SMCI_CLI_NETWORK_ROWS(t, prefix, tried, old_timeout, old_retries)                          \
    {.flag = "--timeout",                                                                          \
     .metavar = "SECONDS",                                                                         \
     .variable = prefix "TIMEOUT",                                                                 \
     .alias = (old_timeout),                                                                       \
     .type = SMCI_SETTING_SECONDS,                                                                 \
     .offset = offsetof(t, network.timeout_ms),                                                    \
     .min = 1,                                                                                     \
     .fallback = "60",                                                                             \
     .help = "give up a try without progress"},                                                    \
        {.flag = "--retries",                                                                      \
         .metavar = "N",                                                                           \
         .variable = prefix "RETRIES",                                                             \
         .alias = (old_retries),                                                                   \
         .type = SMCI_SETTING_WHOLE,                                                               \
         .offset = offsetof(t, network.retries),                                                   \
         .min = 0,                                                                                 \
         .max = 100,                                                                               \
         .fallback = "4",                                                                          \
         .help = "tries after " tried "'s first one"},                                             \
        {.flag = "--retry-base",                                                                   \
         .metavar = "SECONDS",                                                                     \
         .variable = prefix "RETRY_BASE",                                                          \
         .type = SMCI_SETTING_SECONDS,                                                             \
         .offset = offsetof(t, network.retry_base_ms),                                             \
         .fallback = "1",                                                                          \
         .help = "first retry's wait; then doubled"},                                              \
    {                                                                                              \
        .flag = "--cacert", .metavar = "FILE", .variable = prefix "CACERT",                        \
        .type = SMCI_SETTING_PATH, .offset = offsetof(t, network.cacert),                          \
        .help = "PEM file of certificates to trust"                                                \
    }

/* int log_level, log_format. */
#define SMCI_CLI_LOG_ROWS(t, prefix, heading)                                                      \
    {.section = (heading),                                                                         \
     .flag = "--log-level",                                                                        \
     .metavar = "LEVEL",                                                                           \
     .variable = prefix "LOG_LEVEL",                                                               \
     .type = SMCI_SETTING_CHOICE,                                                                  \
     .offset = offsetof(t, log_level),                                                             \
     .choices = smci_log_levels,                                                                   \
     .fallback = "info",                                                                           \
     .help = "error, warn, info or debug"},                                                        \
    {                                                                                              \
        .flag = "--log-format", .metavar = "FORMAT", .variable = prefix "LOG_FORMAT",              \
        .type = SMCI_SETTING_CHOICE, .offset = offsetof(t, log_format),                            \
        .choices = smci_log_formats, .fallback = "text", .help = "text or json"                    \
    }

/* bool is_checking, is_showing. */
#define SMCI_CLI_MODE_ROWS(t, check)                                                               \
    {.flag = "--check",                                                                            \
     .type = SMCI_SETTING_FLAG,                                                                    \
     .offset = offsetof(t, is_checking),                                                           \
     .is_unkeyed = true,                                                                           \
     .help = (check)},                                                                             \
    {                                                                                              \
        .flag = "--show-config", .type = SMCI_SETTING_FLAG, .offset = offsetof(t, is_showing),     \
        .is_unkeyed = true, .help = "print the settings and where they come from"                  \
    }

/* bool is_help, is_version. */
#define SMCI_CLI_QUERY_ROWS(t)                                                                     \
    {.flag = "--help",                                                                             \
     .letter = 'h',                                                                                \
     .type = SMCI_SETTING_FLAG,                                                                    \
     .offset = offsetof(t, is_help),                                                               \
     .is_query = true,                                                                             \
     .help = "print this and exit"},                                                               \
    {                                                                                              \
        .flag = "--version", .type = SMCI_SETTING_FLAG, .offset = offsetof(t, is_version),         \
        .is_query = true, .help = "print the version and exit"                                     \
    }

#endif
