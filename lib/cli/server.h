/* Lines of --check on the way to a server: its name, the connection, TLS, and how far our clock is
 * from its own. Found out by one call that carries no credentials; any answer to it will do. */
#ifndef CLI_SERVER_H
#define CLI_SERVER_H

#include <stdbool.h>

#include <sigmacat/client.h>

#include "checklist.h"

/* From this difference on there is a warning about the clock. A run does not fail by it: it would
 * only spoil the name of a set, and waits that the server names as a date. */
#define SMCI_CLI_SKEW_WARN_S 60

struct smci_cli_server {
    const char *origin;       /* "https://host[:port]" */
    const char *target;       /* a path of it to ask for, such as a run asks for too */
    const char *owner;        /* whose it is, for texts: "Sigma" */
    const char *setting;      /* how remedies name what the host comes from: "--host" */
    const char *advice;       /* how to find the right one, as the end of a remedy; "" for none */
    const char *use_of_clock; /* why ours should be right: "the names of sets come from it" */
    const char
        *limit;       /* how the time for all calls was given, "--max-time"; NULL: not by anybody */
    bool is_built_in; /* nobody has typed the host */
    bool is_in_doubt; /* no later line proves that it is the owner's: then the answer has a line */
    struct smc_client *client;
    const struct smc_clock *clock;
};

/* Opens a client for a check, from a run's options `run`, into `client`, which the caller frees.
 * A check should end soon: a call that fails twice is worth a line, and where the run has no
 * limit of its own there is time for two calls that nobody answers. NULL with SMC_OK when
 * certificates can't be read, which is a line. Errors of smc_client_new. */
enum smc_status smci_cli_check_client(struct smci_cli_checklist *list,
                                      const struct smc_client_opt *run, struct smc_client **client,
                                      struct smc_error *err);

/* Adds the lines. `is_reached` tells whether an answer came: without one nothing else can be tried.
 * SMC_OK also then; errors of smc_client_run. */
enum smc_status smci_cli_check_server(struct smci_cli_checklist *list,
                                      const struct smci_cli_server *server, bool *is_reached,
                                      struct smc_error *err);

#endif
