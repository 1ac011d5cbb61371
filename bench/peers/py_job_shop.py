#!/usr/bin/env python3
"""PyJobShop (on OR-Tools) as far as it can state the problem.

Stated: a machine for each worker, with breaks outside the windows; a task in as few equal chunks as it takes or in
one more (optional tasks, exactly one choice) or not at all; each day's capacity as a consumable that is there on
that day only, with a mode for each worker and day; `eligible` and deadlines as resources with breaks; links with
lags; the longest buffer as part of each chunk; lateness as tardiness, and work left undone as a task that ends as
many days after the horizon as it costs. Buffers as setup times, their total paid for, can be stated too, and cost a
circuit for each worker: after 25 s the answers were 2 to 45% worse than without.
Not stated: what blocks and switches cost, quotas, caps but those of a worker's day, `prefer`, `soon`, `move`, chunks of free lengths, a part of a
task, weights that are no whole numbers. What is left of a task is put where it still fits, and the whole is judged.
PyJobShop's own `solve` tells nothing on the way, so its model is handed to its solver here, with a listener; and
its `warmstart` says of absent tasks what cannot be, so the start is hinted here too."""
from common import Job, Ordering, Repair  # first: the clock runs while the solver loads

from cp import complete_hint, solve
from pyjobshop import Model
from pyjobshop.solvers.ortools.CPModel import CPModel

FOREVER = 10_000_000


def main():
    job = Job(__doc__)
    shop = Shop(job)
    data = shop.model.data()
    inner = CPModel(data)
    start = Start(job, shop)
    start.hint(inner)
    complete_hint(inner.model, 2 + 0.1 * job.arguments.time_limit)
    job.consider(better(job, start.chunks()))
    found = []
    seconds = job.left(keep=1.5 + 0.05 * job.arguments.time_limit)
    # Presolve at its default takes seconds and finds little.
    light = {"max_presolve_iterations": 1, "cp_model_probing_level": 0}
    solve(inner.model, seconds, lambda value: found.append((job.seconds(), shop.chunks(inner, value))), **light)
    job.consider_all(found, lambda chunks: better(job, chunks))
    job.answer()


def better(job, chunks):
    """The chunks, completed as they are or in the best order found."""
    plans = [Repair(job, chunks).chunks(), Ordering(job, job.by_window(chunks)).chunks()]
    return min(plans, key=lambda plan: job.audit(job.problem, {"chunks": plan, "cost": None}).run().cost)


class Part:
    """One chunk of one way to do a task: an optional task of PyJobShop, and its modes by worker and day."""

    def __init__(self, task, length, index):
        self.task, self.length, self.index = task, length, index
        self.modes = []  # (number of the mode, worker, day)


class Shop:
    def __init__(self, job):
        self.job, self.model = job, Model()
        self.day = round(job.day)
        self.ways = {}  # by task id: lists of parts
        self.undone = {}  # by task id: the part that stands for the work left undone
        self.number_of_modes = 0
        self.limits()
        for task in job.tasks:
            self.add_task(task)
        for task in job.tasks:
            self.add_links(task)
        unit = self.day / job.weights["late_day"]  # of cost for a point: a slot of tardiness costs 1
        self.model.set_objective(weight_tardy_jobs=round(job.weights["late"] * unit), weight_total_tardiness=1)

    def limits(self):
        """Machines and days."""
        job, model, horizon = self.job, self.model, self.job.problem["horizon"]
        self.pad = job.buffers["other_client"]
        self.machines, self.days = {}, {}
        for worker in job.problem["workers"]:
            ends = [0] + [time for start, end in worker["windows"] for time in (start, end + self.pad)] + [FOREVER]
            breaks = [(a, b) for a, b in zip(ends[::2], ends[1::2]) if a < b]
            self.machines[worker["id"]] = model.add_machine(breaks)
            for day in sorted({start // self.day for start, _ in worker["windows"]}):
                from_, to = day * self.day, (day + 1) * self.day
                room = [
                    cap["max"]
                    for cap in job.problem.get("caps") or ()
                    if (cap["from"], cap["to"], cap.get("worker")) == (from_, to, worker["id"])
                    and cap.get("client") is None
                ]
                self.days[worker["id"], day] = model.add_consumable(
                    min(room, default=self.day), outside(from_, to + self.pad)
                )
        self.after_all = model.add_renewable(1, [(0, horizon)])

    def lengths(self, task):
        """The chunks of each way to do a task: as few as it takes, and one more."""
        fewest = -(-task["size"] // task["max_chunk"])
        ways = []
        for count in (fewest, fewest + 1):
            if count * task["min_chunk"] <= task["size"] and (count == fewest or task["size"] > self.job.hour):
                ends = [task["size"] * k // count for k in range(count + 1)]
                ways.append([b - a for a, b in zip(ends, ends[1:])])
        return ways or [[]]

    def add_task(self, task):
        model, job = self.model, self.job
        # As many days after the horizon as the work costs that is not done.
        days = job.weights["unscheduled"] / job.weights["late_day"] * task["size"] / job.hour
        horizon, behind = job.problem["horizon"], round(days * self.day)
        weight = max(1, round(task["weight"]))
        whose = model.add_job(weight=weight, due_date=task["due"], deadline=horizon + max(behind, 1))
        when = []
        if task.get("eligible") is not None or task.get("deadline") is not None:
            when = [model.add_renewable(len(job.tasks), complement(self.times(task), self.pad))]
        ways = []
        for lengths in self.lengths(task):
            parts = [self.add_part(task, whose, length, when) for length in lengths]
            if parts and all(part.modes for part in parts):
                ways.append(parts)
                if len(parts) > 1:
                    model.add_select_all_or_none([self.shop_task(part) for part in parts])
            else:
                for part in parts:
                    self.forbid(part)
        self.ways[task["id"]] = ways
        undone = model.add_task(whose, horizon, horizon, latest_end=horizon + behind, optional=True)
        model.add_mode(undone, self.after_all, behind, 0)
        self.undone[task["id"]] = Part(task, 0, len(model.tasks) - 1)
        self.undone[task["id"]].modes.append((self.number_of_modes, None, None))
        self.number_of_modes += 1
        model.add_select_exactly_one([undone] + [self.shop_task(parts[0]) for parts in ways])

    def times(self, task):
        last = FOREVER if task.get("deadline") is None else task["deadline"]
        eligible = [(0, FOREVER)] if task.get("eligible") is None else task["eligible"]
        return [(a, min(b, last)) for a, b in eligible if a < min(b, last)]

    def add_part(self, task, whose, length, when):
        model = self.model
        horizon = self.job.problem["horizon"] + self.pad
        shop_task = model.add_task(whose, task["release"], horizon, latest_end=horizon, optional=True)
        part = Part(task, length, len(model.tasks) - 1)
        for worker, day in sorted({(p.worker, p.start // self.day) for p in self.job.pieces(task) if p.length >= length}):
            limits = [self.machines[worker], self.days[worker, day], *when]
            model.add_mode(shop_task, limits, length + self.pad, [0, length] + [1] * len(when))
            part.modes.append((self.number_of_modes, worker, day))
            self.number_of_modes += 1
        if not part.modes:  # every task has a mode; this one is never taken
            model.add_mode(shop_task, self.after_all, length, 0)
            self.number_of_modes += 1
        return part

    def forbid(self, part):
        self.model.add_end_before_start(self.shop_task(part), self.shop_task(part), 1)

    def shop_task(self, part):
        return self.model.tasks[part.index]

    def every_part(self, name):
        return [part for parts in self.ways[name] for part in parts]

    def add_links(self, task):
        for link in task.get("after") or ():
            for before in [*self.every_part(link["task"]), self.undone[link["task"]]]:
                for part in self.every_part(task["id"]):
                    self.model.add_end_before_start(self.shop_task(before), self.shop_task(part), link["lag"])

    def chunks(self, inner, value):
        """What a solution of the model plans."""
        found = []
        for name in self.ways:
            for part in self.every_part(name):
                variable = inner.variables.task_vars[part.index]
                if value(variable.present):
                    worker = next(w for mode, w, _ in part.modes if value(inner.variables.mode_vars[mode]))
                    start = value(variable.start)
                    found.append({"task": name, "worker": worker, "start": start, "end": start + part.length})
        return found


class Start:
    """Earliest due first, in the chunks that the model has: the solution to start from."""

    def __init__(self, job, shop):
        self.job, self.shop, self.board = job, shop, Repair(job, [])
        self.scheduled = {}  # by the index of a part: its mode and start
        waiting = sorted(job.tasks, key=lambda task: task["due"])
        while waiting:
            names = {task["id"] for task in waiting}
            free = [t for t in waiting if not any(link["task"] in names for link in t.get("after") or ())]
            task = (free or waiting)[0]
            waiting.remove(task)
            self.put(task)

    def chunks(self):
        return self.board.chunks()

    def put(self, task):
        for parts in self.shop.ways[task["id"]]:
            chunks = []
            for part in parts:
                chunk = self.earliest(task, part)
                if chunk is None:
                    break
                self.board.put(chunk)
                chunks.append(chunk)
            if len(chunks) == len(parts):
                for part, chunk in zip(parts, chunks):
                    day = chunk["start"] // self.shop.day
                    mode = next(m for m, w, d in part.modes if (w, d) == (chunk["worker"], day))
                    self.scheduled[part.index] = mode, chunk["start"]
                return
            for chunk in chunks:
                self.board.take(chunk)
        undone = self.shop.undone[task["id"]]
        self.scheduled[undone.index] = undone.modes[0][0], self.job.problem["horizon"]

    def hint(self, inner):
        """Says which tasks are there, when and how; the rest follows."""
        parts = [part for name in self.shop.ways for part in self.shop.every_part(name)]
        for part in [*parts, *self.shop.undone.values()]:
            variable = inner.variables.task_vars[part.index]
            inner.model.add_hint(variable.present, part.index in self.scheduled)
            if part.index in self.scheduled:
                taken, start = self.scheduled[part.index]
                inner.model.add_hint(variable.start, start)
                for mode, _, _ in part.modes:
                    inner.model.add_hint(inner.variables.mode_vars[mode], mode == taken)

    def earliest(self, task, part):
        ready = self.board.ready(task)
        if ready is None:
            return None
        starts = [
            (low, piece.worker)
            for piece in self.job.pieces(task)
            for low, high in self.board.gaps(task, piece, ready)
            if high - low >= part.length
            and all(self.board.room[k] >= part.length for k in self.board.counting(task, piece.worker, low))
            and not any(c["start"] < low + part.length and low < c["end"] for c in self.board.of[task["id"]])
        ]
        if not starts:
            return None
        start, worker = min(starts)
        return {"task": task["id"], "worker": worker, "start": start, "end": start + part.length}


def outside(start, end):
    return complement([(start, end)], 0)


def complement(times, pad):
    """The breaks that leave these times, each `pad` longer."""
    breaks, last = [], 0
    for start, end in sorted(times):
        if start > last:
            breaks.append((last, start))
        last = max(last, end + pad)
    return breaks + ([(last, FOREVER)] if last < FOREVER else [])


if __name__ == "__main__":
    main()
