//! One thing wrong with the settings: where, what, and what to do.

use serde::Serialize;
use std::path::PathBuf;

/// Who said something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag(&'static str),
    /// An environment variable.
    Variable(String),
    /// A line of the file, from 1.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
    },
    /// Nobody: the program's own default.
    Default,
}

impl Origin {
    /// The line of the file, where it was said there.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::File { line, .. } => Some(*line),
            _ => None,
        }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "--{name}"),
            Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One thing wrong.
///
/// Shown as `FILE:LINE: KEY: WHAT; REMEDY`, without the key where the origin names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// Where it was said.
    pub origin: Origin,
    /// The setting, as it was written.
    pub key: Option<String>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl std::fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if let (Origin::File { .. } | Origin::Default, Some(key)) = (&self.origin, &self.key) {
            write!(f, "{key}: ")?;
        }
        write!(f, "{}; {}", self.what, self.remedy)
    }
}

/// A problem as programs read it.
#[derive(Debug, Serialize)]
pub struct ProblemLine {
    file: Option<PathBuf>,
    line: Option<usize>,
    key: Option<String>,
    problem: String,
    remedy: String,
}

impl From<&ConfigProblem> for ProblemLine {
    fn from(problem: &ConfigProblem) -> Self {
        let file = match &problem.origin {
            Origin::File { path, .. } => Some(path.clone()),
            _ => None,
        };
        Self {
            file,
            line: problem.origin.line(),
            key: problem.key.clone(),
            problem: problem.what.clone(),
            remedy: problem.remedy.clone(),
        }
    }
}
