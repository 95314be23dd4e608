#include "numbers.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

#include "lib/base/num.h"

#define NAME_BYTES 64

enum smc_status numbers_put(struct smci_store *store, const char *name, const char *kind,
                            int64_t number, struct smc_error *err)
{
    char whole[NAME_BYTES];
    char text[24];
    (void)snprintf(whole, sizeof whole, "%s%s", name, kind);
    (void)snprintf(text, sizeof text, "%" PRId64, number);
    return smci_store_put_value(store, whole, number < 0 ? NULL : text, err);
}

enum smc_status numbers_get(struct smci_store *store, const char *name, const char *kind,
                            int64_t *number, struct smc_error *err)
{
    char whole[NAME_BYTES];
    struct smc_buf text = SMC_BUF_INIT(64);
    bool found = false;
    (void)snprintf(whole, sizeof whole, "%s%s", name, kind);
    enum smc_status rc = smci_store_get_value(store, whole, &found, &text, err);
    if (rc != SMC_OK || !found || !smci_parse_int64(smc_buf_str(&text), number))
        *number = -1;
    smc_buf_clear(&text);
    return rc;
}
