/* Field lineage across documents: data models, what only /spec tells, circles, coverage, and the
 * records as they are written. */
#include "support/fields.h"
#include "support/fields_rows.h"
#include "support/json_equal.h"
#include "support/support.h"

struct model_row {
    const char *name;
    const char *estate;
    const char *records;
};

/* A data model "M" with an element s1, Sales, of table 1. */
#define SALES(more_elements, more_columns, more_lineage)                                           \
    PARTS(EL("s1", "Sales") more_elements,                                                         \
          COL("s1", "inode-1/AMT", "Amt", "[ORDERS/Amt]") more_columns,                            \
          FED("s1", "'inode-1'") "," TABLE(1, "ORDERS") more_lineage)
/* X of workbook W, fed by it. */
#define OF_SALES(columns) PARTS(EL("e1", "X"), columns, FED("e1", "'dm/s1'"))

#define RELATIONS                                                                                  \
    ",'spec':{'pages':[{'elements':[{'id':'s1','relationships':[{'id':'r','name':'Buyer',"         \
    "'targetElementId':'s2'}],'metrics':[{'id':'m','name':'Net','formula':'Sum([Amt]) - "          \
    "Sum([Fee])'},{'id':'n','name':'Odd','formula':'[Nobody]'}]}]}]}"
#define SPEC_SALES                                                                                 \
    SALES(                                                                                         \
        "," EL("s2", "People"),                                                                    \
        "," COL("s1", "f", "Fee", "1") "," COL("s2", "inode-2/NAME", "Name", "[CUSTOMERS/Name]"),  \
        "," FED("s2", "'inode-2'") "," TABLE(2, "CUSTOMERS"))                                      \
    RELATIONS

/* Two data models, N of M, and a workbook of N. */
#define CHAIN                                                                                      \
    TABLES "'groups':[[{'model':'M','urlId':'dm'," SALES(                                          \
        "", "",                                                                                    \
        "") "}],[{'model':'N','urlId':"                                                            \
            "'dn'," PARTS(                                                                         \
                EL("t1", "More"), COL("t1", "a", "Twice", "2 * [Sales/Amt]"),                      \
                FED("t1", "'dm/s1'")) "}],[{'workbook':'W'," PARTS(EL("e1", "X"),                  \
                                                                   COL("e1", "k", "Y",             \
                                                                       "[More/Twice]"),            \
                                                                   FED("e1", "'dn/t1'")) "}]]}"

/* Two data models that read each other, in one graph. */
#define CIRCLE                                                                                     \
    TABLES "'groups':[[{'model':'M','urlId':'dm'," PARTS(                                          \
        EL("s1", "A"),                                                                             \
        COL("s1", "a", "C", "[B/C]") "," COL("s1", "inode-1/AMT", "Amt", "[ORDERS/Amt]"),          \
        FED("s1", "'dn/t1','inode-1'") "," TABLE(                                                  \
            1, "ORDERS")) "},{'model':'N','urlId':'dn'," PARTS(EL("t1", "B"),                      \
                                                               COL("t1", "b", "C",                 \
                                                                   "[A/C] + [A/Amt]"),             \
                                                               FED("t1", "'dm/s1'")) "}]]}"

static const struct model_row model_rows[] = {
    {"the name that lineage gives, where the element has none",
     MODEL_AND_BOOK(
         "'columns':[" COL("s1", "inode-1/AMT", "Amt", "[ORDERS/Amt]") "],'lineage':[" FED(
             "s1", "'inode-1'") "," TABLE(1, "ORDERS") "]",
         PARTS(EL("e1", "X"), COL("e1", "k", "A", "[Sales/Amt]"),
               FED("e1", "'dm/s1'") "," MODEL("M", "Sales"))),
     "e1.k: column M:s1.inode-1/AMT element > DB.S.ORDERS.AMT"},
    {"an element that /sources does not name",
     MODEL_AND_BOOK(SALES("", "", ""),
                    OF_SALES(COL("e1", "k", "A", "[Sales/Amt]")) ",'sources':[{'type':'data-model',"
                                                                 "'dataModelId':'M','elementIds':["
                                                                 "'s9']}]"),
     "e1.k: ? [Sales/Amt] not-a-declared-source"},
    {"an element that the data model does not have",
     MODEL_AND_BOOK(SALES("", "", ""), PARTS(EL("e1", "X"), COL("e1", "k", "A", "[Sales/Amt]"),
                                             FED("e1", "'dm/s9'") "," MODEL("M", "Sales"))),
     "e1.k: ? [Sales/Amt] source-columns-unknown s9"},
    {"a name with a suffix, which only the element's list has",
     MODEL_AND_BOOK(
         "'elements':[{'elementId':'s1','type':'table','name':'Sales','columns':['Amt',"
         "'Region (CUSTOMERS)']}],'columns':[" COL("s1", "a", "Amt", "1") "],'lineage':[]",
         OF_SALES(COL("e1", "k", "A", "[Sales/Region (CUSTOMERS)]"))),
     "e1.k: column M:s1.Region (CUSTOMERS) element"},
    {"through two data models", CHAIN, "e1.k: column N:t1.a element > DB.S.ORDERS.AMT"},
    {"two data models in a circle", CIRCLE,
     "s1.a: column N:t1.b element; ? [B/C] circle > DB.S.ORDERS.AMT\n"
     "s1.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT\n"
     "t1.b: column M:s1.a element; column M:s1.inode-1/AMT element; ? [A/C] circle > "
     "DB.S.ORDERS.AMT"},
    {"an owner within the data model",
     MODEL_AND_BOOK(
         SALES("," EL("s3", "Both"), "," COL("s3", "c", "Amt", "[Sales/Amt]"),
               "," FED("s3", "'s1','inode-1'")),
         PARTS(EL("e1", "X"), COL("e1", "k", "A", "[Both/Sales/Amt]"), FED("e1", "'dm/s3'"))),
     "e1.k: column M:s1.inode-1/AMT join > DB.S.ORDERS.AMT"},
    {"a relationship of a data model",
     MODEL_AND_BOOK(SPEC_SALES, OF_SALES(COL("e1", "k", "A", "[Sales/Buyer/Name]"))),
     "e1.k: column M:s2.inode-2/NAME relationship > DB.S.CUSTOMERS.NAME"},
    {"a relationship's name in another case is another",
     MODEL_AND_BOOK(SPEC_SALES, OF_SALES(COL("e1", "k", "A", "[Sales/buyer/Name]"))),
     "e1.k: ? [Sales/buyer/Name] unresolved-path"},
    {"a column that the relationship's target lacks",
     MODEL_AND_BOOK(SPEC_SALES, OF_SALES(COL("e1", "k", "A", "[Sales/Buyer/Age]"))),
     "e1.k: ? [Sales/Buyer/Age] unresolved-path"},
    {"a metric of a data model",
     MODEL_AND_BOOK(SPEC_SALES, OF_SALES(COL("e1", "k", "A", "[Metrics/Net]"))),
     "e1.k: column M:s1.inode-1/AMT metric; column M:s1.f metric > DB.S.ORDERS.AMT"},
    {"a metric that nobody has",
     MODEL_AND_BOOK(SPEC_SALES, OF_SALES(COL("e1", "k", "A", "[Metrics/Gross]"))),
     "e1.k: ? [Metrics/Gross] metric-unknown"},
    {"a metric that reads what nobody has",
     MODEL_AND_BOOK(SPEC_SALES, OF_SALES(COL("e1", "k", "A", "[Metrics/Odd]"))),
     "e1.k: ? [Metrics/Odd] metric-unknown"},
    {"a leg of a join by its name in /spec",
     TABLES "'groups':[[{'workbook':'W'," PARTS(
         EL("e1", "L") "," EL("e2", "R") "," EL("e3", "J"),
         COL("e2", "b", "Id", "1") "," COL("e3", "k", "Id", "[Right leg/Id]"),
         FED("e3", "'e1'")) ",'spec':{'pages':[{'elements':[{'id':'e3','source':{'kind':'join','"
                            "joins':[{'name':"
                            "'Right "
                            "leg','left':{'kind':'table','elementId':'e1'},'right':{'kind':'table',"
                            "'elementId':'e2'}}]}}]}]}}]]}",
     "e2.b:\ne3.k: column W:e2.b element"},
    {"a union of a data model's element and a table",
     TABLES "'groups':[[{'model':'M','urlId':'dm'," SALES("", "", "") "}],[{'workbook':'W'," PARTS(
         EL("e3", "All"),
         COL("e3", "k", "Amt", "[Union of 2 Sources/Amt]") "," COL("e3", "inode-2/A", "Q",
                                                                   "[CUSTOMERS/Amount]"),
         FED("e3", "'dm/s1','inode-2'") "," TABLE(
             2, "CUSTOMERS")) ",'spec':{'elements':[{'id':'e3','source':{'kind':'union','sources':["
                              "{'kind':"
                              "'data-model','dataModelId':'M','elementId':'s1'},{'kind':'warehouse-"
                              "table',"
                              "'connectionId':'c','path':['DB','S','CUSTOMERS']}],'matches':[{'"
                              "outputColumnName':"
                              "'Amt','sourceColumns':['[Amt]','[Amount]']}]}}]}}]]}",
     "e3.k: column M:s1.inode-1/AMT union; table DB.S.CUSTOMERS.A union > DB.S.ORDERS.AMT > "
     "DB.S.CUSTOMERS.A\n"
     "e3.inode-2/A: table DB.S.CUSTOMERS.A exact > DB.S.CUSTOMERS.A"},
};

static void test_model(void **state)
{
    const struct model_row *row = *state;
    char *records = fields_run(row->estate);
    assert_string_equal(records, row->records);
    free(records);
}

/* ---- records ---- */

static void test_record(void **state)
{
    char *records = fields_records(TABLES "'groups':[[{'workbook':'W'," PARTS(
        EL("e1", "X"),
        COL("e1", "inode-1/AMT", "Amt", "[ORDERS/Amt]") "," COL("e1", "k", "Sum",
                                                                "Sum([Amt]) + [Q\\u00e9]"),
        FED("e1", "'inode-1'") "," TABLE(1, "ORDERS")) "}],[{'workbook':'V','elements':[]}]]}");
    (void)state;
    assert_string_equal(
        records, "[{\"asset\": \"workbook\", \"asset_id\": \"V\", \"element_id\": null, "
                 "\"column_id\": null, \"column\": null, \"formula\": null, \"reads\": [], "
                 "\"unresolved\": [{\"reference\": null, \"reason\": \"columns-unavailable\"}], "
                 "\"reaches\": []}]");
    free(records);
    records = fields_records(TABLES "'groups':[[{'workbook':'W'," PARTS(
        EL("e1", "X"),
        COL("e1", "inode-1/AMT", "Amt", "[ORDERS/Amt]") "," COL("e1", "k", "Sum",
                                                                "Sum([Amt]) + [Q\\u00e9]"),
        FED("e1", "'inode-1'") "," TABLE(1, "ORDERS")) "}]]}");
    assert_true(json_text_equal(
        records,
        "[{\"asset\": \"workbook\", \"asset_id\": \"W\", \"element_id\": \"e1\", \"column_id\": "
        "\"inode-1/AMT\", \"column\": \"Amt\", \"formula\": \"[ORDERS/Amt]\", \"reads\": "
        "[{\"kind\": \"table\", \"connectionId\": \"c\", \"path\": [\"DB\", \"S\", \"ORDERS\"], "
        "\"column\": \"AMT\", \"how\": \"exact\"}], \"unresolved\": [], \"reaches\": "
        "[{\"connectionId\": \"c\", \"path\": [\"DB\", \"S\", \"ORDERS\"], \"column\": \"AMT\"}]},"
        "{\"asset\": \"workbook\", \"asset_id\": \"W\", \"element_id\": \"e1\", \"column_id\": "
        "\"k\", \"column\": \"Sum\", \"formula\": \"Sum([Amt]) + [Q\\u00e9]\", \"reads\": "
        "[{\"kind\": \"column\", \"asset\": \"workbook\", \"asset_id\": \"W\", \"element_id\": "
        "\"e1\", \"column_id\": \"inode-1/AMT\", \"column\": \"Amt\", \"how\": \"sibling\"}], "
        "\"unresolved\": [{\"reference\": \"[Q\\u00e9]\", \"reason\": \"unknown-name\"}], "
        "\"reaches\": [{\"connectionId\": \"c\", \"path\": [\"DB\", \"S\", \"ORDERS\"], "
        "\"column\": \"AMT\"}]}]"));
    free(records);
}

/* Each column of a table, and one that reads them all: 1,000 are told. */
static void check_cut(int count, bool is_cut)
{
    struct smc_buf text = SMC_BUF_INIT(1000000);
    (void)smc_buf_addstr(&text, TABLES "'groups':[[{'workbook':'W','lineage':[" FED(
                                    "e1", "'inode-1'") "," TABLE(1, "T") "],'columns':[");
    for (int i = 0; i < count; i++)
        (void)smc_buf_addf(
            &text, "{'elementId':'e1','columnId':'inode-1/N%d','name':'N%d','formula':''},", i, i);
    (void)smc_buf_addstr(&text, "{'elementId':'e1','columnId':'k','name':'All','formula':'");
    for (int i = 0; i < count; i++)
        (void)smc_buf_addf(&text, "[N%d]", i);
    assert_int_equal(smc_buf_addstr(&text, "'},{'elementId':'e1','columnId':'m','name':'Last',"
                                           "'formula':'[All]'}]}]]}"),
                     SMC_OK);
    char *records = fields_run(smc_buf_str(&text));
    const char *last = strstr(records, "e1.m:");
    assert_non_null(last);
    int told = 0;
    for (const char *p = last; (p = strstr(p, " > ")); p++)
        told++;
    assert_int_equal(told, count < 1000 ? count : 1000);
    assert_int_equal(strstr(last, " cut") != NULL, is_cut);
    free(records);
    smc_buf_clear(&text);
}

static void test_cut(void **state)
{
    (void)state;
    check_cut(999, false);
    check_cut(1000, false);
    check_cut(1001, true);
}

/* ---- coverage ---- */

static void test_coverage(void **state)
{
    char *coverage =
        fields_coverage(TABLES "'groups':[[{'workbook':'V','elements':[]},{'workbook':'W'," PARTS(
            EL("e1", "X"),
            COL("e1", "inode-1/AMT", "Amt", "[ORDERS/Amt]") "," COL(
                "e1", "k", "Sum",
                "Sum([Amt]) + [Q] + [R]") "," COL("e1", "c", "Now",
                                                  "Now()") "," COL("e1", "a", "A",
                                                                   "[B]") "," COL("e1", "b", "B",
                                                                                  "[A]"),
            FED("e1", "'inode-1'") "," TABLE(1, "ORDERS")) "}]]}");
    (void)state;
    assert_string_equal(coverage, "5 4 2 circle:2 columns-unavailable:1 unknown-name:2");
    free(coverage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_coverage),
    };
    return RUN_TABLE("data models", model_rows, test_model) +
           cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
