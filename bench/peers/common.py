"""What the Python peers share: arguments, the clock, where chunks may lie, the best order in a window, the
answer and its trace. Peers import this first, so that the clock runs while the others load."""
import time

STARTED = time.monotonic()

import argparse
import importlib.util
import json
import pathlib

HERE = pathlib.Path(__file__).parent
BEAM = 40  # so many beginnings of an order of groups are followed in a window


def judge():
    """bench/judge.py as a module."""
    spec = importlib.util.spec_from_file_location("judge", HERE.parent / "judge.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Piece:
    """A stretch of a worker's window in which chunks of one task may lie."""

    def __init__(self, window, worker, start, end):
        self.window, self.worker, self.start, self.end = window, worker, start, end

    @property
    def length(self):
        return self.end - self.start


class Job:
    """One run: the problem, the clock, the best answer so far, and helpers that every model wants."""

    def __init__(self, description):
        parser = argparse.ArgumentParser(description=description)
        parser.add_argument("problem")
        parser.add_argument("-o", "--output", required=True)
        parser.add_argument("--time-limit", type=float, default=60, help="seconds, from the start of the process")
        parser.add_argument("--trace", help="JSON lines of seconds and cost, one whenever the cost gets better")
        self.arguments = parser.parse_args()
        path = pathlib.Path(self.arguments.problem)
        self.problem = json.loads(path.read_text())
        hint = path.with_name("greedy.json")
        self.hint = json.loads(hint.read_text())["chunks"] if hint.exists() else []
        self.hour = 60 / self.problem["slot_minutes"]
        self.day = 24 * self.hour
        self.tasks = self.problem["tasks"]
        self.task = {task["id"]: task for task in self.tasks}
        self.weights, self.buffers = self.problem["weights"], self.problem["buffers"]
        self.windows = [
            (worker["id"], start, end) for worker in self.problem["workers"] for start, end in worker["windows"]
        ]
        self.rate = {worker["id"]: worker.get("rate", 0) for worker in self.problem["workers"]}
        self.audit = judge().Audit
        self.answers = []  # (seconds, cost, chunks)
        self.consider([])
        self.consider(self.hint)

    @staticmethod
    def seconds():
        """Since the process has started."""
        return time.monotonic() - STARTED

    def left(self, keep):
        """Seconds until the limit, less what is kept for what comes after."""
        return max(1.0, self.arguments.time_limit - self.seconds() - keep)

    def pieces(self, task):
        """Where chunks of a task may lie."""
        first = task["release"]
        last = self.problem["horizon"] if task.get("deadline") is None else task["deadline"]
        eligible = task.get("eligible")
        found = []
        for number, (worker, start, end) in enumerate(self.windows):
            if task.get("workers") is not None and worker not in task["workers"]:
                continue
            for a, b in [(start, end)] if eligible is None else eligible:
                low, high = max(start, a, first), min(end, b, last)
                if high - low >= task["min_chunk"]:
                    found.append(Piece(number, worker, low, high))
        return found

    def by_window(self, chunks):
        """The tasks and slots that chunks give to each window."""
        given = {}
        for chunk in chunks:
            for number, (worker, start, end) in enumerate(self.windows):
                if worker == chunk["worker"] and start <= chunk["start"] < end:
                    given.setdefault(number, []).append((chunk["task"], chunk["end"] - chunk["start"]))
        return given

    def most_chunks(self, task, piece):
        """As many chunks of a task as a piece has use for."""
        return max(1, -(-min(task["size"], piece.length) // task["max_chunk"]))

    def buffer(self, first, second):
        """The free slots wanted between a chunk of one task and one of another."""
        if first["client"] != second["client"]:
            return self.buffers["other_client"]
        return self.buffers["same_batch" if first["batch"] == second["batch"] else "same_client"]

    def consider(self, chunks, seconds=None):
        """Takes an answer that was known at some second, if no rule is broken by it."""
        audit = self.audit(self.problem, {"chunks": chunks, "cost": None}).run()
        if all(fault.startswith("the stated cost") for fault in audit.faults):
            self.answers.append((self.seconds() if seconds is None else seconds, audit.cost, chunks))

    def consider_all(self, found, complete):
        """Turns what a solver has found, [(seconds, what)], into answers: the last first, while there is time."""
        for seconds, what in reversed(found):
            self.consider(complete(what), seconds)
            if self.arguments.time_limit - self.seconds() < 0.5:
                break

    def answer(self):
        """Writes the cheapest answer, and the trace where it is wanted."""
        _, cost, chunks = min(self.answers, key=lambda answer: answer[1])
        solution = {"chunks": chunks, "cost": cost, "bound": None}
        pathlib.Path(self.arguments.output).write_text(json.dumps(solution))
        if self.arguments.trace is None:
            return
        best, lines = float("inf"), []
        for seconds, cost, _ in sorted(self.answers, key=lambda answer: answer[:2]):
            if cost < best:
                best = cost
                lines.append(json.dumps({"seconds": round(seconds, 6), "cost": cost, "bound": None}) + "\n")
        pathlib.Path(self.arguments.trace).write_text("".join(lines))


class Ordering:
    """Puts the chunks that a model has given to windows into an order and at times, the best found.

    Windows are taken by their start, so that links between tasks are known. In a window the orders of
    its groups (a client's work of one kind) are tried by a beam search, all of them where there are few;
    in a group the earliest due comes first. A chunk that fits nowhere is left out.
    """

    def __init__(self, job, given):
        self.job, self.given = job, given
        self.placed, self.done_at, self.planned = [], {}, {}
        self.caps_left = [cap["max"] for cap in job.problem.get("caps") or ()]

    def chunks(self):
        """The chunks at their times, and what was left out put where it still fits."""
        return Repair(self.job, self.in_order()).chunks()

    def in_order(self):
        windows = self.job.windows
        for number in sorted(self.given, key=lambda w: windows[w][1]):
            for chunk in self.best(number):
                self.place(chunk)
        return self.without_orphans()

    def best(self, number):
        """The chunks of a window at their times, in the best order found."""
        groups = {}
        for task, slots in self.given[number]:
            data = self.job.task[task]
            groups.setdefault((data["client"], data["batch"]), []).append((task, slots))
        for group in groups.values():
            group.sort(key=lambda chunk: self.job.task[chunk[0]]["due"])
        groups = list(groups.values())
        beam = [(0.0, self.job.windows[number][1], frozenset(), ())]  # points, when free, groups done, chunks
        for _ in groups:
            longer = [
                self.with_group(state, k, group, number)
                for state in beam
                for k, group in enumerate(groups)
                if k not in state[2]
            ]
            longer.sort(key=lambda state: state[:2])
            beam, seen = [], {}
            for state in longer:  # not more than a few with the same groups in other orders
                seen[state[2]] = seen.get(state[2], 0) + 1
                if seen[state[2]] <= 4 and len(beam) < BEAM:
                    beam.append(state)
        return beam[0][3]

    def with_group(self, state, k, group, number):
        """An order with one more group behind it; its points tell orders apart."""
        job, (worker, _, end) = self.job, self.job.windows[number]
        points, free, done, placed = state
        placed = list(placed)
        weights = job.weights
        for name, slots in group:
            task = job.task[name]
            before = job.task[placed[-1]["task"]] if placed else None
            begin = self.earliest(task, slots, free + (job.buffer(before, task) if before else 0), end, placed)
            if begin is None:
                points += task["weight"] * (weights["unscheduled"] * slots / job.hour + weights["late"])
                continue
            over = begin + slots - task["due"]
            if over > 0:
                points += task["weight"] * (weights["late"] + weights["late_day"] * over / job.day)
            if before is None or (before["client"], before["batch"]) != (task["client"], task["batch"]):
                points += weights["block"]
            if before is not None and before["client"] != task["client"]:
                points += weights["client_switch"]
            if task.get("prefer") is not None:
                liked = sum(max(0, min(begin + slots, b) - max(begin, a)) for a, b in task["prefer"])
                points += weights["prefer"] * (slots - liked) / job.hour
            points += weights["soon"] * slots / job.hour * (begin - task["release"]) / job.day
            placed.append({"task": name, "worker": worker, "start": begin, "end": begin + slots})
            free = begin + slots
        return points, free, done | {k}, tuple(placed)

    def earliest(self, task, slots, free, end, placed):
        begin = max(free, task["release"])
        for link in task.get("after") or ():
            whole = self.planned.get(link["task"], 0) + sum(
                c["end"] - c["start"] for c in placed if c["task"] == link["task"]
            )
            if whole < self.job.task[link["task"]]["size"]:
                return None
            done = [self.done_at.get(link["task"], 0)] + [c["end"] for c in placed if c["task"] == link["task"]]
            begin = max(begin, max(done) + link["lag"])
        last = min(end, end if task.get("deadline") is None else task["deadline"])
        own = [c for c in self.placed if c["task"] == task["id"]]
        for _ in range(len(own) + 1):
            for chunk in own:
                if chunk["start"] < begin + slots and begin < chunk["end"]:
                    begin = chunk["end"]
        if task.get("eligible") is not None:
            fits = [max(begin, a) for a, b in task["eligible"] if max(begin, a) + slots <= b]
            if not fits:
                return None
            begin = min(fits)
        return begin if begin + slots <= last else None

    def place(self, chunk):
        slots = chunk["end"] - chunk["start"]
        client = self.job.task[chunk["task"]]["client"]
        caps = [
            k
            for k, cap in enumerate(self.job.problem.get("caps") or ())
            if cap["from"] <= chunk["start"] < cap["to"]
            and cap.get("worker") in (None, chunk["worker"])
            and cap.get("client") in (None, client)
        ]
        if any(self.caps_left[k] < slots for k in caps):
            return
        for k in caps:
            self.caps_left[k] -= slots
        self.placed.append(chunk)
        self.planned[chunk["task"]] = self.planned.get(chunk["task"], 0) + slots
        self.done_at[chunk["task"]] = max(self.done_at.get(chunk["task"], 0), chunk["end"])

    def without_orphans(self):
        """Without what follows a task that is not planned in full, or not early enough after all."""
        chunks = self.placed
        while True:
            whole, end = {}, {}
            for c in chunks:
                whole[c["task"]] = whole.get(c["task"], 0) + c["end"] - c["start"]
                end[c["task"]] = max(end.get(c["task"], 0), c["end"])

            def stands(chunk):
                return all(
                    whole.get(link["task"]) == self.job.task[link["task"]]["size"]
                    and end[link["task"]] + link["lag"] <= chunk["start"]
                    for link in self.job.task[chunk["task"]].get("after") or ()
                )

            kept = [c for c in chunks if stands(c)]
            if len(kept) == len(chunks):
                return kept
            chunks = kept


class Repair:
    """Puts what is not planned into the earliest free time that every rule allows, the earliest due first."""

    def __init__(self, job, chunks):
        self.job, self.rows = job, {number: [] for number in range(len(job.windows))}
        self.of = {task["id"]: [] for task in job.tasks}
        self.caps = job.problem.get("caps") or ()
        self.room = [cap["max"] for cap in self.caps]
        for chunk in chunks:
            self.put(chunk)

    def chunks(self):
        again = True
        while again:  # what a task has waited for may be whole now
            again = False
            for task in sorted(self.job.tasks, key=lambda task: task["due"]):
                while self.left(task) > 0 and (chunk := self.earliest(task)):
                    self.put(chunk)
                    again = True
        return [chunk for row in self.rows.values() for chunk in row]

    def left(self, task):
        return task["size"] - sum(c["end"] - c["start"] for c in self.of[task["id"]])

    def put(self, chunk):
        for number, (worker, start, end) in enumerate(self.job.windows):
            if worker == chunk["worker"] and start <= chunk["start"] < end:
                self.rows[number] = sorted(self.rows[number] + [chunk], key=lambda c: c["start"])
        self.of[chunk["task"]].append(chunk)
        for k in self.counting(self.job.task[chunk["task"]], chunk["worker"], chunk["start"]):
            self.room[k] -= chunk["end"] - chunk["start"]

    def counting(self, task, worker, start):
        return [
            k
            for k, cap in enumerate(self.caps)
            if cap["from"] <= start < cap["to"]
            and cap.get("worker") in (None, worker)
            and cap.get("client") in (None, task["client"])
        ]

    def take(self, chunk):
        """Takes a chunk out that has been put in."""
        for number in self.rows:
            self.rows[number] = [c for c in self.rows[number] if c is not chunk]
        self.of[chunk["task"]] = [c for c in self.of[chunk["task"]] if c is not chunk]
        for k in self.counting(self.job.task[chunk["task"]], chunk["worker"], chunk["start"]):
            self.room[k] += chunk["end"] - chunk["start"]

    def ready(self, task):
        """When a task may start; none while what it waits for is not whole."""
        ready = task["release"]
        for link in task.get("after") or ():
            before = self.job.task[link["task"]]
            if self.left(before) > 0:
                return None
            ready = max(ready, max(c["end"] for c in self.of[before["id"]]) + link["lag"])
        return ready

    def earliest(self, task):
        ready = self.ready(task)
        if ready is None:
            return None
        found = (
            {"task": task["id"], "worker": piece.worker, "start": start, "end": start + length}
            for piece in self.job.pieces(task)
            for low, high in self.gaps(task, piece, ready)
            for start, length in self.fits(task, piece.worker, low, high)
        )
        return min(found, key=lambda chunk: (chunk["start"], -chunk["end"]), default=None)

    def gaps(self, task, piece, ready):
        buffer, row = self.job.buffer, self.rows[piece.window]
        data = self.job.task
        lows = [piece.start] + [c["end"] + buffer(data[c["task"]], task) for c in row]
        highs = [c["start"] - buffer(task, data[c["task"]]) for c in row] + [piece.end]
        for low, high in zip(lows, highs):
            low, high = max(low, piece.start, ready), min(high, piece.end)
            if high - low >= task["min_chunk"]:
                yield low, high

    def fits(self, task, worker, low, high):
        """The earliest chunk in a gap, as long as it can be, its rest no shorter than a chunk may be."""
        own, left = self.of[task["id"]], self.left(task)
        starts = {low} | {c["end"] for c in own} | {cap["to"] for cap in self.caps}
        for start in sorted(s for s in starts if low <= s < high):
            if any(c["start"] <= start < c["end"] for c in own):
                continue
            ends = [high] + [c["start"] for c in own if c["start"] >= start]
            rooms = [self.room[k] for k in self.counting(task, worker, start)]
            most = min([min(ends) - start, task["max_chunk"], left] + rooms)
            if 0 < left - most < task["min_chunk"]:
                most = left - task["min_chunk"]
            if most >= task["min_chunk"]:
                yield start, most
                return
