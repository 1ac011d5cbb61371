#!/usr/bin/env python3
"""A planning problem and one scenario of it for TaskJuggler 3 (Debian: tj3), and when its tasks end.

taskjuggler.py problem.json -o ends.json [--longer FACTOR]

TaskJuggler has working time, efforts, links, alternatives and priorities, and schedules as soon as possible by priority. It
has no due times, buffers, chunk limits or retainers: tasks that are due earlier are given a higher priority, which is what
its manual advises; the rest is left out. Both scenarios are one project and one run.
"""
import argparse
import csv
import datetime
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

EPOCH = datetime.datetime(2026, 10, 19)


def moment(slot, minutes):
    return (EPOCH + datetime.timedelta(minutes=slot * minutes)).strftime("%Y-%m-%d-%H:%M")


def resources(problem):
    minutes, end = problem["slot_minutes"], problem["horizon"]
    lines = []
    for n, worker in enumerate(problem["workers"]):
        lines.append(f'resource w{n} "w{n}" {{\n  workinghours mon - sun 0:00 - 24:00')
        at = 0
        for start, stop in worker["windows"] + [[end, end]]:
            if at < start:
                lines.append(f"  leaves annual {moment(at, minutes)} - {moment(start, minutes)}")
            at = stop
        lines.append("}")
    return lines


def tasks(problem, longer):
    minutes = problem["slot_minutes"]
    index = {task["id"]: n for n, task in enumerate(problem["tasks"])}
    workers = {worker["id"]: n for n, worker in enumerate(problem["workers"])}
    by_due = sorted(range(len(problem["tasks"])), key=lambda n: (problem["tasks"][n]["due"], -problem["tasks"][n]["weight"]))
    rank = {n: 1000 - 999 * place // max(1, len(by_due) - 1) for place, n in enumerate(by_due)}
    lines = []
    for n, task in enumerate(problem["tasks"]):
        able = [workers[w] for w in task.get("workers") or workers]
        allocate = f"w{able[0]}" + (f" {{ alternative {', '.join(f'w{w}' for w in able[1:])} select minloaded }}" if able[1:] else "")
        more = round(task["size"] * longer)
        lines.append(f'task t{n} "t{n}" {{\n  effort {task["size"] * minutes}min\n  longer:effort {more * minutes}min')
        lines.append(f"  allocate {allocate}\n  priority {rank[n]}")
        if task.get("after"):
            first = [f"!t{index[a['task']]}" for a in task["after"]]
            gaps = [f" {{ gapduration {a['lag'] * minutes}min }}" if a["lag"] > 0 else "" for a in task["after"]]
            lines.append(f"  depends {', '.join(map(''.join, zip(first, gaps)))}")
        else:
            lines.append(f"  start {moment(task['release'], minutes)}")
        lines.append("}")
    return lines


def project(problem, longer):
    minutes = problem["slot_minutes"]
    # What does not fit goes on after the horizon, in an open field: TaskJuggler gives up on what has no room at all.
    beyond = problem["horizon"] * 6
    head = [
        f'project plokk "Plokk" {moment(0, minutes)}-+0000 - {moment(beyond, minutes)}-+0000 {{',
        f'  timezone "UTC"\n  timingresolution {minutes}min\n  scenario plan "Plan" {{ scenario longer "Longer" }}\n}}',
    ]
    report = [
        'taskreport ends "ends" {\n  formats csv\n  scenarios plan, longer\n  timeformat "%Y-%m-%d-%H:%M"\n  columns id, end\n}'
    ]
    return "\n".join(head + resources(problem) + tasks(problem, longer) + report) + "\n"


def ends(file, problem):
    found = {"plan": {}, "longer": {}}
    task = None
    for row in list(csv.reader(file.open(), delimiter=";"))[1:]:
        scenario = "plan" if row[0] else "longer"
        task = row[0] or task
        end = datetime.datetime.strptime(row[1], "%Y-%m-%d-%H:%M") - EPOCH
        name = problem["tasks"][int(task.rsplit("t", 1)[1])]["id"]
        found[scenario][name] = int(end.total_seconds() // 60 // problem["slot_minutes"])
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problem", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("--longer", type=float, default=1.25)
    arguments = parser.parse_args()
    if not shutil.which("tj3"):
        sys.exit("tj3 is not there; Debian has it: apt-get install tj3")
    problem = json.loads(arguments.problem.read_text())
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "plokk.tjp").write_text(project(problem, arguments.longer))
        started = time.monotonic()
        run = subprocess.run(["tj3", "--silent", "plokk.tjp"], cwd=folder, capture_output=True, text=True)
        seconds = time.monotonic() - started
        if not (folder / "ends.csv").exists():
            sys.exit(run.stderr or run.stdout)
        version = subprocess.run(["tj3", "--version"], capture_output=True, text=True).stdout.split("\n")[0]
        answer = {"version": version, "seconds": seconds, **ends(folder / "ends.csv", problem)}
    arguments.output.write_text(json.dumps(answer))


if __name__ == "__main__":
    main()
