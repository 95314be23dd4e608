/* Rows of Sigma's answers, short, for estates of fields.h. */
#ifndef TESTS_FIELDS_ROWS_H
#define TESTS_FIELDS_ROWS_H

#define UUID(n) "00000000-0000-0000-0000-00000000000" #n

#define EL(id, name)            "{'elementId':'" id "','type':'table','name':'" name "'}"
#define EL_TYPE(id, name, type) "{'elementId':'" id "','type':'" type "','name':'" name "'}"
#define COL(el, id, name, formula)                                                                 \
    "{'elementId':'" el "','columnId':'" id "','name':'" name "','formula':'" formula              \
    "','type':{'type':'text'}}"
#define COL_NULL(el, id, name)                                                                     \
    "{'elementId':'" el "','columnId':'" id "','name':'" name "','formula':null}"

#define FED(el, sources) "{'type':'element','elementId':'" el "','sourceIds':[" sources "]}"
#define TABLE(n, name)                                                                             \
    "{'type':'table','name':'" name "','connectionId':'c','inodeId':'" UUID(n) "'}"
#define DATASET(n, name)                                                                           \
    "{'type':'dataset','name':'" name "','connectionId':null,'inodeId':'" UUID(n) "'}"
#define QUERY(name)                                                                                \
    "{'type':'customSQL','name':'" name "','connectionId':'c','definition':'SELECT 1'}"
#define MODEL(id, name)                                                                            \
    "{'type':'data-model','name':'" name "','connectionId':'c','dataModelId':'" id "'}"

#define PARTS(elements, columns, lineage)                                                          \
    "'elements':[" elements "],'columns':[" columns "],'lineage':[" lineage "]"
#define TABLES                                                                                     \
    "{'tables':{'1':['DB','S','ORDERS'],'2':['DB','S','CUSTOMERS'],'3':['DB','T','ORDERS']},"

/* One workbook W. */
#define BOOK(elements, columns, lineage)                                                           \
    TABLES "'groups':[[{'workbook':'W'," PARTS(elements, columns, lineage) "}]]}"

/* A data model M (urlId dm) before the workbook W. */
#define MODEL_AND_BOOK(model, workbook)                                                            \
    TABLES "'groups':[[{'model':'M','urlId':'dm'," model "}],[{'workbook':'W'," workbook "}]]}"

#endif
