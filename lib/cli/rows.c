#include "rows.h"

const char *const smc_cli_log_levels[] = {"error", "warn", "info", "debug", NULL};
const char *const smc_cli_log_formats[] = {"text", "json", NULL};
