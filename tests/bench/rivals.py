"""What the service is held against: pgbench with the same rows, and the same question asked of the table."""
import concurrent.futures
import os
import pathlib
import re
import statistics
import subprocess

from lab import POSTGRES_BIN

TEAMS, AGENTS = 12, 200
CHANNELS = ("email", "chat", "phone", "ticket")
REASONS = ("complaint", "technical", "billing", "upselling", "delivery", "other")
LANGUAGES = ("en", "de", "ar", "he", "ja", "zh")
UNDERSTOOD = ("yes", "yes", "yes", "partly", "no")
COMMENT = "I had to explain the same thing three times before anybody listened to me."

# The columns that the intake writes, in its order, and what a pgbench script puts there. The dimensions are
# literals (one script each), so that PostgreSQL has nothing to compute; the id is as ordered in time as a UUIDv7,
# for the cost of one concatenation.
INSERT = """\
\\set k :k + 1
\\set n 1000000000000000000 + :base + :k * 1000 + :client_id
\\set csat random(1, 5)
\\set nps random(0, 10)
\\set handled_s random(60, 1860)
INSERT INTO responses (account_id, id, survey, contact_ref, agents, team, channel, reason, language, customer_ref,
 customer_email, customer_name, solved_at, opened_at, handled_s, credit_amount, understood, csat, nps, comment,
 answered_at, received_at, confirmed_at, trust, source, invitation_id, evidence, idempotency_hash,
 idempotency_index, body_hash, polarity, frustration, sentiment_model)
VALUES (1, ('0199aaaabbbb7' || :n)::uuid, 'understood', 'pgbench-' || :n, '{{{agent}}}', '{team}', '{channel}',
 '{reason}', '{language}', 'c-' || :n, NULL, NULL, now(), NULL, :handled_s, NULL, '{understood}', :csat, :nps,
 {comment}, now(), now(), now(), 'confirmed', 'api', NULL, NULL, NULL, NULL, NULL, {polarity}, 0.4213, 'en-1')
 ON CONFLICT DO NOTHING;
"""


class Pgbench:
    def __init__(self, cluster, database):
        self.cluster, self.database, self.round = cluster, database, 0
        self.scripts = []
        for index in range(60):
            agent = index * 37 % AGENTS
            path = cluster.folder / f"insert-{index}.sql"
            path.write_text(INSERT.format(
                agent=f"agent-{agent:03}", team=f"team-{agent % TEAMS:02}", channel=CHANNELS[index % 4],
                reason=REASONS[index % 6], language=LANGUAGES[index // 2 % 6], understood=UNDERSTOOD[index % 5],
                comment=f"'{COMMENT}'" if index % 3 == 0 else "NULL", polarity="-0.5312" if index % 3 == 0 else "NULL"))
            self.scripts += ["-f", str(path)]

    def run(self, clients, threads, seconds):
        """(rows per second, median latency in ms); its rows are new in every round."""
        self.round += 1
        prefix = self.cluster.folder / f"latency-{self.round}"
        log = ["--log", "--log-prefix", str(prefix)] if clients == 1 else []
        done = subprocess.run(
            [str(POSTGRES_BIN / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", str(threads), "-T", str(seconds),
             "-D", "k=0", "-D", f"base={self.round * 10**13}", *log, *self.scripts, self.cluster.url(self.database)],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "PGOPTIONS": ""})
        failed = re.search(r"number of failed transactions: (\d+)", done.stdout)
        if failed and int(failed[1]):
            raise RuntimeError(done.stdout)
        rate = float(re.search(r"tps = ([\d.]+) \(without", done.stdout)[1])
        return rate, self._median_ms(prefix) if log else None

    @staticmethod
    def _median_ms(prefix):
        latencies = [int(line.split()[2]) for path in pathlib.Path(prefix.parent).glob(prefix.name + ".*")
                     for line in path.read_text().splitlines()]
        return statistics.median(latencies) / 1000


GROUP_BY = """
SELECT answered_at::date, count(*), count(*) FILTER (WHERE understood = 'yes'), count(*) FILTER (WHERE understood = 'partly'),
 count(*) FILTER (WHERE understood = 'no'), count(*) FILTER (WHERE csat = 1), count(*) FILTER (WHERE csat = 2),
 count(*) FILTER (WHERE csat = 3), count(*) FILTER (WHERE csat = 4), count(*) FILTER (WHERE csat = 5),
 count(*) FILTER (WHERE nps >= 9), count(*) FILTER (WHERE nps BETWEEN 7 AND 8), count(*) FILTER (WHERE nps <= 6)
FROM responses WHERE account_id = 1 AND survey = 'understood' AND trust = 'confirmed' AND answered_at >= now() - interval '90 days'
GROUP BY 1 ORDER BY 1
"""

FILL = f"""
INSERT INTO responses (account_id, id, survey, contact_ref, agents, team, channel, reason, language, customer_ref, solved_at,
 handled_s, understood, csat, nps, comment, answered_at, received_at, confirmed_at, trust, source)
SELECT 1, ('0199aaaabbbb7' || lpad(g::text, 19, '0'))::uuid, 'understood', 'fill-' || g, ARRAY['agent-' || g %% {AGENTS}],
 'team-' || g %% {AGENTS} %% {TEAMS}, (ARRAY['email','chat','phone','ticket'])[1 + g %% 4],
 (ARRAY['complaint','technical','billing','upselling','delivery','other'])[1 + g / 7 %% 6],
 (ARRAY['en','de','ar','he','ja','zh'])[1 + g / 11 %% 6], 'c-' || g, at, 60 + g %% 1800,
 (ARRAY['yes','yes','yes','partly','no'])[1 + g * 7919 %% 5], 1 + g * 104729 %% 5, g * 1299709 %% 11,
 CASE WHEN g %% 3 = 0 THEN '{COMMENT}' END, at, at, at, 'confirmed', 'api'
FROM (SELECT g, now() - interval '90 days' * (g::float8 / %s) AS at FROM generate_series(%s::bigint, %s::bigint) g) rows
"""


def fill(cluster, database, rows):
    """That many answers over the last 90 days, loaded without indexes and indexed afterwards."""
    indexes = [row[0] for row in cluster.sql(
        "SELECT indexdef FROM pg_indexes WHERE tablename = 'responses' AND indexname <> ALL (SELECT conname FROM pg_constraint)",
        database=database)]
    constraints = cluster.sql(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'responses'::regclass AND contype IN ('p', 'u')",
        database=database)
    drops = [f"ALTER TABLE responses DROP CONSTRAINT {name}" for name, _ in constraints]
    drops += ["DROP INDEX " + re.search(r"INDEX (\S+) ON", index)[1] for index in indexes]
    cluster.sql("; ".join(drops), database=database)
    parts = os.cpu_count()
    with concurrent.futures.ThreadPoolExecutor(parts) as pool:
        list(pool.map(lambda part: cluster.sql("SET synchronous_commit = off; " + FILL, rows + 1, rows * part // parts + 1,
                                               rows * (part + 1) // parts, database=database), range(parts)))
    makes = [f"ALTER TABLE responses ADD CONSTRAINT {name} {definition}" for name, definition in constraints]
    cluster.sql("SET maintenance_work_mem = '1GB'; " + "; ".join(makes + indexes), database=database)
    cluster.sql("VACUUM ANALYZE responses", database=database)
