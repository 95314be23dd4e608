/* A store for one test: a directory that vanishes, a clock that stands still, and what is opened. */
#ifndef TESTS_STORE_CASE_H
#define TESTS_STORE_CASE_H

#include "lib/store/store.h"

#include "support.h"

struct fixture {
    char *dir;
    char *db; /* the path of the file that an extraction's store has there */
    struct fake_clock clock;
    struct smci_store *store; /* NULL until it is opened */
    struct smc_error err;
};

/* For cmocka: makes the directory, opens nothing; and closes what is open. */
int store_setup(void **state);
int store_teardown(void **state);

/* Opens the store of this host and client id, after closing the one that is open; `err` has why it
 * failed. */
enum smc_status store_try(struct fixture *f, const char *host, const char *client);

/* The same, and the test fails where that does. */
void store_open_as(struct fixture *f, const char *host, const char *client);

/* A call that fills `f->err`, and must succeed. */
#define OK(call)                                                                                   \
    do {                                                                                           \
        if ((call) != SMC_OK)                                                                      \
            fail_msg("%s: %s", #call, f->err.detail);                                              \
    } while (0)

#endif
