# The commands of the portal; what they do is in config/services/.
SERVICES := python3 config/services
.DEFAULT_GOAL := help
.PHONY: help demo up down status mail reset test test-fast mutants bench lint services

help:  ## Show the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

demo:  ## Install all that is needed, start the portal and fill it with demo data
	@$(SERVICES) demo

up:  ## Start the portal
	@$(SERVICES) up

down:  ## Stop the portal; its data stays
	@$(SERVICES) down

status:  ## Show the state of each service and where its log is
	@$(SERVICES) status

mail:  ## Show the newest mail that the portal would have sent; ARGS="--last 5" for more
	@$(SERVICES) mail $(ARGS)

reset:  ## Stop the portal and delete all its data; asks first
	@$(SERVICES) reset

services:  ## Start PostgreSQL, Redis and Solr alone, for development
	@$(SERVICES) services

test:  ## Run all tests on databases of their own; ARGS go to pytest
	@$(SERVICES) test $(ARGS)

test-fast:  ## Run the tests of the pure domain, with no service, in seconds
	@$(SERVICES) fast

mutants:  ## Make rules of the domain wrong, one by one, and see whether its tests notice; ARGS="grants" for one module
	@$(SERVICES) mutants $(ARGS)

bench:  ## Measure the portal beside stock CKAN
	@$(SERVICES) bench $(ARGS)

lint:  ## Check form and types
	@$(SERVICES) lint
