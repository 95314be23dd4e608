/* YAML as far as a configuration needs it: mappings, lists and single values. Nothing else of it is
 * taken. A text may hold secrets: libyaml, which leaves copies behind, never sees one. */
#ifndef CLI_YAML_H
#define CLI_YAML_H

#include <stddef.h>

#include <sigmacat/buf.h>
#include <sigmacat/error.h>

/* A key has fewer bytes, a value at most these. */
#define SMCI_YAML_KEY_MAX   128
#define SMCI_YAML_VALUE_MAX 65536

struct smci_yaml;

/* From 1 on. */
struct smci_place {
    size_t line;
    size_t column;
};

struct smci_key {
    char text[SMCI_YAML_KEY_MAX];
    struct smci_place at;
};

/* Reads the value of one key by one of the functions below. */
typedef enum smc_status smci_yaml_take(struct smci_yaml *yaml, const struct smci_key *key,
                                       void *ctx);

/* Reads a text whose one document is a mapping, or nothing. `shown` names it in errors. All of
 * this: SMC_ERR_USAGE with "SHOWN:LINE:COLUMN: what"; SMC_ERR_NOMEM. */
enum smc_status smci_yaml_read(const char *shown, const char *text, size_t len,
                               smci_yaml_take *take, void *ctx, struct smc_error *err);

/* Of a value: a mapping (`what` names it), each key once; a single value; a list of such, as they
 * stand behind a flag, with commas between them, or a single one. The last two append to `out`. */
enum smc_status smci_yaml_mapping(struct smci_yaml *yaml, const char *what, smci_yaml_take *take,
                                  void *ctx);
enum smc_status smci_yaml_value(struct smci_yaml *yaml, const char *key, struct smc_buf *out);
enum smc_status smci_yaml_list(struct smci_yaml *yaml, const char *key, struct smc_buf *out);

/* Where the value is that is to be read. */
struct smci_place smci_yaml_place(const struct smci_yaml *yaml);

/* Fills the error that smci_yaml_read was given, with the place before the words: SMC_ERR_USAGE. */
enum smc_status smci_yaml_fail(const struct smci_yaml *yaml, struct smci_place at, const char *fmt,
                               ...) SMC_PRINTF(3, 4);

#endif
