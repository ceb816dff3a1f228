# make demo | test | lint | bench | results: each makes its own .venv first. Variables: PYTHON, TORCH (see the README).
PYTHON ?= python3
TORCH ?= torch==2.13.0
BIN := .venv/bin

.PHONY: demo test lint bench results

demo: .venv/installed
	$(BIN)/crackstudio demo

test: .venv/installed
	$(BIN)/pytest

lint: .venv/installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed
	$(BIN)/python tests/benchmarks/table.py

# torch goes first and alone, so that the line above decides which build comes.
.venv/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "CrackStudio needs Python >= 3.11; name one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv is missing. Install it with: sudo apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[dev]"
	$(BIN)/python -m crackstudio.commands.system_libraries
	@touch $@

# Hours: resumable, one file a row. DATA names the folder of the images, which are not part of this project.
results: .venv/installed
	$(BIN)/python tests/results/measure.py
