//! The `plokk` command.

fn main() {}
