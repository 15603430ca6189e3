# The targets that people and CI use. Every one works on a fresh checkout.
# The system's own Python where it will do: it was optimised by profiles when it was built, which pyenv's is only if told to be.
PYTHON ?= $(shell /usr/bin/python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo /usr/bin/python3 || echo python3)
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

# With it every process that a test starts would compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install prometheus postgresql alertmanager chromium node browser demo test test-grafana dashboards check format migration pictures bench proof lock clean

help:  ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: $(STAMP)  ## create .venv with everything pinned

$(STAMP): requirements-dev.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Crosshub needs Python 3.11 or newer; say which with PYTHON=python3.12")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

prometheus:  ## install Debian's Prometheus where it is missing
	@command -v prometheus >/dev/null && command -v promtool >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing Debian's package prometheus"; \
	    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends prometheus >/dev/null; \
	  else echo "Prometheus is missing. Install it with: sudo apt-get install --no-install-recommends prometheus" >&2; exit 1; fi; }

postgresql:  ## install Debian's PostgreSQL where it is missing; the tests start one of their own
	@ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing Debian's package postgresql"; \
	    mkdir -p /etc/postgresql-common && grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf || \
	      echo "create_main_cluster = false" >> /etc/postgresql-common/createcluster.conf; \
	    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends \
	      -o Dpkg::Options::=--force-confold postgresql >/dev/null; \
	  else echo "PostgreSQL is missing. Install it with: sudo apt-get install --no-install-recommends postgresql" >&2; exit 1; fi; }

alertmanager:  ## install Debian's Alertmanager where it is missing; the tests compare with it
	@command -v prometheus-alertmanager >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing Debian's package prometheus-alertmanager"; \
	    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends prometheus-alertmanager >/dev/null; \
	  else echo "Alertmanager is missing. Install it with: sudo apt-get install --no-install-recommends prometheus-alertmanager" >&2; exit 1; fi; }

chromium:  ## install Debian's Chromium where it is missing; for pictures, and tests with Grafana's data source
	@command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing Debian's package chromium"; \
	    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends chromium >/dev/null; \
	  else echo "Chromium is missing. Install it with: sudo apt-get install --no-install-recommends chromium" >&2; exit 1; fi; }

node: tests/grafana/node_modules/.package-lock.json  ## install Debian's Node.js where it is missing, and Grafana's types; tests only

tests/grafana/node_modules/.package-lock.json: tests/grafana/package-lock.json
	@command -v node >/dev/null && command -v npm >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "installing Debian's packages nodejs and npm"; \
	    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends nodejs npm >/dev/null; \
	  else echo "Node.js is missing. Install it with: sudo apt-get install --no-install-recommends nodejs npm" >&2; exit 1; fi; }
	cd tests/grafana && npm ci --no-audit --no-fund
	@touch $@

browser: node chromium tests/grafana/browser/node_modules/.package-lock.json  ## install Grafana's data source for a browser; tests only

# By a newer npm: that of Debian 12 cannot read that one package stands in the place of another.
tests/grafana/browser/node_modules/.package-lock.json: tests/grafana/browser/package-lock.json | node
	cd tests/grafana/browser && npx --yes npm@10.9.4 ci --no-audit --no-fund
	@touch $@

demo: install prometheus  ## real Prometheus servers with made-up hubs, and Crosshub in front of them
	$(BIN)/crosshub demo $(ARGS)

test: install prometheus postgresql alertmanager browser  ## every test, against real servers
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

test-grafana: install prometheus browser  ## the tests with Grafana's own types, and its own data source in a browser
	$(BIN)/pytest tests/grafana/test_types.py tests/grafana/test_data_source.py $(ARGS)

dashboards: install  ## render dashboards/grafana again
	$(BIN)/crosshub grafana render

check: install  ## format, lint, types, import contracts, dashboards
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/crosshub grafana render --check

format: install  ## rewrite the files as `make check` wants them
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

migration: install  ## a script in migrations/ for what tables.py has beyond them: make migration MESSAGE="Rollups"
	$(BIN)/python -m migrations $(MESSAGE)
	$(BIN)/ruff format migrations

pictures: install chromium  ## mails as a browser shows them; writes docs/pictures
	$(BIN)/python -m tests.reports.pictures $(ARGS)

bench: install prometheus  ## measure against physics, the union and remote_read; writes docs/benchmarks.md
	$(BIN)/python -m tests.bench $(ARGS)

proof: install prometheus postgresql alertmanager  ## the long counts; writes docs/proof.md
	$(BIN)/python -m tests.proof $(ARGS)

lock: install node  ## resolve the locks again
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 requirements-build.in -o requirements-build.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 --extra dev pyproject.toml requirements-build.in -o requirements-dev.lock
	for release in old new; do \
	  $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11 tests/access/hubs/$$release.in -o tests/access/hubs/$$release.lock; done
	cd tests/access/hubs/proxy && npm install --silent --package-lock-only

clean:  ## forget .venv, caches, and what the demo and the tests keep
	rm -rf $(VENV) tests/grafana/node_modules tests/grafana/browser/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .demo .fleet
