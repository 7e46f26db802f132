"""understood verify and understood demo."""
import datetime
import re

from support import scores

AT = datetime.datetime(2026, 6, 5, 12, tzinfo=scores.UTC)


def filled(service, name):
    account = service.account(name)
    invitations, responses, contacts = scores.make_rows(5, 300, AT - datetime.timedelta(days=10), AT)
    connection = service.connect()
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        scores.plant(cursor, account, invitations, responses, contacts=contacts)
        cursor.execute("COMMIT")
    connection.close()
    service.cli("verify", "--rebuild", "--account", account, check=True)
    return account


def test_a_true_account_is_found_true(service):
    account = filled(service, "true")
    done = service.cli("verify", "--account", account)
    assert done.returncode == 0 and re.search(r"^0 of \d\d+ sums differ in 1 account", done.stdout)


def test_every_kind_of_difference_is_found_and_mended(service):
    account = filled(service, "planted")
    changes = [
        "UPDATE rollups SET yes = yes + 1, n = n - 1 WHERE dimension = 'team' AND value = 'red' AND day = '2026-06-01'",
        "DELETE FROM rollups WHERE dimension = 'all' AND day = '2026-06-01'",
        "INSERT INTO rollups SELECT account_id, survey, dimension, 'ghost', day, 3, n, provisional, answered, yes, partly,"
        " no, csat_1, csat_2, csat_3, csat_4, csat_5, promoters, passives, detractors, invited, invited_answered"
        " FROM rollups WHERE dimension = 'all' AND day = '2026-06-02'",
        "UPDATE rollups SET invited_answered = 0 WHERE dimension = 'source' AND value = 'page' AND day = '2026-06-03'",
    ]
    for number, change in enumerate(changes, 1):
        where = " AND " if "WHERE" in change else " WHERE "
        service.sql(change + where + "survey <> '' AND account_id = %s", account)
        done = service.cli("verify", "--account", account)
        assert done.returncode == 1
        assert re.search(rf"^{number} of \d+ sums differ", done.stdout, re.M), done.stdout
    assert re.search(rf"^account {account}\tunderstood\tteam\tred\t2026-06-01\tn \d+ should be \d+, yes \d+ should be \d+$",
                     done.stdout, re.M)
    assert "\tghost\t2026-06-02\t" in done.stdout
    assert service.cli("verify", "--rebuild", "--account", account).returncode == 0
    assert service.cli("verify", "--account", account).returncode == 0


def test_a_moved_slot_is_no_difference(service):
    account = filled(service, "slots")
    service.sql("UPDATE rollups SET slot = 15 WHERE account_id = %s", account)
    assert service.cli("verify", "--account", account).returncode == 0


def test_a_long_list_is_cut_but_counted(service):
    account = filled(service, "wiped")
    service.sql("DELETE FROM rollups WHERE account_id = %s", account)
    done = service.cli("verify", "--account", account)
    assert done.returncode == 1 and done.stdout.count("\n") == 52 and re.search(r"and \d+ more", done.stdout)
    service.cli("verify", "--rebuild", "--account", account, check=True)


def test_rebuilding_beside_the_running_service_loses_nothing(service):
    account = filled(service, "beside")
    key = service.key("write", account)

    def answer_many():
        for number in range(60):
            service.post("/v1/responses", key, json={
                "survey": "understood", "contact": {"ref": f"b-{number}", "team": "red"}, "answers": {"csat": 5}})

    thread = service.in_background(answer_many)
    for _ in range(3):
        assert service.cli("verify", "--rebuild", "--account", account).returncode == 0
        assert service.cli("verify", "--account", account).returncode == 0
    thread.join()
    assert service.sql("SELECT count(*) FROM responses WHERE account_id = %s AND contact_ref LIKE 'b-%%'",
                       account) == [(60,)]
    assert service.cli("verify", "--account", account).returncode == 0


def test_what_cannot_be_verified_is_said(service):
    done = service.cli("verify", "--account", 4711)
    assert done.returncode == 1 and "no such account" in done.stderr
    assert service.cli("verify", "--account", "x").returncode == 2


COLUMNS = ("contact_ref, agents, team, channel, reason, language, customer_ref, handled_s, understood, csat, nps,"
           " comment, trust")


def test_the_same_seed_fills_two_accounts_alike(service):
    accounts = [service.account("demo one"), service.account("demo two")]
    for account in accounts:
        done = service.cli("demo", "--account", account, "--answers", 600, "--seed", 7, check=True)
        assert re.search(r"^\d+ contacts invited, \d+ answers counted, \d+ held", done.stdout)
    one, two = [service.sql(f"SELECT {COLUMNS} FROM responses WHERE account_id = %s ORDER BY contact_ref", account)
                for account in accounts]
    assert len(one) == 600 and one == two
    assert service.cli("verify").returncode == 0


def test_running_the_demo_again_changes_nothing(service):
    account = service.account("demo again")
    for _ in range(2):
        done = service.cli("demo", "--account", account, "--answers", 300, "--seed", 3, check=True)
    assert "0 contacts invited, 0 answers counted" in done.stdout and "were there before" in done.stdout
    assert service.sql("SELECT count(*), max(revision) FROM responses WHERE account_id = %s", account) == [(300, 1)]


def test_the_demo_shows_teams_agents_non_response_and_one_bad_week(service):
    account = service.account("demo large")
    done = service.cli("demo", "--account", account, "--answers", 9000, check=True)
    team, first, last = re.search(r"team (\w+) had a bad week from (\S+) to (\S+)", done.stdout).groups()

    def metrics(**parameters):
        answer = service.get("/v1/metrics", service.key("read", account),
                             params={"survey": "understood", "interval": "all", **parameters})
        assert answer.status_code == 200, answer.text
        return answer.json()

    whole = metrics(by="team")
    assert len(whole["groups"]) == 12 and whole["total"]["provisional"] > 0
    assert len(metrics(by="agent")["groups"]) == 200
    assert 0.3 < whole["total"]["response_rate"] < 0.5
    assert {group["value"] for group in metrics(by="language")["groups"]} == {"en", "de", "ja", "zh", "ar", "he"}
    coverage = whole["total"]["coverage"]
    assert coverage["skipped"]["fatigue"] > .05 * coverage["eligible"] and coverage["skipped"]["no_address"] > 0
    assert coverage["contacts"] == sum(coverage["skipped"].values()) + coverage["invited"] and coverage["reassigned"] > 0
    assert service.sql("SELECT count(*) FROM invitations WHERE account_id = %s AND due_at IS NOT NULL", account) == [(0,)]
    repeats = whole["total"]["repeat_rate"]
    assert .06 < repeats["rate"] < .2 and 0 < repeats["same_reason"]["rate"] < repeats["rate"] and repeats["pending"] > 0
    bad = metrics(team=team, **{"from": first, "to": last})["total"]["understood"]
    usual = next(group for group in whole["groups"] if group["value"] == team)["understood"]
    assert bad["high"] < usual["low"]


def test_the_demo_refuses_what_it_cannot_do(service):
    assert service.cli("demo", "--answers", 0).returncode == 2
    assert service.cli("demo", "--days", 3).returncode == 2
    assert service.cli("demo", "--account", 4711).returncode == 1
    assert "no survey" in service.cli("demo", "--survey", "nothing").stderr


def test_a_choice_that_was_miscounted_is_found_and_mended(service):
    account = filled(service, "choices")
    service.sql("UPDATE responses SET ces = 7, extras = '{\"choices\": {\"topic\": [\"billing\", \"delay\"]}}'"
                " WHERE trust = 'confirmed' AND team = 'red' AND account_id = %s", account)
    done = service.cli("verify", "--account", account)
    assert done.returncode == 1 and re.search(r"\tces_7 0 should be \d+$", done.stdout, re.M)
    assert re.search(r"\ttopic=billing\tn 0 should be \d+$", done.stdout, re.M)
    service.cli("verify", "--rebuild", "--account", account, check=True)
    assert service.cli("verify", "--account", account).returncode == 0
    answered, billing = (service.sql("SELECT sum(n)::int FROM choice_rollups WHERE dimension = 'team' AND question = 'topic'"
                                     " AND choice = %s AND account_id = %s", choice, account)[0][0] for choice in ("", "billing"))
    assert answered == billing > 0
    service.sql("UPDATE choice_rollups SET n = n + 1 WHERE choice = 'billing' AND dimension = 'all' AND account_id = %s", account)
    done = service.cli("verify", "--account", account)
    assert done.returncode == 1
    assert re.search(r"\tall\t\t\S+\ttopic=billing\tn \d+ should be \d+$", done.stdout, re.M), done.stdout
    service.cli("verify", "--rebuild", "--account", account, check=True)


CONTACT_COUNTERS = ("contacts", "with_customer", "repeated", "repeated_same_reason", "reassigned")
VERDICT_COUNTERS = ("invited", "bounced", *(f"skipped_{reason}" for reason in scores.SKIP_REASONS))


def with_contacts(service, name):
    """Two contacts of one evening, on two days in Berlin, and an invitation of each verdict."""
    account = service.account(name)
    service.cli("account", "set", account, "--time-zone", "Europe/Berlin", check=True)
    snapshot = {"agents": ["ann", "bob"], "team": "red", "channel": "chat", "reason": "technical", "language": "de",
                "source": "hook"}
    contacts = [
        scores.contact("plain", datetime.datetime(2026, 6, 3, 21, 59, tzinfo=scores.UTC), customer_ref=None),
        scores.contact("marked", datetime.datetime(2026, 6, 3, 22, tzinfo=scores.UTC), **snapshot,
                       repeated=True, repeated_same_reason=True, reassigned=True)]
    verdicts = [("scheduled", None), ("sent", None), ("bounced", None), *(("skipped", reason) for reason in scores.SKIP_REASONS)]
    invitations = [scores.invitation(f"{verdict} {reason}", AT, **snapshot, verdict=verdict, skip_reason=reason)
                   for verdict, reason in verdicts]
    connection = service.connect()
    with connection.cursor() as cursor:
        scores.plant(cursor, account, invitations, [], contacts=contacts)
    connection.close()
    return account


def test_contacts_and_verdicts_are_counted_in_every_dimension(service):
    account = with_contacts(service, "contacts")
    done = service.cli("verify", "--account", account)
    assert done.returncode == 1
    credited = [("agent", "ann"), ("agent", "bob"), ("all", ""), ("channel", "chat"), ("language", "de"),
                ("reason", "technical"), ("source", "hook"), ("team", "red")]
    marked = ", ".join(f"{counter} 0 should be 1" for counter in CONTACT_COUNTERS)
    verdicts = ", ".join(f"{counter} 0 should be {3 if counter == 'invited' else 1}" for counter in VERDICT_COUNTERS)
    expected = {f"account {account}\t\t{dimension}\t{value}\t2026-06-04\t{marked}" for dimension, value in credited}
    expected |= {f"account {account}\t\t{dimension}\t{value}\t2026-06-03\tcontacts 0 should be 1"
                 for dimension, value in [("all", ""), ("source", "api")]}
    expected |= {f"account {account}\tunderstood\t{dimension}\t{value}\t2026-06-05\t{verdicts}"
                 for dimension, value in credited}
    assert set(done.stdout.splitlines()[:-1]) == expected
    service.cli("verify", "--rebuild", "--account", account, check=True)
    assert service.cli("verify", "--account", account).returncode == 0


def test_every_counter_of_contacts_and_verdicts_is_found_and_mended(service):
    account = with_contacts(service, "miscounted")
    service.cli("verify", "--rebuild", "--account", account, check=True)
    for survey, counters in ("", CONTACT_COUNTERS), ("understood", VERDICT_COUNTERS):
        for counter in counters:
            service.sql(f"UPDATE rollups SET {counter} = {counter} + 7 WHERE account_id = %s AND survey = %s"
                        f" AND dimension = 'team' AND {counter} > 0", account, survey)
            done = service.cli("verify", "--account", account)
            assert done.returncode == 1
            assert re.search(rf"^account {account}\t{survey}\tteam\tred\t2026-06-0[45]\t{counter} \d+ should be [13]$",
                             done.stdout, re.M), done.stdout
            service.cli("verify", "--rebuild", "--account", account, check=True)
            assert service.cli("verify", "--account", account).returncode == 0
    nulls = service.sql("SELECT count(*) FROM rollups WHERE account_id = %s AND contacts = 0", account)
    assert nulls == [(0,)]  # what is zero takes no room


def test_a_contact_that_is_gone_is_counted_no_more(service):
    account = with_contacts(service, "gone")
    service.cli("verify", "--rebuild", "--account", account, check=True)
    service.sql("DELETE FROM contacts WHERE account_id = %s AND contact_ref = 'plain'", account)
    done = service.cli("verify", "--account", account)
    assert done.returncode == 1 and "\t2026-06-03\tcontacts 1 should be 0" in done.stdout
    service.cli("verify", "--rebuild", "--account", account, check=True)
    assert service.sql("SELECT count(*) FROM rollups WHERE account_id = %s AND day = '2026-06-03'", account) == [(0,)]
