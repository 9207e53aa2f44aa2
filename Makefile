# make help lists what is here.

# A number of inputs, not a duration: go test sometimes fails at the end of a
# duration although it has found nothing.
FUZZTIME ?= 10000x
BENCH    ?= .
SEEDS    ?= 20
FIRST    ?= 1
COUNT    ?= 10000
KIND     ?= all
SUMMARY  ?=
BENCHTIME ?= 1s
BIN      ?= bin/bulkpatch
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null)

# $(call having,NAME): the packages with functions of tests whose names begin so.
# go test could tell them too, but would build the tests of every package first.
having = $(addprefix ./,$(sort $(dir $(shell git grep -l '^func $(1)' -- '*_test.go'))))

.DEFAULT_GOAL := help
.PHONY: help run demo build release test check fuzz hostile bench chaos

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 12

run: ## serve on 127.0.0.1:8080 with SQLite and the embedded Redis
	go run ./cmd/bulkpatch serve

demo: ## show an import and two jobs on a temporary installation
	go run ./cmd/bulkpatch demo

# Without -trimpath, which would compile SQLite again although go run and go
# test have done so: C code is cached by the flags that reach its compiler.
build: ## make BIN, stripped and with the version of git describe
	CGO_ENABLED=1 go build -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN) ./cmd/bulkpatch

release: ## make the archives of a release in dist, of VERSION, for amd64 and arm64, with their checksums
	.ci/release $(VERSION)

test: ## run all tests, under the race detector where there are goroutines
	@.ci/test

check: ## gofmt, vet and staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change: $$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

# The tag fuzz leaves out tests that call databases: to watch what it covers, go
# test would compile SQLite again.
fuzz: ## run each fuzz target on FUZZTIME inputs
	@set -e; for package in $(call having,Fuzz); do \
		for target in $$(grep -ho '^func Fuzz[A-Za-z0-9]*' $$package*_test.go | cut -c6-); do \
			echo "$$package $$target"; \
			go test -tags fuzz -run '^$$' -vet=off -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

hostile: ## send COUNT generated hostile requests, of the seed FIRST, to the program on each database
	@.ci/prepare
	go test ./cmd/bulkpatch -count=1 -v -timeout 1h -run '^TestHostileRequestsAreHarmless$$' -hostile.n=$(COUNT) -hostile.seed=$(FIRST)

bench: ## run the benchmarks that BENCH matches, each for BENCHTIME
	@.ci/prepare
	go test -run '^$$' -vet=off -bench '$(BENCH)' -benchtime $(BENCHTIME) -benchmem $(call having,Benchmark)

chaos: ## inject faults into running processes under load: SEEDS seeds from FIRST on, of each KIND; adds a line for each kind to SUMMARY
	@.ci/prepare
	go test ./chaos -count=1 -v -timeout 24h -run '^TestChaos$$' -chaos.kind=$(KIND) -chaos.seeds=$(SEEDS) -chaos.first=$(FIRST) -chaos.summary=$(SUMMARY)
