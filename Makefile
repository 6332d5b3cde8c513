# Two commands set up everything: `make run` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# How many processes run the tests. Browsers and sites keep them waiting, so there are more processes
# than processors. Slow tests wait for longer.
WORKERS ?= 4
SLOW_WORKERS ?= 5
export VOLANTE_ENV ?= local
# Some images of Python set this. Then each of the processes compiles everything again: the tests
# alone take nine seconds of processor time in each.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test test-slow test-scale coverage lint lint-python lint-templates lint-scripts format bench messages lock release clean

run: $(VENV)/.run
	@$(BIN)/flask serve --demo

# Everything that a change may break, on SQLite. Half of the tests whose SQL may behave differently
# on PostgreSQL run there too.
test: $(VENV)/.test
	@$(BIN)/python tests/chromium.py
	@$(BIN)/python -m pytest -m "not slow and not scale" $(or $(ARGS),--numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder)

# The rest: faults, every other test on PostgreSQL, other browsers, millions of rows. Together with
# `make test`, this is every test.
test-slow: $(VENV)/.test
	@$(BIN)/python tests/chromium.py
	@$(BIN)/python -m pytest -m "slow and not scale" $(or $(ARGS),--numprocesses $(SLOW_WORKERS) --dist loadfile --no-loadscope-reorder)

# Check style, names, types and templates with this project's pinned tools. Their settings are in
# pyproject.toml, eslint.config.js and tsconfig.json.
lint: lint-python lint-templates lint-scripts

lint-python: $(VENV)/.test
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary

lint-templates: $(VENV)/.test
	@$(BIN)/djlint --lint --quiet templates

lint-scripts: node_modules/.installed
	@npm run --silent lint
	@npm run --silent types

# Format Python as `make lint` expects, and fix what is safe to fix.
format: $(VENV)/.test
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

# Measure which lines and branches of campaign/ the quick tests run. The figure is not a goal.
coverage: $(VENV)/.test
	@$(MAKE) test ARGS="--numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder --cov --cov-report term --cov-report html"

bench: $(VENV)/.test
	@$(BIN)/python -m bench $(ARGS)

# Let the clock jump by days, cut the power and the network, and make the disk read-only. That needs root, a
# C compiler and the package faketime. Then measure what people wait for
# among six million signatures. It takes hours and 30 GB of disk.
test-scale: $(VENV)/.test
	@$(BIN)/python -m pytest -m scale
	@$(BIN)/python -m bench growth --rows $(or $(ROWS),6000000)

# Collect the messages of templates and code, and merge them into the catalogues. Leave out dates
# and other volatile header lines, so that a diff shows only changed messages.
messages: $(VENV)/.test
	@set -e; scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	$(BIN)/pybabel -q extract -F babel.cfg -k _l --no-location --sort-output --no-wrap -o "$$scratch/messages.pot" .; \
	for lang in es fr; do \
		catalog=campaign/translations/$$lang/LC_MESSAGES/messages.po; \
		$(BIN)/pybabel -q update --no-fuzzy-matching --ignore-obsolete --no-wrap -l $$lang -i "$$scratch/messages.pot" -o $$catalog; \
		grep -vE '^"(Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Content-Transfer-Encoding|Generated-By):' $$catalog > "$$scratch/$$lang.po"; \
		cp "$$scratch/$$lang.po" $$catalog; \
	done

# Pin the packages in pyproject.toml and all their dependencies, with hashes. Pins that still fit
# stay. `make lock ARGS=--upgrade` upgrades all, and `ARGS="--upgrade-package flask"` upgrades one.
LOCK = $(BIN)/uv pip compile --quiet --universal --no-strip-extras --python-version 3.11 --generate-hashes --annotation-style line \
	--no-emit-index-url --custom-compile-command "make lock"
lock: $(VENV)/.test
	@$(LOCK) pyproject.toml --output-file requirements.txt $(ARGS)
	@$(LOCK) --group dev --constraints requirements.txt --output-file requirements-dev.txt $(ARGS)

# Build the archive that sites install, its bill of materials, licences and checksums, into dist/.
# `make release ARGS=--untagged` builds the last commit without a tag.
release: $(VENV)/.test
	@$(BIN)/python -m release $(ARGS)

clean:
	rm -rf $(VENV) node_modules dist

$(VENV)/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Volante needs Python 3.11 or newer, not " + sys.version.split()[0] + ". Name one: make PYTHON=python3.12 run" if sys.version_info < (3, 11) else 0)'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Volante runs on …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

$(VENV)/.test: $(VENV)/.run requirements-dev.txt
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt --requirement requirements-dev.txt
	@touch $@

node_modules/.installed: package-lock.json
	@command -v npm >/dev/null || { echo "Scripts are checked by tools for Node 20.19 or newer. Install npm, or run: make lint-python lint-templates"; exit 1; }
	@echo "Installing what checks the scripts …"
	@npm ci --ignore-scripts --silent
	@touch $@
