#include "doubt.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/net/special.h"

#include "table_path.h"

struct answer {
    struct answer *next;
    const char *kind; /* static; NULL: not an object's */
    char id[];
};

struct doubt_connection {
    struct doubt_connection *next;
    int64_t id;
    struct answer *answers;
};

static void free_connection(struct doubt_connection *connection)
{
    while (connection->answers) {
        struct answer *first = connection->answers;
        connection->answers = first->next;
        free(first);
    }
    free(connection);
}

static void free_all(struct doubt_connection **list)
{
    while (*list) {
        struct doubt_connection *first = *list;
        *list = first->next;
        free_connection(first);
    }
}

void doubt_clear(struct doubt *doubt)
{
    free_all(&doubt->open);
    free_all(&doubt->proven);
    doubt->has_more = false;
}

/* ---- noting ---- */

static struct doubt_connection **find(struct doubt *doubt, int64_t id)
{
    struct doubt_connection **link = &doubt->open;
    while (*link && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

/* NULL when memory ran out. */
static struct doubt_connection *find_or_add(struct doubt *doubt, int64_t id)
{
    struct doubt_connection *found = *find(doubt, id);
    if (found)
        return found;
    struct doubt_connection *added = calloc(1, sizeof *added);
    if (!added)
        return NULL;
    added->id = id;
    added->next = doubt->open;
    doubt->open = added;
    return added;
}

static struct answer *answer_new(const char *kind, const char *object)
{
    size_t len = strlen(object);
    struct answer *answer = malloc(sizeof *answer + len + 1);
    if (!answer)
        return NULL;
    answer->kind = kind;
    (void)memcpy(answer->id, object, len + 1);
    return answer;
}

static bool add(struct doubt *doubt, int64_t id, const char *kind, const char *object)
{
    struct answer *added = answer_new(kind, object);
    struct doubt_connection *connection = added ? find_or_add(doubt, id) : NULL;
    if (!connection) {
        free(added);
        return false;
    }
    added->next = connection->answers;
    connection->answers = added;
    return true;
}

/* What hangs on a connection is freed with it; gcc 12 loses sight of it in a list of lists. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
void doubt_note(struct doubt *doubt, const char *kind, const char *id)
{
    struct smc_error err = SMC_ERROR_INIT;
    int64_t connection = smci_client_connection(doubt->job->client);
    if (connection && !add(doubt, connection, kind, kind ? id : ""))
        (void)job_check(doubt->job, SMC_ERR_NOMEM, &err);
}
#pragma GCC diagnostic pop

/* ---- forgetting ---- */

/* A failure stands for it in the store, which no run takes for an answer. */
static enum smc_status forget(const struct doubt *doubt, const struct doubt_connection *connection,
                              struct smc_error *err)
{
    const struct smci_outcome outcome = {.reason = "more answers came than were asked for"};
    enum smc_status rc = SMC_OK;
    for (const struct answer *one = connection->answers; rc == SMC_OK && one; one = one->next)
        if (one->kind)
            rc = smci_store_finish(doubt->job->store, one->kind, one->id, "", &outcome, err);
    return rc;
}

/* At once, so that no kill comes in between. */
static void prove(struct doubt *doubt, struct doubt_connection *connection)
{
    struct smc_error err = SMC_ERROR_INIT;
    int64_t objects = 0;
    int64_t others = 0;
    for (const struct answer *one = connection->answers; one; one = one->next)
        *(one->kind ? &objects : &others) += 1;
    connection->next = doubt->proven;
    doubt->proven = connection;
    doubt->has_more = doubt->has_more || others > 0;
    smci_log_event(doubt->job->log, SMC_LOG_WARN, SMCI_EVENT_ASKED_AGAIN,
                   SMCI_FACTS(.count = objects + others),
                   "%" PRId64 " answers for objects and %" PRId64
                   " others are asked for again: the listings once more, then what is lacking",
                   objects, others);
    (void)job_check(doubt->job, forget(doubt, connection, &err), &err);
}

static void on_connection(void *ctx, int64_t id, bool is_doubtful)
{
    struct doubt *doubt = ctx;
    struct doubt_connection **link = find(doubt, id);
    struct doubt_connection *told = *link;
    if (!told)
        return;
    *link = told->next;
    if (is_doubtful)
        prove(doubt, told);
    else
        free_connection(told);
}

/* All of which it is not known that they are right. */
static void prove_open(struct doubt *doubt)
{
    while (doubt->open) {
        struct doubt_connection *first = doubt->open;
        doubt->open = first->next;
        prove(doubt, first);
    }
}

void doubt_begin(struct doubt *doubt, const struct job *job)
{
    doubt->job = job;
    smci_client_set_connection(job->client, on_connection, doubt);
}

bool doubt_has(const struct doubt *doubt, const char *kind, const char *id)
{
    for (const struct doubt_connection *one = doubt->proven; one; one = one->next)
        for (const struct answer *answer = one->answers; answer; answer = answer->next)
            if (answer->kind && strcmp(answer->kind, kind) == 0 && strcmp(answer->id, id) == 0)
                return true;
    return false;
}

bool doubt_is_any(const struct doubt *doubt)
{
    return doubt->proven != NULL;
}

bool doubt_explains(enum smc_status rc)
{
    return rc == SMC_OK || rc == SMC_ERR_AUTH || rc == SMC_ERR_HTTP || rc == SMC_ERR_REFUSED ||
           rc == SMC_ERR_NETWORK;
}

enum smc_status doubt_forget(struct doubt *doubt, struct smc_error *err)
{
    enum smc_status rc = SMC_OK;
    /* A server that did this once may have done it on what was not looked at to the end, too. */
    prove_open(doubt);
    for (const struct doubt_connection *one = doubt->proven; rc == SMC_OK && one; one = one->next)
        rc = forget(doubt, one, err);
    if (rc == SMC_OK && doubt->has_more) /* pages of the listing of all paths may be among them */
        rc = smci_store_prune(doubt->job->store, KIND_BULK, "", err);
    doubt_clear(doubt);
    return rc;
}
