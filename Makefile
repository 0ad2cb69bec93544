# App Zone. "make" lists what can be done.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

export CGO_ENABLED := 0

REVISION ?= $(shell git rev-parse --short HEAD 2>/dev/null)
LDFLAGS  := -s -w -X main.revision=$(REVISION)
# How long each fuzz target runs (fuzzing itself; add some seconds for each package), and how much of the test suite "make test" takes.
FUZZTIME ?= 10s
PKG      ?= ./...
# How long the load of a soak test lasts.
DURATION ?= 20m
# Child processes and Badger are heavier than most tests: two packages at a time.
TESTFLAGS ?= -p 2 -timeout 20m

GOLANGCI_VERSION := v2.15.0
GOLANGCI         := bin/golangci-lint-$(GOLANGCI_VERSION)

# The JavaScript engine of the WASM runtime: a file of an npm package, pinned by the digest of the package.
QUICKJS         := sandbox/quickjs/dist/quickjs.wasm
QUICKJS_PACKAGE := quickjs-wasi@3.6.2
QUICKJS_SHA512  := 142a86b463ab320cd4888acc34c036627b0ec42370a37d5dcea5ef7255d40bac5e4f7e4d24b297409b2f6de0938efa050306601003e0f14ebe2803c31979fc32

# Packages whose own goroutines meet. The others start child processes and wait for them, which the race
# detector slows down ten times and sees little of.
RACE := ./host ./host/doctor ./host/egress ./host/encode ./host/fault ./host/identity ./host/logs ./host/manifest ./host/password ./host/secret ./host/settings ./host/storetest \
	./host/tree ./host/process ./api/... ./store ./sandbox/memory ./sandbox/module ./sandbox/rootfs ./sandbox/wasi ./sandbox/quickjs ./sandbox/guest/go/lean ./cmd/appzone/certificate

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1@\2/' | column -t -s @

.PHONY: run
run: build ## Build what is missing and serve on http://localhost:8080, with data in ./data
	./bin/appzone serve

.PHONY: build
build: samples $(QUICKJS) console ## Build bin/appzone, with the console, the samples and the JavaScript engine in it
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/appzone ./cmd/appzone

# What the console is made of: a change of any of it makes it anew.
CONSOLE_SOURCES := $(shell find api/console -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -name '*.gen.ts' -not -name '*.go') api/openapi.yaml

.PHONY: console
console: api/console/dist/index.html ## Build the web console into api/console/dist, from where "go build" takes it

api/console/dist/index.html: $(CONSOLE_SOURCES) # without a Node.js that can build it, the console is left out
	@node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null || \
		{ echo 'the web console is left out: building it needs Node.js 20.19 or later, with npm'; exit 0; }; \
	$(MAKE) --no-print-directory api/console/node_modules && cd api/console && npm run --silent types >/dev/null && npm run --silent build -- --logLevel warn

api/console/node_modules: api/console/package-lock.json
	npm --prefix api/console ci --ignore-scripts --no-audit --no-fund --silent
	touch $@

$(QUICKJS): # npm's own settings say where packages come from; without npm the engine is left out
	command -v npm >/dev/null || { echo 'npm is not installed: JavaScript plugins are not run in the sandbox'; exit 0; }; \
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && \
	npm pack --silent --ignore-scripts --pack-destination "$$folder" $(QUICKJS_PACKAGE) >/dev/null && \
	echo "$(QUICKJS_SHA512)  $$(echo "$$folder"/*.tgz)" | $$(command -v sha512sum || echo shasum -a 512) -c - >/dev/null && \
	tar -xzf "$$folder"/*.tgz -C "$$folder" package/quickjs.wasm && \
	mv "$$folder/package/quickjs.wasm" $@

.PHONY: samples
samples: ## Pack the plugins that ship with the host into samples/dist
	go run ./cmd/samples $(SAMPLESFLAGS)

.PHONY: test
test: $(QUICKJS) ## Run the whole test suite (PKG=./host/... for a part)
	go test $(TESTFLAGS) $(PKG)

.PHONY: race
race: $(QUICKJS) ## Run the tests of concurrent packages under the race detector
	CGO_ENABLED=1 go test -race $(TESTFLAGS) $(RACE)

.PHONY: conformance
conformance: $(QUICKJS) ## Run the conformance suites of runtimes and stores, test by test
	go test $(TESTFLAGS) -count=1 -v -run 'Conform|TestMemoryIsAStore' ./sandbox ./nodebridge ./store ./host/storetest \
		| grep -E '^ *(--- |ok|FAIL|PASS|panic)'

api/e2e/node_modules: api/e2e/package-lock.json
	npm --prefix api/e2e ci --ignore-scripts --no-audit --no-fund --silent
	touch $@

.PHONY: e2e
e2e: build api/e2e/node_modules ## Run the tests in a real browser (Chromium; CHROMIUM names another binary)
	timeout 40m npm --prefix api/e2e test

.PHONY: screens
screens: build api/e2e/node_modules ## Write pictures of every screen of the console to docs/screens
	cd api/e2e && node screens.mjs ../../docs/screens

.PHONY: check
check: $(GOLANGCI) api/console/node_modules ## Vet on three platforms, lint with the import rules, check and test the console's sources, look at the tree
	for platform in linux/amd64 linux/arm64 darwin/arm64; do \
		echo "vet $$platform"; GOOS=$${platform%/*} GOARCH=$${platform#*/} go vet ./...; done
	$(GOLANGCI) run ./...
	cd api/console && npm run --silent types >/dev/null && npm run --silent check && npm run --silent test -- --reporter dot
	./.ci/tree

$(GOLANGCI):
	GOBIN='$(CURDIR)/bin' go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	mv bin/golangci-lint $@

# Each package is built once, and its targets run one after the other. Go before 1.27 may take the end of FUZZTIME itself for a failure (go.dev/issue/75804). Inputs that reach new code are not minimised, which would take most of the time.
.PHONY: fuzz
fuzz: $(QUICKJS) ## Run every fuzz target for FUZZTIME (10s)
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && cache=$$(go env GOCACHE)/fuzz && \
	for dir in $$(git grep -l '^func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u); do \
		go test -c -fuzz . -o "$$folder/test" "./$$dir"; \
		for target in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9_]+)\(.*/\1/p' "$$dir"/*_test.go); do \
			echo "$$dir $$target"; \
			(cd "$$dir" && "$$folder/test" -test.run '^$$' -test.fuzz "^$$target\$$" -test.fuzztime $(FUZZTIME) -test.fuzzminimizetime 10x \
				-test.fuzzcachedir "$$cache/appzone/$$dir" -test.parallel 2 -test.timeout 0 >"$$folder/log" 2>&1) || grep -qx '    context deadline exceeded' "$$folder/log" || { cat "$$folder/log"; exit 1; }; \
			tail -n 2 "$$folder/log" | head -n 1; done; done

.PHONY: soak
soak: build ## Run a host under load and trouble for DURATION (20m) and hold it to its bounds (SOAKFLAGS="-plugins 240")
	go run ./cmd/soak -appzone bin/appzone -duration $(DURATION) $(SOAKFLAGS)

# How often "make crash" kills the host, and the seed of what is random.
KILLS ?= 500
SEED  ?= 1

.PHONY: crash
crash: $(QUICKJS) ## Kill the host at random moments, KILLS (500) times from SEED (1) on, and look for what is lost or left
	go test ./cmd/crashtest -count=1 -v -timeout 6h -run TestRandomKills -kills $(KILLS) -seed $(SEED)

.PHONY: bench
bench: build ## Measure serving, proxying, installing, starting, plugins of every kind, walls and egress, as ratios
	go run ./cmd/bench -appzone bin/appzone
	go test -run '^$$' -bench Walls -benchtime 20x ./host/process

.PHONY: clean
clean: ## Remove what was built; ./data stays
	find samples/dist -type f ! -name .gitkeep -delete
	find api/console/dist -mindepth 1 -not -name .gitkeep -delete
	rm -rf bin samples/*/app/*.wasm $(QUICKJS)
