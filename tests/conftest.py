"""What every test may ask for: `service`, a running one on a fresh migrated database per test module.

A module may set SERVICE_ENVIRONMENT = {"UNDERSTOOD_...": "..."} for its service. UNDERSTOOD_BINARY selects
the binary, UNDERSTOOD_TRAFFIC_LOG where each HTTP exchange is noted.
"""
import itertools
import subprocess

import pytest

from support.embedded import Embedded
from support.private_postgres import PrivatePostgres
from support.service import SANITIZER_REPORT, Service, binary, clean_environment

database_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres():
    """A private PostgreSQL; `.restart("immediate")` and the like are for its own tests."""
    cluster = PrivatePostgres()
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def template(postgres):
    """The name of a migrated database to copy."""
    postgres.execute("CREATE DATABASE migrated")
    subprocess.run([binary(), "migrate"], check=True, cwd="/", stdout=subprocess.DEVNULL,
                   env=clean_environment(DATABASE_URL=postgres.url("migrated")))
    return "migrated"


def start_service(postgres, template, environment):
    database = f"test_{next(database_numbers)}"
    postgres.execute(f"CREATE DATABASE {database} TEMPLATE {template}")
    service = Service(clean_environment(DATABASE_URL=postgres.url(database),
                                        UNDERSTOOD_HTTP_LISTEN="127.0.0.1:0", **environment),
                      connect=lambda: postgres.connect(database))
    service.database = database
    return service.start()


def end_service(service):
    """Stops it, and holds what it left behind against the rules that every test shares."""
    try:
        if service.process is not None:
            assert service.stop() == 0, service.log()
        assert not SANITIZER_REPORT.search(service.log()), service.log()
        service.verify()
    finally:
        service.remove()


@pytest.fixture(scope="module")
def service(request, postgres, template):
    started = start_service(postgres, template, getattr(request.module, "SERVICE_ENVIRONMENT", {}))
    yield started
    end_service(started)


@pytest.fixture(scope="module")
def make_module_service(postgres, template):
    """The same as make_service, for all tests of a module."""
    started = []

    def make(**environment):
        started.append(start_service(postgres, template, environment))
        return started[-1]

    yield make
    for each in started:
        end_service(each)


@pytest.fixture
def make_service(postgres, template):
    """Starts further services, each on a fresh database: make_service(UNDERSTOOD_...="...")."""
    started = []

    def make(**environment):
        started.append(start_service(postgres, template, environment))
        return started[-1]

    yield make
    for each in started:
        end_service(each)


@pytest.fixture
def make_embedded():
    """Makes services with an embedded database of their own; see support/embedded.py."""
    made = []

    def make(**options):
        made.append(Embedded(**options))
        return made[-1]

    yield make
    for each in made:
        each.remove()
