# SPDX-License-Identifier: Apache-2.0

.DEFAULT_GOAL := help
.PHONY: help setup build run live recordings test unit end-to-end bench fuzz deep lint format clean

# What `make run` gives to the observer, such as ARGS="--port 9000 --container 'web-*'".
ARGS ?=

help: ## show this text
	@echo "Sentinell Observer. The two commands that most people need are 'make run' and 'make test'."
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: ## install the system packages that are missing (Debian, as root)
	@scripts/setup

build: setup ## build the observer for use: .build/release/observer
	@swift build -c release --product observer

run: build ## set up, build, and play a recorded incident; needs no engine (options in ARGS="...")
	@exec .build/release/observer replay recordings/incident.zst $(ARGS)

live: build ## set up, build, and observe this machine's Docker engine (options in ARGS="...")
	@exec .build/release/observer live $(ARGS)

recordings: build ## make the bundled recordings anew, from a real engine (as root)
	@scripts/setup --tests
	@scripts/make-recordings

test: ## set up and run everything that must pass: format, unit, property and end-to-end tests (as root)
	@scripts/check

unit: setup ## run the unit and property tests alone
	@swift test --disable-xctest --no-parallel --skip '^EndToEndTests\.'

end-to-end: ## run the end-to-end tests alone, against an engine of their own (as root)
	@scripts/setup --tests
	@swift build -c release --product observer
	@swift build --build-tests
	@OBSERVER_E2E=required scripts/end-to-end

bench: ## measure the rows of the performance budget (as root)
	@scripts/setup --tests
	@swift build -c release
	@scripts/end-to-end -- .build/release/ObserverBenchmarks $(ARGS)

fuzz: setup ## feed broken recordings to what reads them, for two minutes or ARGS="SECONDS"
	@scripts/fuzz $(ARGS)

deep: ## sanitizers, hundreds of repeats, long end-to-end tests: hours (as root)
	@scripts/deep

lint: ## check the format
	@scripts/lint

format: ## format all Swift files
	@scripts/lint --fix

clean: ## remove what was built
	@rm -rf .build
