/* The options of castor-upload: their table, the checks, the texts of errors. */
#include "tests/support/support.h"

#include "upload/options.h"
#include "tests/support/option_table.h"
#include "tests/support/words.h"

struct fixture {
    struct upload_settings settings;
    struct words argv;
    struct words envp;
};

/* Reads and checks a command line and an environment, their words divided by '|'. */
static enum smc_status run(struct fixture *f, const char *args, const char *env,
                           struct smc_error *err)
{
    memset(f, 0, sizeof *f);
    words_add(&f->argv, "castor-upload");
    words_split(&f->argv, args, '|', NULL);
    words_split(&f->envp, env, '|', NULL);
    enum smc_status rc =
        upload_options_read(&f->settings, f->argv.count, f->argv.v, f->envp.v, err);
    if (rc == SMC_OK && !f->settings.is_help && !f->settings.is_version)
        rc = upload_options_check(&f->settings, err);
    return rc;
}

static void tear_down(struct fixture *f)
{
    upload_options_clear(&f->settings);
    upload_options_clear(&f->settings);
    words_clear(&f->argv);
    words_clear(&f->envp);
}

/* ---- the table of options, each by each of its ways ---- */

static enum smc_status read_options(void *settings, int argc, char **argv, char *const *envp,
                                    struct smc_error *err)
{
    return upload_options_read(settings, argc, argv, envp, err);
}

static void clear_options(void *settings)
{
    upload_options_clear(settings);
}

/* ---- and what it does not say ---- */

struct text_row {
    const char *name;
    const char *args;
    const char *env;
    size_t offset;
};

#define AT(member) offsetof(struct upload_settings, member)

static const struct text_row text_rows[] = {
    {"--set cancels the variable of --latest", "--set|value", "CASTOR_UPLOADER_LATEST=true",
     AT(set)},
    {"--t is --token: fixed, --timeout is ours", "--t|value", "", AT(token)},
    {"--file_p is --file_path", "--file_p|value", "", AT(file_path)},
    {"-d cancels the variable of -f", "-d|value", "CASTOR_UPLOADER_FILE_PATH=x",
     AT(directory_path)},
    {"-f cancels the variable of -d", "-f|value", "CASTOR_UPLOADER_DIRECTORY_PATH=x",
     AT(file_path)},
};

static void test_text_row(void **state)
{
    const struct text_row *row = *state;
    struct fixture f;
    (void)run(&f, row->args, row->env, NULL);
    const char *text = *(const char *const *)((const char *)&f.settings + row->offset);
    assert_non_null(text);
    assert_string_equal(text, "value");
    assert_true(!f.settings.file_path || !f.settings.directory_path);
    tear_down(&f);
}

/* Variables that other tools set, where ours is not set. */
static void test_aliases(void **state)
{
    static const char both[] = "CASTOR_UPLOADER_RETRIES=8|CASTOR_RETRY_OVERRIDE=9|"
                               "CASTOR_TIMEOUT_OVERRIDE=9|CASTOR_UPLOADER_TIMEOUT=8";
    struct fixture f;
    (void)state;
    (void)run(&f, "", "CASTOR_RETRY_OVERRIDE=9|CASTOR_TIMEOUT_OVERRIDE=9.5", NULL);
    assert_int_equal(f.settings.network.retries, 9);
    assert_int_equal(f.settings.network.timeout_ms, 9500);
    tear_down(&f);
    (void)run(&f, "", both, NULL);
    assert_int_equal(f.settings.network.retries, 8);
    assert_int_equal(f.settings.network.timeout_ms, 8000);
    tear_down(&f);
}

static void test_types_in_the_order_of_the_enum(void **state)
{
    static const struct {
        const char *args;
        int type;
    } types[] = {{"-t|DBT", UPLOAD_DBT},
                 {"-t|LOOKML", UPLOAD_LOOKML},
                 {"-t|QUALITY", UPLOAD_QUALITY},
                 {"-t|VIZ", UPLOAD_VIZ},
                 {"-t|WAREHOUSE", UPLOAD_WAREHOUSE}};
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct fixture f;
        (void)run(&f, types[i].args, "", NULL);
        assert_int_equal(f.settings.file_type, types[i].type);
        assert_int_equal(f.settings.zone, UPLOAD_ZONE_EU);
        tear_down(&f);
    }
}

/* ---- what can't be ---- */

#define UUID   "01234567-89ab-cdef-0123-456789abcdef"
#define WHO    "-k|tiger|-s|" UUID
#define LOOKML WHO "|-t|LOOKML|-f|x"

struct error_row {
    const char *name;
    const char *args;
    const char *env;
    const char *want; /* the beginning of the error's text */
};

static const struct error_row error_rows[] = {
    {"nothing at all: all that is missing in one text", "", "",
     "missing: --token (or --token-file, --token-command, the variable CASTOR_UPLOADER_TOKEN), "
     "--source_id (or the variable "
     "CASTOR_UPLOADER_SOURCE_ID), --file_type (or the variable CASTOR_UPLOADER_FILE_TYPE)"},
    {"no token", "-s|" UUID "|-t|VIZ|-f|x", "",
     "missing: --token (or --token-file, --token-command, the variable CASTOR_UPLOADER_TOKEN); "
     "and "},
    {"no source id", "-k|tiger|-t|VIZ|-f|x", "",
     "missing: --source_id (or the variable CASTOR_UPLOADER_SOURCE_ID)"},
    {"no type", WHO "|-f|x", "",
     "missing: --file_type (or the variable CASTOR_UPLOADER_FILE_TYPE)"},
    {"neither -f nor -d", WHO "|-t|VIZ", "",
     "missing: --file_path (or the variable CASTOR_UPLOADER_FILE_PATH), or --directory_path (or "
     "the variable CASTOR_UPLOADER_DIRECTORY_PATH)"},
    {"both -f and -d", WHO "|-t|VIZ|-f|x|-d|y", "",
     "--file_path and --directory_path exclude each other"},
    {"both by variable", WHO "|-t|VIZ",
     "CASTOR_UPLOADER_FILE_PATH=x|CASTOR_UPLOADER_DIRECTORY_PATH=y",
     "CASTOR_UPLOADER_FILE_PATH and CASTOR_UPLOADER_DIRECTORY_PATH exclude each other"},
    {"DBT with -d", WHO "|-t|DBT|-d|x", "",
     "--directory_path: type DBT takes one file, by --file_path"},
    {"LOOKML with -d", WHO "|-t|LOOKML|--project_name|p", "CASTOR_UPLOADER_DIRECTORY_PATH=x",
     "CASTOR_UPLOADER_DIRECTORY_PATH: type LOOKML takes one file, by --file_path"},
    {"type in the wrong case", "-t|viz", "",
     "--file_type: 'viz' is not one of DBT, LOOKML, QUALITY, VIZ, WAREHOUSE: did you mean 'VIZ'?"},
    {"type unknown", "-t|TABLEAU", "",
     "--file_type: 'TABLEAU' is not one of DBT, LOOKML, QUALITY, VIZ, WAREHOUSE"},
    {"zone in the wrong case", "-z|us", "",
     "--zone: 'us' is not one of EU, US: did you mean 'US'?"},
    {"zone unknown", "", "CASTOR_UPLOADER_ZONE=ASIA", "CASTOR_UPLOADER_ZONE: 'ASIA' is not one of"},
    {"source id: no UUID", "-k|x|-s|mine|-t|VIZ|-f|x", "", "--source_id: 'mine' is not a UUID"},
    {"source id: too short", "-k|x|-s|01234567-89ab-cdef-0123-456789abcde|-t|VIZ|-f|x", "",
     "--source_id: '(not shown, since it could be a secret)' is not a UUID"},
    {"source id: too long", "-k|x|-s|" UUID "0|-t|VIZ|-f|x", "",
     "--source_id: '(not shown, since it could be a secret)' is not a UUID"},
    {"source id: no hexadecimal digit", "-k|x|-s|01234567-89ab-cdef-0123-456789abcdeg|-t|VIZ|-f|x",
     "", "--source_id: '(not shown, since it could be a secret)' is not a UUID"},
    {"source id: no hyphens", "-k|x|-s|0123456789abcdef0123456789abcdef0123|-t|VIZ|-f|x", "",
     "--source_id: '(not shown, since it could be a secret)' is not a UUID"},
    {"source id: by variable", "-k|x|-t|VIZ|-f|x", "CASTOR_UPLOADER_SOURCE_ID=mine",
     "CASTOR_UPLOADER_SOURCE_ID: 'mine' is not a UUID"},
    {"--latest with -f", WHO "|-t|VIZ|-f|x|--latest", "",
     "--latest: sets are sent with --file_type VIZ or WAREHOUSE, from a directory "
     "(--directory_path)"},
    {"--latest with another type", WHO "|-t|QUALITY|-d|x|--latest", "",
     "--latest: sets are sent with --file_type VIZ or WAREHOUSE, from"},
    {"--set with another type", WHO "|-t|WAREHOUSE|-d|x|--set|1", "",
     "--set: sets are sent with --file_type VIZ, from"},
    {"--allow with another word", WHO "|-t|VIZ|-d|x|--allow|partial,all", "",
     "--allow: 'all' can't be allowed; expected one of partial, degraded, future, organization"},
    {"--organization-id with -f", WHO "|-t|VIZ|-f|x|--organization-id|o", "",
     "--organization-id: only sets have an organisation"},
    {"--organization-id with another type", WHO "|-t|QUALITY|-d|x|--organization-id|o", "",
     "--organization-id: only sets have an organisation"},
    {"--organization-id that is blank", WHO "|-t|VIZ|-d|x|--organization-id| ", "",
     "--organization-id: a blank text is not an organisation's id"},
    {"--set with letters", WHO "|-t|VIZ|-d|x|--set|17a", "",
     "--set: '17a' is not a set: give the digits"},
    {"--set that is empty", WHO "|-t|VIZ|-d|x|--set|", "", "--set: "},
    {"--check and --list", WHO "|-t|VIZ|-d|x|--check|--list", "",
     "--check and --list exclude each other: give one of them"},
    {"--check and --dry-run", WHO "|-t|VIZ|-d|x|--dry-run|--check", "",
     "--check and --dry-run exclude each other"},
    {"--json and --report -", WHO "|-t|VIZ|-d|x|--json|--report|-", "",
     "--json and --report exclude each other where both are to be written to standard output"},
    {"--check with the variable of --dry-run still needs a token",
     "-s|" UUID "|-t|VIZ|-d|x|--check", "CASTOR_UPLOADER_DRY_RUN=true", "missing: --token"},
    {"--set and --latest", WHO "|-t|VIZ|-d|x|--set|1|--latest", "",
     "--set and --latest exclude each other"},
    {"--parallel 0", "--parallel|0", "", "--parallel: '0' is not a whole number from 1 to 64"},
    {"--skip-uploaded with -f", WHO "|-t|VIZ|-f|x|--skip-uploaded", "",
     "--skip-uploaded: without a directory (--directory_path), --state has to say where"},
    {"--list of nothing", "--list", "", "--list: without a directory (--directory_path), --state"},
    {"--list of a source id that is not one", "--list|--state|x|-s|mine", "",
     "--source_id: 'mine' is not a UUID"},
    {"--dry-run without a type", "-s|" UUID "|-d|x|--dry-run", "",
     "missing: --file_type (or the variable CASTOR_UPLOADER_FILE_TYPE)"},
    {"LOOKML without a project", LOOKML, "",
     "type LOOKML: missing: --project_name (or the variable CASTOR_UPLOADER_PROJECT_NAME)"},
    {"a blank project", LOOKML "|--project_name| \t", "",
     "--project_name: a blank name is not a Looker project"},
    {"project .", LOOKML "|--project_name|.", "", "--project_name: '.' can't be a Looker project"},
    {"project ..", LOOKML "|--project_name|..", "",
     "--project_name: '..' can't be a Looker project"},
    {"project with a slash", LOOKML, "CASTOR_UPLOADER_PROJECT_NAME=a/b",
     "CASTOR_UPLOADER_PROJECT_NAME: 'a/b' can't be a Looker project"},
    {"token with a line end", WHO "|-t|VIZ|-f|x|-k|tiger\n", "",
     "--token: a space or a control character (a line end?) can't be part of it"},
    {"CASTOR_TIMEOUT_OVERRIDE can't be read", "", "CASTOR_TIMEOUT_OVERRIDE=long",
     "CASTOR_TIMEOUT_OVERRIDE: 'long' is not a number of seconds above 0"},
    {"CASTOR_RETRY_OVERRIDE can't be read", "", "CASTOR_RETRY_OVERRIDE=1.5",
     "CASTOR_RETRY_OVERRIDE: '1.5' is not a whole number from 0 to 100"},
    {"--timeout 0", "--timeout|0", "", "--timeout: '0' is not a number of seconds above 0"},
    {"--retries 101", "--retries|101", "", "--retries: '101' is not a whole number from 0 to 100"},
    {"--file fits two fixed ones", "--file|x", "",
     "option '--file' is ambiguous: it could be any of --file_type, --file_path"},
    {"endpoint with a query", WHO "|-t|VIZ|-f|x|--endpoint|https://host/a?b=c", "",
     "--endpoint: the path after the host"},
    {"endpoint with a fragment", WHO "|-t|VIZ|-f|x|--endpoint|https://host/a#b", "",
     "--endpoint: the path after the host"},
    {"endpoint with a space", WHO "|-t|VIZ|-f|x|--endpoint|https://host/a b", "",
     "--endpoint: the path after the host"},
    {"endpoint with ..", WHO "|-t|VIZ|-f|x|--endpoint|https://host/../b", "",
     "--endpoint: the path after the host"},
    {"endpoint with an empty part", WHO "|-t|VIZ|-f|x|--endpoint|https://host/a//b", "",
     "--endpoint: the path after the host"},
    {"endpoint by http to another machine", WHO "|-t|VIZ|-f|x|--endpoint|http://host/a", "",
     "--endpoint: "},
    {"endpoint with a user name", WHO "|-t|VIZ|-f|x", "CASTOR_UPLOADER_ENDPOINT=https://me@host",
     "CASTOR_UPLOADER_ENDPOINT: "},
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
    free(got);
    tear_down(&f);
}

/* ---- the ways of giving the secret ---- */

#define OTHERS "-t|VIZ|-f|x|-s|01234567-89ab-cdef-0123-456789abcdef"

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
    {"itself", "-k|tiger", "", "tiger", NULL, NULL, NULL},
    {"a file", "--token-file|x", "", NULL, "x", NULL, NULL},
    {"standard input", "--token-file|-", "", NULL, "-", NULL, NULL},
    {"a file, with underscores", "--token_file=x", "", NULL, "x", NULL, NULL},
    {"a command", "--token-command|echo a b", "", NULL, NULL, "echo a b", NULL},
    {"a file by variable", "", "CASTOR_UPLOADER_TOKEN_FILE=x", NULL, "x", NULL, NULL},
    {"a command by variable", "", "CASTOR_UPLOADER_TOKEN_COMMAND=x", NULL, NULL, "x", NULL},
    {"the flag of a file cancels the others' variables", "--token-file|x",
     "CASTOR_UPLOADER_TOKEN=tiger|CASTOR_UPLOADER_TOKEN_COMMAND=y|CASTOR_UPLOADER_TOKEN_FILE=z",
     NULL, "x", NULL, NULL},
    {"the flag of a command cancels the others' variables", "--token-command|x",
     "CASTOR_UPLOADER_TOKEN=tiger|CASTOR_UPLOADER_TOKEN_FILE=y", NULL, NULL, "x", NULL},
    {"the secret's flag cancels the others' variables", "-k|tiger",
     "CASTOR_UPLOADER_TOKEN_COMMAND=x|CASTOR_UPLOADER_TOKEN_FILE=y", "tiger", NULL, NULL, NULL},
    {"empty variables count as not set", "", "CASTOR_UPLOADER_TOKEN=|CASTOR_UPLOADER_TOKEN_FILE=x",
     NULL, "x", NULL, NULL},
    {"the secret and a file", "-k|tiger|--token-file|x", "", NULL, NULL, NULL,
     BOTH("--token", "--token-file")},
    {"a command and a file", "--token-command|x|--token-file|x", "", NULL, NULL, NULL,
     BOTH("--token-command", "--token-file")},
    {"the variables of the secret and of a file", "",
     "CASTOR_UPLOADER_TOKEN=tiger|CASTOR_UPLOADER_TOKEN_FILE=x", NULL, NULL, NULL,
     BOTH("CASTOR_UPLOADER_TOKEN", "CASTOR_UPLOADER_TOKEN_FILE")},
    {"the variables of a file and of a command", "",
     "CASTOR_UPLOADER_TOKEN_COMMAND=x|CASTOR_UPLOADER_TOKEN_FILE=x", NULL, NULL, NULL,
     BOTH("CASTOR_UPLOADER_TOKEN_FILE", "CASTOR_UPLOADER_TOKEN_COMMAND")},
    {"none", "", "CASTOR_UPLOADER_TOKEN_FILE=", NULL, NULL, NULL,
     "missing: --token (or --token-file, --token-command, the variable CASTOR_UPLOADER_TOKEN); and "
     "no configuration file was found"},
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
        assert_text(f.settings.token, row->token);
        assert_text(f.settings.token_file, row->file);
        assert_text(f.settings.token_command, row->command);
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
    {"itself", "--token=tiger", SMC_OK, "tiger"},
    {"by command", "--token-command=echo lion", SMC_OK, "lion"},
    {"by a command that fails", "--token-command=exit 3", SMC_ERR_USAGE,
     "--token-command: the command ended with status 3"},
    {"by a file that is missing", "--token-file=/nowhere/token", SMC_ERR_IO,
     "--token-file: /nowhere/token: No such file or directory"},
};

static void test_load_row(void **state)
{
    const struct load_row *row = *state;
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    char *args = text_format("%s|%s", row->arg, OTHERS);
    assert_int_equal(run(&f, args, "", NULL), SMC_OK);
    assert_int_equal(upload_options_load_secret(&f.settings, -1, NULL, &err), row->status);
    assert_string_equal(row->status == SMC_OK ? f.settings.token : err.detail, row->want);
    free(args);
    tear_down(&f);
    assert_null(f.settings.token);
}

/* ---- what can ---- */

struct good_row {
    const char *name;
    const char *args;
    const char *origin;
    const char *prefix;
};

static const struct good_row good_rows[] = {
    {"zone EU", "", "https://ingest.castordoc.com", ""},
    {"zone US", "-z|US", "https://ingest.us.castordoc.com", ""},
    {"endpoint", "--endpoint|https://host.example", "https://host.example", ""},
    {"endpoint before the zone", "-z|US|--endpoint|https://host.example", "https://host.example",
     ""},
    {"endpoint with a slash", "--endpoint|https://host.example/", "https://host.example", ""},
    {"endpoint with a port", "--endpoint|https://host.example:8443", "https://host.example:8443",
     ""},
    {"endpoint without a scheme", "--endpoint|host.example/x", "https://host.example", "/x"},
    {"endpoint with a path", "--endpoint|https://host.example/a/b-c", "https://host.example",
     "/a/b-c"},
    {"endpoint with a path and slashes", "--endpoint|https://host.example/a//",
     "https://host.example", "/a"},
    {"endpoint on loopback", "--endpoint|http://127.0.0.1:8080/in", "http://127.0.0.1:8080", "/in"},
};

static void test_good_row(void **state)
{
    const struct good_row *row = *state;
    struct fixture f;
    struct smc_error err = SMC_ERROR_INIT;
    char *args = text_format(WHO "|-t|VIZ|-d|x%s%s", *row->args ? "|" : "", row->args);
    assert_int_equal(run(&f, args, "", &err), SMC_OK);
    assert_string_equal(smc_buf_str(&f.settings.origin), row->origin);
    assert_string_equal(smc_buf_str(&f.settings.prefix), row->prefix);
    free(args);
    tear_down(&f);
}

static void test_source_id_in_lower_case(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(run(&f, WHO "|-t|VIZ|-f|x|-s|ABCDEF01-89AB-CDEF-0123-456789ABCDEF", "", NULL),
                     SMC_OK);
    assert_string_equal(f.settings.source_uuid, "abcdef01-89ab-cdef-0123-456789abcdef");
    assert_string_equal(f.settings.source_id, "ABCDEF01-89AB-CDEF-0123-456789ABCDEF");
    tear_down(&f);
}

static void test_lookml_with_a_project(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(run(&f, LOOKML "|--project_name|my project%", "", NULL), SMC_OK);
    assert_string_equal(f.settings.project_name, "my project%");
    tear_down(&f);
}

static void test_other_types_pass_over_the_project(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(run(&f, WHO "|-t|VIZ|-f|x", "CASTOR_UPLOADER_PROJECT_NAME=a/b", NULL), SMC_OK);
    tear_down(&f);
}

static void test_all_by_variable(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(run(&f, "",
                         "CASTOR_UPLOADER_TOKEN=tiger|CASTOR_UPLOADER_SOURCE_ID=" UUID
                         "|castor_uploader_file_type=DBT|Castor_Uploader_File_Path=x",
                         NULL),
                     SMC_OK);
    assert_string_equal(f.settings.file_path, "x");
    tear_down(&f);
}

static void test_help_needs_nothing(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(run(&f, "-f|x|-d|y|-h", "CASTOR_RETRY_OVERRIDE=x", NULL), SMC_OK);
    assert_true(f.settings.is_help);
    tear_down(&f);
}

static void test_version_needs_nothing(void **state)
{
    (void)state;
    struct fixture f;
    assert_int_equal(run(&f, "--vers", "CASTOR_RETRY_OVERRIDE=x", NULL), SMC_OK);
    assert_true(f.settings.is_version);
    tear_down(&f);
}

static void test_names_of_types(void **state)
{
    (void)state;
    assert_string_equal(upload_type_name(UPLOAD_DBT), "DBT");
    assert_string_equal(upload_type_name(UPLOAD_WAREHOUSE), "WAREHOUSE");
    assert_string_equal(upload_type_name(-1), "");
    assert_string_equal(upload_type_name(UPLOAD_WAREHOUSE + 1), "");
}

/* What is said of sets at a lower place does not stand against what a flag names. */
static void test_a_flag_overrules_what_is_said_of_sets(void **state)
{
    (void)state;
    static const char *const args[] = {WHO "|-t|VIZ|-f|x", WHO "|-t|WAREHOUSE|-d|x",
                                       WHO "|-t|DBT|-f|x", WHO "|-t|VIZ|-d|x|--latest=false"};
    for (size_t i = 0; i < sizeof args / sizeof args[0]; i++) {
        struct fixture f;
        struct smc_error err = SMC_ERROR_INIT;
        assert_int_equal(run(&f, args[i],
                             "CASTOR_UPLOADER_LATEST=true|CASTOR_UPLOADER_SKIP_UPLOADED=true",
                             &err),
                         SMC_OK);
        assert_false(f.settings.is_latest);
        assert_int_equal(f.settings.is_skipping, f.settings.file_path == NULL);
        tear_down(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source_id_in_lower_case),
        cmocka_unit_test(test_lookml_with_a_project),
        cmocka_unit_test(test_other_types_pass_over_the_project),
        cmocka_unit_test(test_all_by_variable),
        cmocka_unit_test(test_a_flag_overrules_what_is_said_of_sets),
        cmocka_unit_test(test_help_needs_nothing),
        cmocka_unit_test(test_version_needs_nothing),
        cmocka_unit_test(test_names_of_types),
        cmocka_unit_test(test_aliases),
        cmocka_unit_test(test_types_in_the_order_of_the_enum),
    };
    const struct option_program program = {"upload options: the table", upload_program()->table,
                                           sizeof(struct upload_settings), read_options,
                                           clear_options};
    int failed = option_table_run(&program);
    failed += RUN_TABLE("upload options: texts", text_rows, test_text_row);
    failed += RUN_TABLE("upload options: errors", error_rows, test_error_row);
    failed += RUN_TABLE("upload options: ways of giving the secret", way_rows, test_way_row);
    failed += RUN_TABLE("upload options: loading it", load_rows, test_load_row);
    failed += RUN_TABLE("upload options: addresses", good_rows, test_good_row);
    failed += cmocka_run_group_tests_name("upload options", tests, NULL, NULL);
    return failed;
}
