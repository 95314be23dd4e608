/* A part of --check: what of Sigma these credentials can read. One small page of each listing
 * tells. */
#ifndef EXTRACT_READABLE_H
#define EXTRACT_READABLE_H

#include <sigmacat/client.h>

#include "lib/cli/checklist.h"

#include "assets.h"
#include "rights.h"
#include "select.h"

#define READABLE "readable" /* the name of its lines, */
#define RIGHTS   "rights"   /*   and of that on what these credentials are */

struct readable;

/* How one listing's call ended. */
struct readable_listing {
    struct readable *all;
    enum asset_id asset;
    bool is_wanted;
    bool is_extra; /* a run goes on without it */
    bool is_answered;
    bool is_withdrawn;
    bool is_transient;
    int64_t total;          /* -1: not said */
    struct smc_error error; /* code SMC_OK: it can be read */
};

struct readable {
    struct smc_client *client;
    struct rights rights;
    bool is_one_page_enough; /* of the workbooks: see struct selection */
    struct readable_listing listings[ASSET_COUNT];
};

/* Wants the listings that the selection asks for. */
void readable_init(struct readable *all, struct smc_client *client,
                   const struct selection *selection);

/* Makes the calls. What one of them fails with is kept; an error is what ended the client's run. */
enum smc_status readable_ask(struct readable *all, struct smc_error *err);

/* How many gaps a run would have by what is known after that. */
int64_t readable_gaps(const struct readable *all);

/* Adds a line on the rights, one on all that can be read, and one for each listing that can't: of an
 * extra that is a warning.
 * SMC_ERR_NOMEM. */
enum smc_status readable_tell(const struct readable *all, struct smci_cli_checklist *list);

#endif
