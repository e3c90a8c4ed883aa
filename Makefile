# Needed beforehand: Python 3.11 or later with its venv module, and make. Everything else comes into .venv.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test check bench chaos package lock licences docs errors picture clean

help:
	@echo "make demo     see a hotel's day at work, with simulated PMS, Zoom and telephones, nothing to configure"
	@echo "make test     check everything: style, types, layers, tests"
	@echo "make install  only install, into $(VENV)"
	@echo "make check    style, types and layers, without the tests"
	@echo "make bench    measure the figures that housephone promises"
	@echo "make chaos    kill it hundreds of times in a hotel's week, and compare what is left with what must be"
	@echo "make package  build wheel, sdist and Debian package into dist/; packaging/ has scripts that try each"
	@echo "make lock     write requirements.lock and those in packaging/ anew from pyproject.toml"
	@echo "make licences write docs/licences.md anew from what is installed"
	@echo "make docs     build the guide as a site, in build/site, and check its links"
	@echo "make errors   write docs/errors.md anew from the program's own messages"
	@echo "make picture  take the pictures that README shows anew, with the machine's Chromium"
	@echo "make clean    remove $(VENV) and what the tools left behind"

install: $(STAMP)

demo: $(STAMP)
	@$(BIN)/reconcile demo

# Files in the order of the folders: the long ones, which have few tests, come first and not last. Whatever the
# machine says, what is read is kept compiled: hundreds of processes of ours start. The slowest are named in the end,
# because all of them together have ten minutes.
test: export PYTHONDONTWRITEBYTECODE =
test: check
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder --durations 20

check: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: $(STAMP)
	$(BIN)/python -m tests.bench

chaos: export PYTHONDONTWRITEBYTECODE =
chaos: $(STAMP)
	$(BIN)/python -m tests.chaos

# Built by what .venv was locked to; docs/install.md says how each is installed and tried. The Debian package is for the
# release of Debian on which it is built, and left out elsewhere.
package: $(STAMP)
	rm -rf dist
	$(BIN)/hatchling build --directory dist
	@if [ -x /usr/bin/dpkg-deb ]; then packaging/debian/build dist/housephone-*.whl dist; \
	  else echo "no Debian package: that needs Debian or Ubuntu"; fi

# The locks name exact versions and their hashes for every supported Python, and no index: pip asks the one that
# the machine is set up with. With UPGRADE=1 the newest allowed versions are taken, else only what must change. Those
# in packaging/ are parts of the first: what is installed at a hotel, and what builds it.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
  --no-emit-index-url --no-emit-find-links
PART = $(COMPILE) --no-annotate --constraint requirements.lock

lock: $(STAMP)
	$(BIN)/pip install --quiet "uv>=0.13"
	$(COMPILE) --all-extras --group dev --group docs $(if $(UPGRADE),--upgrade) --output-file requirements.lock pyproject.toml
	$(PART) --extra postgres --output-file packaging/runtime.lock pyproject.toml
	echo hatchling | $(PART) --output-file packaging/build.lock -
	@echo "Now say the licences anew, with what is locked installed: make install licences"

licences: $(STAMP)
	$(BIN)/python -m tests.security.licences > docs/licences.md

docs: $(STAMP)
	$(BIN)/zensical build --clean --strict

errors: $(STAMP)
	$(BIN)/python -m tests.guide.errors > docs/errors.md.new && mv docs/errors.md.new docs/errors.md

picture: $(STAMP)
	$(BIN)/python -m tests.guide.picture

clean:
	rm -rf $(VENV) build dist .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Candidates are tried, not only looked up: some version managers put stand-ins on the path that only print an error.
# `make PYTHON=/path/to/python` names one.
PYTHON ?=
$(BIN)/python:
	@for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "Making $(VENV) with $$("$$python" --version)"; \
	    exec "$$python" -m venv $(VENV); \
	  fi; \
	done; \
	echo "housephone needs Python 3.11 or later with its venv module. On Debian or Ubuntu:" >&2; \
	echo "  apt install python3 python3-venv" >&2; \
	echo "or name one: make PYTHON=/path/to/python3.13 $(or $(MAKECMDGOALS),install)" >&2; \
	exit 1

# Order-only: an interpreter's own date says nothing about what is installed.
$(STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing into $(VENV), which takes a moment the first time"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
