# GNU make. `make` builds, `make check` tests, `make demo` shows it; `make help` lists the rest.
# MODE=asan, MODE=coverage and the like build beside the ordinary build, in build/MODE.

MODE ?=
V    ?=
CC   ?= cc
PREFIX ?= /usr/local

ifneq ($(filter-out asan coverage,$(MODE)),)
$(error MODE=$(MODE) is not known: asan, coverage, or nothing)
endif

B := build$(if $(MODE),/$(MODE))
Q := $(if $(V),,@)

VERSION := $(shell sed -n 's/^.define SMC_VERSION "\(.*\)"$$/\1/p' include/sigmacat/api.h)
SOMAJOR := $(firstword $(subst ., ,$(VERSION)))

PKG_LIB  := libcurl jansson sqlite3 libcrypto
PKG_TEST := cmocka libmicrohttpd zlib gnutls
PKG_CONFIG ?= pkg-config
lib_libs   = $(shell $(PKG_CONFIG) --libs $(PKG_LIB)) -lm
lib_cflags = $(shell $(PKG_CONFIG) --cflags $(PKG_LIB))
test_libs  = $(shell $(PKG_CONFIG) --libs $(PKG_TEST)) -pthread

CFLAGS  ?= -O2 -g
SMC_WARN := -std=c11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
            -Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wwrite-strings -Wswitch-enum
SMC_MODE_asan     := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
SMC_MODE_coverage := --coverage -O0
SMC_HARD := -fstack-protector-strong -fPIC -fvisibility=hidden \
            $(if $(MODE),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
SMC_CFLAGS = $(SMC_WARN) $(SMC_HARD) -D_GNU_SOURCE -Iinclude -I. -MMD -MP \
             $(if $(MODE),$(SMC_MODE_$(MODE))) $(WERROR)
SMC_LDFLAGS = -Wl,-z,relro,-z,now $(if $(MODE),$(SMC_MODE_$(MODE)))

# ---- what there is ----
LIB_SRC     := $(wildcard lib/*.c)
CLI_SRC     := $(wildcard lib/cli/*.c)
EXTRACT_SRC := $(wildcard extract/*.c)
UPLOAD_SRC  := $(wildcard upload/*.c)
SIM_SRC     := $(wildcard tests/sim/*.c)
TEST_SRC    := $(wildcard tests/test_*.c)
BENCH_SRC   := $(wildcard tests/bench/*.c)

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
without_main = $(filter-out %/main.c,$(1))

LIB_A   := $(B)/libsigmacat.a
LIB_SO  := $(B)/libsigmacat.so.$(VERSION)
PROGRAMS := $(B)/castor-extract-sigma $(B)/castor-upload $(B)/sigmacat-sim
TESTS   := $(patsubst tests/%.c,$(B)/tests/%,$(TEST_SRC))
BENCHES := $(patsubst tests/bench/%.c,$(B)/bench/%,$(BENCH_SRC))

.PHONY: all lib tests clean deps
.DEFAULT_GOAL := all
all: lib $(PROGRAMS)
lib: $(LIB_A) $(LIB_SO)

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC   $<")
	$(Q)$(CC) $(SMC_CFLAGS) $(lib_cflags) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

$(LIB_A): $(call obj,$(LIB_SRC))
$(B)/libcli.a: $(call obj,$(CLI_SRC))
$(B)/libextract.a: $(call obj,$(call without_main,$(EXTRACT_SRC)))
$(B)/libupload.a: $(call obj,$(call without_main,$(UPLOAD_SRC)))
$(B)/libsim.a: $(call obj,$(call without_main,$(SIM_SRC)))
$(B)/libsupport.a: $(call obj,$(wildcard tests/support/*.c))
%.a:
	@mkdir -p $(@D)
	$(if $(Q),@echo "  AR   $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(LIB_SO): $(call obj,$(LIB_SRC))
	$(if $(Q),@echo "  LD   $@")
	$(Q)$(CC) -shared -Wl,-soname,libsigmacat.so.$(SOMAJOR) -Wl,--no-undefined $(SMC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(lib_libs)
	$(Q)ln -sf $(notdir $@) $(B)/libsigmacat.so.$(SOMAJOR) && ln -sf libsigmacat.so.$(SOMAJOR) $(B)/libsigmacat.so

link = $(if $(Q),@echo "  LD   $@" &&) $(CC) $(SMC_LDFLAGS) $(LDFLAGS) -o $@ $^ $(lib_libs)

$(B)/castor-extract-sigma: $(call obj,extract/main.c) $(B)/libextract.a $(B)/libcli.a $(LIB_A)
	$(link)
$(B)/castor-upload: $(call obj,upload/main.c) $(B)/libupload.a $(B)/libcli.a $(LIB_A)
	$(link)
$(B)/sigmacat-sim: $(call obj,tests/sim/main.c) $(B)/libsim.a $(LIB_A)
	$(link) $(test_libs)

TEST_ARCHIVES := $(B)/libextract.a $(B)/libupload.a $(B)/libsim.a $(B)/libsupport.a $(B)/libcli.a $(LIB_A)
$(B)/tests/%: $(B)/obj/tests/%.o $(TEST_ARCHIVES)
	@mkdir -p $(@D)
	$(link) $(test_libs)
$(B)/bench/%: $(B)/obj/tests/bench/%.o $(TEST_ARCHIVES)
	@mkdir -p $(@D)
	$(link) $(test_libs)

tests: $(TESTS)
clean:
	rm -rf build

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
