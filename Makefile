# Everything a developer types. `make help` lists it.
#
# .venv is built from requirements.lock with hashes checked, and only when a lock or pyproject.toml changed.
# requirements-dev.lock holds the same pins and more, so `make test` disturbs no `make run` beside it.

PYTHON ?= python3
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
LOG := $(VENV)/install.log
UV := $(shell command -v uv 2>/dev/null)
CODE := domain web workers ops
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Programs that are started again and again are compiled once, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=
.DEFAULT_GOAL := help
.PHONY: help run test lint format lock bench api-docs screenshots clean
# A recipe that fails must not leave a stamp that says it worked.
.DELETE_ON_ERROR:

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | awk -F'\t' '{ printf "make %-11s %s\n", $$1, $$2 }'

run: $(VENV)/installed  ## the whole product on this machine, in the foreground (PORT, HEPSTATUS_DATA_DIR, DEMO=off)
	@exec $(PY) -m ops.local.run

test: $(VENV)/installed-dev  ## the whole suite; ARGS="-k name -n0" narrows it
	@$(PY) -m pytest -n 3 --dist loadfile $(ARGS)

lint: $(VENV)/installed-dev  ## format, ruff, types and imports, changing nothing
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy --strict $(CODE)
	$(VENV)/bin/lint-imports

format: $(VENV)/installed-dev  ## format the code and repair what ruff can repair
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

bench: $(VENV)/installed-dev  ## how long a write takes to be seen
	@$(PY) -m bench.journey $(ARGS)

api-docs: $(VENV)/installed  ## docs/http-api.md anew, from the code and templates/docs
	@$(PY) -m web.openapi.markdown

screenshots: $(VENV)/installed-dev  ## pictures of every public page and screen, into screenshots/ (ARGS=--readme: the README's)
	@$(PY) -m tests.browser.screenshots $(ARGS)

lock: $(VENV)/lock-tool  ## choose versions anew from pyproject.toml
	echo 'setuptools>=80' | $(or $(UV),$(VENV)/lock-tool/bin/uv) $(COMPILE) --upgrade --extra embedded -o requirements.lock pyproject.toml -
	echo 'setuptools>=80' | $(or $(UV),$(VENV)/lock-tool/bin/uv) $(COMPILE) --upgrade --extra embedded --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml -

clean:  ## remove what was built (never .data)
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the virtual environment -------------------------------------------------------------------------

# $(call install,arguments): by uv where there is one, else (or if it fails) by pip; the details go to a log.
define install
	{ test -n "$(UV)" && "$(UV)" pip install --quiet --python $(PY) $(1) >>$(LOG) 2>&1; } \
	|| { { $(PY) -m pip --version || $(PY) -m ensurepip; } >>$(LOG) 2>&1 && $(PY) -m pip install --quiet $(1) >>$(LOG) 2>&1; } \
	|| { echo "Hep Status: installing the Python packages failed (is the package index reachable?); $(LOG) says: $$(grep -i error $(LOG) | tail -n 1)" >&2; exit 1; }
endef

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "Hep Status needs Python 3.11, 3.12 or 3.13, and there is no '$(PYTHON)' here: install it, or name yours with make PYTHON=/path/to/python3.12." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { echo "Hep Status needs Python 3.11, 3.12 or 3.13, and '$(PYTHON)' is $$($(PYTHON) -V 2>&1): name another with make PYTHON=python3.12." >&2; exit 1; }
	@{ test -n "$(UV)" && "$(UV)" venv --quiet --allow-existing --python $(PYTHON) $(VENV) 2>/dev/null; } \
	|| $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	|| { rm -rf $(VENV); echo "Hep Status: '$(PYTHON) -m venv' does not work here (on Debian and Ubuntu: apt install python3-venv), or this folder can't be written." >&2; exit 1; }

# The project itself is installed editable, by the locked setuptools, so that nothing is fetched for it.
# 'compat' puts the checkout on the path as it is: a new top-level package needs no new installation.
$(VENV)/installed: requirements.lock pyproject.toml | $(PY)
	@echo "Installing the locked packages into $(VENV) (once) ..."
	@: >$(LOG)
	@$(call install,--require-hashes -r requirements.lock)
	@$(call install,--no-deps --no-build-isolation --config-settings editable_mode=compat -e .)
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	@echo "Installing the locked development packages into $(VENV) (once) ..."
	@: >$(LOG)
	@$(call install,--require-hashes -r requirements-dev.lock)
	@touch $@

$(VENV)/lock-tool: | $(PY)
	@test -n "$(UV)" || { $(PYTHON) -m venv $@ && $@/bin/python -m pip install --quiet uv; } || { echo "Hep Status: 'make lock' needs uv, and it could not be installed." >&2; exit 1; }
	@mkdir -p $@
