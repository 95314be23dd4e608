#include "table_path.h"

#include <sigmacat/client.h>

#include "stored.h"

bool table_path_read(struct smc_json_span answer, struct table_path *found)
{
    static const char *const names[] = {"connectionId", "path"};
    struct smc_json_span members[2];
    smc_json_members(answer, names, 2, members);
    found->connection_id = members[0];
    found->path = members[1];
    found->is_resolved = smc_json_type_of(members[0]) == SMC_JSON_STRING &&
                         smc_json_type_of(members[1]) == SMC_JSON_ARRAY;
    return found->is_resolved;
}

bool table_path_same(const struct table_path *a, const struct table_path *b)
{
    struct smc_json_walk left;
    struct smc_json_walk right;
    struct smc_json_span one;
    struct smc_json_span other;
    struct smc_buf text = SMC_BUF_INIT(SMC_BODY_MAX);
    bool same = smc_json_decode(a->connection_id, &text) == SMC_OK && text.data &&
                smc_json_equals(b->connection_id, text.data) &&
                smc_json_walk_begin(&left, a->path) && smc_json_walk_begin(&right, b->path);
    while (same && smc_json_walk_next(&left, NULL, &one, NULL)) {
        smc_buf_reset(&text);
        same = smc_json_walk_next(&right, NULL, &other, NULL) &&
               smc_json_decode(one, &text) == SMC_OK && smc_json_equals(other, smc_buf_str(&text));
    }
    same = same && !smc_json_walk_next(&right, NULL, &other, NULL);
    smc_buf_clear(&text);
    return same;
}

enum smc_status table_path_load(struct smci_store *store, const char *kind, const char *id,
                                const char *tag, bool *is_known, struct smc_buf *text,
                                struct table_path *found, struct smc_error *err)
{
    struct smci_outcome outcome;
    struct smc_json_span answer;
    size_t from = text->len;
    found->is_resolved = false;
    enum smc_status rc = smci_store_get(store, kind, id, tag, is_known, &outcome, err);
    if (rc != SMC_OK || !*is_known || outcome.http_status != 200)
        return rc;
    rc = stored_page(store, kind, id, 0, SMC_JSON_OBJECT, text, err);
    if (rc != SMC_OK)
        return rc;
    (void)smc_json_scan(text->data + from, text->len - from, &answer, NULL);
    return table_path_read(answer, found) ? SMC_OK : smci_store_reject(store, err);
}
