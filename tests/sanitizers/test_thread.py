"""Everything at once over a service built with the thread sanitizer; ALL=1: the whole of tests/http and tests/fault."""
from support.sanitized import run_sanitized

SOME = ["tests/fault/test_everything_at_once.py", "tests/fault/test_races.py"]
EVERY = ["tests/http", "tests/fault", "tests/api"]


def test_threads_run_without_a_report_of_the_thread_sanitizer():
    run_sanitized("thread", SOME, EVERY)
