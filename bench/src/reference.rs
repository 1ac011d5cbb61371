//! The reference instances, and the lowest cost that anybody is known to have found for each.
//!
//! An instance is its class, load and seed; the problem is generated from them. A fingerprint of
//! the problem says whether the generator still makes the same one.

use crate::generate::{Class, Spec, generate};
use plokk_solver::Problem;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// One problem of the generator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Its size.
    pub class: Class,
    /// The work, as a share of the free time.
    pub load: f64,
    /// Starts the random numbers.
    pub seed: u64,
}

impl Instance {
    /// What the generator makes it of.
    #[must_use]
    pub fn spec(self) -> Spec {
        self.class.spec(self.seed, self.load)
    }
}

/// Such as `M 0.85 #3`.
impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} #{}", self.class, self.load, self.seed)
    }
}

/// An instance, what it is known by, and its best known cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which problem.
    #[serde(flatten)]
    pub instance: Instance,
    /// [`fingerprint`] of the problem.
    pub fingerprint: String,
    /// The lowest cost found; `None`: not looked for yet.
    pub best: Option<Best>,
}

/// A cost that somebody found; the verifier has worked it out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// In points.
    pub cost: f64,
    /// Which method found it.
    pub method: String,
    /// How many seconds it was given; `None`: as many as it wanted.
    pub seconds: Option<f64>,
    /// On which day, such as 2026-10-19.
    pub date: String,
}

/// All entries, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference {
    /// One an instance.
    pub entries: Vec<Entry>,
}

impl Reference {
    /// Reads a file; what is not there holds nothing.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is no such list.
    pub fn read(file: &Path) -> io::Result<Reference> {
        match fs::read(file) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Reference::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes the file, an entry a line.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn write(&self, file: &Path) -> io::Result<()> {
        let lines: Result<Vec<String>, _> = self.entries.iter().map(serde_json::to_string).collect();
        fs::write(file, format!("[\n  {}\n]\n", lines?.join(",\n  ")))
    }

    /// The best that is known of an instance.
    #[must_use]
    pub fn best(&self, instance: Instance) -> Option<&Best> {
        self.entries.iter().find(|entry| entry.instance == instance)?.best.as_ref()
    }

    /// Takes a cost that was found for an instance; says whether it is lower than what was known.
    pub fn found(&mut self, instance: Instance, problem: &Problem, best: Best) -> bool {
        let known = self.entries.iter_mut().find(|entry| entry.instance == instance);
        match known {
            Some(Entry { best: Some(known), .. }) if known.cost <= best.cost + TIE * known.cost => false,
            Some(entry) => {
                entry.best = Some(best);
                true
            }
            None => {
                let fingerprint = fingerprint(problem);
                self.entries.push(Entry { instance, fingerprint, best: Some(best) });
                true
            }
        }
    }

    /// The instances whose problem is another than it was: their best cost means nothing any more.
    #[must_use]
    pub fn changed(&self) -> Vec<Instance> {
        let changed = |entry: &&Entry| fingerprint(&generate(entry.instance.spec())) != entry.fingerprint;
        self.entries.iter().filter(changed).map(|entry| entry.instance).collect()
    }
}

/// A smaller share of the cost is only rounding.
const TIE: f64 = 1e-9;

/// Sixteen digits that are others for another problem: FNV-1a (draft-eastlake-fnv) of its JSON.
#[must_use]
pub fn fingerprint(problem: &Problem) -> String {
    let json = serde_json::to_vec(problem).unwrap_or_default();
    let hash = json.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(cost: f64) -> Best {
        Best { cost, method: "plokk".to_owned(), seconds: Some(60.0), date: "2026-10-19".to_owned() }
    }

    #[test]
    fn only_what_is_cheaper_is_taken_and_the_file_holds_it() {
        let instance = Instance { class: Class::S, load: 0.3, seed: 5 };
        let problem = generate(instance.spec());
        let mut reference = Reference::default();
        assert!(reference.found(instance, &problem, best(20.0)));
        assert!(!reference.found(instance, &problem, best(20.0)));
        assert!(!reference.found(instance, &problem, best(21.0)));
        assert!(reference.found(instance, &problem, best(19.0)));
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("instances.json");
        assert_eq!(Reference::read(&file).expect("nothing is no fault"), Reference::default());
        reference.write(&file).expect("the folder is writable");
        assert_eq!(Reference::read(&file).expect("it was written"), reference);
        assert_eq!(reference.best(instance).map(|best| best.cost), Some(19.0));
    }

    #[test]
    fn a_changed_problem_is_noticed() {
        let instance = Instance { class: Class::S, load: 0.3, seed: 5 };
        let mut problem = generate(instance.spec());
        problem.tasks[0].size.0 += 1;
        let mut reference = Reference::default();
        reference.found(instance, &problem, best(20.0));
        assert_eq!(reference.changed(), [instance]);
    }

    /// FNV-1a's own test vector, by way of its definition: the hash of nothing is the offset basis.
    #[test]
    fn the_fingerprint_is_the_same_on_every_machine() {
        let mut problem = generate(Class::S.spec(1, 0.0));
        problem.workers.clear();
        problem.caps.clear();
        problem.quotas.clear();
        assert_eq!(fingerprint(&problem), fingerprint(&problem.clone()));
        problem.horizon.0 += 1;
        assert_ne!(fingerprint(&problem), fingerprint(&generate(Class::S.spec(1, 0.0))));
    }
}
