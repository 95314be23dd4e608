/* The references in a formula of Sigma's: what stands in brackets outside of texts.
 *
 * Reads any bytes, never fails, holds no memory, and looks at each byte a bounded number of times.
 * The rules are those of sigmacat-files(5), "FIELD LINEAGE": within brackets the first unescaped
 * ']' closes, a backslash takes the next byte literally, an unescaped slash parts segments, and
 * quotes are letters. Texts stand in double quotes. */
#ifndef EXTRACT_FIELDS_FORMULA_H
#define EXTRACT_FIELDS_FORMULA_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/buf.h>

/* One reference; borrowed from the formula. */
struct formula_reference {
    const char *text; /* with its brackets */
    size_t len;
};

/* A walk over the references of a formula. Its members are the walk's own. */
struct formula_walk {
    const char *start;
    const char *at;
    const char *end;
    bool has_single_quotes; /* 'such' are texts too */
    bool has_escapes;       /* within texts a backslash takes the next byte literally */
    bool is_cut;            /* a bracket or a text is not closed */
};

/* Whether it can be told which references a formula has. It can't where a bracket or a double quote
 * is not closed, and where that depends on what nobody has documented: whether single quotes make
 * texts, and what a backslash does in one. */
bool formula_is_clear(const char *text, size_t len);

/* Begins a walk; `text` is borrowed and need not be terminated. Worth something only where the
 * formula is clear. */
struct formula_walk formula_begin(const char *text, size_t len);

/* The next reference; false at the end. Indexes (digits in brackets behind what can have one,
 * "[Payload].users[0]") are passed over. */
bool formula_next(struct formula_walk *walk, struct formula_reference *reference);

/* Whether there is nothing but white space. */
bool formula_is_blank(const char *text, size_t len);

/* Whether a clear formula is one reference and nothing else but white space; `reference` gets it. */
bool formula_is_only(const char *text, size_t len, struct formula_reference *reference);

/* How many segments a reference has; at least 1. */
size_t formula_segments(const struct formula_reference *reference);

/* Appends `count` segments from `first` on, without their escapes, with slashes between them: what
 * they are together if those slashes belong to a name. Errors as smc_buf_add. */
enum smc_status formula_name(const struct formula_reference *reference, size_t first, size_t count,
                             struct smc_buf *out);

#endif
