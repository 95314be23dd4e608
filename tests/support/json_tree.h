/* What a test reads out of a small JSON text, by another reader than ours: a cover over jansson. */
#ifndef TESTS_JSON_TREE_H
#define TESTS_JSON_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_tree; /* one node; the root is freed with json_tree_free, the others are its own */

/* NULL when jansson refuses the text: also for doubled names, integers beyond 64 bits, unpaired
 * surrogates. */
struct json_tree *json_tree_parse(const char *text, size_t len);
void json_tree_free(struct json_tree *root);

/* NULL or the fallback when the member is not there or of another type; `node` may be NULL. */
struct json_tree *json_tree_get(struct json_tree *node, const char *name);
const char *json_tree_text(struct json_tree *node, const char *name);
int64_t json_tree_int(struct json_tree *node, const char *name, int64_t fallback);

/* Whether the object has the member, and it is null, or true. */
bool json_tree_is_null(struct json_tree *node, const char *name);
bool json_tree_is_true(struct json_tree *node, const char *name);

/* The first item of an array of objects whose member `name` is this text; NULL: none. */
struct json_tree *json_tree_item(struct json_tree *array, const char *name, const char *text);

#endif
