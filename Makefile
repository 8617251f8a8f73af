# One vocabulary for people, hooks and .ci/run. `make` alone lists it.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup system demo stop test test-all test-faults lint type fmt docs bench bench-service clean

PYTHON ?= python3
PORT ?= 3000
PYTEST_ARGS ?=
# Files are handed out in the order of tests/conftest.py: the longest first.
TWO_WORKERS := -n 2 --dist loadfile --no-loadscope-reorder

BIN := .venv/bin
INSTALLED := .venv/.installed
DEMO := build/demo
PORTFOLIO := $(DEMO)/portfolio
SOURCES := $(shell find features credit training -type f \( -name '*.py' -o -name '*.toml' -o -name '*.yaml' \) 2>/dev/null)

# No library reports its use to anyone, and plots need no screen.
export BENTOML_DO_NOT_TRACK := True
export MLFLOW_DISABLE_TELEMETRY := true
export MPLBACKEND := Agg
# Waiting OpenMP threads would spin, which makes training many times slower on a shared machine.
export OMP_WAIT_POLICY := PASSIVE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## list the targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z][a-z-]*:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# ---------------------------------------------------------------- environment

setup: $(INSTALLED) ## make .venv with the pinned dependencies (PYTHON=python3.12 picks the interpreter)

$(INSTALLED): pyproject.toml constraints.txt
	@scripts/environment.sh "$(PYTHON)"
	@touch $@

system: ## install the browser, fonts, database server and load balancer that tests use (Debian, as root)
	@scripts/packages.sh chromium chromium-driver fonts-noto-cjk || \
		echo "system: tests marked 'browser' skip without Chromium and its driver"
	@scripts/packages.sh postgresql || echo "system: tests on PostgreSQL skip without its server"
	@scripts/packages.sh nginx openssl sqlite3 || \
		echo "system: tests of the load balancer and of copies of a store skip without nginx, openssl, sqlite3"

# ---------------------------------------------------------------- demo

demo: setup ## simulate a seller, train, serve and assess one buyer (PORT=3000)
	@scripts/demo.sh stop
	@scripts/demo.sh check $(PORT)
	@$(MAKE) --no-print-directory --silent $(DEMO)/.trained
	@scripts/demo.sh start $(PORT)

stop: ## end the service that `make demo` started
	@scripts/demo.sh stop

$(DEMO)/.simulated: | $(INSTALLED)
	@rm -rf $(PORTFOLIO)
	@mkdir -p $(DEMO)
	@echo "demo: simulating a seller with 2,000 buyers over four years"
	@$(BIN)/credence data simulate $(PORTFOLIO) --buyers 2000 --years 4 --seed 7
	@touch $@

# A home is rebuilt when the code that learns has changed, so that the demo always shows the present code.
$(DEMO)/.trained: export CREDENCE_HOME := $(DEMO)/home
$(DEMO)/.trained: $(DEMO)/.simulated $(SOURCES)
	@rm -rf $(DEMO)/home
	@echo "demo: training the late-payment, the default and the timing model in a new $(DEMO)/home"
	@$(BIN)/credence train late $(PORTFOLIO)
	@$(BIN)/credence train default $(PORTFOLIO)
	@$(BIN)/credence train timing $(PORTFOLIO)
	@echo "demo: writing the validation pack of each"
	@$(BIN)/credence models report late@champion $(PORTFOLIO) >$(DEMO)/reports.log
	@$(BIN)/credence models report default@champion $(PORTFOLIO) >>$(DEMO)/reports.log
	@$(BIN)/credence models report timing@champion $(PORTFOLIO) >>$(DEMO)/reports.log
	@touch $@

# ---------------------------------------------------------------- checks

test: setup system ## run the test suite and the examples in the docstrings
	@$(BIN)/python -m pytest -q $(TWO_WORKERS) $(PYTEST_ARGS)

test-all: setup system ## run the slow tests too
	@$(BIN)/python -m pytest -q $(TWO_WORKERS) -m "" $(PYTEST_ARGS)

test-faults: setup system ## do the service harm on both databases, and print what was seen (about 15 minutes)
	@$(BIN)/python -m pytest -q -m "" tests/faults tests/serving/releases/test_promotion_under_load.py $(PYTEST_ARGS)

lint: setup ## check style, format and the layers
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo

type: setup ## check the types
	@$(BIN)/mypy

fmt: setup ## format the code and mend what can be mended
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

docs: setup ## write tables, features, reasons and three guides below docs/ from the code
	@$(BIN)/python scripts/describe_tables.py
	@$(BIN)/python scripts/describe_features.py
	@$(BIN)/python scripts/describe_reasons.py
	@$(BIN)/python scripts/describe_checks.py
	@$(BIN)/python scripts/describe_simulator.py
	@$(BIN)/python scripts/describe_example.py

bench: setup ## run the comparisons in benchmarks/
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[bench]'
	@$(BIN)/python benchmarks/help_time.py
	@$(BIN)/python benchmarks/features.py --kernel
	@$(BIN)/python benchmarks/online.py

bench-service: setup ## measure the service beside an echo and mlflow (needs the models of `make demo`)
	@$(BIN)/python benchmarks/service.py --batch

clean: stop ## remove what the targets above have made, but for .venv
	@rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
