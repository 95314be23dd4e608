/* An object's id as the store has it: a C string, made from whatever JSON value Sigma sent.
 *
 * A string is its decoded bytes. What those can't hold (a NUL, a number, bytes that would be taken
 * for this mark) is '=' and the JSON text as it came. So no two ids share a key, and the id can be
 * written again as it was. */
#ifndef EXTRACT_KEY_H
#define EXTRACT_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/json.h>

/* Appends the key of `id`. `has_id` is false for a value that is not an id: none, null,
 * "", a container. SMC_ERR_NOMEM or SMC_ERR_CAP. */
enum smc_status key_make(struct smc_json_span id, struct smc_buf *key, bool *has_id);

/* Appends the id as JSON. */
enum smc_status key_json(const char *key, struct smc_buf *out);

/* Whether the id can be a segment of an address: "." and ".." can't, and only a plain string
 * can. */
bool key_is_addressable(const char *key);

/* Texts that have a number before a key, "NUMBER:KEY": takes the number, which is at most `max`, and
 * moves on to what is behind the colon. False for what is not written so. */
bool key_take_number(const char **text, int64_t max, int64_t *number);

#endif
