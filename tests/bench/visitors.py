"""The bench's scenes of many visitors: the survey page against nginx, idle connections, slow clients."""
import statistics

import requests

import crowd
import lab
import servers

TOKENS = 10_000
IDLE = 10_000
SLOW = 1_000
SLOW_SECONDS = 14


def invitation_paths(service, key, count):
    """/s/{token} of so many new invitations."""
    paths = []
    while len(paths) < count:
        body = [{"survey": "understood", "contact": {"ref": f"visitor-{len(paths) + number}", "agents": ["mara"], "team": "returns"}}
                for number in range(min(1000, count - len(paths)))]
        done = requests.post(f"{service.base}/v1/invitations", json=body, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        if done.status_code != 207:
            raise RuntimeError(done.text[:500])
        paths += ["/s/" + one["invitation"]["url"].rpartition("/s/")[2] for one in done.json()["data"]]
    return paths


def fetch(bench, server, **options):
    figures = lab.load(server, bench.build, **options)
    if figures["failed"]:
        raise RuntimeError(f"{figures['failed']} requests failed, the last with {figures['failed_status']}")
    return figures


def page(bench):
    """Pages per second over different tokens, and a file of that size from nginx; by turns."""
    service = bench.service("page")
    service.start()
    paths = invitation_paths(service, service.key("write"), TOKENS)
    body = requests.get(service.base + paths[0], timeout=10).content
    targets = write_targets(bench, paths)
    nginx = servers.Nginx(bench.cluster, body)
    seconds, ours, theirs = bench.options.seconds, [], []
    bench.say(f"page: {bench.options.rounds} rounds by turns of {seconds} s, 64 connections; {TOKENS:,} tokens, views noted; "
              f"nginx: a worker per core, one file of {len(body):,} bytes, no log")
    fetch(bench, service, connections=64, seconds=2, targets=targets)
    for number in range(bench.options.rounds):
        ours.append(fetch(bench, service, connections=64, seconds=seconds, targets=targets))
        theirs.append(fetch(bench, nginx, connections=64, seconds=seconds, target="/page.html"))
        bench.say(f"    round {number + 1}: ours {ours[-1]['rate']:8,.0f}/s   nginx {theirs[-1]['rate']:8,.0f}/s")
    nginx.stop()
    service.stop()
    bench.verified(service)
    views = bench.cluster.sql("SELECT count(*) FROM page_views", database="page")[0][0]
    rate, rival = (statistics.median(one["rate"] for one in them) for them in (ours, theirs))
    bench.figure("pages_per_s", rate, f"p50 {ours[-1]['p50_us'] / 1000:.1f} ms, p99 {ours[-1]['p99_us'] / 1000:.1f} ms; "
                                      f"{views:,} views stored of {sum(one['succeeded'] for one in ours):,} and the warm-up's")
    bench.figure("nginx_files_per_s", rival)
    bench.figure("page_bytes", len(body), "aim 10,240")
    bench.figure("page_vs_nginx", rate / rival, "aim 0.25, moonshot 0.5")


def crowded_service(bench, database):
    crowd.allow_descriptors()
    service = bench.service(database, http_connections_max=IDLE + 3 * SLOW, http_idle_timeout_ms=600_000)
    service.start()
    return service


def idle(bench):
    """What one more connection that has seen a page and keeps quiet takes."""
    bench.say(f"idle: {IDLE:,} connections that got a page and keep quiet")
    service = crowded_service(bench, "idle")
    paths = invitation_paths(service, service.key("write"), 1000)
    fetch(bench, service, connections=64, requests=20_000, targets=write_targets(bench, paths))
    before = lab.resident_mib(service.process.pid)
    idlers = crowd.Idlers(service.port, paths, IDLE)
    grown = lab.resident_mib(service.process.pid) - before
    alive = idlers.alive()
    idlers.close()
    service.stop()
    if alive != IDLE:
        raise RuntimeError(f"only {alive} of {IDLE} connections were left alone")
    bench.figure("idle_connection_kib", grown * 1024 / IDLE, f"from {before:.1f} MiB, aim 32")


def write_targets(bench, paths):
    targets = bench.cluster.folder / "targets"
    targets.write_text("\n".join(paths) + "\n")
    return targets


def healthy(bench, service, targets):
    """One visitor after another, four at once."""
    return fetch(bench, service, connections=4, seconds=SLOW_SECONDS - 4, targets=targets)["p99_us"] / 1000


def slow(bench):
    """How long a healthy visitor waits for a page beside idle and slow ones."""
    bench.say(f"slow: {IDLE:,} idle connections and slowhttptest's {SLOW:,} slow ones (headers, body, read); healthy: 4 connections")
    service = crowded_service(bench, "slow")
    paths = invitation_paths(service, service.key("write"), 1000)
    targets = write_targets(bench, paths)
    alone = healthy(bench, service, targets)
    idlers = crowd.Idlers(service.port, paths, IDLE)
    waits = {"idle": healthy(bench, service, targets)}
    for kind in crowd.SLOW:
        with crowd.Slow(service.port, kind, paths[0], SLOW, SLOW_SECONDS) as one:
            crowd.wait_until(lambda: connections(service) >= IDLE + SLOW * 0.9, 10, f"slow {kind} connections")
            waits[kind] = healthy(bench, service, targets)
        bench.say(f"    beside {kind:8} p99 {waits[kind]:.1f} ms")
    alive = idlers.alive()
    idlers.close()
    service.stop()
    if alive != IDLE:
        raise RuntimeError(f"only {alive} of {IDLE} idle connections were left alone")
    bench.figure("healthy_p99_ms_alone", alone)
    bench.figure("healthy_p99_ms_under_slowloris", max(waits.values()),
                 ", ".join(f"{kind} {wait:.1f}" for kind, wait in waits.items()) + "; aim 50")


def connections(service):
    text = requests.get(f"{service.base}/metrics", timeout=10).text
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("understood_http_connections ")))
