"""Embedded, forward only, one runner at a time, and refusals that say what to do."""
import itertools
import subprocess

import pytest

from support.service import binary, clean_environment

numbers = itertools.count(1)


@pytest.fixture
def database(postgres):
    name = f"migration_{next(numbers)}"
    postgres.execute(f"CREATE DATABASE {name}")
    return name


def run(postgres, database, *words, **more):
    return subprocess.run([binary(), *words], capture_output=True, text=True, cwd="/",
                          env=clean_environment(DATABASE_URL=postgres.url(database),
                                                UNDERSTOOD_HTTP_LISTEN="127.0.0.1:0", **more))


def rows(postgres, database, statement):
    connection = postgres.connect(database)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    connection.close()
    return found


def test_after_migration_there_is_an_account_a_survey_and_a_signing_key(postgres, database):
    assert run(postgres, database, "migrate").returncode == 0
    assert rows(postgres, database, "SELECT account_id, time_zone FROM accounts") == [(1, "UTC")]
    assert rows(postgres, database, "SELECT account_id, survey FROM surveys") == [(1, "understood")]
    assert rows(postgres, database, "SELECT id, length(secret) FROM signing_keys") == [(1, 32)]


def test_each_migration_is_recorded_with_its_hash_and_runs_once(postgres, database):
    assert run(postgres, database, "migrate").returncode == 0
    before = rows(postgres, database, "SELECT version, name, hash, applied_at FROM schema_migrations")
    key = rows(postgres, database, "SELECT secret FROM signing_keys")
    assert before[0][0] == 1 and len(before[0][2]) == 64
    assert run(postgres, database, "migrate").returncode == 0
    assert rows(postgres, database, "SELECT version, name, hash, applied_at FROM schema_migrations") == before
    assert rows(postgres, database, "SELECT secret FROM signing_keys") == key


@pytest.mark.parametrize("words", [["migrate"], ["serve"], ["key", "list"]])
def test_a_newer_schema_is_refused_with_what_to_do(postgres, database, words):
    run(postgres, database, "migrate")
    postgres.execute("INSERT INTO schema_migrations (version, name, hash, applied_at)"
                     " VALUES (9999, 'migrations/9999_later.sql', 'x', now())", database)
    done = run(postgres, database, *words)
    assert done.returncode == 1
    assert "newer (migration 9999)" in done.stderr and "start the newer program" in done.stderr


@pytest.mark.parametrize("words", [["migrate"], ["serve"]])
def test_an_altered_migration_is_refused_with_what_to_do(postgres, database, words):
    run(postgres, database, "migrate")
    postgres.execute("UPDATE schema_migrations SET hash = 'abc' WHERE version = 1", database)
    done = run(postgres, database, *words)
    assert done.returncode == 1
    assert "0001_foundation.sql differs" in done.stderr and "use the program that made it" in done.stderr


def test_runners_at_once_apply_each_migration_once(postgres, database):
    environment = clean_environment(DATABASE_URL=postgres.url(database))
    together = [subprocess.Popen([binary(), "migrate"], env=environment, cwd="/", stderr=subprocess.PIPE,
                                 stdout=subprocess.DEVNULL, text=True) for _ in range(8)]
    finished = [(process.communicate()[1], process.returncode) for process in together]
    assert [status for _, status in finished] == [0] * 8, finished
    assert sum("applying migrations/0001" in text for text, _ in finished) == 1
    assert rows(postgres, database, "SELECT count(*) FROM accounts") == [(1,)]
    assert rows(postgres, database, "SELECT count(*) FROM signing_keys") == [(1,)]


def test_a_migration_that_fails_leaves_nothing_behind(postgres, database):
    postgres.execute("CREATE TABLE rollups (in_the_way int)", database)
    done = run(postgres, database, "migrate")
    assert done.returncode == 1 and "already exists" in done.stderr
    assert rows(postgres, database, "SELECT to_regclass('accounts')") == [(None,)]
    postgres.execute("DROP TABLE rollups", database)
    assert run(postgres, database, "migrate").returncode == 0


def test_without_leave_to_migrate_a_missing_migration_is_refused(postgres, database):
    done = run(postgres, database, "serve", UNDERSTOOD_DATABASE_MIGRATE="false")
    assert done.returncode == 1 and "understood migrate" in done.stderr


def test_a_database_that_cannot_be_reached_is_named_as_the_reason(postgres):
    done = run(postgres, "no_such_database", "migrate")
    assert done.returncode == 1 and "no_such_database" in done.stderr
