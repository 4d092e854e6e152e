# Short names for `python -m client_segments` (see README.md); Windows and conda users call that.
VENV := .venv
BIN := $(VENV)/bin
AUTHORITY ?= demo
YEAR ?= 2025

.DEFAULT_GOAL := help
.PHONY: help install report batch check list lab test lint bench dictionary clean

help: ## Show these commands
	@echo "make КОМАНДА [AUTHORITY=demo YEAR=2025]"
	@sed -n 's/^\([a-z]*\):.*## /  \1\t/p' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## Install the workbook into .venv

# Debian ships Python without ensurepip; then its package brings it.
$(VENV)/.installed: pyproject.toml
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Нужен Python 3.11 или новее."; exit 1; }
	python3 -m venv $(VENV) || { sh .ci/packages python3-venv && python3 -m venv $(VENV); }
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	command -v chromium >/dev/null || sh .ci/packages chromium fonts-dejavu-core
	@touch $@

report: install ## Run the year of an authority and name its report
	$(BIN)/python -m client_segments run $(AUTHORITY) $(YEAR)

batch: install ## Run everything that data/batch.yml names
	$(BIN)/python -m client_segments batch

check: install ## Check raw tables and decisions of an authority's year
	$(BIN)/python -m client_segments check $(AUTHORITY) $(YEAR)

list: install ## Show what there is and where each group stands
	$(BIN)/python -m client_segments list

lab: install ## Open JupyterLab on the first notebook
	$(BIN)/python -m client_segments lab

test: $(VENV)/.tested lint ## Install what the tests need, browser included, and run them
	$(BIN)/python -m pytest

lint: $(VENV)/.tested ## Check style of the code
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: $(VENV)/.tested ## Measure cost (minutes)
	$(BIN)/python -m benchmarks

dictionary: install ## Rewrite data/README.md from the contracts in the code
	$(BIN)/python -m client_segments dictionary

clean: ## Delete what code has written: every work/ and everything in reports/
	rm -rf data/*/*/*/work
	find reports -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
