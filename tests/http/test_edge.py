"""The rules of the edge are exchanged while requests are served."""
import json
import threading

HOST = b"Host: a.example\r\n"
READ = (b"GET /v1/read HTTP/1.1\r\n" + HOST + b"Authorization: Bearer read\r\nOrigin: https://a.example\r\n"
        b"X-Forwarded-For: 198.51.100.1\r\n\r\n")
PARAMS = b"GET /params/x HTTP/1.1\r\n" + HOST + b"X-Forwarded-For: 198.51.100.1\r\n\r\n"


def change(service, query):
    assert service.ask(b"GET /edge?" + query + b" HTTP/1.1\r\n" + HOST + b"\r\n").status == 204


def test_new_rules_count_at_once(start):
    service = start()
    assert service.ask(READ).header("RateLimit") is None
    change(service, b"key=60&burst=2&origins=https://a.example&proxies=127.0.0.1")
    answers = [service.ask(READ) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[0].header("RateLimit") == '"default";r=1;t=1'
    assert {answer.header("Access-Control-Allow-Origin") for answer in answers} == {"https://a.example"}
    assert json.loads(service.ask(PARAMS).body)["client"] == "198.51.100.1"
    change(service, b"")
    assert service.ask(READ).header("RateLimit") is None and service.ask(READ).header("Vary") is None
    assert json.loads(service.ask(PARAMS).body)["client"] == "127.0.0.1"


def test_a_key_that_is_looked_up_first_is_counted_once(start):
    service = start()
    change(service, b"key=60&burst=3")
    slow = READ.replace(b"Bearer read", b"Bearer slow-read")
    assert [service.ask(slow).status for _ in range(4)] == [200, 200, 200, 429]


def test_requests_go_on_while_rules_change(start):
    service = start(threads=2)
    statuses, over = set(), threading.Event()

    def ask():
        with service.connect() as connection:
            while not over.is_set():
                statuses.add(connection.send(READ).answer().status)

    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for number in range(300):
        change(service, b"key=%d&origins=https://a.example&proxies=127.0.0.1" % (number % 3))
    over.set()
    for asker in askers:
        asker.join()
    assert statuses == {200, 429}
