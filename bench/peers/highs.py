#!/usr/bin/env python3
"""HiGHS on a compact mixed-integer model: slots of each task in each window, and how many chunks, which kinds of
work and which clients are there. Order and times inside a window are left to common.Ordering. The greedy plan is
the start; every solution found on the way is put into its best order, and the best of them is the answer."""
from common import Job, Ordering  # first: the clock runs while the solver loads

import highspy

KEEP = 0.12  # of the time limit, for putting what was found into order


def main():
    job = Job(__doc__)
    highs = highspy.Highs()
    highs.silent()
    highs.setOptionValue("threads", 2)
    model = Model(job, highs)
    found = []
    highs.cbMipImprovingSolution += lambda event: found.append((job.seconds(), model.given(event.data_out.mip_solution)))
    model.start_from(job.hint)
    job.consider(Ordering(job, job.by_window(job.hint)).chunks())
    highs.setOptionValue("time_limit", job.left(keep=1.0 + KEEP * job.arguments.time_limit))
    highs.minimize(model.cost())
    if highs.getInfo().primal_solution_status == 2:
        found.append((job.seconds(), model.given(highs.getSolution().col_value)))
    job.consider_all(found, lambda given: Ordering(job, given).chunks())
    job.answer()


class Model:
    def __init__(self, job, highs):
        self.job, self.highs, self.costs = job, highs, []
        self.slots, self.count, self.there = {}, {}, {}  # by (task id, number of the piece)
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
            most, chunks = min(piece.length, task["size"]), job.most_chunks(task, piece)
            most = min(most, chunks * task["max_chunk"])
            slots, there = highs.addIntegral(0, most), highs.addBinary()
            count = there
            if chunks > 1:
                count = highs.addIntegral(0, chunks)
                highs.addConstr(there <= count)
                highs.addConstr(count <= chunks * there)
            highs.addConstr(slots <= min(most, task["max_chunk"]) * count)
            highs.addConstr(slots >= task["min_chunk"] * count)
            self.slots[name, k], self.count[name, k], self.there[name, k] = slots, count, there
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
        present = highs.qsum(self.count[name, k] for k in range(len(pieces)))
        highs.addConstr(first <= present)
        self.costs.append(weights["chunk"] * (present - first))

    def add_lateness(self, task):
        job, highs, name = self.job, self.highs, task["id"]
        late, days = highs.addBinary(), highs.addVariable(0, job.problem["horizon"] / job.day)
        if job.problem["horizon"] > task["due"]:
            rest = (job.problem["horizon"] - task["due"]) / job.day
            highs.addConstr(late + self.whole[name] >= 1)
            highs.addConstr(days + rest * self.whole[name] >= rest)
        late_slots, late_days = [], []
        for k, piece in enumerate(self.pieces[name]):
            if piece.start + task["min_chunk"] > task["due"]:
                highs.addConstr(late >= self.there[name, k])
                over = (piece.start + task["min_chunk"] - task["due"]) / job.day
                highs.addConstr(days >= over * self.there[name, k])
                late_slots.append(self.slots[name, k])
                late_days.append(over * self.slots[name, k])
        if late_slots:  # the strong form: the late share of the work is at most `late`, and so its days
            highs.addConstr(highs.qsum(late_slots) <= task["size"] * late)
            highs.addConstr(highs.qsum(late_days) <= task["size"] * days)
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
                key = task["client"], task["batch"]
                if key not in kinds:
                    kinds[key] = highs.addBinary()
                if task["client"] not in clients:
                    clients[task["client"]] = highs.addBinary()
                highs.addConstr(there <= kinds[key])
                highs.addConstr(there <= clients[task["client"]])
                highs.addConstr(there <= used)
            work = highs.qsum(
                self.slots[name, k] + buffers["same_batch"] * self.count[name, k] for name, k, _ in chunks
            )
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

    def start_from(self, chunks):
        """A plan as the start: its whole numbers; HiGHS works out the rest."""
        values = {var.index: 0.0 for group in (self.slots, self.count, self.there) for var in group.values()}
        planned = {task["id"]: 0 for task in self.job.tasks}
        for chunk in chunks:
            name, slots = chunk["task"], chunk["end"] - chunk["start"]
            planned[name] += slots
            for k, piece in enumerate(self.pieces[name]):
                inside = piece.start <= chunk["start"] and chunk["end"] <= piece.end
                if inside and piece.worker == chunk["worker"]:
                    values[self.slots[name, k].index] += slots
                    values[self.there[name, k].index] = 1.0
                    if self.count[name, k] is not self.there[name, k]:
                        values[self.count[name, k].index] += 1.0
                    break
        for name, slots in planned.items():
            values[self.whole[name].index] = float(slots == self.job.task[name]["size"])
        if chunks:
            self.highs.setSolution(len(values), list(values), list(values.values()))

    def given(self, values):
        """The chunks of each window."""
        given = {}
        for (name, k), slots in self.slots.items():
            length, count = round(values[slots.index]), round(values[self.count[name, k].index])
            for c in range(count):
                part = length * (c + 1) // count - length * c // count
                if part > 0:
                    given.setdefault(self.pieces[name][k].window, []).append((name, part))
        return given


if __name__ == "__main__":
    main()
