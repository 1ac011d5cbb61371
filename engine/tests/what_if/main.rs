//! What-if on the desks in `examples` and on small ones: against the block solver, by itself, and on bad input.

mod agreement;
mod answers;
mod near;
mod support;
