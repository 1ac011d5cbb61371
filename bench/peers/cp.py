"""What the peers that run CP-SAT share: a listener, and a hint for every variable."""
from ortools.sat.python import cp_model


class Listener(cp_model.CpSolverSolutionCallback):
    """Tells of each solution, as a function from variables to their values."""

    def __init__(self, tell):
        super().__init__()
        self.tell = tell

    def on_solution_callback(self):
        self.tell(self.value)


def complete_hint(model, seconds):
    """Makes of the hints a model has a hint for every variable, or none; says whether it could."""
    solver = cp_model.CpSolver()
    solver.parameters.fix_variables_to_their_hinted_value = True
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    solved = solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    model.clear_hints()
    if solved:
        for index in range(len(model.proto.variables)):
            variable = model.get_int_var_from_proto_index(index)
            model.add_hint(variable, solver.value(variable))
    return solved


def solve(model, seconds, tell, **parameters):
    """Solves a model on two threads, and tells of each solution."""
    solver = cp_model.CpSolver()
    for name, value in parameters.items():
        setattr(solver.parameters, name, value)
    solver.parameters.num_workers = 2
    solver.parameters.max_time_in_seconds = seconds
    solver.solve(model, Listener(tell))
