/* What is looked at before the first byte is sent: that every file is whole, and every set. */
#ifndef UPLOAD_CHECK_H
#define UPLOAD_CHECK_H

#include <sigmacat/log.h>

#include "files.h"
#include "options.h"

/* Finds the files that the settings ask for and checks them; with --latest or --set, the others of
 * the directory are taken from `files`. Each is read once, in pieces, unless it is a single file (or
 * a .csv) whose SHA-256 nobody asked for.
 *
 * Every problem is a line in the log. SMC_ERR_IO when there are some and they are not forced;
 * SMC_ERR_CANCELLED when `stop_fd` is readable (-1: none); SMC_ERR_NOMEM. `files` is to be cleared
 * also after an error. */
enum smc_status upload_check(const struct upload_settings *settings, struct upload_files *files,
                             struct smc_log *log, int stop_fd, struct smc_error *err);

#endif
