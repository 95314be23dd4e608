/* Listings that change while they are read: castor-extract-sigma(1), "CALLS". What is read again, what
 * of it is in the files, and that no row is lost or doubled, whatever happens meanwhile. */
#include "tests/support/extraction.h"

/* Workbooks in pages of two, 0 to 4; new ones are 5, 6, ... */
struct row {
    const char *name;
    const char *faults;
    enum smc_status status;
    const char *file;   /* the workbooks in the listing's file, in its order */
    const char *joined; /* and in workbook_sources; NULL: the same */
    long calls;
    const char *says; /* divided by '|': in the error, or in lines of the log */
    long workbooks;   /* 0: 5 */
    const char *args;
};

#define PAGE(page, reading, what) "call=workbooks,page=" #page ",attempt=" #reading ",do=" what " "

static const struct row rows[] = {
    {.name = "a row goes, another is passed over: the next reading has it",
     .faults = PAGE(1, 1, "delete:0"),
     .workbooks = 3,
     .file = "0 1 2",
     .calls = 2 + 1 + 1,
     .says = "(workbooks, second reading)|(workbooks, third reading)|"
             "1 rows of workbooks were not in the reading before"},
    {.name = "nothing changes: two readings",
     .file = "0 1 2 3 4",
     .calls = 6,
     .says = "Fetched page 3 / 5 results (workbooks)|Fetched page 3 / 5 results (workbooks, second "
             "reading)"},
    {.name = "one page: one reading", .workbooks = 2, .file = "0 1", .calls = 1},
    {.name = "no row: one reading", .workbooks = -1, .file = "", .calls = 1},
    {.name = "one page with a row too few is read again",
     .faults = PAGE(1, 1, "short"),
     .workbooks = 2,
     .file = "0 1",
     .calls = 3},
    {.name = "one page with a row too few each time",
     .faults = "call=workbooks,do=short",
     .status = SMC_ERR_HTTP,
     .workbooks = 2,
     .calls = 2,
     .says = "1 rows in all where Sigma counts 2, after 2 readings"},
    {.name = "one page with a row too few each time, accepted",
     .faults = "call=workbooks,do=short",
     .workbooks = 2,
     .file = "0",
     .calls = 2,
     .says = "Gap: workbooks|1 rows in all where Sigma counts 2",
     .args = "--accept-short-listing workbooks"},
    {.name = "a row comes: another is listed twice in one reading, and stays so",
     .faults = PAGE(1, 1, "insert:0"),
     .file = "0 1 1 2 3 4 5",
     .joined = "0 1 2 3 4 5",
     .calls = 9,
     .says = "1 rows of workbooks carry an id that was listed before"},
    {.name = "a row of the second reading that it lists twice",
     .faults = PAGE(1, 1, "insert:0") PAGE(1, 2, "insert:0"),
     .file = "0 1 1 2 3 4 5 6",
     .joined = "0 1 2 3 4 5 6",
     .calls = 3 + 4 + 4},
    {.name = "a new row twice in the second reading",
     .faults = PAGE(3, 1, "insert:0") PAGE(1, 2, "dup"),
     .file = "0 1 2 3 4 5 5",
     .joined = "0 1 2 3 4 5",
     .calls = 9,
     .says = "1 rows of workbooks carry an id that was listed before"},
    {.name = "a row goes and is not passed over",
     .faults = PAGE(3, 1, "delete:0"),
     .file = "0 1 2 3 4",
     .calls = 3 + 2},
    {.name = "a row is replaced behind the reader",
     .faults = PAGE(2, 1, "replace:0"),
     .file = "0 1 2 3 4 5",
     .calls = 9},
    {.name = "what a later reading adds comes in its order",
     .faults = PAGE(3, 1, "insert:4") PAGE(3, 1, "insert:0") PAGE(3, 1, "insert:2"),
     .file = "0 1 2 3 4 6 7 5",
     .calls = 3 + 4 + 4},
    {.name = "the third reading ends it, whatever it brings",
     .faults = PAGE(3, 1, "insert:0") PAGE(3, 2, "insert:0") PAGE(4, 3, "insert:0"),
     .file = "0 1 2 3 4 5 6",
     .calls = 3 + 3 + 4},
    {.name = "a total that only the first reading had",
     .faults = "call=workbooks,attempt=1,do=total:9",
     .file = "0 1 2 3 4",
     .calls = 6},
    {.name = "a total that only the last reading had",
     .faults = "call=workbooks,attempt=2,do=total:6",
     .status = SMC_ERR_HTTP,
     .calls = 6,
     .says = "5 rows in all where Sigma counts 6, after 2 readings"},
    {.name = "the second reading fails",
     .faults = PAGE(2, 2, "status:404"),
     .status = SMC_ERR_HTTP,
     .calls = 5,
     .says = "listing of workbooks failed"},
    {.name = "the second reading is refused to one who is no admin any more",
     .faults = PAGE(1, 2, "status:403"),
     .status = SMC_ERR_AUTH,
     .calls = 4,
     .says = "Org Admin"},
    {.name = "the second reading's cursor repeats",
     .faults = PAGE(2, 2, "samecursor"),
     .status = SMC_ERR_HTTP,
     .calls = 5,
     .says = "page 2|repeats"},
    {.name = "an empty cursor in the second reading, all rows there by the first",
     .faults = PAGE(2, 2, "emptycursor"),
     .file = "0 1 2 3 4",
     .calls = 5},
    {.name = "an empty cursor in the first reading fails at once",
     .faults = PAGE(2, 1, "emptycursor"),
     .status = SMC_ERR_HTTP,
     .calls = 2,
     .says = "page 2 has an empty cursor, with 4 rows in all where Sigma counts 5"},
};

static void check_indexes(struct extraction *x, const char *file, const char *member,
                          const char *want)
{
    struct smc_buf got = SMC_BUF_INIT(65536);
    const struct records *records = extraction_file(x, file);
    for (size_t i = 0; i < records->count; i++) {
        struct smc_buf id = SMC_BUF_INIT(100);
        assert_int_equal(smc_json_decode(smc_json_member(records->rows[i], member), &id), SMC_OK);
        (void)smc_buf_addf(&got, "%s%ld", i ? " " : "",
                           sim_estate_index(x->sim, "workbooks", smc_buf_str(&id)));
        smc_buf_clear(&id);
    }
    assert_string_equal(smc_buf_str(&got), want);
    smc_buf_clear(&got);
}

static void check_says(const struct extraction *x, const struct row *row)
{
    for (const char *at = row->says; at && *at;) {
        char text[256];
        size_t len = strcspn(at, "|");
        (void)snprintf(text, sizeof text, "%.*s", (int)len, at);
        assert_contains(row->status == SMC_OK ? log_sink_text(&x->log) : x->err.detail, text);
        at += len + (at[len] == '|');
    }
}

static void test_row(void **state)
{
    struct extraction *x = *state;
    const struct row *row = x->row;
    extraction_plain_estate(x);
    x->sim_opt.page_size = 2;
    x->sim_opt.workbooks = row->workbooks < 0 ? 0 : row->workbooks ? row->workbooks : 5;
    extraction_start(x);
    extraction_fault(x, row->faults);
    enum smc_status rc = extraction_run(x, row->args);
    if (rc != row->status)
        fail_msg("status %d instead of %d: %s", rc, row->status, x->err.detail);
    check_says(x, row);
    assert_int_equal(sim_calls(x->sim, "workbooks", 0), row->calls);
    if (rc != SMC_OK) {
        assert_int_equal(extraction_count_files(x, "[0-9]*"), 0);
        return;
    }
    check_indexes(x, "workbooks", "workbookId", row->file);
    check_indexes(x, "workbook_sources", "asset_id", row->joined ? row->joined : row->file);
    /* Each object was asked for once. */
    assert_int_equal(sim_calls(x->sim, "workbook_sources", 0),
                     extraction_file(x, "workbook_sources")->count);
}

int main(void)
{
    return EXTRACTION_TABLE("readings", rows, test_row);
}
