#include "validate.h"

#include <inttypes.h>
#include <string.h>

static enum smc_status refuse(const struct smci_validator *v, const char *why,
                              struct smc_error *err)
{
    return smc_error_set(err, SMC_ERR_SYNTAX, "byte %" PRId64 ": %s", v->offset, why);
}

void smci_validator_init(struct smci_validator *v)
{
    (void)memset(v, 0, sizeof *v);
    v->state = SMCI_V_VALUE;
    v->record_count = -1;
}

/* ---- containers ---- */

static bool is_in_object(const struct smci_validator *v)
{
    size_t at = v->depth - 1;
    return v->depth > 0 && (v->objects[at / 64] >> at % 64 & 1) != 0;
}

static enum smc_status open_container(struct smci_validator *v, bool is_object,
                                      struct smc_error *err)
{
    if (v->depth == SMCI_VALIDATE_DEPTH_MAX)
        return smc_error_set(err, SMC_ERR_CAP, "byte %" PRId64 ": nested more than %zu levels deep",
                             v->offset, SMCI_VALIDATE_DEPTH_MAX);
    uint64_t bit = UINT64_C(1) << v->depth % 64;
    uint64_t *word = &v->objects[v->depth / 64];
    *word = is_object ? *word | bit : *word & ~bit;
    if (v->depth == 0 && !is_object)
        v->record_count = 0;
    v->depth++;
    v->state = is_object ? SMCI_V_FIRST_NAME : SMCI_V_FIRST;
    return SMC_OK;
}

static enum smc_status close_container(struct smci_validator *v)
{
    v->depth--;
    v->state = SMCI_V_AFTER;
    return SMC_OK;
}

static enum smc_status after_value(struct smci_validator *v, char c, struct smc_error *err)
{
    if (v->depth == 0)
        return refuse(v, "more follows the JSON text", err);
    bool is_object = is_in_object(v);
    if (c == ',') {
        v->state = is_object ? SMCI_V_NAME : SMCI_V_VALUE;
        return SMC_OK;
    }
    if (c == (is_object ? '}' : ']'))
        return close_container(v);
    return refuse(v, is_object ? "expected ',' or '}'" : "expected ',' or ']'", err);
}

/* ---- values ---- */

static enum smc_status begin_value(struct smci_validator *v, char c, struct smc_error *err)
{
    if (v->depth == 1 && v->record_count >= 0)
        v->record_count++;
    v->state = SMCI_V_WORD;
    switch (c) {
    case '{':
    case '[':
        return open_container(v, c == '{', err);
    case '"':
        v->is_name = false;
        v->state = SMCI_V_STRING;
        break;
    case 't':
        v->word = "rue";
        break;
    case 'f':
        v->word = "alse";
        break;
    case 'n':
        v->word = "ull";
        break;
    case '-':
        v->state = SMCI_V_MINUS;
        break;
    case '0':
        v->state = SMCI_V_ZERO;
        break;
    default:
        if (c < '1' || c > '9')
            return refuse(v, "expected a value", err);
        v->state = SMCI_V_INTEGER;
    }
    return SMC_OK;
}

static enum smc_status begin_name(struct smci_validator *v, char c, struct smc_error *err)
{
    if (c != '"')
        return refuse(v, "expected a member's name", err);
    v->is_name = true;
    v->state = SMCI_V_STRING;
    return SMC_OK;
}

/* A byte that is no white space, where a value, a name or what stands between them is due. */
static enum smc_status add_token(struct smci_validator *v, char c, struct smc_error *err)
{
    if (v->state == SMCI_V_AFTER)
        return after_value(v, c, err);
    if (v->state == SMCI_V_COLON) {
        v->state = SMCI_V_VALUE;
        return c == ':' ? SMC_OK : refuse(v, "expected ':'", err);
    }
    if (v->state == SMCI_V_FIRST_NAME && c == '}')
        return close_container(v);
    if (v->state == SMCI_V_FIRST && c == ']')
        return close_container(v);
    if (v->state == SMCI_V_FIRST_NAME || v->state == SMCI_V_NAME)
        return begin_name(v, c, err);
    return begin_value(v, c, err);
}

/* ---- strings ---- */

static enum smc_status begin_character(struct smci_validator *v, unsigned char lead,
                                       struct smc_error *err)
{
    if (lead < 0xc2 || lead > 0xf4)
        return refuse(v, "expected valid UTF-8", err);
    v->more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    v->low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    v->high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    v->state = SMCI_V_UTF8;
    return SMC_OK;
}

static enum smc_status add_string_byte(struct smci_validator *v, char c, struct smc_error *err)
{
    unsigned char byte = (unsigned char)c;
    if (c == '"')
        v->state = v->is_name ? SMCI_V_COLON : SMCI_V_AFTER;
    else if (c == '\\')
        v->state = SMCI_V_ESCAPE;
    else if (byte < 0x20)
        return refuse(v, "unescaped control character", err);
    else if (byte >= 0x80)
        return begin_character(v, byte, err);
    return SMC_OK;
}

static enum smc_status add_character_byte(struct smci_validator *v, char c, struct smc_error *err)
{
    unsigned char byte = (unsigned char)c;
    if (byte < v->low || byte > v->high)
        return refuse(v, "expected valid UTF-8", err);
    v->low = 0x80;
    v->high = 0xbf;
    if (--v->more == 0)
        v->state = SMCI_V_STRING;
    return SMC_OK;
}

static enum smc_status add_escape_byte(struct smci_validator *v, char c, struct smc_error *err)
{
    if (v->state == SMCI_V_ESCAPE) {
        if (c == '\0' || !strchr("\"\\/bfnrtu", c))
            return refuse(v, "expected an escape", err);
        v->more = 4;
        v->state = c == 'u' ? SMCI_V_HEX : SMCI_V_STRING;
        return SMC_OK;
    }
    if (c == '\0' || !strchr("0123456789abcdefABCDEF", c))
        return refuse(v, "expected four hex digits", err);
    if (--v->more == 0)
        v->state = SMCI_V_STRING;
    return SMC_OK;
}

/* ---- words and numbers ---- */

static enum smc_status add_word_byte(struct smci_validator *v, char c, struct smc_error *err)
{
    if (c != *v->word)
        return refuse(v, "expected a value", err);
    if (*++v->word == '\0')
        v->state = SMCI_V_AFTER;
    return SMC_OK;
}

static bool is_number_end(const struct smci_validator *v)
{
    return v->state == SMCI_V_ZERO || v->state == SMCI_V_INTEGER || v->state == SMCI_V_FRACTION ||
           v->state == SMCI_V_EXPONENT;
}

/* The state that a number is in after `c`; SMCI_V_VALUE when `c` is not part of it. */
static enum smci_validate_state number_next(enum smci_validate_state state, char c)
{
    bool is_digit = c >= '0' && c <= '9';
    bool is_e = c == 'e' || c == 'E';
    bool is_whole = state == SMCI_V_ZERO || state == SMCI_V_INTEGER;
    if (state == SMCI_V_MINUS && is_digit)
        return c == '0' ? SMCI_V_ZERO : SMCI_V_INTEGER;
    if (is_digit && state == SMCI_V_INTEGER)
        return SMCI_V_INTEGER;
    if (is_digit && (state == SMCI_V_POINT || state == SMCI_V_FRACTION))
        return SMCI_V_FRACTION;
    if (is_digit && (state == SMCI_V_E || state == SMCI_V_SIGN || state == SMCI_V_EXPONENT))
        return SMCI_V_EXPONENT;
    if (c == '.' && is_whole)
        return SMCI_V_POINT;
    if (is_e && (is_whole || state == SMCI_V_FRACTION))
        return SMCI_V_E;
    if ((c == '+' || c == '-') && state == SMCI_V_E)
        return SMCI_V_SIGN;
    return SMCI_V_VALUE;
}

/* ---- bytes ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static enum smc_status add_token_or_space(struct smci_validator *v, char c, struct smc_error *err)
{
    return is_space(c) ? SMC_OK : add_token(v, c, err);
}

static enum smc_status add_number_byte(struct smci_validator *v, char c, struct smc_error *err)
{
    enum smci_validate_state next = number_next(v->state, c);
    if (next != SMCI_V_VALUE) {
        v->state = next;
        return SMC_OK;
    }
    if (!is_number_end(v))
        return refuse(v, "expected a digit", err);
    v->state = SMCI_V_AFTER;
    return add_token_or_space(v, c, err);
}

static enum smc_status add_byte(struct smci_validator *v, char c, struct smc_error *err)
{
    switch (v->state) {
    case SMCI_V_STRING:
        return add_string_byte(v, c, err);
    case SMCI_V_UTF8:
        return add_character_byte(v, c, err);
    case SMCI_V_ESCAPE:
    case SMCI_V_HEX:
        return add_escape_byte(v, c, err);
    case SMCI_V_WORD:
        return add_word_byte(v, c, err);
    case SMCI_V_MINUS:
    case SMCI_V_ZERO:
    case SMCI_V_INTEGER:
    case SMCI_V_POINT:
    case SMCI_V_FRACTION:
    case SMCI_V_E:
    case SMCI_V_SIGN:
    case SMCI_V_EXPONENT:
        return add_number_byte(v, c, err);
    case SMCI_V_VALUE:
    case SMCI_V_FIRST:
    case SMCI_V_NAME:
    case SMCI_V_FIRST_NAME:
    case SMCI_V_COLON:
    case SMCI_V_AFTER:
        break;
    }
    return add_token_or_space(v, c, err);
}

/* Bytes of a string that change nothing, which most are. */
static size_t plain_len(const char *bytes, size_t len)
{
    size_t n = 0;
    while (n < len && (unsigned char)bytes[n] >= 0x20 && (unsigned char)bytes[n] < 0x80 &&
           bytes[n] != '"' && bytes[n] != '\\')
        n++;
    return n;
}

enum smc_status smci_validator_add(struct smci_validator *v, const char *bytes, size_t len,
                                   struct smc_error *err)
{
    for (size_t i = 0; i < len;) {
        size_t plain = v->state == SMCI_V_STRING ? plain_len(bytes + i, len - i) : 0;
        i += plain;
        v->offset += (int64_t)plain;
        if (i == len)
            break;
        enum smc_status rc = add_byte(v, bytes[i], err);
        if (rc != SMC_OK)
            return rc;
        i++;
        v->offset++;
    }
    return SMC_OK;
}

enum smc_status smci_validator_end(const struct smci_validator *v, struct smc_error *err)
{
    if (v->depth == 0 && (v->state == SMCI_V_AFTER || is_number_end(v)))
        return SMC_OK;
    if (v->depth == 0 && v->state == SMCI_V_VALUE)
        return refuse(v, "the text ends before its first value", err);
    return refuse(v, "the text is cut short", err);
}
