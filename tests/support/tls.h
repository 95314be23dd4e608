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
void tls_clear(struct tls_pair *pair);

#endif
