# `make demo` builds a first image, `make test` runs the tests; both install what is missing. `make check test` before a
# push; `.ci/run` does both, and is what CI runs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Tests start `ingot` and Packer by name.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help packages demo venv lint types stale architecture playbooks check test test-all schemas reference bench \
	live-aws clean

help:
	@echo 'demo       build a first image, nginx on Debian, and say where it is'
	@echo 'venv       install the package and its tools into $(VENV)'
	@echo 'check      lint types stale architecture playbooks'
	@echo 'test       every test that needs no minutes; test-all: the slow ones too'
	@echo 'live-aws   build an AMI on AWS itself, for your money; docs/guide/aws.md says what it asks for'
	@echo 'schemas    write schemas/ from the options records'
	@echo 'reference  write docs/reference/'
	@echo 'bench      measure, and write benchmarks/RESULTS.md'
	@echo 'clean      remove what these targets made'

# What the tests need of Debian: as root what is missing is installed, anybody else is told.
packages:
	@.ci/install-packages

demo:
	@.ci/install-packages demo
	@$(MAKE) --no-print-directory venv
	$(BIN)/ingot build playbooks/quickstart.yml --force

# Stands for what is installed: made anew when the project asks for something else.
$(VENV)/installed: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

venv: $(VENV)/installed

# What editors read the schemas with. Where it cannot be had, its tests say so.
$(BIN)/yaml-language-server: | venv
	@npm install --silent --no-audit --no-fund --no-save --no-package-lock --prefix $(VENV)/node 'yaml-language-server@^1.15' \
		&& ln -s ../node/node_modules/.bin/yaml-language-server $@ || echo 'yaml-language-server cannot be installed: no npm?'

lint: venv
	$(BIN)/ruff check .

types: venv
	$(BIN)/mypy --strict

# What is generated has to be what the records say: `make schemas reference` brings it up to date.
stale: venv
	$(BIN)/ingot schema --check schemas
	test ! -d docs/reference || $(BIN)/ingot doc --check docs/reference

architecture: venv
	$(BIN)/pytest --quiet tests/test_architecture.py

playbooks: venv
	@for playbook in $(wildcard playbooks/*.yml) $(sort $(dir $(wildcard playbooks/*/*.ingot.yml))); do \
		echo "ingot validate $$playbook"; $(BIN)/ingot validate "$$playbook" || exit 1; done

check: lint types stale architecture playbooks

test: packages venv $(BIN)/yaml-language-server
	$(BIN)/pytest -n 2 -m 'not slow'

test-all: packages venv $(BIN)/yaml-language-server
	$(BIN)/pytest -n 2

# Costs money, so it wants INGOT_LIVE_AWS=yes and INGOT_LIVE_AWS_REGION, and no other target runs it.
live-aws: venv
	$(BIN)/pytest tests/live/aws/live_aws.py

schemas: venv
	$(BIN)/ingot schema --write schemas

reference: venv
	$(BIN)/ingot doc --write docs/reference

bench: venv
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf $(VENV) .ingot .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
