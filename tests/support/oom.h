/* Allocations that fail when they are told to: the n-th, or all from the n-th on.
 *
 * Whose allocation it is, is told by where it comes in: calls of our own code by the linker
 * (--wrap, see the Makefile: it touches what is linked statically, so it works under ASan and
 * valgrind, which have a malloc of their own), those of the libraries by the hooks that they have
 * for that. What the libraries set up once in a process is past when counting begins. Of one
 * thread: what others allocate never fails. */
#ifndef TESTS_OOM_H
#define TESTS_OOM_H

#include <stdbool.h>

enum oom_owner { OOM_OURS, OOM_LIBRARIES };

/* Before anything else of the libraries; libcurl keeps its hooks as long as it is not cleaned up.
 * False: this program was not linked with --wrap. */
bool oom_hook(void);

/* From now on; `fail_at` counts from 1, 0: none does. `is_lasting`: all from there on. */
void oom_arm(enum oom_owner owner, long fail_at, bool is_lasting);

/* How many allocations there were. */
long oom_disarm(void);

/* Whether the sanitizer finds memory that is lost; false where there is none. The stand-in is a part
 * of the process and is not done when its client is: what one of its threads is just taking over
 * or giving back may look lost for a moment. So what counts is what is lost at each of several
 * looks. */
bool oom_has_leaks(void);

#endif
