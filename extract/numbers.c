#include "numbers.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum smc_status numbers_put(struct smci_store *store, const char *name, int64_t number,
                            struct smc_error *err)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    return smci_store_put_value(store, name, text, err);
}

enum smc_status numbers_get(struct smci_store *store, const char *name, int64_t *number,
                            struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT(64);
    bool found = false;
    enum smc_status rc = smci_store_get_value(store, name, &found, &text, err);
    *number = rc == SMC_OK && found ? strtoll(smc_buf_str(&text), NULL, 10) : -1;
    smc_buf_clear(&text);
    return rc;
}
