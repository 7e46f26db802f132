#!/usr/bin/env python3
"""`./dev bench`: how fast the service is, as ratios in one run on one machine.

Everything runs here and now: a private PostgreSQL (fsync on), the release build, our load client and pgbench by turns.
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import alarms     # noqa: E402
import importing  # noqa: E402
import ingest     # noqa: E402
import lab        # noqa: E402
import listeners  # noqa: E402
import rivals     # noqa: E402
import servers    # noqa: E402
import talk       # noqa: E402
import telling    # noqa: E402
import visitors   # noqa: E402

METRICS = "/v1/metrics?survey=understood&interval=day"


class Bench:
    def __init__(self, options):
        self.options = options
        self.build = options.build
        self.cores = len(os.sched_getaffinity(0))
        self.cluster = lab.Cluster()
        self.figures, self.notes = {}, []
        self.next_number = 0
        self.services = []

    def figure(self, name, value, note=""):
        self.figures[name] = value
        self.notes.append((name, value, note))
        print(f"  {name:28} {value:>12,.3f}   {note}", flush=True)

    def say(self, text):
        print(text, flush=True)

    def service(self, database, **settings):
        self.cluster.sql(f"CREATE DATABASE {database}")
        service = lab.Service(self.cluster, database, lab.binary("understood", self.build), log_level="error", **settings)
        service.migrate()
        self.services.append(service)
        return service

    def close(self):
        for service in self.services:
            service.stop()
        self.cluster.close()

    def post(self, service, key, connections, seconds=None, requests=None, **more):
        """Answers over HTTP; the client's figures, and the CPU each part used."""
        before = self.cluster.cpu_s(), lab.cpu_seconds(service.process.pid)
        figures = lab.load(service, self.build, key=key, connections=connections, seconds=seconds, requests=requests,
                           first=self.next_number, prefix="bench", **more)
        self.next_number = figures["next"]
        figures["postgres_s"] = self.cluster.cpu_s() - before[0]
        figures["service_s"] = lab.cpu_seconds(service.process.pid) - before[1]
        if figures["failed"]:
            raise RuntimeError(f"{figures['failed']} requests failed, the last with {figures['failed_status']}\n{service.log_tail()}")
        return figures

    # --- scenes ---------------------------------------------------------------------------------

    def ready(self):
        self.say("ready: DATABASE_URL on a migrated database, exec to the first 200 of /readyz")
        service = self.service("ready")
        times = []
        for _ in range(7):
            times.append(service.start() * 1000)
            service.stop()
        self.figure("ready_ms", statistics.median(times), f"median of {len(times)}, worst {max(times):.1f}")

    def fastify(self, service, key):
        rival = servers.Fastify(self.cluster, "ingest", self.cores)
        self.say(f"fastify: {self.options.rounds} rounds by turns of {self.options.seconds} s, 256 connections; {self.cores} processes of "
                 f"Node, {rival.CONNECTIONS} connections to PostgreSQL in all, schema checked, the plain insert only")
        self.post(service, key, 256, seconds=2)
        visitors.fetch(self, rival, connections=256, seconds=3, prefix="rival", first=self.next_number)
        ours, theirs = [], []
        for number in range(self.options.rounds):
            self.cluster.sql("CHECKPOINT")
            ours.append(self.post(service, key, 256, seconds=self.options.seconds))
            self.cluster.sql("CHECKPOINT")
            theirs.append(visitors.fetch(self, rival, connections=256, seconds=self.options.seconds, prefix=f"rival-{number}"))
            self.say(f"    round {number + 1}: ours {ours[-1]['rate']:8,.0f}/s   Fastify {theirs[-1]['rate']:8,.0f}/s")
        rival.stop()
        stored = int(self.cluster.sql("SELECT count(*) FROM responses WHERE contact_ref LIKE 'rival-%'", database="ingest")[0][0])
        if stored < sum(one["succeeded"] for one in theirs):
            raise RuntimeError(f"Fastify stored only {stored}")
        rate = statistics.median(one["rate"] for one in theirs)
        self.figure("fastify_answers_per_s", rate, f"p50 {theirs[-1]['p50_us'] / 1000:.1f} ms, p99 {theirs[-1]['p99_us'] / 1000:.1f} ms")
        self.figure("ingest_vs_fastify", statistics.median(one["rate"] for one in ours) / rate, "aim 5, moonshot 8")

    def single(self, service, key, pgbench):
        self.say("one alone: 1 connection, and pgbench -c 1, by turns")
        ours, theirs = [], []
        for _ in range(3):
            ours.append(self.post(service, key, 1, seconds=3)["p50_us"] / 1000)
            theirs.append(pgbench.run(1, 1, 3)[1])
        self.figure("single_p50_ms", statistics.median(ours))
        self.figure("single_pgbench_p50_ms", statistics.median(theirs))
        self.figure("single_latency_vs_pgbench", statistics.median(ours) / statistics.median(theirs), "aim 2, moonshot 1.3")

    def memory(self, service, key):
        # What the bound's empty POSTs took as numbers were no answers; the table knows better.
        done = self.cluster.sql("SELECT count(*) FROM responses WHERE contact_ref LIKE 'bench-%'", database="ingest")[0][0]
        missing = self.options.answers - done
        if missing > 0:
            self.say(f"memory: {missing:,} more answers, to make {self.options.answers:,}")
            self.post(service, key, 256, requests=missing)
        size = f"{self.options.answers // 1_000_000}m" if self.options.answers >= 1_000_000 else f"{self.options.answers // 1000}k"
        self.figure(f"rss_mib_after_{size}", lab.resident_mib(service.process.pid), "aim 64")

    def verified(self, service):
        status, said = service.verify()
        self.figure("verify_exit_status", status, "0: the rollups are what the table says")
        if status:
            self.say(said[-2000:])

    def metrics_at(self, rows):
        """Milliseconds (median, p99) of the 90 days' scores, and of the GROUP BY, at that many answers."""
        database = f"metrics_{rows}"
        service = self.service(database)
        begun = time.monotonic()
        rivals.fill(self.cluster, database, rows)
        filled = time.monotonic()
        done = service.command("verify", "--rebuild", check=False)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        self.say(f"    {rows:,} answers filled in {filled - begun:.0f} s, rollups rebuilt in {time.monotonic() - filled:.0f} s")
        self.cluster.sql("VACUUM ANALYZE rollups", database=database)
        self.cluster.sql("CHECKPOINT")
        service.start()
        key = service.key("read")
        lab.load(service, self.build, key=key, connections=1, requests=200, target=METRICS)
        figures = lab.load(service, self.build, key=key, connections=1, requests=3000, target=METRICS)
        if figures["failed"]:
            raise RuntimeError(f"metrics answered {figures['failed_status']}")
        total = service.get(METRICS, key).json()["total"]["n"]
        service.stop()
        return figures["p50_us"] / 1000, figures["p99_us"] / 1000, self.group_by_ms(database), total

    def group_by_ms(self, database):
        times = []
        for _ in range(3):
            begun = time.monotonic()
            self.cluster.sql(rivals.GROUP_BY, database=database)
            times.append((time.monotonic() - begun) * 1000)
        return statistics.median(times)

    def metrics(self):
        rows = self.options.rows
        size = f"{rows // 1_000_000}m" if rows >= 1_000_000 else f"{rows // 1000}k"
        self.say(f"metrics: 90 days, daily, three scores with intervals, at 100,000 and at {rows:,} answers")
        small, _, _, _ = self.metrics_at(100_000)
        median, p99, group_by, total = self.metrics_at(rows)
        self.figure("metrics_p50_ms_100k", small)
        self.figure(f"metrics_p50_ms_{size}", median, f"total.n {total:,}")
        self.figure(f"metrics_p99_ms_{size}", p99, "aim 5")
        self.figure(f"metrics_{size}_vs_100k", median / small, "medians; aim 1.5")
        self.figure("metrics_group_by_ms", group_by, "the same sums, by GROUP BY over the table")
        self.figure("metrics_vs_group_by", group_by / median, "aim 300, moonshot 1,000")

    def run(self):
        wanted = self.options.only
        if "ready" in wanted:
            self.ready()
        if "page" in wanted:
            visitors.page(self)
        if "idle" in wanted:
            visitors.idle(self)
        if "slow" in wanted:
            visitors.slow(self)
        if wanted & {"ingest", "fastify", "single", "memory"}:
            service = self.service("ingest", webhooks_allow_private="127.0.0.1/32")
            service.start()
            key = service.key("write")
            pgbench = rivals.Pgbench(self.cluster, "ingest")
            if "ingest" in wanted:
                rate = ingest.scene(self, service, key, pgbench)
                ingest.bound(self, service, key, rate)
            if "fastify" in wanted:
                self.fastify(service, key)
            if "single" in wanted:
                self.single(service, key, pgbench)
            if "memory" in wanted:
                self.memory(service, key)
            self.clear_rival(service)
            service.stop()
        if "import" in wanted:
            importing.scene(self, self.options.answers)
        if "metrics" in wanted:
            self.metrics()
        if "stream" in wanted:
            listeners.scene(self)
        if "sentiment" in wanted:
            talk.sentiment(self)
        if "webhooks" in wanted:
            telling.scene(self)
        if "spikes" in wanted:
            alarms.spikes(self)

    def clear_rival(self, service):
        """The rows of pgbench and Fastify have no rollups: they go before the service's own are verified."""
        self.cluster.sql("DELETE FROM responses WHERE contact_ref LIKE 'pgbench-%' OR contact_ref LIKE 'rival-%'", database="ingest")
        self.verified(service)


# A scene gives several figures; either name runs it.
SCENES = {
    "ready": {"ready_ms"},
    "page": {"page_vs_nginx", "pages_per_s"},
    "idle": {"idle_connection_kib"},
    "slow": {"healthy_p99_ms_under_slowloris"},
    "ingest": {"ingest_vs_pgbench", "ingest_quiet_vs_pgbench", "ingest_vs_bound", "ingest_rows_written"},
    "fastify": {"ingest_vs_fastify"},
    "single": {"single_latency_vs_pgbench", "single_p50_ms"},
    "memory": {"rss_mib"},
    "import": {"import_vs_copy", "import_rows_per_s", "import_rss_mib"},
    "metrics": {"metrics_vs_group_by"},
    "stream": {"stream_ingest_vs_alone", "stream_listener_kib", "stream_idle_cpu_percent", "stream_delivery_p50_ms", "stream_to_all_ms"},
    "sentiment": {"sentiment_comments_per_s"},
    "webhooks": {"webhook_deliveries_per_s", "webhook_p99_with_dead_endpoint_ms"},
    "spikes": {"spikes_false_vs_budget", "spikes_delay_vs_table"},
}


def scene_of(word):
    for scene, figures in SCENES.items():
        if word == scene or word in figures:
            return scene
    known = ", ".join(f"{scene} ({', '.join(sorted(figures))})" for scene, figures in SCENES.items())
    raise argparse.ArgumentTypeError(f"no scene or figure is called {word}; there are {known}")


def scenes_of(words):
    return {scene_of(word) for word in words.split(",")}


def read_options():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("figures", nargs="*", type=scene_of, help="figures or scenes to run; all when none is named")
    parser.add_argument("--rounds", type=int, help="interleaved rounds of ingest (5; quick 3)")
    parser.add_argument("--seconds", type=int, help="of each round (8; quick 4)")
    parser.add_argument("--rows", type=int, help="answers behind the large metrics (10 million; quick 1 million)")
    parser.add_argument("--answers", type=int, help="answers before the service's memory is read, and in the import's file (1 million; quick 200 thousand)")
    parser.add_argument("--teams", type=int, help="simulated of each kind, at most 10,000 (2,000; quick 300)")
    parser.add_argument("--quick", action="store_true", help="smaller sizes: a look, not the figures to hold")
    parser.add_argument("--full", action="store_true", help="the default sizes")
    parser.add_argument("--only", type=scenes_of, default=set(SCENES), help="the same, joined by commas: " + ",".join(SCENES))
    parser.add_argument("--build", default=str(lab.ROOT / "build-release"), help="folder of the release build")
    options = parser.parse_args()
    options.build = str(pathlib.Path(options.build).resolve())
    quick = options.quick
    options.rounds = options.rounds or (3 if quick else 5)
    options.seconds = options.seconds or (4 if quick else 8)
    options.rows = options.rows or (1_000_000 if quick else 10_000_000)
    options.answers = options.answers or (200_000 if quick else 1_000_000)
    options.teams = options.teams or (300 if quick else 2000)
    options.only = set(options.figures) or options.only
    return options


def expected_seconds(options):
    """A guess from runs on two cores."""
    seconds = 10
    if "ingest" in options.only:
        seconds += options.rounds * (3 * options.seconds + 4) + 2 * options.seconds + 10
    if "fastify" in options.only:
        seconds += options.rounds * (2 * options.seconds + 2) + 12
    if "page" in options.only:
        seconds += options.rounds * 2 * options.seconds + 15
    if "idle" in options.only:
        seconds += 20
    if "slow" in options.only:
        seconds += 5 * visitors.SLOW_SECONDS + 30
    if "single" in options.only:
        seconds += 20
    if "memory" in options.only:
        seconds += options.answers / 15_000
    if "import" in options.only:
        seconds += max(1, options.rounds // 2) * options.answers / 10_000
    if "stream" in options.only:
        seconds += max(2, options.rounds // 2) * (2 * options.seconds + 15) + 40
    if "sentiment" in options.only:
        seconds += 8
    if "webhooks" in options.only:
        seconds += options.answers / 25_000 + 10 * options.seconds
    if "spikes" in options.only:
        seconds += options.teams / 20
    if "metrics" in options.only:
        seconds += 15 + options.rows / 10_000_000 * 260
    return seconds


def build_release(folder):
    """What is measured is the release build, made here if need be."""
    if not (pathlib.Path(folder) / "build.ninja").exists():
        subprocess.run(["meson", "setup", folder, "--buildtype=release"], cwd=lab.ROOT, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", folder, "--quiet", "understood", "tests/bench/load", "tests/bench/batch", "tests/bench/sentiment", "tests/bench/spikes"], cwd=lab.ROOT, check=True,
                   stdout=subprocess.DEVNULL)


def main():
    options = read_options()
    build_release(options.build)
    print("Measured without an access log (log level error).")
    print(f"This takes about {expected_seconds(options) / 60:.0f} minutes and uses every core ({len(os.sched_getaffinity(0))}); "
          "anything else that runs now spoils it.", flush=True)
    bench = Bench(options)
    try:
        bench.run()
    finally:
        bench.close()
    print()
    for name, value in bench.figures.items():
        print(f"figure {name} {value:.4g}" if abs(value) < 1000 else f"figure {name} {value:.0f}")


if __name__ == "__main__":
    main()
