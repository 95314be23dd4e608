/* The one table of the names that levels and formats of the log have, as settings take them. */
#ifndef SMCI_LOG_NAMES_H
#define SMCI_LOG_NAMES_H

/* In the order of enum smc_log_level and enum smc_log_format; NULL behind the last. */
extern const char *const smci_log_levels[];
extern const char *const smci_log_formats[];

#endif
