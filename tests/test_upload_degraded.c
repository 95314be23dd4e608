/* castor-upload and what a set's summary says that the set lacks: degraded kinds, and gaps. */
#include "support/support.h"

#include "support/uploading.h"

#define DEGRADED  ", \"degraded\": [\"elements\", \"workbook_sources\"]"
#define LACKS     "set 2: its summary says that it is degraded: too much of it could not be read"
#define LACKS_ALL LACKS ": elements, workbook_sources\n"
#define PASSED    "WARNING - Passed over: "
#define GAPS      " gaps (what could not be read from Sigma): "

/* Of the sets 1 and 2, this is in the summary of 2. */
struct row {
    const char *name;
    const char *more;
    const char *options; /* divided by blanks */
    const char *said;    /* in the log */
    const char *unsaid;  /* never; NULL: anything may be */
    int status;
    const char *sent; /* the digits of the set that is sent; "": none, "12": both */
};

static const struct row rows[] = {
    {"latest", DEGRADED, "--latest", PASSED LACKS_ALL, "ERROR - ", 0, "1"},
    {"latest_forced", DEGRADED, "--latest --force", "WARNING - " LACKS_ALL, PASSED, 0, "2"},
    {"latest_allowed", DEGRADED, "--latest --allow degraded", "WARNING - " LACKS_ALL, PASSED, 0,
     "2"},
    {"latest_with_something_else_allowed", DEGRADED, "--latest --allow partial,future",
     PASSED LACKS_ALL, NULL, 0, "1"},
    {"latest_dry", DEGRADED, "--latest --dry-run", PASSED LACKS_ALL, "upload 2-", 0, ""},
    {"set", DEGRADED, "--set 2", "ERROR - " LACKS_ALL, "Sent ", 5, ""},
    {"set_forced", DEGRADED, "--set 2 --force", "WARNING - " LACKS_ALL, "ERROR - ", 0, "2"},
    {"set_allowed", DEGRADED, "--set 2 --allow degraded", "WARNING - " LACKS_ALL, "ERROR - ", 0,
     "2"},
    {"set_with_something_else_allowed", DEGRADED, "--set 2 --allow partial", "ERROR - " LACKS_ALL,
     "Sent ", 5, ""},
    {"set_dry", DEGRADED, "--set 2 --dry-run", "ERROR - " LACKS_ALL, "Would upload", 5, ""},
    {"set_dry_forced", DEGRADED, "--set 2 --dry-run --force", "WARNING - " LACKS_ALL, NULL, 0, ""},
    {"all", DEGRADED, "", "ERROR - " LACKS_ALL, "Sent ", 5, ""},
    {"all_forced", DEGRADED, "--force", "WARNING - " LACKS_ALL, "ERROR - ", 0, "12"},
    {"older_one", DEGRADED, "--set 1", "Sent 12 of 12 files", "degraded", 0, "1"},
    {"no_list", ", \"degraded\": true", "--latest", PASSED LACKS "\n", NULL, 0, "1"},
    {"an_object", ", \"degraded\": {\"elements\": 3}", "--latest", PASSED LACKS "\n", NULL, 0, "1"},
    {"odd_names", ", \"degraded\": [1, \"a\\nb\", null]", "--latest", PASSED LACKS ": a\\nb\n",
     NULL, 0, "1"},
    {"empty_list", ", \"degraded\": [ ]", "--latest", "complete set is 2", "degraded", 0, "2"},
    {"null", ", \"degraded\": null", "--latest", "complete set is 2", "degraded", 0, "2"},
    {"false", ", \"degraded\": false", "--latest", "complete set is 2", "degraded", 0, "2"},
    {"not_of_extraction", "}, \"degraded\": [\"elements\"], \"x\": {", "--latest",
     "complete set is 2", "degraded", 0, "2"},

    {"gaps", ", \"gaps\": {\"elements\": 5, \"path\": 2}", "--latest",
     "WARNING - Set 2 has 7" GAPS "5 of elements, 2 of path\n", NULL, 0, "2"},
    {"gap", ", \"gaps\": {\"whoami\": 1}", "--set 2",
     "WARNING - Set 2 has 1 gap (what could not be read from Sigma): 1 of whoami\n", NULL, 0, "2"},
    {"gaps_dry", ", \"gaps\": {\"elements\": 5}", "--dry-run",
     "WARNING - Set 2 has 5" GAPS "5 of elements\n", NULL, 0, ""},
    {"gaps_forced", ", \"gaps\": {\"elements\": 5}" DEGRADED, "--set 2 --force",
     "WARNING - Set 2 has 5" GAPS "5 of elements\n", NULL, 0, "2"},
    {"gaps_of_one_passed_over", ", \"gaps\": {\"elements\": 5}" DEGRADED, "--latest", PASSED,
     " gaps (", 0, "1"},
    {"no_gaps", ", \"gaps\": {}", "--latest", "complete set is 2", " gap", 0, "2"},
    {"odd_gaps",
     ", \"gaps\": {\"a\": -1, \"b\": \"x\", \"c\": 0, \"d\": 9223372036854775807, "
     "\"e\": 2}",
     "--latest", "has 9223372036854775807" GAPS, "2 of e", 0, "2"},
    {"gaps_that_are_not_an_object", ", \"gaps\": [3]", "--latest", "complete set is 2", " gap", 0,
     "2"},
};

static void test_row(void **state)
{
    const struct row *row = *state;
    struct fixture *f = fixture_new();
    void *made = f;
    make_whole_set(f, "1", "", "");
    make_whole_set(f, "2", "", row->more);
    upload_and_say(f, row->options, row->status, row->said, row->unsaid);
    assert_int_equal(taken_count(f), SET_FILES_COUNT * strlen(row->sent));
    for (long i = 0; i < taken_count(f); i++)
        assert_non_null(strchr(row->sent, taken(f, i)->filename[0]));
    (void)fixture_teardown(&made);
}

int main(void)
{
    return RUN_TABLE("degraded", rows, test_row);
}
