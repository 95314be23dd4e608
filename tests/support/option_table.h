/* Each option of a program by each of its ways: the flag, spelt with hyphens and with
 * underscores, the letter, the variable in capitals and not, and its default. A loop over the
 * program's table. */
#ifndef TESTS_OPTION_TABLE_H
#define TESTS_OPTION_TABLE_H

#include "lib/cli/setting.h"

struct option_program {
    const char *group; /* cmocka's */
    const struct smci_settings_table *table;
    size_t size; /* of the struct that the options are read into */
    enum smc_status (*read)(void *settings, int argc, char **argv, char *const *envp,
                            struct smc_error *err);
    void (*clear)(void *settings);
};

/* A cmocka test for each row of the table; returns the count of failures. */
int option_table_run(const struct option_program *program);

#endif
