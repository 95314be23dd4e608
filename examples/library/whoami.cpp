/* Says whose credentials these are: prints their organisation's id.
 *
 *   c++ -std=c++17 $(pkg-config --cflags libsigmacat) whoami.cpp
 *       $(pkg-config --libs libsigmacat) -o whoami
 *
 * The variables are those of castor-extract-sigma(1). */
#include <csignal>
#include <cstdlib>
#include <iostream>

#include <sigmacat/client.h>
#include <sigmacat/json.h>

namespace
{

// Called when the call has ended, whichever way.
smc_verdict on_whoami(void *ctx, const smc_answer *answer,
                      smc_error *why)
{
    auto *failure = static_cast<smc_error *>(ctx);
    smc_json_span root{};
    smc_buf id = SMC_BUF_INIT(256);
    if (answer->error.code != SMC_OK)
        *failure = answer->error; // lent, so copied
    else if (smc_json_scan(answer->body, answer->len, &root, why) !=
             SMC_OK)
        return SMC_REJECT; // asked again, as after a lost connection
    else if (smc_json_decode(smc_json_member(root, "organizationId"),
                             &id) == SMC_OK)
        std::cout << smc_buf_str(&id) << std::endl;
    else
        smc_error_set(failure, SMC_ERR_SYNTAX,
                      "the answer has no organizationId");
    smc_buf_clear(&id);
    return SMC_TAKE;
}

} // namespace

int main()
{
    smc_error err = SMC_ERROR_INIT;     // of the run
    smc_error failure = SMC_ERROR_INIT; // of the call
    smc_client *client = nullptr;
    smc_client_opt opt = SMC_CLIENT_OPT_INIT;
    opt.origin = std::getenv("CASTOR_SIGMA_HOST");
    opt.client_id = std::getenv("CASTOR_SIGMA_CLIENT_ID");
    opt.client_secret = std::getenv("CASTOR_SIGMA_API_TOKEN");
    smc_request request{};
    request.kind = "whoami";
    request.target = "/v2/whoami";
    request.done = on_whoami;
    request.ctx = &failure;

    // A lost connection is to be an error, not the end.
    std::signal(SIGPIPE, SIG_IGN);
    smc_status rc = smc_client_new(&client, &opt, &err);
    if (rc == SMC_OK)
        rc = smc_client_send(client, &request);
    if (rc == SMC_OK)
        rc = smc_client_run(client, &err);
    // A run ends well also when a call did not.
    if (rc == SMC_OK && failure.code != SMC_OK)
        rc = smc_error_set(&err, failure.code, "%s", failure.detail);
    if (rc != SMC_OK)
        std::cerr << "whoami: "
                  << (*err.detail ? err.detail : smc_error_text(rc))
                  << std::endl;
    smc_client_free(client);
    return rc == SMC_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
