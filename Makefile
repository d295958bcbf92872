# Needs python3 (3.10 or newer), make, and cargo for the compiled module. Everything else goes into .venv, in the
# versions that requirements/*.txt name.
#
# PYTHON=python3.13    another interpreter, for a new .venv
# PEERS=               leave out the libraries that the benches compare with and the drop-ins are for: not all of them
#                      can be had for every Python, and their tests are then skipped

PYTHON ?= python3
FUZZ_SECONDS ?= 60
FUZZ_RUNS ?= 24000000
GATE_ARGS ?=
PYTEST_ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
NIQUESTS := $(VENV)/niquests
PEERS ?= $(VENV)/.bench $(VENV)/.compat
NEEDS_PYTHON := import sys; sys.exit(sys.version_info < (3, 10) and "sselerate needs Python 3.10 or newer, this is " + sys.version)

# What the build backend will decide (build_backend/cargo_or_pure.py), so that a change of it builds again.
BACKEND := $(or $(SSELERATE_BUILD),$(if $(shell command -v cargo 2>/dev/null),rust,pure))
INSTALLED := $(VENV)/.installed-$(BACKEND)
# CPythons that the crate is compiled for differently. None of them need be here to check that it can be.
CPYTHONS := 3.10 3.13 3.14t 3.15
MODULE := $(wildcard python/sselerate/_core.*.so)
RUST := Cargo.toml Cargo.lock $(shell find rust -name target -prune -o \( -name '*.rs' -o -name Cargo.toml \) -print)
FUZZ_TARGETS := $(basename $(notdir $(wildcard rust/fuzz/fuzz_targets/*.rs)))

# pyo3 and mypy must look at the interpreter that is built for, whatever is first on PATH.
export PYO3_PYTHON := $(CURDIR)/$(PY)

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: help demo test test-niquests lint bench bench-json bench-dropin bench-framing bench-proxy perf-gate valgrind fuzz \
  fuzz-prediction lock clean need-cargo need-valgrind need-fuzz always

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(INSTALLED) ## play a recorded completion and time its decoding
	@$(if $(filter pure,$(BACKEND)),echo "sselerate: no Rust build (no cargo on PATH, or SSELERATE_BUILD=pure): this is the pure-Python package.")
	@$(PY) demo/demo.py

test: need-cargo $(INSTALLED) $(PEERS) ## all tests, of the core and of both backends
	cargo test --workspace --locked
	$(PY) -m pytest $(PYTEST_ARGS)

test-niquests: $(INSTALLED) $(NIQUESTS)/.ready ## the adapter for niquests, which cannot be installed beside urllib3
	PYTHONPATH=python $(NIQUESTS)/bin/python -m pytest -k niquests tests/compat/test_adapters.py tests/compat/test_reconnecting.py

lint: need-cargo $(INSTALLED) $(CPYTHONS:%=clippy-%) ## formatting, lints, types, the stub of the compiled module, workflows
	cargo fmt --all --check
	cargo fmt --manifest-path rust/fuzz/Cargo.toml --check
	cargo fmt --manifest-path rust/peers/Cargo.toml --check
	@# rustfmt leaves comments as wide as they are
	@! grep -rnE --include='*.rs' --exclude-dir=target '^.{121,}$$' rust | grep -E ':[0-9]+: *//'
	cargo clippy --workspace --all-targets --locked -- -D warnings
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	@# stubtest calls a module that does not exist a success
	$(PY) -c 'import sselerate._core'
	$(PY) -m mypy.stubtest --mypy-config-file pyproject.toml sselerate._core
	$(VENV)/bin/zizmor --offline --quiet .github/workflows

clippy-%: need-cargo target/cpython-%/interpreter
	PYO3_CONFIG_FILE=$(CURDIR)/target/cpython-$*/interpreter CARGO_TARGET_DIR=target/cpython-$* \
	  cargo clippy --package sselerate-python --locked -- -D warnings

# What PyO3 would ask an interpreter for.
target/cpython-%/interpreter:
	@mkdir -p $(@D)
	@printf '%s\n' implementation=CPython version=$(*:%t=%) build_flags=$(if $(filter %t,$*),Py_GIL_DISABLED) > $@

perf-gate: need-cargo need-valgrind $(INSTALLED) ## instructions an event, against benches/gate.json; GATE_ARGS=--keep
	$(PY) -m benches.gate $(GATE_ARGS)

valgrind: need-cargo need-valgrind $(INSTALLED) ## tests of the compiled module under memcheck: no errors, no leaks
	$(PY) -m tests.valgrind

bench: need-cargo $(INSTALLED) $(VENV)/.bench ## the table of README.md: ns an event, and ratios
	$(PY) -m benches.report

bench-json: need-cargo ## the general parser beside yyjson, simd-json, sonic-rs, serde_json; big events in GB/s
	cargo run --release --quiet --locked --manifest-path rust/peers/Cargo.toml

bench-dropin: need-cargo $(INSTALLED) $(VENV)/.compat ## the SDKs with and without a patch: CPU for 1,000 events
	$(PY) -m benches.dropin

bench-framing: need-cargo $(INSTALLED) $(VENV)/.compat ## the SSE clients that have a drop-in, each beside it
	$(PY) -m benches.framing

bench-proxy: need-cargo $(INSTALLED) $(VENV)/.compat ## a proxy that reads usage from what it forwards: CPU a stream
	$(PY) -m benches.proxy

# The differential of prediction is safe Rust: without a sanitizer it is ten times as fast.
FUZZ_FAST := -s none -O --no-trace-compares
RECORDINGS := $(wildcard $(or $(SSELERATE_RECORDINGS),../shared/recordings))

fuzz: need-fuzz ## each fuzz target for FUZZ_SECONDS (60)
	@for target in $(FUZZ_TARGETS); do \
	  echo "== $$target"; mkdir -p rust/fuzz/corpus/$$target; \
	  fast=; [ $$target != prediction ] || fast='$(FUZZ_FAST)'; \
	  cargo +nightly fuzz run --fuzz-dir rust/fuzz $$fast $$target rust/fuzz/corpus/$$target rust/core/tests/seeds \
	    -- -max_total_time=$(FUZZ_SECONDS) || exit 1; \
	done

fuzz-prediction: need-fuzz ## prediction against the full parser, FUZZ_RUNS (24,000,000) executions, recordings too
	@mkdir -p rust/fuzz/corpus/prediction
	cargo +nightly fuzz run --fuzz-dir rust/fuzz $(FUZZ_FAST) prediction \
	  rust/fuzz/corpus/prediction rust/core/tests/seeds $(RECORDINGS) -- -max_len=1024 -runs=$(FUZZ_RUNS)

need-fuzz: need-cargo
	@cargo +nightly --version >/dev/null 2>&1 || { \
	  echo "fuzzing needs a nightly toolchain: rustup toolchain install nightly" >&2; exit 1; }
	@command -v cargo-fuzz >/dev/null || cargo install --locked cargo-fuzz

LOCK := $(VENV)/bin/uv pip compile $(LOCK_ARGS) --quiet --universal --python-version 3.10 --no-annotate \
  --custom-compile-command 'make lock'

lock: $(VENV)/.dev ## write requirements/*.txt again from pyproject.toml; LOCK_ARGS=--upgrade for newer versions
	$(PY) -m pip install --quiet --disable-pip-version-check uv
	$(LOCK) --group dev --output-file requirements/dev.txt
	$(LOCK) --group bench --constraints requirements/dev.txt --output-file requirements/bench.txt
	$(LOCK) --group compat --constraints requirements/dev.txt --constraints requirements/bench.txt \
	  --output-file requirements/compat.txt
	$(LOCK) --group niquests --constraints requirements/dev.txt --output-file requirements/niquests.txt

clean: ## remove what was built and installed here
	rm -rf $(VENV) target dist rust/fuzz/target rust/peers/target .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
	rm -f python/sselerate/_core.*.so
	find build_backend python tests benches demo -name __pycache__ -prune -exec rm -rf {} +

# The instructions and the memory checks need it; a package of Debian's and of most others.
need-valgrind:
	@command -v valgrind >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	  { echo "installing valgrind (apt-get)"; apt-get install -qq --yes valgrind >/dev/null; }; } || { \
	  echo "this target needs valgrind: install the package of that name (sudo apt-get install valgrind)" >&2; exit 1; }

need-cargo:
	@command -v cargo >/dev/null || { \
	  echo "this target needs cargo: install Rust (https://rustup.rs), or use \`make demo\` for the pure-Python package" >&2; \
	  exit 1; }

$(VENV)/.dev: requirements/dev.txt
	@$(PYTHON) -c '$(NEEDS_PYTHON)'
	@echo "installing the tools of requirements/dev.txt into $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

$(VENV)/.bench: requirements/bench.txt $(VENV)/.dev
	@echo "installing what the benches compare with, from requirements/bench.txt"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements/bench.txt
	@touch $@

$(VENV)/.compat: requirements/compat.txt $(VENV)/.dev
	@echo "installing what the drop-ins are for, from requirements/compat.txt"
	@$(PY) -m pip install --quiet --disable-pip-version-check -r requirements/compat.txt
	@touch $@

$(NIQUESTS)/.ready: requirements/niquests.txt $(VENV)/.dev
	@echo "installing niquests, from requirements/niquests.txt"
	@$(PY) -m venv $(NIQUESTS)
	@$(NIQUESTS)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements/niquests.txt
	@touch $@

# An editable install: Python files are used where they are, so only Rust files make it necessary again. What is
# installed must be what was asked for, so a module that cargo built earlier goes when the pure package is wanted, and
# one that somebody removed is built again.
$(INSTALLED): $(VENV)/.dev pyproject.toml $(wildcard build_backend/*.py) \
  $(if $(filter pure,$(BACKEND)),$(if $(MODULE),always),$(RUST) $(if $(MODULE),,always))
	@rm -f $(VENV)/.installed-* $(if $(filter pure,$(BACKEND)),$(MODULE))
	@echo "installing sselerate into $(VENV)$(if $(filter rust,$(BACKEND)), (cargo build in release mode))"
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PY) -m pip install --quiet --disable-pip-version-check \
	  --no-build-isolation --no-deps --editable .
	@touch $@
