"""Tests that tests depend on no hour, no day, and no load of the machine.

See CONTRIBUTING.md. Each list names the exceptions, and why they cannot fail for such a reason.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
# Clocks that show the time or day, and clocks that measure.
TODAY = {"utcnow", "now", "today", "localtime", "gmtime"}
STOPWATCHES = {
    *("monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time"),
    *("thread_time", "time_ns"),
}

# Dates that are computed when a module is imported, perhaps an hour before its last test runs.
ONLY_ARGUMENT = "operations get it as `now`, and nothing is compared with the clock"
MARGIN = "is a day or more before or after the limit, and a run is shorter"
AT_IMPORT = {
    "actions/letters/test_erasure.py test_text_and_answers_are_erased_after_delivery": (
        "is long ago, and becomes longer ago"
    ),
    "actions/letters/test_erasure.py test_text_that_is_still_needed_stays": MARGIN,
    "jobs/test_operations.py NOON": ONLY_ARGUMENT,
    "montage/posters/test_operations.py NOON": ONLY_ARGUMENT,
    "montage/shapes/test_operations.py NOON": ONLY_ARGUMENT,
    "petitions/test_queries.py NOW": ONLY_ARGUMENT,
    "petitions/test_routes.py test_page_has_the_text_and_no_form_outside_its_time": MARGIN,
    "signatures/counting/test_hatching.py NOON": ONLY_ARGUMENT,
    "signatures/owner/test_operations.py test_strangers_signature_cannot_be_changed": (
        "is refused at any time"
    ),
    "signatures/signing/test_signing.py NOON": "must only be in the past",
    "signatures/test_routes.py test_petition_says_when_it_is_not_open": MARGIN,
    "thanks/test_next_step.py test_action_that_is_not_open_is_not_offered": MARGIN,
}
# Functions that measure a duration, or assert a time limit.
PROCESSOR = "processor time, not time on the wall, and a limit far above what it takes"
MISFORTUNE = "decides for how long things go wrong, not whether the test passes"
DURATIONS = {
    "db/test_several_servers.py test_signing_goes_on_after_failover_and_nothing_is_lost": (
        "is only printed"
    ),
    "deploy/first_signature.py main": "is only printed",
    "faults/tablet_thread.py _must_move": "a bound of what never comes",
    "faults/test_kiosk_browsers.py is_done": MISFORTUNE,
    "faults/test_kiosk_browsers.py test_thanked_signers_are_stored_once_whatever_was_killed": MISFORTUNE,
    "faults/test_kiosks.py test_records_with_receipts_are_stored_once_and_counted": MISFORTUNE,
    "faults/test_slow_senders.py act": "is compared with what this machine took a moment before",
    "faults/test_slow_senders.py signing_seconds": (
        "is compared with what this machine took a moment before"
    ),
    "files/test_storage.py is_bounded": "a bound of hangs, ten times what it takes",
    "surge/test_sharing.py test_monitor_measures_threads_and_a_database_that_hangs": (
        "pretends that something began a minute ago"
    ),
    "text/test_email_addresses.py test_a_quarter_of_a_megabyte_is_refused_at_once": PROCESSOR,
    "text/test_names.py test_a_quarter_of_a_megabyte_of_accents_does_not_stop_the_server": PROCESSOR,
    "text/test_postal_codes.py test_first_lookup_in_a_large_country_is_quick": PROCESSOR,
}
# Pauses outside a loop that looks again and again.
ABSENCE = "gives what must not happen the time to happen: a busy machine lets it pass, never fail"
HANGS = "what runs here never ends by itself, and is stopped"
SLOW_SERVER = "plays a slow server, as slow as the test says"
SLEEPS = {
    "browser/kiosk/test_offline.py site_with_mark": "a cache of the site expires, which no test sees",
    "browser/modules/little_site.py do_POST": SLOW_SERVER,
    "browser/modules/little_site.py pulse": SLOW_SERVER,
    "faults/test_kept_process.py fork_another": HANGS,
    "faults/test_kept_process.py ignore_the_stop": HANGS,
    "faults/test_kept_process.py sleep_in_fork": HANGS,
    "faults/test_kept_process.py test_child_that_dies_while_the_site_stops_is_not_replaced": ABSENCE,
    "faults/test_kept_process.py test_stopped_child_stays_away": ABSENCE,
    (
        "faults/test_killed_senders.py"
        " test_other_worker_takes_over_within_15_seconds_and_repeats_no_answered_email"
    ): ABSENCE,
    "faults/test_kills.py test_runner_killed_while_hatching_gives_each_butterfly_one_number": (
        "chooses the moment of the kill, and any moment will do"
    ),
    "mail/mail_server.py handle_DATA": SLOW_SERVER,
}


@cache
def modules():
    """Return {path below tests/: syntax tree} of all modules of tests."""
    return {
        path.relative_to(TESTS).as_posix(): ast.parse(path.read_text())
        for path in TESTS.rglob("*.py")
    }


def called(node):
    """Return the last part of the name that a call calls, or ""."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def at_import(tree):
    """Yield the statements and default values that run when a module is imported."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (
                statement.name,
                [
                    *statement.decorator_list,
                    *statement.args.defaults,
                    *filter(None, statement.args.kw_defaults),
                ],
            )
        elif isinstance(statement, ast.ClassDef):
            yield from at_import(statement)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            yield getattr(target, "id", ""), [statement.value] if statement.value else []


def eager(node):
    """Yield the node and all below it, without the bodies of lambdas."""
    yield node
    for below in ast.iter_child_nodes(node):
        if not isinstance(below, ast.Lambda):
            yield from eager(below)


def computed_at_import():
    return {
        f"{path} {name}"
        for path, tree in modules().items()
        for name, expressions in at_import(tree)
        for expression in expressions
        if any(called(node) in TODAY for node in eager(expression))
    }


def functions(tree):
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def operands(node):
    """Return what a node subtracts or compares."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
        return (node.left, node.right)
    return (node.left, *node.comparators) if isinstance(node, ast.Compare) else ()


def is_reading(node, names):
    return called(node) in STOPWATCHES or (isinstance(node, ast.Name) and node.id in names)


def measures(function):
    """Return whether a function measures how long something took, or asserts a time limit.

    A loop may look whether it has waited for too long: that is only a bound of what never comes.
    """
    names = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(map(is_stopwatch, ast.walk(node.value)))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    patient = {
        below
        for node in ast.walk(function)
        if isinstance(node, ast.While)
        for below in ast.walk(node)
    }
    return any(
        is_reading(operand, names)
        for node in ast.walk(function)
        if node not in patient
        for operand in operands(node)
    )


def is_stopwatch(node):
    return called(node) in STOPWATCHES


def test_no_date_is_computed_when_a_module_is_imported():
    """Midnight may fall between the import and the test. Use `still_clock`."""
    assert computed_at_import() == AT_IMPORT.keys()


def test_no_test_asserts_how_long_something_took():
    """Count, or look at the order. A bound of a hang is ten times what it takes: say so there."""
    judged = {
        f"{path} {function.name}"
        for path, tree in modules().items()
        for function in functions(tree)
        if measures(function)
    }
    assert judged == DURATIONS.keys()


def test_browsers_wait_for_what_is_expected():
    waits = {
        path
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if called(node) == "wait_for_timeout"
    }
    assert waits == set()


def test_no_test_sleeps_outside_a_loop_that_looks_again():
    sleeping = set()
    for path, tree in modules().items():
        in_loops = {
            below
            for node in ast.walk(tree)
            if isinstance(node, ast.While | ast.For | ast.AsyncFor)
            for below in ast.walk(node)
        }
        sleeping |= {
            f"{path} {function.name}"
            for function in functions(tree)
            for node in ast.walk(function)
            if called(node) == "sleep" and node not in in_loops
        }
    assert sleeping == SLEEPS.keys()


@pytest.mark.parametrize(
    ("text", "is_judged"),
    [
        ("began = time.monotonic()\n act()\n assert time.monotonic() - began < 1", True),
        ("end = time.monotonic() + 9\n act()\n assert time.monotonic() < end", True),
        ("began = perf_counter()\n act()\n took = perf_counter() - began\n assert took < 1", True),
        ("end = monotonic() + 9\n while not come():\n  assert monotonic() < end", False),
        ("assert seconds(monotonic()) < 60", False),
    ],
)
def test_durations_are_found(text, is_judged):
    [function] = functions(ast.parse(f"def test():\n {text}"))
    assert measures(function) == is_judged
