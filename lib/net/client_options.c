#include "client_options.h"

#include <string.h>

#include "address.h"

#define DEFAULT_CONCURRENCY   5
#define DEFAULT_TIMEOUT_MS    60000
#define DEFAULT_RETRIES       4
#define DEFAULT_RETRY_BASE_MS 1000
#define NOT_A_HEADER          "a control character or one beyond ASCII can't be sent in a header"

bool smci_options_copy(void *to, size_t known, const void *from, size_t size)
{
    const char *bytes = from;
    (void)memset(to, 0, known);
    (void)memcpy(to, from, size < known ? size : known);
    for (size_t i = known; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

/* The bytes that may stand in a header line: any other could end it and begin another. */
static bool is_header_value(const char *text)
{
    for (; text && *text; text++)
        if (*text < 0x20 || *text > 0x7e)
            return false;
    return true;
}

static enum smc_status check_network(const struct smc_network *network, struct smc_error *err)
{
    const int64_t *reserved = network->reserved;
    if (reserved[0] || reserved[1] || reserved[2] || reserved[3])
        return smc_error_set(err, SMC_ERR_USAGE, "network: made for a newer library");
    if (network->retries < -1)
        return smc_error_set(err, SMC_ERR_USAGE, "retries: expected -1 (none) or more");
    if (network->retry_base_ms < -1)
        return smc_error_set(err, SMC_ERR_USAGE, "retry_base_ms: expected -1 (none) or more");
    if (network->timeout_ms < 0)
        return smc_error_set(err, SMC_ERR_USAGE, "timeout_ms: expected 0 or more");
    if (network->stop_fd < 0)
        return smc_error_set(err, SMC_ERR_USAGE, "stop_fd: expected a descriptor, or 0 for none");
    return SMC_OK;
}

static enum smc_status check(const struct smc_client_opt *opt, struct smc_error *err)
{
    if (!opt->origin || !*opt->origin)
        return smc_error_set(err, SMC_ERR_USAGE, "origin: missing");
    if (opt->concurrency < 0)
        return smc_error_set(err, SMC_ERR_USAGE, "concurrency: expected 0 or more");
    if (opt->max_time_ms < 0)
        return smc_error_set(err, SMC_ERR_USAGE, "max_time_ms: expected 0 or more");
    if (!(opt->max_rate >= 0) || !(opt->learnt_rate >= 0))
        return smc_error_set(err, SMC_ERR_USAGE, "rates: expected 0 or more calls a second");
    if (!opt->authorization && (!opt->client_id || !opt->client_secret))
        return smc_error_set(err, SMC_ERR_USAGE, "credentials: missing");
    if (!is_header_value(opt->authorization))
        return smc_error_set(err, SMC_ERR_USAGE, "credentials: " NOT_A_HEADER);
    if (!is_header_value(opt->accept))
        return smc_error_set(err, SMC_ERR_USAGE, "accept: " NOT_A_HEADER);
    return check_network(&opt->network, err);
}

/* 0 is the default, -1 none. */
static int64_t value_of(int64_t given, int64_t fallback)
{
    return given == 0 ? fallback : given < 0 ? 0 : given;
}

enum smc_status smci_client_options(struct smc_client_opt *opt, const struct smc_client_opt *given,
                                    size_t size, struct smc_buf *origin, struct smc_error *err)
{
    struct smc_network *network = &opt->network;
    if (!given || !smci_options_copy(opt, sizeof *opt, given, size))
        return smc_error_set(err, SMC_ERR_USAGE, "options: missing, or made for a newer library");
    enum smc_status rc = check(opt, err);
    if (rc == SMC_OK)
        rc = smci_origin_parse(opt->origin, "origin", origin, err);
    if (rc != SMC_OK)
        return rc;
    opt->concurrency = opt->concurrency ? opt->concurrency : DEFAULT_CONCURRENCY;
    opt->accept = opt->accept ? opt->accept : "application/json";
    network->timeout_ms = value_of(network->timeout_ms, DEFAULT_TIMEOUT_MS);
    network->retry_base_ms = value_of(network->retry_base_ms, DEFAULT_RETRY_BASE_MS);
    network->retries = (int)value_of(network->retries, DEFAULT_RETRIES);
    network->clock = network->clock ? network->clock : smc_clock_system();
    return SMC_OK;
}

enum smc_status smci_request_check(const struct smc_request *request)
{
    bool is_whole = request->kind && request->target && request->done;
    /* "@other" behind the server's name would make that name a user's and `other` the host. */
    if (!is_whole || request->target[0] != '/' || !is_header_value(request->content_type))
        return SMC_ERR_USAGE;
    for (size_t i = 0; i < request->query_count; i++)
        if (!request->query || !request->query[i].name)
            return SMC_ERR_USAGE;
    return SMC_OK;
}
