//! Numbers about the server, in the text format of Prometheus. They name nobody.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Numbers about the server.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    whole: AtomicU64,
    unchanged: AtomicU64,
    missing: AtomicU64,
    bytes: AtomicU64,
    connections: AtomicI64,
    refused: AtomicU64,
    nights: AtomicU64,
    desks_well: AtomicU64,
    desks_badly: AtomicU64,
    last_night: AtomicI64,
}

impl Metrics {
    /// A calendar was answered with.
    pub(super) fn calendar(&self, status: StatusCode, bytes: u64) {
        let counter = if status == StatusCode::NOT_MODIFIED { &self.unchanged } else { &self.whole };
        counter.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Something was asked for that is not there.
    pub(super) fn missing(&self) {
        self.missing.fetch_add(1, Ordering::Relaxed);
    }

    /// A connection was opened (1) or closed (-1).
    pub(super) fn connection(&self, change: i64) {
        self.connections.fetch_add(change, Ordering::Relaxed);
    }

    /// A connection was turned away.
    pub(super) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// The nightly job has run.
    pub(crate) fn night(&self, at: DateTime<Utc>, well: u64, badly: u64) {
        self.nights.fetch_add(1, Ordering::Relaxed);
        self.desks_well.store(well, Ordering::Relaxed);
        self.desks_badly.store(badly, Ordering::Relaxed);
        self.last_night.store(at.timestamp(), Ordering::Relaxed);
    }

    /// All of them, as Prometheus reads them.
    pub(super) fn text(&self) -> String {
        let of = |number: &AtomicU64| number.load(Ordering::Relaxed);
        let mut text = String::new();
        // Writing to a String cannot fail.
        let mut say = |name: &str, kind: &str, help: &str, values: &[(&str, String)]| {
            let _ = writeln!(text, "# HELP plokk_{name} {help}\n# TYPE plokk_{name} {kind}");
            for (labels, value) in values {
                let _ = writeln!(text, "plokk_{name}{labels} {value}");
            }
        };
        let requests = [
            ("{answer=\"whole\"}", of(&self.whole).to_string()),
            ("{answer=\"unchanged\"}", of(&self.unchanged).to_string()),
            ("{answer=\"missing\"}", of(&self.missing).to_string()),
        ];
        say("requests_total", "counter", "Requests for calendars, by how they were answered.", &requests);
        say(
            "calendar_bytes_total",
            "counter",
            "Bytes of calendars sent.",
            &[("", of(&self.bytes).to_string())],
        );
        let open = self.connections.load(Ordering::Relaxed).to_string();
        say("connections", "gauge", "Open connections.", &[("", open)]);
        let refused = of(&self.refused).to_string();
        say(
            "connections_refused_total",
            "counter",
            "Connections turned away for their number.",
            &[("", refused)],
        );
        say(
            "nightly_runs_total",
            "counter",
            "Runs of the nightly job.",
            &[("", of(&self.nights).to_string())],
        );
        let desks = [
            ("{outcome=\"well\"}", of(&self.desks_well).to_string()),
            ("{outcome=\"badly\"}", of(&self.desks_badly).to_string()),
        ];
        say("nightly_desks", "gauge", "Desks of the last nightly run, by how it ended.", &desks);
        let last = self.last_night.load(Ordering::Relaxed).to_string();
        say(
            "nightly_last_run_timestamp_seconds",
            "gauge",
            "When the last nightly run ended; 0: never.",
            &[("", last)],
        );
        text
    }
}
