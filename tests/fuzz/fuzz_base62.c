/* Sigma's url ids: held against arithmetic in 128 bits. */
#include "fuzz.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "extract/base62.h"

__extension__ typedef unsigned __int128 wide;

static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* The same as base62_decode, in another way. */
static bool read_wide(const char *text, size_t len, wide *number)
{
    *number = 0;
    for (size_t i = 0; i < len; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;
        if (!digit || __builtin_mul_overflow(*number, (wide)62, number) ||
            __builtin_add_overflow(*number, (wide)(digit - digits), number))
            return false;
    }
    return len > 0;
}

static wide wide_of(const unsigned char uuid[SMCI_UUID_BYTES])
{
    wide number = 0;
    for (size_t i = 0; i < SMCI_UUID_BYTES; i++)
        number = number << 8 | uuid[i];
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
    wide number = wide_of(uuid);
    for (size_t at = len; at-- > 0; number /= 62)
        FUZZ_CHECK(text[at] == digits[number % 62]);
    FUZZ_CHECK(number == 0);
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
    wide number;
    bool is_read = base62_decode(text, size, uuid);
    FUZZ_CHECK(is_read == read_wide(text, size, &number));
    if (is_read) {
        FUZZ_CHECK(wide_of(uuid) == number);
        check_digits(uuid, text, size);
        check_text_form(uuid);
    }
    if (size >= SMCI_UUID_BYTES)
        check_text_form(data);
    check_hyphenated(data, size);
    return 0;
}
