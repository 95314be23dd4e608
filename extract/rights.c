#include "rights.h"

const char *rights_query(const struct rights *rights, enum asset_id listing)
{
    bool skips = asset_of(listing)->is_whole && rights->is_admin;
    bool excludes = listing == ASSET_WORKBOOKS && rights->sends_explorations;
    if (skips && excludes)
        return "&skipPermissionCheck=true&excludeExplorations=true";
    if (skips)
        return "&skipPermissionCheck=true";
    return excludes ? "&excludeExplorations=true" : "";
}

bool rights_fall_back(struct rights *rights, int http_status)
{
    if (http_status == 403 && rights->is_admin)
        rights->is_admin = false;
    else if (http_status == 400 && !rights->is_admin && rights->sends_explorations)
        rights->sends_explorations = false;
    else
        return false;
    return true;
}
