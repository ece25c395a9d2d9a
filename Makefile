# The one interface. `make demo` and `make test` need only Python >= 3.11, git and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BASE := $(VENV)/.installed-base
STAMP := $(VENV)/.installed
ENGINES := $(VENV)/.installed-engines
# Exact versions, so that a release of another library changes nothing here; `make versions` renews them.
VERSIONS := versions.txt
VERSIONS_OF_DBT := versions-dbt.txt
PIP := -m pip --quiet --disable-pip-version-check
# Nothing is built from source, this project apart, so that a library without a wheel is seen on every machine.
INSTALL := $(BIN)/python $(PIP) install --constraint $(VERSIONS) --only-binary :all:

.PHONY: demo demo-service docs newcomer release test test-all test-engines lint notebooks properties bench calendar \
	texts versions clean

# prints a command, then its output
show = @echo; echo "$$ workhours $(1)"; PATH="$(CURDIR)/$(BIN):$$PATH"; workhours $(1)
AS_OF := --as-of 2026-03-27T15:30+03:00

demo: $(BASE)
	@$(INSTALL) --no-build-isolation --editable ".[report,excel]"
	@mkdir -p build/demo
	$(call show,due '31.10.2025 17:30' --calendar RU-VGG)
	$(call show,calendar RU-VGG 2026)
	$(call show,check examples/data/appeals.csv --config examples/check_rows.toml $(AS_OF) | head -9)
	$(call show,check examples/data/appeals.jsonl --config examples/check_events.toml $(AS_OF) | head -9)
	@echo
	@echo "Both files have the same appeals. The sheet has only answers to the point: 45 were late or are missing."
	@echo "The events have every reply, and here any reply counts: 9 of the 45 had one in time. Citizens asked again"
	@echo "in 9 appeals, and each further question has a due time of its own; 1 of these answers was late: 45 - 9 + 1 = 37."
	$(call show,report examples/data/appeals.csv --config examples/check_rows.toml $(AS_OF) \
		--html build/demo/page.html --xlsx build/demo/report.xlsx > build/demo/report.txt)
	@echo
	@echo "The page for a browser, the workbook and the text are in $(CURDIR)/build/demo"

demo-service: $(BASE)  ## the service with the appeals of four invented weeks, until Ctrl+C
	@$(INSTALL) --no-build-isolation --editable ".[service]"
	@$(BIN)/python examples/demo_service.py $(ARGUMENTS)

test: $(STAMP) lint  ## all that a change must pass
	WORKHOURS_EXAMPLES=$${WORKHOURS_EXAMPLES:-10} $(BIN)/python -m pytest --numprocesses=logical --dist=worksteal

test-all: $(STAMP)  ## what is slow: processes, browsers, kills, whole streams, every command of every page, notebooks
	$(BIN)/python -m pytest -m "slow and not engines" --numprocesses=logical --dist=worksteal
	$(BIN)/python -m pytest -m "" --nbmake examples/notebooks

test-engines: $(ENGINES)  ## a million rows in each engine, compared with the library one by one
	WORKHOURS_ENGINE_ROWS=$${WORKHOURS_ENGINE_ROWS:-1000000} PATH="$(CURDIR)/$(VENV)/dbt/bin:$$PATH" \
		$(BIN)/python -m pytest tests/slow/engines tests/foreign/test_workalendar.py -m "" --numprocesses=2 --dist=loadfile

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/plain_words.py
	$(BIN)/python tools/page_lengths.py > /dev/null

docs: $(BASE)  ## the site, in build/docs/en and build/docs/ru; needs no network once installed
	$(INSTALL) --no-build-isolation --editable . --group docs
	for language in en ru; do $(BIN)/python -m sphinx --conf-dir docs --define language=$$language \
		--fail-on-warning --nitpicky --keep-going --quiet docs/$$language build/docs/$$language || exit 1; done

texts:  ## compile the Russian messages of click; needs msgfmt of GNU gettext
	cd src/workhours_sla/cli/locale/ru/LC_MESSAGES && msgfmt --check --output-file=messages.mo messages.po

newcomer:  ## a new environment and only what the documents say, timed
	$(PYTHON) tools/newcomer.py

release: $(BASE)  ## a dry run: build twice, compare, install offline, SBOM, known vulnerabilities
	@mkdir -p build
	$(BIN)/python $(PIP) install --group release
	$(BIN)/repo-review .
	$(BIN)/python tools/release.py $(PYTHONS)
	@# strict: where the index cannot be asked, it would say that nothing is known to be vulnerable
	$(BIN)/python -m pip freeze --exclude-editable > build/audited.txt
	$(BIN)/pip-audit --strict --disable-pip --no-deps --requirement build/audited.txt --progress-spinner off

notebooks: $(BASE)  ## run the notebooks from beginning to end; execute.py keeps their outputs
	$(INSTALL) --no-build-isolation --editable ".[notebook]"
	$(BIN)/python -m pytest -m "" --nbmake examples/notebooks

properties: $(STAMP)  ## the property tests with many more examples
	WORKHOURS_EXAMPLES=1500 $(BIN)/python -m pytest tests/worktime/test_properties.py tests/worktime/test_pauses.py
	WORKHOURS_EXAMPLES=500 $(BIN)/python -m pytest tests/sla/test_evaluate.py tests/sla/test_diaries.py tests/sla/test_monitor.py

bench: $(STAMP)  ## us and other libraries side by side: docs/en/explanation/benchmarks.md and why-not.md
	$(BIN)/python -m pytest --quiet tests/slow/test_rivals.py
	$(BIN)/python -m benchmarks --compare

calendar: $(STAMP)  ## from October on, next year must have its act
	$(BIN)/python -c "from datetime import date; from workhours_sla import Calendar; \
		today = date.today(); last = Calendar.get('RU').coverage[-1][1].year; \
		wanted = today.year + (today.month >= 10); \
		raise SystemExit(f'no act for {wanted} yet: see docs/en/how-to/new-decree.md' if last < wanted else 0)"

$(BASE): pyproject.toml $(VERSIONS)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) install "pip>=25.1" # an older one does not know --group
	$(INSTALL) editables hatchling hatch-fancy-pypi-readme
	$(INSTALL) --no-build-isolation --editable .
	@touch $@

$(STAMP): $(BASE)
	$(INSTALL) --no-build-isolation --editable . --group dev
	@touch $@

# dbt has an environment of its own, since it pins the versions of libraries that others need newer
$(ENGINES): $(STAMP) $(VERSIONS_OF_DBT)
	$(INSTALL) setuptools wheel # with which PySpark and a library that workalendar needs are built from source
	$(BIN)/python $(PIP) install --constraint $(VERSIONS) --no-build-isolation --editable ".[kafka,spark,workalendar]" \
		--group dev schemathesis
	$(PYTHON) -m venv $(VENV)/dbt
	$(VENV)/dbt/bin/python $(PIP) install --constraint $(VERSIONS_OF_DBT) dbt-core dbt-duckdb dbt-postgres
	@touch $@

versions:  ## the newest versions of everything into the two files, from new environments
	rm -rf build/versions
	$(PYTHON) -m venv build/versions/all
	build/versions/all/bin/python $(PIP) install "pip>=25.1"
	build/versions/all/bin/python $(PIP) install editables hatchling hatch-fancy-pypi-readme schemathesis \
		--editable ".[kafka,notebook,spark,workalendar]" --group dev --group docs
	build/versions/all/bin/python $(PIP) freeze --exclude-editable > $(VERSIONS)
	$(PYTHON) -m venv build/versions/dbt
	build/versions/dbt/bin/python $(PIP) install "dbt-core<1.12" "dbt-duckdb<1.12" "dbt-postgres<1.12"
	build/versions/dbt/bin/python $(PIP) freeze > $(VERSIONS_OF_DBT)

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
