/* The fixed words of the file: sigmacat-files(5), "FIELD LINEAGE". */
#ifndef EXTRACT_FIELDS_WORDS_H
#define EXTRACT_FIELDS_WORDS_H

#include "graph.h"

/* Static texts. */
const char *words_reason(enum field_reason reason);
const char *words_how(enum field_how how);
const char *words_asset(bool is_model);

#endif
