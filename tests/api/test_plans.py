"""Answers find their contact's invitation by its key, also where there was none when the service started."""
import itertools
import time

import pytest

numbers = itertools.count(1)
INVITATIONS = 20000


def answer(service, count):
    bodies = [{"survey": "understood", "contact": {"ref": f"planned-{next(numbers)}"}, "answers": {"understood": "yes"}}
              for _ in range(count)]
    done = service.post("/v1/responses", "write", json=bodies[0] if count == 1 else bodies)
    assert done.status_code in (201, 207), done.text


def figures(service):
    """How many answers were stored, and how many invitations looked at through any index; PostgreSQL tells of both together, late."""
    return service.sql("SELECT (SELECT n_tup_ins FROM pg_stat_user_tables WHERE relname = 'responses'),"
                       " (SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'invitations')")[0]


@pytest.mark.parametrize("count", [1, 5], ids=["alone", "together"])
def test_tables_that_were_empty_are_read_by_key_once_they_have_grown(make_service, count):
    service = make_service()
    service.sql("ALTER TABLE invitations SET (autovacuum_enabled = off)")  # else it would have plans made anew, by and by
    answer(service, count)
    service.sql("INSERT INTO invitations (account_id, id, survey, contact_ref, agents, solved_at, source, created_at, expires_at, verdict)"
                " SELECT 1, gen_random_uuid(), 'understood', 'invited-' || number, '{anna}', now(), 'api', now(), now() + interval '1 day',"
                f" 'created' FROM generate_series(1, {INVITATIONS}) AS number")

    def looks_at_few():
        stored, looked_at = figures(service)
        answer(service, count)
        time.sleep(1.1)  # PostgreSQL tells once a second, with the next transaction
        answer(service, count)
        stored_then, looked_at_then = figures(service)
        return stored_then > stored and looked_at_then - looked_at < INVITATIONS

    try:
        service.wait_for(looks_at_few, 90)
    finally:
        service.sql("DELETE FROM invitations")  # which no sum knows
