/* Whose a directory or a file is. What a program keeps between its runs it believes, so nobody else
 * may have put it there: it must belong to this user or to root, and others may not write to it,
 * but for a group that this user is in (Kubernetes makes volumes so, by fsGroup).
 *
 * What is not there is nobody's: SMC_OK. Else SMC_ERR_IO, and the text says what to do; SMC_ERR_NOMEM. */
#ifndef SMCI_OWN_H
#define SMCI_OWN_H

#include <sigmacat/error.h>

/* A link to such a directory must be this user's or root's, too. */
enum smc_status smci_own_directory(const char *path, struct smc_error *err);

/* A file in such a directory: a regular one, and with no second name, by which another file would
 * be changed. */
enum smc_status smci_own_file(const char *path, struct smc_error *err);

/* The same of an open file; `path` is for the text. */
enum smc_status smci_own_open_file(int fd, const char *path, struct smc_error *err);

#endif
