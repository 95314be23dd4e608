/* The parts of reading a configuration file: config_file.c reads its bytes, config_keys.c knows what its
 * keys mean, config.c its YAML. */
#ifndef SMCI_CONFIG_H
#define SMCI_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include <sigmacat/buf.h>
#include "settings.h"

/* A longer file is no configuration. libyaml 0.2.5 has no bound of its own on nesting. */
#define SMCI_CONFIG_MAX ((size_t)1024 * 1024)

/* A longer key or name is none; nor is a longer value. */
#define SMCI_CONFIG_KEY_MAX   128
#define SMCI_CONFIG_VALUE_MAX 65536

/* ---- YAML: mappings, lists and single values; nothing else of it is taken ---- */

struct smci_yaml;

/* From 1 on. */
struct smci_place {
    size_t line;
    size_t column;
};

struct smci_key {
    char text[SMCI_CONFIG_KEY_MAX];
    struct smci_place at;
};

/* Reads the value of one key by one of the functions below. */
typedef enum smc_status smci_yaml_take(struct smci_yaml *yaml, const struct smci_key *key,
                                       void *ctx);

/* Reads a text whose one document is a mapping, or nothing. `shown` names it in errors. All of this:
 * SMC_ERR_USAGE with "SHOWN:LINE:COLUMN: what"; SMC_ERR_NOMEM. */
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

enum smc_status smci_yaml_fail(const struct smci_yaml *yaml, struct smci_place at, const char *fmt,
                               ...) SMC_PRINTF(3, 4);

/* ---- its meaning ---- */

/* Puts what the text of `file` says into the settings, as smci_settings_read_file does; `holds_secret`
 * is set when the program's own parts hold one. Errors as there. */
enum smc_status smci_config_parse(struct smci_settings *settings,
                                  const struct smci_settings_file *file, const char *text,
                                  size_t len, bool *holds_secret, struct smc_error *err);

/* Appends a PATH of a configuration file as the program is to use it. SMC_ERR_USAGE for a "~" that
 * can't be resolved, without a place; errors of smc_buf_add. */
enum smc_status smci_config_path(const struct smci_settings_file *file, const char *text,
                                 struct smc_buf *out, struct smc_error *err);

#endif
