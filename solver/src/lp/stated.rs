//! A linear program in good_lp's terms, as every backend takes it.

use super::{LinearProgram, Sense};
use good_lp::{Constraint, Expression, ProblemVariables, Variable, constraint, variable, variables};

/// A program's parts; the constraints are in the order of the rows.
pub(super) struct Stated {
    pub(super) variables: ProblemVariables,
    pub(super) columns: Vec<Variable>,
    pub(super) cost: Expression,
    pub(super) constraints: Vec<Constraint>,
}

impl Stated {
    pub(super) fn of(program: &LinearProgram) -> Stated {
        let mut variables = variables!();
        let columns: Vec<Variable> = program
            .columns
            .iter()
            .map(|column| {
                let variable = variable().min(0);
                let bounded = column.upper.is_finite();
                variables.add(if bounded { variable.max(column.upper) } else { variable })
            })
            .collect();
        let mut sums: Vec<Expression> = vec![Expression::default(); program.rows.len()];
        let mut cost = Expression::with_capacity(columns.len());
        for (column, variable) in program.columns.iter().zip(&columns) {
            cost.add_mul(column.cost, *variable);
            for (row, coefficient) in &column.entries {
                sums[*row as usize].add_mul(*coefficient, *variable);
            }
        }
        let constraints = program.rows.iter().zip(sums).map(|(row, sum)| match row.sense {
            Sense::Equal => constraint!(sum == row.rhs),
            Sense::AtLeast => constraint!(sum >= row.rhs),
            Sense::AtMost => constraint!(sum <= row.rhs),
        });
        Stated { constraints: constraints.collect(), variables, columns, cost }
    }
}
