/* castor-upload when Catalog refuses its token: a command that prints it is asked once more. */
#include "support/support.h"

#include <unistd.h>

#include "lib/cli/status.h"
#include "support/net.h"
#include "support/uploading.h"
#include "support/words.h"

#define OK                                                                                         \
    {                                                                                              \
        "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", 0, NET_KEEP, false                    \
    }
#define NO(status)                                                                                 \
    {                                                                                              \
        "HTTP/1.1 " status " No\r\nContent-Length: 0\r\n\r\n", 0, NET_KEEP, false                  \
    }

#define REQUESTS_MAX 6

struct row {
    const char *name;
    const char *command; /* in which $D is the fixture's directory; NULL: the token is a flag */
    struct net_step steps[REQUESTS_MAX];
    const char *tokens; /* of the requests: their last characters */
    size_t runs;        /* of the command */
    int status;
    const char *said;
};

/* Prints token-1, then token-2, and so on. */
#define COUNT  "echo >>\"$D/runs\"; echo \"token-$(wc -l <\"$D/runs\" | tr -d ' ')\""
#define ALWAYS "echo >>\"$D/runs\"; echo token-1"

static const struct row rows[] = {
    {"renewed", COUNT, {NO("401"), OK}, "122", 2, 0, "INFO - Sent 2 of 2 files"},
    {"renewed_at_the_second", COUNT, {OK, NO("401"), OK}, "112", 2, 0, "INFO - Sent 2 of 2 files"},
    {"each_ran_out", COUNT, {NO("401"), OK, NO("401"), OK}, "1223", 3, 0, "INFO - Sent 2 of 2"},
    {"refused_as_well", COUNT, {NO("401")}, "12", 2, 3, "a new token was refused as well"},
    {"the_same_again", ALWAYS, {NO("401")}, "1", 2, 3, "printed the same token again"},
    {"it_fails",
     COUNT "; test ! -e \"$D/failed\" || exit 5; touch \"$D/failed\"",
     {NO("401")},
     "1",
     2,
     3,
     "--token-command: the command ended with status 5"},
    {"forbidden", COUNT, {NO("403")}, "1", 1, 3, "Catalog refused the token"},
    {"by_flag", NULL, {NO("401")}, "1", 0, 3, "Catalog refused the token"},
    {"renewed_after_an_error",
     COUNT,
     {NO("503"), NO("401"), NO("503"), OK},
     "11222",
     2,
     0,
     "WARNING - Catalog refused the token (HTTP 401): running --token-command again\n"},
};

static size_t lines_of(const struct fixture *f)
{
    char *path = text_format("%s/runs", f->dir);
    size_t len = 0;
    char *text = file_exists(path) ? file_read(path, &len) : NULL;
    free(text);
    free(path);
    return len; /* each is empty */
}

static enum smc_status run(struct fixture *f, const struct row *row, const char *url,
                           struct smc_error *err)
{
    char *const no_variables[] = {NULL};
    struct words words = {.count = 0};
    struct upload_settings settings;
    words_split(&words, "castor-upload --parallel 1 -t VIZ -s " ID " --endpoint", ' ', NULL);
    words_add(&words, "%s", url);
    words_split(&words, row->command ? "--token-command" : "--token", ' ', NULL);
    if (row->command)
        words_add(&words, "D='%s'; %s", f->dir, row->command);
    else
        words_add(&words, "token-1");
    words_add(&words, "-d");
    words_add(&words, "%s", f->dir);
    enum smc_status rc = upload_options_read(&settings, words.count, words.v, no_variables, err);
    if (rc == SMC_OK)
        rc = upload_options_check(&settings, err);
    if (rc == SMC_OK)
        rc = upload_options_load_secret(&settings, -1, f->log.log, err);
    struct smci_cli_ending result;
    smci_cli_ending_init(&result, SIZE_MAX);
    if (rc == SMC_OK)
        rc = upload_run(&settings, f->log.log, &f->clock, f->stop[0], &result, err);
    smci_cli_ending_clear(&result);
    upload_options_clear(&settings);
    words_clear(&words);
    return rc;
}

static void assert_tokens(const struct row *row, struct net_server *server)
{
    size_t count = strlen(row->tokens);
    assert_int_equal(net_requests(server), count);
    for (size_t i = 0; i < count; i++) {
        char *line = text_format("\r\nAuthorization: Token token-%c\r\n", row->tokens[i]);
        assert_contains(net_request(server, (long)i), line);
        free(line);
    }
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    struct smc_error err = SMC_ERROR_INIT;
    size_t steps = 0;
    while (steps < REQUESTS_MAX && row->steps[steps].answer)
        steps++;
    struct net_server *server = net_start(row->steps, steps);
    write_text(f, "a.json", "[]");
    write_text(f, "b.json", "[]");
    enum smc_status rc = run(f, row, net_url(server), &err);
    if (smci_cli_exit_status(rc, 0) != row->status)
        fail_msg("%d: %s\n%s", rc, err.detail, log_sink_text(&f->log));
    assert_logged(f, row->said);
    assert_lacks(log_sink_text(&f->log), "token-1");
    assert_lacks(log_sink_text(&f->log), "token-2");
    assert_lacks(err.detail, "token-1");
    assert_tokens(row, server);
    assert_int_equal(lines_of(f), row->runs);
    net_stop(server);
    (void)fixture_teardown(&made);
}

int main(void)
{
    return RUN_TABLE("upload token", rows, test_row);
}
