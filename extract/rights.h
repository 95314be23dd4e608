/* Whether the account may see the whole organisation: the first page of workbooks decides, and the
 * other listings follow. castor-extract-sigma(1), "Rights". */
#ifndef EXTRACT_RIGHTS_H
#define EXTRACT_RIGHTS_H

#include <stdbool.h>

#include "assets.h"

struct rights {
    bool is_admin;           /* skipPermissionCheck=true is sent; what the summary says */
    bool sends_explorations; /* excludeExplorations=true is sent */
};

/* Tried first. */
#define RIGHTS_INIT                                                                                \
    {                                                                                              \
        true, true                                                                                 \
    }

/* Their part of a listing's query, "&skipPermissionCheck=true" and the like, or "". Static. */
const char *rights_query(const struct rights *rights, enum asset_id listing);

/* Takes the status that the first page of workbooks was refused with. True: that is mended by other
 * rights, which are in the next query. */
bool rights_fall_back(struct rights *rights, int http_status);

#endif
