# All commands of the project. `make` lists them.
#
#   ONLY=word       test, e2e: only tests whose names contain the word
#   RESOURCE=a/b    new: the resource to draft
#   API=a/v1        api: also generate this API document; new: the API of a new product
#   ARGS="..."      fake: its arguments
#   CLI=3.276.0     e2e: this version of the Pulumi CLI, built from its Go module
#   SEEDS=7..8      simulate: a range of seeds, or the number of seeds
#   TARGETS="..."   dist: Rust targets, such as x86_64-unknown-linux-musl, or all; default: this machine
#   SITE_BASE=/path/ docs: the path of the site on its server; default: /
#   PROFILE=dev     build, dist, e2e: Cargo's profile; default: release, for e2e dev
#   RUNS=1000       fuzz: the number of inputs of each decoder; SEED=7: its seed

ONLY     ?=
RESOURCE ?=
API      ?=
ARGS     ?= --listen 127.0.0.1:8080
SEEDS    ?= 1000
RUNS     ?= 100000
export PROFILE ?= release

ifneq ($(CLI),)
export PULUMI_CLI_VERSION = $(CLI)
endif

# Features that releases do not have, for checks and tests.
features = --features tests/opentelemetry,pulumi-resource-evalap-scaleway/opentelemetry

programs = -p pulumi-resource-evalap-scaleway -p scaleway-fake

.DEFAULT_GOAL := help
MAKEFLAGS     += --no-print-directory
shell_scripts  = $(shell grep -lE '^\#(!.*sh$$| shellcheck shell=)' scripts/* .ci/run api/*.sh)

help: # not listed
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Deploy the example to the fake: preview, up, refresh, destroy (the first run takes minutes)
	@$(MAKE) --jobs=2 tools build
	scripts/demo

# With the Rust tests, dependencies have more features: builds of the programs alone would compile most of them again.
test: export WITH_TESTS = --tests
test: ## Install the tools, run all checks and tests
	@$(MAKE) --jobs=2 tools check
	@$(MAKE) build PROFILE=dev
	PLUGIN="$${CARGO_TARGET_DIR:-$(CURDIR)/target}/debug/pulumi-resource-evalap-scaleway" \
	    cargo test --workspace $(features) $(ONLY)
	go -C sdk-gen test -timeout 30m ./...
	@$(MAKE) e2e

build: ## Build the plugin and the fake
	cargo build --profile $(PROFILE) $(if $(filter dev,$(PROFILE)),--workspace --bins $(WITH_TESTS) $(features),$(programs))

check: ## Lint, and compare generated files with the output of their generators
	cargo fmt --all --check
	cargo clippy --workspace --all-targets $(features) -- --deny warnings
	cargo run --quiet -p schema -- check
	api/regenerate.sh --check
	scripts/cargo-deny --log-level error check bans licenses sources
	@test -z "$$(gofmt -l sdk-gen api tests/terraform | tee /dev/stderr)"
	"$$(scripts/python-env --without-sdk)/bin/shellcheck" -x $(shell_scripts)

gen: ## Generate schema.json, catalog.json and reference pages from api/ and resources/
	cargo run -p schema -- write

api: ## Generate the API documents from Scaleway's pinned Go module; API=block/v1 adds one
	api/regenerate.sh $(API)

sdk: ## Generate the Python, Node.js, Go, Java and .NET SDKs from schema.json, and compile that of Java
	scripts/sdk --all

languages: export PROFILE = dev
languages: ## Deploy a program in TypeScript, Go, Java and YAML, and check the .NET SDK (needs a JDK and Maven; some minutes)
	@$(MAKE) --jobs=2 tools build
	scripts/sdk --all
	scripts/run pytest tests/programs/languages.py

docs: ## Build the documentation site in target/site, and check its links
	scripts/site build

docs-test: docs ## Test the documentation site in Chromium
	scripts/site test

tools: ## Install the Pulumi CLI, and Python and Node.js with the generated SDKs (in a cache)
	scripts/run true

# The binaries of the Rust tests: an optimized build takes as long as all other builds.
e2e: export PROFILE = dev
e2e: build ## Test programs with the Pulumi CLI, the plugin and the fake
	# Timed tests run alone. An ONLY that matches no test is not a failure.
ifneq ($(ONLY),)
	scripts/run pytest tests/programs -n 4 -k $(ONLY) || [ $$? = 5 ]
else
	scripts/run pytest tests/programs -n 4 -rs -m "not timed"
	scripts/run pytest tests/programs -m timed
endif

fake: ## Run the fake for tests of your own programs
	cargo run --release -p scaleway-fake -- $(ARGS)

bench: ## Measure time, memory, size and requests of the plugin, and the fake; writes docs/performance.md
	@$(MAKE) --jobs=2 tools build
	scripts/bench

simulate: ## Simulate faults in SEEDS seeds (1000), or in the seeds of a range (7..8)
	SEEDS=$(SEEDS) cargo test --profile simulation --workspace --test simulation -- --nocapture --test-threads=1 after_any at_any_wait planted 15_resources

fuzz: ## Change requests, states, seeds and descriptors RUNS times (100000), from the seed SEED (random): no decoder panics
	RUNS=$(RUNS) SEED=$(or $(SEED),$$$$) cargo test --profile simulation -p tests --test fuzz -- --nocapture

reliability: ## Run all fault, kill and rate limit tests (about an hour); writes docs/reliability.md
	@$(MAKE) --jobs=2 tools build
	scripts/reliability

convert: ## Convert the Terraform programs of tests/terraform, and compare (builds Pulumi's converter, some minutes, once)
	go -C tests/terraform run . check

new: ARGS =
new: ## Draft a resource from its API document: make new RESOURCE=block/volume API=block/v1
	@[ -z "$(API)" ] || [ -e "api/$(subst /,.,$(API)).json" ] || api/regenerate.sh $(API)
	cargo run -p schema -- new $(RESOURCE) $(if $(API),--api $(API)) $(ARGS)

newcomer: ## Install the files of dist/ in empty directories, and deploy a program in each language to the fake
	scripts/newcomer

dist: ## Write archives, packages, SBOMs, a provenance statement and checksums to dist/
	scripts/dist $(TARGETS)

platforms: export PROFILE = dev
platforms: ## Build the programs for all platforms, check them, and deploy a stack with them, in emulators too (needs QEMU and Wine)
	@$(MAKE) --jobs=2 tools build
	scripts/dist --sdks= all
	scripts/run pytest tests/programs/platforms.py

clean: ## Remove build results in the checkout, not the cache
	cargo clean
	rm -rf dist sdk

.PHONY: help demo test build check gen api sdk languages docs docs-test tools e2e fake bench simulate fuzz reliability convert new dist newcomer clean
