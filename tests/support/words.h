/* The words of a command line, or the variables of an environment: each its own copy, ended by NULL
 * as execve(2) wants them. Begin with `struct words w = {0}`. */
#ifndef TESTS_WORDS_H
#define TESTS_WORDS_H

#include <stdbool.h>

#define WORDS_MAX 64

struct words {
    char *v[WORDS_MAX + 1];
    int count;
};

/* Adds one word; fails the test when there are too many. */
void words_add(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Adds what stands between the marks, empty words too unless the mark is a blank; an empty text (or
 * NULL) has none. `names` is as in text_filled. */
void words_split(struct words *w, const char *text, char mark, const char *const *names);

void words_clear(struct words *w);

/* `text` with each name replaced by what only the test knows: {"@DIR", dir, "@URL", url, NULL};
 * NULL names nothing. To be freed by the caller. */
char *text_filled(const char *text, const char *const *names);

/* Whether `list`, divided by commas or spaces, has the word. */
bool words_has(const char *list, const char *word);

#endif
