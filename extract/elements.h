/* Elements of workbooks: those that hold data, each with its workbook's id. */
#ifndef EXTRACT_ELEMENTS_H
#define EXTRACT_ELEMENTS_H

#include "job.h"

/* Writes the file of the elements, in listing order of their workbooks. */
enum smc_status elements_write(const struct job *job, struct smc_error *err);

#endif
