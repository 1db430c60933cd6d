# Everything a newcomer, a developer and CI need. `make` alone tells what there is.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BUILT := machimado/ground/ui/static/built/.stamp
# The tests start some fifty processes; where a machine forbids to keep what was compiled, each would compile the house anew.
export PYTHONDONTWRITEBYTECODE :=
FRONT_SOURCES := $(shell find frontend -path frontend/node_modules -prune -o -type f -print)

.PHONY: help demo test test-postgres tour accessibility check format messages lock clean install card

help: ## この一覧を表示
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: $(VENV)/.run $(BUILT) ## 見本のまちで起動（Ctrl-C で終了）
	$(BIN)/machimado demo $(ARGS)

install: $(VENV)/.run $(BUILT) ## 実行に要るものだけを入れる

# Only what is locked, and only with the hashes that are locked, is installed.
$(VENV)/.run: requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

card: $(VENV)/.run ## カードを読む部品を入れる（swig・libpcsclite-dev が要ります）
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/card.txt

# The machine's own Node when it is new enough; otherwise the one packaged for Python.
$(BUILT): $(FRONT_SOURCES) $(VENV)/.run
	$(BIN)/python frontend/build.py
	@touch $@

test: $(VENV)/.dev $(BUILT) ## すべての試験（ブラウザーの試験を含む）
	$(BIN)/python -m pytest -n 4 $(ARGS)

test-postgres: $(VENV)/.dev $(BUILT) ## 同じ試験を PostgreSQL で
	$(BIN)/python tests/on_postgres.py $(BIN)/python -m pytest -n 4 $(ARGS)

tour: $(VENV)/.dev $(BUILT) ## 全画面の写真を build/tour/ に
	rm -rf build/tour
	MACHIMADO_TOUR=build/tour $(BIN)/python -m pytest -m journey $(ARGS)

accessibility: $(VENV)/.dev $(BUILT) ## 画面をすべて axe で調べ、docs/accessibility.md を作る
	rm -rf build/axe
	MACHIMADO_AXE=build/axe $(BIN)/python -m pytest -m journey $(ARGS)
	$(BIN)/python -m tests.accessibility.publish build/axe

check: $(VENV)/.dev $(BUILT) ## 書き方・型・部屋の境界・移行・手続の点検
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python frontend/build.py --check
	$(BIN)/python -m django makemigrations --check --dry-run --settings machimado.site.settings
	MACHIMADO_HTTPS=1 $(BIN)/python -m django check --deploy --fail-level WARNING --settings machimado.site.settings
	$(BIN)/machimado procedures check cities/yukimi/procedures
	$(BIN)/machimado procedures test cities/yukimi/procedures
	$(BIN)/python -m pytest -q tests/structure

format: $(VENV)/.dev ## 書式をそろえる
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(VENV)/.dev ## 住民の画面の言葉（やさしい日本語・英語）を組み直す
	$(BIN)/python -m tests.structure.messages

lock: $(VENV)/.dev ## 依存の版を固定し直す
	$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-header --extra postgres --extra build pyproject.toml -o requirements/run.txt
	$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-header --extra postgres --extra build --extra dev pyproject.toml -c requirements/run.txt -o requirements/dev.txt
	$(BIN)/uv pip compile -q --upgrade --universal --generate-hashes --python-version 3.11 --no-header requirements/card.in -c requirements/run.txt -o requirements/card.txt

clean: ## 作ったものを消す（見本のデータも）
	rm -rf $(VENV) build var frontend/node_modules machimado/ground/ui/static/built
