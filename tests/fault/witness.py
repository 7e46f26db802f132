"""The client's own log against the table: what was acknowledged is there, once, and as it was sent."""
import json
import os
import signal
import subprocess

import lab

LONG = os.environ.get("ALL") == "1"


class Witness:
    """The load client in the background; it sends each request again, with its key, until it is answered."""

    def __init__(self, service, folder, prefix="fault", **options):
        self.path = folder / f"{prefix}.log"
        self.prefix = prefix
        self.figures = None
        command = lab.load_command(service, key=service.api_key, prefix=prefix, ack_log=self.path,
                                   **{"connections": 64, "patience": 30, "idempotency": True, **options})
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def stop(self):
        """Sends nothing new; waits until what is on its way is answered. The figures."""
        if self.figures is None:
            self.process.send_signal(signal.SIGTERM)
            self.figures = json.loads(self.process.communicate(timeout=60)[0])
        return self.figures

    def lines(self, kind):
        return [line.split("\t") for line in self.path.read_text().splitlines() if line.startswith(kind + "\t")]

    def acked(self):
        """{contact ref: [(id, status, understood, csat, nps, has a comment), ...]} of every acknowledged vote."""
        acknowledged = {}
        for _, _, ref, identity, status, understood, csat, nps, comment in self.lines("acked"):
            row = (identity, int(status), understood, int(csat), int(nps), comment == "1")
            acknowledged.setdefault(ref, []).append(row)
        return acknowledged

    def unknown(self):
        """How often a request's fate was unknown for a while, and {status: how often it was refused}."""
        statuses = [int(line[2]) for line in self.lines("unknown")]
        refused = {status: statuses.count(status) for status in set(statuses) - {0}}
        return statuses.count(0), refused


def stored(cluster, database, prefix):
    """{contact ref: [(id, understood, csat, nps, has a comment, votes), ...]} of the table."""
    rows = cluster.sql("SELECT contact_ref, id::text, understood, csat, nps, comment IS NOT NULL, votes FROM responses"
                       " WHERE contact_ref LIKE %s", prefix + "-%", database=database)
    found = {}
    for ref, *row in rows:
        found.setdefault(ref, []).append(tuple(row))
    return found


def compare(acknowledged, found, still_open=0):
    """Counts of what must all be 0, for votes that each have a contact of their own."""
    lost = [ref for ref in acknowledged if ref not in found]
    doubled = [ref for ref, rows in found.items() if len(rows) > 1 or rows[0][5] > 1]
    doubled += [ref for ref, acks in acknowledged.items() if len(acks) > 1]
    differing = [ref for ref, acks in acknowledged.items()
                 if ref in found and (acks[0][0],) + acks[0][2:] != found[ref][0][:5]]
    unasked = max(0, len(found.keys() - acknowledged.keys()) - still_open)
    return {"lost": len(lost), "doubled": len(doubled), "differing": len(differing), "unasked": unasked}


def told_wrongly(cluster, database):
    """Responses that were not recorded, by an event, exactly once; those that do not count may not have been."""
    return cluster.sql("SELECT responses.id::text, trust, count(events.id) FROM responses LEFT JOIN events"
                       " ON events.account_id = responses.account_id AND object_id = responses.id AND type = 0"
                       " GROUP BY responses.account_id, responses.id"
                       " HAVING count(events.id) > 1 OR count(events.id) = 0 AND trust = 'confirmed'", database=database)


NOTHING_WRONG = {"lost": 0, "doubled": 0, "differing": 0, "unasked": 0}


def assert_exactly_once(service, cluster, database, witness):
    """The whole check at the end of a fault test; prints what it counted."""
    figures = witness.stop()
    assert not witness.lines("refused"), witness.lines("refused")[:3]
    acknowledged, found = witness.acked(), stored(cluster, database, witness.prefix)
    unknown, refused = witness.unknown()
    verdict = compare(acknowledged, found, figures["open"])
    print(f"\n  {len(acknowledged):,} acknowledged, {unknown:,} unknown for a while, refused {refused}, open {figures['open']}: {verdict}")
    assert verdict == NOTHING_WRONG
    assert figures["open"] == 0
    assert acknowledged
    assert told_wrongly(cluster, database) == []
    status, said = service.verify()
    assert status == 0, said
    return acknowledged, unknown, refused
