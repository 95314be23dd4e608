/* Where settings come from beyond flags and variables: which configuration file, credentials,
 * regions, and how --show-config tells it. */
#include "tests/support/support.h"

#include <errno.h>
#include <sys/stat.h>

#include "extract/options.h"
#include "lib/cli/regions.h"
#include "lib/cli/configure.h"
#include "lib/cli/show.h"
#include "tests/support/words.h"
#include "upload/options.h"

/* A directory, in which $D stands in the texts below. */
struct fixture {
    char *dir;
    struct extract_settings settings;
    struct smc_error err;
    struct words argv;
    struct words envp;
};

static char *with_dir(const char *text, const char *dir)
{
    return text_filled(text, (const char *const[]){"$D", dir, NULL});
}

static void set_up(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    f->dir = temp_dir_make();
}

static enum smc_status read_all(struct fixture *f, const char *args, const char *env)
{
    const char *const names[] = {"$D", f->dir, NULL};
    words_add(&f->argv, "castor-extract-sigma");
    words_split(&f->argv, args, '|', names);
    words_split(&f->envp, env, '|', names);
    f->err = (struct smc_error)SMC_ERROR_INIT;
    return extract_options_read(&f->settings, f->argv.count, f->argv.v, f->envp.v, &f->err);
}

static void clear(struct fixture *f)
{
    extract_options_clear(&f->settings);
    words_clear(&f->argv);
    words_clear(&f->envp);
}

static void tear_down(struct fixture *f)
{
    clear(f);
    temp_dir_remove(f->dir);
}

/* ---- which configuration file ---- */

struct place_row {
    const char *name;
    const char *args;
    const char *env;
    const char *want; /* the host that it has; or "! " and a part of the error */
    enum smc_status status;
};

#define PLACES "HOME=$D/home|XDG_CONFIG_HOME=$D/xdg"

static const struct place_row place_rows[] = {
    {"--config", "--config|$D/flag.yaml", PLACES "|SIGMACAT_CONFIG=$D/variable.yaml", "flag",
     SMC_OK},
    {"SIGMACAT_CONFIG", "", PLACES "|SIGMACAT_CONFIG=$D/variable.yaml", "variable", SMC_OK},
    {"XDG_CONFIG_HOME", "", PLACES, "xdg", SMC_OK},
    {"HOME", "", "HOME=$D/home", "home", SMC_OK},
    {"a relative XDG_CONFIG_HOME does not count", "", "HOME=$D/home|XDG_CONFIG_HOME=xdg", "home",
     SMC_OK},
    {"an XDG_CONFIG_HOME without a file", "", "HOME=$D/home|XDG_CONFIG_HOME=$D/none", "", SMC_OK},
    {"nothing", "", "", "", SMC_OK},
    {"a profile", "--profile|p", PLACES, "xdg-p", SMC_OK},
    {"SIGMACAT_PROFILE", "", PLACES "|SIGMACAT_PROFILE=p", "xdg-p", SMC_OK},
    {"--profile goes before it", "--profile|p", PLACES "|SIGMACAT_PROFILE=q", "xdg-p", SMC_OK},
    {"an empty file", "--config|/dev/null", PLACES, "", SMC_OK},
    {"a named file that is not there", "--config|$D/none.yaml", PLACES,
     "! none.yaml: No such file or directory", SMC_ERR_IO},
    {"a variable's file that is not there", "", "SIGMACAT_CONFIG=$D/none.yaml",
     "! none.yaml: No such file or directory", SMC_ERR_IO},
    {"a profile without a file", "--profile|p", "HOME=$D",
     "! --profile: a profile needs a configuration file, and there is none: looked for "
     "$D/.config/sigmacat/config.yaml and /etc/sigmacat/config.yaml; --config names another",
     SMC_ERR_USAGE},
    {"a variable's profile without a file", "", "SIGMACAT_PROFILE=p",
     "! SIGMACAT_PROFILE: a profile needs a configuration file, and there is none: looked for "
     "/etc/sigmacat/config.yaml;",
     SMC_ERR_USAGE},
    {"a variable's profile that is not there", "", PLACES "|SIGMACAT_PROFILE=q",
     "! SIGMACAT_PROFILE: there is no profile 'q'", SMC_ERR_USAGE},
    {"help needs no file", "--help|--config|$D/none.yaml", "", "", SMC_OK},
};

static void test_place_row(void **state)
{
    const struct place_row *row = *state;
    struct fixture f;
    set_up(&f);
    text_put(f.dir, "flag.yaml", "defaults: {sigma: {host: flag}}");
    text_put(f.dir, "variable.yaml", "defaults: {sigma: {host: variable}}");
    text_put(f.dir, "xdg/sigmacat/config.yaml",
             "defaults: {sigma: {host: xdg}}\nprofiles: {p: {sigma: {host: xdg-p}}}");
    text_put(f.dir, "home/.config/sigmacat/config.yaml", "defaults: {sigma: {host: home}}");
    assert_int_equal(read_all(&f, row->args, row->env), row->status);
    if (row->status == SMC_OK) {
        assert_string_equal(f.settings.host ? f.settings.host : "", row->want);
    } else {
        char *want = with_dir(row->want + 2, f.dir);
        if (!strstr(f.err.detail, want))
            assert_string_equal(f.err.detail, want);
        free(want);
    }
    tear_down(&f);
}

/* ---- credentials ---- */

struct credentials_row {
    const char *name;
    const char *text;
    const char *args; /* behind --credentials FILE */
    const char *env;
    const char *want; /* host, client id, secret; or "! " and a part of the error */
};

#define CREDENTIALS "{\"apiToken\": \"tiger\", \"clientId\": \"id\", \"host\": \"aws-eu\"}"

static const struct credentials_row credentials_rows[] = {
    {"all three", CREDENTIALS, "", "", "aws-eu id tiger"},
    {"flags go before it", CREDENTIALS, "--host|h|--api-token|t", "", "h id t"},
    {"variables do not", CREDENTIALS, "", "CASTOR_SIGMA_HOST=h|CASTOR_SIGMA_API_TOKEN=t",
     "aws-eu id tiger"},
    {"it cancels another way of giving the secret", CREDENTIALS, "",
     "CASTOR_SIGMA_API_TOKEN_COMMAND=false", "aws-eu id tiger"},
    {"a flag's file of the secret goes before it", CREDENTIALS, "--api-token-file|f", "",
     "aws-eu id NULL"},
    {"more members than these",
     "{\"apiToken\": \"t\", \"clientId\": \"id\", \"host\": \"h\", \"x\": 1}", "", "", "h id t"},
    {"one is missing, but given", "{\"apiToken\": \"t\", \"clientId\": \"id\"}", "--host|h", "",
     "h id t"},
    {"one is missing", "{\"apiToken\": \"tiger\", \"client_id\": \"id\", \"host\": \"h\"}", "", "",
     "! --credentials: $D/c.json has no text 'clientId'; expected: {\"apiToken\": \"...\", "
     "\"clientId\": \"...\", \"host\": \"...\"}"},
    {"one is not a text", "{\"apiToken\": 1, \"clientId\": \"id\", \"host\": \"h\"}", "", "",
     "! has no text 'apiToken'"},
    {"one is empty", "{\"apiToken\": \"\", \"clientId\": \"id\", \"host\": \"h\"}", "", "",
     "! has no text 'apiToken'"},
    {"one has a NUL", "{\"apiToken\": \"a\\u0000b\", \"clientId\": \"id\", \"host\": \"h\"}", "",
     "", "! has no text 'apiToken'"},
    {"one has half a pair", "{\"apiToken\": \"\\ud800\", \"clientId\": \"id\", \"host\": \"h\"}",
     "", "", "! has no text 'apiToken'"},
    {"escapes", "{\"apiToken\": \"t\\u0061b\", \"clientId\": \"id\", \"host\": \"h\"}", "", "",
     "h id tab"},
    {"an array", "[]", "", "", "! has no text 'host'"},
    {"no JSON", "tiger", "", "", "! --credentials: $D/c.json: byte 1: "},
    {"doubled", "{\"host\": \"a\", \"host\": \"b\"}", "", "", "! 'host' is there twice"},
    {"empty", "", "", "", "! --credentials: $D/c.json is empty"},
    {"a secret that can't be one",
     "{\"apiToken\": \"ti ger\", \"clientId\": \"id\", \"host\": \"h\"}", "", "",
     "! c.json: apiToken: a space or a control character"},
};

static void test_credentials_row(void **state)
{
    const struct credentials_row *row = *state;
    struct fixture f;
    set_up(&f);
    text_put(f.dir, "c.json", row->text);
    char *args = text_format("--config|/dev/null|--credentials|$D/c.json%s%s",
                             *row->args ? "|" : "", row->args);
    enum smc_status rc = read_all(&f, args, row->env);
    if (row->want[0] == '!') {
        char *want = with_dir(row->want + 2, f.dir);
        assert_int_not_equal(rc, SMC_OK);
        if (!strstr(f.err.detail, want))
            assert_string_equal(f.err.detail, want);
        assert_lacks(f.err.detail, "tiger");
        free(want);
    } else {
        char *got = text_format("%s %s %s", f.settings.host, f.settings.client_id,
                                f.settings.api_token ? f.settings.api_token : "NULL");
        assert_string_equal(f.err.detail, "");
        assert_string_equal(got, row->want);
        free(got);
    }
    free(args);
    tear_down(&f);
}

static void test_credentials_in_a_profile(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    text_put(f.dir, "acme.json", CREDENTIALS);
    text_put(f.dir, "config.yaml",
             "defaults: {sigma: {api_token_file: t, client_id: low}}\n"
             "profiles: {acme: {sigma: {credentials: acme.json, host: azure-us}}}");
    assert_int_equal(read_all(&f, "--config|$D/config.yaml|--profile|acme", ""), SMC_OK);
    assert_string_equal(f.settings.host, "azure-us");
    assert_string_equal(f.settings.client_id, "id");
    assert_string_equal(f.settings.api_token, "tiger");
    assert_null(f.settings.api_token_file);
    assert_int_equal(f.settings.sources.warnings.len, 0);
    tear_down(&f);
}

static void test_credentials_that_others_can_read(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    text_put(f.dir, "c.json", CREDENTIALS);
    char *path = text_format("%s/c.json", f.dir);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(read_all(&f, "--config|/dev/null|--credentials|$D/c.json", ""), SMC_OK);
    assert_non_null(
        strstr(smc_buf_str(&f.settings.sources.warnings), "c.json can be read by others"));
    free(path);
    tear_down(&f);
}

static void test_credentials_that_are_not_there(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    assert_int_equal(read_all(&f, "--config|/dev/null|--credentials|$D/c.json", ""), SMC_ERR_IO);
    assert_contains(f.err.detail, "--credentials: can't read ");
    tear_down(&f);
}

static void test_credentials_that_are_too_long(void **state)
{
    (void)state;
    struct fixture f;
    char *text = text_format("%*s", 16385, CREDENTIALS);
    set_up(&f);
    text_put(f.dir, "c.json", text + 1); /* white space before it does no harm */
    assert_int_equal(read_all(&f, "--config|/dev/null|--credentials|$D/c.json", ""), SMC_OK);
    clear(&f);
    text_put(f.dir, "c.json", text);
    assert_int_equal(read_all(&f, "--config|/dev/null|--credentials|$D/c.json", ""), SMC_ERR_USAGE);
    assert_contains(f.err.detail, "c.json has more than 16384 bytes");
    free(text);
    tear_down(&f);
}

static void test_credentials_that_are_not_needed(void **state)
{
    (void)state;
    struct fixture f;
    set_up(&f);
    text_put(f.dir, "config.yaml", "defaults: {sigma: {credentials: gone.json}}");
    assert_int_equal(read_all(&f, "--config|$D/config.yaml|-H|h|-c|id|-a|t", ""), SMC_OK);
    clear(&f);
    assert_int_equal(read_all(&f, "--config|$D/config.yaml|-H|h|-c|id", ""), SMC_ERR_IO);
    tear_down(&f);
}

/* ---- warnings ---- */

struct warning_row {
    const char *name;
    const char *env;
    const char *want; /* all lines */
};

static const struct warning_row warning_rows[] = {
    {"none", "CASTOR_SIGMA_HOST=h|castor_sigma_retries=2|CASTOR_UPLOADER_X=y|SIGMA=z", ""},
    {"a mistyped variable", "CASTOR_SIGMA_CONCURENCY=3",
     "the variable CASTOR_SIGMA_CONCURENCY is not one of castor-extract-sigma's: did you mean "
     "CASTOR_SIGMA_CONCURRENCY?\n"},
    {"a variable like no other", "CASTOR_SIGMA_XYZZY=3",
     "the variable CASTOR_SIGMA_XYZZY is not one of castor-extract-sigma's\n"},
};

static void test_warning_row(void **state)
{
    const struct warning_row *row = *state;
    struct fixture f;
    set_up(&f);
    assert_int_equal(read_all(&f, "--config|/dev/null", row->env), SMC_OK);
    assert_string_equal(smc_buf_str(&f.settings.sources.warnings), row->want);
    tear_down(&f);
}

/* ---- regions ---- */

struct region_row {
    const char *name;
    const char *host;
    const char *want; /* the origin, or "! " and a part of the error */
};

static const struct region_row region_rows[] = {
    {"a region", "aws-us-west", "https://aws-api.sigmacomputing.com"},
    {"in capitals", "AZURE-EU", "https://api.eu.azure.sigmacomputing.com"},
    {"a host", "api.sigmacomputing.com", "https://api.sigmacomputing.com"},
    {"another host", "sigma", "https://sigma"},
    {"a part of a region's name", "us-west",
     "! --host: 'us-west' is not a region: did you mean 'aws-us-west'?"},
    {"the place of a region", "frankfurt",
     "! --host: 'frankfurt' is not a region: did you mean 'aws-eu'?"},
    {"less than a region", "aws-us",
     "! --host: 'aws-us' is not a region: did you mean 'aws-us-west'?"},
    {"localhost", "localhost", "https://localhost"},
    {"mistyped", "aws-us-wset",
     "! --host: 'aws-us-wset' is not a region: did you mean 'aws-us-west'?"},
    {"the app", "app.sigmacomputing.com",
     "! --host: this is the host of Sigma's app; give the host of its API, such as "
     "aws-api.sigmacomputing.com, or a region's name: see --list-regions"},
};

static void test_region_row(void **state)
{
    const struct region_row *row = *state;
    struct fixture f;
    set_up(&f);
    char *args = text_format("--config|/dev/null|-H|%s|-c|id|-a|t|-o|$D", row->host);
    assert_int_equal(read_all(&f, args, ""), SMC_OK);
    enum smc_status rc = extract_options_check(&f.settings, &f.err);
    if (row->want[0] == '!') {
        assert_int_equal(rc, SMC_ERR_USAGE);
        assert_string_equal(f.err.detail, row->want + 2);
    } else {
        assert_int_equal(rc, SMC_OK);
        assert_string_equal(smc_buf_str(&f.settings.origin), row->want);
    }
    free(args);
    tear_down(&f);
}

static void test_regions_differ(void **state)
{
    (void)state;
    size_t count;
    const struct smci_region *regions = smci_regions_all(&count);
    assert_int_equal(count, 13);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(smci_region_host(regions[i].name), regions[i].host);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(regions[i].name, regions[j].name);
            assert_string_not_equal(regions[i].host, regions[j].host);
        }
    }
}

/* ---- --show-config ---- */

static void check_line(const char *text, const char *line)
{
    if (!strstr(text, line))
        assert_string_equal(text, line);
}

static void test_show(void **state)
{
    (void)state;
    struct fixture f;
    struct smc_buf text = SMC_BUF_INIT(65536);
    set_up(&f);
    text_put(f.dir, "config.yaml",
             "profiles:\n  acme:\n    sigma:\n      api_token: tiger\n      report: \"a\\\"b\"\n");
    assert_int_equal(read_all(&f,
                              "--config|$D/config.yaml|--profile|acme|--retries|7|--incremental|"
                              "-c|https://me:tiger@host",
                              "CASTOR_SIGMA_HOST=aws-eu"),
                     SMC_OK);
    assert_int_equal(smci_cli_settings_text(&f.settings.sources, extract_program(), &text), SMC_OK);
    char *head =
        text_format("# castor-extract-sigma: %s/config.yaml, profile acme\nsigma:\n", f.dir);
    char *secret =
        text_format("  api_token: \"********\"                     # %s/config.yaml:4:18\n", f.dir);
    char *quoted = text_format("# %s/config.yaml:5:15\n", f.dir);
    check_line(text.data, head);
    check_line(text.data, secret);
    check_line(text.data, quoted);
    check_line(text.data, "/a\\\"b\" ");
    check_line(text.data, "  host: \"aws-eu\"                            # CASTOR_SIGMA_HOST\n");
    check_line(text.data, "  retries: 7                                # --retries\n");
    check_line(text.data, "  incremental: true                         # --incremental\n");
    check_line(text.data, "  concurrency: 5                            # default\n");
    check_line(text.data, "  fail_on_gaps: false                       # default\n");
    check_line(text.data, "  client_id: \"https://********@host\"");
    check_line(text.data, "  # only: not set\n");
    assert_lacks(text.data, "tiger");
    assert_lacks(text.data, "show_config");
    assert_lacks(text.data, "profile:");
    free(head);
    free(secret);
    free(quoted);
    smc_buf_clear(&text);
    tear_down(&f);
}

/* What is shown is itself a configuration: read again, it says the same. */
static void test_show_can_be_read_again(void **state)
{
    (void)state;
    struct fixture f;
    struct smc_buf text = SMC_BUF_INIT(65536);
    set_up(&f);
    assert_int_equal(
        read_all(&f, "--config|/dev/null|-o|/a b: \"c\\|--only|files|--timeout|2.5", ""), SMC_OK);
    assert_int_equal(smc_buf_addstr(&text, "defaults:\n"), SMC_OK);
    assert_int_equal(smci_cli_settings_text(&f.settings.sources, extract_program(), &text), SMC_OK);
    clear(&f);
    char *again = text_format("%s", strstr(text.data, "\nsigma:") + 1);
    struct smc_buf file = SMC_BUF_INIT(65536);
    assert_int_equal(smc_buf_addstr(&file, "defaults:\n "), SMC_OK);
    for (const char *at = again; *at; at++) /* all of it one column further in */
        assert_int_equal(smc_buf_addf(&file, "%c%s", *at, *at == '\n' ? " " : ""), SMC_OK);
    text_put(f.dir, "again.yaml", smc_buf_str(&file));
    enum smc_status rc = read_all(&f, "--config|$D/again.yaml", "");
    assert_string_equal(f.err.detail, "");
    assert_int_equal(rc, SMC_OK);
    assert_string_equal(f.settings.output, "/a b: \"c\\");
    assert_string_equal(f.settings.only, "files");
    assert_int_equal(f.settings.network.timeout_ms, 2500);
    free(again);
    smc_buf_clear(&file);
    smc_buf_clear(&text);
    tear_down(&f);
}

static void test_show_without_a_file(void **state)
{
    (void)state;
    struct upload_settings settings;
    struct smc_error err = SMC_ERROR_INIT;
    struct smc_buf text = SMC_BUF_INIT(65536);
    char *argv[] = {(char[]){"castor-upload"}, (char[]){"--config"}, (char[]){"/dev/null"}, NULL};
    char *envp[] = {(char[]){"CASTOR_RETRY_OVERRIDE=2"}, NULL};
    assert_int_equal(upload_options_read(&settings, 3, argv, envp, &err), SMC_OK);
    assert_int_equal(smci_cli_settings_text(&settings.sources, upload_program(), &text), SMC_OK);
    check_line(text.data, "# castor-upload: /dev/null, no profile\nupload:\n");
    check_line(text.data, "  retries: 2                                # CASTOR_RETRY_OVERRIDE\n");
    check_line(text.data, "  zone: EU                                  # default\n");
    smc_buf_clear(&text);
    upload_options_clear(&settings);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_credentials_in_a_profile),
        cmocka_unit_test(test_credentials_that_others_can_read),
        cmocka_unit_test(test_credentials_that_are_not_there),
        cmocka_unit_test(test_credentials_that_are_too_long),
        cmocka_unit_test(test_credentials_that_are_not_needed),
        cmocka_unit_test(test_regions_differ),
        cmocka_unit_test(test_show),
        cmocka_unit_test(test_show_can_be_read_again),
        cmocka_unit_test(test_show_without_a_file),
    };
    int failed = RUN_TABLE("configuration's place", place_rows, test_place_row);
    failed += RUN_TABLE("credentials", credentials_rows, test_credentials_row);
    failed += RUN_TABLE("warnings", warning_rows, test_warning_row);
    failed += RUN_TABLE("regions", region_rows, test_region_row);
    failed += cmocka_run_group_tests_name("configuration", tests, NULL, NULL);
    return failed;
}
