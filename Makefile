# Every command of the project; CI calls nothing else.

CARGO ?= cargo
PREFIX ?= $(HOME)/.local
DEMO := target/demo
INTEROP := target/interop
BENCH := target/bench
DIST = $(or $(CARGO_TARGET_DIR),target)/dist
# Those of packaging/toolchain.sh; all of them when empty.
TARGETS ?=
STD ?= auto
# Most tests wait for the program more than they compute.
THREADS ?= 8
# text: a panic says where and why it came about.
PANIC ?= silent

.PHONY: help demo test faults interop bench check layers words spelling install dist dist-verify package clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: needs-cargo ## run the quickstart against a tenant on loopback (KEEP=1 leaves it running)
	@$(CARGO) build --locked --quiet --bin mgd --example demo
	@rm -rf $(DEMO)
	@$(or $(CARGO_TARGET_DIR),target)/debug/examples/demo $(or $(CARGO_TARGET_DIR),target)/debug/mgd $(DEMO) $(if $(KEEP),--keep)

test: needs-cargo ## run every test, those of the release program too (MGD_SKIP_TOOLS=1: none for missing tools)
	$(CARGO) build --locked --release --bin mgd
	RUST_TEST_THREADS=$(THREADS) MGD_RELEASE=$(abspath $(or $(CARGO_TARGET_DIR),target))/release/mgd $(CARGO) test --locked
	$(CARGO) test --locked --features pfx --test it -- pfx::

faults: needs-cargo ## hold mgd to the times it promises, to the second, and eight processes to 20,000 requests
	RUST_TEST_THREADS=$(THREADS) MGD_FAULTS=1 $(CARGO) test --locked --test it -- bounds:: scale::

interop: needs-cargo $(INTEROP)/python.installed $(INTEROP)/node.installed ## hold mgd against MSAL, PyJWT and oidc-provider
	@$(CARGO) build --locked --quiet --bin mgd
	@PYTHONPATH=$(INTEROP)/python PATH="$(CURDIR)/$(INTEROP)/node/node_modules/.bin:$$PATH" \
	python3 -B tests/interop/run.py $(or $(CARGO_TARGET_DIR),target)/debug/mgd $(INTEROP)/run $(INTEROP)/node

$(INTEROP)/python.installed: tests/interop/requirements.txt | needs-interop
	@rm -rf $(INTEROP)/python
	@PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --disable-pip-version-check \
	  --target $(INTEROP)/python --requirement $<
	@touch $@

# Where Node is too old for oidc-provider, a newer one is installed beside it.
$(INTEROP)/node.installed: tests/interop/package.json | needs-interop
	@rm -rf $(INTEROP)/node
	@install -D -m 644 $< $(INTEROP)/node/package.json
	@node --eval 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' && newer= || newer=node@22; \
	cd $(INTEROP)/node && npm install --loglevel=error --no-audit --no-fund --no-package-lock $$newer >/dev/null
	@touch $@

bench: needs-cargo needs-bench $(BENCH)/python.installed $(if $(SDK),$(BENCH)/sdk.installed) ## measure mgd beside curl, jq and Python (MGD=path, QUICK=1, SDK=1, CHECK=1)
	@$(if $(MGD),true,$(CARGO) build --locked --release --bin mgd)
	@$(CARGO) build --locked --profile bench-symbols --bin mgd
	@python3 -B bench/run.py $(or $(MGD),$(or $(CARGO_TARGET_DIR),target)/release/mgd) \
	  $(or $(CARGO_TARGET_DIR),target)/bench-symbols/mgd $(BENCH) \
	  $(if $(PORT),--port $(PORT)) $(if $(QUICK),--quick) $(if $(SDK),--sdk) $(if $(CHECK),--check)

$(BENCH)/python.installed: bench/requirements.txt | needs-bench
	@$(call pip,$(BENCH)/python)

$(BENCH)/sdk.installed: bench/requirements-sdk.txt | needs-bench
	@$(call pip,$(BENCH)/sdk)

pip = rm -rf $1 && PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet \
	--disable-pip-version-check --target $1 --requirement $< && touch $@

check: needs-cargo layers words ## formatting, lints, docs, layers, words, spelling
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- --deny warnings
	$(CARGO) clippy --locked --no-default-features --lib -- --deny warnings
	$(CARGO) clippy --locked --features pfx -- --deny warnings
	RUSTDOCFLAGS='--deny warnings' $(CARGO) doc --locked --no-deps --document-private-items --quiet
	@$(MAKE) --no-print-directory spelling

# packaging/spelling.txt has the words that codespell takes for others.
spelling: ## spelling of the documents and the messages
	@if command -v codespell >/dev/null; then \
	  codespell --ignore-words packaging/spelling.txt --skip '*tests.rs,table.txt' README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md docs src; \
	else echo "codespell is not installed (pip install codespell): spelling left out"; fi

# Imports go one way, at every depth: no loop among folders and files that lie beside each other. A
# module is imported from where it is defined. Only http says ureq and sleeps.
IMPORTS = for f in $$(find src -name '*.rs' ! -name tests.rs ! -path '*/tests/*'); do \
	sed '/^\#\[cfg(test)\]/,$$d' $$f | grep -oE 'crate(::[a-z_0-9]+)+' | sort -u | sed "s|^crate::|$$f |"; done

layers: ## fail on a loop of imports
	@command -v tsort >/dev/null || { echo "make layers needs tsort (coreutils)" >&2; exit 1; }
	@! grep -rnE '^ *use (crate::(\{|[A-Z])|super::)' src --include '*.rs' | grep -v 'use super::\*'
	@! grep -rnlE 'ureq|thread::sleep' src --include '*.rs' | grep -v '^src/http/'
	@! grep -rnE 'std::process::(\{[^}]*)?(Command|Child)\b' tests/it --include '*.rs' | grep -v '^tests/it/support/process.rs'
	@$(IMPORTS) | awk '{ f = $$1; sub("^src/", "", f); sub("\\.rs$$", "", f); sub("/mod$$", "", f); \
	    n = split(f, a, "/"); m = split($$2, b, "::"); p = ""; \
	    for (i = 1; i <= n && i <= m && a[i] == b[i]; i++) p = p a[i] "/"; \
	    if (i <= n && i <= m && f != "lib") print p a[i], p b[i] }' \
	  | sort -u | tsort > /dev/null

words: ## fail on names and phrases that docs/retired-words.txt lists
	@! grep -rnE -f docs/retired-words.txt src --include '*.rs' | grep -vE 'tests\.rs:|/tests/|^[^:]*:[0-9]*: *//'

install: needs-cargo ## build the release program and install it into PREFIX (~/.local)
	$(CARGO) build --locked --release --bin mgd
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(or $(CARGO_TARGET_DIR),target)/release/mgd $(DESTDIR)$(PREFIX)/bin/mgd

dist: needs-cargo needs-dist ## static programs for four targets, checked and packed (TARGETS=…, STD=rustup|source)
	@$(CARGO) build --locked --quiet --example demo
	@rm -f $(DIST)/mgd-*.tar.gz $(DIST)/SHA256SUMS
	@STD=$(STD) PANIC=$(PANIC) DEMO=$(abspath $(or $(CARGO_TARGET_DIR),target))/debug/examples/demo packaging/dist.sh $(DIST) $(TARGETS)

dist-verify: needs-cargo needs-dist ## after make dist: build them again elsewhere, every byte must be the same
	@STD=$(STD) PANIC=$(PANIC) packaging/dist.sh --again $(DIST) $(TARGETS)

package: needs-package ## after make dist: Debian packages and container images of its programs (TARGETS=…)
	@$(CARGO) build --locked --quiet --bin mgd
	@packaging/lint.sh $(or $(CARGO_TARGET_DIR),target)/debug/mgd
	@packaging/package.sh $(DIST) $(or $(CARGO_TARGET_DIR),target)/packages $(TARGETS)

clean: ## remove what was built
	$(CARGO) clean

.PHONY: needs-cargo
needs-cargo:
	@command -v $(CARGO) >/dev/null || { echo "needs Rust 1.89 or later: https://rustup.rs" >&2; exit 1; }
	@command -v cc >/dev/null || { echo "needs a C compiler, as in apt-get install gcc libc6-dev" >&2; exit 1; }

.PHONY: needs-interop
needs-interop:
	@python3 -m pip --version >/dev/null 2>&1 || { echo "needs Python 3 with pip, as in apt-get install python3 python3-pip" >&2; exit 1; }
	@command -v node >/dev/null && command -v npm >/dev/null || { echo "needs Node and npm, as in apt-get install nodejs npm" >&2; exit 1; }
	@command -v openssl >/dev/null || { echo "needs openssl, as in apt-get install openssl" >&2; exit 1; }
	@command -v curl >/dev/null || { echo "needs curl, as in apt-get install curl" >&2; exit 1; }

.PHONY: needs-dist
needs-dist:
	@packaging/needs.sh

.PHONY: needs-package
needs-package:
	@for tool in dpkg-deb:dpkg lintian umoci skopeo jq mandoc systemd-analyze:systemd; do \
	  command -v $${tool%%:*} >/dev/null || { echo "needs $${tool%%:*}, as in apt-get install $${tool##*:}" >&2; exit 1; }; done
	@command -v kubernetes-validate >/dev/null || { echo "needs kubernetes-validate, as in pip install kubernetes-validate" >&2; exit 1; }

.PHONY: needs-bench
needs-bench:
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || { echo "needs nginx, as in apt-get install nginx-light" >&2; exit 1; }
	@command -v hyperfine >/dev/null || { echo "needs hyperfine, as in apt-get install hyperfine" >&2; exit 1; }
	@command -v valgrind >/dev/null || { echo "needs valgrind, as in apt-get install valgrind" >&2; exit 1; }
	@env time --format %M true >/dev/null 2>&1 || { echo "needs GNU time, as in apt-get install time" >&2; exit 1; }
	@command -v jq >/dev/null || { echo "needs jq, as in apt-get install jq" >&2; exit 1; }
	@command -v curl >/dev/null || { echo "needs curl, as in apt-get install curl" >&2; exit 1; }
	@command -v openssl >/dev/null || { echo "needs openssl, as in apt-get install openssl" >&2; exit 1; }
	@python3 -m pip --version >/dev/null 2>&1 || { echo "needs Python 3 with pip, as in apt-get install python3 python3-pip" >&2; exit 1; }
