/* Lists workbooks with their owners' names: a JSON array a line.
 *
 *   cc owners.c $(pkg-config --cflags --libs libsigmacat) -o owners
 *   ./owners | jq -r @tsv
 *
 * The variables are those of castor-extract-sigma(1). */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <sigmacat/pages.h>

typedef void row_fn(struct smc_json_span row, struct smc_buf *members);

/* All members as one JSON object, ID: MEMBER; closed by main. */
static void keep(struct smc_json_span row, struct smc_buf *members)
{
    struct smc_json_span id = smc_json_member(row, "memberId");
    (void)smc_buf_addf(members, "%c%.*s:%.*s", members->len ? ',' : '{',
                       (int)id.len, id.p, (int)row.len, row.p);
}

static struct smc_json_span text_of(struct smc_json_span row,
                                    const char *name)
{
    struct smc_json_span text = smc_json_member(row, name);
    return text.p ? text : (struct smc_json_span){"null", 4};
}

static void print(struct smc_json_span row, struct smc_buf *members)
{
    struct smc_json_span all = {members->data, members->len};
    struct smc_buf id = SMC_BUF_INIT(256);
    (void)smc_json_decode(smc_json_member(row, "ownerId"), &id);
    struct smc_json_span owner = smc_json_member(all, smc_buf_str(&id));
    struct smc_json_span name = text_of(row, "name");
    struct smc_json_span first = text_of(owner, "firstName");
    struct smc_json_span last = text_of(owner, "lastName");
    (void)printf("[%.*s,%.*s,%.*s]\n", (int)name.len, name.p,
                 (int)first.len, first.p, (int)last.len, last.p);
    smc_buf_clear(&id);
}

static enum smc_status each_row(struct smc_client *client,
                                const char *target, row_fn *use,
                                struct smc_buf *members,
                                struct smc_error *err)
{
    struct smc_pages *pages = NULL;
    struct smc_pages_opt opt = SMC_PAGES_OPT_INIT;
    struct smc_json_span row;
    opt.target = target;
    enum smc_status rc = smc_pages_new(&pages, client, &opt, err);
    while (rc == SMC_OK &&
           (rc = smc_pages_next(pages, &row, err)) == SMC_OK && row.p)
        use(row, members);
    smc_pages_free(pages);
    return rc;
}

int main(void)
{
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_client *client = NULL;
    struct smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    struct smc_buf members = SMC_BUF_INIT(SMC_BODY_MAX);
    opt.origin = getenv("CASTOR_SIGMA_HOST");
    opt.client_id = getenv("CASTOR_SIGMA_CLIENT_ID");
    opt.client_secret = getenv("CASTOR_SIGMA_API_TOKEN");

    /* A lost connection is to be an error, not the end. */
    (void)signal(SIGPIPE, SIG_IGN);
    enum smc_status rc = smc_client_new(&client, &opt, &err);
    if (rc == SMC_OK)
        rc = each_row(client, "/v2/members", keep, &members, &err);
    if (rc == SMC_OK)
        rc = smc_buf_addstr(&members, members.len ? "}" : "{}");
    if (rc == SMC_OK)
        rc = smc_json_scan(members.data, members.len, NULL, &err);
    if (rc == SMC_OK)
        rc = each_row(client, "/v2/workbooks", print, &members, &err);
    if (rc == SMC_OK && (fflush(stdout) != 0 || ferror(stdout)))
        rc = smc_error_set(&err, SMC_ERR_IO, "can't write");
    if (rc != SMC_OK)
        (void)fprintf(stderr, "owners: %s\n",
                      *err.detail ? err.detail : smc_error_text(rc));
    smc_client_free(client);
    smc_buf_clear(&members);
    return rc == SMC_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
