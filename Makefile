# The same words locally and in CI. Each target is a few lines; `mkt` and the tools do the work.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed
CUSTOMERS := 300000
MKT := $(BIN)/python -m mkt_pipeline.cli
UV := uv==0.13.9
PINNED := -c constraints.txt -r requirements.txt -r requirements-dev.txt

.PHONY: help run setup down clean test faults bench bench-quality check constraints docs site secrets

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' Makefile | sed 's/:.*##/:/'

run: $(STAMP)  ## start everything, run one night, show what it brought
	@$(MKT) run

setup: $(STAMP)  ## make .venv with the pinned dependencies

$(STAMP): requirements.txt requirements-dev.txt constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "$(PYTHON) is missing or older than 3.11 -> install Python 3.11 or newer, or name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) lacks the module venv -> install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@echo "Installing the pinned packages into .venv; the first time takes a few minutes."
	@$(BIN)/python -c 'import pip' 2>/dev/null || $(PYTHON) -m venv --clear .venv
	@# uv is faster; where it cannot reach the package index that pip is set up for, pip does it.
	@# Compiled once here, for otherwise every process does it where Python may not write its cache.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $(UV)
	@$(BIN)/uv pip install --quiet --compile-bytecode --system-certs --python $(BIN)/python $(PINNED) 2>/dev/null \
		|| $(BIN)/python -m pip install --quiet --disable-pip-version-check $(PINNED)
	@# What setuptools says of editable installations to everybody helps nobody here.
	@PYTHONWARNINGS="ignore:Editable installation" \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $(STAMP)

down:  ## stop all that `make run` started, and nothing else
	@[ ! -x $(BIN)/python ] || $(MKT) stack down

clean:  ## stop, and remove all that was written
	@[ ! -x $(BIN)/python ] || $(MKT) stack remove

test: $(STAMP)  ## the whole suite
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

faults: $(STAMP)  ## kill a night at every point, and write docs/FAULTS.md
	@FAULTS=all $(BIN)/python -m pytest tests/faults

bench: $(STAMP)  ## nights beside the floor and the naive way: make bench CUSTOMERS=1000000
	@$(BIN)/python -m bench --customers $(CUSTOMERS)

bench-quality: $(STAMP)  ## the champion beside the truth and beside other ways
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -r requirements-bench.txt
	@$(BIN)/python -W ignore -m bench.quality

check: $(STAMP)  ## format, lint, strict types, layers, fresh docs, known advisories, links of the handbook
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/ruff check --preview --select AIR dags
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MKT) docs --check
	@$(BIN)/python .ci/audit_dependencies.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --site-dir build/checked-site

docs: $(STAMP)  ## write the generated pages again
	@$(MKT) docs

site: $(STAMP)  ## the handbook as a site, in build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

secrets:  ## make the passwords and keys that docker compose needs; what is there stays
	@$(PYTHON) deploy/compose/make_secrets.py

constraints: $(STAMP)  ## lock again what requirements.txt and requirements-dev.txt allow
	@echo 'sqlalchemy<2.1' > .venv/below.txt
	@$(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --no-annotate --upgrade \
		--custom-compile-command 'make constraints' -c .venv/below.txt \
		requirements.txt requirements-dev.txt --output-file constraints.txt
