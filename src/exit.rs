//! How a command ends.

/// A command that did what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All is well: status 0.
    Done,
    /// With `--strict`: work is late or unscheduled: status 1.
    Behind,
    /// Ctrl-C came before all that was asked had been begun; what is done stands: status 130, as
    /// shells report it.
    Interrupted,
}

/// A command that could not. Nothing that was published before has been touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The input or the arguments are at fault: status 2. Faults in words, one a line.
    Input(String),
    /// Plokk is at fault: status 3.
    Plokk(String),
}

impl Failure {
    /// A fault of the input.
    pub(crate) fn input(message: impl std::fmt::Display) -> Failure {
        Failure::Input(message.to_string())
    }

    /// A fault of this program.
    pub(crate) fn plokk(message: impl std::fmt::Display) -> Failure {
        Failure::Plokk(message.to_string())
    }

    /// A fault of the file or folder `path`.
    pub(crate) fn file(path: &std::path::Path, doing: &str, error: &std::io::Error) -> Failure {
        Failure::Input(format!("{}: cannot {doing}: {error}", path.display()))
    }
}

/// How commands end.
pub(crate) type Outcome = Result<Exit, Failure>;
