# The whole vocabulary of the project. `make` alone lists it.
#
#   ONLY=word       test, e2e: only tests whose name holds the word
#   RESOURCE=a/b    new: the resource to draft
#   ARGS="..."      fake: its arguments

ONLY     ?=
RESOURCE ?=
ARGS     ?= --listen 127.0.0.1:8080

.DEFAULT_GOAL := help
MAKEFLAGS     += --no-print-directory
shell_scripts  = $(shell grep -lE '^\#(!.*sh$$| shellcheck shell=)' scripts/* .ci/run api/*.sh)

help: # not listed
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Show the main job on the fake: preview, up, refresh, destroy (minutes of set-up the first time)
	@$(MAKE) --jobs=2 tools build
	scripts/demo

test: ## Set up what is needed, check everything, run every test
	@$(MAKE) --jobs=2 tools check
	cargo test --workspace $(ONLY)
	go -C sdk-gen test ./...
	@$(MAKE) e2e

build: ## Build the release plugin and the fake
	cargo build --release -p pulumi-resource-evalap-scaleway -p scaleway-fake

check: ## Lint, and compare generated files with what their generators write now
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- --deny warnings
	cargo run --quiet -p schema -- check
	api/regenerate.sh --check
	scripts/cargo-deny --log-level error check bans licenses sources
	@test -z "$$(gofmt -l sdk-gen api | tee /dev/stderr)"
	"$$(scripts/python-env --without-sdk)/bin/shellcheck" -x $(shell_scripts)

gen: ## Write schema.json and catalog.json from api/ and resources/
	cargo run -p schema -- write

api: ## Write the API documents again from Scaleway's pinned Go module
	api/regenerate.sh

sdk: ## Generate the Python and Node.js SDKs from schema.json
	scripts/sdk

tools: ## Set up the Pulumi CLI, and Python and Node.js with our SDKs (kept in a cache)
	scripts/run true

e2e: build ## Run programs through the real Pulumi CLI, the release plugin and the fake
	# What is timed runs alone; a word that names no program is no failure.
ifneq ($(ONLY),)
	scripts/run pytest tests/programs -n 4 -k $(ONLY) || [ $$? = 5 ]
else
	scripts/run pytest tests/programs -n 4 -rs -m "not timed"
	scripts/run pytest tests/programs -m timed
endif

fake: ## Run the fake Scaleway for your own tests
	cargo run --release -p scaleway-fake -- $(ARGS)

bench: ## Measure start, memory, size, the calls of a deployment and the requests per second of the fake
	@$(MAKE) --jobs=2 tools build
	scripts/bench
	cargo bench --quiet -p scaleway-fake

reliability: ## Fault, kill and rate tests through the CLI, about an hour; writes docs/reliability.md
	@$(MAKE) --jobs=2 tools build
	scripts/reliability

new: ## Draft a resource from its API document: make new RESOURCE=registry/namespace
	cargo run -p schema -- new $(RESOURCE)

dist: ## Pack plugin, wheel, npm tarball and checksums into dist/
	scripts/dist

clean: ## Remove what was built here; the cache outside stays
	cargo clean
	rm -rf dist sdk/python sdk/nodejs

.PHONY: help demo test build check gen api sdk tools e2e fake bench reliability new dist clean
