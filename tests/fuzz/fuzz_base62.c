/* Sigma's url ids: held against arithmetic in 128 bits. */
#include "fuzz.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "extract/fields/base62.h"

/* 128 bits, the least significant 32 first: i386 has no type for them. */
struct wide {
    uint32_t parts[4];
};

static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* number * factor + add; false when it is too large. */
static bool grow(struct wide *number, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;
    for (size_t i = 0; i < 4; i++, carry >>= 32) {
        carry += (uint64_t)number->parts[i] * factor;
        number->parts[i] = (uint32_t)carry;
    }
    return carry == 0;
}

/* number / 62; returns the rest. */
static uint32_t shrink(struct wide *number)
{
    uint64_t rest = 0;
    for (size_t i = 4; i-- > 0; rest %= 62) {
        rest = rest << 32 | number->parts[i];
        number->parts[i] = (uint32_t)(rest / 62);
    }
    return (uint32_t)rest;
}

/* The same as base62_decode, in another way. */
static bool read_wide(const char *text, size_t len, struct wide *number)
{
    *number = (struct wide){{0}};
    for (size_t i = 0; i < len; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit || !grow(number, 62, (uint32_t)(digit - digits)))
            return false;
    }
    return len > 0;
}

static struct wide wide_of(const unsigned char uuid[SMCI_UUID_BYTES])
{
    struct wide number = {{0}};
    for (size_t i = 0; i < SMCI_UUID_BYTES; i++)
        (void)grow(&number, 256, uuid[i]);
    return number;
}

static void check_text_form(const unsigned char uuid[SMCI_UUID_BYTES])
{
    char text[SMCI_UUID_TEXT_LEN + 1];
    unsigned char back[SMCI_UUID_BYTES];
    smci_uuid_print(uuid, text);
    FUZZ_CHECK(strlen(text) == SMCI_UUID_TEXT_LEN);
    FUZZ_CHECK(smci_uuid_parse(text, back) && memcmp(uuid, back, SMCI_UUID_BYTES) == 0);
}

/* Written again with all digits that it had, leading zeros too. */
static void check_digits(const unsigned char uuid[SMCI_UUID_BYTES], const char *text, size_t len)
{
    static const struct wide nothing = {{0}};
    struct wide number = wide_of(uuid);
    for (size_t at = len; at-- > 0;)
        FUZZ_CHECK(text[at] == digits[shrink(&number)]);
    FUZZ_CHECK(memcmp(&number, &nothing, sizeof number) == 0);
}

static void check_hyphenated(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    unsigned char uuid[SMCI_UUID_BYTES];
    char again[SMCI_UUID_TEXT_LEN + 1];
    if (smci_uuid_parse(text, uuid)) {
        smci_uuid_print(uuid, again);
        for (size_t i = 0; i < sizeof again; i++)
            FUZZ_CHECK(again[i] == tolower((unsigned char)text[i]));
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    unsigned char uuid[SMCI_UUID_BYTES];
    struct wide number;
    bool is_read = base62_decode(text, size, uuid);
    FUZZ_CHECK(is_read == read_wide(text, size, &number));
    if (is_read) {
        struct wide same = wide_of(uuid);
        FUZZ_CHECK(memcmp(&same, &number, sizeof same) == 0);
        check_digits(uuid, text, size);
        check_text_form(uuid);
    }
    if (size >= SMCI_UUID_BYTES)
        check_text_form(data);
    check_hyphenated(data, size);
    return 0;
}
