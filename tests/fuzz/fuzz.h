/* What the fuzz targets share. Each file fuzz_NAME.c is one target: linked with libFuzzer by
 * `make fuzz`, and with replay.c into a test that feeds it its corpus. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/json.h>

/* The one function that a target has. `data` is exactly `size` bytes of heap. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, as libFuzzer wants it, with a signal that cmocka makes a failed test of. */
#define FUZZ_CHECK(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_fail(#condition, __FILE__, __LINE__);                                             \
    } while (0)

_Noreturn void fuzz_fail(const char *condition, const char *file, int line);

/* The bytes as a C string of exactly its size on the heap (up to the first NUL); the caller
 * frees. */
char *fuzz_text(const uint8_t *data, size_t size);

/* Choices that depend on the input alone, so that a text stays a text in the corpus. */
struct fuzz_dice {
    uint64_t state;
};
struct fuzz_dice fuzz_dice_of(const uint8_t *data, size_t size);
unsigned fuzz_roll(struct fuzz_dice *dice, unsigned sides);

bool fuzz_spans_equal(struct smc_json_span a, struct smc_json_span b);

#endif
