# Short forms of the README's two lines, and the linters.
PYTHON ?= python3.11
BIN := .venv/bin

.PHONY: run test lint bench

run: .venv/installed
	$(BIN)/python manage.py demo

test: .venv/tested
	$(BIN)/python -m tests

lint: .venv/tested
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: .venv/tested
	$(BIN)/python -m tests.bench

.venv/installed: requirements.txt
	$(PYTHON) -m venv .venv && $(BIN)/pip install -q -r requirements.txt && touch $@

.venv/tested: .venv/installed tests/requirements.txt
	$(BIN)/pip install -q -r requirements.txt -r tests/requirements.txt && touch $@
