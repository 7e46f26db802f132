"""The suites over a service built with the address and undefined behaviour sanitizers; ALL=1: every one of them."""
from support.sanitized import run_sanitized

SOME = ["tests/api/test_responses.py", "tests/api/test_responses_read.py", "tests/api/test_invitations.py",
        "tests/api/test_page.py", "tests/api/test_metrics.py", "tests/api/test_surveys.py", "tests/api/test_stream.py", "tests/http/test_conformance.py"]
EVERY = ["tests/api", "tests/http", "tests/fault"]


def test_units_and_the_real_binary_run_without_a_report_of_the_address_sanitizer():
    run_sanitized("address", SOME, EVERY)
