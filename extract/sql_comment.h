/* The comment that Sigma puts behind the SQL of an element's query. It has the e-mail address of
 * whoever asks, and another request's id each time: it is of no use, and none of a catalog's
 * business. */
#ifndef EXTRACT_SQL_COMMENT_H
#define EXTRACT_SQL_COMMENT_H

#include <sigmacat/buf.h>
#include <sigmacat/json.h>

/* Appends the JSON text `sql` without the comment and the blanks before it; nothing where it has
 * none, and where it is not a text. The comment is what begins with "-- Sigma" and a
 * Greek capital sigma, and goes on to the end in one line. SMC_ERR_NOMEM, SMC_ERR_CAP. */
enum smc_status sql_without_comment(struct smc_json_span sql, struct smc_buf *out);

#endif
