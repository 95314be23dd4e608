#include "joined.h"

#include "pages.h"
#include "rows.h"
#include "sources.h"
#include "teams.h"

static struct tables *tables_of(const struct joined *joined, bool are_extras)
{
    return are_extras ? joined->extra_tables : joined->tables;
}

static bool is_extra(const struct joined *joined, enum asset_id asset)
{
    return select_is_extra(&joined->job->selection, asset);
}

static enum smc_status want_tables(const struct joined *joined, enum asset_id asset,
                                   struct smc_error *err)
{
    switch (asset_of(asset)->form) {
    case FORM_SOURCES:
        return sources_collect(tables_of(joined, is_extra(joined, asset)), asset, err);
    case FORM_LINEAGE:
        return lineage_collect(joined->lineage, err);
    case FORM_FIELDS:
        return field_lineage_want_tables(joined->fields, err);
    case FORM_LISTED:
    case FORM_ROWS:
    case FORM_PAGES:
    case FORM_TEAMS:
        break;
    }
    return SMC_OK;
}

enum smc_status joined_want_tables(const struct joined *joined, bool are_extras,
                                   struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++)
        if (joined->job->files[i] && is_extra(joined, i) == are_extras)
            rc = want_tables(joined, i, err);
    return rc;
}

static enum smc_status write_file(const struct joined *joined, enum asset_id asset,
                                  struct smc_error *err)
{
    switch (asset_of(asset)->form) {
    case FORM_SOURCES:
        return sources_write(tables_of(joined, is_extra(joined, asset)), asset, err);
    case FORM_LINEAGE:
        return lineage_write(joined->lineage, err);
    case FORM_ROWS:
        return rows_write(joined->job, asset, err);
    case FORM_PAGES:
        return pages_write(joined->job, err);
    case FORM_TEAMS:
        return teams_write(joined->job, err);
    case FORM_FIELDS:
        return field_lineage_write(joined->fields, err);
    case FORM_LISTED:
        break;
    }
    return SMC_OK;
}

enum smc_status joined_write(const struct joined *joined, struct smc_error *err)
{
    struct smci_part *const *files = joined->job->files;
    enum smc_status rc = SMC_OK;
    for (enum asset_id i = 0; rc == SMC_OK && i < ASSET_COUNT; i++) {
        if (!files[i] || asset_of(i)->form == FORM_LISTED)
            continue;
        rc = write_file(joined, i, err);
        if (rc == SMC_OK)
            rc = smci_part_finish(files[i], err);
    }
    return rc == SMC_OK ? teams_end(joined->job, err) : rc;
}
