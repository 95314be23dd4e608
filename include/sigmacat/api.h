/* Included by every public header: the library's version and the marks of its functions. */
#ifndef SIGMACAT_API_H
#define SIGMACAT_API_H

/* The one place of the version, which the Makefile reads from here. As a number it is
 * 10,000 * major + 100 * minor + patch. */
#define SMC_VERSION     "0.1.0"
#define SMC_VERSION_NUM 100

/* The library is built with hidden visibility: only what carries this mark is exported. */
#define SMC_API __attribute__((visibility("default")))

/* Lets the compiler check format strings: `fmt` and `args` count parameters from 1. */
#define SMC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#ifdef __cplusplus
extern "C" {
#endif

/* The SMC_VERSION_NUM of the library that is there, which may be newer than the one that a program
 * was compiled with. */
SMC_API int smc_version(void);

#ifdef __cplusplus
}
#endif

#endif
