/* Prints one of Sigma's listings, such as members or workbooks, as JSON
 * lines: a record a line, as it came. Compiled and given credentials as
 * whoami.c.
 *
 *   ./listing members | jq -r .email */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <sigmacat/client.h>
#include <sigmacat/json.h>
#include "lib/net/address.h"

#define CURSOR_MAX 65536
#define TARGET_MAX 262144

struct listing {
    struct smc_client *client;
    const char *name;
    struct smc_error failure; /* the first thing that went wrong */
};

static enum smc_verdict on_page(void *ctx,
                                const struct smc_answer *answer,
                                struct smc_error *why);

/* "&page=" and the cursor, a JSON string. */
static enum smc_status add_cursor(struct smc_buf *target,
                                  struct smc_json_span cursor)
{
    struct smc_buf text = SMC_BUF_INIT(CURSOR_MAX);
    enum smc_status rc = smc_json_decode(cursor, &text);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(target, "&page=");
    if (rc == SMC_OK)
        rc = smci_url_encode(smc_buf_str(&text), text.len, target);
    smc_buf_clear(&text);
    return rc;
}

/* Asks for the page that `cursor` leads to; without one, the first. */
static void ask(struct listing *listing, struct smc_json_span cursor)
{
    struct smc_buf target = SMC_BUF_INIT(TARGET_MAX);
    enum smc_status rc =
        smc_buf_addf(&target, "/v2/%s?limit=1000", listing->name);
    if (rc == SMC_OK && smc_json_type_of(cursor) == SMC_JSON_STRING)
        rc = add_cursor(&target, cursor);
    /* The target is copied, so that it may end with this function. */
    struct smc_request request = {.kind = "listing",
                                  .target = smc_buf_str(&target),
                                  .done = on_page,
                                  .ctx = listing};
    if (rc == SMC_OK)
        rc = smc_client_send(listing->client, &request);
    if (rc != SMC_OK)
        (void)smc_error_set(&listing->failure, rc, "%s",
                            smc_error_text(rc));
    smc_buf_clear(&target);
}

/* Line ends may stand between the tokens of a record, never in them. */
static void print_record(struct smc_json_span record)
{
    for (size_t i = 0; i < record.len; i++) {
        char c = record.p[i];
        (void)putchar(c == '\n' || c == '\r' ? ' ' : c);
    }
    (void)putchar('\n');
}

/* The whole page is scanned first: nothing is printed of one that was
 * cut short, and what is walked then needs no error of its own. */
static enum smc_verdict on_page(void *ctx,
                                const struct smc_answer *answer,
                                struct smc_error *why)
{
    struct listing *listing = ctx;
    struct smc_json_span page;
    struct smc_json_span record;
    struct smc_json_walk entries;
    if (answer->error.code != SMC_OK) {
        listing->failure = answer->error;
        return SMC_TAKE;
    }
    if (smc_json_scan(answer->body, answer->len, &page, why) != SMC_OK)
        return SMC_REJECT;
    struct smc_json_span next = smc_json_member(page, "nextPage");
    enum smc_json_type type = smc_json_type_of(next);
    if ((type != SMC_JSON_STRING && type != SMC_JSON_NULL) ||
        !smc_json_walk_begin(&entries,
                             smc_json_member(page, "entries"))) {
        (void)smc_error_set(&listing->failure, SMC_ERR_SYNTAX,
                            "the answer is no page of a listing");
        return SMC_TAKE;
    }
    while (smc_json_walk_next(&entries, NULL, &record, NULL))
        print_record(record);
    if (type == SMC_JSON_STRING)
        ask(listing, next);
    return SMC_TAKE;
}

static enum smc_status list(const char *name, struct smc_error *err)
{
    struct listing listing = {.name = name, .failure = SMC_ERROR_INIT};
    struct smc_buf origin = SMC_BUF_INIT(512);
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    const char *host = getenv("CASTOR_SIGMA_HOST");
    opt.client_id = getenv("CASTOR_SIGMA_CLIENT_ID");
    opt.client_secret = getenv("CASTOR_SIGMA_API_TOKEN");
    opt.retries = 4;
    opt.retry_base_ms = 1000;
    enum smc_status rc = smci_origin_parse(
        host ? host : "", "CASTOR_SIGMA_HOST", &origin, err);
    opt.origin = smc_buf_str(&origin);
    if (rc == SMC_OK)
        rc = smc_client_new(&listing.client, &opt, err);
    if (rc == SMC_OK) {
        ask(&listing, (struct smc_json_span){NULL, 0});
        rc = smc_client_run(listing.client, err);
    }
    if (rc == SMC_OK && listing.failure.code != SMC_OK)
        rc = smc_error_set(err, listing.failure.code, "%s",
                           listing.failure.detail);
    smc_client_free(listing.client);
    smc_buf_clear(&origin);
    return rc;
}

int main(int argc, char **argv)
{
    struct smc_error err = SMC_ERROR_INIT;
    (void)signal(SIGPIPE, SIG_IGN);
    if (argc != 2) {
        (void)fputs("usage: listing NAME\n", stderr);
        return EXIT_FAILURE;
    }
    if (list(argv[1], &err) != SMC_OK) {
        (void)fprintf(stderr, "listing: %s\n", err.detail);
        return EXIT_FAILURE;
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fputs("listing: can't write to standard output\n",
                    stderr);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
