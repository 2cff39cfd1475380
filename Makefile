# Each target makes its own .venv with the machine's python3 (PYTHON=... for another), once until pyproject.toml changes.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
BENCH_STAMP := $(VENV)/.installed-bench

# Many tests start processes, each of which would compile all that it imports. Bytecode stands in no commit.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test check fuzz bench golden status format clean

run: $(STAMP)  ## a real example: the primes below a number, a WASI command written as text
	$(BIN)/quire run examples/primes.wat 100

test: $(STAMP)  ## every test; ARGS="..." goes to pytest
	$(BIN)/pytest -n auto $(ARGS)

check: $(STAMP)  ## style, types, and the structure that docs/design.md promises
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q tests/structure

fuzz: $(STAMP)  ## a minute of differential fuzzing against wasmtime; ARGS="--seconds 600 -j 2" for more
	$(BIN)/quire fuzz ci $(ARGS)

bench: $(BENCH_STAMP)  ## side by side with other engines; ARGS="--help" for the choices
	$(BIN)/python benchmarks $(ARGS)

golden: $(STAMP)  ## renews the golden files: read the difference before you commit it
	QUIRE_GOLDEN=renew $(BIN)/pytest -q -n auto $(ARGS)

status: $(STAMP)  ## docs/status.md, found by looking and by trying
	$(BIN)/python docs/status.py

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable ".[dev]"
	touch $@

$(BENCH_STAMP): $(STAMP)
	$(BIN)/pip install --quiet --editable ".[dev,bench]"
	touch $@

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
