/* The options of castor-extract-sigma: their table, the checks, the texts of errors. */
#include "tests/support/support.h"

#include <ctype.h>

#include "extract/options.h"
#include "tests/support/option_table.h"
#include "tests/support/words.h"

struct fixture {
    struct extract_settings settings;
    struct words argv;
    struct words envp;
};

/* Reads and checks a command line and an environment, their words divided by '|'. */
static enum smc_status run(struct fixture *f, const char *args, const char *env,
                           struct smc_error *err)
{
    memset(f, 0, sizeof *f);
    words_add(&f->argv, "castor-extract-sigma");
    words_split(&f->argv, args, '|', NULL);
    words_split(&f->envp, env, '|', NULL);
    enum smc_status rc =
        extract_options_read(&f->settings, f->argv.count, f->argv.v, f->envp.v, err);
    if (rc == SMC_OK && !f->settings.is_help && !f->settings.is_version)
        rc = extract_options_check(&f->settings, err);
    return rc;
}

static void tear_down(struct fixture *f)
{
    extract_options_clear(&f->settings);
    extract_options_clear(&f->settings);
    words_clear(&f->argv);
    words_clear(&f->envp);
}

/* ---- the table of options, each by each of its ways ---- */

static enum smc_status read_options(void *settings, int argc, char **argv, char *const *envp,
                                    struct smc_error *err)
{
    return extract_options_read(settings, argc, argv, envp, err);
}

static void clear_options(void *settings)
{
    extract_options_clear(settings);
}

/* ---- and what it does not say ---- */

struct text_row {
    const char *name;
    const char *args;
    const char *env;
    size_t offset;
};

#define AT(member) offsetof(struct extract_settings, member)

static const struct text_row text_rows[] = {
    {"--h is --host: fixed, --help is ours", "--h|value", "", AT(host)},
    {"--c is --client-id: fixed, --cacert is ours", "--c|value", "", AT(client_id)},
    {"--a is --api-token", "--a|value", "", AT(api_token)},
    {"--o is --output", "--o|value", "", AT(output)},
};

static void test_text_row(void **state)
{
    const struct text_row *row = *state;
    struct fixture f;
    (void)run(&f, row->args, row->env, NULL);
    const char *text = *(const char *const *)((const char *)&f.settings + row->offset);
    assert_non_null(text);
    assert_string_equal(text, "value");
    tear_down(&f);
}

/* ---- what can't be ---- */

#define GOOD "-H|aws-api.sigmacomputing.com|-c|id|-a|tiger|-o|out"

struct error_row {
    const char *name;
    const char *args;
    const char *env;
    const char *want; /* the beginning of the error's text */
};

static const struct error_row error_rows[] = {
    {"nothing at all: all that is missing in one text", "", "",
     "missing: --host (or the variable CASTOR_SIGMA_HOST), --client-id (or the variable "
     "CASTOR_SIGMA_CLIENT_ID), --api-token (or --api-token-file, --api-token-command, the variable "
     "CASTOR_SIGMA_API_TOKEN), --output (or "
     "the variable CASTOR_OUTPUT_DIRECTORY)"},
    {"no host", "-c|x|-a|x|-o|x", "", "missing: --host (or the variable CASTOR_SIGMA_HOST)"},
    {"no client id", "-H|x|-a|x|-o|x", "",
     "missing: --client-id (or the variable CASTOR_SIGMA_CLIENT_ID)"},
    {"no token", "-H|x|-c|x|-o|x", "CASTOR_SIGMA_API_TOKEN=",
     "missing: --api-token (or --api-token-file, --api-token-command, the variable "
     "CASTOR_SIGMA_API_TOKEN)"},
    {"no output", "-H|x|-c|x|-a|x", "",
     "missing: --output (or the variable CASTOR_OUTPUT_DIRECTORY)"},
    {"the app's host", GOOD "|-H|app.sigmacomputing.com", "",
     "--host: this is the host of Sigma's app; give the host of its API, such as "
     "aws-api.sigmacomputing.com, or a region's name: see --list-regions"},
    {"the app's address", GOOD "|-H|https://App.SigmaComputing.com/org/workbook/x?y", "",
     "--host: this is the host of Sigma's app;"},
    {"the app's host with a port", GOOD "|-H|app.sigmacomputing.com:443", "",
     "--host: this is the host of Sigma's app;"},
    {"the app's host with a dot at its end", GOOD "|-H|app.sigmacomputing.com.", "",
     "--host: this is the host of Sigma's app;"},
    {"the app of a region", GOOD "|-H|app.eu.aws.sigmacomputing.com", "",
     "--host: this is the host of Sigma's app;"},
    {"a customer's app", GOOD "|-H|acme.app.sigmacomputing.com", "",
     "--host: this is the host of Sigma's app;"},
    {"the app by variable", "-c|x|-a|x|-o|x", "CASTOR_SIGMA_HOST=app.sigmacomputing.com",
     "CASTOR_SIGMA_HOST: this is the host of Sigma's app;"},
    {"a host with a space", GOOD "|-H|aws api.sigmacomputing.com", "", "--host: "},
    {"a host with a path", GOOD "|-H|aws-api.sigmacomputing.com/v2", "", "--host: "},
    {"a host with a user name", GOOD "|-H|me@aws-api.sigmacomputing.com", "", "--host: "},
    {"plain http to another machine", GOOD "|-H|http://aws-api.sigmacomputing.com", "", "--host: "},
    {"a host by variable", "-c|x|-a|x|-o|x", "CASTOR_SIGMA_HOST=a b", "CASTOR_SIGMA_HOST: "},
    {"a client id with a line end", GOOD "|-c|id\r", "",
     "--client-id: a space or a line end can't be part of it"},
    {"--concurrency 0", "--concurrency|0", "",
     "--concurrency: '0' is not a whole number from 1 to 64"},
    {"--concurrency 65", "--concurrency|65", "",
     "--concurrency: '65' is not a whole number from 1 to 64"},
    {"--retries -1", "--retries|-1", "", "--retries: '-1' is not a whole number from 0 to 100"},
    {"--retries 101", "--retries|101", "", "--retries: '101' is not a whole number from 0 to 100"},
    {"--timeout 0", "--timeout|0", "", "--timeout: '0' is not a number of seconds above 0"},
    {"--max-time forever", "--max-time|forever", "",
     "--max-time: 'forever' is not a number of seconds from 0"},
    {"CASTOR_SIGMA_RETRY_BASE=x", "", "CASTOR_SIGMA_RETRY_BASE=x", "CASTOR_SIGMA_RETRY_BASE: 'x'"},
    {"--log-level warning", "--log-level|warning", "",
     "--log-level: 'warning' is not one of error, warn, info, debug: did you mean 'warn'?"},
    {"--log-format xml", "--log-format|xml", "", "--log-format: 'xml' is not one of text, json"},
    {"--cacert=", "--cacert=", "", "--cacert: the value is empty"},
    {"a word", GOOD "|out", "", "word 9 of the command line does not belong to any option"},
};

static void test_error_row(void **state)
{
    const struct error_row *row = *state;
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    assert_int_equal(run(&f, row->args, row->env, &err), SMC_ERR_USAGE);
    char *got = text_format("%.*s", (int)strlen(row->want), err.detail);
    assert_string_equal(got, row->want);
    assert_lacks(err.detail, "tiger");
    /* Whatever is wrong with a host, the text leads to the list of hosts. */
    if (strstr(row->want, "HOST: ") || strstr(row->want, "--host: "))
        assert_contains(err.detail, "--list-regions");
    free(got);
    tear_down(&f);
}

/* ---- the ways of giving the secret ---- */

#define OTHERS "-H|host|-c|id|-o|out"

struct way_row {
    const char *name;
    const char *args;
    const char *env;
    const char *token;
    const char *file;
    const char *command;
    const char *error; /* NULL: none */
};

#define BOTH(one, other) one " and " other " exclude each other: give one of them"

static const struct way_row way_rows[] = {
    {"itself", "-a|tiger", "", "tiger", NULL, NULL, NULL},
    {"a file", "--api-token-file|x", "", NULL, "x", NULL, NULL},
    {"standard input", "--api-token-file|-", "", NULL, "-", NULL, NULL},
    {"a file, with underscores", "--api_token_file=x", "", NULL, "x", NULL, NULL},
    {"a command", "--api-token-command|echo a b", "", NULL, NULL, "echo a b", NULL},
    {"a file by variable", "", "CASTOR_SIGMA_API_TOKEN_FILE=x", NULL, "x", NULL, NULL},
    {"a command by variable", "", "CASTOR_SIGMA_API_TOKEN_COMMAND=x", NULL, NULL, "x", NULL},
    {"the flag of a file cancels the others' variables", "--api-token-file|x",
     "CASTOR_SIGMA_API_TOKEN=tiger|CASTOR_SIGMA_API_TOKEN_COMMAND=y|CASTOR_SIGMA_API_TOKEN_FILE=z",
     NULL, "x", NULL, NULL},
    {"the flag of a command cancels the others' variables", "--api-token-command|x",
     "CASTOR_SIGMA_API_TOKEN=tiger|CASTOR_SIGMA_API_TOKEN_FILE=y", NULL, NULL, "x", NULL},
    {"the secret's flag cancels the others' variables", "-a|tiger",
     "CASTOR_SIGMA_API_TOKEN_COMMAND=x|CASTOR_SIGMA_API_TOKEN_FILE=y", "tiger", NULL, NULL, NULL},
    {"empty variables count as not set", "",
     "CASTOR_SIGMA_API_TOKEN=|CASTOR_SIGMA_API_TOKEN_FILE=x", NULL, "x", NULL, NULL},
    {"the secret and a file", "-a|tiger|--api-token-file|x", "", NULL, NULL, NULL,
     BOTH("--api-token", "--api-token-file")},
    {"a command and a file", "--api-token-command|x|--api-token-file|x", "", NULL, NULL, NULL,
     BOTH("--api-token-command", "--api-token-file")},
    {"the variables of the secret and of a file", "",
     "CASTOR_SIGMA_API_TOKEN=tiger|CASTOR_SIGMA_API_TOKEN_FILE=x", NULL, NULL, NULL,
     BOTH("CASTOR_SIGMA_API_TOKEN", "CASTOR_SIGMA_API_TOKEN_FILE")},
    {"the variables of a file and of a command", "",
     "CASTOR_SIGMA_API_TOKEN_COMMAND=x|CASTOR_SIGMA_API_TOKEN_FILE=x", NULL, NULL, NULL,
     BOTH("CASTOR_SIGMA_API_TOKEN_FILE", "CASTOR_SIGMA_API_TOKEN_COMMAND")},
    {"none", "", "CASTOR_SIGMA_API_TOKEN_FILE=", NULL, NULL, NULL,
     "missing: --api-token (or --api-token-file, --api-token-command, the variable "
     "CASTOR_SIGMA_API_TOKEN); and no configuration file was found"},
};

static void assert_text(const char *got, const char *want)
{
    assert_string_equal(got ? got : "(none)", want ? want : "(none)");
}

static void test_way_row(void **state)
{
    const struct way_row *row = *state;
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    char *args = text_format("%s%s%s", row->args, *row->args ? "|" : "", OTHERS);
    assert_int_equal(run(&f, args, row->env, &err), row->error ? SMC_ERR_USAGE : SMC_OK);
    assert_string_equal(err.detail, row->error ? row->error : "");
    if (!row->error) {
        assert_text(f.settings.api_token, row->token);
        assert_text(f.settings.api_token_file, row->file);
        assert_text(f.settings.api_token_command, row->command);
    }
    free(args);
    tear_down(&f);
}

struct load_row {
    const char *name;
    const char *arg;
    enum smc_status status;
    const char *want; /* the secret, or the error's text */
};

static const struct load_row load_rows[] = {
    {"itself", "--api-token=tiger", SMC_OK, "tiger"},
    {"by command", "--api-token-command=echo lion", SMC_OK, "lion"},
    {"by a command that fails", "--api-token-command=exit 3", SMC_ERR_USAGE,
     "--api-token-command: the command ended with status 3"},
    {"by a file that is missing", "--api-token-file=/nowhere/token", SMC_ERR_IO,
     "--api-token-file: /nowhere/token: No such file or directory"},
};

static void test_load_row(void **state)
{
    const struct load_row *row = *state;
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    char *args = text_format("%s|%s", row->arg, OTHERS);
    assert_int_equal(run(&f, args, "", NULL), SMC_OK);
    assert_int_equal(extract_options_load_secret(&f.settings, -1, NULL, &err), row->status);
    assert_string_equal(row->status == SMC_OK ? f.settings.api_token : err.detail, row->want);
    free(args);
    tear_down(&f);
    assert_null(f.settings.api_token);
}

/* ---- what can ---- */

struct host_row {
    const char *name;
    const char *host;
    const char *origin;
};

static const struct host_row host_rows[] = {
    {"bare", "aws-api.sigmacomputing.com", "https://aws-api.sigmacomputing.com"},
    {"with https", "https://api.eu.azure.sigmacomputing.com",
     "https://api.eu.azure.sigmacomputing.com"},
    {"with a slash", "https://api.sigmacomputing.com/", "https://api.sigmacomputing.com"},
    {"with a port", "proxy.example:8443", "https://proxy.example:8443"},
    {"loopback by http", "http://127.0.0.1:8080", "http://127.0.0.1:8080"},
    {"app, but not Sigma's", "app.example.com", "https://app.example.com"},
    {"app is only a part of a label", "myapp.sigmacomputing.com",
     "https://myapp.sigmacomputing.com"},
};

static void test_host_row(void **state)
{
    const struct host_row *row = *state;
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    char *args = text_format("-c|id|-a|tiger|-o|out|-H|%s", row->host);
    assert_int_equal(run(&f, args, "", &err), SMC_OK);
    assert_string_equal(smc_buf_str(&f.settings.origin), row->origin);
    assert_string_equal(f.settings.host, row->host);
    free(args);
    tear_down(&f);
}

static void test_help_needs_nothing(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(run(&f, "--bogus|--help", "CASTOR_SIGMA_RETRIES=x", NULL), SMC_OK);
    assert_true(f.settings.is_help);
    tear_down(&f);
}

static void test_version_needs_nothing(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(run(&f, "--version", "CASTOR_SIGMA_HOST=a b", NULL), SMC_OK);
    assert_true(f.settings.is_version);
    tear_down(&f);
}

static void test_defaults_that_a_program_makes(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(run(&f, GOOD, "", NULL), SMC_OK);
    assert_null(f.settings.state);
    assert_null(f.settings.network.cacert);
    tear_down(&f);
}

/* Each option of ours has a variable, CASTOR_SIGMA_ and the flag in capitals;
 * only the output directory's is another. */
static void test_variables_follow_from_flags(void **state)
{
    (void)state;
    const struct smci_settings_table *table = extract_program()->table;
    for (size_t i = 0; i < table->count; i++) {
        const struct smci_setting *row = &table->rows[i];
        if (row->is_query || row->is_unkeyed || strcmp(row->flag, "--output") == 0)
            continue;
        char *want = text_format("CASTOR_SIGMA_%s", row->flag + 2);
        for (char *p = want; *p; p++)
            *p = (char)toupper(*p == '-' ? '_' : (unsigned char)*p);
        assert_string_equal(row->variable, want);
        free(want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help_needs_nothing),
        cmocka_unit_test(test_version_needs_nothing),
        cmocka_unit_test(test_defaults_that_a_program_makes),
        cmocka_unit_test(test_variables_follow_from_flags),
    };
    const struct option_program program = {"extract options: the table", extract_program()->table,
                                           sizeof(struct extract_settings), read_options,
                                           clear_options};
    int failed = option_table_run(&program);
    failed += RUN_TABLE("extract options: texts", text_rows, test_text_row);
    failed += RUN_TABLE("extract options: errors", error_rows, test_error_row);
    failed += RUN_TABLE("extract options: ways of giving the secret", way_rows, test_way_row);
    failed += RUN_TABLE("extract options: loading it", load_rows, test_load_row);
    failed += RUN_TABLE("extract options: hosts", host_rows, test_host_row);
    failed += cmocka_run_group_tests_name("extract options", tests, NULL, NULL);
    return failed;
}
