# Plan Atlas on Debian. Windows needs none of this: README.md has its three lines.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
VENDOR := .venv/browser-libraries
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
# libatomic1: the Node.js that Playwright brings needs it.
# The tests start a PostgreSQL server and an nginx of their own, and ask with wrk.
TEST_PACKAGES := chromium libatomic1 gdal-bin fonts-noto-cjk postgresql postgresql-15-postgis-3 nginx-light wrk
# Chromium without its windows, with which tests of pages take less than half the time; without it they use the other.
QUICK_PACKAGES := chromium-headless-shell
# What planners open our files and addresses with; QGIS' own window is not needed.
CLIENT_PACKAGES := gdal-bin python3-qgis qgis-providers

.DELETE_ON_ERROR:
.PHONY: setup setup-tests setup-clients run demo test test-clients bench soak load lint messages screenshot

setup: .venv/installed $(VENDOR)

run: setup
	$(BIN)/python server.py

demo: setup
	$(BIN)/flask --app server demo
	DATABASE_URL="$${DEMO_DATABASE_URL:-gpkg:instance/demo.gpkg}" $(BIN)/python server.py

# DEEP=1 tries more examples where each takes long.
test: setup-tests lint
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

# GDAL's programs, OWSLib, QGIS and schemathesis against a running server.
test-clients: setup-clients
	$(BIN)/python -m pytest tests/clients

# Takes minutes, and both cores for itself; words after WORDS= choose cases.
bench: setup-tests
	$(BIN)/python -m tests.benchmarks $(WORDS)

# Kills a serving server a hundred times, or as often as ROUNDS= says; a quarter of an hour.
soak: setup-tests
	$(BIN)/python -m tests.soak $(ROUNDS)

# Two hundred planners at one server of this machine, for so many MINUTES=; with 20 memory is seen to stay flat.
load: setup-tests
	$(BIN)/python -m tests.load $(MINUTES)

lint: .venv/installed-tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

# Brings the catalogue up to date with the code; the new entries wait for their English.
messages: .venv/installed
	mkdir -p build
	$(BIN)/pybabel -q extract -F babel.cfg -k lazy_gettext -k t --ignore-dirs '.* node_modules' \
		--add-location=file --sort-output --no-wrap --msgid-bugs-address= -o build/messages.pot .
	$(BIN)/pybabel -q update -i build/messages.pot -d translations --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

screenshot: setup-tests
	$(BIN)/python -m docs.screenshot

# --- what the targets above need, made once and again when its list changes --------------------------------------

.venv/bin/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; if it is elsewhere: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; $(call debian,python3-venv) && $(PYTHON) -m venv .venv; }

.venv/installed: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/installed-tests: requirements-dev.txt .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

$(VENDOR): static/vendor/package-lock.json $(if $(wildcard static/vendor/node_modules),,missing) | .venv/installed
	$(BIN)/flask --app server setup
	touch $@

missing:

setup-tests: setup .venv/installed-tests
	@$(call missing-debian,$(TEST_PACKAGES))
	@($(call missing-debian,$(QUICK_PACKAGES))) 2>/dev/null || true

setup-clients: setup .venv/installed-tests
	@$(call missing-debian,$(CLIENT_PACKAGES))

# $(call missing-debian,PACKAGES): install those of them that are not there.
missing-debian = missing=; for package in $(1); do \
	dpkg-query -W -f '$${Status}' $$package 2>/dev/null | grep -q 'ok installed' || missing="$$missing $$package"; done; \
	[ -z "$$missing" ] || { $(call debian,$$missing); }

# $(call debian,PACKAGES): install Debian packages, or say plainly who has to.
debian = { command -v apt-get >/dev/null && { [ "$$(id -u)" = 0 ] || [ -n "$(SUDO)" ]; } && \
	$(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(1); } || \
	{ echo "These Debian packages are needed and could not be installed here: $(1). Please ask an administrator to run: apt-get install $(1)" >&2; exit 1; }
