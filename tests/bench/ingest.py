"""Answers over HTTP against pgbench's single rows, with a webhook subscriber and without; and what bounds them."""
import json
import statistics
import subprocess
import time

import lab

EMPTY = "/v1/responses"
SECRET = "whsec_" + "A" * 32
EVENTS_OF_ANSWERS = 7  # response.recorded, .updated, .reclassified: src/domain/event.h


def subscribe(bench, wanted):
    """One webhook that wants all that is told of answers, or none. Nobody receives: what a receiver costs is not ours, and
    one that is slower than the answers come leaves them in the feed as this one does."""
    bench.cluster.sql("DELETE FROM webhook_deliveries; DELETE FROM webhooks; UPDATE accounts SET event_mask = 0", database="ingest")
    if wanted:
        bench.cluster.sql("INSERT INTO webhooks (account_id, id, url, event_mask, secret, created_at, updated_at)"
                          " VALUES (1, gen_random_uuid(), 'http://127.0.0.1:9/', %(mask)s, %(secret)s, now(), now());"
                          " UPDATE accounts SET event_mask = %(mask)s", {"mask": EVENTS_OF_ANSWERS, "secret": SECRET},
                          database="ingest")


def told_and_quiet(bench, service, key, counting):
    """A round of each: with a subscriber and without, the rows that an answer of the first wrote."""
    before = rows_written(bench) if counting else 0
    subscribe(bench, True)
    told = bench.post(service, key, 256, seconds=bench.options.seconds)
    rows = (rows_written(bench) - before) / told["succeeded"] if counting else None
    subscribe(bench, False)
    bench.cluster.sql("CHECKPOINT")
    return told, bench.post(service, key, 256, seconds=bench.options.seconds), rows


def scene(bench, service, key, pgbench):
    bench.say(f"ingest: {bench.options.rounds} rounds by turns of {bench.options.seconds} s, 256 connections, with a subscriber (an event "
              "is written beside each answer) and without; pgbench -c 64 -j 2")
    bench.post(service, key, 256, seconds=2)
    pgbench.run(64, 2, 2)
    ours, quiet, theirs = [], [], []
    for number in range(bench.options.rounds):
        bench.cluster.sql("CHECKPOINT")
        told, untold, written = told_and_quiet(bench, service, key, counting=number == 0)
        rows = written if number == 0 else rows
        ours.append(told)
        quiet.append(untold)
        bench.cluster.sql("CHECKPOINT")
        theirs.append(pgbench.run(64, 2, bench.options.seconds)[0])
        bench.say(f"    round {number + 1}: ours {told['rate']:8,.0f}/s, without a subscriber {untold['rate']:8,.0f}/s   pgbench {theirs[-1]:8,.0f}/s")
    rate, rival = statistics.median(one["rate"] for one in ours), statistics.median(theirs)
    unsubscribed = statistics.median(one["rate"] for one in quiet)
    bench.figure("ingest_answers_per_s", rate, f"one subscriber; p50 {ours[-1]['p50_us'] / 1000:.1f} ms, p99 {ours[-1]['p99_us'] / 1000:.1f} ms")
    bench.figure("ingest_quiet_answers_per_s", unsubscribed, "no subscriber: no events are written")
    bench.figure("ingest_pgbench_rows_per_s", rival, "single-row INSERTs of the same row, same table, same indexes")
    bench.figure("ingest_rows_written", rows, "rows inserted or updated per answer, rollups and event included")
    cpu_figures(bench, "ingest", ours)
    cpu_figures(bench, "ingest_quiet", quiet)
    bench.figure("ingest_quiet_vs_pgbench", unsubscribed / rival, "no subscriber")
    bench.figure("ingest_vs_pgbench", rate / rival, "one subscriber; aim 2, moonshot 3")
    return rate


def cpu_figures(bench, name, runs):
    answers = sum(one["succeeded"] for one in runs)
    for part, spent in (("client", "cpu_s"), ("service", "service_s"), ("postgres", "postgres_s")):
        bench.figure(f"{name}_{part}_us", sum(one[spent] for one in runs) / answers * 1e6, f"CPU microseconds per answer in the {part}")


def rows_written(bench):
    """Rows inserted or updated so far by the service's own tables."""
    time.sleep(1.2)  # PostgreSQL's counters reach the view at most once a second
    return int(bench.cluster.sql("SELECT sum(n_tup_ins + n_tup_upd) FROM pg_stat_user_tables", database="ingest")[0][0])


def bound(bench, service, key, rate):
    bench.say("bound: an empty POST (key checked, answered 422 without the database), and rows with rollups in batches of 128")
    empty = bench.post(service, key, 256, seconds=bench.options.seconds, target=EMPTY, method="POST", expect=422)
    empty_s = (empty["cpu_s"] + empty["service_s"]) / empty["succeeded"]
    before = bench.cluster.cpu_s()
    done = subprocess.run([str(lab.binary("batch", bench.build)), bench.cluster.url("ingest"), str(bench.options.seconds)],
                          check=True, stdout=subprocess.PIPE, text=True)
    batch = json.loads(done.stdout)
    row_s = (batch["cpu_s"] + bench.cluster.cpu_s() - before) / batch["rows"]
    bench.figure("bound_empty_post_us", empty_s * 1e6, f"CPU of client and service; {empty['rate']:,.0f}/s")
    bench.figure("bound_batched_row_us", row_s * 1e6, f"CPU of client and PostgreSQL; {batch['rows'] / batch['seconds']:,.0f} rows/s")
    bound = bench.cores / (empty_s + row_s)
    bench.figure("ingest_bound_per_s", bound, f"{bench.cores} cores / the sum of the two")
    bench.figure("ingest_vs_bound", rate / bound, "aim 0.8")
