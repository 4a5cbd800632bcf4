# wf. `make`, `make check`, `make install`; DEBUG=1 for sanitizers, WERROR=1
# for CI, V=1 to see the commands. Honours CC CFLAGS LDFLAGS BUILD PREFIX
# DESTDIR. Sources are globbed: a new .c file needs no line here.
CC ?= cc
PREFIX ?= /usr/local
BUILD ?= build
PKG_CONFIG ?= pkg-config

LUA := $(firstword $(foreach p,lua5.4 lua-5.4 lua54 lua,$(if $(shell \
	$(PKG_CONFIG) --exists $(p) && echo y),$(p))))
PKGS := sqlite3 libcjson libuv yaml-0.1 $(LUA) readline libmd
# Only the headers of libcurl: it is loaded at the first request.
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS) libcurl)
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PKGS))
ifeq ($(PKG_LIBS),)
$(error a library is missing: run scripts/setup)
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Werror=implicit-function-declaration -Werror=int-conversion \
	-Wmissing-prototypes -Wwrite-strings -Wpointer-arith -Wcast-qual \
	-Wformat=2 -Wvla -Wundef -Wimplicit-fallthrough -Wconversion \
	-Wno-sign-conversion $(if $(WERROR),-Werror)
ifdef DEBUG
CFLAGS ?= -Og -g
MODE := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
else
CFLAGS ?= -O2 -g
MODE := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong
endif
ALL_CFLAGS = -std=c11 -D_GNU_SOURCE -I. -include engine/base/banned.h $(WARN) \
	$(MODE) -fPIE $(PKG_CFLAGS) $(CFLAGS) -MMD -MP
ALL_LDFLAGS = $(MODE) -pie -Wl,-z,relro,-z,now $(LDFLAGS)
LIBS = $(PKG_LIBS) -ldl -lpthread -lm

LUAGEN := $(if $(wildcard lua/*.lua),$(BUILD)/gen/lua_embedded.c)
SRC := $(sort $(wildcard engine/*/*.c lua/*.c shell/*.c))
OBJ := $(SRC:%.c=$(BUILD)/%.o) $(LUAGEN:.c=.o)
LIBOBJ := $(filter-out $(BUILD)/shell/main.o,$(OBJ))
# What tests share: of it each program pulls in what it needs. Points are
# counted by the programs, never here.
KITOBJ := $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/unit/test_%,\
	$(sort $(wildcard tests/unit/*.c tests/front/*.c))))
LIBS_TEST := $(BUILD)/libkit.a $(BUILD)/libwf.a
SIMHELP := $(filter-out tests/sim/test_%,$(wildcard tests/sim/*.c))
TESTS := $(foreach k,unit sim,$(patsubst tests/$(k)/%.c,$(BUILD)/test/%,\
	$(sort $(wildcard tests/$(k)/test_*.c))))
FUZZ := $(patsubst tests/fuzz/%.c,$(BUILD)/test/%,\
	$(sort $(wildcard tests/fuzz/fuzz_*.c)))
# Programs that shell tests drive: a pty, a ledger of effects. Those of crash
# share kit*.c; killer.c is preloaded, and built by the tests themselves.
CRASHKIT := $(wildcard tests/crash/kit*.c)
DRIVEN := $(foreach k,cli tty crash,$(patsubst tests/$(k)/%.c,\
	$(BUILD)/test/%,$(sort $(filter-out $(CRASHKIT) tests/crash/killer.c,\
	$(wildcard tests/$(k)/*.c)))))
BENCH := $(patsubst scripts/bench/%.c,$(BUILD)/bench/%,\
	$(sort $(wildcard scripts/bench/bench_*.c)))
BIN := $(if $(wildcard shell/main.c),$(BUILD)/wf)
LINK := $(if $(filter build,$(BUILD)),$(if $(BIN),wf))

Q := $(if $(V),,@)
QUIET := $(V)$(findstring s,$(filter-out -%,$(firstword $(MAKEFLAGS))))
say = $(if $(QUIET),,@echo "  $(1) $@")

all: $(BUILD)/libwf.a $(BIN) $(LINK) $(BUILD)/completions/_wf
tests: all $(TESTS) $(FUZZ) $(DRIVEN)

$(BUILD)/wf: $(BUILD)/shell/main.o $(BUILD)/libwf.a
	$(call say,LD)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
wf: $(BUILD)/wf
	ln -sf $(BUILD)/wf $@
# Words for other shells, of the binary's own tables. _wf is written last.
$(BUILD)/completions/_wf: scripts/completions $(BIN)
	$(Q)WF=$(abspath $(BUILD))/wf scripts/completions $(@D)
$(BUILD)/libwf.a: $(LIBOBJ)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $^
$(BUILD)/libkit.a: $(KITOBJ)
	@rm -f $@
	$(Q)$(AR) rcsD $@ $^
# Other flags, other objects.
FLAGS = $(filter-out -Werror,$(CC) $(ALL_CFLAGS))
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS)' | cmp -s - $@ || echo '$(FLAGS)' >$@
FORCE:
$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c $(BUILD)/flags
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(BUILD)/gen/lua_embedded.c: scripts/embed $(sort $(wildcard lua/*.lua))
	@mkdir -p $(@D)
	scripts/embed $(filter %.lua,$^) >$@.new && mv $@.new $@

LINKTEST = $(Q)mkdir -p $(@D); $(CC) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)
$(foreach k,unit fuzz cli tty crash,$(eval $(BUILD)/test/%: \
	$(BUILD)/tests/$(k)/%.o $(if $(filter fuzz,$(k)),\
	$(BUILD)/tests/fuzz/driver.o) $(if $(filter crash,$(k)),\
	$(CRASHKIT:%.c=$(BUILD)/%.o)) $(LIBS_TEST) ; $$(LINKTEST)))
$(BUILD)/test/%: $(BUILD)/tests/sim/%.o $(SIMHELP:%.c=$(BUILD)/%.o) \
		$(LIBS_TEST)
	$(LINKTEST)
$(BUILD)/bench/%: $(BUILD)/scripts/bench/%.o $(LIBS_TEST)
	$(LINKTEST)

RUN = WF=$(abspath $(BUILD))/wf BUILD=$(abspath $(BUILD)) tests/run
T = $(sort $(wildcard $(1:%=tests/%/*.t)))
check: all $(TESTS) $(DRIVEN)
	$(RUN) $(TESTS) $(call T,front cli tty)
# What the sanitizers see in CI.
check-asan: all $(TESTS) $(DRIVEN) $(FUZZ)
	$(RUN) $(FUZZ) $(TESTS) $(call T,front cli tty)
check-slow: all $(TESTS) $(DRIVEN) $(FUZZ)
	$(RUN) -t 900 $(FUZZ) $(call T,crash fuzz slow)
lint:
	scripts/check-layers && scripts/check-headers && scripts/check-docs
format:
	clang-format -i $(sort $(wildcard engine/*/*.[ch] lua/*.[ch] \
		shell/*.[ch] tests/*/*.[ch] scripts/*/*.[ch]))
bench: all $(BENCH)
	WF=$(abspath $(BUILD))/wf BUILD=$(abspath $(BUILD)) scripts/bench/run

DEST = $(DESTDIR)$(PREFIX)
EXAMPLES = $(DEST)/share/doc/wf/examples
# Where the others look: a directory beneath share, a name.
COMPLETIONS := wf.bash:bash-completion/completions/wf \
	_wf:zsh/site-functions/_wf wf.fish:fish/vendor_completions.d/wf.fish
install: all
	install -d $(DEST)/bin
	install -m 755 $(BUILD)/wf $(DEST)/bin/wf
	for m in man/*.[1-8]; do d=$(DEST)/share/man/man$${m##*.}; \
		install -d $$d && install -m 644 $$m $$d/ || exit 1; done
	install -d $(EXAMPLES)
	install -m 644 scripts/examples/* $(EXAMPLES)/
	for c in $(COMPLETIONS); do install -D -m 644 \
		$(BUILD)/completions/$${c%:*} $(DEST)/share/$${c#*:} || exit 1; \
		done
uninstall:
	rm -f $(DEST)/bin/wf
	for m in man/*.[1-8]; do \
		rm -f $(DEST)/share/man/man$${m##*.}/$${m##*/}; done
	rm -rf $(DEST)/share/doc/wf
	for c in $(COMPLETIONS); do rm -f $(DEST)/share/$${c#*:}; done
clean:
	rm -rf $(BUILD) $(LINK)

.PHONY: all tests check check-asan check-slow lint format bench install \
	uninstall clean FORCE
.SECONDARY:
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
