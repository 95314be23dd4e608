/* Documents of Sigma's run through the derivation of field lineage, without calls and without a
 * store, and their records as short lines. */
#ifndef TESTS_FIELDS_H
#define TESTS_FIELDS_H

/* `estate` is JSON with single quotes for double ones:
 *
 *   {'tables': {'1': ['DB', 'S', 'ORDERS']}, 'lists': {'1': ['AMT']},
 *    'groups': [[{'model': 'M', 'urlId': 'dm', 'elements': [], 'columns': [], 'lineage': [],
 *                 'sources': [], 'controls': [], 'spec': {}}], [{'workbook': 'W', ...}]]}
 *
 * Table n has the id 00000000-0000-0000-0000-00000000000n, which is inode-n. An answer that is left
 * out was not read. Each group is one graph, later ones see what earlier ones have kept.
 *
 * Returns the records of the last group, a line each, to be freed by the caller:
 *
 *   e1.k: table DB.S.ORDERS.AMT exact; column W:e1.a sibling; ? [x] unknown-name > DB.S.ORDERS.AMT
 */
char *fields_run(const char *estate);

/* The coverage of the same: "columns edge reaching reason:count ...". */
char *fields_coverage(const char *estate);

/* The records themselves, an array. */
char *fields_records(const char *estate);

#endif
