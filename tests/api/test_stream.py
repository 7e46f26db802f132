"""GET /v1/stream: what happens arrives, filtered, once, in time; whoever comes back has missed nothing."""
import contextlib
import re
import signal
import socket
import threading
import time

import pytest

from support.service import Service
from support.streams import PATIENCE_S, Listener, answer, listening

SERVICE_ENVIRONMENT = {"UNDERSTOOD_KEYS_CACHE_S": "1"}


def note(service, listener):
    """Streams are not read to their end by the tests' ordinary client, which notes all else for tests/contract."""
    listener.close()
    asked = service.request("GET", "/v1/stream", "read", stream=True)
    asked.close()
    service.note_stream(asked)


def other_instance(service):
    started = Service({**service.environment, "UNDERSTOOD_INTAKE_INSTANCE": "1"}, connect=service.connect)
    started.keys = service.keys
    return started.start()


# ---- what comes ----

def test_an_answer_arrives_as_the_api_shows_it(service):
    with listening(service) as listener:
        listener.wait_greeted()
        stored = answer(service, "first", contact={"team": "Billing"})
        [event] = listener.wait_for(lambda it: it.named("response"))
        assert event["data"]["type"] == "response.recorded" and event["data"]["sequence"] == 1
        shown = service.get("/v1/responses?limit=1", key="read").json()["data"][0]
        assert event["data"]["data"] == shown and shown["id"] == stored["id"]
        assert listener.headers["Content-Type"] == "text/event-stream"
        assert listener.headers["Cache-Control"] == "no-store"
        assert listener.headers["X-Accel-Buffering"] == "no"
        note(service, listener)


def test_changed_and_reclassified_answers_arrive_with_their_revisions(service):
    with listening(service, types="response") as listener:
        listener.wait_greeted()
        stored = answer(service, "changing")
        body = {"survey": "understood", "contact": {"ref": "changing"}, "answers": {"understood": "yes"}}
        assert service.post("/v1/responses", "write", json=body).status_code == 200
        listener.wait_for(lambda it: len(it.named("response")) == 2)
        votes = service.get(f"/v1/responses/{stored['id']}", "read").json()["votes"]
        body = {"vote": votes[-1]["id"], "trust": "discarded", "reason": "a test"}
        assert service.post(f"/v1/responses/{stored['id']}/reclassify", "write", json=body).status_code == 200
        events = listener.wait_for(lambda it: len(it.named("response")) == 3 and it.named("response"))
        assert [event["data"]["type"] for event in events] == [
            "response.recorded", "response.updated", "response.reclassified"]
        revisions = [event["data"]["sequence"] for event in events]
        assert revisions == sorted(revisions) and revisions[0] < revisions[-1]


def test_a_listener_hears_its_team_and_survey_only(service):
    definition = {"display_name": "Chats", "questions": [{"question": "understood"}]}
    service.put("/v1/surveys/chats", "admin", json=definition)
    with contextlib.ExitStack() as open_ones:
        cards = open_ones.enter_context(listening(service, team="Cards & more", types="response"))
        chats = open_ones.enter_context(listening(service, survey="chats", types="response"))
        for listener in (cards, chats):
            listener.wait_greeted()
        answer(service, "of-loans", contact={"team": "Loans"})
        answer(service, "of-cards", contact={"team": "Cards & more"})
        answer(service, "of-chats", survey="chats", contact={"team": "Cards & more"}, answers={"understood": "yes"})
        answer(service, "of-nobody")
        cards.wait_for(lambda it: it.refs() == ["of-cards", "of-chats"])
        chats.wait_for(lambda it: it.refs() == ["of-chats"])


def test_another_account_hears_nothing(service):
    other = service.key("read", service.account())
    with listening(service, key=other) as listener:
        listener.wait_greeted()
        answer(service, "not-theirs")
        answer(service, "theirs", key=service.key("write", service.account()))
        listener.wait_for(lambda it: it.refs() == ["theirs"])


def test_todays_scores_follow_the_answers(service):
    with listening(service, types="metrics", survey="understood", team="Scored") as listener:
        listener.wait_greeted()
        for number in range(12):
            answer(service, f"scored-{number}", contact={"team": "Scored"})
        answer(service, "elsewhere", contact={"team": "Not scored"})
        listener.wait_for(lambda it: it.named("metrics") and it.named("metrics")[-1]["data"]["data"]["total"]["n"] == 12)
        last = listener.named("metrics")[-1]["data"]
        assert last["type"] == "metrics" and last["data"]["survey"] == "understood"
        day = last["data"]["from"]
        shown = service.get(f"/v1/metrics?survey=understood&team=Scored&interval=all&from={day[:10]}&to={day[:10]}",
                            "read").json()
        assert last["data"]["total"] == shown["total"]
        assert listener.named("response") == []


def test_an_event_of_another_instance_arrives_within_a_second_or_so(service):
    other = other_instance(service)
    try:
        with listening(service) as listener:
            listener.wait_greeted()
            answer(other, "elsewhere-taken")
            listener.wait_for(lambda it: it.refs() == ["elsewhere-taken"])
    finally:
        assert other.stop() == 0
        other.remove()


def test_an_alert_arrives_when_it_is_raised_and_when_it_is_resolved(service):
    from support.alerts import raised
    with listening(service, types="alert", team="Alarmed") as listener:
        listener.wait_greeted()
        alert = raised(service, team="Alarmed")
        raised(service, team="Others")
        assert service.post(f"/v1/alerts/{alert}/resolve", "write", json={"note": "a test"}).status_code == 200
        events = listener.wait_for(lambda it: len(it.named("alert")) == 2 and it.named("alert"))
        assert [event["data"]["type"] for event in events] == ["alert.raised", "alert.resolved"]
        assert {event["data"]["data"]["id"] for event in events} == {alert}


def test_scores_of_many_teams_all_arrive(make_service):
    service = make_service()
    with contextlib.ExitStack() as open_ones:
        heard = [open_ones.enter_context(listening(service, types="metrics", team=f"Team {number}")) for number in range(60)]
        for listener in heard:
            listener.wait_greeted()
        for number in range(60):
            answer(service, f"of-team-{number}", contact={"team": f"Team {number}"})
        for listener in heard:
            listener.wait_for(lambda it: it.named("metrics"))


def test_a_feed_that_cannot_be_read_holds_up_no_other_account(make_service):
    service = make_service()
    keys = [(service.key("read", account), service.key("write", account)) for account in (1, service.account())]
    with contextlib.ExitStack() as open_ones:
        heard = [open_ones.enter_context(listening(service, key=read, types="response")) for read, _ in keys]
        for listener in heard:
            listener.wait_greeted()
        for account in (1, service.account()):
            other = keys[account == 1]
            failures = service.log().count("none that this version knows")
            service.sql("INSERT INTO events (account_id, id, type, object_id, occurred_at)"
                        " VALUES (%s, gen_random_uuid(), 30, gen_random_uuid(), now())", account)
            service.wait_for(lambda: service.log().count("none that this version knows") > failures, PATIENCE_S)
            answer(service, f"beside-{account}", key=other[1])
            listener = heard[keys.index(other)]
            listener.wait_for(lambda it: it.refs()[-1:] == [f"beside-{account}"])
            service.sql("DELETE FROM events WHERE type = 30")


# ---- what is refused ----

@pytest.mark.parametrize("query, parameter", [("types=answers", "types"), ("types=response,x", "types"),
                                              ("team=" + "x" * 101, "team"), ("since=1", "since")])
def test_a_query_with_mistakes_names_them(service, query, parameter):
    refused = service.get(f"/v1/stream?{query}", "read")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_query")
    assert [error["parameter"] for error in refused.json()["errors"]] == [parameter]


def test_other_types_are_not_acceptable(service):
    refused = service.get("/v1/stream", "read", headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")


def test_head_is_answered_at_once(service):
    answered = service.head("/v1/stream", "read")
    assert answered.status_code == 200 and answered.headers["Content-Type"] == "text/event-stream"


# ---- tickets ----

def ticket(service, key="read"):
    made = service.post("/v1/stream/tickets", key)
    assert made.status_code == 201, made.text
    return made.json()["ticket"]


def test_a_ticket_opens_one_stream_and_no_log_repeats_it(service):
    given = ticket(service)
    with listening(service, key=None, ticket=given) as listener:
        listener.wait_greeted()
        answer(service, "by-ticket")
        listener.wait_for(lambda it: it.refs() == ["by-ticket"])
        again = service.get(f"/v1/stream?ticket={given}")
        assert (again.status_code, again.json()["code"]) == (401, "unauthorized")
    assert given not in service.log() and given[:12] not in service.log()
    assert service.sql("SELECT count(*) FROM stream_tickets WHERE position(%s in hash::text) > 0", given) == [(0,)]


def test_of_many_who_come_with_one_ticket_one_gets_in(service):
    given = ticket(service)
    statuses = []
    threads = [service.in_background(lambda: statuses.append(Listener(service, f"?ticket={given}", key=None).status))
               for _ in range(8)]
    for thread in threads:
        thread.join(PATIENCE_S)
    assert sorted(statuses) == [200] + [401] * 7


def test_an_expired_ticket_opens_nothing(service):
    given = ticket(service)
    service.sql("UPDATE stream_tickets SET expires_at = now() - interval '1 second'")
    assert service.get(f"/v1/stream?ticket={given}").status_code == 401
    ticket(service)
    assert service.sql("SELECT count(*) FROM stream_tickets WHERE expires_at < now()") == [(0,)]


def test_a_ticket_is_for_its_own_account(service):
    theirs = ticket(service, service.key("read", service.account()))
    with listening(service, key=None, ticket=theirs) as listener:
        listener.wait_greeted()
        answer(service, "still-not-theirs")
        answer(service, "theirs-by-ticket", key=service.key("write", service.account()))
        listener.wait_for(lambda it: it.refs() == ["theirs-by-ticket"])


@pytest.mark.parametrize("given", ["", "x", "st_1_0", "st_0_" + "0" * 32, "st_1_" + "g" * 32, "st_99_" + "a" * 32,
                                   "st_1_" + "a" * 32, "us_1_aaaaaaaaaaaaaaaaaaaaa"])
def test_what_is_no_ticket_opens_nothing(service, given):
    refused = service.get(f"/v1/stream?ticket={given}")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")


def test_a_request_that_is_refused_for_something_else_leaves_the_ticket_as_it_is(service):
    given = ticket(service)
    assert service.get(f"/v1/stream?ticket={given}", headers={"Accept": "text/html"}).status_code == 406
    with listening(service, key=None, ticket=given) as listener:
        assert listener.status == 200


def revoke(service, key, name="short-lived"):
    [listed] = re.findall(rf"^(\S+)\s.*{name}", service.cli("key", "list", "--account", 1, check=True).stdout, re.M)
    service.cli("key", "revoke", "--account", 1, listed, check=True)
    return key


def test_a_stream_ends_with_its_key_and_so_does_a_ticket(service):
    made = service.cli("key", "create", "--account", 1, "--scope", "read", "--name", "short-lived", check=True)
    key = made.stdout.strip()
    given = ticket(service, key)
    with listening(service, key=key) as mine, listening(service) as other:
        mine.wait_greeted()
        other.wait_greeted()
        revoke(service, key)
        assert mine.ended.wait(PATIENCE_S) and mine.clean
        assert service.get(f"/v1/stream?ticket={given}").status_code == 401
        answer(service, "after-the-key")
        other.wait_for(lambda it: it.refs() == ["after-the-key"])


def test_who_has_lost_its_key_is_not_told_the_rest_of_the_past(make_service):
    service = make_service(**SERVICE_ENVIRONMENT)
    made = service.cli("key", "create", "--account", 1, "--scope", "read", "--name", "slow", check=True)
    key = made.stdout.strip()
    with listening(service, key=key, types="alert") as mine:
        place = mine.wait_greeted()
        for batch in range(40):
            assert service.post("/v1/responses", "write", json=[
                {"survey": "understood", "contact": {"ref": f"past-{batch}-{number}"},
                 "answers": {"understood": "no", "comment": "Nobody told me why. " * 90}} for number in range(50)]).status_code == 207
        with contextlib.closing(ask_raw(service, key=key, last_event_id=place)) as slow:
            revoke(service, key, "slow")
            assert mine.ended.wait(PATIENCE_S) and mine.clean
            answer(service, "after-the-slow-key")
            slow.settimeout(PATIENCE_S)
            told = bytearray()
            while not told.endswith(b"\r\n0\r\n\r\n"):
                more = slow.recv(1 << 20)
                assert more, "cut"
                told += more
            assert b"past-0-0" in told and b"after-the-slow-key" not in told


# ---- coming back ----

def test_who_comes_back_has_missed_nothing_and_hears_nothing_twice(service):
    posted = [f"flow-{number}" for number in range(300)]

    def post_all():
        for ref in posted:
            answer(service, ref)

    heard = []
    last = Listener(service, "?types=response")
    last.wait_greeted()
    posting = threading.Thread(target=post_all)
    posting.start()
    while len(heard) + len(last.refs()) < len(posted):
        seen = len(last.refs())
        last.wait_for(lambda it: len(it.refs()) > seen or len(heard) + len(it.refs()) == len(posted))
        heard, last = come_back(service, heard, last)
    posting.join(PATIENCE_S)
    heard += last.refs()
    last.close()
    assert sorted(heard) == sorted(posted)
    assert heard == posted


def come_back(service, heard, last):
    """Cut in the middle: what came until then counts, and its last id is where to go on."""
    last.close()
    assert last.ended.wait(PATIENCE_S)
    events = last.named("response")
    place = events[-1]["id"] if events else last.last_id
    again = Listener(service, "?types=response", headers={"Last-Event-ID": place})
    assert again.status == 200
    return heard + last.refs(), again


def test_what_happened_meanwhile_is_told_first(service):
    wanted = {"types": "response", "team": "Meanwhile"}
    with listening(service, **wanted) as listener:
        place = listener.wait_greeted()
    for number in range(250):
        answer(service, f"meanwhile-{number}", contact={"team": "Meanwhile"})
        answer(service, f"beside-{number}")
    with listening(service, last_event_id=place, **wanted) as listener:
        listener.wait_for(lambda it: len(it.refs()) >= 250)
        answer(service, "and-then", contact={"team": "Meanwhile"})
        listener.wait_for(lambda it: it.refs()[-1] == "and-then")
        assert listener.refs() == [f"meanwhile-{number}" for number in range(250)] + ["and-then"]


@pytest.mark.parametrize("place", ["x", "1-2-3", "0-00000000-0000-0000-0000-000000000000-7fffffff",
                                   "ffffffffff-ffffffff-ffff-ffff-ffff-ffffffffffff-7fffffff",
                                   "ffffffffffffffffff-ffffffff-ffff-ffff-ffff-ffffffffffff-1"])
def test_who_comes_back_with_an_id_that_tells_nothing_is_to_reload(service, place):
    with listening(service, types="response", last_event_id=place) as listener:
        listener.wait_for(lambda it: it.named("reset"))
        answer(service, f"after-reset-{place}")
        listener.wait_for(lambda it: it.refs() == [f"after-reset-{place}"])


def test_who_was_away_for_longer_than_events_are_kept_is_to_reload(service):
    with listening(service, types="response") as listener:
        place = listener.wait_greeted()
    before, _, second = place.rpartition("-")
    old = f"{before}-{int(second, 16) - 86400:x}"
    with listening(service, types="response", last_event_id=old) as listener:
        listener.wait_for(lambda it: it.named("reset"))


def test_who_was_away_while_nothing_was_written_down_is_to_reload(make_service):
    service = make_service()
    with listening(service, types="response") as listener:
        place = listener.wait_greeted()
    service.restart()
    service.sql("UPDATE accounts SET streamed_until = now() - interval '1 second'")
    answer(service, "of-nobody-listening")
    assert service.sql("SELECT count(*) FROM events") == [(0,)]
    with listening(service, types="response") as listener:
        listener.wait_greeted()
        answer(service, "heard")
        listener.wait_for(lambda it: it.refs() == ["heard"])
    with listening(service, types="response", last_event_id=place) as listener:
        listener.wait_for(lambda it: it.named("reset"))
        assert listener.refs() == []


def test_in_a_restored_database_who_comes_back_is_told_what_happened(make_service):
    service = make_service()
    service.sql("UPDATE accounts SET streamed_until = now() + interval '1 hour', streamed_from = '1000000000000'")
    with listening(service, types="response") as listener:
        place = listener.wait_greeted()
    answer(service, "meanwhile")
    with listening(service, types="response", last_event_id=place) as listener:
        listener.wait_for(lambda it: it.refs() == ["meanwhile"])
        assert listener.named("reset") == []


def test_nobody_is_greeted_while_answers_are_on_their_way_that_know_of_no_listener(service):
    for number in range(30):
        account = service.account(f"Listened to {number}")
        key = service.key("read", account)
        with contextlib.closing(service.connect()) as connection, connection.cursor() as cursor:
            connection.autocommit = False
            began = time.monotonic()
            cursor.execute("SELECT streamed_until FROM accounts WHERE account_id = %s", (account,))
            greeted = threading.Event()
            listens = threading.Thread(target=greeted_then_gone, args=(service, key, greeted))
            listens.start()
            service.wait_for(lambda: service.sql("SELECT 1 FROM accounts WHERE account_id = %s AND streamed_until > now()",
                                                 account), PATIENCE_S)
            early = greeted.wait(0.1)
            in_time = time.monotonic() - began < 0.9
            connection.rollback()
        listens.join()
        assert greeted.is_set()
        if in_time:  # past a second nobody waits any more
            assert not early
            return


def greeted_then_gone(service, key, greeted):
    with listening(service, key=key) as listener:
        listener.wait_greeted()
        greeted.set()


# ---- who reads too slowly, who leaves ----

def ask_raw(service, receive_bytes=4096, key="read", last_event_id=None):
    """A socket with a small window that has asked for a stream, and reads nothing."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    key = service.key(key) if key == "read" else key
    place = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id else ""
    connection.connect(("127.0.0.1", service.port))
    connection.sendall(f"GET /v1/stream?types=response HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n"
                       f"{place}\r\n".encode())
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def listeners(service):
    [count] = re.findall(r"^understood_stream_listeners (\d+)", service.get("/metrics").text, re.M)
    return int(count)


def test_a_slow_reader_is_cut_while_others_go_on(make_service):
    service = make_service()
    with contextlib.closing(ask_raw(service)) as slow, listening(service, types="response") as quick:
        quick.wait_greeted()
        comment = "So slow, and nobody told me why. " * 50
        sent = 0
        while listeners(service) == 2:
            batch = [{"survey": "understood", "contact": {"ref": f"{sent}-{number}"},
                      "answers": {"understood": "no", "comment": comment}} for number in range(50)]
            assert service.post("/v1/responses", "write", json=batch).status_code in (200, 201, 207)
            sent += len(batch)
            quick.wait_for(lambda it: len(it.refs()) == sent)
            assert sent < 20000
        slow.settimeout(PATIENCE_S)
        with contextlib.suppress(ConnectionError):
            while slow.recv(65536):
                pass
        answer(service, "after-the-cut")
        quick.wait_for(lambda it: it.refs()[-1] == "after-the-cut")


def test_who_leaves_makes_room_for_the_next(make_service):
    service = make_service(UNDERSTOOD_STREAM_SHARED_MAX=2)
    for _ in range(3):
        with listening(service) as one, listening(service) as two:
            assert (one.status, two.status) == (200, 200)
            refused = service.get("/v1/stream", "read")
            assert (refused.status_code, refused.json()["code"]) == (503, "too_many_streams")
            assert "[stream] listen" in refused.json()["detail"] and int(refused.headers["Retry-After"]) > 0
        service.wait_for(lambda: listeners(service) == 0, PATIENCE_S)


def test_one_key_holds_no_more_than_its_share(make_service):
    service = make_service(UNDERSTOOD_STREAM_PER_KEY_MAX=1)
    with listening(service, key="read"), listening(service, key="admin") as other:
        assert other.status == 200
        assert service.get("/v1/stream", "read").json()["code"] == "too_many_streams"


def test_no_more_listen_than_may_in_all(make_service):
    service = make_service(UNDERSTOOD_STREAM_SUBSCRIBERS_MAX=1)
    with listening(service) as only:
        assert only.status == 200
        assert "subscribers_max" in service.get("/v1/stream", "read").json()["detail"]


def test_a_silent_stream_gives_signs_of_life_with_a_place_to_go_on_from(make_service):
    service = make_service(UNDERSTOOD_STREAM_HEARTBEAT_S=1)
    with listening(service) as listener:
        first = listener.wait_greeted()
        listener.wait_for(lambda it: it.raw.count(b"\n:\n") + it.raw.startswith(b":\n") >= 2)
        assert listener.events == []
        place = listener.last_id
    answer(service, "after-the-signs")
    assert place != first or place
    with listening(service, last_event_id=place) as listener:
        listener.wait_for(lambda it: it.refs() == ["after-the-signs"])


def test_a_proxy_that_speaks_http_1_0_hears_them_too(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE_S) as old:
        old.sendall(f"GET /v1/stream?types=response HTTP/1.0\r\nAuthorization: Bearer {service.key('read')}\r\n\r\n".encode())
        heard = old.makefile("rb")
        assert heard.readline().startswith(b"HTTP/1.1 200")
        while not heard.readline().startswith(b"id: "):
            pass
        answer(service, "of-old")
        while b'"ref":"of-old"' not in heard.readline():
            pass


# ---- addresses of its own ----

def test_an_address_for_streams_serves_them_and_probes_alone(make_service):
    service = make_service(UNDERSTOOD_STREAM_LISTEN="127.0.0.1:0", UNDERSTOOD_STREAM_SHARED_MAX=0)
    [port] = re.findall(r"live streams alone are served on 127.0.0.1:(\d+)", service.log())
    other = f"http://127.0.0.1:{port}"
    assert service.get("/v1/stream", "read").json()["code"] == "too_many_streams"
    with listening(service, port=int(port)) as listener:
        listener.wait_greeted()
        answer(service, "to-the-other-address")
        listener.wait_for(lambda it: it.refs() == ["to-the-other-address"])
    assert service.get(other + "/livez").status_code == 200
    assert service.get(other + "/readyz").status_code == 200
    for path in ("/v1/responses", "/metrics", "/openapi.json"):
        refused = service.get(other + path, "read")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
        assert "[http] listen" in refused.json()["detail"]


# ---- the service's own life ----

def test_streams_end_well_and_quickly_when_the_service_is_stopped(make_service):
    service = make_service(UNDERSTOOD_STREAM_LISTEN="127.0.0.1:0")
    [port] = re.findall(r"live streams alone are served on 127.0.0.1:(\d+)", service.log())
    with contextlib.ExitStack() as open_ones:
        heard = [open_ones.enter_context(listening(service, port=number))
                 for number in [service.port] * 20 + [int(port)] * 20]
        slow = open_ones.enter_context(contextlib.closing(ask_raw(service)))
        for listener in heard:
            listener.wait_greeted()
        assert service.stop() == 0, service.log()
        for listener in heard:
            assert listener.ended.wait(PATIENCE_S) and listener.clean
        assert slow.recv(1)


def test_a_reload_keeps_streams(make_service):
    service = make_service()
    with listening(service) as listener:
        listener.wait_greeted()
        service.process.send_signal(signal.SIGHUP)
        service.wait_for(lambda: "reloaded" in service.log())
        answer(service, "after-the-reload")
        listener.wait_for(lambda it: it.refs() == ["after-the-reload"])


def test_a_restart_is_bridged_by_coming_back(make_service):
    service = make_service()
    with listening(service) as listener:
        place = listener.wait_greeted()
        service.restart()
    answer(service, "after-the-restart")
    with listening(service, last_event_id=place) as listener:
        listener.wait_for(lambda it: it.refs() == ["after-the-restart"])
        assert listener.named("reset") == []


def test_a_database_that_is_away_is_waited_for(make_service, postgres):
    service = make_service()
    with listening(service, types="response") as listener:
        listener.wait_greeted()
        answer(service, "before")
        listener.wait_for(lambda it: it.refs() == ["before"])
        postgres.stop("immediate")
        try:
            service.wait_for(lambda: "live streams wait" in service.log(), PATIENCE_S)
            with listening(service, last_event_id=listener.last_id) as refused:
                assert refused.status == 503
        finally:
            postgres.start()
        service.wait_for(lambda: service.post("/v1/responses", "write", json={
            "survey": "understood", "contact": {"ref": "after"}, "answers": {"understood": "no"}},
            headers={"Idempotency-Key": "after"}).status_code == 201, PATIENCE_S)
        listener.wait_for(lambda it: it.refs() == ["before", "after"])
    assert service.log().count("live streams wait") == 1


def test_after_long_without_the_database_listeners_are_to_reload(make_service, postgres):
    service = make_service()
    with listening(service, types="response") as listener:
        listener.wait_greeted()
        service.sql("UPDATE accounts SET streamed_until = now() - interval '1 second'")
        postgres.stop("immediate")
        try:
            service.wait_for(lambda: "live streams wait" in service.log(), PATIENCE_S)
        finally:
            postgres.start()
        listener.wait_for(lambda it: it.named("reset"))
        answer(service, "heard-again")
        listener.wait_for(lambda it: it.refs() == ["heard-again"])
