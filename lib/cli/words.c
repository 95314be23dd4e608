#include "words.h"

#include <limits.h>
#include <string.h>

/* No option, name or number is so long, and hardly a secret is shorter. */
#define SECRET_MIN 16

/* A longer word is not a mistyped one. */
#define WORD_MAX 64

static bool is_same_letter(char a, char b)
{
    return a == b || (a == '_' && b == '-') || (a == '-' && b == '_');
}

bool smci_word_begins(const char *word, const char *start, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_same_letter(word[i], start[i]))
            return false;
    return true;
}

bool smci_word_is(const char *word, const char *text, size_t len)
{
    return smci_word_begins(word, text, len) && word[len] == '\0';
}

static int least(int a, int b, int c)
{
    int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

int smci_word_distance(const char *one, size_t one_len, const char *other, size_t other_len)
{
    if (one_len > WORD_MAX || other_len > WORD_MAX)
        return INT_MAX;
    /* The last three rows of the usual table (optimal string alignment). */
    int rows[3][WORD_MAX + 1];
    int *before = rows[0];
    int *last = rows[1];
    int *row = rows[2];
    for (size_t j = 0; j <= other_len; j++)
        before[j] = last[j] = (int)j;
    for (size_t i = 1; i <= one_len; i++) {
        row[0] = (int)i;
        for (size_t j = 1; j <= other_len; j++) {
            int change = is_same_letter(one[i - 1], other[j - 1]) ? 0 : 1;
            row[j] = least(last[j] + 1, row[j - 1] + 1, last[j - 1] + change);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        int *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return last[other_len];
}

bool smci_nearest_try(struct smci_nearest *nearest, const char *text, size_t len, const char *word)
{
    int distance = smci_word_distance(text, len, word, strlen(word));
    int limit = len <= 4 ? 1 : len <= 8 ? 2 : 3;
    if (distance > limit || (nearest->word && nearest->distance <= distance))
        return false;
    *nearest = (struct smci_nearest){word, distance};
    return true;
}

const char *smci_nearest(const char *text, const char *const *words, size_t count)
{
    struct smci_nearest nearest = {NULL, 0};
    for (size_t i = 0; i < count; i++)
        (void)smci_nearest_try(&nearest, text, strlen(text), words[i]);
    return nearest.word;
}

const char *smci_word_shown(const char *word)
{
    bool is_number = word[strspn(word, "0123456789.,-+%")] == '\0';
    return is_number || strlen(word) < SECRET_MIN ? word
                                                  : "(not shown, since it could be a secret)";
}

bool smci_next_name(const char **list, const char **name, size_t *len)
{
    if (!*list)
        return false;
    size_t whole = strcspn(*list, ",");
    *name = *list + strspn(*list, " \t\r\n");
    *len = *name < *list + whole ? (size_t)(*list + whole - *name) : 0;
    while (*len > 0 && strchr(" \t\r\n", (*name)[*len - 1]))
        (*len)--;
    *list = (*list)[whole] ? *list + whole + 1 : NULL;
    return true;
}
