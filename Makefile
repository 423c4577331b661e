# hoso: what one types. `make` alone lists the targets.

GO ?= go
HOSO := bin/hoso
DEVSERVER := bin/hoso-devserver
STACK := data/stack

# MessagePack, which gin would bring along and nobody here speaks, is left out: 9 MB
# of the program, 6 of every process. For tests too, so that all is compiled once. What
# the Go tool has been told besides, here or by `go env -w`, holds.
LEAN := nomsgpack
comma := ,
TOLD := $(shell $(GO) env GOFLAGS 2>/dev/null)
export GOFLAGS := $(strip $(if $(findstring $(LEAN),$(TOLD)),$(TOLD),$(if $(findstring -tags=,$(TOLD)),$(subst -tags=,-tags=$(LEAN)$(comma),$(TOLD)),$(TOLD) -tags=$(LEAN))))

# The race detector needs a C compiler; the targets that test get one where they may.
RACE = $(shell command -v $${CC:-gcc} >/dev/null 2>&1 && echo -race)

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build ## run everything on this machine with three sample dossiers, until Ctrl-C
	@exec $(HOSO) up --demo

.PHONY: stack
stack: build ## run the production parts on this machine, without containers, until Ctrl-C
	@exec $(HOSO) stack --data $(STACK)

.PHONY: build
build: $(HOSO) $(DEVSERVER) ## build bin/hoso and bin/hoso-devserver

# The Go tool knows best what is up to date, and is quick to say so. No -trimpath
# here: with it everything would be compiled once more for the tests.
.PHONY: $(HOSO)
$(HOSO):
	@$(GO) build -o $@ ./cmd/hoso

# A module of its own, and a large one: asking the Go tool takes seconds.
$(DEVSERVER): devserver/go.mod devserver/go.sum $(filter-out %_test.go,$(wildcard devserver/*.go))
	@echo "building $@ (the first time takes some minutes)"
	@cd devserver && $(GO) build -ldflags "-s -w" -o ../$@ .

.PHONY: test
test: test-tools build ## run every test, on PostgreSQL and on SQLite
	cd devserver && $(GO) test ./...
	cd deploy && $(GO) test ./...
	@# these read files of this module, which the Go tool would not miss in its cache
	cd devserver && $(GO) test -count=1 ./deploy
	cd deploy/compose && $(GO) test -count=1 ./...
	$(GO) test $(RACE) -timeout 30m ./...

# PostgreSQL's programs and a C compiler, from the system's packages where they
# are missing and may be installed.
.PHONY: test-tools
test-tools:
	@./scripts/test-tools

.PHONY: lint
lint: ## vet, format, walls between packages; golangci-lint and workflowcheck where installed
	$(GO) vet ./...
	cd devserver && $(GO) vet ./...
	cd deploy && $(GO) vet ./...
	cd deploy/compose && $(GO) vet ./...
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go')); \
	  if [ -n "$$unformatted" ]; then echo "not formatted by gofmt:"; echo "$$unformatted"; exit 1; fi
	$(GO) test -count=1 ./internal/walls
	@if command -v golangci-lint >/dev/null; then golangci-lint run ./...; else echo "golangci-lint is not installed: left out"; fi
	@if command -v workflowcheck >/dev/null; then workflowcheck ./workflows; else echo "workflowcheck is not installed: left out"; fi

.PHONY: bench
bench: test-tools build ## measure, as ratios within one run
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 30m ./bench ./e2e
	$(HOSO) bench

.PHONY: chaos
chaos: test-tools build ## kill worker, API and Temporal at random while 200 dossiers run
	HOSO_CHAOS=$${HOSO_CHAOS:-200} $(GO) test -count=1 -run 'Kill|Chaos' -timeout 60m -v ./e2e

.PHONY: clean
clean: ## remove what was built; ./data with its dossiers stays
	rm -rf bin
