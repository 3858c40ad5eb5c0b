.DEFAULT_GOAL := help
.PHONY: demo run test scripts faults fuzz bench bench-micro lint sqlx-prepare help

demo: ## Shows postbackd at work, on a throw-away database (ARGS=--stay goes on serving)
	@.ci/install-needs
	@test -e target/debug/postbackd || echo "Building; the first time this takes about two minutes."
	@cargo run --quiet --locked -- demo $(ARGS)

run: ## Serves with config/postbackd.toml; without DATABASE_URL on a PostgreSQL of its own in data/
	cargo run -- serve --config config/postbackd.toml

test: ## Runs every test, against PostgreSQL clusters that the tests start themselves
	@.ci/install-needs
	cargo test --locked

scripts: ## Runs the lines for a shell and for Python that guides hand out
	@.ci/install-needs scripts
	cargo test --locked --lib guides::scripts -- --ignored

# The kernel's memory disk, where there is a large one: what others do to a shared disk is not the fault that is tested.
FAULTS_FOLDER ?= $(shell df -m /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 >= 1024 { print "/dev/shm" }')

faults: ## Breaks what can break under load, and checks what must hold (ROW=a_part_of_a_name, FAULTS_SEED, FAULTS_SECONDS)
	@.ci/install-needs
	TMPDIR=$${TMPDIR:-$(or $(FAULTS_FOLDER),/tmp)} cargo test --locked --test faults -- --ignored --nocapture --test-threads 1 $(ROW)

# How long each target is fuzzed, and which targets are.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= template content request verify mapping

# Without a sanitizer, which here would only look for faults in unsafe code, a stable compiler is enough.
fuzz: ## Looks for inputs that break a promise (FUZZ_SECONDS for each of FUZZ_TARGETS); fails when it finds one
	@command -v cargo-fuzz >/dev/null || cargo install cargo-fuzz --locked
	@for target in $(FUZZ_TARGETS); do \
		mkdir -p fuzz/corpus/$$target; \
		cargo fuzz run --sanitizer none $$target fuzz/corpus/$$target fuzz/seeds/$$target -- \
			-max_total_time=$(FUZZ_SECONDS) -max_len=16384 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 || exit 1; \
	done

# What `make bench` measures: CASES (all but growth when empty), how often, how long each, and the stored clicks of growth.
CASES ?=
ROUNDS ?= 5
SECONDS ?= 2
GROWTH ?= 0

bench: ## Measures postbackd beside its peers, see docs/performance.md (CASES, ROUNDS, SECONDS, GROWTH=10000000)
	@.ci/install-needs
	cargo bench --locked --bench suite -- $(addprefix --cases ,$(CASES)) --rounds $(ROUNDS) --seconds $(SECONDS) --growth $(GROWTH)

bench-micro: ## Measures verifying, reading, deciding and redirecting one request, and verifying against its bare HMAC
	cargo bench --locked --bench verify

lint: ## Checks format, lints and documentation, and takes no warnings
	cargo fmt --check
	cargo clippy --locked --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --no-deps --document-private-items

sqlx-prepare: ## Renews .sqlx after a change of a migration or an SQL statement
	@.ci/sqlx-prepare

help: ## Lists these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
