#include "tree.h"
#include <sigmacat/json.h>

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* A node is jansson's own; only its name is hidden. */
static json_t *tree(const struct smci_tree *node)
{
    return (json_t *)(uintptr_t)node;
}

static struct smci_tree *node_of(json_t *value)
{
    return (struct smci_tree *)value;
}

/* ---- parsing ---- */

/* jansson's own texts quote the input, which may be a secret. */
static const char *describe(enum json_error_code code)
{
    static const struct {
        enum json_error_code code;
        const char *text;
    } texts[] = {{json_error_premature_end_of_input, "the text ends too early"},
                 {json_error_end_of_input_expected, "expected the end of the text"},
                 {json_error_duplicate_key, "a member's name is doubled"},
                 {json_error_invalid_utf8, "invalid UTF-8"},
                 {json_error_numeric_overflow, "a number is too big"},
                 {json_error_stack_overflow, "nested too deeply"}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].code == code)
            return texts[i].text;
    return "not valid JSON";
}

/* 2.14 has a code for it but seldom sets it: without memory it gives no text at all, or takes a good
 * string for an invalid token. Of what is JSON, it calls only unpaired surrogates a wrong syntax. */
static bool is_out_of_memory(const json_error_t *why, const char *text, size_t len)
{
    static const char surrogate[] = "invalid Unicode";
    enum json_error_code code = json_error_code(why);
    return code == json_error_out_of_memory || !why->text[0] ||
           (code == json_error_invalid_syntax &&
            strncmp(why->text, surrogate, sizeof surrogate - 1) != 0 &&
            smc_json_scan(text, len, NULL, NULL) == SMC_OK);
}

static void wipe_and_free(void *bytes)
{
    if (bytes)
        explicit_bzero(bytes, malloc_usable_size(bytes));
    free(bytes);
}

/* jansson keeps copies of what it reads, in its lexer too, that nobody else can reach. What it got by
 * malloc may be freed by this at any time. */
static void wipe_what_is_freed(void)
{
    json_malloc_t get;
    json_free_t give;
    json_get_alloc_funcs(&get, &give);
    if (get == malloc && give == free)
        json_set_alloc_funcs(malloc, wipe_and_free);
}

struct smci_tree *smci_tree_parse(const char *text, size_t len, struct smc_error *err)
{
    json_error_t why = {.line = -1}; /* jansson leaves its code unset where it has no text */
    wipe_what_is_freed();
    size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
    json_t *root = json_loadb(len ? text : "", len, flags, &why);
    /* 2.14 passes over a NUL that follows a number. */
    if (root && len && memchr(text, '\0', len)) {
        json_decref(root);
        (void)smc_error_set(err, SMC_ERR_SYNTAX, "a NUL byte can't be part of a JSON text");
        return NULL;
    }
    if (root)
        return node_of(root);
    enum json_error_code code = json_error_code(&why);
    if (is_out_of_memory(&why, text, len))
        (void)smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    else
        (void)smc_error_set(err, SMC_ERR_SYNTAX, "line %d, column %d: %s", why.line, why.column,
                            describe(code));
    return NULL;
}

void smci_tree_free(struct smci_tree *root)
{
    json_decref(tree(root));
}

/* ---- reading ---- */

struct smci_tree *smci_tree_get(struct smci_tree *node, const char *name)
{
    return node_of(json_object_get(tree(node), name));
}

const char *smci_tree_text(struct smci_tree *node, const char *name)
{
    const json_t *value = json_object_get(tree(node), name);
    const char *text = json_string_value(value);
    return text && strlen(text) == json_string_length(value) ? text : NULL;
}

int64_t smci_tree_int(struct smci_tree *node, const char *name, int64_t fallback)
{
    const json_t *value = json_object_get(tree(node), name);
    return json_is_integer(value) ? (int64_t)json_integer_value(value) : fallback;
}
