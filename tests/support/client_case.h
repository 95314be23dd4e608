/* A client against the stand-in, and what its callbacks were told. */
#ifndef TESTS_CLIENT_CASE_H
#define TESTS_CLIENT_CASE_H

#include <sigmacat/client.h>

#include "tests/sim/sim.h"

#include "log_sink.h"
#include "stand_in.h"
#include "support.h"

#define CLIENT_CASE_SECRET "sim-secret"
#define CLIENT_CASE_SEEN   64

/* One callback; of a 2xx that was rejected none is kept. */
struct seen {
    char tag[8];
    int status;
    int tries;
    bool is_transient;
    bool was_alone;
    char api_code[64];
    char request_id[64];
    struct smc_error error;
};

struct client_case {
    struct sim *sim;
    struct sim_options sim_opt;
    struct smc_client *client;
    struct smc_client_opt opt;
    struct fake_clock fake;
    struct log_sink log;
    struct seen seen[CLIENT_CASE_SEEN];
    int seen_count;
    int left; /* for callbacks that make more */
};

/* A call's context: where to note it, and as what. */
struct tag {
    struct client_case *f;
    const char *name;
};

/* Ready to start, on a clock that stands still; change its options before. */
struct client_case *client_case_new(void);

/* A cmocka setup, which makes one, and the teardown, which also looks for secrets in what was told
 * and logged. */
int client_case_setup(void **state);
int client_case_teardown(void **state);

/* Fails the test where `text` has a secret of it. */
void client_case_no_secret(const char *text);

/* Starts the stand-in and makes the client. */
void client_case_start(struct client_case *f);

/* Queues a GET that client_case_note is told of; `tag` is borrowed. */
void client_case_queue(struct client_case *f, const char *target, struct tag *tag);

/* A smc_answer_fn: notes the answer, whose context is a struct tag; rejects what is not JSON. */
enum smc_verdict client_case_note(void *ctx, const struct smc_answer *answer,
                                  struct smc_error *why);

/* Queues one GET and runs the client. */
enum smc_status client_case_run(struct client_case *f, struct smc_error *err);

#endif
