#include "server.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "lib/net/address.h"
#include "lib/net/special.h"

/* Limits of a check, however long a run may take. A server that dribbles makes progress for
 * ever. */
#define RETRIES_MAX 1
#define TRY_MAX_MS  ((int64_t)60 * 1000)
#define TIME_MAX_MS ((int64_t)180 * 1000)

/* In the order in which they are passed. */
enum step { STEP_NAME, STEP_CONNECTION, STEP_TLS, STEP_ANSWER, STEP_CLOCK, STEP_COUNT };

static const char *const step_names[STEP_COUNT] = {"name", "connection", "TLS", "answer", "clock"};

/* The outcome of the probe. */
struct finding {
    struct smci_probe probe;
    struct smc_error error; /* why no answer came */
    int64_t wall_ms;        /* when it ended */
    int http_status;        /* 0: no answer came */
    bool is_ended;
};

static bool is_plain(const struct smci_cli_server *server)
{
    return strncmp(server->origin, "http://", 7) == 0;
}

/* "host[:port]" */
static const char *host_of(const struct smci_cli_server *server)
{
    return strstr(server->origin, "://") + 3;
}

/* The host alone; of "[::1]:8080" what is within the brackets. */
static int bare_host(const struct smci_cli_server *server, const char **host)
{
    *host = host_of(server);
    if (**host == '[')
        return (int)strcspn(++*host, "]");
    return (int)strcspn(*host, ":");
}

enum smc_status smci_cli_check_client(struct smci_cli_checklist *list,
                                      const struct smc_client_opt *run, struct smc_client **client,
                                      struct smc_error *err)
{
    struct smc_client_opt opt = *run;
    struct smc_error why = SMC_ERROR_INIT;
    struct smc_network *network = &opt.network;
    if (network->retries == 0 || network->retries > RETRIES_MAX)
        network->retries = RETRIES_MAX;
    if (network->timeout_ms == 0 || network->timeout_ms > TRY_MAX_MS)
        network->timeout_ms = TRY_MAX_MS;
    opt.max_time_ms = opt.max_time_ms > 0 ? opt.max_time_ms : TIME_MAX_MS;
    enum smc_status rc = smc_client_new(client, &opt, &why);
    if (rc == SMC_ERR_IO) {
        if (network->cacert)
            smc_error_context(&why, "--cacert");
        smci_cli_failed(list, rc, "certificates", "%s", why.detail);
        smci_cli_remedy(list, "name a PEM file that the user who runs this can read");
        return SMC_OK;
    }
    return rc == SMC_OK ? rc : smc_error_set(err, rc, "%s", why.detail);
}

/* ---- the probe ---- */

static enum smc_verdict on_answer(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct finding *found = ctx;
    (void)why;
    if (answer->error.code == SMC_ERR_CANCELLED)
        return SMC_TAKE;
    found->error = answer->error;
    found->http_status = answer->http_status;
    found->is_ended = true;
    return SMC_TAKE;
}

static enum smc_status probe(const struct smci_cli_server *server, struct finding *found,
                             struct smc_error *err)
{
    struct smc_request request = {
        .kind = "probe", .target = server->target, .done = on_answer, .ctx = found};
    enum smc_status rc = smci_client_probe(server->client, &request, &found->probe);
    if (rc != SMC_OK)
        return smc_error_set(err, rc, "%s", smc_error_text(rc));
    rc = smc_client_run(server->client, err);
    found->wall_ms = server->clock->wall_ms(server->clock->ctx);
    return rc;
}

/* ---- failures, and their remedies ---- */

/* The variable by which a proxy is used; NULL: none is set. */
static const char *proxy_variable(void)
{
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return names[i];
    }
    return NULL;
}

typedef void advise_fn(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                       const struct finding *found);

static void advise_on_name(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                           const struct finding *found)
{
    (void)found;
    if (server->is_built_in)
        smci_cli_remedy(list, "look at this machine's DNS");
    else
        smci_cli_remedy(list, "check the spelling of %s%s; if it is right, this machine's DNS",
                        server->setting, server->advice);
}

static void advise_on_connection(struct smci_cli_checklist *list,
                                 const struct smci_cli_server *server, const struct finding *found)
{
    (void)found;
    const char *host;
    int len = bare_host(server, &host);
    const char *proxy = is_plain(server) ? NULL : proxy_variable();
    if (is_plain(server))
        smci_cli_remedy(list, "start what is to listen at %s", host_of(server));
    else if (proxy)
        smci_cli_remedy(list,
                        "let the proxy that %s names pass connections to %s, or name %.*s in "
                        "no_proxy if none is needed",
                        proxy, host_of(server), len, host);
    else
        smci_cli_remedy(list,
                        "let this machine connect to %s (firewall), or set https_proxy to the "
                        "proxy that may",
                        host_of(server));
}

/* Whether smci_origin_parse would let plain http pass for this host. */
static bool is_this_machine(const struct smci_cli_server *server)
{
    struct smc_buf text = SMC_BUF_INIT(512);
    struct smc_buf origin = SMC_BUF_INIT(512);
    bool is_it = smc_buf_addf(&text, "http://%s", host_of(server)) == SMC_OK &&
                 smci_origin_parse(text.data, "", &origin, NULL) == SMC_OK;
    smc_buf_clear(&text);
    smc_buf_clear(&origin);
    return is_it;
}

static void advise_on_ca_file(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                              const struct finding *found)
{
    (void)server;
    (void)found;
    smci_cli_remedy(list, "give --cacert (or CURL_CA_BUNDLE, SSL_CERT_FILE) a PEM file of "
                          "certificates");
}

static void advise_on_tls(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                          const struct finding *found)
{
    const char *why = found->error.detail;
    /* A server of plain http answers with something that is not TLS at all, or cuts the
     * connection. */
    bool is_other = strstr(why, "wrong version number") || strstr(why, "SSL_ERROR_SYSCALL") ||
                    strstr(why, "Connection reset");
    if (is_other && is_this_machine(server))
        smci_cli_remedy(list,
                        "if what listens there speaks no TLS, give %s as http://%s, which is for "
                        "this machine alone",
                        server->setting, host_of(server));
    else
        smci_cli_remedy(list, "check that %s is right, and that what listens at %s speaks TLS 1.2",
                        server->setting, host_of(server));
}

static void advise_on_answer(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                             const struct finding *found)
{
    const char *why = found->error.detail;
    /* Spoken to in plain http, a TLS server hangs up, or sends an alert, which is not HTTP. */
    bool is_cut =
        strstr(why, "Empty reply") || strstr(why, "HTTP/0.9") || strstr(why, "Connection reset");
    if (is_plain(server) && is_cut)
        smci_cli_remedy(list, "it closed the connection: if it speaks TLS, give %s as https://%s",
                        server->setting, host_of(server));
    else
        smci_cli_remedy(list, "try again, with a longer --timeout; if that changes nothing, look "
                              "for a firewall that cuts connections off");
}

static void advise_on_stranger(struct smci_cli_checklist *list,
                               const struct smci_cli_server *server, const struct finding *found)
{
    (void)found;
    smci_cli_remedy(list,
                    "if your network looks into TLS, give the certificate of its authority by "
                    "--cacert FILE; if not, this is not %s: go no further",
                    server->owner);
}

static void advise_on_host(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                           const struct finding *found)
{
    if (server->is_built_in)
        advise_on_stranger(list, server, found);
    else
        smci_cli_remedy(list, "give %s the name that the certificate is for%s", server->setting,
                        server->advice);
}

static void advise_on_date(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                           const struct finding *found)
{
    const char *host;
    int len = bare_host(server, &host);
    (void)found;
    smci_cli_remedy(list,
                    "set the clock of this machine, if `date` is wrong; if not, %.*s needs a new "
                    "certificate",
                    len, host);
}

/* Of each thing that may be in the way: the line that fails, and the remedy below it. */
static const struct {
    enum step step;
    advise_fn *advise;
} failures[] = {
    [SMCI_STEP_NONE] = {STEP_COUNT, NULL},
    [SMCI_STEP_PROXY] = {STEP_CONNECTION, advise_on_connection},
    [SMCI_STEP_NAME] = {STEP_NAME, advise_on_name},
    [SMCI_STEP_CONNECTION] = {STEP_CONNECTION, advise_on_connection},
    [SMCI_STEP_CA_FILE] = {STEP_TLS, advise_on_ca_file},
    [SMCI_STEP_TLS] = {STEP_TLS, advise_on_tls},
    [SMCI_STEP_ISSUER] = {STEP_TLS, advise_on_stranger},
    [SMCI_STEP_HOST] = {STEP_TLS, advise_on_host},
    [SMCI_STEP_DATE] = {STEP_TLS, advise_on_date},
    [SMCI_STEP_ANSWER] = {STEP_ANSWER, advise_on_answer},
};

/* The reason without the call, which nobody has asked for, but with the host. */
static void tell_failure(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                         const struct finding *found, const char *name)
{
    const char *host;
    const char *why = found->error.detail;
    size_t len = (size_t)bare_host(server, &host);
    const char *call_end = strstr(why, ": ");
    if (strncmp(why, "GET ", 4) == 0 && call_end)
        why = call_end + 2;
    bool is_named = memmem(why, strlen(why), host, len) != NULL;
    int why_len = (int)strlen(why);
    while (why_len > 0 && why[why_len - 1] == ' ') /* libcurl's own texts may end so */
        why_len--;
    smci_cli_failed(list, found->error.code, name, "%s%s%.*s", is_named ? "" : host_of(server),
                    is_named ? "" : ": ", why_len, why);
    failures[found->probe.failed_step].advise(list, server, found);
}

/* ---- steps that were passed ---- */

static void tell_name(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                      const struct finding *found)
{
    const char *name = step_names[STEP_NAME];
    const char *host;
    const char *address = found->probe.address;
    int len = bare_host(server, &host);
    bool is_reached = found->probe.failed_step != SMCI_STEP_CONNECTION && *address;
    bool is_address = (size_t)len == strlen(address) && strncmp(address, host, (size_t)len) == 0;
    if (found->probe.is_proxied || (!is_reached && !is_plain(server) && proxy_variable()))
        smci_cli_untold(list, name, "%.*s is left to the proxy", len, host);
    else if (!is_reached || is_address)
        smci_cli_ok(list, name, "%.*s", len, host);
    else
        smci_cli_ok(list, name, "%.*s is %s", len, host, address);
}

static void tell_tls(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                     const struct finding *found)
{
    time_t end = (time_t)found->probe.certificate_end_s;
    struct tm utc;
    char date[32] = "";
    if (is_plain(server)) {
        smci_cli_ok(list, step_names[STEP_TLS], "none: http:// stays on this machine");
        return;
    }
    if (end > 0 && gmtime_r(&end, &utc))
        (void)strftime(date, sizeof date, ", until %Y-%m-%d", &utc);
    smci_cli_ok(list, step_names[STEP_TLS], "the certificate of %s is trusted%s", host_of(server),
                date);
}

static void tell_clock(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                       const struct finding *found)
{
    int64_t ahead_s = found->wall_ms / 1000 - found->probe.date_s;
    int64_t off_s = ahead_s < 0 ? -ahead_s : ahead_s;
    if (found->probe.date_s == 0) {
        smci_cli_untold(list, step_names[STEP_CLOCK], "the answer has no date to compare with");
    } else if (off_s < SMCI_CLI_SKEW_WARN_S) {
        smci_cli_ok(list, step_names[STEP_CLOCK], "%lld s from %s's", (long long)off_s,
                    server->owner);
    } else {
        smci_cli_warn(list, step_names[STEP_CLOCK], "%lld s %s %s's", (long long)off_s,
                      ahead_s < 0 ? "behind" : "ahead of", server->owner);
        smci_cli_remedy(list, "set the clock of this machine: %s", server->use_of_clock);
    }
}

static void tell_step(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                      const struct finding *found, enum step step)
{
    switch (step) {
    case STEP_NAME:
        tell_name(list, server, found);
        return;
    case STEP_CONNECTION:
        smci_cli_ok(list, step_names[step], "%s%s%s answers", host_of(server),
                    found->probe.is_proxied ? ", through the proxy at " : "",
                    found->probe.is_proxied ? found->probe.address : "");
        return;
    case STEP_TLS:
        tell_tls(list, server, found);
        return;
    case STEP_ANSWER:
        if (server->is_in_doubt)
            smci_cli_untold(list, step_names[step],
                            "HTTP %d to GET %s, which does not tell whether this is %s",
                            found->http_status, server->target, server->owner);
        return;
    case STEP_CLOCK:
        tell_clock(list, server, found);
        return;
    case STEP_COUNT:
        return;
    }
}

/* No step is known to have been done. */
static void tell_time_over(struct smci_cli_checklist *list, const struct smci_cli_server *server,
                           const struct finding *found)
{
    smci_cli_failed(list, SMC_ERR_TIME, step_names[STEP_ANSWER], "%s: none within the time given",
                    host_of(server));
    if (server->limit)
        smci_cli_remedy(list, "give %s more", server->limit);
    else
        advise_on_answer(list, server, found);
    for (int step = 0; step < STEP_COUNT; step++)
        if (step != STEP_ANSWER)
            smci_cli_untried(list, step_names[step]);
}

enum smc_status smci_cli_check_server(struct smci_cli_checklist *list,
                                      const struct smci_cli_server *server, bool *is_reached,
                                      struct smc_error *err)
{
    struct finding found = {.probe = {.failed_step = SMCI_STEP_ANSWER}};
    *is_reached = false;
    struct smc_error why = SMC_ERROR_INIT;
    enum smc_status rc = probe(server, &found, &why);
    if (rc == SMC_ERR_TIME) {
        tell_time_over(list, server, &found);
        return SMC_OK;
    }
    if (rc != SMC_OK || !found.is_ended)
        return smc_error_set(err, rc != SMC_OK ? rc : SMC_ERR_INTERNAL, "%s", why.detail);
    enum step failing = failures[found.probe.failed_step].step;
    for (int step = 0; step < STEP_COUNT; step++) {
        if (step < (int)failing) {
            tell_step(list, server, &found, (enum step)step);
        } else if (step == (int)failing) {
            tell_failure(list, server, &found, step_names[step]);
        } else if (step != STEP_ANSWER) {
            smci_cli_untried(list, step_names[step]);
        }
    }
    *is_reached = found.http_status != 0;
    return SMC_OK;
}
