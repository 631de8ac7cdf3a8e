# Needs git, make and any Python from 3.10. Everything is made inside this checkout.
#   make test PYTHON=python3.13      another interpreter: the environment is rebuilt for it
#   make test ARGS="-k rotation"     further arguments for pytest (or tox, with `make matrix`)

ARGS ?=
VENV_PYTHON := .venv/bin/python
# A stamp in .venv makes this instant when there is nothing to do.
bootstrap = @PYTHON="$(PYTHON)" sh .ci/bootstrap.sh

# Leftovers of another project in the shell must not decide what is imported or configured here.
unexport PYTHONHOME PYTHONPATH DJANGO_SETTINGS_MODULE

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo demo-service tour test long bench bench-scale coverage
.PHONY: services services-stop screenshots
.PHONY: matrix lint format types wheel all clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: ## serve the example project and its page on 127.0.0.1:8000, and say what to try
	$(bootstrap) demo
	@$(VENV_PYTHON) example_project/demo.py

demo-service: ## beside it, on 127.0.0.1:8001, a second service that takes its tokens
	$(bootstrap)
	@$(VENV_PYTHON) example_project/demo_service.py

tour: ## the life of a session over HTTP, step by step, on the example project
	$(bootstrap)
	@$(VENV_PYTHON) example_project/tour.py

test: ## the tests, on every processor (one: ARGS="-n 0")
	$(bootstrap) test
	@$(VENV_PYTHON) -m pytest -n auto --dist worksteal $(ARGS)

long: ## the tests that take minutes: many rounds, many rows, many histories
	$(bootstrap) test
	@$(VENV_PYTHON) -m pytest -m long $(ARGS)
	@$(VENV_PYTHON) -m benchmarks.scale

bench: ## what requests cost beside Simple JWT, in one run
	$(bootstrap) test
	@$(VENV_PYTHON) -m benchmarks.compare $(ARGS)

bench-scale: ## what requests cost with five million sessions, on PostgreSQL
	$(bootstrap) test
	@$(VENV_PYTHON) -m benchmarks.scale $(ARGS)

services: ## MariaDB, Redis and Chromium for the tests: packages as root, containers otherwise
	$(bootstrap) test
	@$(VENV_PYTHON) .ci/services.py start

services-stop: ## end the containers of `make services`
	$(bootstrap) test
	@$(VENV_PYTHON) .ci/services.py stop

screenshots: ## the pictures in docs/images, taken anew by the tests in Chromium
	$(bootstrap) test
	@SCREENSHOTS=1 $(VENV_PYTHON) -m pytest tests/browser -k picture $(ARGS)

coverage: ## the tests, and the lines and branches that none of them reaches
	$(bootstrap) test
	@$(VENV_PYTHON) -m coverage run -m pytest $(ARGS)
	@$(VENV_PYTHON) -m coverage report

matrix: ## the tests on every Python, Django and REST framework of tox.ini that is here
	$(bootstrap) test tools
	@$(VENV_PYTHON) .ci/matrix.py $(ARGS)

lint: ## style, imports between modules, spelling, and the style of client.js
	$(bootstrap) test tools
	@$(VENV_PYTHON) -m ruff check
	@$(VENV_PYTHON) -m ruff format --check
	@.venv/bin/lint-imports --no-logo
	@$(VENV_PYTHON) -m codespell_lib
	@$(VENV_PYTHON) .ci/javascript.py lint

format: ## put the code in the style that `make lint` asks for
	$(bootstrap) test tools
	@$(VENV_PYTHON) -m ruff check --fix
	@$(VENV_PYTHON) -m ruff format

types: ## mypy, strict; tests/typing under pyright too; and client.js against its declarations
	$(bootstrap) test tools
	@$(VENV_PYTHON) -m mypy
	@.venv/bin/basedpyright --project tests/typing --pythonpath $(VENV_PYTHON) --warnings \
		tests/typing tests/typing/mistakes.py
	@$(VENV_PYTHON) .ci/javascript.py types

wheel: ## build it, inspect it, and try the wheel in an empty Django project over HTTP
	$(bootstrap) test tools
	@rm -rf dist
	@$(VENV_PYTHON) -m build --no-isolation
	@$(VENV_PYTHON) -m twine check --strict dist/*
	@.venv/bin/check-wheel-contents dist
	@$(VENV_PYTHON) .ci/try_wheel.py

all: services test lint types wheel tour matrix ## all of these, as before a release

clean: ## remove everything that these targets have made
	rm -rf .venv .tox dist build .coverage .coverage.* htmlcov
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
