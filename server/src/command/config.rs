//! `maraude config check/show`: the settings by flag, environment, file and default.

use super::place::PlaceFlags;
use super::{CommandError, say};
use crate::config::{ConfigProblem, KEYS, Layers, ProblemLine, Settings, look};
use clap::Subcommand;
use serde::Serialize;

/// `maraude config ...`.
#[derive(Debug, Subcommand)]
pub enum Configs {
    /// Tell everything that is wrong with the settings, at once; the address may be in use
    Check,
    /// Show what holds, and who said it
    Show,
}

/// Why the settings are no good.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// They were told, one a line.
    #[error("{count} to put in order")]
    Wrong {
        /// How many.
        count: usize,
    },
}

/// What `check` found.
#[derive(Debug, Serialize)]
struct Checked {
    problems: Vec<ProblemLine>,
}

/// One setting, as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    key: &'static str,
    value: Option<String>,
    from: Option<String>,
}

impl Configs {
    pub(super) fn run(self, flags: &PlaceFlags) -> Result<(), CommandError> {
        let layers = flags.layers(Vec::new());
        match self {
            Self::Check => check(&layers, flags.json),
            Self::Show => show(&layers, flags.json),
        }
    }
}

fn check(layers: &Layers, json: bool) -> Result<(), CommandError> {
    let problems = found(layers);
    if json {
        let problems = problems.iter().map(ProblemLine::from).collect();
        say(serde_json::to_string(&Checked { problems }).map_err(std::io::Error::from)?)?;
    } else {
        for problem in &problems {
            say(problem)?;
        }
    }
    if !problems.is_empty() {
        let count = problems.len();
        return Err(ConfigError::Wrong { count }.into());
    }
    if !json {
        let file = layers.file.as_ref();
        let file = file.map_or("no file".to_owned(), |file| file.display().to_string());
        say(format_args!("{file}: nothing to put in order"))?;
    }
    Ok(())
}

/// What does not read, and what is not so on this machine, in the order of the file.
fn found(layers: &Layers) -> Vec<ConfigProblem> {
    let (settings, mut problems) = Settings::read(layers);
    for problem in look(&settings, layers) {
        // What did not read is told already, and its default was looked at.
        let told = problems.iter().any(|known| known.key == problem.key);
        if !told {
            problems.push(problem);
        }
    }
    problems.sort_by_key(|problem| problem.origin.line());
    problems
}

fn show(layers: &Layers, json: bool) -> Result<(), CommandError> {
    let lines: Vec<Shown> = KEYS
        .iter()
        .map(|key| {
            let told = layers.told(key.name);
            Shown {
                key: key.name,
                value: told.map(|told| key.shown(&told.raw)),
                from: told.map(|told| told.origin.to_string()),
            }
        })
        .collect();
    if json {
        say(serde_json::to_string(&lines).map_err(std::io::Error::from)?)?;
        return Ok(());
    }
    for line in lines {
        let value = line.value.as_deref().unwrap_or("-");
        let from = line.from.as_deref().unwrap_or("nobody");
        say(format_args!("{:<20}{value:<40} {from}", line.key))?;
    }
    Ok(())
}
