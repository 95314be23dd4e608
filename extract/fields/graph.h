/* What Sigma says of the columns of one workbook or data model (or of several data models that
 * read each other in a circle): the rows of its answers, then what they stand for, then what each
 * column reads.
 *
 * Made in this order: graph_init, graph_add_document, load_rows (load.h) for each page of each
 * answer, graph_seal (seal.h), resolve_columns (resolve.h), reach_find (reach.h); then record.h
 * writes and saved.h keeps. Rows are known by their places in the lists, texts by their numbers.
 *
 * Like a struct smc_buf a graph remembers its first failure, and does nothing more then: functions
 * that add to it tell nothing, and graph_status is asked at the end of each step. */
#ifndef EXTRACT_FIELDS_GRAPH_H
#define EXTRACT_FIELDS_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include <sigmacat/error.h>
#include <sigmacat/json.h>

#include "index.h"
#include "texts.h"

#define NOWHERE UINT32_MAX /* no place in a list */

enum field_part {
    PART_ELEMENTS,
    PART_COLUMNS,
    PART_LINEAGE,
    PART_SOURCES,
    PART_CONTROLS,
    PART_SPEC,
    PART_COUNT
};

/* Why a reference leads nowhere, or a column has no edge: the words of sigmacat-files(5), "FIELD
 * LINEAGE". */
enum field_reason {
    REASON_AMBIGUOUS,
    REASON_CIRCLE,
    REASON_COLUMN_NOT_FOUND,
    REASON_COLUMNS_UNAVAILABLE,
    REASON_CONTROL,
    REASON_ERROR_COLUMN,
    REASON_FORMULA_UNCLEAR,
    REASON_INODE_NOT_A_SOURCE,
    REASON_METRIC_UNKNOWN,
    REASON_NOT_A_DECLARED_SOURCE,
    REASON_PASS_THROUGH_UNKNOWN,
    REASON_SELF_REFERENCE,
    REASON_SOURCE_COLUMNS_UNKNOWN,
    REASON_UNION_BRANCHES_UNKNOWN,
    REASON_UNKNOWN_NAME,
    REASON_UNRESOLVED_PATH,
    REASON_COUNT
};

enum field_how {
    HOW_EXACT,
    HOW_SIBLING,
    HOW_ELEMENT,
    HOW_FOLDED,
    HOW_JOIN,
    HOW_RELATIONSHIP,
    HOW_UNION,
    HOW_METRIC,
    HOW_NAME_MATCH,
    HOW_COUNT
};

struct field_coverage {
    int64_t columns;
    int64_t with_edge;
    int64_t reaching; /* the warehouse */
    int64_t unresolved[REASON_COUNT];
};

struct field_document {
    uint32_t id;      /* its key (key.h of the room above) */
    uint32_t id_json; /* as Sigma has it */
    bool is_model;
    bool has[PART_COUNT]; /* that answer was read, all pages */
    struct field_coverage coverage;
};

/* What is not an element, and that lineage or sources name. */
enum field_kind {
    KIND_TABLE,
    KIND_DATASET,
    KIND_QUERY,
    KIND_CSV,
    KIND_OTHER, /* what has columns that nobody knows */
    KIND_ELEMENT,
    KIND_COLUMN, /* of an edge */
    KIND_INPUT
};

struct field_thing {
    uint32_t document;
    enum field_kind kind; /* up to KIND_OTHER */
    uint32_t id;          /* table, dataset: its UUID; csvId */
    uint32_t name;
    uint32_t connection; /* JSON */
    uint32_t path;       /* JSON; 0: unknown */
    uint32_t last;       /* the path's last part */
    bool is_source;      /* an entry of /sources */
    bool has_list;       /* the table's own columns are known */
};

/* A data model that the document uses, by /lineage (with a name) or /sources (with an element). */
struct field_use {
    uint32_t document;
    uint32_t model;
    uint32_t name;
    uint32_t element;
};

struct field_element {
    uint32_t document; /* NOWHERE: of another one, out of what was saved */
    uint32_t model;    /* of another one: its key */
    uint32_t id;
    uint32_t name;
    bool is_input;  /* an input table */
    bool is_closed; /* its columns are not known */
    uint32_t first_source;
    uint32_t source_count;
};

struct field_column {
    uint32_t document;
    uint32_t element_id; /* 0: of the model as a whole */
    uint32_t element;    /* NOWHERE likewise */
    uint32_t id;
    uint32_t name;
    uint32_t formula;
    bool is_error;
    bool is_listed; /* only its name is known: it is not a record */
    bool is_foreign_inode;
    bool is_cut;     /* what it reaches */
    uint32_t native; /* by its id, that column of `thing` */
    uint32_t thing;
    bool is_folded;
    uint32_t first_edge;
    uint32_t edge_count;
    uint32_t first_doubt;
    uint32_t doubt_count;
    size_t first_reach; /* in `reach` */
    uint32_t reach_count;
};

/* How a source is named where it is declared: an id, or what /spec says. */
struct field_link {
    uint32_t document;
    uint32_t element_id; /* whose source it is */
    uint32_t element;
    uint32_t source;  /* an id as in sourceIds; of a data model the element's */
    uint32_t model;   /* the key of that data model */
    uint32_t path;    /* by /spec: a table's, JSON */
    uint32_t alias;   /* by /spec: the name of a leg; 0: none */
    bool is_doubtful; /* of a data model, but /sources does not name that element */
};

/* What an element is fed by: an element, or a thing. */
struct field_source {
    enum field_kind kind;
    uint32_t target;
    uint32_t names[2];
};

struct field_relation {
    uint32_t element_id;
    uint32_t element;
    uint32_t document;
    uint32_t name;
    uint32_t target_id;
    uint32_t target; /* an element, or NOWHERE */
};

struct field_metric {
    uint32_t element_id;
    uint32_t element;
    uint32_t document;
    uint32_t name;
    uint32_t formula;
};

/* A branch of a column of a union. */
struct field_match {
    struct field_link branch; /* its `element_id` is the union's */
    uint32_t element;
    uint32_t name;   /* of the union's column */
    uint32_t column; /* of the branch's: its name, or its id */
    bool is_id;
    struct field_source source;
};

struct field_edge {
    enum field_kind kind; /* KIND_COLUMN, KIND_INPUT: `target` is a column; else a thing */
    enum field_how how;
    uint32_t target;
    uint32_t native; /* the column's name in a thing */
    uint32_t reference;
    uint32_t leaf;  /* of a table's column: JSON, as `reaches` has it */
    bool is_circle; /* it leads back to the column that has it */
};

struct field_doubt {
    uint32_t reference; /* 0: the column as a whole */
    enum field_reason reason;
    uint32_t element; /* the element that it is about, or NOWHERE */
};

/* A list that grows, as the code that grows it sees it, and with its type. */
struct field_list {
    void *all;
    uint32_t count;
    uint32_t allocated;
};
/* NOLINTBEGIN(bugprone-macro-parentheses): it is a type */
#define FIELD_LIST(type)                                                                           \
    union {                                                                                        \
        struct field_list list;                                                                    \
        struct {                                                                                   \
            type *all;                                                                             \
            uint32_t count;                                                                        \
            uint32_t allocated;                                                                    \
        };                                                                                         \
    }
/* NOLINTEND(bugprone-macro-parentheses) */

/* What the graph asks for beyond the document. Each appends to `out` what it finds; `found` says
 * whether there is any. A failure ends the graph's work with that failure. */
struct field_services {
    void *ctx;
    /* The key of the data model that has this urlId. */
    enum smc_status (*model)(void *ctx, const char *url_id, struct smc_buf *out, bool *found,
                             struct smc_error *err);
    /* What saved.h has kept of an element of a data model. */
    enum smc_status (*element)(void *ctx, const char *model, const char *element,
                               struct smc_buf *out, bool *found, struct smc_error *err);
    /* A table's connection path: {"connectionId": "", "path": []}. */
    enum smc_status (*path)(void *ctx, const char *table, struct smc_buf *out, bool *found,
                            struct smc_error *err);
    /* A table's columns, [{"name": ""}]; NULL: nobody has asked for those. */
    enum smc_status (*columns)(void *ctx, const char *table, struct smc_buf *out, bool *found,
                               struct smc_error *err);
};

struct graph {
    struct texts texts;
    struct smc_error err;
    const struct field_services *services;

    FIELD_LIST(struct field_document) documents;
    FIELD_LIST(struct field_thing) things;
    FIELD_LIST(struct field_use) uses;
    FIELD_LIST(struct field_element) elements; /* the first of those with the same id counts */
    FIELD_LIST(struct field_column) columns;
    FIELD_LIST(struct field_link) links;
    FIELD_LIST(struct field_source) sources; /* each element's together */
    FIELD_LIST(struct field_relation) relations;
    FIELD_LIST(struct field_metric) metrics;
    FIELD_LIST(struct field_match) matches;
    FIELD_LIST(struct field_edge) edges;   /* each column's together */
    FIELD_LIST(struct field_doubt) doubts; /* likewise */
    FIELD_LIST(uint32_t) reach;            /* JSON of warehouse columns, as texts */

    struct index element_ids;     /* document, id: element */
    struct index controls;        /* document, name */
    struct index thing_ids;       /* document, id: thing */
    struct index query_names;     /* document, name: thing */
    struct index element_columns; /* element, column: 0 */
    struct index column_names;    /* element, name: column */
    struct index column_ids;      /* element, id: column */
    struct index column_folds;    /* element, folded name: column */
    struct index native_names;    /* thing, name in formulas: native name */
    struct index native_folds;    /* the same, folded */
    struct index table_columns;   /* thing, its position: native name */
    struct index imports;         /* model, id: element, of other documents */
    struct index relation_names;  /* element, name: relation */
    struct index metric_names;    /* element, name: metric */
    struct index match_names;     /* element, name: match */

    struct smc_buf scratch; /* of one function at a time */
    bool has_paths;         /* some reference has three segments or more */
};

/* `services` is borrowed. graph_clear ends it, twice is harmless. */
void graph_init(struct graph *graph, const struct field_services *services);
void graph_clear(struct graph *graph);

/* SMC_OK, or the first failure, with `err` filled. */
enum smc_status graph_status(const struct graph *graph, struct smc_error *err);
bool graph_is_ok(const struct graph *graph);
void graph_fail(struct graph *graph, enum smc_status status);

/* A document's place; `key` and its JSON are copied. Which answers were read is the caller's to
 * say, in `has`. */
uint32_t graph_add_document(struct graph *graph, bool is_model, const char *key,
                            struct smc_json_span json);

/* The number of what a JSON string means; 0 for what is not one. And of any value's own JSON. */
uint32_t graph_text(struct graph *graph, struct smc_json_span value);
uint32_t graph_json(struct graph *graph, struct smc_json_span value);

/* Adds a row to a list: its place, with the row all zeros; NOWHERE when the graph has failed. */
#define GRAPH_ADD(graph, name) graph_add((graph), &(graph)->name.list, sizeof *(graph)->name.all)
uint32_t graph_add(struct graph *graph, struct field_list *list, size_t size);

/* Adds a row to an index. */
void graph_index(struct graph *graph, struct index *index, uint32_t a, uint32_t b, uint32_t value);

#endif
