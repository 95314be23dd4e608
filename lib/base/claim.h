/* Temporary files that tell whether somebody is still at work on them: who makes one holds its
 * lock (flock) until it is renamed or removed. A lock ends with its process, however that ended,
 * so that a file without one is left over, and may be removed by anybody.
 *
 * Where a file system has no locks, files are made all the same, and nobody can tell about them. */
#ifndef SMCI_CLAIM_H
#define SMCI_CLAIM_H

/* Makes the file `name` (mode 0640 less the umask) in the directory `dir_fd` and locks it; `fd`,
 * which can write, holds the lock and is the caller's to close. Returns 0 or an errno: EEXIST when
 * something has that name. */
int smci_claim_make(int dir_fd, const char *name, int *fd);

/* Whether the file is left over. If so 0 is returned, and `fd` (the caller's to close, once the
 * file is dealt with) keeps others from dealing with it. Else an errno: EWOULDBLOCK when somebody
 * is at work on it; ENOENT; anything else when it can't be told. */
int smci_claim_take_over(int dir_fd, const char *name, int *fd);

#endif
