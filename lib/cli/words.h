/* Words as people type them, "--out_putt": '-' and '_' are one letter, and what comes near a known
 * word was probably meant for it. */
#ifndef CLI_WORDS_H
#define CLI_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `word` begins with the `len` bytes at `start`, '-' and '_' being one letter. */
bool smci_word_begins(const char *word, const char *start, size_t len);

/* Whether `word` is the `len` bytes at `text`, '-' and '_' being one letter. */
bool smci_word_is(const char *word, const char *text, size_t len);

/* How many letters must be changed, added, left out or swapped with their neighbour to make one
 * text of the other; INT_MAX for texts too long to be a mistyped word. */
int smci_word_distance(const char *one, size_t one_len, const char *other, size_t other_len);

/* The known word that is nearest to a mistyped one, while they are tried. */
struct smci_nearest {
    const char *word; /* borrowed; NULL: none of those tried is near enough for "did you mean" */
    int distance;
};

/* Tries one more word for the `len` bytes at `text`. True when it is the nearest so far, the
 * first of several that are equally near. */
bool smci_nearest_try(struct smci_nearest *nearest, const char *text, size_t len, const char *word);

/* The nearest of `count` words; NULL: none is near enough. */
const char *smci_nearest(const char *text, const char *const *words, size_t count);

/* A word as an error shows it that calls it wrong: itself, or where it is 16 bytes or longer a text
 * in its place, since it could be a secret that was given in the wrong place. What is known to be
 * near a known word needs none of this, and a number is shown. */
const char *smci_word_shown(const char *word);

/* Takes the first name off a list with commas, without blanks around it; false: none is left. */
bool smci_next_name(const char **list, const char **name, size_t *len);

#endif
