#include "rows.h"

const char *const smci_cli_log_levels[] = {"error", "warn", "info", "debug", NULL};
const char *const smci_cli_log_formats[] = {"text", "json", NULL};
