//! What was said, understood: every value that does not read is a problem, and the others go on.

use super::layers::{Layers, Raw, Told};
use super::problem::{ConfigProblem, Origin};
use super::{DEFAULT_LISTEN, Transport};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// How lines of the log are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// Copies made now and then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSettings {
    /// Where to.
    pub folder: PathBuf,
    /// How often, minutes.
    pub every_minutes: u16,
    /// Older copies that stay.
    pub keep: usize,
}

/// What Prometheus may read.
#[derive(Clone, PartialEq, Eq)]
pub struct MetricsSettings {
    /// Address and port of its own.
    pub listen: SocketAddr,
    /// What a reader must bear; beyond this machine always.
    pub token: Option<String>,
}

maraude_core::redacts!(MetricsSettings);

/// Everything a run is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Data folder.
    pub data: PathBuf,
    /// File of the master key, and who named it.
    pub master_key: Option<(PathBuf, Origin)>,
    /// Folder of the views.
    pub runtime: Option<PathBuf>,
    /// Address and port.
    pub listen: SocketAddr,
    /// How it is reached.
    pub transport: Transport,
    /// Address tablets and browsers use.
    pub public_url: Option<String>,
    /// Tablets may erase rounds that are on this server's disk alone.
    pub accept_single_copy: bool,
    /// Copies.
    pub backup: Option<BackupSettings>,
    /// Measures.
    pub metrics: Option<MetricsSettings>,
    /// What is logged.
    pub log: String,
    /// How.
    pub log_format: LogFormat,
}

impl Settings {
    /// Understands; also gives everything that does not read, or does not go together. What is
    /// wrong is left at its default in the settings, which then must not be used.
    pub fn read(layers: &Layers) -> (Self, Vec<ConfigProblem>) {
        let mut reader = Reader {
            layers,
            problems: layers.problems.clone(),
        };
        let default_listen = DEFAULT_LISTEN.parse().expect("the default is an address");
        let listen = reader.value("listen", "an address and port, as 127.0.0.1:8600");
        let listen = listen.unwrap_or(default_listen);
        let settings = Self {
            data: reader.path("data").unwrap_or_default(),
            master_key: reader.path("master-key").zip(reader.origin("master-key")),
            runtime: reader.path("runtime-dir"),
            listen,
            transport: reader.transport(listen),
            public_url: reader.public_url(),
            accept_single_copy: reader.truth("accept-single-copy"),
            backup: reader.backup(),
            metrics: reader.metrics(),
            log: reader.log(),
            log_format: reader.log_format(),
        };
        (settings, reader.problems)
    }
}

pub(super) struct Reader<'l> {
    pub(super) layers: &'l Layers,
    problems: Vec<ConfigProblem>,
}

impl Reader<'_> {
    fn origin(&self, name: &str) -> Option<Origin> {
        self.layers.told(name).map(|told| told.origin.clone())
    }

    pub(super) fn wrong(&mut self, name: &str, what: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push(ConfigProblem {
            origin: self.origin(name).unwrap_or(Origin::Default),
            key: Some(name.to_owned()),
            what: what.into(),
            remedy: remedy.into(),
        });
    }

    pub(super) fn told(&self, name: &str) -> Option<Told> {
        self.layers.told(name).cloned()
    }

    pub(super) fn path(&mut self, name: &str) -> Option<PathBuf> {
        match self.told(name)?.raw {
            Raw::Text(path) if !path.is_empty() => Some(path.into()),
            other => {
                self.wrong(
                    name,
                    format!("{:?} is no path", other.to_string()),
                    "write \"/a/path\"",
                );
                None
            }
        }
    }

    /// A value by its own rules for reading words.
    pub(super) fn value<T: FromStr>(&mut self, name: &str, wanted: &str) -> Option<T> {
        let raw = self.told(name)?.raw;
        let read = match &raw {
            Raw::Text(words) => words.to_str().and_then(|words| words.trim().parse().ok()),
            Raw::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        if read.is_none() {
            self.wrong(
                name,
                format!("{:?} does not read", raw.to_string()),
                format!("write {wanted}"),
            );
        }
        read
    }

    pub(super) fn truth(&mut self, name: &str) -> bool {
        let Some(told) = self.told(name) else {
            return false;
        };
        match &told.raw {
            Raw::Truth(truth) => return *truth,
            Raw::Text(words) if words == "true" || words == "1" => return true,
            Raw::Text(words) if words == "false" || words == "0" => return false,
            _ => {}
        }
        self.wrong(
            name,
            format!("{:?} does not read", told.raw.to_string()),
            "write true or false",
        );
        false
    }

    fn public_url(&mut self) -> Option<String> {
        let url: String = self.value("public-url", "https://NAME")?;
        let url = url.trim_end_matches('/').to_owned();
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"));
        let is_bare = rest.is_some_and(|rest| {
            !rest.is_empty() && !rest.contains(|c: char| "/?#@\\".contains(c) || c.is_whitespace())
        });
        if !is_bare {
            // Not repeated: somebody may have written a password into it.
            let remedy = "write https://NAME or https://NAME:PORT, nothing after it";
            self.wrong("public-url", "it is no address of a server", remedy);
        }
        Some(url)
    }

    fn backup(&mut self) -> Option<BackupSettings> {
        let folder = self.path("backup");
        let every = self.value::<u16>("backup-every", "minutes, from 1 to 65535");
        let keep = self.value::<usize>("backup-keep", "how many older copies stay");
        if every == Some(0) {
            let remedy = "write minutes, from 1 to 65535";
            self.wrong("backup-every", "0 is never", remedy);
        }
        if folder.is_none() {
            for name in ["backup-every", "backup-keep"] {
                if self.layers.is_said(name) {
                    let remedy = "name the folder: backup, or take it out";
                    self.wrong(name, "no copies are made", remedy);
                }
            }
        }
        Some(BackupSettings {
            folder: folder?,
            every_minutes: every.unwrap_or_default(),
            keep: keep.unwrap_or_default(),
        })
    }

    fn metrics(&mut self) -> Option<MetricsSettings> {
        let listen = self.value::<SocketAddr>("metrics-listen", "an address, as 127.0.0.1:9464");
        let token = self.token();
        if !self.layers.is_said("metrics-listen") && token.is_some() {
            let remedy = "say where: metrics-listen, or take it out";
            self.wrong("metrics-token", "nothing is measured for anybody", remedy);
        }
        let listen = listen?;
        if token.is_none() && !listen.ip().is_loopback() {
            let remedy = "say metrics-token, or listen on 127.0.0.1";
            self.wrong("metrics-listen", "anybody could read it there", remedy);
        }
        Some(MetricsSettings { listen, token })
    }

    /// Never repeated, not even where it is wrong.
    fn token(&mut self) -> Option<String> {
        /// Fewer can be guessed.
        const LEAST: usize = 24;
        let Raw::Text(token) = self.told("metrics-token")?.raw else {
            let remedy = "write it between \"quotes\"";
            self.wrong("metrics-token", "it is no word", remedy);
            return None;
        };
        let token = token.to_string_lossy().into_owned();
        if token.len() < LEAST {
            let remedy = "write 24 characters or more, drawn at random";
            self.wrong("metrics-token", "it can be guessed", remedy);
        }
        Some(token)
    }

    fn log(&mut self) -> String {
        let words: String = self.value("log", "a level, as info").unwrap_or_default();
        let is_level =
            |word: &str| word.contains(['=', '[']) || word.parse::<LevelFilter>().is_ok();
        // The library takes a bare word for a part of the program: `inof` would silence the rest.
        let all = words.split(',').all(|word| is_level(word.trim()));
        if !all || EnvFilter::try_new(&words).is_err() {
            let what = format!("{words:?} names no level");
            let remedy = "write error, warn, info, debug or trace, or PART=LEVEL,...";
            self.wrong("log", what, remedy);
        }
        words
    }

    fn log_format(&mut self) -> LogFormat {
        let words: String = self.value("log-format", "text or json").unwrap_or_default();
        match words.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => {
                let what = format!("{words:?} is no format");
                self.wrong("log-format", what, "write text or json");
                LogFormat::Text
            }
        }
    }
}
