"""The spike detector, simulated: false alarms against their budget, delays beside those of reference/numbers.md."""
import concurrent.futures
import json
import subprocess

import lab

BUDGET = 0.25
PER_HOUR = (60, 20, 10, 5)  # the slowest first
PUBLISHED = {5: (195, 591, .12), 10: (105, 289, .25), 20: (59, 124, .53), 60: (33, 49, .98)}  # median, 90 % quantile, share within 60 min


def simulate(bench, per_hour, teams):
    done = subprocess.run([str(lab.binary("spikes", bench.build)), str(teams), str(per_hour)], check=True, stdout=subprocess.PIPE, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def delays(told):
    return f"{told['median']:5.0f} ({told['p90']:5.0f}), {told['within']:4.0%}"


def spikes(bench):
    teams = bench.options.teams
    bench.say(f"spikes: {teams} teams of each kind, four weeks of 60 hours to learn from and four watched, then spikes from 15 % to 45 %.\n"
              "    false: alarms a team and week, with the one-sided 95 % bound of their mean; plain: without regard to correlation\n"
              "    delay: median (90 % quantile) minutes, share within 60; known: of a team whose baseline is just right, as in the table")
    with concurrent.futures.ThreadPoolExecutor(bench.cores) as pool:
        parts = pool.map(lambda per_hour: simulate(bench, per_hour, teams), PER_HOUR)
        cells = sorted((cell for part in parts for cell in part), key=lambda cell: (cell["rho"], cell["rate"], cell["per_hour"]))
    bench.say("     rho  usual  per h    false  bound    plain  bound    delay                known                table")
    for cell in cells:
        line = (f"    {cell['rho']:4.2f} {cell['rate']:6.0%} {cell['per_hour']:6}   {cell['false']:6.3f} {cell['bound']:6.3f}"
                f"   {cell['plain_false']:6.3f} {cell['plain_bound']:6.3f}")
        if "drawn" in cell:
            line += f"    {delays(cell['drawn'])}"
        if "drawn" in cell and cell["rho"] == 0:
            median, p90, within = PUBLISHED[cell["per_hour"]]
            line += f"    {delays(cell['typical'])}   {median:5} ({p90:5}), {within:4.0%}"
        bench.say(line)
    figures(bench, cells)


def figures(bench, cells):
    for rho in (0, .02, .05):
        of = [cell for cell in cells if cell["rho"] == rho]
        name = f"{round(100 * rho):02}"
        bench.figure(f"spikes_false_rho{name}_vs_budget", max(cell["bound"] for cell in of) / BUDGET, "largest bound of the grid; aim 1")
        bench.figure(f"spikes_plain_rho{name}_vs_budget", max(cell["plain_bound"] for cell in of) / BUDGET, "the same, correlation left out")
    for cell in cells:
        if cell["rho"] == 0 and "drawn" in cell:
            median = PUBLISHED[cell["per_hour"]][0]
            bench.figure(f"spikes_delay_{cell['per_hour']}_vs_table", cell["typical"]["median"] / median, "median where the baseline is just right; aim 1.1")
            bench.figure(f"spikes_delay_{cell['per_hour']}_minutes", cell["drawn"]["median"], "median as in production: rate and correlation estimated")
