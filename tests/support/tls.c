#include "tls.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <time.h>

#include "support.h"

#define DAY_S ((time_t)86400)

static char *text_of(const gnutls_datum_t *pem)
{
    char *text = pem->data ? strndup((const char *)pem->data, pem->size) : NULL;
    if (!text)
        abort();
    return text;
}

static int name_it(gnutls_x509_crt_t crt, const char *host, enum tls_names names)
{
    static const char url[] = "https://127.0.0.1/";
    static const unsigned char loopback[] = {127, 0, 0, 1};
    const char *cn = host ? host : "127.0.0.1";
    int rc = gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, cn,
                                           (unsigned)strlen(cn));
    if (rc != 0 || names == TLS_NAMELESS)
        return rc;
    if (names == TLS_OTHER_NAME)
        return gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_URI, url, sizeof url - 1, 0);
    return host ? gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME, host,
                                                       (unsigned)strlen(host), 0)
                : gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_IPADDRESS, loopback,
                                                       sizeof loopback, 0);
}

/* The first error, or 0. */
static int fill(gnutls_x509_crt_t crt, gnutls_x509_privkey_t key, const char *host, int days,
                enum tls_names names)
{
    static const unsigned char serial[] = {1};
    time_t now = time(NULL);
    int rc = gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
                                          GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
    rc = rc ? rc : gnutls_x509_crt_set_version(crt, 3);
    rc = rc ? rc : gnutls_x509_crt_set_serial(crt, serial, sizeof serial);
    rc = rc ? rc : gnutls_x509_crt_set_activation_time(crt, now - (days < 0 ? 30 : 1) * DAY_S);
    rc = rc ? rc : gnutls_x509_crt_set_expiration_time(crt, now + days * DAY_S);
    rc = rc ? rc : name_it(crt, host, names);
    rc = rc ? rc : gnutls_x509_crt_set_basic_constraints(crt, 1, -1);
    rc = rc ? rc : gnutls_x509_crt_set_key(crt, key);
    return rc ? rc : gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0);
}

static void make(struct tls_pair *pair, const char *host, int days, enum tls_names names)
{
    gnutls_x509_crt_t crt = NULL;
    gnutls_x509_privkey_t key = NULL;
    gnutls_datum_t cert_pem = {NULL, 0};
    gnutls_datum_t key_pem = {NULL, 0};
    int rc = gnutls_x509_crt_init(&crt);
    rc = rc ? rc : gnutls_x509_privkey_init(&key);
    rc = rc ? rc : fill(crt, key, host, days, names);
    rc = rc ? rc : gnutls_x509_crt_export2(crt, GNUTLS_X509_FMT_PEM, &cert_pem);
    rc = rc ? rc : gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &key_pem);
    if (rc != 0)
        fail_msg("no certificate: %s", gnutls_strerror(rc));
    pair->cert_pem = text_of(&cert_pem);
    pair->key_pem = text_of(&key_pem);
    gnutls_free(cert_pem.data);
    gnutls_free(key_pem.data);
    gnutls_x509_crt_deinit(crt);
    gnutls_x509_privkey_deinit(key);
}

void tls_make(struct tls_pair *pair, const char *host, int days)
{
    make(pair, host, days, TLS_NAMED);
}

void tls_make_as(struct tls_pair *pair, const char *host, enum tls_names names)
{
    make(pair, host, 1, names);
}

void tls_clear(struct tls_pair *pair)
{
    free(pair->cert_pem);
    free(pair->key_pem);
    *pair = (struct tls_pair){NULL, NULL};
}
