/* Whether a source may be given a set: castor-upload(1), "Organisations". */
#ifndef UPLOAD_ORGANIZATION_H
#define UPLOAD_ORGANIZATION_H

#include "verify.h"

/* Objects to a set that is another organisation's than the one that the record knows its source
 * for, than the one that the settings name, or than that of a set before it in the same upload; and
 * to one whose organisation the record knows for another source. After upload_verify_set; what is
 * not known of a set is told by its host alone. Errors as smci_ledger_each_source. */
enum smc_status upload_organization_check(struct upload_verifier *v, struct upload_set set,
                                          struct smc_error *err);

#endif
