#include "sets.h"

#include <string.h>

struct upload_set upload_set_from(const struct upload_files *files, size_t begin)
{
    const struct upload_file *items = files->items;
    struct upload_set set = {begin, begin + 1};
    while (set.end < files->count && upload_is_same_set(items[begin].name, items[set.end].name))
        set.end++;
    return set;
}

int upload_set_digits(const char *name)
{
    size_t len = upload_set_len(name);
    return len > 0 ? (int)len - 1 : 0;
}

/* Of two names' digits: which is the later time. */
static int compare_digits(const char *a, const char *b)
{
    a += strspn(a, "0");
    b += strspn(b, "0");
    size_t a_len = strspn(a, "0123456789");
    size_t b_len = strspn(b, "0123456789");
    if (a_len != b_len)
        return a_len < b_len ? -1 : 1;
    return strncmp(a, b, a_len);
}

bool upload_set_newest(const struct upload_files *files, const char *before, struct upload_set *set)
{
    const char *best = NULL;
    struct upload_set one;
    for (size_t i = 0; i < files->count; i = one.end) {
        const char *name = files->items[i].name;
        one = upload_set_from(files, i);
        if (upload_set_len(name) == 0 || (before && compare_digits(name, before) >= 0) ||
            (best && compare_digits(name, best) <= 0))
            continue;
        best = name;
        *set = one;
    }
    return best != NULL;
}

bool upload_set_find(const struct upload_files *files, const char *digits, struct upload_set *set)
{
    size_t len = strlen(digits);
    size_t i = 0;
    while (i < files->count) {
        const char *name = files->items[i].name;
        *set = upload_set_from(files, i);
        if (upload_set_len(name) == len + 1 && strncmp(name, digits, len) == 0)
            return true;
        i = set->end;
    }
    return false;
}

enum upload_standing upload_set_standing(const struct upload_files *files, size_t summary)
{
    const struct upload_file *items = files->items;
    enum upload_standing standing = UPLOAD_SET_WHOLE;
    for (size_t i = summary; i > 0 && upload_is_same_set(items[summary].name, items[i - 1].name);
         i--) {
        if (items[i - 1].state == UPLOAD_WAITING)
            standing = UPLOAD_SET_UNDER_WAY;
        else if (items[i - 1].state != UPLOAD_SENT && items[i - 1].state != UPLOAD_SKIPPED)
            return UPLOAD_SET_BROKEN;
    }
    return standing;
}
