# Two commands: `make run` and `make test`. Everything they need is installed below the checkout.
.PHONY: run test install web check unit rasa-test journeys browser screenshots train clean help
.DEFAULT_GOAL := help

PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest

help: ## say what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: install ## start everything: the demo city page, the LINE simulator, the desk
	@HOTLINE_DEMO=$${HOTLINE_DEMO:-1} exec $(PYTHON) -m hotline run

test: install check unit rasa-test journeys browser ## everything that CI runs

install: ## both environments and the pages, below the checkout
	@scripts/install

web: install ## build the pages

train: install ## train the model, when data or configuration changed
	@$(PYTHON) -m hotline train

check: install ## lint, format, types, floors
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports
	cd web && PATH="$(CURDIR)/.tools/node/bin:$$PATH" node_modules/.bin/tsc --noEmit

unit: install ## unit, contract and HTTP tests
	$(PYTEST) -m "not journey and not browser and not model"
	PYTHONPATH=$(CURDIR) bot/.venv/bin/python -m pytest -q -c tests/nlu/bot/pytest.ini tests/nlu/bot

rasa-test: train ## Rasa's own tests, and the held-out set
	scripts/rasa-test

journeys: train ## citizens' days against real processes
	$(PYTEST) -m journey tests/journeys

browser: train ## the pages in headless Chromium
	$(PYTEST) -m browser tests/web

screenshots: train ## the pictures in docs/images
	$(PYTHON) -m tests.web.screenshots

clean: ## forget environments, pages and the demo's data
	rm -rf .venv bot/.venv .tools web/node_modules web/dist var
