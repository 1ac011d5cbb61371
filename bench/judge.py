#!/usr/bin/env python3
"""Checks a solution of a planning problem without any of Plokk's code.

    python3 bench/judge.py problem.json solution.json [--quiet]

Prints every rule that is broken and the cost by term. Exit status: 0 when no rule is broken, the
stated cost is right (to 1e-6) and the bound is not above it; 1 otherwise. Nothing but Python's
standard library is needed. The rules are those of the crate `plokk-solver`, written down a second
time, in another language, by somebody who looked at the definition and not at the Rust.
"""
import json
import sys
from collections import defaultdict
from itertools import pairwise


class Audit:
    """One problem and one solution; `faults` and `points` fill as the rules are looked at."""

    def __init__(self, problem, solution):
        self.problem, self.solution = problem, solution
        self.per_hour = 60 / problem["slot_minutes"]
        self.per_day = 24 * self.per_hour
        self.task = {task["id"]: task for task in problem["tasks"]}
        self.worker = {worker["id"]: worker for worker in problem["workers"]}
        self.faults, self.points = [], defaultdict(float)
        self.chunks_of = defaultdict(list)
        self.done_at = {}

    def run(self):
        self.sort_chunks()
        for task in self.problem["tasks"]:
            self.look_at_task(task)
        for task in self.problem["tasks"]:
            self.look_at_links(task)
        for worker in self.problem["workers"]:
            for window in worker["windows"]:
                self.look_at_window(worker["id"], window)
        for cap in self.problem.get("caps") or ():
            if self.worked(cap) > cap["max"]:
                self.faults.append(f"more than {cap['max']} slots in {cap}")
        for quota in self.problem.get("quotas") or ():
            self.pay("quota", max(0, quota["min"] - self.worked(quota)) / self.per_hour)
        self.look_at_claims()
        return self

    @property
    def cost(self):
        return sum(self.points.values())

    def pay(self, term, units):
        rate = self.problem["weights"][term] if term != "rate" else 1
        self.points[term] += rate * units

    def sort_chunks(self):
        for chunk in sorted(self.solution["chunks"], key=lambda c: (c["start"], c["end"])):
            if chunk["task"] not in self.task or chunk["worker"] not in self.worker:
                self.faults.append(f"no such task or worker: {chunk}")
            elif chunk["start"] >= chunk["end"]:
                self.faults.append(f"no time at all: {chunk}")
            else:
                self.chunks_of[chunk["task"]].append(chunk)

    def look_at_task(self, task):
        mine = self.chunks_of[task["id"]]
        for chunk in mine:
            self.look_at_chunk(task, chunk)
        for first, second in pairwise(mine):
            if second["start"] < first["end"]:
                self.faults.append(f"{task['id']} is done twice at once: {first} {second}")
        planned = sum(map(length, mine))
        if planned > task["size"]:
            self.faults.append(f"{task['id']}: {planned} slots for {task['size']}")
        whole = planned == task["size"]
        self.done_at[task["id"]] = max((c["end"] for c in mine), default=0) if whole else None
        end = self.done_at[task["id"]] if whole else self.problem["horizon"]
        if not whole and planned < task["size"]:
            self.pay("unscheduled", task["weight"] * (task["size"] - planned) / self.per_hour)
        if end > task["due"]:
            self.pay("late", task["weight"])
            days = (end - task["due"]) / self.per_day
            self.points["late"] += task["weight"] * self.problem["weights"]["late_day"] * days
        self.pay("chunk", max(len(mine) - 1, 0))
        for worker, start, end in task.get("previous") or ():
            same = sum(shared(c, start, end) for c in mine if c["worker"] == worker)
            self.pay("move", (end - start - same) / self.per_hour)

    def look_at_chunk(self, task, chunk):
        def rule(holds, words):
            if not holds:
                self.faults.append(f"{task['id']} {words}: {chunk}")

        worker, hours = self.worker[chunk["worker"]], length(chunk) / self.per_hour
        allowed, eligible, deadline = task.get("workers"), task.get("eligible"), task.get("deadline")
        rule(task["min_chunk"] <= length(chunk) <= task["max_chunk"], "has a chunk that is too short or long")
        rule(task["release"] <= chunk["start"], "starts before its release")
        rule(deadline is None or chunk["end"] <= deadline, "ends after its deadline")
        rule(allowed is None or chunk["worker"] in allowed, "is not for this worker")
        rule(eligible is None or lies_in(chunk, eligible), "is not eligible then")
        rule(lies_in(chunk, worker["windows"]), "lies outside the worker's windows")
        self.pay("soon", hours * (chunk["start"] - task["release"]) / self.per_day)
        self.pay("rate", hours * worker.get("rate", 0))
        if task.get("prefer") is not None:
            liked = sum(shared(chunk, start, end) for start, end in task["prefer"])
            self.pay("prefer", (length(chunk) - liked) / self.per_hour)

    def look_at_links(self, task):
        for link in task.get("after") or ():
            ready = self.done_at[link["task"]]
            for chunk in self.chunks_of[task["id"]]:
                if ready is None or chunk["start"] < ready + link["lag"]:
                    self.faults.append(f"{task['id']} does not wait for {link['task']}: {chunk}")

    def look_at_window(self, worker, window):
        start, end = window
        everything = (c for chunks in self.chunks_of.values() for c in chunks)
        row = [c for c in everything if c["worker"] == worker and start <= c["start"] < end]
        row.sort(key=lambda c: c["start"])
        self.pay("block", 1 if row else 0)
        for first, second in pairwise(row):
            kind = self.kind_of_change(first, second)
            free = second["start"] - first["end"]
            if free < self.problem["buffers"][kind]:
                self.faults.append(f"{free} slots between {first} and {second}")
            self.pay("block", kind != "same_batch")
            self.pay("client_switch", kind == "other_client")

    def kind_of_change(self, first, second):
        a, b = self.task[first["task"]], self.task[second["task"]]
        if a["client"] != b["client"]:
            return "other_client"
        return "same_batch" if a["batch"] == b["batch"] else "same_client"

    def worked(self, rule):
        """Slots in chunks that start in a cap's or quota's time, for its client and worker."""
        return sum(
            length(chunk)
            for chunks in self.chunks_of.values()
            for chunk in chunks
            if rule["from"] <= chunk["start"] < rule["to"]
            and rule.get("worker") in (None, chunk["worker"])
            and rule.get("client") in (None, self.task[chunk["task"]]["client"])
        )

    def look_at_claims(self):
        stated, bound = self.solution.get("cost"), self.solution.get("bound")
        margin = 1e-6 * max(1, abs(self.cost))
        if stated is None or abs(stated - self.cost) > margin:
            self.faults.append(f"the stated cost is {stated}")
        if bound is not None and bound > self.cost + margin:
            self.faults.append(f"the stated bound is {bound}, above the cost")


def length(chunk):
    return chunk["end"] - chunk["start"]


def shared(chunk, start, end):
    return max(0, min(chunk["end"], end) - max(chunk["start"], start))


def lies_in(chunk, intervals):
    return any(start <= chunk["start"] and chunk["end"] <= end for start, end in intervals)


def main():
    files = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    if len(files) != 2:
        sys.exit(__doc__)
    problem, solution = (json.load(open(name, encoding="utf-8")) for name in files)
    audit = Audit(problem, solution).run()
    for fault in audit.faults:
        print("broken:", fault)
    if "--quiet" not in sys.argv:
        print(f"cost {audit.cost:.6f}")
        for term, points in sorted(audit.points.items()):
            print(f"  {term:13} {points:.6f}")
    return 1 if audit.faults else 0


if __name__ == "__main__":
    sys.exit(main())
