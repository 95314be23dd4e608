/* JSON trees for what is built or small: token answers, error bodies, summaries, reports.
 * A thin cover over jansson that keeps its types out of programs. */
#ifndef SMCI_TREE_H
#define SMCI_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sigmacat/buf.h>
#include <sigmacat/error.h>

struct smci_tree; /* one node of a tree, owned by its parent, or by the caller when it has none */

/* Parses a whole text of any top type; doubled names are errors. NULL with `err` filled
 * (SMC_ERR_SYNTAX with line and column; nothing of the text is quoted). Refused too: integers beyond
 * 64 bits and unpaired surrogates. Free the root with smci_tree_free.
 * Texts may be secrets: from the first call on jansson overwrites what it frees, in the whole process,
 * unless another way of freeing was given to it before. */
struct smci_tree *smci_tree_parse(const char *text, size_t len, struct smc_error *err);
void smci_tree_free(struct smci_tree *root);

/* Reading: borrowed nodes and texts; NULL or the fallback when the member is not there or of
 * another type. Every `node` may be NULL. A string with a NUL in it has no text. */
struct smci_tree *smci_tree_get(struct smci_tree *node, const char *name);
const char *smci_tree_text(struct smci_tree *node, const char *name);
int64_t smci_tree_int(struct smci_tree *node, const char *name, int64_t fallback);

/* Building: the parent owns what it is given; new nodes are borrowed. `name` is ignored when the
 * parent is an array. NULL (or false) when memory ran out; every `parent` may be NULL, which fails
 * in the same way, so that a caller may build all of it and check once with smci_tree_dump. A text
 * that is not UTF-8 is kept with its bad bytes replaced. */
struct smci_tree *smci_tree_object(void);
struct smci_tree *smci_tree_add_object(struct smci_tree *parent, const char *name);
struct smci_tree *smci_tree_add_array(struct smci_tree *parent, const char *name);
bool smci_tree_add_text(struct smci_tree *parent, const char *name, const char *text);
bool smci_tree_add_int(struct smci_tree *parent, const char *name, int64_t number);
bool smci_tree_add_bool(struct smci_tree *parent, const char *name, bool value);

/* Appends the text of `root` with an indent of one space (`compact`: none, on one line), and a
 * newline. SMC_ERR_NOMEM also when a step of the building had failed (root NULL). */
enum smc_status smci_tree_dump(const struct smci_tree *root, bool compact, struct smc_buf *out,
                               struct smc_error *err);

#endif
