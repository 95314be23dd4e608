#include "tree.h"
#include <sigmacat/json.h>

#include <jansson.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/utf8.h"

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
        (void)smc_error_set(err, SMC_ERR_SYNTAX, "a NUL byte is no part of a JSON text");
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

/* Building that failed is remembered in the tree itself, so that smci_tree_dump can tell: the
 * container that lacks something gets one reference more than the one that its owner has. No
 * memory is needed for that, and nothing else here shares nodes. */
static void mark_failed(json_t *container)
{
    if ((json_is_object(container) || json_is_array(container)) && container->refcount == 1)
        (void)json_incref(container);
}

static bool is_marked(const json_t *value)
{
    return (json_is_object(value) || json_is_array(value)) && value->refcount > 1;
}

static bool has_failed(json_t *value)
{
    if (is_marked(value))
        return true;
    const char *name;
    json_t *child;
    json_object_foreach(value, name, child)
    {
        if (has_failed(child))
            return true;
    }
    for (size_t i = 0; i < json_array_size(value); i++)
        if (has_failed(json_array_get(value, i)))
            return true;
    return false;
}

static void clear_marks(json_t *value)
{
    const char *name;
    json_t *child;
    json_object_foreach(value, name, child)
    {
        clear_marks(child);
    }
    for (size_t i = 0; i < json_array_size(value); i++)
        clear_marks(json_array_get(value, i));
    if (is_marked(value))
        json_decref(value);
}

void smci_tree_free(struct smci_tree *root)
{
    clear_marks(tree(root));
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

/* ---- building ---- */

/* Takes `value`, which is NULL when memory ran out. */
static bool add(struct smci_tree *parent, const char *name, json_t *value)
{
    json_t *to = tree(parent);
    int rc =
        json_is_array(to) ? json_array_append_new(to, value) : json_object_set_new(to, name, value);
    if (rc != 0 && to)
        mark_failed(to);
    return rc == 0;
}

struct smci_tree *smci_tree_object(void)
{
    return node_of(json_object());
}

struct smci_tree *smci_tree_add_object(struct smci_tree *parent, const char *name)
{
    json_t *value = json_object();
    return add(parent, name, value) ? node_of(value) : NULL;
}

struct smci_tree *smci_tree_add_array(struct smci_tree *parent, const char *name)
{
    json_t *value = json_array();
    return add(parent, name, value) ? node_of(value) : NULL;
}

/* `text` with each stretch of bad bytes replaced by U+FFFD. */
static json_t *mended_string(const char *text)
{
    struct smc_buf buf = SMC_BUF_INIT(SIZE_MAX);
    const char *end = text + strlen(text);
    while (text < end) {
        const char *from = text;
        if (smci_utf8_next(&text, end)) {
            (void)smc_buf_add(&buf, from, (size_t)(text - from));
        } else {
            text = text > from ? text : from + 1;
            (void)smc_buf_addstr(&buf, "\xef\xbf\xbd");
        }
    }
    json_t *value = buf.status == SMC_OK ? json_stringn(smc_buf_str(&buf), buf.len) : NULL;
    smc_buf_clear(&buf);
    return value;
}

bool smci_tree_add_text(struct smci_tree *parent, const char *name, const char *text)
{
    json_t *value = json_string(text);
    if (!value && text)
        value = mended_string(text);
    return add(parent, name, value);
}

bool smci_tree_add_int(struct smci_tree *parent, const char *name, int64_t number)
{
    return add(parent, name, json_integer(number));
}

bool smci_tree_add_bool(struct smci_tree *parent, const char *name, bool value)
{
    return add(parent, name, json_boolean(value));
}

/* ---- writing ---- */

/* jansson 2.14 loses some of our failures and goes on; the buffer does not. */
static int dump(const char *bytes, size_t len, void *ctx)
{
    return smc_buf_add(ctx, bytes, len) == SMC_OK ? 0 : -1;
}

enum smc_status smci_tree_dump(const struct smci_tree *root, bool compact, struct smc_buf *out,
                               struct smc_error *err)
{
    if (!root || has_failed(tree(root)))
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    size_t was = out->len;
    size_t flags = JSON_ENCODE_ANY | (compact ? JSON_COMPACT : JSON_INDENT(1));
    /* jansson itself fails only where it can't get memory */
    if (json_dump_callback(tree(root), dump, out, flags) != 0)
        (void)smc_buf_fail(out, SMC_ERR_NOMEM);
    if (smc_buf_add(out, "\n", 1) == SMC_OK)
        return SMC_OK;
    smc_buf_cut(out, was);
    if (out->status == SMC_ERR_CAP)
        return smc_error_set(err, SMC_ERR_CAP, "more than the %zu bytes there is room for",
                             out->cap);
    return smc_error_set(err, out->status, "%s", smc_error_text(out->status));
}
