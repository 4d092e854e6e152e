# Short names for `python -m client_segments` (see README.md); Windows and conda users call that.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable
# In a container the only user is root, whom JupyterLab refuses unless told.
AS_ROOT := $(if $(filter 0,$(shell id -u)),-- --allow-root)
AUTHORITY ?= demo
YEAR ?= 2025

.DEFAULT_GOAL := help
.PHONY: help install report batch check list lab test lint bench dictionary clean

help: ## показать эти команды
	@echo "make КОМАНДА [AUTHORITY=орган YEAR=год]; по умолчанию AUTHORITY=$(AUTHORITY) YEAR=$(YEAR)"
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.installed ## установить тетрадь в папку .venv (остальные команды делают это сами)

# Debian ships Python without ensurepip; then its package brings it.
$(VENV)/.installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Нужен Python 3.11 или новее; если он называется иначе: make install PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh .ci/packages python3-venv
	@echo "Установка в папку $(VENV): несколько минут, нужна сеть."
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) .
	@touch $@

# Playwright's driver needs libatomic, which a small Debian lacks. The tests of the engine start a
# PostgreSQL server and a Spark session of their own; Spark runs on Java.
$(VENV)/.tested: $(VENV)/.installed
	@echo "Установка того, что нужно для проверок."
	@$(INSTALL) '.[test]'
	@command -v chromium >/dev/null && $(BIN)/python -m playwright --version >/dev/null 2>&1 \
	  || sh .ci/packages chromium fonts-dejavu-core libatomic1
	@command -v java >/dev/null && { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1 \
	  || sh .ci/packages postgresql default-jre-headless
	@touch $@

report: install ## выполнить год органа власти и собрать отчёт
	$(BIN)/python -m client_segments run $(AUTHORITY) $(YEAR)

batch: install ## выполнить всё, что названо в data/batch.yml
	$(BIN)/python -m client_segments batch

check: install ## проверить исходные таблицы и решения года
	$(BIN)/python -m client_segments check $(AUTHORITY) $(YEAR)

list: install ## показать, что есть и на каком шаге каждая группа
	$(BIN)/python -m client_segments list

lab: install ## открыть блокноты в JupyterLab, начиная с 00_start
	$(BIN)/python -m client_segments lab $(AS_ROOT)

test: $(VENV)/.tested lint ## установить всё для проверок, включая браузер, и выполнить их
	$(BIN)/python -m pytest

lint: $(VENV)/.tested ## проверить стиль кода
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

bench: $(VENV)/.tested ## измерить время и память (минуты)
	$(BIN)/python -m benchmarks

dictionary: install ## обновить словарь данных data/README.md
	$(BIN)/python -m client_segments dictionary

clean: ## удалить всё, что написал код: папки work и reports
	rm -rf data/*/*/*/work
	find reports -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
