/* What the tests share: a clock that stands still, folders that vanish, texts that are compared. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sigmacat/buf.h>
#include <sigmacat/clock.h>

/* A clock that moves only when told, or when the code under test would wait. */
struct fake_clock {
    int64_t now_ms;
    int64_t wall_ms;
    int64_t advanced_ms; /* sum of all waits */
    struct smc_clock clock;
};
void fake_clock_init(struct fake_clock *fake);

/* A fresh directory (0700) below $TMPDIR or /tmp; its path is freed by temp_dir_remove, which
 * removes all that is in it. Fails the test when it can't be made. */
char *temp_dir_make(void);
void temp_dir_remove(char *path);

/* Writes, reads whole files; fail the test on any error. The text read is the caller's, terminated;
 * `len` may be NULL. */
void file_write(const char *path, const void *bytes, size_t len);
char *file_read(const char *path, size_t *len);
bool file_exists(const char *path);

/* Writes DIR/NAME, for its owner alone; the folders on the way are made. */
void text_put(const char *dir, const char *name, const char *text);

/* Fails the test, and tells both, unless `part` is in `text`, or unless it is not. */
#define assert_contains(text, part) text_check((text), (part), true, __FILE__, __LINE__)
#define assert_lacks(text, part)    text_check((text), (part), false, __FILE__, __LINE__)
void text_check(const char *text, const char *part, bool is_wanted, const char *file, int line);

/* A formatted path or text, to be freed by the caller. */
char *text_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* One row of a table of cases as a cmocka test of its own: `rows` is an array of structs whose
 * first member is `const char *name`. `test` gets the row as *state; with a `setup`, that gets
 * it, and puts there what the test gets. Returns cmocka's count of failures. */
int run_table_with(const char *group, const void *rows, size_t row_size, size_t count,
                   CMUnitTestFunction test, CMFixtureFunction setup, CMFixtureFunction teardown);
int run_table(const char *group, const void *rows, size_t row_size, size_t count,
              CMUnitTestFunction test);

/* The same for an array whose size the compiler knows. */
#define RUN_TABLE_WITH(group, rows, test, setup, teardown)                                         \
    run_table_with((group), (rows), sizeof(rows)[0], sizeof(rows) / sizeof(rows)[0], (test),       \
                   (setup), (teardown))
#define RUN_TABLE(group, rows, test) RUN_TABLE_WITH(group, rows, test, NULL, NULL)

#endif
