/* Each rule of field lineage, and each reason why a reference leads nowhere. */
#include "support/fields.h"
#include "support/fields_rows.h"
#include "support/support.h"

struct rule_row {
    const char *name;
    const char *estate;
    const char *records;
};

/* An element e1 called X, fed by these sources. */
#define X(columns, sources, lineage) BOOK(EL("e1", "X"), columns, FED("e1", sources) lineage)
/* X, fed by an element e2 called Y with these columns. */
#define X_OF_Y(columns, of_y)                                                                      \
    BOOK(EL("e1", "X") "," EL("e2", "Y"), columns "," of_y, FED("e1", "'e2'"))

static const struct rule_row native_rows[] = {
    {"without a formula", X(COL_NULL("e1", "inode-1/AMT", "Amt"), "'inode-1'", "," TABLE(1, "T")),
     "e1.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT"},
    {"renamed", X(COL("e1", "inode-1/AMT", "Money", "[T/Amt]"), "'inode-1'", "," TABLE(1, "T")),
     "e1.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT"},
    {"by the element's own name",
     X(COL("e1", "inode-1/AMT", "Amt", "[X/Amt]"), "'inode-1'", "," TABLE(1, "T")),
     "e1.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT"},
    {"by the path's last part",
     X(COL("e1", "inode-1/AMT", "Amt", "[ORDERS/Amt]"), "'inode-1'", "," TABLE(1, "T")),
     "e1.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT"},
    {"in another case",
     X(COL("e1", "inode-1/AMT", "Amt", "[orders/Amt]"), "'inode-1'", "," TABLE(1, "T")),
     "e1.inode-1/AMT: table DB.S.ORDERS.AMT folded > DB.S.ORDERS.AMT"},
    {"a slash in the native name",
     X(COL("e1", "inode-1/A/B", "A B", "[T/A/B]"), "'inode-1'", "," TABLE(1, "T")),
     "e1.inode-1/A/B: table DB.S.ORDERS.A/B exact > DB.S.ORDERS.A/B"},
    {"no source declared, and a table of the document",
     BOOK(EL("e1", "X"), COL("e1", "inode-1/AMT", "Amt", "[T/Amt]"), TABLE(1, "T")),
     "e1.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT"},
    {"no lineage, and a table among the sources",
     TABLES "'groups':[[{'workbook':'W','elements':[" EL("e1", "X") "],'columns':[" COL(
         "e1", "inode-1/AMT", "Amt",
         "[ORDERS/Amt]") "],'sources':[{'type':'table','inodeId':'" UUID(1) "'}]}]]}",
     "e1.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT"},
    {"no lineage, and an element called like the table: it may be what is read",
     TABLES "'groups':[[{'workbook':'W','elements':[" EL("e1", "ORDERS") "],'columns':[" COL(
         "e1", "inode-1/AMT", "Amt",
         "[ORDERS/Amt]") "],'sources':[{'type':'table','inodeId':'" UUID(1) "'}]}]]}",
     "e1.inode-1/AMT: ? [ORDERS/Amt] not-a-declared-source"},
    {"no lineage and no formula: what it passes through is not known",
     TABLES "'groups':[[{'workbook':'W','elements':[" EL("e1", "X") "],'columns':[" COL_NULL(
         "e1", "inode-1/AMT", "Amt") "],'sources':[{'type':'table','inodeId':'" UUID(1) "'}]}]]}",
     "e1.inode-1/AMT: ? - pass-through-unknown"},
    {"an inode that lineage has no entry for: its path says that it is a table",
     X(COL("e1", "inode-1/AMT", "Amt", "[ORDERS/Amt]"), "'inode-1'", ""),
     "e1.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT"},
    {"an inode that nobody knows",
     X(COL("e1", "inode-9/AMT", "Amt", "[ORDERS/Amt]"), "'inode-9'", ""),
     "e1.inode-9/AMT: ? [ORDERS/Amt] not-a-declared-source"},
    {"another table's, without a formula",
     X(COL_NULL("e1", "inode-2/AMT", "Amt"), "'inode-1'", "," TABLE(1, "T") "," TABLE(2, "U")),
     "e1.inode-2/AMT: ? - inode-not-a-source"},
    {"another table's, with one",
     X(COL("e1", "inode-2/AMT", "Amt", "[U/Amt]"), "'inode-1'",
       "," TABLE(1, "T") "," TABLE(2, "U")),
     "e1.inode-2/AMT: ? [U/Amt] inode-not-a-source"},
    {"the id speaks of one table, the formula of another",
     X(COL("e1", "inode-2/AMT", "Amt", "[T/Amt]"), "'inode-1','inode-2'",
       "," TABLE(1, "T") "," TABLE(2, "U")),
     "e1.inode-2/AMT: ? [T/Amt] source-columns-unknown"},
    {"an id that came along from the element that is read",
     X_OF_Y(COL("e1", "inode-1/AMT", "Amt", "[Y/Amt]"), COL("e2", "k", "Amt", "1")),
     "e1.inode-1/AMT: column W:e2.k element\ne2.k:"},
    {"not alone in its formula: what another column says of the same reference",
     X(COL("e1", "inode-1/AMT", "Amt", "[T/Amt]") "," COL(
           "e1", "k", "Twice", "2 * [T/Amt]") "," COL("e1", "m", "Other", "[T/Qty]"),
       "'inode-1'", "," TABLE(1, "T")),
     "e1.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT\n"
     "e1.k: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT\n"
     "e1.m: ? [T/Qty] source-columns-unknown"},
    {"the element's own id before the native name",
     X(COL("e1", "e1/AMT", "Amt", "[T/Amt]"), "'inode-1'", "," TABLE(1, "T")),
     "e1.e1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT"},
    {"the same, without a formula",
     X(COL_NULL("e1", "e1/AMT", "Amt"), "'inode-1'", "," TABLE(1, "T")),
     "e1.e1/AMT: ? - pass-through-unknown"},
    {"the id as the column part",
     X(COL("e1", "k", "Amt", "Sum([T/inode-1/AMT])"), "'inode-1'", "," TABLE(1, "T")),
     "e1.k: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT"},
    {"a dataset", X(COL("e1", "inode-4/Amt", "Amt", "[D/Amt]"), "'inode-4'", "," DATASET(4, "D")),
     "e1.inode-4/Amt: dataset D.Amt exact"},
    {"a dataset's column without an id",
     X(COL("e1", "k", "Amt", "[D/Amt]"), "'inode-4'", "," DATASET(4, "D")),
     "e1.k: ? [D/Amt] source-columns-unknown"},
    {"a table whose path could not be found",
     X(COL("e1", "inode-5/AMT", "Amt", "[T/Amt]"), "'inode-5'", "," TABLE(5, "T")),
     "e1.inode-5/AMT: table ?.AMT exact > ?.AMT"},
};

#define LIST(names) "{'tables':{'1':['DB','S','T']},'lists':{'1':[" names "]},"
#define LISTED(names)                                                                              \
    LIST(names)                                                                                    \
    "'groups':[[{'workbook':'W'," PARTS(EL("e1", "X"), COL("e1", "k", "Amt", "[T/Net Amt]"),       \
                                        FED("e1", "'inode-1'") "," TABLE(1, "T")) "}]]}"

static const struct rule_row list_rows[] = {
    {"one is alike", LISTED("'NET_AMT','QTY'"),
     "e1.k: table DB.S.T.NET_AMT name-match > "
     "DB.S.T.NET_AMT"},
    {"two are", LISTED("'NET_AMT','NETAMT'"), "e1.k: ? [T/Net Amt] ambiguous"},
    {"none is", LISTED("'QTY'"), "e1.k: ? [T/Net Amt] column-not-found"},
};

static const struct rule_row own_rows[] = {
    {"a sibling", X(COL("e1", "a", "A", "1") "," COL("e1", "k", "B", "[A]"), "", ""),
     "e1.a:\ne1.k: column W:e1.a sibling"},
    {"a sibling in another case",
     X(COL("e1", "a", "ÄrA", "1") "," COL("e1", "k", "B", "[äRa]"), "", ""),
     "e1.a:\ne1.k: column W:e1.a folded"},
    {"two siblings of one name",
     X(COL("e1", "a", "A", "1") "," COL("e1", "b", "A", "2") "," COL("e1", "k", "B", "[A]"), "",
       ""),
     "e1.a:\ne1.b:\ne1.k: ? [A] ambiguous"},
    {"itself", X(COL("e1", "k", "A", "[A] + 1"), "", ""), "e1.k: ? [A] self-reference"},
    {"nobody", X(COL("e1", "k", "A", "[Nobody]"), "", ""), "e1.k: ? [Nobody] unknown-name"},
    {"a column of another element only",
     X_OF_Y(COL("e1", "k", "A", "[Amt]"), COL("e2", "a", "Amt", "1")),
     "e1.k: ? [Amt] unknown-name\ne2.a:"},
    {"blanks count", X(COL("e1", "a", "A", "1") "," COL("e1", "k", "B", "[ A]"), "", ""),
     "e1.a:\ne1.k: ? [ A] unknown-name"},
    {"a slash in the sibling's name",
     X(COL("e1", "a", "Rev/Cost", "1") "," COL("e1", "k", "B", "[Rev/Cost]"), "", ""),
     "e1.a:\ne1.k: column W:e1.a sibling"},
    {"a control",
     TABLES "'groups':[[{'workbook':'W','controls':[{'name':'P'}]," PARTS(
         EL("e1", "X"), COL("e1", "k", "A", "[P]"), "") "}]]}",
     "e1.k: ? [P] control"},
    {"a control and a column",
     TABLES "'groups':[[{'workbook':'W','controls':[{'name':'P'}]," PARTS(
         EL("e1", "X"), COL("e1", "p", "P", "1") "," COL("e1", "k", "A", "[P]"), "") "}]]}",
     "e1.p:\ne1.k: ? [P] ambiguous"},
    {"a chain of siblings",
     X(COL("e1", "a", "A", "[B]") "," COL("e1", "b", "B", "[C]") "," COL("e1", "inode-1/N", "C",
                                                                         "[T/C]"),
       "'inode-1'", "," TABLE(1, "T")),
     "e1.a: column W:e1.b sibling > DB.S.ORDERS.N\n"
     "e1.b: column W:e1.inode-1/N sibling > DB.S.ORDERS.N\n"
     "e1.inode-1/N: table DB.S.ORDERS.N exact > DB.S.ORDERS.N"},
    {"a circle, with a way out",
     X(COL("e1", "a", "A", "[B]") "," COL("e1", "b", "B", "[A] + [C]") "," COL("e1", "inode-1/N",
                                                                               "C", "[T/C]"),
       "'inode-1'", "," TABLE(1, "T")),
     "e1.a: column W:e1.b sibling; ? [B] circle > DB.S.ORDERS.N\n"
     "e1.b: column W:e1.a sibling; column W:e1.inode-1/N sibling; ? [A] circle > DB.S.ORDERS.N\n"
     "e1.inode-1/N: table DB.S.ORDERS.N exact > DB.S.ORDERS.N"},
    {"read twice, told once",
     X(COL("e1", "a", "A", "1") "," COL("e1", "k", "B", "[A]*[A]"), "", ""),
     "e1.a:\ne1.k: column W:e1.a sibling"},
};

static const struct rule_row source_rows[] = {
    {"an element", X_OF_Y(COL("e1", "k", "A", "Sum([Y/Amt])"), COL("e2", "a", "Amt", "1")),
     "e1.k: column W:e2.a element\ne2.a:"},
    {"by the column's id", X_OF_Y(COL("e1", "k", "A", "[Y/c9Kd2]"), COL("e2", "c9Kd2", "Amt", "1")),
     "e1.k: column W:e2.c9Kd2 element\ne2.c9Kd2:"},
    {"the source in another case",
     X_OF_Y(COL("e1", "k", "A", "[y/Amt]"), COL("e2", "a", "Amt", "1")),
     "e1.k: column W:e2.a folded\ne2.a:"},
    {"the column in another case",
     X_OF_Y(COL("e1", "k", "A", "[Y/amt]"), COL("e2", "a", "Amt", "1")),
     "e1.k: column W:e2.a folded\ne2.a:"},
    {"two columns that differ in case",
     X_OF_Y(COL("e1", "k", "A", "[Y/amt]"),
            COL("e2", "a", "Amt", "1") "," COL("e2", "b", "AMT", "1")),
     "e1.k: ? [Y/amt] ambiguous\ne2.a:\ne2.b:"},
    {"not a column of it", X_OF_Y(COL("e1", "k", "A", "[Y/Qty]"), COL("e2", "a", "Amt", "1")),
     "e1.k: ? [Y/Qty] column-not-found\ne2.a:"},
    {"not declared, though the document has it",
     BOOK(EL("e1", "X") "," EL("e2", "Y"),
          COL("e1", "k", "A", "[Y/Amt]") "," COL("e2", "a", "Amt", "1"), FED("e1", "")),
     "e1.k: ? [Y/Amt] not-a-declared-source\ne2.a:"},
    {"declared twice, on two rows",
     BOOK(EL("e1", "X") "," EL("e2", "Y"),
          COL("e1", "k", "A", "[Y/Amt]") "," COL("e2", "a", "Amt", "1"),
          FED("e1", "'e2'") "," FED("e1", "'e2'")),
     "e1.k: column W:e2.a element\ne2.a:"},
    {"itself among its sources is none",
     BOOK(EL("e1", "X") "," EL("e2", "X"),
          COL("e1", "k", "A", "[X/Amt]") "," COL("e2", "a", "Amt", "1"), FED("e1", "'e1','e2'")),
     "e1.k: column W:e2.a element\ne2.a:"},
    {"all references of a lookup",
     X_OF_Y(COL("e1", "a", "Key", "1") "," COL("e1", "k", "A", "Lookup([Y/V], [Key], [Y/K])"),
            COL("e2", "v", "V", "1") "," COL("e2", "w", "K", "1")),
     "e1.a:\ne1.k: column W:e2.v element; column W:e1.a sibling; column W:e2.w element\ne2.v:\n"
     "e2.w:"},
    {"an upload",
     X(COL("e1", "k", "A", "[file.csv/Col]"), "'u7'",
       ",{'type':'csv-upload','name':'file.csv','connectionId':'c','csvId':'u7'}"),
     "e1.k: csv file.csv.Col exact"},
    {"what has columns that nobody knows",
     X(COL("e1", "k", "A", "[V/Col]"), "'inode-6'",
       ",{'type':'semantic-view','name':'V','connectionId':'c','inodeId':'" UUID(6) "'}"),
     "e1.k: ? [V/Col] source-columns-unknown"},
    {"an input table's columns are typed in",
     BOOK(EL_TYPE("e1", "In", "input-table") "," EL("e2", "Out"),
          COL_NULL("e1", "a", "Note") "," COL("e2", "k", "N", "[In/Note]"), FED("e2", "'e1'")),
     "e1.a: input-table W:e1.a exact\ne2.k: column W:e1.a element"},
    {"two elements of one id count once, the first",
     BOOK(EL("e2", "Y") "," EL("e2", "Z") "," EL("e1", "X"),
          COL("e2", "a", "Amt", "1") "," COL("e1", "k", "A", "[Y/Amt]") "," COL("e1", "m", "B",
                                                                                "[Z/Amt]"),
          FED("e1", "'e2'")),
     "e2.a:\ne1.k: column W:e2.a element\ne1.m: ? [Z/Amt] not-a-declared-source"},
    {"a broken formula",
     X_OF_Y("{'elementId':'e1','columnId':'k','name':'A','formula':'[Y/Amt]',"
            "'type':{'type':{'type':'error'}}}",
            COL("e2", "a", "Amt", "1")),
     "e1.k: ? - error-column\ne2.a:"},
    {"a formula that can't be read",
     X_OF_Y(COL("e1", "k", "A", "[Y/Amt] + [Y"), COL("e2", "a", "Amt", "1")),
     "e1.k: ? - formula-unclear\ne2.a:"},
    {"a constant", X(COL("e1", "k", "A", "RowNumber()"), "", ""), "e1.k:"},
    {"a column of the model as a whole",
     BOOK("", "{'elementId':null,'columnId':'k','name':'A','formula':'[B] + [Y/C]'}", ""),
     "-.k: ? [B] unknown-name; ? [Y/C] not-a-declared-source"},
    {"a metric, without /spec", X(COL("e1", "k", "A", "[Metrics/Net]"), "", ""),
     "e1.k: ? [Metrics/Net] metric-unknown"},
};

static const struct rule_row path_rows[] = {
    {"a slash in the column's name",
     X_OF_Y(COL("e1", "k", "A", "[Y/Rev/Cost]"), COL("e2", "a", "Rev/Cost", "1")),
     "e1.k: column W:e2.a element\ne2.a:"},
    {"a slash in the source's name",
     BOOK(EL("e1", "X") "," EL("e2", "Y/Z"),
          COL("e1", "k", "A", "[Y/Z/Amt]") "," COL("e2", "a", "Amt", "1"), FED("e1", "'e2'")),
     "e1.k: column W:e2.a element\ne2.a:"},
    {"two readings",
     BOOK(EL("e1", "X") "," EL("e2", "Y/Z") "," EL("e3", "Y"),
          COL("e1", "k", "A", "[Y/Z/Amt]") "," COL("e2", "a", "Amt", "1") "," COL("e3", "b",
                                                                                  "Z/Amt", "1"),
          FED("e1", "'e2','e3'")),
     "e1.k: ? [Y/Z/Amt] unresolved-path\ne2.a:\ne3.b:"},
    {"a column's id with a slash",
     X_OF_Y(COL("e1", "k", "A", "Sum([Y/inode-1/AMT])"), COL("e2", "inode-1/AMT", "Amt", "1")),
     "e1.k: column W:e2.inode-1/AMT element\ne2.inode-1/AMT:"},
    {"in another case",
     X_OF_Y(COL("e1", "k", "A", "[y/rev/cost]"), COL("e2", "a", "Rev/Cost", "1")),
     "e1.k: column W:e2.a folded\ne2.a:"},
    {"a join of joins",
     BOOK(EL("e1", "In") "," EL("e2", "Mid") "," EL("e3", "Top") "," EL("e4", "X"),
          COL("e1", "a", "C", "1") "," COL("e4", "k", "A", "[Top/Mid/In/C]"),
          FED("e2", "'e1'") "," FED("e3", "'e2'") "," FED("e4", "'e3'")),
     "e1.a:\ne4.k: column W:e1.a join"},
    {"the owner lacks the column",
     BOOK(EL("e1", "In") "," EL("e3", "Top") "," EL("e4", "X"),
          COL("e1", "a", "C", "1") "," COL("e4", "k", "A", "[Top/In/D]"),
          FED("e3", "'e1'") "," FED("e4", "'e3'")),
     "e1.a:\ne4.k: ? [Top/In/D] unresolved-path"},
    {"a leg that is a table, by the column's own id",
     X(COL("e1", "inode-2/CITY", "City", "[Join/CUSTOMERS/City]"), "'inode-1','inode-2'",
       "," TABLE(1, "ORDERS") "," TABLE(2, "CUSTOMERS")),
     "e1.inode-2/CITY: table DB.S.CUSTOMERS.CITY join > DB.S.CUSTOMERS.CITY"},
    {"a head that is another element, not declared",
     BOOK(EL("e1", "X") "," EL("e2", "Y") "," EL("e3", "Z") "," EL("e4", "Join"),
          COL("e1", "k", "A", "[Join/Y/C]") "," COL("e2", "a", "C", "1"), FED("e1", "'e2','e3'")),
     "e1.k: ? [Join/Y/C] unresolved-path\ne2.a:"},
    {"too many segments", X(COL("e1", "k", "A", "[a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r]"), "", ""),
     "e1.k: ? [a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r] unresolved-path"},
};

static void test_rule(void **state)
{
    const struct rule_row *row = *state;
    char *records = fields_run(row->estate);
    assert_string_equal(records, row->records);
    free(records);
}

int main(void)
{
    return RUN_TABLE("native columns", native_rows, test_rule) +
           RUN_TABLE("lists of tables' columns", list_rows, test_rule) +
           RUN_TABLE("one segment", own_rows, test_rule) +
           RUN_TABLE("two segments", source_rows, test_rule) +
           RUN_TABLE("three and more", path_rows, test_rule);
}
