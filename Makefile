# Everything a person or CI runs. Needs make and a python3 of 3.10 or newer; the rest is brought by these targets.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo test train bench lint clean lock nlu-eval nlu-compare train-scorecard verify-ledger soak load year seed environments check-python demo-messaging load-messaging report
MAKEFLAGS += --no-print-directory
TOOL := python3 -m tools

# A run starts hundreds of Python processes. Where this is set, each would compile Rasa and all else from its source again.
unexport PYTHONDONTWRITEBYTECODE

help:  ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: check-python  ## Start the assistant on http://127.0.0.1:8080 (PORT=…, DATA_DIR=…); Ctrl-C stops it
	@$(TOOL).environments root bot
	@$(TOOL).widget
	@$(TOOL).train
	@exec .venv/bin/python -m tools.supervise

demo-messaging: check-python  ## Print a conversation through every messaging app, with fake platforms (CHANNEL=feishu for one)
	@$(TOOL).environments root bot
	@$(TOOL).train
	@.venv/bin/python -m tools.messaging_demo $(if $(CHANNEL),--channel $(CHANNEL))

test: check-python  ## Run every check: lint, bot, page, model, stories, then pytest with the conversations and the browser
	@exec $(TOOL).check

train: check-python  ## Train the Rasa model if one of its inputs changed
	@$(TOOL).train

bench: check-python  ## Measure ledger, closing, scoring and assistant (SECTION=closing for one); prints a table, writes build/bench.json
	@$(TOOL).environments root bot
	@$(TOOL).train
	@.venv/bin/python -m bench $(SECTION)

lint: check-python  ## ruff and mypy
	@$(TOOL).environments root
	@.venv/bin/python -m tools.lint

nlu-eval: check-python  ## Score the model on DATA=file.tsv (columns intent, also_accepted, text); JSON in the last line, more in build/
	@test -n "$(DATA)" || { echo 'Say which file: make nlu-eval DATA=file.tsv' >&2; exit 2; }
	@$(TOOL).environments bot
	@$(TOOL).train
	@PYTHONPATH=. bot/.venv/bin/python -m bot.nlu_eval "$(DATA)"

nlu-compare: check-python  ## Train a stock Rasa pipeline on our sentences and score both on DATA=file.tsv, side by side (EPOCHS=20 for less than the hour)
	@test -n "$(DATA)" || { echo 'Say which file: make nlu-compare DATA=file.tsv' >&2; exit 2; }
	@$(TOOL).compare_nlu "$(DATA)" $(EPOCHS)

train-scorecard: check-python  ## Train the scorecard on DATA=file.csv.gz (UCI columns); writes credit/scoring/scorecard.json (minutes)
	@test -n "$(DATA)" || { echo 'Say which file: make train-scorecard DATA=file.csv.gz' >&2; exit 2; }
	@$(TOOL).environments scoring
	@PYTHONPATH=. tools/scorecard/.venv/bin/python -m tools.scorecard.train "$(DATA)"

verify-ledger: check-python  ## Walk all evidence and name the first journal that does not fit (DATABASE_URL=…, DATA_DIR=…)
	@$(TOOL).environments root
	@.venv/bin/python -m credit verify

soak: check-python  ## Random operations on the ledger against a model in memory, for MINUTES=10, on both databases (SEED=… replays)
	@$(TOOL).environments root
	@.venv/bin/python -m tests.ledger_proof.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

year: check-python  ## A year of 500 customers on both databases side by side, again with 20 kills (SEED=… CUSTOMERS=… DAYS=… DEATHS=… DATABASE=… AT_ONCE=…)
	@$(TOOL).environments root
	@.venv/bin/python -m tests.year.run $(if $(SEED),--seed $(SEED)) $(if $(CUSTOMERS),--customers $(CUSTOMERS)) \
	  $(if $(DAYS),--days $(DAYS)) $(if $(DEATHS),--deaths $(DEATHS)) $(if $(DATABASE),--database $(DATABASE)) \
	  $(if $(AT_ONCE),--at-once $(AT_ONCE))

seed: check-python  ## Create the demo database, or add what it lacks, without starting anything
	@$(TOOL).environments root
	@.venv/bin/python -m seeds

report: check-python  ## Write the portfolio's figures with plots to one page, HTML=build/portfolio.html (DATABASE_URL=…, DATA_DIR=…)
	@$(TOOL).environments root
	@.venv/bin/python -m credit report --html $(or $(HTML),build/portfolio.html)

load: check-python  ## Fifty customers chat at once for MINUTES=3 with the real processes; latencies printed
	@$(TOOL).environments root bot
	@$(TOOL).train
	@.venv/bin/python -m tools.load $(if $(MINUTES),--minutes $(MINUTES)) $(if $(CUSTOMERS),--customers $(CUSTOMERS))

load-messaging: check-python  ## 200 webhooks a second for SECONDS=60 against the gateway with a stub assistant (RATE=…, DATABASE=postgresql)
	@$(TOOL).environments root
	@.venv/bin/python -m tools.load_messaging $(if $(SECONDS),--seconds $(SECONDS)) $(if $(RATE),--rate $(RATE)) \
	  $(if $(DATABASE),--database $(DATABASE))

lock: check-python  ## Make the hashed lock files again after a change of a pyproject.toml (UPGRADE=1 for newer versions)
	@$(TOOL).locks $(if $(UPGRADE),--upgrade)

clean:  ## Remove what was built, the demo's data and the model; the environments stay (ALL=1 removes them too)
	@rm -rf build .data bot/models bot/.rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -not -path '*/.venv/*' -not -path './.tools/*' -prune -exec rm -rf {} +
	@$(if $(ALL),rm -rf .venv bot/.venv tools/scorecard/.venv .tools,true)

check-python:
	@command -v python3 >/dev/null || { echo 'python3 was not found; install Python 3.10 or newer.' >&2; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "Python 3.10 or newer is needed as python3; this one is $$(python3 --version 2>&1)." >&2; exit 1; }
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo 'This python3 lacks its venv module; on Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }
