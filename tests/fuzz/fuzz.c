#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void fuzz_fail(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    (void)fflush(stderr);
    __builtin_trap();
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    size_t len = nul ? (size_t)(nul - data) : size;
    char *text = malloc(len + 1);
    FUZZ_CHECK(text != NULL);
    if (len)
        (void)memcpy(text, data, len);
    text[len] = '\0';
    return text;
}

/* FNV-1a */
struct fuzz_dice fuzz_dice_of(const uint8_t *data, size_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ data[i]) * UINT64_C(0x100000001b3);
    return (struct fuzz_dice){hash};
}

unsigned fuzz_roll(struct fuzz_dice *dice, unsigned sides)
{
    dice->state = dice->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(dice->state >> 33) % sides;
}

bool fuzz_spans_equal(struct smc_json_span a, struct smc_json_span b)
{
    if (!a.p || !b.p)
        return a.p == b.p;
    return a.len == b.len && memcmp(a.p, b.p, a.len) == 0;
}
