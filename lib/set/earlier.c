#include "earlier.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "part.h"

void smci_earlier_name(const struct smci_earlier *set, size_t i, const char *suffix,
                       char name[SMCI_EARLIER_NAME_BYTES])
{
    (void)snprintf(name, SMCI_EARLIER_NAME_BYTES, "%" PRId64 "-%s.json%s", set->timestamp,
                   set->names[i], suffix);
}

bool smci_earlier_has(const struct smci_earlier *set, const char *name)
{
    return faccessat(set->dir_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

enum smc_status smci_earlier_remove(const struct smci_earlier *set, bool has_published,
                                    struct smc_error *err)
{
    char name[SMCI_EARLIER_NAME_BYTES];
    for (size_t i = set->count; i-- > 0;) {
        smci_earlier_name(set, i, SMCI_PART_SUFFIX, name);
        int result = unlinkat(set->dir_fd, name, 0);
        if ((result == 0 || errno == ENOENT) && has_published) {
            smci_earlier_name(set, i, "", name);
            result = unlinkat(set->dir_fd, name, 0);
        }
        if (result != 0 && errno != ENOENT)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "%s/%s: can't remove it",
                                       set->directory, name);
    }
    return SMC_OK;
}
