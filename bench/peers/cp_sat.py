#!/usr/bin/env python3
"""CP-SAT (OR-Tools): chunks as optional intervals, one place each, no overlap on a worker. Between two chunks the
longest of the buffers is kept; kinds of work and clients are counted by window. The greedy plan is the hint."""
from ortools.sat.python import cp_model

from common import Job, Repair

SCALE = 100  # points are whole numbers of a hundredth
MOST_CHUNKS = 4


def main():
    job = Job(__doc__)
    model = Model(job)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = job.left(keep=3.0)
    status = solver.solve(model.cp)
    candidates = [[]] if job.hint is None else [[], job.hint]
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        candidates.append(Repair(job, model.chunks(solver)).chunks())
    job.answer(*candidates)


class Chunk:
    """One optional chunk of a task: its place among the pieces, start and length."""

    def __init__(self, cp, task, pieces, name):
        self.pieces = pieces
        horizon = max((piece.end for piece in pieces), default=0)
        self.length = cp.new_int_var_from_domain(
            cp_model.Domain.from_intervals([[0, 0], [task["min_chunk"], min(task["max_chunk"], task["size"])]]), name
        )
        self.start = cp.new_int_var(task["release"], horizon, name)
        self.end = cp.new_int_var(task["release"], horizon, name)
        self.present = cp.new_bool_var(name)
        self.places = [cp.new_bool_var(f"{name} {k}") for k in range(len(pieces))]
        cp.add(sum(self.places) == self.present)
        cp.add(self.length >= task["min_chunk"]).only_enforce_if(self.present)
        cp.add(self.length == 0).only_enforce_if(~self.present)
        cp.add(self.end == self.start + self.length)
        for piece, place in zip(pieces, self.places):
            cp.add(self.start >= piece.start).only_enforce_if(place)
            cp.add(self.end <= piece.end).only_enforce_if(place)


class Model:
    def __init__(self, job):
        self.job, self.cp, self.costs = job, cp_model.CpModel(), []
        self.of, self.whole, self.done = {}, {}, {}
        for task in job.tasks:
            self.add_task(task)
        for task in job.tasks:
            for link in task.get("after") or ():
                for chunk in self.of[task["id"]]:
                    self.cp.add_implication(chunk.present, self.whole[link["task"]])
                    later = chunk.start >= self.done[link["task"]] + link["lag"]
                    self.cp.add(later).only_enforce_if(chunk.present)
        self.add_workers()
        self.add_kinds()
        self.add_caps_and_quotas()
        if job.hint is not None:
            self.add_hint()
        self.cp.minimize(sum(self.costs))

    def pay(self, points, units):
        self.costs.append(round(SCALE * points) * units)

    def add_task(self, task):
        job, cp, name, weights = self.job, self.cp, task["id"], self.job.weights
        pieces = job.pieces(task)
        most = min(MOST_CHUNKS, task["size"] // task["min_chunk"]) if pieces else 0
        chunks = [Chunk(cp, task, pieces, f"{name} {k}") for k in range(most)]
        for first, second in zip(chunks, chunks[1:]):  # in their order, so that they differ
            cp.add_implication(second.present, first.present)
            cp.add(second.start >= first.end).only_enforce_if(second.present)
        self.of[name] = chunks
        self.whole[name] = whole = cp.new_bool_var(f"{name} whole")
        left = cp.new_int_var(0, task["size"], f"{name} left")
        cp.add(sum(c.length for c in chunks) + left == task["size"])
        cp.add(left == 0).only_enforce_if(whole)
        self.pay(weights["unscheduled"] * task["weight"] / job.hour, left)
        self.pay(weights["chunk"], sum(c.present for c in chunks[1:]))
        horizon = job.problem["horizon"]
        self.done[name] = done = cp.new_int_var(0, horizon, f"{name} done")
        for chunk in chunks:
            cp.add(done >= chunk.end).only_enforce_if(chunk.present)
        cp.add(done >= horizon).only_enforce_if(~whole)
        late, over = cp.new_bool_var(f"{name} late"), cp.new_int_var(0, horizon, f"{name} over")
        cp.add(over >= done - task["due"])
        cp.add(over == 0).only_enforce_if(~late)
        self.pay(task["weight"] * weights["late"], late)
        self.pay(task["weight"] * weights["late_day"] / job.day, over)

    def add_workers(self):
        buffer = self.job.buffers["other_client"]
        intervals = {}
        for chunks in self.of.values():
            for chunk in chunks:
                padded = self.cp.new_int_var(0, self.job.problem["horizon"], "padded")
                self.cp.add(padded == chunk.length + buffer)
                end = self.cp.new_int_var(0, self.job.problem["horizon"] + buffer, "end")
                for worker in {piece.worker for piece in chunk.pieces}:
                    here = self.cp.new_bool_var(f"by {worker}")
                    at = [place for piece, place in zip(chunk.pieces, chunk.places) if piece.worker == worker]
                    self.cp.add(sum(at) == here)
                    interval = self.cp.new_optional_interval_var(chunk.start, padded, end, here, "chunk")
                    intervals.setdefault(worker, []).append(interval)
        for row in intervals.values():
            self.cp.add_no_overlap(row)

    def add_kinds(self):
        kinds, clients = {}, {}
        for name, chunks in self.of.items():
            task = self.job.task[name]
            for chunk in chunks:
                for piece, place in zip(chunk.pieces, chunk.places):
                    kind = (piece.window, task["client"], task["batch"])
                    client = (piece.window, task["client"])
                    for key, known in ((kind, kinds), (client, clients)):
                        if key not in known:
                            known[key] = self.cp.new_bool_var(f"{key}")
                        self.cp.add_implication(place, known[key])
        self.pay(self.job.weights["block"], sum(kinds.values()))
        self.pay(self.job.weights["client_switch"], sum(clients.values()))

    def add_caps_and_quotas(self):
        for cap in self.job.problem.get("caps") or ():
            self.cp.add(sum(self.counted(cap)) <= cap["max"])
        for quota in self.job.problem.get("quotas") or ():
            short = self.cp.new_int_var(0, max(0, quota["min"]), "short")
            self.cp.add(sum(self.counted(quota)) + short >= quota["min"])
            self.pay(self.job.weights["quota"] / self.job.hour, short)

    def counted(self, rule):
        """The lengths of the chunks that a cap or quota counts; windows lie on one side of its ends."""
        lengths = []
        for name, chunks in self.of.items():
            if rule.get("client") not in (None, self.job.task[name]["client"]):
                continue
            for chunk in chunks:
                at = [
                    place
                    for piece, place in zip(chunk.pieces, chunk.places)
                    if rule["from"] <= piece.start < rule["to"] and rule.get("worker") in (None, piece.worker)
                ]
                if at:
                    length = self.cp.new_int_var(0, self.job.task[name]["max_chunk"], "counted")
                    here = self.cp.new_bool_var("here")
                    self.cp.add(sum(at) == here)
                    self.cp.add(length == chunk.length).only_enforce_if(here)
                    self.cp.add(length == 0).only_enforce_if(~here)
                    lengths.append(length)
        return lengths

    def add_hint(self):
        by_task = {}
        for chunk in sorted(self.job.hint, key=lambda c: c["start"]):
            by_task.setdefault(chunk["task"], []).append(chunk)
        for name, chunks in self.of.items():
            hints = by_task.get(name, [])
            for k, chunk in enumerate(chunks):
                self.cp.add_hint(chunk.present, k < len(hints))
                if k < len(hints):
                    self.cp.add_hint(chunk.start, hints[k]["start"])
                    self.cp.add_hint(chunk.length, hints[k]["end"] - hints[k]["start"])

    def chunks(self, solver):
        found = []
        for name, chunks in self.of.items():
            for chunk in chunks:
                if solver.value(chunk.present):
                    worker = next(p.worker for p, at in zip(chunk.pieces, chunk.places) if solver.value(at))
                    start, end = solver.value(chunk.start), solver.value(chunk.end)
                    found.append({"task": name, "worker": worker, "start": start, "end": end})
        return found


if __name__ == "__main__":
    main()
