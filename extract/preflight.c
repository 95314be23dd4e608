#include "preflight.h"

#include <inttypes.h>
#include <string.h>

#include <sigmacat/client.h>

#include "lib/cli/network.h"
#include "lib/cli/server.h"

#include "gaps.h"
#include "preflight_local.h"
#include "readable.h"
#include "report.h"
#include "select.h"
#include "whoami.h"

/* The lines; others are in lib/cli/server.c and preflight_local.c. */
#define CREDENTIALS  "credentials"
#define ORGANISATION "organisation"

struct preflight {
    const struct extract_settings *settings;
    struct smc_log *log;
    const struct smc_clock *clock;
    int stop_fd;
    struct smci_cli_checklist list;
    struct smc_client *client;
    bool has_token;          /* one was given out: another call could be made */
    struct smc_buf who;      /* the organisation's id; empty: unknown */
    struct smc_error no_who; /* why it is not known */
    struct selection selection;
};

static void fail(struct preflight *check, enum smc_status rc)
{
    struct smc_error err = SMC_ERROR_INIT;
    (void)smc_error_set(&err, rc, "%s", smc_error_text(rc));
    smc_client_fail(check->client, &err);
}

/* Ends the check, instead of being a finding of it. */
static bool is_end(enum smc_status rc)
{
    return rc == SMC_ERR_CANCELLED || rc == SMC_ERR_NOMEM || rc == SMC_ERR_INTERNAL;
}

static const char *setting(const struct preflight *check, const char *flag)
{
    return smci_settings_name(&check->settings->sources, flag);
}

/* ---- the client ---- */

static enum smc_status open_client(struct preflight *check, struct smc_error *err)
{
    struct smc_client_opt opt = extract_options_client(check->settings);
    opt.network =
        smci_cli_network(&check->settings->network, check->stop_fd, check->clock, check->log);
    return smci_cli_check_client(&check->list, &opt, &check->client, err);
}

/* How the time for all of it was given; NULL: it is our own. */
static const char *settings_limit(const struct preflight *check)
{
    return check->settings->max_time_ms > 0 ? setting(check, "--max-time") : NULL;
}

static enum smc_status check_server(struct preflight *check, bool *is_reached,
                                    struct smc_error *err)
{
    const struct smci_cli_server server = {.origin = smc_buf_str(&check->settings->origin),
                                           .target = WHOAMI,
                                           .owner = "Sigma",
                                           .setting = setting(check, "--host"),
                                           .advice = " (--list-regions shows Sigma's hosts)",
                                           .use_of_clock = "the names of sets come from it",
                                           .limit = settings_limit(check),
                                           .client = check->client,
                                           .clock = check->clock};
    return smci_cli_check_server(&check->list, &server, is_reached, err);
}

/* ---- failures of a whole phase ---- */

static void note_token(void *ctx, const char *kind, int http_status, int64_t count)
{
    struct preflight *check = ctx;
    (void)http_status;
    (void)count;
    check->has_token = check->has_token || strcmp(kind, KIND_WHOAMI) == 0;
}

/* Answers of Sigma, or of the edge before it, when it is not well. */
static bool is_of_bad_times(int http_status)
{
    return http_status == 0 || http_status == 429 || http_status == 500 ||
           (http_status >= 502 && http_status <= 504) || (http_status >= 520 && http_status <= 529);
}

/* No token was given out, so that nothing proves that it is Sigma who answers. */
static void advise_on_stranger(struct preflight *check, const struct smc_error *why)
{
    bool is_odd = why->code == SMC_ERR_SYNTAX || why->code == SMC_ERR_CAP;
    if (is_odd || !is_of_bad_times(why->http_status))
        smci_cli_remedy(&check->list,
                        "%s answers, but not like Sigma's API: check %s (--list-regions shows "
                        "Sigma's hosts)",
                        strstr(smc_buf_str(&check->settings->origin), "://") + 3,
                        setting(check, "--host"));
    else
        smci_cli_remedy(&check->list,
                        "check again in some minutes, or correct %s, if it is not Sigma's",
                        setting(check, "--host"));
}

static void advise_on_credentials(struct preflight *check, const struct smc_error *why)
{
    const struct extract_settings *settings = check->settings;
    const char *id = setting(check, "--client-id");
    const char *secret = extract_options_secret_name(settings);
    if (why->code == SMC_ERR_AUTH && why->http_status == 400)
        smci_cli_remedy(&check->list,
                        "look into client id (%s) and secret (%s) for a part that is missing, or "
                        "quotes that do not belong there",
                        id, secret);
    else if (why->code == SMC_ERR_AUTH && why->http_status == 403)
        smci_cli_remedy(&check->list, "give these credentials the REST API scope in Sigma, under "
                                      "Administration, Developer Access");
    else if (why->code == SMC_ERR_AUTH)
        smci_cli_remedy(&check->list,
                        "check client id (%s) and secret (%s), and that %s is the organisation's "
                        "own (Sigma: Administration, Developer Access)",
                        id, secret, setting(check, "--host"));
    else if (!check->has_token)
        advise_on_stranger(check, why);
    else
        smci_cli_remedy(&check->list, "check again in some minutes: what is wrong is at Sigma");
}

/* The client's own text says what to do as well, which is for the line below. */
static void fail_credentials(struct preflight *check, const struct smc_error *why)
{
    const char *answer = strstr(why->detail, "HTTP ");
    smci_cli_failed(&check->list, why->code, CREDENTIALS, "Sigma refused %s: %s",
                    check->has_token ? "the token that it gave" : "client id and secret",
                    answer ? answer : why->detail);
    advise_on_credentials(check, why);
}

/* The client's run has ended for good; the line is that of what it was to find out. */
static void fail_phase(struct preflight *check, const char *name, const struct smc_error *why)
{
    struct smc_client_stats stats;
    smc_client_get_stats(check->client, &stats);
    if (why->code == SMC_ERR_TIME && stats.refused > 0) {
        smci_cli_failed(&check->list, why->code, name,
                        "Sigma refused %" PRId64 " calls as too many (HTTP 429)", stats.refused);
        smci_cli_remedy(&check->list, "check again in some minutes, with no other client of this "
                                      "organisation at work");
    } else if (why->code == SMC_ERR_TIME) {
        smci_cli_failed(&check->list, why->code, name, "not known when the time was over");
        smci_cli_remedy(&check->list, "check again in some minutes, or give --max-time more");
    } else {
        smci_cli_failed(&check->list, why->code, name, "%s", why->detail);
        advise_on_credentials(check, why);
    }
}

/* ---- credentials and organisation ---- */

static enum smc_verdict on_whoami(void *ctx, const struct smc_answer *answer, struct smc_error *why)
{
    struct preflight *check = ctx;
    struct smc_json_span whole;
    if (answer->error.code == SMC_ERR_CANCELLED) /* the run has ended */
        return SMC_TAKE;
    if (answer->error.code != SMC_OK) {
        check->no_who = answer->error;
        return SMC_TAKE;
    }
    if (smc_json_scan(answer->body, answer->len, &whole, why) != SMC_OK)
        return SMC_REJECT;
    struct smc_json_span id = smc_json_member(whole, "organizationId");
    enum smc_status rc = smc_json_type_of(id) == SMC_JSON_STRING
                             ? smc_json_decode(id, &check->who)
                             : smc_error_set(&check->no_who, SMC_ERR_SYNTAX,
                                             "the answer of " WHOAMI " has no organizationId");
    if (rc == SMC_ERR_NOMEM)
        fail(check, rc);
    else if (rc == SMC_ERR_CAP)
        (void)smc_error_set(&check->no_who, rc, "the organizationId is too long");
    return SMC_TAKE;
}

static void tell_organisation(struct preflight *check)
{
    struct smc_error *why = &check->no_who;
    if (why->code == SMC_OK) {
        smci_cli_ok(&check->list, ORGANISATION, "%s", smc_buf_str(&check->who));
    } else if (why->http_status == 403) {
        why->code = SMC_ERR_AUTH;
        smci_cli_failed(&check->list, why->code, ORGANISATION, "%s", why->detail);
        advise_on_credentials(check, why);
    } else { /* a run goes on without it */
        smci_cli_warn(&check->list, ORGANISATION, "not known: %s", why->detail);
        smci_cli_remedy(&check->list,
                        "check again in some minutes: a summary made now would lack it");
    }
}

static enum smc_status check_credentials(struct preflight *check, bool *is_good,
                                         struct smc_error *err)
{
    struct smc_error why = SMC_ERROR_INIT;
    struct smc_request request = {.kind = KIND_WHOAMI,
                                  .target = WHOAMI,
                                  .body_max = WHOAMI_MAX,
                                  .done = on_whoami,
                                  .ctx = check};
    enum smc_status rc = smc_client_send(check->client, &request);
    if (rc == SMC_OK)
        rc = smc_client_run(check->client, &why);
    if (is_end(rc))
        return smc_error_set(err, rc, "%s", why.code == SMC_OK ? smc_error_text(rc) : why.detail);
    smc_client_each_stat(check->client, note_token, check);
    *is_good = rc == SMC_OK;
    if (rc == SMC_ERR_AUTH || (rc != SMC_OK && !check->has_token)) {
        if (rc == SMC_ERR_AUTH)
            fail_credentials(check, &why);
        else
            fail_phase(check, CREDENTIALS, &why);
        smci_cli_untried(&check->list, ORGANISATION);
        return SMC_OK;
    }
    smci_cli_ok(&check->list, CREDENTIALS, "Sigma took them and gave a token");
    if (rc != SMC_OK)
        fail_phase(check, ORGANISATION, &why);
    else
        tell_organisation(check);
    return SMC_OK;
}

/* ---- all of it ---- */

/* The gaps that are certain already may be more than was allowed. */
static void check_gaps(struct preflight *check, int64_t gaps)
{
    const struct extract_settings *settings = check->settings;
    if (!gaps_are_too_many(settings, gaps))
        return;
    smci_cli_failed(&check->list, SMC_ERR_GAPS, "gaps", "%" PRId64 " are certain already", gaps);
    smci_cli_remedy(&check->list, "allow them by %s, or leave out what is missing by --skip",
                    settings->is_fail_on_gaps ? "leaving out --fail-on-gaps"
                                              : "a higher --max-gaps");
}

static enum smc_status check_listings(struct preflight *check, struct smc_error *err)
{
    struct readable all;
    struct smc_error why = SMC_ERROR_INIT;
    readable_init(&all, check->client, &check->selection);
    enum smc_status rc = readable_ask(&all, &why);
    if (is_end(rc))
        return smc_error_set(err, rc, "%s", why.detail);
    if (readable_tell(&all, &check->list) != SMC_OK)
        return smc_error_set(err, SMC_ERR_NOMEM, "%s", smc_error_text(SMC_ERR_NOMEM));
    if (rc != SMC_OK)
        fail_phase(check, READABLE, &why);
    check_gaps(check, readable_gaps(&all) + (check->no_who.code != SMC_OK));
    return SMC_OK;
}

static enum smc_status check_remote(struct preflight *check, struct smc_error *err)
{
    bool is_reached = false;
    bool is_good = false;
    enum smc_status rc = open_client(check, err);
    if (rc == SMC_OK && check->client)
        rc = check_server(check, &is_reached, err);
    if (rc == SMC_OK && is_reached)
        rc = check_credentials(check, &is_good, err);
    if (rc == SMC_OK && !is_reached) {
        smci_cli_untried(&check->list, CREDENTIALS);
        smci_cli_untried(&check->list, ORGANISATION);
    }
    if (rc == SMC_OK && is_good)
        return check_listings(check, err);
    if (rc == SMC_OK) {
        smci_cli_untried(&check->list, RIGHTS);
        smci_cli_untried(&check->list, READABLE);
    }
    return rc;
}

/* What it has found, for --json. */
static void note_result(struct preflight *check, const struct smc_buf *checks, enum smc_status rc,
                        struct smci_cli_ending *result)
{
    struct smc_buf who = SMC_BUF_INIT(SMC_BODY_MAX);
    const struct report known = {.organization = &who};
    if (check->who.len)
        (void)smc_json_encode(check->who.data, check->who.len, &who);
    smci_cli_checklist_close(&check->list);
    if (rc == SMC_OK && check->list.warned > 0)
        result->word = SMCI_CLI_WORD_WARNINGS;
    (void)report_members(NULL, &known, checks, REPORT_RESULT, &result->members, NULL);
    smc_buf_clear(&who);
}

enum smc_status preflight(const struct extract_settings *settings, struct smc_log *log, FILE *out,
                          int stop_fd, const struct smc_clock *clock,
                          struct smci_cli_ending *result, struct smc_error *err)
{
    struct smc_buf checks = SMC_BUF_INIT(SMC_BODY_MAX);
    struct preflight check = {.settings = settings,
                              .log = log,
                              .clock = clock ? clock : smc_clock_system(),
                              .stop_fd = stop_fd};
    smci_cli_checklist_init(&check.list, out, log);
    if (settings->is_json)
        smci_cli_checklist_record(&check.list, &checks);
    smc_buf_init(&check.who, 65536); /* as much as the summary takes */
    enum smc_status rc = select_read(settings, &check.selection, err);
    if (rc == SMC_OK)
        rc = preflight_local(settings, &check.list, err);
    if (rc == SMC_OK)
        rc = check_remote(&check, err);
    smc_client_free(check.client);
    if (rc == SMC_OK)
        rc = smci_cli_checklist_end(&check.list, extract_program()->name, err);
    if (settings->is_json)
        note_result(&check, &checks, rc, result);
    smc_buf_clear(&check.who);
    smc_buf_clear(&checks);
    return rc;
}
