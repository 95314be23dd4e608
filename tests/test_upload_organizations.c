/* castor-upload and whose a set is: no source is given another organisation's. */
#include "support/support.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/cli/status.h"
#include "support/program.h"
#include "support/uploading.h"
#include "support/words.h"
#include "upload/owner.h"

#define OTHER_ID "11111111-89ab-cdef-0123-456789abcdef"
#define ACME     "0b6f3c1e-2f5c-4a0f-9a7e-6f1f0e0b7c11"
#define GLOBEX   "7d3c1a9b-2f5c-4a0f-9a7e-6f1f0e0b7c22"

/* A set's owner as it is written in a step below: "acme@aws-us-west". What is before the '@' is the
 * organisation, what is behind it the host; either may be empty. */
static void make_set(const struct fixture *f, const char *ts, const char *owner)
{
    const char *host = strchr(owner, '@');
    char *id = text_format("%.*s", (int)(host - owner), owner);
    const char *known = strcmp(id, "acme") == 0 ? ACME : strcmp(id, "globex") == 0 ? GLOBEX : id;
    char *member = *id ? text_format("\"organization_id\": \"%s\"", known) : text_format("%s", "");
    char *before =
        text_format("\"connection_identity\": {%s%s%s%s%s}, ", member, *id && host[1] ? ", " : "",
                    host[1] ? "\"host\": \"" : "", host + 1, host[1] ? "\"" : "");
    make_whole_set(f, ts, before, "");
    free(before);
    free(member);
    free(id);
}

/* One upload after the other, each of a newer set: "OWNER OPTIONS STATUS", with '|' between the
 * options. */
struct row {
    const char *name;
    const char *steps[4];
    const char *said; /* by the last one */
};

#define LATEST  "--latest"
#define TWICE   "acme@h.example " LATEST " 0", "acme@h.example " LATEST " 0"
#define OTHER   "--latest|-s|" OTHER_ID
#define REFUSED "ERROR - set 3 is of organisation "

static const struct row rows[] = {
    {"same", {TWICE}, "Sent 12 of 12"},
    {"another",
     {TWICE, "globex@h.example " LATEST " 5"},
     REFUSED GLOBEX " (https://h.example), but source " ID
                    " was last given set 2, of organisation " ACME " (https://h.example)\n"},
    {"another_by_all_ways", {TWICE, "globex@h.example --set|3 5"}, REFUSED GLOBEX},
    {"another_dry", {TWICE, "globex@h.example " LATEST "|--dry-run 5"}, REFUSED GLOBEX},
    {"another_forced",
     {TWICE, "globex@h.example " LATEST "|--force 0"},
     "WARNING - set 3 is of organisation " GLOBEX},
    {"another_allowed",
     {TWICE, "globex@h.example " LATEST "|--allow|organization 0"},
     "WARNING - Going on despite 1 problem (--allow)"},
    {"something_else_allowed",
     {TWICE, "globex@h.example " LATEST "|--allow|partial,future 5"},
     REFUSED GLOBEX},
    {"learnt_anew",
     {"acme@h.example " LATEST " 0", "globex@h.example " LATEST "|--force 0",
      "globex@h.example " LATEST " 0"},
     "Sent 12 of 12"},
    {"learnt_anew_so_the_old_one_is_refused",
     {"acme@h.example " LATEST " 0", "globex@h.example " LATEST "|--force 0",
      "acme@h.example " LATEST " 5"},
     REFUSED ACME},
    {"not_accepted_not_learnt",
     {"acme@h.example " LATEST "|--dry-run 0", "globex@h.example " LATEST " 0"},
     "Sent 12 of 12"},
    {"two_hosts_of_one",
     {"acme@h.example " LATEST " 0", "acme@i.example " LATEST " 0"},
     "Sent 12 of 12"},
    {"one_unknown_same_host",
     {"acme@https://H.example/ " LATEST " 0", "@h.example:443 " LATEST " 0"},
     "Sent 12 of 12"},
    {"one_unknown_is_not_forgotten",
     {"acme@h.example " LATEST " 0", "@h.example " LATEST " 0", "globex@h.example " LATEST " 5"},
     REFUSED GLOBEX " (https://h.example), but source " ID
                    " was last given set 2, of organisation " ACME},
    {"one_unknown_another_host",
     {TWICE, "@i.example " LATEST " 5"},
     "ERROR - set 3 is of an unknown organisation (https://i.example), but source "},
    {"both_unknown_another_host",
     {"@aws-eu " LATEST " 0", "@api.eu.aws.sigmacomputing.com. " LATEST " 0",
      "@api.us.azure.sigmacomputing.com " LATEST " 5"},
     "ERROR - set 3 is of an unknown organisation (https://api.us.azure."},
    {"nothing_known", {"acme@h.example " LATEST " 0", "@ " LATEST " 0"}, "Sent 12 of 12"},
    {"letter_case",
     {"acme@h.example " LATEST " 0", "0B6F3C1E-2F5C-4A0F-9A7E-6F1F0E0B7C11@i.example " LATEST " 0"},
     "Sent 12 of 12"},
    {"another_source",
     {TWICE, "acme@h.example " OTHER " 5"},
     REFUSED ACME " (https://h.example), which belongs to source " ID " so far, not to " OTHER_ID},
    {"another_source_allowed_once",
     {"acme@h.example " LATEST " 0", "acme@h.example " OTHER "|--allow|organization 0",
      "acme@h.example " OTHER " 0", "acme@h.example " LATEST " 0"},
     "Sent 12 of 12"},
    {"another_source_of_an_unknown_one",
     {"@h.example " LATEST " 0", "@h.example " OTHER " 0"},
     "Sent 12 of 12"},
    {"wanted", {"acme@h.example " LATEST "|--organization-id|" ACME " 0"}, "Sent 12 of 12"},
    {"wanted_in_capitals",
     {"acme@h.example " LATEST "|--organization-id|0B6F3C1E-2F5C-4A0F-9A7E-6F1F0E0B7C11 0"},
     "Sent 12 of 12"},
    {"not_the_wanted_one",
     {"globex@h.example " LATEST "|--organization-id|" ACME " 5"},
     "ERROR - set 1 is of organisation " GLOBEX ", but --organization-id asks for " ACME "\n"},
    {"unknown_where_one_is_wanted",
     {"@h.example " LATEST "|--organization-id|" ACME " 5"},
     "ERROR - set 1: its summary does not say which organisation it is of, and --organization-id "
     "asks for " ACME "\n"},
    {"no_summary_where_one_is_wanted",
     {"@h.example --set|1|--organization-id|x 5"},
     "does not say which organisation"},
    {"wanted_but_the_source_is_another's",
     {TWICE, "globex@h.example " LATEST "|--organization-id|" GLOBEX " 5"},
     REFUSED GLOBEX},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    for (int i = 0; i < 4 && row->steps[i]; i++) {
        struct words words = {.count = 0};
        struct words options = {.count = 0};
        struct smc_error err = SMC_ERROR_INIT;
        char *ts = text_format("%d", i + 1);
        words_split(&words, row->steps[i], ' ', NULL);
        words_split(&options, words.v[1], '|', NULL);
        options.v[options.count] = NULL;
        make_set(f, ts, words.v[0]);
        log_sink_reset(&f->log);
        long before = sim_calls(f->sim, "upload", 0);
        int status = smci_cli_exit_status(upload_with(f, &err, (const char *const *)options.v), 0);
        if (status != atoi(words.v[2]))
            fail_msg("step %d: %d: %s\n%s", i, status, err.detail, log_sink_text(&f->log));
        if (status == 5) /* before the first byte */
            assert_int_equal(sim_calls(f->sim, "upload", 0), before);
        words_clear(&words);
        words_clear(&options);
        free(ts);
    }
    assert_logged(f, row->said);
    (void)fixture_teardown(&made);
}

/* Two sets of one directory that are sent together, and nothing is known yet. */
static void test_two_in_one_upload(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    static const char *const all[] = {NULL};
    make_set(f, "1", "acme@h.example");
    make_set(f, "2", "globex@h.example");
    assert_int_equal(upload_with(f, &err, all), SMC_ERR_IO);
    assert_logged(f, "ERROR - set 2 is of another organisation than set 1, and both would go to");
    assert_int_equal(sim_connections(f->sim), 0);
}

/* What an older program accepted is left out, and tells whose it is. */
static void test_learnt_from_what_is_left_out(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    static const char *const again[] = {"--latest", "--skip-uploaded", NULL};
    char *file = text_format("%s/.sigmacat/uploads.db", f->dir);
    make_set(f, "1", "acme@h.example");
    assert_int_equal(upload_with(f, &err, again), SMC_OK);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "DROP TABLE accepted_set; PRAGMA user_version = 1", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    assert_int_equal(upload_with(f, &err, again), SMC_OK);
    assert_int_equal(taken_count(f), SET_FILES_COUNT);
    make_set(f, "2", "globex@h.example");
    assert_int_equal(upload_with(f, &err, again), SMC_ERR_IO);
    assert_logged(f, "set 2 is of organisation " GLOBEX);
    free(file);
}

/* --check says it too, and what to do. */
static void test_check(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    static const char *const latest[] = {"--latest", NULL};
    struct program p = {.pid = 0};
    struct words argv = {.count = 0};
    char *path = program_path("castor-upload");
    make_set(f, "1", "acme@h.example");
    assert_int_equal(upload_with(f, &err, latest), SMC_OK);
    make_set(f, "2", "globex@h.example");
    words_add(&argv, "%s", path);
    words_split(&argv, "-k " TOKEN " -s " ID " -t VIZ --latest --check -d @DIR --endpoint @URL",
                ' ', (const char *const[]){"@DIR", f->dir, "@URL", sim_url(f->sim), NULL});
    assert_int_equal(program_run(&p, &argv, NULL, NULL), 5);
    assert_contains(p.out,
                    "FAIL  files        1 problem, the first: set 2 is of organisation " GLOBEX);
    assert_contains(p.out, "do: give each organisation a directory of its own, or correct "
                           "--source_id; --allow organization gives the source to this one\n");
    assert_int_equal(taken_count(f), SET_FILES_COUNT);
    program_clear(&p);
    words_clear(&argv);
    free(path);
}

static void test_check_of_a_damaged_record(void **state)
{
    struct fixture *f = *state;
    struct program p = {.pid = 0};
    struct words argv = {.count = 0};
    char *path = program_path("castor-upload");
    char *place = text_format("%s/.sigmacat", f->dir);
    make_set(f, "1", "acme@h.example");
    assert_int_equal(mkdir(place, 0700), 0);
    write_text(f, ".sigmacat/uploads.db", "no database");
    words_add(&argv, "%s", path);
    words_split(&argv,
                "-k " TOKEN " -s " ID " -t VIZ --skip-uploaded --check -d @DIR --endpoint @URL",
                ' ', (const char *const[]){"@DIR", f->dir, "@URL", sim_url(f->sim), NULL});
    assert_int_equal(program_run(&p, &argv, NULL, NULL), 5);
    assert_contains(p.out, "FAIL  record       ");
    assert_contains(p.out, "ok    files ");
    program_clear(&p);
    words_clear(&argv);
    free(place);
    free(path);
}

/* A record that can't be kept says what is not guarded. */
static void test_not_kept(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    static const char *const latest[] = {"--latest", NULL};
    make_set(f, "1", "acme@h.example");
    write_text(f, ".sigmacat", "x");
    assert_int_equal(upload_with(f, &err, latest), SMC_OK);
    assert_logged(f, "WARNING - Accepted files will not be recorded: ");
    assert_logged(f, "later on nothing will keep another organisation's set from this source; a "
                     "second upload at the same time would not be noticed\n");
    assert_int_equal(taken_count(f), SET_FILES_COUNT);
}

/* ---- hosts ---- */

struct host_row {
    const char *given;
    const char *host;
};

static const struct host_row host_rows[] = {
    {"AWS-US-West", "https://aws-api.sigmacomputing.com"},
    {"aws-api.sigmacomputing.com", "https://aws-api.sigmacomputing.com"},
    {"HTTPS://AWS-API.sigmacomputing.COM./", "https://aws-api.sigmacomputing.com"},
    {"https://h.example:443", "https://h.example"},
    {"h.example.:443", "https://h.example"},
    {"h.example:8443", "https://h.example:8443"},
    {"http://127.0.0.1:80/", "http://127.0.0.1"},
    {"http://127.0.0.1:443", "http://127.0.0.1:443"},
    {"http://[::1]:80", "http://[::1]"},
    {"http://[::1]", "http://[::1]"},
    {"h.example/path", "h.example/path"},
    {"http://h.example", "http://h.example"},
};

static void test_hosts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof host_rows / sizeof host_rows[0]; i++) {
        char *text = text_format("\"%s\"", host_rows[i].given);
        struct upload_file file = {.name = NULL};
        struct upload_summary summary = {.text = SMC_BUF_INIT(0)};
        summary.host = (struct smc_json_span){text, strlen(text)};
        assert_int_equal(upload_owner_note(&file, &summary), SMC_OK);
        assert_string_equal(file.host, host_rows[i].host);
        assert_null(file.organization);
        free(file.host);
        free(text);
    }
}

#define WITH_SIM(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_SIM(test_two_in_one_upload),
        WITH_SIM(test_learnt_from_what_is_left_out),
        WITH_SIM(test_check),
        WITH_SIM(test_check_of_a_damaged_record),
        WITH_SIM(test_not_kept),
        cmocka_unit_test(test_hosts),
    };
    int failed = RUN_TABLE("organizations", rows, test_row);
    return failed + cmocka_run_group_tests_name("organization", tests, NULL, NULL);
}
