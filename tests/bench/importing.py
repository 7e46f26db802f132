"""`understood import responses` of a file, against psql's \\copy of the same rows into a bare table of the same definition."""
import csv
import datetime
import os
import statistics
import subprocess
import time

import lab
import rivals

COLUMNS = ("survey", "contact_ref", "agents", "team", "channel", "reason", "language", "customer_ref", "solved_at", "handled_s",
           "understood", "csat", "nps", "comment", "answered_at")
DAYS = 90


def row(index, rows, end):
    at = (end - datetime.timedelta(days=DAYS) * ((rows - index) / rows)).strftime("%Y-%m-%dT%H:%M:%SZ")
    agent = index * 37 % rivals.AGENTS
    return ("understood", f"import-{index}", f"agent-{agent:03}", f"team-{agent % rivals.TEAMS:02}", rivals.CHANNELS[index % 4],
            rivals.REASONS[index // 7 % 6], rivals.LANGUAGES[index // 11 % 6], f"c-{index}", at, 60 + index % 1800,
            rivals.UNDERSTOOD[index * 7919 % 5], 1 + index * 104729 % 5, index * 1299709 % 11,
            rivals.COMMENT if index % 3 == 0 else "", at)


def write_file(path, rows):
    """The answers of 90 days, in the order of time, as an export has them."""
    end = datetime.datetime.now(datetime.timezone.utc)
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(row(index, rows, end) for index in range(rows))


def run_import(service, path):
    """(seconds, CPU seconds, the most memory it had, in MiB)"""
    begun = time.monotonic()
    process = subprocess.Popen([service.executable, "import", "responses", str(path)], env=service.environment, cwd="/tmp",
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    said = process.stdout.read() + process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(said)
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def psql_copy(cluster, database, command):
    begun = time.monotonic()
    subprocess.run([str(lab.POSTGRES_BIN / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", cluster.url(database), "-c", command],
                   check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def run_copy(cluster, database, path):
    cluster.sql("DROP TABLE IF EXISTS bare; CREATE TABLE bare (LIKE responses INCLUDING ALL)", database=database)
    return psql_copy(cluster, database, f"\\copy bare FROM '{path}' (FORMAT csv)")


def scene(bench, rows):
    cluster, rounds = bench.cluster, max(1, bench.options.rounds // 2)
    bench.say(f"import: {rows:,} answers of {DAYS} days from a CSV file, and \\copy of the same rows, {rounds} rounds by turns")
    path, copied = cluster.folder / "import.csv", cluster.folder / "copied.csv"
    write_file(path, rows)
    imports, copies = [], []
    for number in range(rounds):
        database = f"import_{number}"
        service = bench.service(database)
        cluster.sql("CHECKPOINT")
        before = cluster.cpu_s()
        imports.append(run_import(service, path))
        postgres_s = cluster.cpu_s() - before
        bench.verified(service)
        if not copied.exists():
            psql_copy(cluster, database, f"\\copy responses TO '{copied}' (FORMAT csv)")
        cluster.sql("CHECKPOINT")
        copies.append(run_copy(cluster, database, copied))
        bench.say(f"    round {number + 1}: import {rows / imports[-1][0]:8,.0f}/s   \\copy {rows / copies[-1]:8,.0f}/s")
        cluster.sql(f"DROP DATABASE {database}")
    ours, theirs = rows / statistics.median(one[0] for one in imports), rows / statistics.median(copies)
    bench.figure("import_rows_per_s", ours, f"aim 16,667: a million in a minute; here {rows / ours:.0f} s; sums verified")
    bench.figure("import_cpu_us", imports[-1][1] / rows * 1e6, "CPU microseconds per row in the importing process")
    bench.figure("import_postgres_us", postgres_s / rows * 1e6, "CPU microseconds per row in PostgreSQL")
    bench.figure("import_rss_mib", max(one[2] for one in imports), "the most resident memory it had")
    bench.figure("copy_rows_per_s", theirs, "psql \\copy into a table like responses, indexes included, no sums")
    bench.figure("import_vs_copy", ours / theirs)
