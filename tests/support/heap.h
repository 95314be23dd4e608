/* The memory of malloc, freed or not. */
#ifndef TESTS_HEAP_H
#define TESTS_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* Whether there is a heap that can be looked at: sanitizers and valgrind have one of their own. */
bool heap_is_plain(void);

/* Whether any `piece_len` bytes in a row of `secret` are on the heap. The caller keeps its own copy
 * elsewhere: in a literal, on the stack. */
bool heap_holds(const char *secret, size_t piece_len);

#endif
