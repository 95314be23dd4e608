/* A configuration file's YAML, read event by event, so that each mistake has its line and column, and
 * neither an alias nor nesting can make more of it than what stands there. */
#include "yaml.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <yaml.h>

/* Of all keys of one mapping. */
#define KEYS_MAX 65536

struct smci_yaml {
    const char *shown;
    const char *text;
    yaml_parser_t parser;
    yaml_event_t event; /* the one that is looked at */
    struct smc_error *err;
};

/* ---- places ---- */

static struct smci_place place_of(yaml_mark_t mark)
{
    return (struct smci_place){mark.line + 1, mark.column + 1};
}

struct smci_place smci_yaml_place(const struct smci_yaml *yaml)
{
    return place_of(yaml->event.start_mark);
}

enum smc_status smci_yaml_fail(const struct smci_yaml *yaml, struct smci_place at, const char *fmt,
                               ...)
{
    char text[400];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return smc_error_set(yaml->err, SMC_ERR_USAGE, "%s:%zu:%zu: %s", yaml->shown, at.line,
                         at.column, text);
}

/* What libyaml can't read at all has an offset in bytes and no line. */
static enum smc_status fail_encoding(const struct smci_yaml *yaml)
{
    struct smci_place at = {1, 1};
    for (size_t i = 0; i < yaml->parser.problem_offset; i++) {
        at.column++;
        if (yaml->text[i] == '\n')
            at = (struct smci_place){at.line + 1, 1};
    }
    return smci_yaml_fail(yaml, at, "%s: a configuration file is text in UTF-8",
                          yaml->parser.problem);
}

static enum smc_status fail_parser(const struct smci_yaml *yaml)
{
    const yaml_parser_t *parser = &yaml->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return smc_error_set(yaml->err, SMC_ERR_NOMEM, "out of memory");
    if (parser->error == YAML_READER_ERROR)
        return fail_encoding(yaml);
    static const char advice[] =
        "indent with spaces, and quote a value that has ': ' or ' #' in it "
        "or begins with a special character";
    const char *problem = parser->problem ? parser->problem : "it can't be read";
    struct smci_place at = place_of(parser->problem_mark);
    if (parser->context && strcmp(parser->context, "while scanning a quoted scalar") == 0)
        return smci_yaml_fail(yaml, place_of(parser->context_mark),
                              "this is no YAML: the quote that begins here is not closed (%s)",
                              problem);
    if (parser->context)
        return smci_yaml_fail(yaml, at, "this is no YAML: %s %s that begins in line %zu (%s)",
                              problem, parser->context, place_of(parser->context_mark).line,
                              advice);
    return smci_yaml_fail(yaml, at, "this is no YAML: %s (%s)", problem, advice);
}

/* ---- events ---- */

/* Texts may be secrets. */
static void drop_event(struct smci_yaml *yaml)
{
    if (yaml->event.type == YAML_SCALAR_EVENT)
        explicit_bzero(yaml->event.data.scalar.value, yaml->event.data.scalar.length);
    yaml_event_delete(&yaml->event);
}

/* What YAML can do beyond keys, values and lists would make two readers see different settings. */
static enum smc_status check_node(const struct smci_yaml *yaml)
{
    const yaml_event_t *event = &yaml->event;
    const yaml_char_t *anchor = NULL;
    const yaml_char_t *tag = NULL;
    if (event->type == YAML_ALIAS_EVENT)
        return smci_yaml_fail(yaml, smci_yaml_place(yaml),
                              "aliases ('*name') are not taken: repeat the value, or put it under "
                              "'defaults'; a text that begins with '*' is to be quoted");
    if (event->type == YAML_SCALAR_EVENT) {
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
    }
    if (anchor)
        return smci_yaml_fail(
            yaml, smci_yaml_place(yaml),
            "anchors ('&name') are not taken; a text that begins with '&' is to be "
            "quoted");
    if (tag)
        return smci_yaml_fail(
            yaml, smci_yaml_place(yaml),
            "tags ('!name') are not taken; a text that begins with '!' is to be quoted");
    return SMC_OK;
}

static enum smc_status next(struct smci_yaml *yaml)
{
    drop_event(yaml);
    if (!yaml_parser_parse(&yaml->parser, &yaml->event))
        return fail_parser(yaml);
    return check_node(yaml);
}

/* "key:" with nothing behind it, or with the words for nothing. */
static bool is_nothing(const yaml_event_t *event)
{
    if (event->type != YAML_SCALAR_EVENT || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    const char *text = (const char *)event->data.scalar.value;
    return *text == '\0' || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0;
}

static const char *form_of(const yaml_event_t *event)
{
    return event->type == YAML_MAPPING_START_EVENT    ? "keys and values"
           : event->type == YAML_SEQUENCE_START_EVENT ? "a list"
                                                      : "a single value";
}

/* "host:aws-eu" is a text to YAML. */
static bool has_colon(const yaml_event_t *event)
{
    return event->type == YAML_SCALAR_EVENT && strchr((const char *)event->data.scalar.value, ':');
}

/* ---- mappings ---- */

/* The names that were seen stand in `seen`, each ended by a NUL. */
static enum smc_status check_doubled(const struct smci_yaml *yaml, const struct smci_key *key,
                                     struct smc_buf *seen)
{
    for (size_t at = 0; at < seen->len; at += strlen(seen->data + at) + 1)
        if (strcmp(seen->data + at, key->text) == 0)
            return smci_yaml_fail(yaml, key->at,
                                  "'%.60s' stands here a second time: keep one of them", key->text);
    enum smc_status rc = smc_buf_add(seen, key->text, strlen(key->text) + 1);
    return rc == SMC_ERR_CAP ? smci_yaml_fail(yaml, key->at, "too many keys") : rc;
}

static enum smc_status take_key(const struct smci_yaml *yaml, struct smci_key *key)
{
    const yaml_event_t *event = &yaml->event;
    key->at = smci_yaml_place(yaml);
    if (event->type != YAML_SCALAR_EVENT)
        return smci_yaml_fail(yaml, key->at, "%s can't be a key", form_of(event));
    const char *text = (const char *)event->data.scalar.value;
    size_t len = event->data.scalar.length;
    if (len == 0 || len >= sizeof key->text || strlen(text) != len)
        return smci_yaml_fail(yaml, key->at,
                              "this can't be a key: one of 1 to %d characters is expected",
                              SMCI_YAML_KEY_MAX - 1);
    (void)memcpy(key->text, text, len + 1);
    return SMC_OK;
}

enum smc_status smci_yaml_mapping(struct smci_yaml *yaml, const char *what, smci_yaml_take *take,
                                  void *ctx)
{
    struct smc_buf seen = SMC_BUF_INIT(KEYS_MAX);
    enum smc_status rc = SMC_OK;
    if (is_nothing(&yaml->event))
        return SMC_OK;
    if (yaml->event.type != YAML_MAPPING_START_EVENT)
        return smci_yaml_fail(
            yaml, smci_yaml_place(yaml), "%s: keys and values are expected, not %s%s", what,
            form_of(&yaml->event),
            has_colon(&yaml->event) ? " (is a space missing behind its colon?)" : "");
    rc = next(yaml);
    while (rc == SMC_OK && yaml->event.type != YAML_MAPPING_END_EVENT) {
        struct smci_key key;
        rc = take_key(yaml, &key);
        if (rc == SMC_OK)
            rc = check_doubled(yaml, &key, &seen);
        if (rc == SMC_OK)
            rc = next(yaml);
        if (rc == SMC_OK)
            rc = take(yaml, &key, ctx);
        if (rc == SMC_OK)
            rc = next(yaml);
    }
    smc_buf_clear(&seen);
    return rc;
}

/* ---- values ---- */

enum smc_status smci_yaml_value(struct smci_yaml *yaml, const char *key, struct smc_buf *out)
{
    const yaml_event_t *event = &yaml->event;
    if (event->type != YAML_SCALAR_EVENT)
        return smci_yaml_fail(yaml, smci_yaml_place(yaml), "%s: a single value is expected, not %s",
                              key, form_of(event));
    const char *text = (const char *)event->data.scalar.value;
    if (is_nothing(event) || *text == '\0')
        return smci_yaml_fail(yaml, smci_yaml_place(yaml),
                              "%s: the value is empty: give one, or take the key out", key);
    if (strlen(text) != event->data.scalar.length)
        return smci_yaml_fail(yaml, smci_yaml_place(yaml), "%s: a NUL can't be part of a value",
                              key);
    enum smc_status rc = smc_buf_addstr(out, text);
    return rc == SMC_ERR_CAP
               ? smci_yaml_fail(yaml, smci_yaml_place(yaml), "%s: the value is too long", key)
               : rc;
}

enum smc_status smci_yaml_list(struct smci_yaml *yaml, const char *key, struct smc_buf *out)
{
    if (yaml->event.type != YAML_SEQUENCE_START_EVENT)
        return smci_yaml_value(yaml, key, out);
    enum smc_status rc = next(yaml);
    while (rc == SMC_OK && yaml->event.type != YAML_SEQUENCE_END_EVENT) {
        if (out->len > 0)
            rc = smc_buf_addstr(out, ",");
        if (rc == SMC_OK)
            rc = smci_yaml_value(yaml, key, out);
        if (rc == SMC_OK)
            rc = next(yaml);
    }
    if (rc == SMC_OK && out->len == 0)
        rc = smci_yaml_fail(yaml, smci_yaml_place(yaml),
                            "%s: the list is empty: name something, or take the key out", key);
    return rc;
}

/* ---- the whole ---- */

static enum smc_status read_document(struct smci_yaml *yaml, smci_yaml_take *take, void *ctx)
{
    enum smc_status rc = next(yaml); /* the stream's start */
    if (rc == SMC_OK)
        rc = next(yaml);
    if (rc != SMC_OK || yaml->event.type == YAML_STREAM_END_EVENT)
        return rc;
    rc = next(yaml);
    if (rc == SMC_OK)
        rc = smci_yaml_mapping(yaml, "a configuration file", take, ctx);
    if (rc == SMC_OK)
        rc = next(yaml); /* the document's end */
    if (rc == SMC_OK)
        rc = next(yaml);
    if (rc == SMC_OK && yaml->event.type != YAML_STREAM_END_EVENT)
        rc = smci_yaml_fail(yaml, smci_yaml_place(yaml),
                            "a second document begins here: a configuration file is one");
    return rc;
}

/* libyaml frees its copies of the text without emptying them. */
static void wipe_parser(yaml_parser_t *parser)
{
    if (parser->raw_buffer.start)
        explicit_bzero(parser->raw_buffer.start,
                       (size_t)(parser->raw_buffer.end - parser->raw_buffer.start));
    if (parser->buffer.start)
        explicit_bzero(parser->buffer.start, (size_t)(parser->buffer.end - parser->buffer.start));
    yaml_parser_delete(parser);
}

enum smc_status smci_yaml_read(const char *shown, const char *text, size_t len,
                               smci_yaml_take *take, void *ctx, struct smc_error *err)
{
    struct smci_yaml yaml = {.shown = shown, .text = text, .err = err};
    if (!yaml_parser_initialize(&yaml.parser))
        return smc_error_set(err, SMC_ERR_NOMEM, "out of memory");
    yaml_parser_set_input_string(&yaml.parser, (const unsigned char *)text, len);
    enum smc_status rc = read_document(&yaml, take, ctx);
    if (rc == SMC_ERR_NOMEM)
        (void)smc_error_set(err, rc, "out of memory");
    drop_event(&yaml);
    wipe_parser(&yaml.parser);
    return rc;
}
