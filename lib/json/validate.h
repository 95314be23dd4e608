/* A strict JSON check of a text that comes in pieces: what record.h refuses is refused, in constant
 * memory whatever the text's size. It finds no values; it tells whether the text is whole. */
#ifndef SMCI_VALIDATE_H
#define SMCI_VALIDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/error.h>
#include <sigmacat/json.h>

/* Twice what one answer may have: our files put answers into containers of their own. */
#define SMCI_VALIDATE_DEPTH_MAX ((size_t)2 * SMC_JSON_DEPTH_MAX)

enum smci_validate_state {
    SMCI_V_VALUE, /* one is expected */
    SMCI_V_FIRST, /* a value, or the end of an array just begun */
    SMCI_V_NAME,
    SMCI_V_FIRST_NAME, /* a name, or the end of an object just begun */
    SMCI_V_COLON,
    SMCI_V_AFTER, /* behind a value */
    SMCI_V_STRING,
    SMCI_V_UTF8, /* within a character */
    SMCI_V_ESCAPE,
    SMCI_V_HEX,
    SMCI_V_WORD,
    SMCI_V_MINUS,
    SMCI_V_ZERO,
    SMCI_V_INTEGER,
    SMCI_V_POINT,
    SMCI_V_FRACTION,
    SMCI_V_E,
    SMCI_V_SIGN,
    SMCI_V_EXPONENT
};

struct smci_validator {
    uint64_t objects[SMCI_VALIDATE_DEPTH_MAX / 64]; /* which of the open containers are objects */
    size_t depth;
    enum smci_validate_state state;
    bool is_name;         /* the string under way is a member's name */
    const char *word;     /* what is left of true, false, null */
    int more;             /* bytes of a character, or hex digits of an escape, still to come */
    unsigned char low;    /* bounds of the character's next byte */
    unsigned char high;   /*   */
    int64_t offset;       /* bytes so far */
    int64_t record_count; /* items of the outermost array so far; -1: the text is none */
};

void smci_validator_init(struct smci_validator *v);

/* The next piece. SMC_ERR_SYNTAX, SMC_ERR_CAP for too deep nesting; the text has the offset. After
 * an error there must be no further call. */
enum smc_status smci_validator_add(struct smci_validator *v, const char *bytes, size_t len,
                                   struct smc_error *err);

/* The text's end. SMC_ERR_SYNTAX when it is cut short. */
enum smc_status smci_validator_end(const struct smci_validator *v, struct smc_error *err);

#endif
