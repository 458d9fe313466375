# Everything runs in .venv, made here from pinned packages. `make demo` and `make test` need only
# Python 3.11 or newer, make and a package index.

PYTHONS := python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(PYTHONS); do \
    $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
UV ?= uv
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'

.DEFAULT_GOAL := help
.PHONY: help demo test lint types tests gate lock clean

help:  ## say what can be made
	@sed -n 's/^\([a-z]*\):.*  ## /make \1: /p' $(firstword $(MAKEFILE_LIST))

demo: .venv/installed  ## extract the golden letters, offline, by rules and from a model's recorded replies
	@mkdir -p build
	@$(BIN)/imr extract golden --out build/demo.jsonl --overwrite
	@$(BIN)/imr show build/demo.jsonl
	@echo
	@$(BIN)/imr-eval replay
	@echo
	@echo 'One letter in full: $(BIN)/imr show golden/seed-000/source.txt'

test: lint types tests gate  ## run everything that must hold: lint, types, tests, golden letters

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/imr-eval lint

types: .venv/installed-dev
	$(BIN)/mypy

tests: .venv/installed-dev
	$(BIN)/pytest

gate: .venv/installed-dev  ## hold the rules against the baseline; leaves build/junit.xml and build/gate.md
	$(BIN)/imr-eval run --proposer rules --gate --junit build/junit.xml --markdown build/gate.md

lock:  ## pin the dependencies anew (needs uv; add FLAGS=--upgrade to move them)
	echo 'hatchling>=1.27' | $(LOCK) $(FLAGS) pyproject.toml - -o requirements.lock
	echo 'hatchling>=1.27' | $(LOCK) $(FLAGS) pyproject.toml - --extra dev \
	    -c requirements.lock -o requirements-dev.lock

clean:  ## remove what was made here
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/made:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer with venv is needed.' >&2; exit 1; }
	@echo 'Making .venv with $(PYTHON)' >&2
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/installed: requirements.lock pyproject.toml | .venv/made
	@echo 'Installing imr-extractor into .venv' >&2
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@echo 'Installing what the tests need into .venv' >&2
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@
