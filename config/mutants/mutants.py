"""Mutation testing of the domain: ``python config/mutants [MODULE ...]``, as ``make mutants ARGS="grants"``."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import results
from importing import DOMAIN, domain_modules, path_of, tests_that_reach
from making import make
from running import run_fresh, run_switched


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mutants of some modules, or of all; then say how many were killed and which lived."""
    parser = argparse.ArgumentParser(prog="make mutants", description="Mutants of the domain, killed by its tests alone.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="modules of domain/, as grants; all where none is named")
    parser.add_argument("--report", action="store_true", help="run nothing: write docs/mutants.md from the newest results")
    parser.add_argument("--switched", action="store_true", help="only what is inside of functions: quicker")
    options = parser.parse_args(arguments)
    known = domain_modules()
    modules = [f"{DOMAIN}.{name.removesuffix('.py')}" for name in options.modules] or known
    if unknown := sorted(set(modules) - set(known)):
        parser.error(f"no module of the domain: {', '.join(unknown)}")
    if not options.report:
        _run(modules, options.switched)
        results.show(modules)
    if options.report or not options.modules:
        results.write_docs(known)
    return 0


def _run(modules: Sequence[str], switched_only: bool) -> None:
    made = {module: make(module, path_of(module)) for module in modules}
    trampolines = {module: each.trampolines for module, each in made.items()}
    switched = [mutant for each in made.values() for mutant in each.mutants if mutant.key]
    whole = [] if switched_only else [mutant for each in made.values() for mutant in each.mutants if not mutant.key]
    print(f"{len(switched)} mutants inside of functions, {len(whole)} outside", flush=True)
    learnt = run_switched(trampolines, switched, tests_that_reach(modules))
    at_import = [mutant for mutant in learnt.alive if mutant.key.partition("__mutmut_")[0] in learnt.at_import]
    fresh = run_fresh(trampolines, [*at_import, *whole], learnt.libraries)
    alive = [mutant for mutant in [*learnt.alive, *whole] if mutant in fresh or not (mutant in at_import or mutant in whole)]
    for module in modules:
        total = sum(mutant.module == module for mutant in [*switched, *whole])
        results.keep(module, total, [mutant.name for mutant in alive if mutant.module == module])


if __name__ == "__main__":
    sys.exit(main())
