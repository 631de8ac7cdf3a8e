# Needs git, make and any Python from 3.10. Everything is made inside this checkout.
#   make test PYTHON=python3.13      another interpreter: the environment is rebuilt for it
#   make test ARGS="-k rotation"     further arguments for pytest (or tox, with `make matrix`)

ARGS ?=
VENV_PYTHON := .venv/bin/python
# A stamp in .venv makes this instant when there is nothing to do.
bootstrap = @PYTHON="$(PYTHON)" sh .ci/bootstrap.sh
# Measuring what tests reach makes them half as slow again, so only CI does it, in `make matrix` and here.
MEASURED := $(if $(filter true,$(CI)),-m coverage run)
# Root needs no sudo, and may have none.
SUDO = $(if $(filter 0,$(shell id -u)),,sudo --preserve-env=CI)

# Leftovers of another project in the shell must not decide what is imported or configured here.
unexport PYTHONHOME PYTHONPATH DJANGO_SETTINGS_MODULE
# The tests start Python some hundred times: each start would compile what none before it has kept.
unexport PYTHONDONTWRITEBYTECODE
compiled = @$(VENV_PYTHON) -m compileall -q src tests benchmarks

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo demo-service tour test as-root long mutants bench bench-pictures bench-scale
.PHONY: coverage uncovered docs check-docs services services-stop screenshots
.PHONY: matrix lint format types wheel npm-package audit lock tag all clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

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
	$(compiled)
	@$(if $(ARGS),,echo "About seven minutes on two processors, and half of that without what \`make services\` brings.")
	@$(VENV_PYTHON) -m pytest -n auto --dist worksteal $(ARGS)

as-root: ## the tests of what `jwtkit keys` does as root in folders of other users; asks sudo
	$(bootstrap) test
	@$(SUDO) $(VENV_PYTHON) $(MEASURED) -m pytest -n 0 tests/keys/test_folders_of_others.py $(ARGS)

long: ## the tests that take minutes: many rounds, rows and histories, and clusters of databases
	$(bootstrap) test
	@$(VENV_PYTHON) .ci/services.py long
	@$(VENV_PYTHON) -m pytest -m long $(ARGS)
	@$(VENV_PYTHON) -m benchmarks.scale --lenient

mutants: ## which changes of the code no test notices; hours (ARGS="life" tries one area)
	$(bootstrap) test mutants
	@$(VENV_PYTHON) .ci/mutants.py $(ARGS)

bench: ## what it costs beside Simple JWT and others; fails over budget (ARGS="--help" lists more)
	$(bootstrap) test
	@$(VENV_PYTHON) -m benchmarks.compare $(ARGS)

bench-pictures: ## the figures of docs/explanation/performance.json, in its page and pictures
	$(bootstrap) test
	@$(VENV_PYTHON) -m benchmarks.compare --pictures

bench-scale: ## what requests cost with five million sessions, on PostgreSQL; fails over budget
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

coverage: ## the tests, and then the lines and branches that none of them reaches
	$(bootstrap) test
	@$(VENV_PYTHON) -m coverage erase
	@$(VENV_PYTHON) -m coverage run -m pytest -n auto --dist worksteal $(ARGS)
	@$(MAKE) --no-print-directory uncovered

uncovered: ## the lines and branches that no measured run has reached; fails if there are any
	$(bootstrap) test
	@if ls .coverage.* >/dev/null 2>&1; then $(VENV_PYTHON) -m coverage combine --append --quiet; fi
	@$(VENV_PYTHON) -m coverage report

docs: ## the documentation as a site, in build/docs; a warning is a failure
	$(bootstrap) docs
	@$(VENV_PYTHON) -m sphinx --quiet --fail-on-warning --keep-going -c docs . build/docs
	@echo "build/docs/docs/index.html is the first page."

check-docs: ## what the documents say: links, snippets, generated tables, names of files and rules
	$(bootstrap) test
	@$(VENV_PYTHON) -m pytest tests/docs tests/architecture $(ARGS)

matrix: ## the tests on every Python, Django and REST framework of tox.ini that is here
	$(bootstrap) test tools
	@$(VENV_PYTHON) .ci/matrix.py $(ARGS)

lint: ## style, imports between modules, spelling, workflows, and the style of client.js
	$(bootstrap) test tools
	@$(VENV_PYTHON) -m ruff check
	@$(VENV_PYTHON) -m ruff format --check
	@.venv/bin/lint-imports --no-logo
	@$(VENV_PYTHON) -m codespell_lib
	@.venv/bin/zizmor --offline --quiet --no-progress --strict-collection --persona=pedantic .github
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

wheel: ## build it twice, compare, inspect it, and try the wheel in an empty Django project over HTTP
	$(bootstrap) test tools
	@$(VENV_PYTHON) .ci/build_twice.py
	@$(VENV_PYTHON) -m twine check --strict dist/*
	@.venv/bin/check-wheel-contents dist
	@.venv/bin/pyroma --min=8 dist/*.tar.gz  # of 10: two are for an address to write to, and there is none
	@$(VENV_PYTHON) .ci/try_wheel.py

npm-package: ## client.js as an npm package, in build/npm; needs npm
	@rm -rf build/npm
	@mkdir -p build/npm
	@npm pack --silent --pack-destination build/npm ./npm

audit: ## what is known of holes in what we install, from both registries; needs npm
	$(bootstrap) audit
	@$(VENV_PYTHON) .ci/audit.py

lock: ## .ci/constraints.txt anew, with the hash of every file; ARGS=--upgrade for newer versions
	$(bootstrap) lock
	@UV_CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/uv pip compile --quiet pyproject.toml --all-extras \
		--group test --group tools --group docs --group audit --group lock --group mutants \
		--universal --python-version 3.10 \
		--no-annotate --generate-hashes --output-file .ci/constraints.txt $(ARGS)

tag: ## for a release: is TAG (v1.2.3) the version of both packages, and is it in CHANGELOG.md
	$(bootstrap)
	@$(VENV_PYTHON) .ci/tag.py "$(TAG)"

all: services test lint types wheel docs tour matrix ## all of these, as before a release

clean: ## remove everything that these targets have made
	rm -rf .venv .tox dist build .coverage .coverage.* htmlcov
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
