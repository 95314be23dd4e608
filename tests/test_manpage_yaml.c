/* sigmacat.yaml(5) lists the keys that the settings tables have, its files can be read, and what it
 * tells of messages is what the programs say.
 *
 * Run from the project's folder. With "sigma" or "upload" as its argument it prints the lines that
 * belong between that part's two marker comments. */
#include "tests/support/support.h"

#include <sys/stat.h>

#include "extract/options.h"
#include "upload/options.h"

#define PAGE      "lib/cli/sigmacat.yaml.5"
#define WORDS_MAX 8

static void add(struct smc_buf *out, const char *text)
{
    if (smc_buf_addstr(out, text) != SMC_OK)
        fail_msg("out of memory");
}

/* What stands between two lines of the page; to be freed. */
static char *part_of_page(const char *what)
{
    char *page = file_read(PAGE, NULL);
    char *begin_line = text_format(".\\\" %s: begin\n", what);
    char *end_line = text_format(".\\\" %s: end\n", what);
    char *begin = strstr(page, begin_line);
    char *end = strstr(page, end_line);
    if (!begin || !end || begin > end)
        fail_msg("%s has no %s", PAGE, what);
    begin += strlen(begin_line);
    char *part = text_format("%.*s", (int)(end - begin), begin);
    free(end_line);
    free(begin_line);
    free(page);
    return part;
}

/* ---- keys ---- */

/* NULL where the help has all that can be said. */
static char *type_of(const struct smci_setting *row)
{
    long long min = row->min;
    switch (row->type) {
    case SMCI_SETTING_TEXT:
        return text_format("text");
    case SMCI_SETTING_SECRET:
        return text_format("secret");
    case SMCI_SETTING_PATH:
        return text_format("path");
    case SMCI_SETTING_LIST:
        return text_format("list");
    case SMCI_SETTING_WHOLE:
        if (row->max == INT32_MAX)
            return text_format("whole number from %lld", min);
        return text_format("whole number from %lld to %lld", min, (long long)row->max);
    case SMCI_SETTING_SECONDS:
        return text_format("seconds");
    case SMCI_SETTING_DECIMAL:
        return text_format("number from %lld", min);
    case SMCI_SETTING_LIMIT:
        return text_format("whole number, or share with %%");
    case SMCI_SETTING_FLAG:
        return text_format("true or false");
    case SMCI_SETTING_CHOICE:
        return NULL;
    }
    return NULL;
}

/* "not with a, b": what excludes a row. */
static void add_rivals(const struct smci_settings_table *table, const struct smci_setting *row,
                       struct smc_buf *out)
{
    char key[64];
    bool is_first = true;
    for (size_t i = 0; i < table->count; i++) {
        const struct smci_setting *other = &table->rows[i];
        if (other == row || row->group == 0 || other->group != row->group ||
            !smci_setting_key(other, key, sizeof key))
            continue;
        add(out, is_first ? ";\nnot with\n" : " ,\n");
        add(out, ".Li ");
        add(out, key);
        is_first = false;
    }
}

static void add_row(const struct smci_settings_table *table, const struct smci_setting *row,
                    struct smc_buf *out)
{
    char key[64];
    if (!smci_setting_key(row, key, sizeof key))
        return;
    char *type = type_of(row);
    char *head = text_format(".It Li %s\n%s", key, row->help);
    add(out, head);
    if (type) {
        add(out, ";\n");
        add(out, type);
    }
    if (row->fallback) {
        add(out, ";\ndefault: ");
        add(out, row->fallback);
    }
    add_rivals(table, row, out);
    add(out, "\n");
    free(head);
    free(type);
}

static char *keys_of(const struct smci_cli_program *program)
{
    struct smc_buf out = SMC_BUF_INIT(65536);
    for (size_t i = 0; i < program->table->count; i++)
        add_row(program->table, &program->table->rows[i], &out);
    return out.data;
}

static void check_keys(const struct smci_cli_program *program)
{
    char *what = text_format("The keys of %s, as the settings table has them", program->part);
    char *part = part_of_page(what);
    char *want = keys_of(program);
    assert_string_equal(part, want);
    free(want);
    free(part);
    free(what);
}

static void test_keys_of_sigma(void **state)
{
    (void)state;
    check_keys(extract_program());
}

static void test_keys_of_upload(void **state)
{
    (void)state;
    check_keys(upload_program());
}

/* ---- files ---- */

struct fixture {
    char *dir;
    char *path; /* of a file in it */
    struct extract_settings extract;
    struct upload_settings upload;
    struct smc_error err;
};

static void set_up(struct fixture *f, const char *text)
{
    memset(f, 0, sizeof *f);
    f->dir = temp_dir_make();
    f->path = text_format("%s/config.yaml", f->dir);
    file_write(f->path, text, strlen(text));
    assert_int_equal(chmod(f->path, 0600), 0);
}

static void tear_down(struct fixture *f)
{
    extract_options_clear(&f->extract);
    upload_options_clear(&f->upload);
    free(f->path);
    temp_dir_remove(f->dir);
}

/* Words that read the file, and the profile where one is given. */
static int command_line(struct fixture *f, char *profile, char *words[WORDS_MAX])
{
    static char program[] = "program";
    static char config[] = "--config";
    static char choice[] = "--profile";
    int count = 0;
    words[count++] = program;
    words[count++] = config;
    words[count++] = f->path;
    if (profile) {
        words[count++] = choice;
        words[count++] = profile;
    }
    words[count] = NULL;
    return count;
}

static void read_both(struct fixture *f, char *profile)
{
    char *words[WORDS_MAX];
    char *none[] = {NULL};
    int count = command_line(f, profile, words);
    enum smc_status rc = extract_options_read(&f->extract, count, words, none, &f->err);
    if (rc == SMC_OK)
        rc = upload_options_read(&f->upload, count, words, none, &f->err);
    if (rc != SMC_OK)
        fail_msg("the page's file: %s", f->err.detail);
}

struct organisation {
    const char *name;
    const char *region;
    const char *secret;
    const char *token;
    const char *directory;
};

/* The profiles of the page's example are all that both programs need. */
static void test_example(void **state)
{
    const struct organisation *row = *state;
    char *text = part_of_page("example");
    char *name = text_format("%s", row->name);
    struct fixture f;
    set_up(&f, text);
    read_both(&f, name);
    char *secret = text_format("%s/%s", f.dir, row->secret);
    char *token = text_format("%s/%s", f.dir, row->token);
    assert_int_equal(extract_options_check(&f.extract, &f.err), SMC_OK);
    assert_int_equal(upload_options_check(&f.upload, &f.err), SMC_OK);
    assert_string_equal(f.extract.host, row->region);
    assert_string_equal(f.extract.api_token_file, secret);
    assert_string_equal(f.upload.token_file, token);
    assert_string_equal(f.extract.output, row->directory);
    assert_string_equal(f.upload.directory_path, row->directory);
    assert_true(f.extract.is_incremental && f.upload.is_latest && f.upload.is_skipping);
    assert_int_equal(f.extract.sources.warnings.len, 0);
    free(token);
    free(secret);
    tear_down(&f);
    free(name);
    free(text);
}

static void test_form(void **state)
{
    (void)state;
    char *text = part_of_page("form");
    char acme[] = "acme";
    struct fixture f;
    set_up(&f, text);
    read_both(&f, acme);
    assert_string_equal(f.extract.host, "aws-us-west");
    assert_int_equal(f.extract.keep, 7);
    assert_int_equal(f.upload.zone, UPLOAD_ZONE_US);
    extract_options_clear(&f.extract);
    upload_options_clear(&f.upload);
    read_both(&f, NULL);
    assert_string_equal(f.extract.host, "azure-eu");
    assert_int_equal(f.upload.zone, UPLOAD_ZONE_EU);
    tear_down(&f);
    free(text);
}

/* The file of one organisation, with its secrets. */
static void test_single(void **state)
{
    (void)state;
    char *text = part_of_page("single");
    struct fixture f;
    set_up(&f, text);
    read_both(&f, NULL);
    char *directory = text_format("%s/acme", f.dir);
    assert_int_equal(extract_options_check(&f.extract, &f.err), SMC_OK);
    assert_int_equal(upload_options_check(&f.upload, &f.err), SMC_OK);
    assert_string_equal(f.extract.api_token, "SIGMA-CLIENT-SECRET");
    assert_string_equal(f.upload.token, "CATALOG-TOKEN");
    assert_string_equal(f.extract.output, directory);
    assert_string_equal(f.upload.directory_path, directory);
    free(directory);
    tear_down(&f);
    free(text);
}

/* ---- messages ---- */

struct diagnostic {
    const char *name; /* as the page has it */
    const char *text; /* of a file that brings it about; NULL: there is none */
    const char *profile;
};

#define ACME "profiles:\n  acme:\n"

static const struct diagnostic diagnostics[] = {
    {"unknown key 'client-id': did you mean 'client_id'?", ACME "    sigma:\n      client-id: x\n",
     "acme"},
    {"unknown key 'host': 'sigma' and 'upload' are expected here", ACME "    host: x\n", "acme"},
    {"unknown key 'acme': 'defaults' and 'profiles' are expected here", "acme:\n  sigma:\n",
     "acme"},
    {"unknown key 'token_file': did you mean 'api_token_file'?",
     ACME "    sigma:\n      token_file: x\n", "acme"},
    {"'host' is here twice: keep one of them", ACME "    sigma:\n      host: x\n      host: y\n",
     "acme"},
    {"host: the value is empty: give one, or take the key out", ACME "    sigma:\n      host:\n",
     "acme"},
    {"host: a single value is expected, not keys and values",
     ACME "    sigma:\n      host:\n        client_id: x\n", "acme"},
    {"sigma: keys and values are expected, not a single value",
     ACME "    sigma:\n      host:aws-eu\n", "acme"},
    {"a tab: YAML is indented with spaces only", "profiles:\n\tacme:\n", "acme"},
    {"this is not YAML: did not find expected key", ACME "    sigma: {}\n   upload: {}\n", "acme"},
    {"this is not YAML: mapping values are not allowed in this context",
     ACME "    sigma:\n      client_id: x: y\n", "acme"},
    {"aliases ('*name') are not supported", ACME "    sigma:\n      client_id: *x\n", "acme"},
    {"concurrency: 'many' is not a whole number from 1 to 64",
     ACME "    sigma:\n      concurrency: many\n", "acme"},
    {"api_token_file and api_token of the same part exclude each other",
     ACME "    sigma:\n      api_token: x\n      api_token_file: y\n", "acme"},
    {"there is no profile 'acne' in", ACME, "acne"},
    {"a profile needs a configuration file, and there is none", NULL, "acme"},
    {"no profile was chosen", ACME, NULL},
    {"can't read the configuration file", NULL, NULL},
};

static void test_diagnostic(void **state)
{
    const struct diagnostic *row = *state;
    char *words[WORDS_MAX];
    char *none[] = {NULL};
    char *part = part_of_page("diagnostics");
    char *item = text_format(".It Li \"%s\"\n", row->name);
    char *profile = row->profile ? text_format("%s", row->profile) : NULL;
    struct fixture f;
    set_up(&f, row->text ? row->text : "");
    int count = command_line(&f, profile, words);
    if (!row->text)
        assert_int_equal(remove(f.path), 0);
    if (!row->text && profile) { /* without --config */
        words[1] = words[3];
        words[2] = words[4];
        words[3] = NULL;
        count = 3;
    }
    enum smc_status rc = extract_options_read(&f.extract, count, words, none, &f.err);
    if (rc == SMC_OK)
        rc = extract_options_check(&f.extract, &f.err);
    assert_int_equal(rc, row->text || profile ? SMC_ERR_USAGE : SMC_ERR_IO);
    if (!strstr(f.err.detail, row->name))
        fail_msg("the program says: %s", f.err.detail);
    if (!strstr(part, item))
        fail_msg("%s does not have it", PAGE);
    tear_down(&f);
    free(profile);
    free(item);
    free(part);
}

/* None is told that is not tried above. */
static void test_all_diagnostics(void **state)
{
    (void)state;
    char *part = part_of_page("diagnostics");
    size_t count = 0;
    for (const char *at = part; (at = strstr(at, ".It Li \"")) != NULL; at++)
        count++;
    assert_int_equal(count, sizeof diagnostics / sizeof diagnostics[0]);
    free(part);
}

int main(int argc, char **argv)
{
    static const struct organisation organisations[] = {
        {"acme", "aws-us-west", "acme.sigma", "acme.catalog", "/var/lib/sigmacat/acme"},
        {"globex", "azure-eu", "globex.sigma", "globex.catalog", "/var/lib/sigmacat/globex"},
    };
    if (argc == 2) {
        bool is_upload = strcmp(argv[1], "upload") == 0;
        char *text = keys_of(is_upload ? upload_program() : extract_program());
        (void)fputs(text, stdout);
        free(text);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_of_sigma),
        cmocka_unit_test(test_keys_of_upload),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_single),
        cmocka_unit_test(test_all_diagnostics),
    };
    int failed = cmocka_run_group_tests_name("sigmacat.yaml(5)", tests, NULL, NULL);
    failed += RUN_TABLE("the example of sigmacat.yaml(5)", organisations, test_example);
    return failed + RUN_TABLE("messages of sigmacat.yaml(5)", diagnostics, test_diagnostic);
}
