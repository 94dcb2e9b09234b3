//! Who says what: flags before the environment, the environment before the file, the file before
//! the defaults. Nothing is understood here, and nothing a person wrote is lost: a name that is no
//! setting is told with the nearest one.

use super::key::{DEFAULT_FILE, FILE_VARIABLE, KEYS, Key, nearest};
use super::problem::{ConfigProblem, Origin};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::de::{DeTable, DeValue};

/// A value as it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Raw {
    /// Words, from anywhere.
    Text(OsString),
    /// Yes or no.
    Truth(bool),
    /// A whole number.
    Number(String),
    /// Several words.
    List(Vec<String>),
    /// Something no setting takes.
    Other(&'static str),
}

impl Raw {
    /// Words.
    pub fn text(words: impl Into<OsString>) -> Self {
        Self::Text(words.into())
    }
}

impl std::fmt::Display for Raw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(words) => f.write_str(&words.to_string_lossy()),
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::Number(digits) => f.write_str(digits),
            Self::List(words) => f.write_str(&words.join(", ")),
            Self::Other(kind) => f.write_str(kind),
        }
    }
}

/// A value and who said it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The value.
    pub raw: Raw,
    /// Who.
    pub origin: Origin,
}

/// Where settings are looked for.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Flags that were given.
    pub flags: Vec<(&'static str, Raw)>,
    /// The environment.
    pub variables: Vec<(OsString, OsString)>,
    /// The file, if one was named.
    pub named: Option<PathBuf>,
    /// The file that is read, where it exists, when none was named.
    pub usual: Option<PathBuf>,
}

impl Sources {
    /// Of this process.
    pub fn of_process(flags: Vec<(&'static str, Raw)>, named: Option<PathBuf>) -> Self {
        let variables: Vec<_> = std::env::vars_os().collect();
        let told = variables.iter().find(|(name, _)| name == FILE_VARIABLE);
        Self {
            named: named.or_else(|| told.map(|(_, path)| path.into())),
            usual: Some(DEFAULT_FILE.into()),
            flags,
            variables,
        }
    }
}

/// What is said of each setting.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    told: BTreeMap<&'static str, Told>,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Names that are no settings, lines that do not read.
    pub problems: Vec<ConfigProblem>,
}

impl Layers {
    /// Reads every source; the later ones are told over.
    pub fn read(sources: Sources) -> Self {
        let mut layers = Self::default();
        for key in KEYS {
            if let Some(default) = key.default {
                layers.say(key.name, Raw::text(default), Origin::Default);
            }
        }
        layers.read_file(sources.named, sources.usual);
        layers.read_variables(sources.variables);
        for (name, raw) in sources.flags {
            layers.say(name, raw, Origin::Flag(name));
        }
        layers
    }

    /// What holds of a setting.
    pub fn told(&self, name: &str) -> Option<&Told> {
        self.told.get(name)
    }

    /// Somebody said it; it is not the default.
    pub fn is_said(&self, name: &str) -> bool {
        self.told(name)
            .is_some_and(|told| told.origin != Origin::Default)
    }

    fn say(&mut self, name: &'static str, raw: Raw, origin: Origin) {
        self.told.insert(name, Told { raw, origin });
    }

    fn read_file(&mut self, named: Option<PathBuf>, usual: Option<PathBuf>) {
        let must_exist = named.is_some();
        let Some(path) = named.or(usual) else { return };
        match std::fs::read_to_string(&path) {
            Ok(text) => self.read_text(&path, &text),
            Err(cause) if !must_exist && cause.kind() == std::io::ErrorKind::NotFound => return,
            Err(cause) => self.problems.push(ConfigProblem {
                origin: Origin::File {
                    path: path.clone(),
                    line: 1,
                },
                key: None,
                what: format!("the file does not read ({cause})"),
                remedy: "name the right one with --config, or let this account read it".to_owned(),
            }),
        }
        self.file = Some(path);
    }

    fn read_text(&mut self, path: &Path, text: &str) {
        let at = |start: usize| Origin::File {
            path: path.to_path_buf(),
            line: 1 + text
                .bytes()
                .take(start)
                .filter(|byte| *byte == b'\n')
                .count(),
        };
        let (table, faults) = DeTable::parse_recoverable(text);
        for fault in &faults {
            self.problems.push(ConfigProblem {
                origin: at(fault.span().map_or(0, |span| span.start)),
                key: None,
                what: fault.message().replace('\n', ", "),
                remedy: "write one KEY = VALUE a line, words between \"quotes\"".to_owned(),
            });
        }
        let mut pairs: Vec<_> = table.get_ref().iter().collect();
        pairs.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in pairs {
            let written = key.get_ref();
            let origin = at(key.span().start);
            match (Key::named(written), value.get_ref()) {
                (Some(key), value) => self.say(key.name, raw(value), origin),
                (None, DeValue::Table(_)) => self.problems.push(ConfigProblem {
                    origin,
                    key: Some(written.to_string()),
                    what: "no such section".to_owned(),
                    remedy: "the file has none: write its keys above, without it".to_owned(),
                }),
                (None, _) => self.problems.push(unknown(origin, written)),
            }
        }
    }

    fn read_variables(&mut self, variables: Vec<(OsString, OsString)>) {
        for (name, value) in variables {
            let Some(name) = name.to_str() else { continue };
            if let Some(key) = KEYS.iter().find(|key| key.variable == name) {
                // An empty one says nothing, as a line without a value in an env file.
                if !value.is_empty() {
                    self.say(
                        key.name,
                        Raw::Text(value),
                        Origin::Variable(name.to_owned()),
                    );
                }
            } else if name.starts_with("MARAUDE_") && name != FILE_VARIABLE {
                self.suspect_variable(name);
            }
        }
    }

    /// Other variables of that prefix exist; one that is nearly a setting's is a slip.
    fn suspect_variable(&mut self, name: &str) {
        /// Fewer than in the file: a slip of the finger, not another word.
        const SLIPS: usize = 2;
        let near = nearest(name, KEYS.iter().map(|key| key.variable));
        if let Some(near) = near
            && strsim::damerau_levenshtein(name, near) <= SLIPS
        {
            self.problems.push(ConfigProblem {
                origin: Origin::Variable(name.to_owned()),
                key: None,
                what: "no such variable".to_owned(),
                remedy: format!("did you mean {near}?"),
            });
        }
    }
}

fn unknown(origin: Origin, written: &str) -> ConfigProblem {
    let near = nearest(written, KEYS.iter().map(|key| key.name));
    ConfigProblem {
        origin,
        key: Some(written.to_owned()),
        what: "no such key".to_owned(),
        remedy: near.map_or_else(
            || "`maraude config show` lists all keys".to_owned(),
            |near| format!("did you mean {near}?"),
        ),
    }
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(words) => Raw::text(words.as_ref()),
        DeValue::Boolean(truth) => Raw::Truth(*truth),
        DeValue::Integer(number) if number.radix() == 10 => Raw::Number(number.as_str().to_owned()),
        DeValue::Array(values) => {
            let words = values.iter().map(|value| value.get_ref().as_str());
            let words: Option<Vec<_>> = words.map(|word| word.map(str::to_owned)).collect();
            words.map_or(Raw::Other("a list of other things than words"), Raw::List)
        }
        DeValue::Table(_) => Raw::Other("a section"),
        DeValue::Integer(_) => Raw::Other("a number that is not written in tens"),
        DeValue::Float(_) => Raw::Other("a number with a comma"),
        DeValue::Datetime(_) => Raw::Other("a date"),
    }
}
