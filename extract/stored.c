#include "stored.h"

enum smc_status stored_page(struct smci_store *store, const char *kind, const char *id, int page,
                            enum smc_json_type type, struct smc_buf *text, struct smc_error *err)
{
    struct smc_json_span whole;
    size_t from = text->len;
    enum smc_status rc = smci_store_page(store, kind, id, page, text, err);
    if (rc != SMC_OK)
        return rc;
    bool is_whole =
        smc_json_scan(smc_buf_str(text) + from, text->len - from, &whole, NULL) == SMC_OK &&
        smc_json_type_of(whole) == type;
    return is_whole ? SMC_OK : smci_store_reject(store, err);
}
