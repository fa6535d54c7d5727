# Targets: `make help` lists them. Set-up happens by itself, in .venv, when a target needs it.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PDFJS := tests/support/pdfjs
SCANS ?= fixtures/scans
OUT ?= build
REAL_SCANS ?= ../shared/scans
BENCH ?=
BENCH_OPTIONS ?=
CONVERT_OPTIONS ?=
ENGINE ?= auto
# Two processes: what tests start has processes and threads of its own.
PARALLEL ?= --numprocesses 2 --dist worksteal

.DEFAULT_GOAL := help
EXTRA := $(filter tesseract aspose,$(ENGINE))
ENGINE_READY := $(VENV)/installed$(addprefix -,$(EXTRA))

.PHONY: help run pdfs text engines test test-slow test-scans test-readers test-cluster soak bench bench-cluster sizes check fix fixtures pictures clean

help: ## List the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20
	@echo
	@echo "  SCANS=path OUT=path  what to convert, and where the PDFs go (run, pdfs)"
	@echo "  ENGINE=name          auto, rapid, tesseract, aspose or none; installs its extra"
	@echo "  BENCH=... BENCH_OPTIONS=...  what to compare on (fixtures), and how (--help)"
	@echo "  CONVERT_OPTIONS=...  options of searchable-pdf convert, such as '-l swe --sidecar'"

run: $(ENGINE_READY) ## Install, and convert fixtures/scans into build/
	$(BIN)/searchable-pdf convert "$(SCANS)" -o "$(OUT)" --engine $(ENGINE) $(CONVERT_OPTIONS)

pdfs: $(ENGINE_READY) ## Convert what is new: make pdfs SCANS=path OUT=path
	$(BIN)/searchable-pdf convert "$(SCANS)" -o "$(OUT)" --engine $(ENGINE) $(CONVERT_OPTIONS)

text: $(ENGINE_READY) ## Print the text of one scan: make text SCANS=file
	@$(BIN)/searchable-pdf text --engine $(ENGINE) "$(SCANS)"

engines: $(VENV)/installed ## List the engines, and what brings those that are missing
	@$(BIN)/searchable-pdf engines

test: $(VENV)/installed-test ## Run the tests
	$(BIN)/python -m pytest $(PARALLEL)

test-slow: $(VENV)/installed-test ## Run what takes longer: more pages read, more runs killed
	$(BIN)/python -m pytest $(PARALLEL) -m slow

test-scans: $(VENV)/installed-test ## Run the checks on real scans: REAL_SCANS=path
	REAL_SCANS="$(REAL_SCANS)" $(BIN)/python -m pytest -m scans

test-readers: $(VENV)/installed-test $(PDFJS)/node_modules/installed ## Run the checks with pdf.js (needs Node, npm, Chromium)
	REQUIRE_TOOLS=1 $(BIN)/python -m pytest -s -m readers

test-cluster: $(VENV)/installed-test $(VENV)/installed-cluster ## Run the tests of a Dask cluster (as root: with hosts of their own)
	$(BIN)/python -m pytest -m cluster

soak: $(VENV)/installed-test $(VENV)/installed-cluster ## Run the long checks of memory and odd scans: REAL_SCANS=path
	REAL_SCANS="$(REAL_SCANS)" $(BIN)/python -m pytest -s -m soak

check: $(VENV)/installed-dev ## Lint, types, import layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: $(VENV)/installed-dev ## Mend what the linter can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/installed-test $(VENV)/installed-tesseract $(VENV)-peer/installed ## Compare with OCRmyPDF: BENCH="folders of scans"
	PYTHONPATH=tests $(BIN)/python -m bench.compare $(BENCH) --peer $(VENV)-peer/bin $(BENCH_OPTIONS)

bench-cluster: $(VENV)/installed-test $(VENV)/installed-cluster ## Show what a cluster costs beside recognition
	PYTHONPATH=tests $(BIN)/python -m bench.cluster_overhead $(BENCH_OPTIONS)

sizes: $(VENV)/installed-test $(VENV)-peer/installed ## Compare sizes with img2pdf and OCRmyPDF: REAL_SCANS=path (needs pngquant)
	PYTHONPATH=tests $(BIN)/python -m bench.sizes "$(REAL_SCANS)" --peer $(VENV)-peer/bin $(BENCH_OPTIONS)

fixtures: $(VENV)/installed-test ## Draw the fixture scans anew (needs the fonts DejaVu and Noto CJK)
	$(BIN)/python fixtures/make.py

pictures: $(VENV)/installed-test ## Draw the pictures of the README anew, from a run on the fixtures
	PYTHONPATH=tests $(BIN)/python -m tools.draw_readme

clean: ## Remove what was made here
	rm -rf build dist $(VENV) $(VENV)-peer $(PDFJS)/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/pip:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed: make PYTHON=python3.12 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(VENV)/bin/pip pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-tesseract: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[tesseract]'
	@touch $@

$(VENV)/installed-aspose: $(VENV)/installed
	@echo "Installing Aspose.OCR: proprietary; by installing it you accept Aspose's license."
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[aspose]'
	@touch $@

$(VENV)/installed-cluster: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[cluster]'
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@

$(PDFJS)/node_modules/installed: $(PDFJS)/package.json
	npm install --prefix $(PDFJS) --omit=optional --no-package-lock --no-audit --no-fund --silent
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed-test
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

# The peer to compare with: it needs the commands tesseract and gs, and their data.
$(VENV)-peer/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)-peer
	$(VENV)-peer/bin/pip install --quiet --disable-pip-version-check 'ocrmypdf>=17,<18' 'img2pdf>=0.6,<1'
	@touch $@
