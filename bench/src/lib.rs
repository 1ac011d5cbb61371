//! Benches, a problem generator and peers for Plokk, measured side by side.
