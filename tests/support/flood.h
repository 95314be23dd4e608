/* A hostile server on loopback: answers as large as wanted, to as many calls at once as come, for
 * what neither the stand-in nor a script of raw answers does. */
#ifndef TESTS_FLOOD_H
#define TESTS_FLOOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flood;

/* What is sent: the head, the start, the block so many times, the end. */
struct flood_answer {
    const char *path; /* how the request's target begins; NULL: any */
    const char *head; /* with the empty line behind it; "Connection: close" in it is obeyed */
    const void *start;
    size_t start_len;
    const void *block;
    size_t block_len;
    long blocks; /* -1: without end */
    long gate;   /* behind so many blocks it waits for flood_open; 0: it does not */
    long key;    /* ... or until so many others that are keys were sent whole; 0: not for these */
    bool is_key;
    const void *end;
    size_t end_len;
};

/* The first answer that fits a request is sent; where none does, 404. Borrowed until flood_stop.
 * Fails the test when it can't start. */
struct flood *flood_start(const struct flood_answer *answers, size_t count);
void flood_stop(struct flood *flood); /* NULL is harmless */

const char *flood_url(const struct flood *flood); /* "http://127.0.0.1:PORT" */

/* The bytes of body that left for an answer, in all; how many requests it was for. */
int64_t flood_sent(struct flood *flood, size_t answer);
long flood_requests(struct flood *flood, size_t answer);

/* Whether all that left has reached the sockets of those who asked: no byte waits on our side. */
bool flood_has_arrived(struct flood *flood);

void flood_open(struct flood *flood);

#endif
