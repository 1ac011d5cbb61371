#!/usr/bin/env python3
"""HiGHS on a compact mixed-integer model: slots of each task in each window, and the presence of chunks,
kinds of work and clients there. Order and times inside a window are left to common.Ordering."""
import highspy

from common import Job, Ordering


def main():
    job = Job(__doc__)
    highs = highspy.Highs()
    highs.silent()
    highs.setOptionValue("threads", 2)
    model = Model(job, highs)
    highs.setOptionValue("time_limit", job.left(keep=4.0))
    highs.minimize(model.cost())
    candidates = [[]] if job.hint is None else [[], job.hint]
    if highs.getInfo().primal_solution_status == 2:
        candidates.append(Ordering(job, model.given(highs.getSolution().col_value)).chunks())
    job.answer(*candidates)


class Model:
    def __init__(self, job, highs):
        self.job, self.highs, self.costs = job, highs, []
        self.slots, self.there = {}, {}  # by (task id, number of the piece)
        self.pieces = {task["id"]: job.pieces(task) for task in job.tasks}
        self.whole = {task["id"]: highs.addBinary() for task in job.tasks}
        for task in job.tasks:
            self.add_task(task)
        for task in job.tasks:
            self.add_links(task)
        self.add_windows()
        self.add_caps_and_quotas()

    def cost(self):
        return self.highs.qsum(self.costs)

    def add_task(self, task):
        job, highs, name = self.job, self.highs, task["id"]
        weights, pieces = job.weights, self.pieces[name]
        for k, piece in enumerate(pieces):
            most = min(task["max_chunk"], piece.length, task["size"])
            slots, there = highs.addIntegral(0, most), highs.addBinary()
            highs.addConstr(slots <= most * there)
            highs.addConstr(slots >= task["min_chunk"] * there)
            self.slots[name, k], self.there[name, k] = slots, there
            soon = weights["soon"] / job.hour * (piece.start - task["release"]) / job.day
            self.costs.append((soon + job.rate[piece.worker] / job.hour) * slots)
            if task.get("prefer") is not None:
                liked = sum(max(0, min(piece.end, b) - max(piece.start, a)) for a, b in task["prefer"])
                outside = highs.addVariable(0, most)
                highs.addConstr(outside >= slots - liked)
                self.costs.append(weights["prefer"] / job.hour * outside)
        left = highs.addVariable(0, task["size"])
        highs.addConstr(highs.qsum(self.slots[name, k] for k in range(len(pieces))) + left == task["size"])
        highs.addConstr(left <= task["size"] - task["size"] * self.whole[name])
        self.costs.append(weights["unscheduled"] * task["weight"] / job.hour * left)
        self.add_lateness(task)
        # A chunk beyond the first costs; one that is there at all does not.
        first = highs.addVariable(0, 1)
        present = highs.qsum(self.there[name, k] for k in range(len(pieces)))
        highs.addConstr(first <= present)
        self.costs.append(weights["chunk"] * (present - first))

    def add_lateness(self, task):
        job, highs, name = self.job, self.highs, task["id"]
        late, days = highs.addBinary(), highs.addVariable(0, job.problem["horizon"] / job.day)
        if job.problem["horizon"] > task["due"]:
            rest = (job.problem["horizon"] - task["due"]) / job.day
            highs.addConstr(late + self.whole[name] >= 1)
            highs.addConstr(days + rest * self.whole[name] >= rest)
        late_slots = []
        for k, piece in enumerate(self.pieces[name]):
            if piece.start + task["min_chunk"] > task["due"]:
                highs.addConstr(late >= self.there[name, k])
                over = (piece.start + task["min_chunk"] - task["due"]) / job.day
                highs.addConstr(days >= over * self.there[name, k])
                late_slots.append(self.slots[name, k])
        if late_slots:  # the strong form: the late share of the work is at most `late`
            highs.addConstr(highs.qsum(late_slots) <= task["size"] * late)
        self.costs.append(task["weight"] * job.weights["late"] * late)
        self.costs.append(task["weight"] * job.weights["late_day"] * days)

    def add_links(self, task):
        highs, name, horizon = self.highs, task["id"], self.job.problem["horizon"]
        for link in task.get("after") or ():
            before, done = link["task"], highs.addVariable(0, horizon)
            shortest = self.job.task[before]["min_chunk"]
            for k, piece in enumerate(self.pieces[before]):
                highs.addConstr(done >= (piece.start + shortest) * self.there[before, k])
            for k, piece in enumerate(self.pieces[name]):
                there = self.there[name, k]
                highs.addConstr(there <= self.whole[before])
                last = piece.end - task["min_chunk"]
                highs.addConstr(done + link["lag"] <= last + (horizon + link["lag"] - last) * (1 - there))

    def add_windows(self):
        job, highs, buffers = self.job, self.highs, self.job.buffers
        inside = {}
        for (name, k), there in self.there.items():
            inside.setdefault(self.pieces[name][k].window, []).append((name, k, there))
        for number, chunks in inside.items():
            _, start, end = job.windows[number]
            kinds, clients, used = {}, {}, highs.addBinary()
            for name, k, there in chunks:
                task = job.task[name]
                kind = kinds.setdefault((task["client"], task["batch"]), highs.addBinary())
                client = clients.setdefault(task["client"], highs.addBinary())
                highs.addConstr(there <= kind)
                highs.addConstr(there <= client)
                highs.addConstr(there <= used)
            work = highs.qsum(self.slots[name, k] + buffers["same_batch"] * there for name, k, there in chunks)
            more = buffers["same_client"] - buffers["same_batch"]
            most = buffers["other_client"] - buffers["same_client"]
            room = end - start + buffers["other_client"]
            highs.addConstr(work + more * highs.qsum(kinds.values()) + most * highs.qsum(clients.values()) <= room)
            self.costs.append(job.weights["block"] * highs.qsum(kinds.values()))
            self.costs.append(job.weights["client_switch"] * (highs.qsum(clients.values()) - used))

    def add_caps_and_quotas(self):
        for cap in self.job.problem.get("caps") or ():
            counted = self.counted(cap)
            if counted:
                self.highs.addConstr(self.highs.qsum(counted) <= cap["max"])
        for quota in self.job.problem.get("quotas") or ():
            short = self.highs.addVariable(0, max(0, quota["min"]))
            self.highs.addConstr(self.highs.qsum(self.counted(quota)) + short >= quota["min"])
            self.costs.append(self.job.weights["quota"] / self.job.hour * short)

    def counted(self, rule):
        return [
            slots
            for (name, k), slots in self.slots.items()
            if rule["from"] <= self.pieces[name][k].start < rule["to"]
            and rule.get("worker") in (None, self.pieces[name][k].worker)
            and rule.get("client") in (None, self.job.task[name]["client"])
        ]

    def given(self, values):
        """The chunks of each window."""
        given = {}
        for (name, k), slots in self.slots.items():
            length = round(values[slots.index])
            if length > 0:
                given.setdefault(self.pieces[name][k].window, []).append((name, length))
        return given


if __name__ == "__main__":
    main()
