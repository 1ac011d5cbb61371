//! Other people's programs, for tests that need them.
//!
//! They are Python packages (`tests/nights/requirements.txt`) in a virtual environment that
//! `PLOKK_PEERS` names, or `target/peers`, and one package for Node.js in the same folder;
//! `bash tests/nights/setup` makes it. Where it is not there the
//! tests say that they were not run; with `PLOKK_PEERS_REQUIRED` set that is a failure.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program of the environment; `None`, said, where it is not there.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    part(&format!("bin/{name}"))
}

/// A file or folder of the environment; `None`, said, where it is not there.
pub(crate) fn part(name: &str) -> Option<PathBuf> {
    let usual = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/peers");
    let folder = std::env::var_os("PLOKK_PEERS").map_or(usual, PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var_os("PLOKK_PEERS_REQUIRED").is_none(),
        "{} is not there: bash tests/nights/setup makes it",
        path.display()
    );
    eprintln!("NOT RUN: {} is not there; bash tests/nights/setup makes it", path.display());
    None
}

/// A program of the system's; `None`, said, where it is not there. With `PLOKK_PROGRAMS_REQUIRED` set, that is a
/// failure.
pub(crate) fn installed(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    let found = folders.map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        missing(name);
    }
    found
}

/// Says that something of the system's is not there.
pub(crate) fn missing(what: &str) {
    assert!(std::env::var_os("PLOKK_PROGRAMS_REQUIRED").is_none(), "{what} is not installed");
    eprintln!("NOT RUN: {what} is not installed");
}

/// A process that ends when this goes.
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Running {
        Running(
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("it is there"),
        )
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port that was free a moment ago.
pub(crate) fn port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

/// Waits until somebody listens.
pub(crate) fn wait_for(port: u16) {
    let began = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(began.elapsed() < Duration::from_secs(60), "nobody listens on port {port}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
