/* Whose a set is: the organisation of Sigma that its summary names, and the host that it was read
 * from: castor-upload(1), "Organisations". */
#ifndef UPLOAD_OWNER_H
#define UPLOAD_OWNER_H

#include "files.h"
#include "summary.h"

/* Borrowed texts; "" where it is not known. */
struct upload_owner {
    const char *organization;
    const char *host;
};

/* Keeps what the summary says in `file`, the summary's own. One host has one spelling then, however
 * it was given to the extraction: "https://host[:port]". SMC_ERR_NOMEM. */
enum smc_status upload_owner_note(struct upload_file *file, const struct upload_summary *summary);

/* Likewise an organisation's id: the letter case of a UUID does not count. NULL is harmless. */
void upload_owner_normalise_id(char *id);

/* What was kept; of a file that is not a summary, that nothing is known. */
struct upload_owner upload_owner_of(const struct upload_file *file);

/* Two known organisations that differ, or one that is not known and hosts that differ. */
bool upload_owner_differs(struct upload_owner a, struct upload_owner b);

#endif
