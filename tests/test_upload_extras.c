/* castor-upload and the files of a set that Catalog does not ask for: they are left out, and no
 * others are, unless --with-extras. */
#include "support/support.h"

#include "support/uploading.h"

#define LEFT_OUT "INFO - Left out, since Catalog does not ask for them (--with-extras sends them): "

/* A set 2 of twelve files, and of its own files tags and teams; tags has 1 record. */
struct row {
    const char *name;
    const char *counts; /* in the summary's files, behind the eleven */
    const char *extras; /* the summary's list, as JSON; NULL: it has none */
    const char *files;  /* of the set beyond the twelve, divided by blanks */
    const char *options;
    const char *said;
    const char *unsaid; /* NULL: anything may be */
    int status;
    const char *sent; /* beyond the twelve files, divided by blanks; NULL: nothing at all is */
};

#define TAGS  ", \"tags\": {\"records\": 1, \"bytes\": 5}"
#define TEAMS ", \"teams\": {\"records\": 1, \"bytes\": 5}"

static const struct row rows[] = {
    {"all", TAGS TEAMS, "[\"tags\", \"teams\"]", "tags teams", "",
     LEFT_OUT "2-tags.json, 2-teams.json\n", "WARNING - ", 0, ""},
    {"latest", TAGS, "[\"tags\"]", "tags", "--latest", LEFT_OUT "2-tags.json\n", "WARNING - ", 0,
     ""},
    {"a_set", TAGS, "[\"tags\"]", "tags", "--set 2", LEFT_OUT "2-tags.json\n", "WARNING - ", 0, ""},
    {"with_them", TAGS TEAMS, "[\"tags\", \"teams\"]", "tags teams", "--with-extras", "Sent 14 of",
     "Left out", 0, "tags teams"},
    {"with_them_latest", TAGS, "[\"tags\"]", "tags", "--latest --with-extras", "Sent 13 of",
     "Left out", 0, "tags"},
    {"forced", TAGS, "[\"tags\"]", "tags", "--force", LEFT_OUT, NULL, 0, ""},
    {"not_there", TAGS, "[\"tags\"]", "", "", "Sent 12 of", "Left out", 0, ""},
    {"not_there_but_asked_for", TAGS, "[\"tags\"]", "", "--with-extras",
     "2-tags.json: missing, but the summary lists it", NULL, 5, NULL},
    {"damaged", TAGS, "[\"tags\"]", "tags=[{", "", LEFT_OUT "2-tags.json\n", "ERROR - ", 0, ""},
    {"damaged_but_asked_for", TAGS, "[\"tags\"]", "tags=[{", "--with-extras",
     "2-tags.json: not a complete JSON text", NULL, 5, NULL},
    {"not_counted", "", "[\"tags\"]", "tags", "", LEFT_OUT "2-tags.json\n", "Sent too", 0, ""},
    {"dry", TAGS, "[\"tags\"]", "tags", "--dry-run", LEFT_OUT "2-tags.json\n", NULL, 0, NULL},
    /* Only what the summary beside them names. */
    {"no_list", TAGS, NULL, "tags", "", "Sent 13 of", "Left out", 0, "tags"},
    {"of_another_name", TAGS TEAMS, "[\"tags\"]", "tags teams", "", LEFT_OUT "2-tags.json\n", NULL,
     0, "teams"},
    {"not_a_list", TAGS, "{\"tags\": true}", "tags", "", "Sent 13 of", "Left out", 0, "tags"},
    {"odd_names", TAGS, "[null, 1, [\"tags\"], \"\"]", "tags", "", "Sent 13 of", "Left out", 0,
     "tags"},
    {"an_escaped_name", TAGS, "[\"t\\u0061gs\"]", "tags", "", LEFT_OUT "2-tags.json\n", NULL, 0,
     ""},
    /* Catalog deletes what a set lacks of what it asks for. */
    {"what_catalog_asks_for", "", "[\"workbooks\", \"members\", \"summary\"]", "", "", "Sent 12 of",
     "Left out", 0, ""},
};

static void make_set(const struct fixture *f, const struct row *row)
{
    make_whole_set(f, "2", "", "");
    char *text = text_format(
        "{\"extraction\": {\"files\": {\"members\": {\"records\": 2, "
        "\"bytes\": 9}, \"workbooks\": " NO_RECORD ", " OTHER_COUNTS "%s}%s%s}}",
        row->counts, row->extras ? ", \"extras\": " : "", row->extras ? row->extras : "");
    write_text(f, "2-summary.json", text);
    free(text);
    char *files = text_format("%s", row->files);
    char *rest = NULL;
    for (char *word = strtok_r(files, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        size_t len = strcspn(word, "=");
        char *name = text_format("2-%.*s.json", (int)len, word);
        write_text(f, name, word[len] ? word + len + 1 : "[{}]\n");
        free(name);
    }
    free(files);
}

/* How many of what was sent is this file of the set. */
static size_t count_sent(struct fixture *f, const char *word)
{
    size_t count = 0;
    char *name = text_format("2-%s.json", word);
    for (long i = 0; i < taken_count(f); i++)
        count += strcmp(taken(f, i)->filename, name) == 0;
    free(name);
    return count;
}

static void check_sent(struct fixture *f, const char *sent)
{
    size_t extras = 0;
    char *words = text_format("%s", sent ? sent : "");
    char *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_int_equal(count_sent(f, word), 1);
        extras++;
    }
    free(words);
    assert_int_equal(taken_count(f), sent ? SET_FILES_COUNT + extras : 0);
    if (sent)
        assert_int_equal(count_sent(f, "summary"), 1);
}

static void test_row(void **state)
{
    const struct row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    make_set(f, row);
    upload_and_say(f, row->options, row->status, row->said, row->unsaid);
    check_sent(f, row->sent);
    (void)fixture_teardown(&made);
}

/* A file that is named by its path is what a person wants to send. */
static void test_one_file(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_set(f, &rows[0]);
    char *path = text_format("%s/2-tags.json", f->dir);
    assert_int_equal(upload_one(f, "VIZ", path, &err), SMC_OK);
    assert_int_equal(count_sent(f, "tags"), 1);
    free(path);
}

/* Of two sets each summary speaks for its own. */
static void test_two_sets(void **state)
{
    struct fixture *f = *state;
    struct smc_error err = SMC_ERROR_INIT;
    make_set(f, &rows[0]);
    make_whole_set(f, "1", "", "");
    write_text(f, "1-tags.json", "[]");
    assert_int_equal(upload_all(f, &err), SMC_OK);
    assert_logged(f, LEFT_OUT "2-tags.json, 2-teams.json\n");
    assert_int_equal(taken_count(f), 2 * SET_FILES_COUNT + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_file, fixture_setup, fixture_teardown),
        cmocka_unit_test_setup_teardown(test_two_sets, fixture_setup, fixture_teardown),
    };
    return RUN_TABLE("extras", rows, test_row) | cmocka_run_group_tests(tests, NULL, NULL);
}
