//! Many desks at once.

use crate::support::{MONDAY, make, plokk};
use std::fs;
use tempfile::TempDir;

fn fleet(desks: usize) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for n in 0..desks {
        make(&folder.path().join(format!("team{}/desk{n}", n % 2)));
    }
    folder
}

fn night(folder: &TempDir, args: &[&str]) -> crate::support::Run {
    let path = folder.path().to_str().expect("the path is UTF-8");
    plokk(&[&["nightly", path, "--now", MONDAY, "--effort", "0.01"], args].concat())
}

#[test]
fn a_bad_desk_spoils_only_itself() {
    let folder = fleet(4);
    fs::write(folder.path().join("team1/desk1/plokk.toml"), "[[assistant]]\nid = 3\n").expect("writable");
    fs::write(folder.path().join("team1/desk3/feeds/mari.ics"), "<html>Sign in</html>").expect("writable");
    let run = night(&folder, &[]).expect(2);
    assert_eq!(run.out, "4 desks: 2 changed, 0 as before (2 searched), 2 failed, 0 behind\n");
    assert!(run.err.contains("desk1") && run.err.contains("plokk.toml:2"), "{}", run.err);
    assert!(run.err.contains("desk3") && run.err.contains("feeds/mari.ics"), "{}", run.err);
    for (desk, published) in
        [("team0/desk0", true), ("team0/desk2", true), ("team1/desk1", false), ("team1/desk3", false)]
    {
        assert_eq!(folder.path().join(desk).join("calendars/mari.ics").exists(), published, "{desk}");
    }
    let run = night(&folder, &[]).expect(2);
    assert_eq!(run.out, "4 desks: 0 changed, 2 as before (2 stands), 2 failed, 0 behind\n");
}

#[test]
fn programs_read_a_line_for_each_desk() {
    let folder = fleet(3);
    let run = night(&folder, &["--json"]).expect(0);
    let lines: Vec<serde_json::Value> =
        run.out.lines().map(|line| serde_json::from_str(line).expect("it is JSON")).collect();
    assert_eq!(lines.len(), 3);
    for line in &lines {
        assert_eq!(
            (&line["ok"], &line["way"], &line["changes"]["first"]),
            (&true.into(), &"searched".into(), &true.into())
        );
    }
    assert!(run.err.contains("3 desks: 3 changed"), "{}", run.err);
}

#[test]
fn strict_says_that_a_desk_is_behind() {
    let folder = fleet(2);
    let feed = folder.path().join("team0/desk0/feeds/acme.ics");
    let text = fs::read_to_string(&feed).expect("it is there").replace("PT90M", "PT9000M");
    fs::write(&feed, text).expect("writable");
    night(&folder, &[]).expect(0);
    let run = night(&folder, &["--strict"]).expect(1);
    assert!(run.out.contains("1 behind"), "{}", run.out);
}

#[test]
fn a_folder_without_desks_is_told_so() {
    let folder = fleet(0);
    let run = night(&folder, &[]).expect(2);
    assert!(run.err.contains("there is no desk here, nor in any folder of it"), "{}", run.err);
}

#[test]
fn a_desk_that_is_being_planned_is_left_alone_and_the_others_are_done() {
    let folder = fleet(2);
    night(&folder, &[]).expect(0);
    let lock = fs::File::open(folder.path().join("team0/desk0/.plokk/lock")).expect("it is there");
    lock.lock().expect("nobody else holds it");
    let run = night(&folder, &[]).expect(2);
    assert!(run.err.contains("desk0: ") && run.err.contains("another run"), "{}", run.err);
    assert!(run.out.contains("1 as before") && run.out.contains("1 failed"), "{}", run.out);
}
