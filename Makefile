# Every target is a thin call of the go command; the tools are pinned in go.mod.
SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := check

S        ?=
SEEDS    ?= 200
FUZZTIME ?= 30s
COUNT    ?= 6
ROUNDS   ?= 7
RUNS     ?= 300
OLD      ?=
P        ?=
DIR      ?=
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)

# Packages whose tests have the flag -update.
UPDATED = $(shell grep -rl --include='*_test.go' 'flag[.]Bool.*"update"' . | xargs -r -n1 dirname | sort -u)

## check: what to run before each commit: fmt vet lint test (the default)
.PHONY: check
check: fmt vet lint test

## help: print this list
.PHONY: help
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST) | awk -F ': ' '{ printf "  %-12s%s\n", $$1, substr($$0, length($$1) + 3) }'

## fmt: rewrite the Go files as gofumpt has them
.PHONY: fmt
fmt:
	go tool gofumpt -l -w .

## fmt-check: list the Go files that gofumpt would rewrite, and fail if there are any
.PHONY: fmt-check
fmt-check:
	@files=$$(go tool gofumpt -l .); if [[ -n $$files ]]; then echo "$$files"; echo 'not formatted, run: make fmt'; exit 1; fi

## vet: go vet
.PHONY: vet
vet:
	go vet ./...

## lint: staticcheck
.PHONY: lint
lint:
	go tool staticcheck ./...

## test: all tests, in random order
.PHONY: test
test:
	go test -timeout 5m -shuffle=on ./...

## race: all tests under the race detector
.PHONY: race
race:
	CRASH_STRIDE=7 go test -timeout 15m -race -shuffle=on ./...

## script: only testdata/script; S=resume runs the scripts whose names begin so
.PHONY: script
script:
	go test -count=1 $(if $(S),-v) -run '^TestScript$$$(if $(S),/^$(S))' ./cmd/runbook

## update: rewrite what the tests compare with: scripts, transcripts, generated docs; review the diff
.PHONY: update
update:
	@test -n '$(UPDATED)' || { echo 'no test has the flag -update'; exit 1; }
	go test -count=1 $(UPDATED) -args -update

## doc: regenerate the reference in docs
.PHONY: doc
doc:
	@test -n '$(UPDATED)' || { echo 'no test has the flag -update'; exit 1; }
	go test -count=1 -run '^TestReference' $(UPDATED) -args -update

## replay: replay testdata/journals, the runs of older versions
.PHONY: replay
replay:
	go test -count=1 -run '^TestReplayCorpus$$' ./...

## crash: stop runs dead at every point, and at SEEDS=200 random ones, and resume them
.PHONY: crash
crash:
	SEEDS=$(SEEDS) go test -count=1 -v -run '^Test(Crash|Kill)' -timeout 60m ./...

## explore: explore the shipped runbooks with all single faults, RUNS=300 pairs of them, and in more ways
.PHONY: explore
explore:
	@EXPLORE_RUNS=$(RUNS) go test -count=1 -v -run '^TestExploreShipped$$' -timeout 20m ./cmd/runbook | grep -v -e '^=== ' -e '--- PASS'

## planted: find every mistake of testdata/planted in a copy of the shipped runbooks, and count them
.PHONY: planted
planted:
	@PLANTED=1 go test -count=1 -v -run '^TestPlanted' -timeout 10m ./cmd/runbook | grep -v -e '^=== ' -e '--- PASS'

## plant: a copy of the shipped runbooks in the folder DIR, with the mistake P=name of testdata/planted in it
.PHONY: plant
plant:
	@test -n '$(P)' -a -n '$(DIR)' || { echo 'usage: make plant P=exasol_start_wrong_state DIR=/tmp/planted'; exit 1; }
	@test -f 'testdata/planted/$(P).diff' || { echo '$(P): got no testdata/planted/$(P).diff'; exit 1; }
	@test ! -e '$(DIR)' || { echo '$(DIR): got a folder that is there, want a new one'; exit 1; }
	cp -r runbooks '$(DIR)'
	cp -r testdata/planted/scenarios '$(DIR)'
	patch -p1 -d '$(DIR)' <'testdata/planted/$(P).diff'
	@sed -n '/^---/q; s/^# /what is wrong: /p; s/^\$$ /found by: /p' 'testdata/planted/$(P).diff'

## fuzz: every fuzz target for FUZZTIME=30s
.PHONY: fuzz
fuzz:
	@go test -list '^Fuzz' ./... \
	| awk '/^Fuzz/ { names[++n] = $$1 } /^ok/ { for (i = 1; i <= n; i++) print $$2, names[i]; n = 0 }' \
	| while read -r package name; do \
		echo "$$package $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime '$(FUZZTIME)' "$$package" </dev/null || exit 1; \
	done

## bench: whole runs in ROUNDS=7 rounds, to bin/bench.md; all benchmarks COUNT=6 times, to bin/bench.txt; OLD=FILE compares with that one
.PHONY: bench
bench:
	@mkdir -p bin
	go run ./internal/bench -rounds $(ROUNDS) -dir bin | tee bin/bench.md
	go test -run '^$$' -bench . -benchmem -count $(COUNT) -timeout 60m ./... | tee bin/bench.txt
	$(if $(OLD),go tool benchstat '$(OLD)' bin/bench.txt)

## build: bin/runbook, without C: it starts sooner, and runs on every Linux of its processor
.PHONY: build
build:
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/runbook ./cmd/runbook

## tidy-check: fail if go.mod or go.sum is not tidy
.PHONY: tidy-check
tidy-check:
	go mod tidy -diff
	go mod verify

## cover: coverage of all packages by all tests, to bin/cover.html
.PHONY: cover
cover:
	@mkdir -p bin
	go test -coverpkg=./... -coverprofile=bin/cover.out ./...
	go tool cover -html=bin/cover.out -o bin/cover.html
	go tool cover -func=bin/cover.out | tail -n 1
