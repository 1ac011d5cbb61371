//! Nights in a row: what stays, what moves and why, and what she did by hand.

mod calm;
mod hand;
mod privacy;
mod random;
mod support;
mod undo;
