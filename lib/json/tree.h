/* JSON trees, to read what is small: error bodies. A thin cover over jansson. */
#ifndef SMCI_TREE_H
#define SMCI_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

#endif
