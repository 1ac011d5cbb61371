//! The only way to the terminal: data to standard output, everything else to standard error.
//!
//! A reader that has gone away (`plokk plan | head`) is no fault: what is left is not written.

use crate::exit::Failure;
use std::io::{self, IsTerminal, Write};

/// Writes data to standard output.
///
/// # Errors
///
/// When standard output cannot be written to, other than because nobody reads it any more.
pub(crate) fn data(text: &str) -> Result<(), Failure> {
    bytes(text.as_bytes())
}

/// Writes data to standard output.
///
/// # Errors
///
/// As [`data`].
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    is_read(bytes).map(drop)
}

/// Writes data to standard output; says whether anybody still reads it.
///
/// # Errors
///
/// As [`data`].
pub(crate) fn is_read(bytes: &[u8]) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::input(format!("standard output: {error}"))),
    }
}

/// Says something to the person at the terminal; whether anybody hears it changes nothing.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Says what may be wrong.
pub(crate) fn warn(message: &dyn std::fmt::Display) {
    let paint = Paint::for_errors();
    say(&format!("{} {message}", paint.yellow("warning:")));
}

/// Says why the command failed.
pub(crate) fn complain(failure: &Failure) {
    let paint = Paint::for_errors();
    match failure {
        Failure::Input(message) => say(&format!("{} {message}", paint.red("error:"))),
        Failure::Plokk(message) => say(&format!(
            "{} {message}\nThis is a fault of plokk {}; please report it with the input that led to it.",
            paint.red("fault:"),
            env!("CARGO_PKG_VERSION")
        )),
    }
}

/// Colours, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paint {
    on: bool,
}

impl Paint {
    /// For standard output: colours only on a terminal, and not when `NO_COLOR` is set.
    pub(crate) fn for_data() -> Paint {
        Paint { on: io::stdout().is_terminal() && wanted() }
    }

    /// For standard error, by the same rule.
    pub(crate) fn for_errors() -> Paint {
        Paint { on: io::stderr().is_terminal() && wanted() }
    }

    /// Whether there are colours.
    pub(crate) fn is_on(self) -> bool {
        self.on
    }

    pub(crate) fn bold(self, text: &str) -> String {
        self.wrap("1", text)
    }

    pub(crate) fn dim(self, text: &str) -> String {
        self.wrap("2", text)
    }

    pub(crate) fn red(self, text: &str) -> String {
        self.wrap("1;31", text)
    }

    pub(crate) fn green(self, text: &str) -> String {
        self.wrap("32", text)
    }

    pub(crate) fn yellow(self, text: &str) -> String {
        self.wrap("33", text)
    }

    fn wrap(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// <https://no-color.org>: set and not empty means no colours; a dumb terminal has none.
fn wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
