/* HTTP calls to one server: a queue, the pace, the retries and the credentials over one loop.
 *
 * Callers queue calls, each with a callback, and run the client until it is idle; callbacks may
 * queue more. Nothing here knows what the calls are about. One thread owns a client. */
#ifndef SIGMACAT_CLIENT_H
#define SIGMACAT_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/client_types.h>
#include <sigmacat/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Makes a client; `size` is that of `*opt`. All of `opt` is copied but clock and log, which are
 * borrowed until smc_client_free; secrets are wiped there. SMC_ERR_USAGE for an option that
 * can't be (the text begins with its name), SMC_ERR_IO for certificates that can't be read,
 * SMC_ERR_NOMEM. */
SMC_API enum smc_status smc_client_new_sized(struct smc_client **client,
                                             const struct smc_client_opt *opt, size_t size,
                                             struct smc_error *err);
static inline enum smc_status smc_client_new(struct smc_client **client,
                                             const struct smc_client_opt *opt,
                                             struct smc_error *err)
{
    return smc_client_new_sized(client, opt, sizeof *opt, err);
}

/* Ends all calls that were queued (see smc_answer_fn) and frees the client. NULL is harmless.
 * Not from within a callback. */
SMC_API void smc_client_free(struct smc_client *client);

/* Queues a call; `size` is that of `*request`. SMC_ERR_USAGE for a request that can't be: no
 * kind, target or callback, or a target that does not begin with '/' and so could lead to
 * another host. SMC_ERR_NOMEM. A client that has failed takes no more: the code it has failed
 * with. Only with SMC_OK is the callback called. */
SMC_API enum smc_status smc_client_send_sized(struct smc_client *client,
                                              const struct smc_request *request, size_t size);
static inline enum smc_status smc_client_send(struct smc_client *client,
                                              const struct smc_request *request)
{
    return smc_client_send_sized(client, request, sizeof *request);
}

/* Called during a run whenever a call could start and none is queued; it may queue some. So a
 * caller with many calls keeps them where they are cheap. NULL takes it away. */
typedef void smc_refill_fn(void *ctx);
SMC_API void smc_client_set_refill(struct smc_client *client, smc_refill_fn *refill, void *ctx);

/* Runs until nothing is queued, waiting or in flight. An error ends it, and all calls under way with
 * SMC_ERR_CANCELLED, at once; but after an error that an answer led to, those that were sent by a
 * kept connection get two seconds for their answers. Errors: SMC_ERR_AUTH (credentials refused),
 * SMC_ERR_CANCELLED (stop_fd), SMC_ERR_TIME, SMC_ERR_NETWORK (nothing accepted for 15 minutes),
 * SMC_ERR_NOMEM, what the token call ended with, and whatever smc_client_fail was given. The client
 * then stays failed: each further run says the same. Not from within a callback. */
SMC_API enum smc_status smc_client_run(struct smc_client *client, struct smc_error *err);

/* As smc_client_run, for `max_ms` milliseconds at most (0: what can be done without waiting);
 * for programs that have a loop of their own. `is_idle` (may be NULL) tells whether there is
 * nothing left to do. */
SMC_API enum smc_status smc_client_step(struct smc_client *client, int64_t max_ms, bool *is_idle,
                                        struct smc_error *err);

/* Ends the run from within a callback; `why` is copied, the first one wins. */
SMC_API void smc_client_fail(struct smc_client *client, const struct smc_error *why);

/* Fills the first `size` bytes of `stats`, which are all that a caller knows. */
SMC_API void smc_client_get_stats_sized(const struct smc_client *client,
                                        struct smc_client_stats *stats, size_t size);
static inline void smc_client_get_stats(const struct smc_client *client,
                                        struct smc_client_stats *stats)
{
    smc_client_get_stats_sized(client, stats, sizeof *stats);
}

/* Calls `fn` for each pair of kind and status once, those of a kind one after the other; status
 * 0 stands for "no answer". */
typedef void smc_stat_fn(void *ctx, const char *kind, int http_status, int64_t count);
SMC_API void smc_client_each_stat(const struct smc_client *client, smc_stat_fn *fn, void *ctx);

#ifdef __cplusplus
}
#endif

#endif
