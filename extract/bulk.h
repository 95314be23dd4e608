/* The listing of all paths (GET /v2/connections/paths): an optimisation, never a failure. A hit of it is
 * held against a single call; only if they agree does it count (design, decision 7). */
#ifndef EXTRACT_BULK_H
#define EXTRACT_BULK_H

struct paths;

/* Asks for the next page, or the first. */
void bulk_ask_page(struct paths *paths);

/* Goes on where that is possible: with the check of a hit; and once the listing has ended and is judged,
 * with the single calls for what it lacks. */
void bulk_go_on(struct paths *paths);

#endif
