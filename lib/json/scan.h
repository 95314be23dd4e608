/* The JSON scanner proper: where a value ends, strictly or, for valid bytes, quickly. */
#ifndef SMCI_SCAN_H
#define SMCI_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/json.h>

/* A scan in progress; set `end`, the rest is zero. Its functions take a position and return the one
 * behind what they scanned, or NULL with `bad` and `why` set. */
struct smci_scan {
    const char *end;
    const char *bad;
    const char *why;
    bool is_too_deep;
};

/* Notes what is wrong at `p`; returns NULL. `why` is static. */
const char *smci_refuse(struct smci_scan *s, const char *p, const char *why);

/* Fills `err` from a refusal; offsets count from `start`. */
enum smc_status smci_scan_report(const struct smci_scan *s, const char *start,
                                 struct smc_error *err);

/* One value of any kind, within `outer` open containers. */
const char *smci_scan_value(struct smci_scan *s, const char *p, size_t outer);

/* From a member's name to the first byte of its value; `name_end` gets the byte behind the name. */
const char *smci_scan_name(struct smci_scan *s, const char *p, const char **name_end);

/* As smci_scan_value where the bytes are known to be valid. If they are not after all, the result
 * is senseless, but not beyond `end`. */
const char *smci_skip_value(const char *p, const char *end);

/* The byte at `p`; behind the end a NUL, which begins nothing. */
static inline unsigned char smci_peek(const char *p, const char *end)
{
    return p < end ? (unsigned char)*p : 0;
}

static inline bool smci_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *smci_skip_space(const char *p, const char *end)
{
    while (p < end && smci_is_space(*p))
        p++;
    return p;
}

static inline unsigned char smci_closer(bool is_object)
{
    return is_object ? '}' : ']';
}

static inline const char *smci_comma_expected(bool is_object)
{
    return is_object ? "expected ',' or '}'" : "expected ',' or ']'";
}

/* smc_json_equals for a scanned member's name, where most are told apart by their first byte. */
static inline bool smci_name_is(struct smc_json_span key, const char *name)
{
    char first = '\0';
    if (key.p)
        first = key.p[1];
    return (first == *name || first == '\\' || !*name) && smc_json_equals(key, name);
}

#endif
