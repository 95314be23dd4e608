#include "summary.h"

#include <time.h>

#include "lib/json/tree.h"

#include "run.h"

/* Of the format, not of this toolkit: what Catalog expects to read. */
#define FORMAT_VERSION "0.26.131"

static void add_time(struct smci_tree *root, int64_t timestamp)
{
    time_t at = (time_t)timestamp;
    struct tm local;
    char text[40] = "";
    if (localtime_r(&at, &local))
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local);
    (void)smci_tree_add_text(root, "executed_at", text);
}

/* The organisation's id came as JSON text; a tree wants what it means. */
static enum smc_status add_identity(struct smci_tree *root, const struct run *run)
{
    struct smci_tree *identity = smci_tree_add_object(root, "connection_identity");
    struct smc_buf id = SMC_BUF_INIT(SMC_BODY_MAX);
    struct smc_json_span given = {run->organization.data, run->organization.len};
    enum smc_status rc = SMC_OK;
    (void)smci_tree_add_text(identity, "host", run->settings->host);
    if (smc_json_type_of(given) == SMC_JSON_STRING)
        rc = smc_json_decode(given, &id);
    if (rc == SMC_OK && smc_json_type_of(given) == SMC_JSON_STRING)
        (void)smci_tree_add_text(identity, "organization_id", smc_buf_str(&id));
    smc_buf_clear(&id);
    return rc;
}

static void add_extraction(struct smci_tree *root, const struct run *run)
{
    struct smci_tree *extraction = smci_tree_add_object(root, "extraction");
    (void)smci_tree_add_text(extraction, "toolkit", "sigmacat");
    (void)smci_tree_add_text(extraction, "version", SMC_VERSION);
    struct smci_tree *files = smci_tree_add_object(extraction, "files");
    for (int i = 0; i < ASSET_COUNT; i++) {
        if (!run->files[i])
            continue;
        struct smci_tree *file = smci_tree_add_object(files, asset_of((enum asset_id)i)->name);
        (void)smci_tree_add_int(file, "records", smci_part_records(run->files[i]));
        (void)smci_tree_add_int(file, "bytes", smci_part_bytes(run->files[i]));
    }
    gaps_to_json(&run->gaps, extraction);
    if (run->selection.is_partial)
        (void)smci_tree_add_bool(extraction, "partial", true);
}

enum smc_status summary_write(struct run *run, struct smc_error *err)
{
    struct smc_buf text = SMC_BUF_INIT((size_t)1024 * 1024);
    struct smci_part *file = NULL;
    struct smci_tree *root = smci_tree_object();
    (void)smci_tree_add_text(root, "python_version", "not Python");
    (void)smci_tree_add_text(root, "version", FORMAT_VERSION);
    add_time(root, smci_fileset_timestamp(run->set));
    enum smc_status rc = add_identity(root, run);
    /* Nobody must take what a set lacks for deleted on the strength of rights that were not asked
     * about: without a page of workbooks it does not claim to be whole. */
    (void)smci_tree_add_bool(root, "extracts_whole_organization",
                             run->rights.is_admin && select_knows_rights(&run->selection));
    add_extraction(root, run);
    rc = rc == SMC_OK ? smci_tree_dump(root, false, &text, err)
                      : smc_error_set(err, rc, "organization_id: %s", smc_error_text(rc));
    if (rc == SMC_OK)
        rc = smci_fileset_file(run->set, "summary", &file, err);
    if (rc == SMC_OK)
        rc = smci_part_text(file, text.data, text.len, err);
    if (rc == SMC_OK)
        rc = smci_part_finish(file, err);
    smci_tree_free(root);
    smc_buf_clear(&text);
    return rc;
}
