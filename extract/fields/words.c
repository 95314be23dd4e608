#include "words.h"

const char *words_reason(enum field_reason reason)
{
    static const char *const words[REASON_COUNT] = {
        [REASON_AMBIGUOUS] = "ambiguous",
        [REASON_CIRCLE] = "circle",
        [REASON_COLUMN_NOT_FOUND] = "column-not-found",
        [REASON_COLUMNS_UNAVAILABLE] = "columns-unavailable",
        [REASON_CONTROL] = "control",
        [REASON_ERROR_COLUMN] = "error-column",
        [REASON_FORMULA_UNCLEAR] = "formula-unclear",
        [REASON_INODE_NOT_A_SOURCE] = "inode-not-a-source",
        [REASON_METRIC_UNKNOWN] = "metric-unknown",
        [REASON_NOT_A_DECLARED_SOURCE] = "not-a-declared-source",
        [REASON_PASS_THROUGH_UNKNOWN] = "pass-through-unknown",
        [REASON_SELF_REFERENCE] = "self-reference",
        [REASON_SOURCE_COLUMNS_UNKNOWN] = "source-columns-unknown",
        [REASON_UNION_BRANCHES_UNKNOWN] = "union-branches-unknown",
        [REASON_UNKNOWN_NAME] = "unknown-name",
        [REASON_UNRESOLVED_PATH] = "unresolved-path"};
    return words[reason];
}

const char *words_how(enum field_how how)
{
    static const char *const words[HOW_COUNT] = {
        [HOW_EXACT] = "exact",   [HOW_SIBLING] = "sibling", [HOW_ELEMENT] = "element",
        [HOW_FOLDED] = "folded", [HOW_JOIN] = "join",       [HOW_RELATIONSHIP] = "relationship",
        [HOW_UNION] = "union",   [HOW_METRIC] = "metric",   [HOW_NAME_MATCH] = "name-match"};
    return words[how];
}

const char *words_asset(bool is_model)
{
    return is_model ? "datamodel" : "workbook";
}
