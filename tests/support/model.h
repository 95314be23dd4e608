/* The joined files of an estate by the rules of sigmacat-files(5), said as simply as possible and
 * not quickly, as the stand-in's rows make them, without a line of extract/. */
#ifndef TESTS_MODEL_H
#define TESTS_MODEL_H

#include "extraction.h"

/* A file's records, each a JSON text. */
struct model_file {
    char **records;
    size_t count;
};

struct model {
    struct sim *sim;
    struct model_file files[EXTRACTION_FILES]; /* as extraction_names; of the summary none */
    char **tables;                             /* all whose path is wanted, each once */
    size_t table_count;
    long unresolved; /* of these, those without a path */
};

void model_make(struct model *model, struct sim *sim);
void model_clear(struct model *model);

/* Fails the test unless the file's records equal the model's, in order. Listings must do so to the
 * byte. */
void model_compare(struct model *model, struct extraction *x, const char *name);

#endif
