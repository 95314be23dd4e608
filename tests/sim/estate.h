/* What objects exist and how they read: pure functions of the options and an index, nothing is
 * stored. Indexes count from 0 within a kind; the caller keeps them in range. */
#ifndef SIM_ESTATE_H
#define SIM_ESTATE_H

#include "sim.h"
#include "text.h"

enum kind {
    K_TOKEN,
    K_WHOAMI,
    K_CONNECTIONS,
    K_WORKBOOKS,
    K_DATAMODELS,
    K_DATASETS,
    K_FILES,
    K_MEMBERS,
    K_WORKBOOK_SOURCES,
    K_ELEMENTS,
    K_DATAMODEL_SOURCES,
    K_DATAMODEL_LINEAGE,
    K_DATASET_SOURCES,
    K_PATH, /* also stands for the tables */
    K_PATHS,
    K_UPLOAD,
    K_OTHER, /* a kind's place is part of its ids: new ones go behind */
    K_TEAMS,
    K_TEAM_MEMBERS,
    K_TAGS,
    K_WORKSPACES,
    K_WORKBOOK_PAGES,
    K_PAGE_ELEMENTS,
    K_WORKBOOK_COLUMNS,
    K_DATAMODEL_COLUMNS,
    K_DATAMODEL_ELEMENTS,
    K_WORKBOOK_LINEAGE,
    K_WORKBOOK_QUERIES,
    K_REPORTS,
    K_REPORT_SOURCES,
    K_GRANTS,
    K_TABLE_COLUMNS,
    K_DATAMODEL_SPEC,
    K_WORKBOOK_CONTROLS,
    KIND_COUNT
};

/* Static; the names that sim.h lists. */
const char *kind_name(enum kind kind);
/* KIND_COUNT when there is no such kind. "tables" is K_PATH. */
enum kind kind_of(const char *name);

/* The 16 bytes that identify an object, and back: -1 when they are of no object of the kind. An id
 * holds its kind and index, so neither direction needs a table, and the index may be any. */
void estate_id(const struct sim_options *o, enum kind kind, long index, uint8_t id[16]);
long estate_index(const struct sim_options *o, enum kind kind, const uint8_t id[16]);

/* Rows of a listing (K_PATH: tables), of an object; -1 for a kind that has none. */
long estate_count(const struct sim_options *o, enum kind kind);
long estate_row_count(const struct sim_options *o, enum kind kind, long parent);

/* Append the exact text of a row. */
void estate_record(const struct sim_options *o, enum kind kind, long index, struct text *t);
void estate_row(const struct sim_options *o, enum kind kind, long parent, long index,
                struct text *t);

/* What a call of an object's answers, of the estate alone: 200, or the status of its error. */
int estate_status(const struct sim_options *o, enum kind kind, long index);

/* One of a workbook's pages as a `parent` of K_PAGE_ELEMENTS; and the page that an id stands for,
 * -1: none of this workbook's. */
long estate_page(long workbook, long page);
long estate_page_workbook(long page);
long estate_page_number(long page);
long estate_page_index(const struct sim_options *o, long workbook, const char *id, size_t len);

/* A data model as code. */
void estate_spec(const struct sim_options *o, long model, struct text *t);

/* Rows of what a set has only when it is asked for: listings, and an object's. -1 and false: not of
 * these. */
bool estate_org_record(const struct sim_options *o, enum kind kind, long index, struct text *t);
long estate_extra_count(const struct sim_options *o, enum kind kind, long parent);
bool estate_extra_row(const struct sim_options *o, enum kind kind, long parent, long index,
                      struct text *t);
/* A row of a workbook's queries. Sigma writes who asked behind the SQL, anew with each call; call 0
 * has no such comment. */
void estate_query_row(const struct sim_options *o, long workbook, long index, uint64_t call,
                      struct text *t);
/* Its members but the element's id. */
void estate_put_query(const struct sim_options *o, long index, uint64_t call, struct text *t);
/* Whether an entry of a model's lineage is one of its elements. */
bool estate_is_model_element(const struct sim_options *o, long model, long index);

/* Tables and the listing of their paths. */
bool estate_is_listed(const struct sim_options *o, long table);
int estate_path_status(const struct sim_options *o, long table);
long estate_path_count(const struct sim_options *o);
void estate_path_row(const struct sim_options *o, long row, struct text *t);
void estate_path_answer(const struct sim_options *o, long table, struct text *t);
/* The connection of a table, and its path as a JSON array. */
long estate_table_connection(const struct sim_options *o, long table);
void estate_table_path(const struct sim_options *o, long table, struct text *t);

void estate_whoami(const struct sim_options *o, struct text *t);

/* ---- shared by the files that write rows ---- */

/* A number that looks random and belongs to (kind, index, salt). */
uint64_t estate_hash(const struct sim_options *o, enum kind kind, long index, uint64_t salt);
/* As above, below `count`, which is positive. */
long estate_pick(const struct sim_options *o, enum kind kind, long index, uint64_t salt,
                 long count);
/* `,"name":"` UUID `"`: pass the member with all its punctuation up to the opening quote. */
void estate_put_id(const struct sim_options *o, const char *before, enum kind kind, long index,
                   struct text *t);
/* The same of a member, and of an object's id in base62. */
void estate_put_person(const struct sim_options *o, const char *before, long member,
                       struct text *t);
void estate_put_url_id(const struct sim_options *o, const char *before, enum kind kind, long index,
                       struct text *t);
/* `before`, a name as estate_name has it, and the closing quote. */
void estate_put_name(const struct sim_options *o, const char *before, const char *word, long index,
                     struct text *t);
/* createdBy and the like, with a comma before. */
void estate_put_stamps(const struct sim_options *o, enum kind kind, long index, struct text *t);
long estate_some_member(const struct sim_options *o, enum kind kind, long index, uint64_t salt);
/* `{`, with white space in some odd records; and the end, with additional members in odd ones. */
void estate_open(const struct sim_options *o, long index, struct text *t);
void estate_close(const struct sim_options *o, long index, struct text *t);
/* The inside of a JSON string, escaped: a name that may be strange, then a word and the index. */
void estate_name(const struct sim_options *o, const char *word, long index, struct text *t);

#endif
