#include "words.h"

#include "support.h"

static void add(struct words *w, char *word)
{
    if (w->count >= WORDS_MAX)
        fail_msg("more than %d words", WORDS_MAX);
    w->v[w->count++] = word;
    w->v[w->count] = NULL;
}

void words_add(struct words *w, const char *fmt, ...)
{
    char *word = NULL;
    va_list args;
    va_start(args, fmt);
    int len = vasprintf(&word, fmt, args);
    va_end(args);
    if (len < 0)
        fail_msg("out of memory");
    add(w, word);
}

void words_split(struct words *w, const char *text, char mark, const char *const *names)
{
    const char marks[] = {mark, '\0'};
    for (bool has_more = text && *text; has_more;) {
        size_t len = strcspn(text, marks);
        char *word = text_format("%.*s", (int)len, text);
        if (len > 0 || mark != ' ')
            add(w, text_filled(word, names));
        free(word);
        has_more = text[len] == mark;
        text += len + has_more;
    }
}

void words_clear(struct words *w)
{
    while (w->count > 0)
        free(w->v[--w->count]);
    w->v[0] = NULL;
}

/* The name that `text` begins with, in its pair; NULL when there is none. */
static const char *const *name_at(const char *text, const char *const *names)
{
    for (; names && *names; names += 2)
        if (strncmp(text, *names, strlen(*names)) == 0)
            return names;
    return NULL;
}

char *text_filled(const char *text, const char *const *names)
{
    struct smc_buf out = SMC_BUF_INIT(SIZE_MAX);
    (void)smc_buf_reserve(&out, 1);
    while (*text) {
        const char *const *pair = name_at(text, names);
        enum smc_status rc = pair ? smc_buf_addstr(&out, pair[1]) : smc_buf_add(&out, text, 1);
        if (rc != SMC_OK)
            fail_msg("out of memory");
        text += pair ? strlen(pair[0]) : 1;
    }
    return out.data;
}

bool words_has(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = list; *at; at += strspn(at, ", ")) {
        size_t found = strcspn(at, ", ");
        if (found == len && strncmp(at, word, len) == 0)
            return true;
        at += found;
    }
    return false;
}
