/* The kinds of lines that a log has: the tables of them, the places that write them, and what the
 * built programs write. Run from the project's folder. */
#include "support/support.h"

#include <ctype.h>
#include <glob.h>
#include <unistd.h>

#include "lib/base/log_event.h"
#include "support/log_lines.h"
#include "support/program.h"
#include "support/stand_in.h"

/* ---- the tables ---- */

static void test_kinds(void **state)
{
    (void)state;
    assert_null(smci_log_kinds[SMCI_EVENT_NONE].word);
    for (int i = SMCI_EVENT_NONE + 1; i < SMCI_EVENT_COUNT; i++) {
        const struct smci_log_kind *kind = &smci_log_kinds[i];
        if (!kind->word || !*kind->meaning || !kind->members || kind->programs == 0)
            fail_msg("the kind behind %s is lacking", smci_log_kinds[i - 1].word);
        for (const char *p = kind->word; *p; p++)
            assert_true(islower((unsigned char)*p) || *p == '_');
        for (int other = SMCI_EVENT_NONE + 1; other < i; other++)
            assert_string_not_equal(kind->word, smci_log_kinds[other].word);
    }
}

/* Each word among a kind's members is one, once, and each member belongs to a kind. */
static void test_members(void **state)
{
    (void)state;
    for (const struct smci_log_member *one = smci_log_members; one->name; one++) {
        size_t users = 0;
        for (int i = SMCI_EVENT_NONE + 1; i < SMCI_EVENT_COUNT; i++)
            users += smci_log_kind_has(&smci_log_kinds[i], one);
        if (users == 0)
            fail_msg("no line has the member %s", one->name);
    }
    for (int i = SMCI_EVENT_NONE + 1; i < SMCI_EVENT_COUNT; i++) {
        size_t words = 0;
        size_t known = 0;
        const char *text = smci_log_kinds[i].members;
        for (const char *at = text; *at; at += strcspn(at, " "), at += *at == ' ')
            words++;
        for (const struct smci_log_member *one = smci_log_members; one->name; one++)
            known += smci_log_kind_has(&smci_log_kinds[i], one);
        if (words != known)
            fail_msg("%s has a member that is none, or one twice: %s", smci_log_kinds[i].word,
                     text);
    }
}

/* ---- the places ---- */

/* All sources but the log's own. */
static char *sources(void)
{
    static const char *const patterns[] = {"lib/*/*.c", "extract/*.c", "extract/*/*.c",
                                           "upload/*.c"};
    struct smc_buf all = SMC_BUF_INIT(SIZE_MAX);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        glob_t found = {.gl_pathc = 0};
        (void)glob(patterns[i], 0, NULL, &found);
        for (size_t k = 0; k < found.gl_pathc; k++) {
            if (strncmp(found.gl_pathv[k], "lib/base/log", 12) == 0)
                continue;
            char *text = file_read(found.gl_pathv[k], NULL);
            assert_int_equal(smc_buf_addf(&all, "%s\n", text), SMC_OK);
            free(text);
        }
        globfree(&found);
    }
    assert_non_null(all.data);
    return all.data;
}

/* As the table's word, in capitals, behind the prefix. */
static char *constant_of(const struct smci_log_kind *kind)
{
    char *text = text_format("SMCI_EVENT_%s", kind->word);
    for (char *p = text; *p; p++)
        *p = (char)toupper((unsigned char)*p);
    return text;
}

static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (; (text = strstr(text, word)); text += len)
        if (!isalnum((unsigned char)text[len]) && text[len] != '_')
            return true;
    return false;
}

static void test_places(void **state)
{
    (void)state;
    char *all = sources();
    if (has_word(all, "smc_log_write"))
        fail_msg("a line without an event: smci_log_event writes one that has it");
    for (int i = SMCI_EVENT_NONE + 1; i < SMCI_EVENT_COUNT; i++) {
        char *name = constant_of(&smci_log_kinds[i]);
        if (!has_word(all, name))
            fail_msg("nothing writes %s", name);
        free(name);
    }
    free(all);
}

/* ---- the programs ---- */

struct row {
    const char *name;
    const char *program;
    const char *args; /* words divided by '|'; @URL, @DIR and @OUT are filled in */
    const char *env;
    const char *fault; /* NULL: none */
    const char *event; /* there is such a line, and so there is each of `others` */
    const char *others[6];
    int status;
};

#define SIGMA "-H|@URL|-c|sim-client|-a|sim-secret|-o|@OUT|--retry-base|0"
#define CATALOG                                                                                    \
    "-k|sim-token|-s|01234567-89ab-cdef-0123-456789abcdef|--endpoint|@URL|--retry-base|0|"
#define JSON "|-v|--log-format|json"

static const struct row rows[] = {
    {"extract",
     "castor-extract-sigma",
     SIGMA JSON,
     "",
     NULL,
     "call",
     {"listing", "listing_call", "page", "tables", "file_written", "done"},
     0},
    {"extract, a gap",
     "castor-extract-sigma",
     SIGMA JSON,
     "",
     "call=elements,object=1,do=status:404",
     "gap",
     {"gaps", "set_gaps", "done"},
     0},
    {"extract, a retry",
     "castor-extract-sigma",
     SIGMA JSON,
     "",
     "call=members,attempt=1,do=status:503",
     "retry",
     {"done"},
     0},
    {"extract, a refusal",
     "castor-extract-sigma",
     SIGMA JSON,
     "",
     "call=members,attempt=1,do=status:429",
     "refused",
     {"done"},
     0},
    {"extract, no rights",
     "castor-extract-sigma",
     SIGMA JSON,
     "",
     "call=members,do=status:403",
     "failed",
     {"call"},
     3},
    {"extract, connections are cut",
     "castor-extract-sigma",
     SIGMA JSON "|--retries|1",
     "",
     "call=members,do=broken",
     "failed",
     {"retry", "call"},
     4},
    {"extract, names that are anything",
     "castor-extract-sigma",
     "-H|@URL|-c|sim-client|-a|sim-secret|-o|@OUT/\xff\n\x1b[2J\"\\" JSON,
     "",
     NULL,
     "file_written",
     {"done"},
     0},
    {"extract, an unknown flag",
     "castor-extract-sigma",
     "--bogus|--log-format|json",
     "",
     NULL,
     "failed",
     {NULL},
     2},
    {"extract, the same, and the format is a variable's",
     "castor-extract-sigma",
     "--bogus",
     "CASTOR_SIGMA_LOG_FORMAT=json",
     NULL,
     "failed",
     {NULL},
     2},
    {"extract, a wrong variable before it",
     "castor-extract-sigma",
     "",
     "CASTOR_SIGMA_CONCURRENCY=x|CASTOR_SIGMA_LOG_FORMAT=json",
     NULL,
     "failed",
     {NULL},
     2},
    {"extract, a variable that is none",
     "castor-extract-sigma",
     "",
     "CASTOR_SIGMA_HOTS=x|CASTOR_SIGMA_LOG_FORMAT=json",
     NULL,
     "failed",
     {"setting"},
     2},
    {"upload",
     "castor-upload",
     CATALOG "-t|VIZ|-f|@DIR/a.json" JSON,
     "",
     NULL,
     "file_uploaded",
     {"call", "sent"},
     0},
    {"upload, a retry",
     "castor-upload",
     CATALOG "-t|VIZ|-f|@DIR/a.json" JSON,
     "",
     "call=upload,attempt=1,do=status:503",
     "retry",
     {"call", "file_uploaded", "sent"},
     0},
    {"upload, refused",
     "castor-upload",
     CATALOG "-t|VIZ|-f|@DIR/a.json" JSON,
     "",
     "call=upload,do=status:400",
     "file_failed",
     {"files", "failed"},
     7},
    {"upload, a directory",
     "castor-upload",
     CATALOG "-t|VIZ|-d|@DIR|--force" JSON,
     "",
     NULL,
     "file_uploaded",
     {"file_passed_over", "file_read", "sent"},
     0},
    {"upload, a dry run",
     "castor-upload",
     CATALOG "-t|VIZ|-f|@DIR/a.json|--dry-run" JSON,
     "",
     NULL,
     "file_would_upload",
     {"dry_run"},
     0},
    {"upload, an unknown flag",
     "castor-upload",
     "--bogus",
     "CASTOR_UPLOADER_LOG_FORMAT=json",
     NULL,
     "failed",
     {NULL},
     2},
};

static void write_files(const char *dir)
{
    static const char *const names[] = {"a.json", "b.txt\x1b\xff"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char *path = text_format("%s/%s", dir, names[i]);
        file_write(path, "[{}]", 4);
        free(path);
    }
}

static void test_program(void **state)
{
    const struct row *row = *state;
    const struct sim_options opt = SIM_OPTIONS_INIT;
    struct sim *sim = stand_in_new(&opt);
    struct program p = {.pid = 0};
    struct words argv = {.count = 0};
    struct words envp = {.count = 0};
    char *dir = temp_dir_make();
    char *out = text_format("%s/out", dir);
    char *path = program_path(row->program);
    const char *const names[] = {"@URL", sim_url(sim), "@DIR", dir, "@OUT", out, NULL};
    write_files(dir);
    stand_in_fault(sim, row->fault);
    words_add(&argv, "%s", path);
    words_split(&argv, row->args, '|', names);
    words_split(&envp, row->env, '|', names);
    int status = program_run(&p, &argv, &envp, NULL);
    if (status != row->status)
        fail_msg("status %d: %s", status, p.err);
    if (log_lines_check(p.err, row->program, row->event) == 0)
        fail_msg("no %s in:\n%s", row->event, p.err);
    for (size_t i = 0; i < 6 && row->others[i]; i++)
        if (log_lines_check(p.err, row->program, row->others[i]) == 0)
            fail_msg("no %s in:\n%s", row->others[i], p.err);
    program_clear(&p);
    words_clear(&argv);
    words_clear(&envp);
    free(path);
    free(out);
    temp_dir_remove(dir);
    sim_stop(sim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_places),
    };
    int failed = RUN_TABLE("programs", rows, test_program);
    return failed + cmocka_run_group_tests_name("events of the log", tests, NULL, NULL);
}
