#include "formula.h"

#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Behind the closing bracket, or NULL. `p` is behind the opening one. */
static const char *skip_reference(const char *p, const char *end)
{
    for (; p < end; p++) {
        if (*p == ']')
            return p + 1;
        if (*p == '\\')
            p++;
    }
    return NULL;
}

/* Behind the closing quote, or NULL. */
static const char *skip_text(const char *p, const char *end, char quote, bool has_escapes)
{
    for (; p < end; p++) {
        if (*p == quote)
            return p + 1;
        if (*p == '\\' && has_escapes)
            p++;
    }
    return NULL;
}

/* What can have an index: a name, a reference, a call, a record, a text. */
static bool can_be_indexed(char c)
{
    char lower = (char)(c | 0x20);
    return is_digit(c) || (lower >= 'a' && lower <= 'z') || (c && strchr("_])}\"", c)) ||
           (unsigned char)c >= 0x80;
}

static bool is_index(const struct formula_walk *walk, const struct formula_reference *reference)
{
    if (reference->text == walk->start || reference->len < 3 ||
        !can_be_indexed(reference->text[-1]))
        return false;
    for (size_t i = 1; i < reference->len - 1; i++)
        if (!is_digit(reference->text[i]))
            return false;
    return true;
}

struct formula_walk formula_begin(const char *text, size_t len)
{
    return (struct formula_walk){.start = text, .at = text, .end = text + len};
}

bool formula_next(struct formula_walk *walk, struct formula_reference *reference)
{
    while (walk->at < walk->end) {
        const char *from = walk->at++;
        const char *next = walk->at;
        if (*from == '[')
            next = skip_reference(next, walk->end);
        else if (*from == '"' || (*from == '\'' && walk->has_single_quotes))
            next = skip_text(next, walk->end, *from, walk->has_escapes);
        if (!next) {
            walk->is_cut = true;
            walk->at = walk->end;
            return false;
        }
        walk->at = next;
        *reference = (struct formula_reference){from, (size_t)(next - from)};
        if (*from == '[' && !is_index(walk, reference))
            return true;
    }
    return false;
}

/* Whether a reading with other rules finds the same references. */
static bool is_same(const char *text, size_t len, bool has_single_quotes, bool has_escapes)
{
    struct formula_reference ours;
    struct formula_reference theirs;
    struct formula_walk one = formula_begin(text, len);
    struct formula_walk other = formula_begin(text, len);
    other.has_single_quotes = has_single_quotes;
    other.has_escapes = has_escapes;
    for (;;) {
        bool has_one = formula_next(&one, &ours);
        bool has_other = formula_next(&other, &theirs);
        if (has_one != has_other)
            return false;
        if (!has_one)
            return true;
        if (ours.text != theirs.text || ours.len != theirs.len)
            return false;
    }
}

bool formula_is_clear(const char *text, size_t len)
{
    struct formula_reference reference;
    struct formula_walk walk = formula_begin(text, len);
    while (formula_next(&walk, &reference))
        ;
    if (walk.is_cut)
        return false;
    const bool has_quote = len && memchr(text, '\'', len);
    const bool has_backslash = len && memchr(text, '\\', len);
    return (!has_quote || is_same(text, len, true, false)) &&
           (!has_backslash || is_same(text, len, false, true)) &&
           (!has_quote || !has_backslash || is_same(text, len, true, true));
}

bool formula_is_blank(const char *text, size_t len)
{
    while (len && is_space(text[len - 1]))
        len--;
    return len == 0;
}

bool formula_is_only(const char *text, size_t len, struct formula_reference *reference)
{
    struct formula_walk walk = formula_begin(text, len);
    if (!formula_next(&walk, reference))
        return false;
    return formula_is_blank(text, (size_t)(reference->text - text)) &&
           formula_is_blank(walk.at, (size_t)(walk.end - walk.at));
}

size_t formula_segments(const struct formula_reference *reference)
{
    size_t count = 1;
    for (size_t i = 1; i + 1 < reference->len; i++) {
        count += reference->text[i] == '/';
        i += reference->text[i] == '\\';
    }
    return count;
}

enum smc_status formula_name(const struct formula_reference *reference, size_t first, size_t count,
                             struct smc_buf *out)
{
    size_t segment = 0;
    enum smc_status rc = smc_buf_add(out, "", 0);
    for (size_t i = 1; rc == SMC_OK && i + 1 < reference->len; i++) {
        bool is_parting = reference->text[i] == '/';
        segment += is_parting;
        if (reference->text[i] == '\\' && i + 2 < reference->len)
            i++;
        if (segment < first || segment >= first + count || (is_parting && segment == first))
            continue;
        rc = smc_buf_add(out, reference->text + i, 1);
    }
    return rc;
}
