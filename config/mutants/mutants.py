"""Mutation testing of the domain: ``python config/mutants/mutants.py [MODULE ...]``, as ``make mutants ARGS="grants"``."""
from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import results
from importing import DOMAIN, domain_modules, path_of, tests_that_reach
from making import Made, Mutant, make
from running import run_fresh, run_switched


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mutants of some modules, or of all; then say how many were killed and which lived."""
    parser = argparse.ArgumentParser(prog="make mutants", description="Mutants of the domain, killed by its tests alone.")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="modules of domain/, as grants; all where none is named")
    parser.add_argument("--again", action="store_true", help="only those that lived when they last ran, and those that never ran")
    parser.add_argument("--switched", action="store_true", help="only those inside of functions: quicker")
    parser.add_argument("--report", action="store_true", help="run nothing: write docs/mutants.md from what is kept")
    options = parser.parse_args(arguments)
    known = domain_modules()
    modules = [f"{DOMAIN}.{name.removesuffix('.py')}" for name in options.modules] or known
    if unknown := sorted(set(modules) - set(known)):
        parser.error(f"no module of the domain: {', '.join(unknown)}")
    made = [make(module, path_of(module)) for module in modules]
    if not options.report:
        _run(made, options.again, options.switched)
        results.show(modules)
    if not options.modules:
        results.write_docs({each.module: {mutant.name for mutant in each.mutants} for each in made})
    return 0


def _run(made: Sequence[Made], again: bool, switched_only: bool) -> None:
    modules = [each.module for each in made]
    before = {name: lived for module in modules for name, lived in results.kept(module).items()}
    chosen = [mutant for each in made for mutant in each.mutants if not (again and before.get(mutant.name) is False)]
    switched = [mutant for mutant in chosen if mutant.key]
    whole = [] if switched_only else [mutant for mutant in chosen if not mutant.key]
    print(f"{len(switched)} mutants inside of functions, {len(whole)} outside", flush=True)
    alive = _alive(made, switched, whole)
    verdicts = {mutant.name: mutant in alive for mutant in [*switched, *whole]}
    for each in made:
        known = results.kept(each.module) | verdicts
        results.keep(each.module, {mutant.name: known[mutant.name] for mutant in each.mutants if mutant.name in known})


def _alive(made: Sequence[Made], switched: Sequence[Mutant], whole: Sequence[Mutant]) -> set[Mutant]:
    trampolines = {each.module: each.trampolines for each in made}
    learnt = run_switched(trampolines, switched, tests_that_reach([*trampolines]), results.note)
    # What runs at the import already was not wrong then: it has another chance to be found.
    late = {mutant for mutant in learnt.alive if mutant.key.partition("__mutmut_")[0] in learnt.at_import}
    return set(learnt.alive) - late | set(run_fresh(trampolines, [*late, *whole], learnt.libraries, results.note))


if __name__ == "__main__":
    sys.exit(main())
