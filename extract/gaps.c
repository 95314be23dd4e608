#include "gaps.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *words(enum gap_remedy remedy)
{
    switch (remedy) {
    case GAP_RERUN:
        return "a later run may mend it";
    case GAP_RIGHTS:
        return "other rights may mend it: an Org Admin's credentials are needed";
    case GAP_NOTHING:
        break;
    }
    return "no re-run will mend it while Sigma answers so";
}

static void count(struct gaps *gaps, const char *kind)
{
    gaps->total++;
    for (size_t i = 0; i < GAP_KINDS_MAX; i++) {
        if (!gaps->kinds[i].kind)
            gaps->kinds[i].kind = kind;
        if (strcmp(gaps->kinds[i].kind, kind) == 0) {
            gaps->kinds[i].count++;
            return;
        }
    }
}

static enum smc_status keep(struct gaps *gaps, const struct gap *gap, struct smc_error *err)
{
    char number[24];
    struct smc_buf text = SMC_BUF_INIT(65536);
    struct smci_tree *root = smci_tree_object();
    (void)smci_tree_add_text(root, "asset", gap->kind);
    (void)smci_tree_add_text(root, "id", gap->id);
    (void)smci_tree_add_text(root, "name", gap->name);
    (void)smci_tree_add_text(root, "call", gap->call);
    (void)smci_tree_add_int(root, "status", gap->http_status);
    (void)smci_tree_add_text(root, "code", gap->code);
    (void)smci_tree_add_text(root, "requestId", gap->request_id);
    (void)smci_tree_add_text(root, "reason", gap->reason);
    (void)smci_tree_add_text(root, "remedy", words(gap->remedy));
    enum smc_status rc = smci_tree_dump(root, true, &text, err);
    if (rc == SMC_OK) {
        text.data[text.len - 1] = '\0'; /* the newline */
        (void)snprintf(number, sizeof number, "%" PRId64, gaps->total);
        rc = smci_list_add(gaps->store, LIST_GAPS, number, text.data, "", NULL, err);
    }
    smci_tree_free(root);
    smc_buf_clear(&text);
    return rc;
}

enum smc_status gaps_add(struct gaps *gaps, const struct gap *gap, struct smc_error *err)
{
    count(gaps, gap->kind);
    smc_log_write(gaps->log, SMC_LOG_WARN, "Gap: %s%s%.200s%s%.100s%s: %s; %s", gap->kind,
                  *gap->id ? " of " : "", gap->id, *gap->name ? " (" : "", gap->name,
                  *gap->name ? ")" : "", gap->reason, words(gap->remedy));
    return keep(gaps, gap, err);
}

void gaps_to_json(const struct gaps *gaps, struct smci_tree *parent)
{
    struct smci_tree *object = smci_tree_add_object(parent, "gaps");
    for (size_t i = 0; i < GAP_KINDS_MAX && gaps->kinds[i].kind; i++)
        (void)smci_tree_add_int(object, gaps->kinds[i].kind, gaps->kinds[i].count);
}

void gaps_log_summary(const struct gaps *gaps)
{
    struct smc_buf text = SMC_BUF_INIT(2048);
    for (size_t i = 0; i < GAP_KINDS_MAX && gaps->kinds[i].kind; i++)
        (void)smc_buf_addf(&text, "%s%" PRId64 " of %s", i ? ", " : "", gaps->kinds[i].count,
                           gaps->kinds[i].kind);
    if (gaps->total)
        smc_log_write(gaps->log, SMC_LOG_WARN,
                      "The set is published with %" PRId64 " gap%s (could not be read): %s",
                      gaps->total, gaps->total == 1 ? "" : "s", smc_buf_str(&text));
    smc_buf_clear(&text);
}
