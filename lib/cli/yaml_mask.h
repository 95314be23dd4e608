/* The mask of a YAML text, which libyaml reads in the text's place: each letter and digit is a Z.
 * libyaml frees its copies of what it has read without emptying them, and a configuration may hold
 * secrets. Keys and values begin and end at the same places in both; their letters are put back
 * from the text.
 *
 * Letters that mean something to YAML stay: those of an escape ("\n"), of a block's head ("|2")
 * and of a directive ("%YAML"); so do all characters that are neither letters nor digits of
 * ASCII. */
#ifndef CLI_YAML_MASK_H
#define CLI_YAML_MASK_H

#include <sigmacat/buf.h>

/* Appends the mask of the `len` bytes at `text`, as many. Errors of smc_buf_add. */
enum smc_status smci_yaml_mask(const char *text, size_t len, struct smc_buf *mask);

/* Appends a value with its letters put back: libyaml has read the `len` bytes at `value` from
 * those of the mask from `begin` to before `end`, which stand for the same ones of `text`.
 * SMC_ERR_SYNTAX when the two have not the same letters, since an escape stands for a Z
 * ("\x5a"); errors of smc_buf_add. */
enum smc_status smci_yaml_unmask(const char *text, const char *mask, size_t begin, size_t end,
                                 const char *value, size_t len, struct smc_buf *out);

#endif
