//! What came of a problem, in a line for people or in JSON for programs.

use plokk_solver::{Outcome, Status};
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// An answer without its chunks.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    /// The problem's file.
    pub(super) problem: String,
    /// The solution's file.
    pub(super) solution: Option<String>,
    /// `optimal`, `within N%` or `stopped`.
    pub(super) status: String,
    /// Points.
    pub(super) cost: f64,
    /// Points; no solution costs less.
    pub(super) bound: Option<f64>,
    /// The proven gap, from 0 to 1.
    pub(super) gap: Option<f64>,
    /// For people: what `status` says, and for a stopped search how far it got.
    #[serde(skip)]
    standing: Status,
}

impl Summary {
    pub(super) fn of(problem: &str, solution: Option<&Path>, outcome: &Outcome) -> Summary {
        let answer = &outcome.solution;
        Summary {
            problem: problem.to_owned(),
            solution: solution.map(|path| path.display().to_string()),
            status: outcome.status().to_string(),
            cost: answer.cost.0,
            bound: answer.bound.map(|bound| bound.0),
            gap: answer.gap(),
            standing: outcome.status(),
        }
    }

    /// How the answer stands.
    pub(super) fn standing(&self) -> Status {
        self.standing
    }
}

/// Such as `within 3.2%, cost 120.500, bound 116.644`, or `stopped within 8.0%, …`.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.status)?;
        if let (Status::Stopped, Some(gap)) = (self.standing, self.gap) {
            write!(f, " {}", Status::Within(gap))?;
        }
        write!(f, ", cost {:.3}", self.cost)?;
        match self.bound {
            Some(bound) => write!(f, ", bound {bound:.3}"),
            None => f.write_str(", no bound worked out"),
        }
    }
}
