/* Certificates made on the spot: self-signed, so that each is its own authority. */
#ifndef TESTS_TLS_H
#define TESTS_TLS_H

struct tls_pair {
    char *cert_pem;
    char *key_pem;
};

/* For 127.0.0.1 when `host` is NULL, else for that name; valid from a day ago until `days` from now
 * (negative: it has run out). Fails the test on any error. */
void tls_make(struct tls_pair *pair, const char *host, int days);
/* How a certificate says whose it is. */
enum tls_names {
    TLS_NAMED,     /* as a subject alternative name */
    TLS_NAMELESS,  /* by its subject's common name alone */
    TLS_OTHER_NAME /* the same, and with an alternative name that is not a host's */
};

/* The same, for a day, in one of these ways. */
void tls_make_as(struct tls_pair *pair, const char *host, enum tls_names names);
void tls_clear(struct tls_pair *pair);

#endif
