//! The reference instances: the generator still makes them, and their best costs can be true.

use plokk_bench::generate::{Class, generate};
use plokk_bench::greedy;
use plokk_bench::reference::Reference;
use std::path::Path;

fn reference() -> Reference {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/instances.json");
    Reference::read(&file).expect("the file is well formed")
}

#[test]
fn the_generator_still_makes_the_reference_instances() {
    assert_eq!(reference().changed(), [], "their best known costs mean nothing for other problems");
}

#[test]
fn every_class_has_instances_at_every_load() {
    let reference = reference();
    for class in Class::ALL {
        for load in [0.6, 0.85, 1.1] {
            let of =
                reference.entries.iter().filter(|e| e.instance.class == class && e.instance.load == load);
            assert!(of.count() >= 3, "{class:?} {load}");
        }
    }
}

#[test]
fn no_best_known_cost_is_above_the_greedy_planners() {
    for entry in reference().entries {
        let Some(best) = entry.best else { continue };
        let greedy = greedy::plan(&generate(entry.instance.spec())).cost.0;
        assert!(best.cost > 0.0 && best.cost <= greedy * (1.0 + 1e-9), "{}: {best:?}", entry.instance);
    }
}
