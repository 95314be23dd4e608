/* Prometheus's text format. Whole files are held by promtool, in test_metrics_file. */
#include "support/support.h"

#include "lib/cli/metrics.h"

static void test_text(void **state)
{
    (void)state;
    static const struct smci_cli_label common[] = {{"profile", "a\"b\\c\nd"}, {"organization", ""}};
    static const struct smci_cli_label asset = {"asset", "files\xff\xe2\x82"};
    struct smc_buf text;
    smc_buf_init(&text, 10000);
    struct smci_cli_metrics metrics = {&text, "castor_upload_", common, 2, NULL};
    smci_cli_metrics_family(&metrics, "exit_status", "How the last run ended.");
    smci_cli_metrics_int(&metrics, NULL, -7);
    smci_cli_metrics_family(&metrics, "duration_seconds", "How long it took.");
    smci_cli_metrics_ms(&metrics, &asset, 1234567);
    smci_cli_metrics_ms(&metrics, NULL, 5);
    smci_cli_metrics_ms(&metrics, NULL, -1005);
    metrics.common_count = 0;
    smci_cli_metrics_int(&metrics, &asset, INT64_MAX);
    smci_cli_metrics_int(&metrics, NULL, 0);
#define COMMON "{profile=\"a\\\"b\\\\c\\nd\",organization=\"\""
#define ASSET  "asset=\"files\xef\xbf\xbd\xef\xbf\xbd\"} "
    assert_string_equal(smc_buf_str(&text),
                        "# HELP castor_upload_exit_status How the last run ended.\n"
                        "# TYPE castor_upload_exit_status gauge\n"
                        "castor_upload_exit_status" COMMON "} -7\n"
                        "# HELP castor_upload_duration_seconds How long it took.\n"
                        "# TYPE castor_upload_duration_seconds gauge\n"
                        "castor_upload_duration_seconds" COMMON "," ASSET "1234.567\n"
                        "castor_upload_duration_seconds" COMMON "} 0.005\n"
                        "castor_upload_duration_seconds" COMMON "} -1.005\n"
                        "castor_upload_duration_seconds{" ASSET "9223372036854775807\n"
                        "castor_upload_duration_seconds{} 0\n");
    smc_buf_clear(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_text)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
