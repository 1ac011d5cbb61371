//! The whole program from outside: the built binary plans copies of the desks in `examples/`.
//!
//! What comes out is read by other code than ours: the published calendars by the `icalendar`
//! crate's parser, `plokk.toml` by `toml_edit`, and when people are busy is taken from
//! `expected/*-busy.txt`, which Python libraries worked out.

mod blocks;
mod bytes;
mod desk;
mod facts;
mod faults;
mod goldens;
mod ics;
mod links;
mod privacy;
mod published;
mod random;
