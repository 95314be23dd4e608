/* Estates whose columns' true lineage is known.
 *
 * With the option `columns` a workbook and a data model is a row of scenes, drawn by the seed: a
 * scene adds a few elements with their columns, and says at once what each column reads and what
 * nobody can know of it. So the truth is what the scene meant; it is not derived from the answers.
 * A document is built anew from the seed whenever a call needs it, and nothing else is kept.
 *
 * What elements, columns, lineage, sources and /spec look like, and which case is which: the heads
 * of fields_scenes.c and fields_cases.c. */
#ifndef SIM_FIELDS_H
#define SIM_FIELDS_H

#include "estate.h"

/* What a reader may have asked beside elements, columns, lineage and sources. */
enum { WITH_SPEC = 1, WITH_TABLE_COLUMNS = 2, WITH_CONTROLS = 4 };
#define WITHOUT(asked) ((unsigned)(asked) << 8)

enum feed {
    FEED_TABLE,
    FEED_DATASET,
    FEED_ELEMENT,
    FEED_MODEL,
    FEED_QUERY,
    FEED_CSV,
    FEED_INPUT,
    FEED_LOST
};

/* What feeds an element, or what a column reads. */
struct feed_of {
    enum feed feed;
    long table;            /* of FEED_TABLE, FEED_DATASET: its index */
    const struct doc *doc; /* of FEED_MODEL: whose element */
    int element;           /* of FEED_ELEMENT, FEED_MODEL */
    const char *name;      /* of FEED_QUERY, FEED_CSV, FEED_DATASET; the id of FEED_LOST */
};

struct field_source {
    struct feed_of of;
    int next; /* of the same element; -1: none */
};

struct field_element {
    const char *id;
    const char *name; /* NULL: it has none */
    const char *type;
    int page; /* -1: on none */
    int first_source;
    int last_source;
    const char *spec;        /* more members in /spec, as JSON with a comma before; NULL: none */
    const char *spec_source; /* the source in /spec, as JSON; NULL: as the sources say */
};

struct field_edge {
    struct feed_of of; /* the column of an element: FEED_ELEMENT (of this document), FEED_MODEL */
    int column;        /* of that element's document; -1: a native one */
    const char *native;
    const char *how;
    unsigned when; /* as of a doubt */
    int next;      /* of the same column; -1: none */
};

struct field_doubt {
    const char *reference; /* NULL: the column as a whole */
    const char *reason;
    unsigned when; /* WITH_...: there only then; WITHOUT(WITH_...): only else */
    int next;
};

struct field_column {
    int element; /* -1: of the model as a whole */
    const char *id;
    const char *name;
    const char *formula; /* NULL: null */
    const char *type;
    int first_edge;
    int last_edge;
    int first_doubt;
    int last_doubt;
};

struct doc_list {
    void *all;
    int count;
    int room;
};

#define DOC_LIST(type)                                                                             \
    union {                                                                                        \
        struct doc_list list;                                                                      \
        struct {                                                                                   \
            type *all;                                                                             \
            int count;                                                                             \
            int room;                                                                              \
        };                                                                                         \
    }

enum { DOC_MODELS_MAX = 2, DOC_PAGES = 3 }; /* the last page is hidden */

struct doc {
    const struct sim_options *o;
    enum kind kind; /* K_WORKBOOKS, K_DATAMODELS */
    long index;
    bool is_broken; /* its columns answer 400 */
    DOC_LIST(struct field_element) elements;
    DOC_LIST(struct field_source) sources;
    DOC_LIST(struct field_column) columns;
    DOC_LIST(struct field_edge) edges;
    DOC_LIST(struct field_doubt) doubts;
    DOC_LIST(const char *) controls;
    DOC_LIST(struct feed_of) feeds;     /* not elements; each once, two of one name are two */
    struct doc *models[DOC_MODELS_MAX]; /* that it reads, as far as they are built */
    struct chunk *chunks;               /* its texts */
    uint64_t drawn;
    long first_table;
    long tables_used;
    int scene;
};

/* ---- documents (fields_doc.c) ---- the caller frees with doc_free; NULL is harmless. Without
 * memory the process ends: this serves tests. */
struct doc *doc_new(const struct sim_options *o, enum kind kind, long index);
void doc_free(struct doc *d);
/* Whether rows of this kind come from documents; then of which kind of document. */
bool doc_has(const struct sim_options *o, enum kind kind, enum kind *document);

/* Formats a text that lives as long as the document. */
const char *say(struct doc *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A number below `count`, by the seed. */
int draw(struct doc *d, int count);
/* A table that this document has not used yet; -1: there are none left. */
long fresh_table(struct doc *d);

/* An element with a name of its own; `type` as Sigma has it. Returns its index. */
int add_element(struct doc *d, const char *name, const char *type);
void add_source(struct doc *d, int element, struct feed_of of);
/* `id` NULL: one that says nothing. Returns its index. */
int add_column(struct doc *d, int element, const char *id, const char *name, const char *formula);
void add_edge(struct doc *d, int column, struct field_edge edge);
/* The column reads a column of its own document; of a model; a native one of a table, dataset,
 * query, upload. */
void reads(struct doc *d, int column, int target, const char *how, unsigned when);
void reads_model(struct doc *d, int column, const struct doc *model, int target, const char *how,
                 unsigned when);
void reads_native(struct doc *d, int column, struct feed_of of, const char *native, const char *how,
                  unsigned when);
void add_doubt(struct doc *d, int column, const char *reference, const char *reason, unsigned when);
void add_control(struct doc *d, const char *name);
/* A data model that this document may read, built once; NULL: there is none. */
const struct doc *doc_model(struct doc *d);

/* ---- tables (fields_tables.c) ---- */
const char *table_name(long table);
long table_schema(long table);
int table_width(long table); /* its columns */
const char *table_native(long table, int column);
const char *table_display(long table, int column);
/* Whether two of its columns have the same letters and digits. */
bool table_is_alike(long table, int a, int b);
/* "inode-" and the table's (or dataset's) id in base62. */
const char *say_inode(struct doc *d, enum kind kind, long index);

/* ---- scenes ---- */
/* Plays scenes until the document has so many columns. */
void play_scenes(struct doc *d, int columns);

struct scene {
    void (*play)(struct doc *d);
    bool in_workbooks;
    bool in_models;
};
extern const struct scene case_scenes[]; /* fields_cases.c; the last has no `play` */

/* An element that reads a table, with its first `count` columns and named as told; -1: no table is
 * left. */
int play_table(struct doc *d, const char *name, const char *type, int count);
/* An element that reads another one, and its column `of` under the same name. */
int play_child(struct doc *d, const char *name, const char *type, int parent);
int play_child_column(struct doc *d, int child, int of);
int first_column(const struct doc *d, int element);

/* ---- answers (fields_rows.c, fields_spec.c) ---- */
/* `page` counts for K_PAGE_ELEMENTS, `call` for K_WORKBOOK_QUERIES. */
long doc_row_count(const struct doc *d, enum kind kind, long page);
void doc_row(const struct doc *d, enum kind kind, long page, long index, uint64_t call,
             struct text *t);
/* The elements of /spec, with commas between them. */
void doc_spec_elements(const struct doc *d, struct text *t);
/* An id as sourceIds has it, in quotes. */
void doc_source_id(const struct doc *d, const struct feed_of *of, struct text *t);

/* ---- the truth (fields_truth.c) ---- appends a JSON record for each column, each with a comma and a
 * line's end behind; `with` is what the reader asked. */
void doc_truth(const struct doc *d, unsigned with, struct text *t);

#endif
