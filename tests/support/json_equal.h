/* Two JSON texts held against each other as values: numbers by their text, strings by what they
 * mean, arrays in order, objects by their members in any order (of doubled ones the first against
 * the first, and so on). */
#ifndef TESTS_JSON_EQUAL_H
#define TESTS_JSON_EQUAL_H

#include <stdbool.h>

#include <sigmacat/json.h>

/* Both scanned. */
bool json_equal(struct smc_json_span a, struct smc_json_span b);

/* A text in full; false too when one of them is not JSON. */
bool json_text_equal(const char *a, const char *b);

#endif
