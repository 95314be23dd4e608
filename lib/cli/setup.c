#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* gcc tells by a macro, clang by a feature. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

static enum smc_status open_standard_fds(struct smc_error *err)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) != -1 || errno != EBADF)
            continue;
        /* The lowest free number is `fd`: those below it are open. What is printed into a closed
         * standard output must fail, not vanish; a log may. */
        if (open("/dev/null", fd == STDOUT_FILENO ? O_RDONLY : O_RDWR) != fd)
            return smc_error_set_errno(err, SMC_ERR_IO, errno, "can't open /dev/null");
    }
    return SMC_OK;
}

/* Best effort: we run also where a system refuses this. */
static void forbid_core_dumps(void)
{
    struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef IS_SANITIZED
    /* A limit of 0 does not stop dumps that are piped to a program; this does. LeakSanitizer traces
     * the process, which this forbids too. */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

enum smc_status smci_cli_setup(struct smc_error *err)
{
    enum smc_status rc = open_standard_fds(err);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    forbid_core_dumps();
    return rc;
}
