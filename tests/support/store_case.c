#include "store_case.h"

int store_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->dir = temp_dir_make();
    f->db = text_format("%s/state.db", f->dir);
    fake_clock_init(&f->clock);
    *state = f;
    return 0;
}

int store_teardown(void **state)
{
    struct fixture *f = *state;
    smci_store_close(f->store);
    temp_dir_remove(f->dir);
    free(f->db);
    free(f);
    return 0;
}

enum smc_status store_try(struct fixture *f, const char *host, const char *client)
{
    smci_store_close(f->store);
    f->store = NULL;
    smc_error_reset(&f->err);
    return smci_store_open(&f->store, f->dir, host, client, &f->clock.clock, &f->err);
}

void store_open_as(struct fixture *f, const char *host, const char *client)
{
    OK(store_try(f, host, client));
}
