#include "json_tree.h"

#include <jansson.h>
#include <string.h>

/* A node is jansson's own; only its name is hidden. */
static json_t *tree(const struct json_tree *node)
{
    return (json_t *)(uintptr_t)node;
}

static struct json_tree *node_of(json_t *value)
{
    return (struct json_tree *)value;
}

struct json_tree *json_tree_parse(const char *text, size_t len)
{
    size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
    /* 2.14 passes over a NUL that follows a number. */
    if (len == 0 || memchr(text, '\0', len))
        return NULL;
    return node_of(json_loadb(text, len, flags, NULL));
}

void json_tree_free(struct json_tree *root)
{
    json_decref(tree(root));
}

struct json_tree *json_tree_get(struct json_tree *node, const char *name)
{
    return node_of(json_object_get(tree(node), name));
}

const char *json_tree_text(struct json_tree *node, const char *name)
{
    return json_string_value(json_object_get(tree(node), name));
}

int64_t json_tree_int(struct json_tree *node, const char *name, int64_t fallback)
{
    const json_t *value = json_object_get(tree(node), name);
    return json_is_integer(value) ? (int64_t)json_integer_value(value) : fallback;
}

bool json_tree_is_null(struct json_tree *node, const char *name)
{
    return json_is_null(json_object_get(tree(node), name));
}

bool json_tree_is_true(struct json_tree *node, const char *name)
{
    return json_is_true(json_object_get(tree(node), name));
}

struct json_tree *json_tree_item(struct json_tree *array, const char *name, const char *text)
{
    for (size_t i = 0; i < json_array_size(tree(array)); i++) {
        struct json_tree *item = node_of(json_array_get(tree(array), i));
        const char *value = json_tree_text(item, name);
        if (value && strcmp(value, text) == 0)
            return item;
    }
    return NULL;
}
