#include "heap.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Without stdio's buffer, which would lie on the heap itself. */
static bool find_heap(const char **begin, size_t *len)
{
    char line[512];
    char buffer[4096];
    uintptr_t from = 0;
    uintptr_t to = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    if (maps)
        (void)setvbuf(maps, buffer, _IOFBF, sizeof buffer);
    while (to == 0 && maps && fgets(line, sizeof line, maps))
        if (strstr(line, "[heap]") && sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &from, &to) !=
                                          2) /* NOLINT: a file of the kernel */
            to = 0;
    if (maps)
        (void)fclose(maps);
    *begin = (const char *)from; /* NOLINT(performance-no-int-to-ptr) */
    *len = to - from;
    return to > from;
}

bool heap_is_plain(void)
{
    const char *begin;
    size_t len;
#ifdef __SANITIZE_ADDRESS__
    return false;
#endif
    return find_heap(&begin, &len);
}

bool heap_holds(const char *secret, size_t piece_len)
{
    const char *begin;
    size_t len;
    if (!find_heap(&begin, &len))
        return false;
    for (size_t i = 0; i + piece_len <= strlen(secret); i++)
        if (memmem(begin, len, secret + i, piece_len))
            return true;
    return false;
}
