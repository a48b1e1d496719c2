# `make` lists what there is. All of it works on a machine with Python 3.11 or newer, git and make.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
ARGS :=# further words for pytest, as in: make test ARGS="-k waitlist"

.DEFAULT_GOAL := help
.PHONY: help run test test-fast race conformance check format schema revision bench lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/.run ## Start everything: database, demo tenant, server (COLLEGIUM_HOME, HOST, PORT, DATABASE_URL)
	@$(BIN)/collegium run

test: $(VENV)/.dev ## Run every test, two files at a time
	@$(BIN)/pytest --numprocesses 2 --dist loadfile $(ARGS)

test-fast: $(VENV)/.dev ## Run the tests that need neither a browser nor much time
	@$(BIN)/pytest -m "not slow and not browser and not node" $(ARGS)

race: $(VENV)/.dev ## Run the tests that prove the locks
	@$(BIN)/pytest -m race $(ARGS)

conformance: $(VENV)/.dev ## Try clients and suites of other people, and write docs/conformance.md
	@$(BIN)/python -m tests.conformance $(ARGS)

check: $(VENV)/.dev ## Lint, check form, types, imports and the committed schema
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/collegium schema --check

format: $(VENV)/.dev ## Bring the code into form
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

schema: $(VENV)/.dev ## Write api/schema.graphql
	$(BIN)/collegium schema --output api/schema.graphql

revision: $(VENV)/.dev ## Write a migration from the records: make revision m="certificates"
	$(BIN)/python -m migrations.revise "$(m)"

bench: $(VENV)/.dev ## Measure speed beside hand-written endpoints and other servers
	$(BIN)/python -m tests.bench $(ARGS)

COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links --no-strip-extras --quiet

lock: $(VENV)/.dev ## Pin what pyproject.toml asks for; LOCK=--upgrade takes the newest
	$(COMPILE) $(LOCK) --group build --output-file requirements.lock
	$(COMPILE) $(LOCK) --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean: ## Remove what was installed and cached; the data in .collegium stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist
	rm -rf clients/explorer/node_modules clients/explorer/dist tests/clients/node_modules tests/clients/environments
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# What is installed is recorded in a stamp, and is installed again when a lock has changed.

INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/pip
	@echo "Installing what Collegium needs into $(VENV); this happens once and takes about a minute."
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/pip
	@echo "Installing Collegium and its tools into $(VENV); this happens once and takes a minute or two."
	@$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.run $@

$(BIN)/pip:
	@for python in python3 python3.13 python3.12 python3.11; do \
		if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "Collegium needs Python 3.11 or newer, and none was found as python3, python3.13, python3.12 or python3.11."; \
		exit 1; \
	fi; \
	if ! said=$$($$found -m venv $(VENV) 2>&1); then \
		rm -rf $(VENV); \
		echo "$$said"; \
		echo "$$found can't make a virtual environment. On Debian and Ubuntu: apt-get install python3-venv"; \
		exit 1; \
	fi
