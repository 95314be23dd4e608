#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A signal handler gets no context but what stands at file scope: these two are all it needs. */
static volatile sig_atomic_t caught;
static volatile sig_atomic_t wake_fd = -1;

static const int handled[SMCI_CLI_SIGNAL_COUNT] = {SIGHUP, SIGINT, SIGTERM};

static void on_signal(int number)
{
    if (caught)
        _exit(128 + number);
    caught = number;
    int was = errno;
    ssize_t ignored = write(wake_fd, "", 1);
    (void)ignored;
    errno = was;
}

static enum smc_status install(struct smci_cli_signals *signals, struct smc_error *err)
{
    for (size_t i = 0; i < SMCI_CLI_SIGNAL_COUNT; i++) {
        struct sigaction act = {.sa_flags = SA_RESTART};
        act.sa_handler = signals->before[i].sa_handler != SIG_IGN ? on_signal : SIG_IGN;
        /* While one is handled the other waits, so that `caught` is set once. */
        (void)sigemptyset(&act.sa_mask);
        for (size_t k = 0; k < SMCI_CLI_SIGNAL_COUNT; k++)
            (void)sigaddset(&act.sa_mask, handled[k]);
        if (sigaction(handled[i], &act, NULL) != 0)
            return smc_error_set_errno(err, SMC_ERR_INTERNAL, errno, "sigaction");
    }
    return SMC_OK;
}

enum smc_status smci_cli_signals_start(struct smci_cli_signals *signals, struct smc_error *err)
{
    int ends[2];
    signals->fd = -1;
    for (size_t i = 0; i < SMCI_CLI_SIGNAL_COUNT; i++)
        if (sigaction(handled[i], NULL, &signals->before[i]) != 0)
            return smc_error_set_errno(err, SMC_ERR_INTERNAL, errno, "sigaction");
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return smc_error_set_errno(err, SMC_ERR_IO, errno, "can't make a pipe for signals");
    signals->fd = ends[0];
    caught = 0;
    wake_fd = ends[1];
    enum smc_status rc = install(signals, err);
    if (rc != SMC_OK)
        smci_cli_signals_stop(signals);
    return rc;
}

int smci_cli_signals_caught(void)
{
    return caught;
}

void smci_cli_signals_stop(struct smci_cli_signals *signals)
{
    if (signals->fd < 0)
        return;
    for (size_t i = 0; i < SMCI_CLI_SIGNAL_COUNT; i++)
        (void)sigaction(handled[i], &signals->before[i], NULL);
    (void)close(signals->fd);
    (void)close(wake_fd);
    signals->fd = -1;
    wake_fd = -1;
}
