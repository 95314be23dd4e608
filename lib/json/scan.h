/* The one grammar of JSON: where a value ends. It can be left at the end of any piece of a text and
 * goes on in the next one. Beside it, the quick way over values that were scanned before. */
#ifndef SMCI_SCAN_H
#define SMCI_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/json.h>

/* Between two tokens, up to SMCI_SCAN_AFTER, and within one. */
enum smci_scan_state {
    SMCI_SCAN_VALUE,      /* one is expected */
    SMCI_SCAN_FIRST,      /* a value, or the end of an array just begun */
    SMCI_SCAN_NAME,       /* a member's */
    SMCI_SCAN_FIRST_NAME, /* a name, or the end of an object just begun */
    SMCI_SCAN_COLON,
    SMCI_SCAN_AFTER, /* behind a value */
    SMCI_SCAN_STRING,
    SMCI_SCAN_UTF8, /* within a character */
    SMCI_SCAN_ESCAPE,
    SMCI_SCAN_HEX,
    SMCI_SCAN_WORD,
    SMCI_SCAN_MINUS, /* from here on: the part of a number that was read last */
    SMCI_SCAN_ZERO,
    SMCI_SCAN_INTEGER,
    SMCI_SCAN_POINT,
    SMCI_SCAN_FRACTION,
    SMCI_SCAN_E,
    SMCI_SCAN_SIGN,
    SMCI_SCAN_EXPONENT
};

/* A scan in progress. Its functions take a position and return the one behind what they scanned, or
 * NULL: then `bad` and `why` are set, or the bytes are at their end and `state` tells in what. */
struct smci_scan {
    const char *end; /* of the bytes */
    const char *bad;
    const char *why; /* static */
    bool is_too_deep;

    enum smci_scan_state state;
    bool is_name;      /* the string under way is a member's name */
    uint64_t *nest;    /* a bit for each container that may be open: whether it is an object */
    size_t depth;      /* containers open */
    size_t depth_max;  /* how many may be */
    size_t outer;      /* containers that were open before, for the text of an error */
    size_t item_count; /* items or members of the outermost container so far */

    const char *word;  /* what is left of true, false, null */
    int more;          /* hex digits to come, or bytes that stand in `character` */
    char character[4]; /* the beginning of one that is cut */
};

/* For a whole text, where the rest is set when it is needed: walks do this for each item. */
static inline void smci_scan_init(struct smci_scan *s, const char *end)
{
    s->end = end;
    s->bad = NULL;
    s->is_too_deep = false;
}

/* Goes on with a value of any kind; what was set before the first call are `end`, `nest` and
 * `depth_max`. Behind the value it returns where it is called. */
const char *smci_scan_on(struct smci_scan *s, const char *p);

/* Whether the value may end where the bytes did. */
bool smci_scan_is_whole(const struct smci_scan *s);

/* One value of a whole text, within `outer` open containers; `end` is set. What is cut is
 * refused. */
const char *smci_scan_value(struct smci_scan *s, const char *p, size_t outer);

/* Past what may stand behind the value of a whole text. */
const char *smci_scan_rest(struct smci_scan *s, const char *p);

/* From a member's name to the first byte of its value; `name_end` gets the byte behind the name. */
const char *smci_scan_name(struct smci_scan *s, const char *p, const char **name_end);

/* Notes what is wrong at `p`; returns NULL. `why` is static. */
const char *smci_refuse(struct smci_scan *s, const char *p, const char *why);

/* Fills `err` from a refusal; `offset` is that of `bad` in the whole text. */
enum smc_status smci_scan_report(const struct smci_scan *s, int64_t offset, struct smc_error *err);

/* The byte at `p`; behind the end a NUL, which begins nothing. */
static inline unsigned char smci_peek(const char *p, const char *end)
{
    return p < end ? (unsigned char)*p : 0;
}

static inline unsigned char smci_closer(bool is_object)
{
    return is_object ? '}' : ']';
}

static inline const char *smci_comma_expected(bool is_object)
{
    return is_object ? "expected ',' or '}'" : "expected ',' or ']'";
}

/* Tells a value's type by its first byte. */
static inline enum smc_json_type smci_type_of(unsigned char first)
{
    switch (first) {
    case '{':
        return SMC_JSON_OBJECT;
    case '[':
        return SMC_JSON_ARRAY;
    case '"':
        return SMC_JSON_STRING;
    case 't':
    case 'f':
        return SMC_JSON_BOOL;
    case 'n':
        return SMC_JSON_NULL;
    default:
        return first == '-' || (first >= '0' && first <= '9') ? SMC_JSON_NUMBER : SMC_JSON_NONE;
    }
}

#endif
