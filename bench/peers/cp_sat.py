#!/usr/bin/env python3
"""CP-SAT (OR-Tools): an optional interval for each chunk that may lie in each window. The work of one kind in a
window is an interval around its chunks, a client's work one around its kinds, and on each of the three levels
nothing overlaps within the buffer of that level: so all buffers are exact, with no circuit. The greedy plan is the
start: its chunks in the best order found are a complete and feasible hint. Not stated: `move`, and the start within the window in `soon`."""
from common import Job, Ordering, Repair  # first: the clock runs while the solver loads

from cp import complete_hint, solve
from ortools.sat.python import cp_model

SCALE = 1000  # points are whole numbers of a thousandth


def main():
    job = Job(__doc__)
    model = Model(job)
    start = Ordering(job, job.by_window(job.hint))
    orderly = start.in_order()
    whole = Repair(job, orderly).chunks()
    job.consider(whole)
    model.start_from(whole) or model.start_from(orderly)
    found = []
    seconds = job.left(keep=1.5 + 0.05 * job.arguments.time_limit)
    solve(model.cp, seconds, lambda value: found.append((job.seconds(), model.chunks(value))))
    job.consider_all(found, lambda chunks: Repair(job, chunks).chunks())
    job.answer()


class Chunk:
    """An optional chunk of a task in one piece of a window."""

    def __init__(self, cp, task, piece, name):
        most = min(task["max_chunk"], task["size"], piece.length)
        self.task, self.piece = task, piece
        self.there = cp.new_bool_var(f"{name} there")
        self.start = cp.new_int_var(piece.start, piece.end - task["min_chunk"], f"{name} start")
        self.end = cp.new_int_var(piece.start + task["min_chunk"], piece.end, f"{name} end")
        self.slots = cp.new_int_var_from_domain(
            cp_model.Domain.from_intervals([[0, 0], [task["min_chunk"], most]]), f"{name} slots"
        )
        cp.add(self.slots >= task["min_chunk"]).only_enforce_if(self.there)
        cp.add(self.slots == 0).only_enforce_if(~self.there)
        self.interval = cp.new_optional_interval_var(self.start, self.slots, self.end, self.there, name)

    def padded(self, cp, buffer):
        return cp.new_optional_interval_var(self.start, self.slots + buffer, self.end + buffer, self.there, "padded")


class Around:
    """An optional interval around others, of which at least one is there."""

    def __init__(self, cp, inner, start, end, buffer, name):
        self.there, self.inner = cp.new_bool_var(name), inner
        self.start, self.end = (cp.new_int_var(start, end, f"{name} {what}") for what in ("start", "end"))
        self.size = cp.new_int_var(0, end - start, f"{name} size")
        for one in inner:
            cp.add_implication(one.there, self.there)
            cp.add(self.start <= one.start).only_enforce_if(one.there)
            cp.add(one.end <= self.end).only_enforce_if(one.there)
        cp.add_bool_or([one.there for one in inner] + [~self.there])
        self.interval = cp.new_optional_interval_var(
            self.start, self.size + buffer, self.end + buffer, self.there, name
        )


class Model:
    def __init__(self, job):
        self.job, self.cp, self.costs = job, cp_model.CpModel(), []
        self.of, self.whole, self.done, self.left = {}, {}, {}, {}
        self.late, self.over, self.arounds, self.used, self.short = {}, {}, [], [], []
        for task in job.tasks:
            self.add_task(task)
        for task in job.tasks:
            self.add_links(task)
        self.add_windows()
        for cap in job.problem.get("caps") or ():
            self.cp.add(sum(c.slots for c in self.counted(cap)) <= cap["max"])
        for quota in job.problem.get("quotas") or ():
            short = self.cp.new_int_var(0, max(0, quota["min"]), "short")
            self.cp.add(sum(c.slots for c in self.counted(quota)) + short >= quota["min"])
            self.short.append((short, quota))
            self.pay(job.weights["quota"] / job.hour, short)
        self.cp.minimize(sum(self.costs))

    def pay(self, points, units):
        self.costs.append(round(SCALE * points) * units)

    def add_task(self, task):
        job, cp, name, weights = self.job, self.cp, task["id"], self.job.weights
        chunks = []
        for k, piece in enumerate(job.pieces(task)):
            here = [Chunk(cp, task, piece, f"{name} {k} {c}") for c in range(job.most_chunks(task, piece))]
            for first, second in zip(here, here[1:]):  # in their order, so that they differ
                cp.add_implication(second.there, first.there)
                cp.add(second.start >= first.end).only_enforce_if(second.there)
            chunks += here
        if len({chunk.piece.worker for chunk in chunks}) > 1:
            cp.add_no_overlap([chunk.interval for chunk in chunks])
        self.of[name] = chunks
        self.whole[name] = whole = cp.new_bool_var(f"{name} whole")
        self.left[name] = left = cp.new_int_var(0, task["size"], f"{name} left")
        cp.add(sum(c.slots for c in chunks) + left == task["size"])
        cp.add(left == 0).only_enforce_if(whole)
        self.pay(weights["unscheduled"] * task["weight"] / job.hour, left)
        some = cp.new_bool_var(f"{name} some")
        cp.add_bool_or([c.there for c in chunks] + [~some])
        self.pay(weights["chunk"], sum(c.there for c in chunks) - some)
        for chunk in chunks:
            days = (chunk.piece.start - task["release"]) / job.day
            self.pay((weights["soon"] * days + job.rate[chunk.piece.worker]) / job.hour, chunk.slots)
            if task.get("prefer") is not None:
                self.pay(weights["prefer"] / job.hour, self.outside(task, chunk))
        self.add_lateness(task, chunks)

    def outside(self, task, chunk):
        """The slots of a chunk outside the task's preferred time."""
        liked = [(max(a, chunk.piece.start), min(b, chunk.piece.end)) for a, b in task["prefer"]]
        liked = [(a, b) for a, b in liked if a < b]
        if not liked:
            return chunk.slots
        if liked == [(chunk.piece.start, chunk.piece.end)]:
            return 0
        cp, longest, inside = self.cp, chunk.piece.length, []
        for a, b in liked:
            first, last = (cp.new_int_var(chunk.piece.start, chunk.piece.end, "liked") for _ in range(2))
            length = cp.new_int_var(0, longest, "liked")
            cp.add_max_equality(first, [chunk.start, a])
            cp.add_min_equality(last, [chunk.end, b])
            cp.add_max_equality(length, [0, last - first])
            inside.append(length)
        outside = cp.new_int_var(0, longest, "outside")
        cp.add(outside >= chunk.slots - sum(inside)).only_enforce_if(chunk.there)
        return outside

    def add_lateness(self, task, chunks):
        job, cp, name, horizon = self.job, self.cp, task["id"], self.job.problem["horizon"]
        self.done[name] = done = cp.new_int_var(0, horizon, f"{name} done")
        for chunk in chunks:
            cp.add(done >= chunk.end).only_enforce_if(chunk.there)
        cp.add(done >= horizon).only_enforce_if(~self.whole[name])
        self.late[name] = late = cp.new_bool_var(f"{name} late")
        self.over[name] = over = cp.new_int_var(0, horizon, f"{name} over")
        cp.add(over >= done - task["due"])
        cp.add(over == 0).only_enforce_if(~late)
        behind = [c for c in chunks if c.piece.start + task["min_chunk"] > task["due"]]
        for chunk in behind:
            cp.add_implication(chunk.there, late)
        if behind:  # the strong form, for the linear relaxation
            cp.add(sum(c.slots for c in behind) <= task["size"] * late)
            most = [max(0, c.piece.start + task["min_chunk"] - task["due"]) for c in behind]
            cp.add(sum(m * c.slots for m, c in zip(most, behind)) <= task["size"] * over)
        self.pay(task["weight"] * job.weights["late"], late)
        self.pay(task["weight"] * job.weights["late_day"] / job.day, over)

    def add_links(self, task):
        for link in task.get("after") or ():
            for chunk in self.of[task["id"]]:
                self.cp.add_implication(chunk.there, self.whole[link["task"]])
                later = chunk.start >= self.done[link["task"]] + link["lag"]
                self.cp.add(later).only_enforce_if(chunk.there)

    def add_windows(self):
        job, cp, buffers = self.job, self.cp, self.job.buffers
        inside = {}
        for chunks in self.of.values():
            for chunk in chunks:
                inside.setdefault(chunk.piece.window, []).append(chunk)
        for number, chunks in inside.items():
            _, start, end = job.windows[number]
            cp.add_no_overlap([chunk.padded(cp, buffers["same_batch"]) for chunk in chunks])
            by_kind, by_client = {}, {}
            for chunk in chunks:
                by_kind.setdefault((chunk.task["client"], chunk.task["batch"]), []).append(chunk)
            kinds = []
            for (client, batch), some in by_kind.items():
                kind = Around(cp, some, start, end, buffers["same_client"], f"{number} {client} {batch}")
                by_client.setdefault(client, []).append(kind)
                kinds.append(kind)
            cp.add_no_overlap([kind.interval for kind in kinds])
            clients = [
                Around(cp, some, start, end, buffers["other_client"], f"{number} {client}")
                for client, some in by_client.items()
            ]
            cp.add_no_overlap([client.interval for client in clients])
            used = cp.new_bool_var(f"{number} used")
            cp.add_bool_or([client.there for client in clients] + [~used])
            self.pay(job.weights["block"], sum(kind.there for kind in kinds))
            self.pay(job.weights["client_switch"], sum(client.there for client in clients) - used)
            # The room, for the linear relaxation.
            work = sum(chunk.slots + buffers["same_batch"] * chunk.there for chunk in chunks)
            more = (buffers["same_client"] - buffers["same_batch"]) * sum(kind.there for kind in kinds)
            most = (buffers["other_client"] - buffers["same_client"]) * sum(client.there for client in clients)
            cp.add(work + more + most <= end - start + buffers["other_client"])
            self.arounds += kinds + clients
            self.used.append((used, clients))

    def counted(self, rule):
        """The chunks that a cap or quota counts; windows lie on one side of its ends."""
        return [
            chunk
            for name, chunks in self.of.items()
            for chunk in chunks
            if rule.get("client") in (None, self.job.task[name]["client"])
            and rule["from"] <= chunk.piece.start < rule["to"]
            and rule.get("worker") in (None, chunk.piece.worker)
        ]

    def start_from(self, plan):
        """Hints a plan, completed to every variable; false where the plan is none of this model (a client may come
        but once in a window)."""
        self.cp.clear_hints()
        self.hint(plan)
        return complete_hint(self.cp, 2 + 0.05 * self.job.arguments.time_limit)

    def hint(self, plan):
        """Says a plan in the variables that matter."""
        cp, at = self.cp, {}
        for hint in sorted(plan, key=lambda c: c["start"]):
            for chunk in self.of[hint["task"]]:
                piece = chunk.piece
                inside = piece.start <= hint["start"] and hint["end"] <= piece.end
                if inside and piece.worker == hint["worker"] and chunk not in at:
                    at[chunk] = hint["start"], hint["end"]
                    break
        for name, chunks in self.of.items():
            task, planned = self.job.task[name], [at[c] for c in chunks if c in at]
            for chunk in chunks:
                cp.add_hint(chunk.there, chunk in at)
                if chunk in at:
                    cp.add_hint(chunk.start, at[chunk][0])
                    cp.add_hint(chunk.end, at[chunk][1])
                cp.add_hint(chunk.slots, at[chunk][1] - at[chunk][0] if chunk in at else 0)
            left = task["size"] - sum(end - start for start, end in planned)
            done = max((end for _, end in planned), default=0) if left == 0 else self.job.problem["horizon"]
            cp.add_hint(self.left[name], left)
            cp.add_hint(self.whole[name], left == 0)
            cp.add_hint(self.done[name], done)
            cp.add_hint(self.late[name], done > task["due"])
            cp.add_hint(self.over[name], max(0, done - task["due"]))
        for around in self.arounds:  # kinds come before the clients around them
            inner = [at[one] for one in around.inner if one in at]
            cp.add_hint(around.there, bool(inner))
            if inner:
                at[around] = min(start for start, _ in inner), max(end for _, end in inner)
                cp.add_hint(around.start, at[around][0])
                cp.add_hint(around.end, at[around][1])
                cp.add_hint(around.size, at[around][1] - at[around][0])
        for used, clients in self.used:
            cp.add_hint(used, any(client in at for client in clients))
        for short, quota in self.short:
            done = sum(at[c][1] - at[c][0] for c in self.counted(quota) if c in at)
            cp.add_hint(short, max(0, quota["min"] - done))

    def chunks(self, value):
        return [
            {
                "task": name,
                "worker": chunk.piece.worker,
                "start": value(chunk.start),
                "end": value(chunk.end),
            }
            for name, chunks in self.of.items()
            for chunk in chunks
            if value(chunk.there)
        ]


if __name__ == "__main__":
    main()
