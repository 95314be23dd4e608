/* The manual pages list the options and the lines of the log that the tables have, in the tables'
 * words.
 *
 * Run from the project's folder. With a program's name as its argument it prints the lines that
 * belong between the page's two marker comments; with "events" behind that, those of the log. */
#include "tests/support/support.h"

#include <ctype.h>

#include "extract/options.h"
#include "lib/base/log_event.h"
#include "lib/cli/regions.h"
#include "upload/options.h"

#define EVENTS_BEGIN ".\\\" The kinds of lines, as the tables of the log have them: begin\n"
#define EVENTS_END   ".\\\" The kinds of lines, as the tables of the log have them: end\n"
#define BEGIN        ".\\\" The options, as the settings table has them: begin\n"
#define END          ".\\\" The options, as the settings table has them: end\n"

static enum smc_status add_row(const struct smci_setting *row, struct smc_buf *out)
{
    const char *ar = row->metavar ? " Ar " : "";
    const char *metavar = row->metavar ? row->metavar : "";
    enum smc_status rc = smc_buf_addstr(out, ".It");
    if (row->letter != 0)
        rc |= smc_buf_addf(out, " Fl %c%s%s ,", row->letter, ar, metavar);
    rc |= smc_buf_addf(out, " Fl %s%s%s\n", row->flag + 1, ar, metavar);
    bool is_value =
        row->choices && strncmp(row->help, row->choices[0], strlen(row->choices[0])) == 0;
    rc |=
        smc_buf_addf(out, "%c%s.\n", is_value ? row->help[0] : toupper((unsigned char)row->help[0]),
                     row->help + 1);
    if (row->fallback)
        rc |= smc_buf_addf(out, "Default: %s.\n", row->fallback);
    char key[64];
    bool has_key = smci_setting_key(row, key, sizeof key);
    const char *end = has_key ? "," : ".";
    if (row->variable)
        rc |= smc_buf_addf(out, "Variable:\n.Ev %s %s\n", row->variable, row->alias ? "," : end);
    if (row->alias)
        rc |= smc_buf_addf(out, "else\n.Ev %s %s\n", row->alias, end);
    if (has_key)
        rc |= smc_buf_addf(out, "key:\n.Li %s .\n", key);
    return rc;
}

static char *options_of(const struct smci_cli_program *program)
{
    struct smc_buf out = SMC_BUF_INIT(65536);
    if (smc_buf_reserve(&out, 1) != SMC_OK)
        fail_msg("out of memory");
    for (size_t i = 0; i < program->table->count; i++)
        if (add_row(&program->table->rows[i], &out) != SMC_OK)
            fail_msg("out of memory");
    return out.data;
}

/* "Members: Li a , Li b ." of a kind. */
static enum smc_status add_members(const struct smci_log_kind *kind, struct smc_buf *out)
{
    enum smc_status rc = SMC_OK;
    const char *before = "Members:\n";
    for (const struct smci_log_member *one = smci_log_members; one->name; one++) {
        if (!smci_log_kind_has(kind, one))
            continue;
        rc |= smc_buf_addf(out, "%s.Li %s", before, one->name);
        before = " ,\n";
    }
    return *kind->members ? rc | smc_buf_addstr(out, " .\n") : rc;
}

static bool is_used(const struct smci_log_member *member, unsigned program)
{
    for (int i = SMCI_EVENT_NONE + 1; i < SMCI_EVENT_COUNT; i++)
        if ((smci_log_kinds[i].programs & program) && smci_log_kind_has(&smci_log_kinds[i], member))
            return true;
    return false;
}

/* A kind's words begin with a small letter, since they stand behind its name. */
static char *events_of(unsigned program)
{
    struct smc_buf out = SMC_BUF_INIT(65536);
    enum smc_status rc = smc_buf_addstr(&out, ".Bl -tag -width Ds\n");
    for (const struct smci_log_member *one = smci_log_members; one->name; one++)
        if (is_used(one, program))
            rc |= smc_buf_addf(&out, ".It Li %s\n%c%s.\n", one->name,
                               toupper((unsigned char)one->meaning[0]), one->meaning + 1);
    rc |= smc_buf_addstr(&out, ".El\n.Pp\nThe events are:\n.Bl -tag -width Ds\n");
    for (int i = SMCI_EVENT_NONE + 1; i < SMCI_EVENT_COUNT; i++) {
        const struct smci_log_kind *kind = &smci_log_kinds[i];
        if (!(kind->programs & program))
            continue;
        rc |= smc_buf_addf(&out, ".It Li %s\n%c%s.\n", kind->word,
                           toupper((unsigned char)kind->meaning[0]), kind->meaning + 1);
        rc |= add_members(kind, &out);
    }
    rc |= smc_buf_addstr(&out, ".El\n");
    if (rc != SMC_OK)
        fail_msg("out of memory");
    return out.data;
}

/* What the page has between the marks is `want`, which is freed. */
static void check_page(const char *path, const char *mark, const char *end_mark, char *want)
{
    char *page = file_read(path, NULL);
    char *begin = strstr(page, mark);
    char *end = strstr(page, end_mark);
    assert_true(begin && end && begin < end);
    *end = '\0';
    assert_string_equal(begin + strlen(mark), want);
    free(want);
    free(page);
}

static void test_page_of_extract(void **state)
{
    static const char path[] = "extract/castor-extract-sigma.1";
    (void)state;
    check_page(path, BEGIN, END, options_of(extract_program()));
    check_page(path, EVENTS_BEGIN, EVENTS_END, events_of(SMCI_LOGS_EXTRACT));
}

static void test_page_of_upload(void **state)
{
    static const char path[] = "upload/castor-upload.1";
    (void)state;
    check_page(path, BEGIN, END, options_of(upload_program()));
    check_page(path, EVENTS_BEGIN, EVENTS_END, events_of(SMCI_LOGS_UPLOAD));
}

/* mdoc(7) has macros that are English words, too, and takes them for macros behind another. */
static void test_words(void **state)
{
    static const char *const pages[] = {"extract/castor-extract-sigma.1",
                                        "extract/sigmacat-files.5", "upload/castor-upload.1",
                                        "lib/cli/sigmacat.yaml.5", "lib/libsigmacat.3"};
    static const char *const swallowed[] = {"\n.It An ", "\n.It At ", "\n.It In ", "\n.It No ",
                                            "\n.It Of "};
    (void)state;
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        char *page = file_read(pages[i], NULL);
        for (size_t k = 0; k < sizeof swallowed / sizeof swallowed[0]; k++)
            assert_lacks(page, swallowed[k]);
        free(page);
    }
}

/* Error texts send people to the page for these. */
static void test_hosts(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "aws-api.sigmacomputing.com",      "api.us-a.aws.sigmacomputing.com",
        "api.ca.aws.sigmacomputing.com",   "api.eu.aws.sigmacomputing.com",
        "api.au.aws.sigmacomputing.com",   "api.uk.aws.sigmacomputing.com",
        "api.us.azure.sigmacomputing.com", "api.eu.azure.sigmacomputing.com",
        "api.ca.azure.sigmacomputing.com", "api.uk.azure.sigmacomputing.com",
        "api.au.azure.sigmacomputing.com", "api.sigmacomputing.com",
        "api.sa.gcp.sigmacomputing.com",
    };
    char *page = file_read("extract/castor-extract-sigma.1", NULL);
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        char *cell = text_format(" Ta %s\n", hosts[i]);
        assert_contains(page, cell);
        free(cell);
    }
    free(page);
}

/* Each region's name stands beside its host. */
static void test_regions(void **state)
{
    (void)state;
    size_t count = 0;
    const struct smci_region *regions = smci_regions_all(&count);
    char *page = file_read("extract/castor-extract-sigma.1", NULL);
    for (size_t i = 0; i < count; i++) {
        char *begin = text_format("\n.It %s Ta ", regions[i].name);
        char *end = text_format(" Ta %s", regions[i].host);
        char *line = strstr(page, begin);
        assert_non_null(line);
        line[1 + strcspn(line + 1, "\n")] = '\0';
        assert_contains(line, end);
        line[strlen(line)] = '\n';
        free(end);
        free(begin);
    }
    free(page);
}

int main(int argc, char **argv)
{
    if (argc >= 2) {
        bool is_upload = strcmp(argv[1], "castor-upload") == 0;
        char *text = argc > 2 ? events_of(is_upload ? SMCI_LOGS_UPLOAD : SMCI_LOGS_EXTRACT)
                              : options_of(is_upload ? upload_program() : extract_program());
        (void)fputs(text, stdout);
        free(text);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_page_of_extract), cmocka_unit_test(test_page_of_upload),
        cmocka_unit_test(test_words),           cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_regions),
    };
    return cmocka_run_group_tests_name("manual pages", tests, NULL, NULL);
}
