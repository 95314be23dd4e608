/* The cases in which public readers of Sigma's lineage go wrong: a row each. */
#include "support/fields.h"
#include "support/fields_rows.h"
#include "support/support.h"

struct case_row {
    const char *name;
    const char *estate;
    const char *records;
};

#define SALES_MODEL                                                                                \
    PARTS(EL("s1", "Sales"), COL("s1", "inode-1/AMT", "Amt", "[ORDERS/Amt]"),                      \
          FED("s1", "'inode-1'") "," TABLE(1, "ORDERS"))

static const struct case_row case_rows[] = {
    {"a table's column, in an element of the table's name",
     BOOK(EL("e1", "ORDERS") "," EL("e2", "ORDERS"),
          COL("e1", "inode-1/AMT", "Amt", "[ORDERS/Amt]") "," COL("e2", "inode-1/AMT", "Amt",
                                                                  "[ORDERS/Amt]"),
          FED("e1", "'inode-1'") "," FED("e2", "'inode-1'") "," TABLE(1, "ORDERS")),
     "e1.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT\n"
     "e2.inode-1/AMT: table DB.S.ORDERS.AMT exact > DB.S.ORDERS.AMT"},
    {"a chart's own column by its own name",
     BOOK(EL_TYPE("e1", "Chart", "visualization"),
          COL("e1", "k1", "Amt", "1") "," COL("e1", "k2", "Sum", "Sum([Chart/Amt])"),
          FED("e1", "")),
     "e1.k1:\ne1.k2: ? [Chart/Amt] not-a-declared-source"},
    {"no formula, fed by a join, an id that says nothing",
     BOOK(EL("e1", "Orders") "," EL("e2", "Cust") "," EL("e3", "Join"),
          COL("e1", "a", "City", "1") "," COL("e2", "b", "City", "1") "," COL_NULL("e3", "k",
                                                                                   "City"),
          FED("e3", "'e1','e2'")),
     "e1.a:\ne2.b:\ne3.k: ? - pass-through-unknown"},
    {"a way through a join",
     BOOK(EL("e1", "Orders") "," EL("e2", "Cust") "," EL("e3", "Join") "," EL("e4", "Out"),
          COL("e2", "b", "City", "1") "," COL("e3", "k", "City", "[Cust/City]") "," COL(
              "e4", "m", "City", "[Join/Cust/City]"),
          FED("e3", "'e1','e2'") "," FED("e4", "'e3'")),
     "e2.b:\ne3.k: column W:e2.b element\ne4.m: column W:e2.b join"},
    {"a way through the element's own join, of whatever name",
     BOOK(EL("e1", "Orders") "," EL("e2", "Cust") "," EL("e3", "Both"),
          COL("e2", "b", "City", "1") "," COL("e3", "k", "City", "[Join/Cust/City]"),
          FED("e3", "'e1','e2'")),
     "e2.b:\ne3.k: column W:e2.b join"},
    {"a relationship, with what /spec says",
     BOOK(EL("e1", "Trip") "," EL("e2", "Stations") "," EL("e3", "Out"),
          COL("e2", "d", "Docks", "1") "," COL("e3", "k", "Docks", "[Trip/Start/Docks]"),
          FED("e3", "'e1'")),
     "e2.d:\ne3.k: ? [Trip/Start/Docks] unresolved-path"},
    {"a relationship, with /spec",
     TABLES "'groups':[[{'workbook':'W'," PARTS(
         EL("e1", "Trip") "," EL("e2", "Stations") "," EL("e3", "Out"),
         COL("e2", "d", "Docks", "1") "," COL("e3", "k", "Docks", "[Trip/Start/Docks]"),
         FED("e3", "'e1'")) ",'spec':{'pages':[{'elements':[{'id':'e1','relationships':[{'id':'r',"
                            "'name':'Start','targetElementId':'e2'}]}]}]}}]]}",
     "e2.d:\ne3.k: column W:e2.d relationship"},
    {"two declared sources of one name",
     BOOK(EL("e1", "Sales") "," EL("e2", "Sales") "," EL("e3", "Out"),
          COL("e1", "a", "Amt", "1") "," COL("e3", "k", "Amt", "[Sales/Amt]"),
          FED("e3", "'e1','e2'")),
     "e1.a:\ne3.k: ? [Sales/Amt] ambiguous"},
    {"names that differ in case, and a third",
     BOOK(EL("e1", "Sales") "," EL("e2", "SALES") "," EL("e3", "Out"),
          COL("e1", "a", "Amt", "1") "," COL("e3", "k", "Amt", "[sales/Amt]") "," COL(
              "e3", "m", "Exact", "[Sales/Amt]"),
          FED("e3", "'e1','e2'")),
     "e1.a:\ne3.k: ? [sales/Amt] ambiguous\ne3.m: column W:e1.a element"},
    {"two queries of one name",
     BOOK(EL("e1", "X"), COL("e1", "A", "A", "[Custom SQL/A]"),
          FED("e1", "'q1'") "," QUERY("q1") "," QUERY("q1")),
     "e1.A: ? [Custom SQL/A] ambiguous"},
    {"one query, whatever the element is called",
     BOOK(EL("e1", "Custom SQL2"), COL("e1", "A", "A", "[Custom SQL/A]"),
          FED("e1", "'q1'") "," QUERY("q1") "," QUERY("q2")),
     "e1.A: query q1.A exact"},
    {"a union, without /spec",
     BOOK(EL("e1", "A") "," EL("e2", "B") "," EL("e3", "Union of 2 Sources"),
          COL("e1", "a", "Amt", "1") "," COL("e3", "k", "Amt", "[Union of 2 Sources/Amt]"),
          FED("e3", "'e1','e2'")),
     "e1.a:\ne3.k: ? [Union of 2 Sources/Amt] union-branches-unknown"},
    {"a union, with /spec: names, ids, and a branch without the column",
     TABLES "'groups':[[{'workbook':'W'," PARTS(
         EL("e1", "A") "," EL("e2", "B") "," EL("e4", "C") "," EL("e3", "All"),
         COL("e1", "a", "Amt", "1") "," COL("e2", "b", "Amount", "1") "," COL(
             "e3", "k", "Amt", "[Union of 3 Sources/Amt]"),
         FED("e3", "'e1','e2','e4'")) ",'spec':{'pages':[{'elements':[{'id':'e3','source':{'kind':"
                                      "'union','sources':[{'kind':'table','elementId':'e1'},"
                                      "{'kind':'table','elementId':'e2'},{'kind':'table',"
                                      "'elementId':'e4'}],'matches':[{'outputColumnName':'Amt',"
                                      "'sourceColumns':['[Amt]','b',null]}]}}]}]}}]]}",
     "e1.a:\ne2.b:\ne3.k: column W:e1.a union; column W:e2.b union"},
    {"a column whose name begins like a control's",
     BOOK(EL("e1", "X"), COL("e1", "r", "P_Rate", "1") "," COL("e1", "k", "Y", "[P_Rate] * 2"),
          FED("e1", "")),
     "e1.r:\ne1.k: column W:e1.r sibling"},
    {"keys of a join are not values",
     TABLES "'groups':[[{'workbook':'W'," PARTS(
         EL("e1", "L") "," EL("e2", "R") "," EL("e3", "J"),
         COL("e1", "a", "Id", "1") "," COL("e2", "b", "Id", "1") "," COL("e3", "k", "Id", "[L/Id]"),
         FED("e3",
             "'e1','e2'")) ",'spec':{'pages':[{'elements':[{'id':'e3','source':{'kind':'join',"
                           "'joins':[{'left':{'kind':'table','elementId':'e1'},'right':{'kind':"
                           "'table','elementId':'e2'},'joinType':'inner','columns':[{'left':"
                           "'[Id]','right':'[Id]'}]}]}}]}]}}]]}",
     "e1.a:\ne2.b:\ne3.k: column W:e1.a element"},
    {"a sum of a column of a table",
     BOOK(EL("e1", "X"), COL("e1", "k", "Sum", "Sum([A])") "," COL("e1", "inode-1/X", "A", "[T/X]"),
          FED("e1", "'inode-1'") "," TABLE(1, "T")),
     "e1.k: column W:e1.inode-1/X sibling > DB.S.ORDERS.X\n"
     "e1.inode-1/X: table DB.S.ORDERS.X exact > DB.S.ORDERS.X"},
    {"a pivot table of a hidden page",
     BOOK(EL_TYPE("p1", "Pivot", "pivot-table") "," EL("e1", "Out"),
          COL("p1", "a", "Total", "1") "," COL("e1", "k", "T", "[Pivot/Total]"), FED("e1", "'p1'")),
     "p1.a:\ne1.k: column W:p1.a element"},
    {"a source that was deleted",
     BOOK(EL("e1", "Out"), COL("e1", "k", "T", "[Gone/Total]"), FED("e1", "'x9'")),
     "e1.k: ? [Gone/Total] not-a-declared-source"},
    {"a data model that can't be read",
     BOOK(EL("e1", "Out"), COL("e1", "k", "Amt", "[Sales/Amt]"),
          FED("e1", "'1/s1'") "," MODEL(UUID(1), "Sales")),
     "e1.k: ? [Sales/Amt] source-columns-unknown s1"},
    {"a table's name in two schemas",
     BOOK(EL("e1", "X"),
          COL("e1", "inode-3/AMT", "Amt", "[ORDERS/Amt]") "," COL("e1", "k", "B", "[ORDERS/Qty]"),
          FED("e1", "'inode-1','inode-3'") "," TABLE(1, "ORDERS") "," TABLE(3, "ORDERS")),
     "e1.inode-3/AMT: table DB.T.ORDERS.AMT exact > DB.T.ORDERS.AMT\n"
     "e1.k: ? [ORDERS/Qty] ambiguous"},
    {"two tables, both with that column",
     BOOK(EL("e1", "X"),
          COL("e1", "inode-1/ID", "Id", "[ORDERS/Id]") "," COL(
              "e1", "inode-2/ID", "Id 2", "[CUSTOMERS/Id]") "," COL("e1", "k", "Sum",
                                                                    "[ORDERS/Id] + [CUSTOMERS/Id]"),
          FED("e1", "'inode-1','inode-2'") "," TABLE(1, "ORDERS") "," TABLE(2, "CUSTOMERS")),
     "e1.inode-1/ID: table DB.S.ORDERS.ID exact > DB.S.ORDERS.ID\n"
     "e1.inode-2/ID: table DB.S.CUSTOMERS.ID exact > DB.S.CUSTOMERS.ID\n"
     "e1.k: table DB.S.ORDERS.ID exact; table DB.S.CUSTOMERS.ID exact > DB.S.ORDERS.ID > "
     "DB.S.CUSTOMERS.ID"},
    {"columns that could not be read",
     TABLES "'groups':[[{'workbook':'W','elements':[" EL("e1", "X") "],'lineage':[" FED(
         "e1", "'inode-1'") "]}]]}",
     "-.-: ? - columns-unavailable"},
    {"a column of a data model",
     MODEL_AND_BOOK(SALES_MODEL,
                    PARTS(EL("e2", "Sales"), COL("e2", "k3", "Amt", "[Sales/Amt]"),
                          FED("e2", "'dm/s1'") "," MODEL(
                              "M", "Sales")) ",'sources':[{'type':'data-model','dataModelId':'M',"
                                             "'elementIds':['s1']}]"),
     "e2.k3: column M:s1.inode-1/AMT element > DB.S.ORDERS.AMT"},
    {"a data model whose columns could not be read",
     MODEL_AND_BOOK("'elements':[" EL("s1", "Sales") "],'lineage':[]",
                    PARTS(EL("e2", "Out"), COL("e2", "k3", "Amt", "[Sales/Amt]"),
                          FED("e2", "'dm/s1'") "," MODEL("M", "Sales"))),
     "e2.k3: ? [Sales/Amt] source-columns-unknown s1"},
};

static void test_case(void **state)
{
    const struct case_row *row = *state;
    char *records = fields_run(row->estate);
    assert_string_equal(records, row->records);
    free(records);
}

int main(void)
{
    return RUN_TABLE("cases", case_rows, test_case);
}
