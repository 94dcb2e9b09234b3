//! Every setting there is: its name in the file and as a flag, its variable, its default.

use super::layers::Raw;

/// The file that is read when nobody names another, where it exists.
pub const DEFAULT_FILE: &str = "/etc/maraude/maraude.toml";

/// Which file to read, where `--config` does not say it.
pub const FILE_VARIABLE: &str = "MARAUDE_CONFIG";

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// Its name in the file; `--NAME` is its flag, where it has one.
    pub name: &'static str,
    /// Its environment variable.
    pub variable: &'static str,
    /// What holds when nobody says anything.
    pub default: Option<&'static str>,
    /// Its value opens something: it is never printed.
    pub is_secret: bool,
}

/// All of them, in the order they are shown.
pub const KEYS: [Key; 21] = [
    key("data", "MARAUDE_DATA").or("maraude-data"),
    key("master-key", "MARAUDE_MASTER_KEY"),
    key("runtime-dir", "MARAUDE_RUNTIME"),
    key("listen", "MARAUDE_LISTEN").or(super::DEFAULT_LISTEN),
    key("public-url", "MARAUDE_PUBLIC_URL"),
    key("tls-cert", "MARAUDE_TLS_CERT"),
    key("tls-key", "MARAUDE_TLS_KEY"),
    key("acme", "MARAUDE_ACME"),
    key("acme-contact", "MARAUDE_ACME_CONTACT"),
    key("acme-directory", "MARAUDE_ACME_DIRECTORY").or(super::LETS_ENCRYPT),
    key("acme-root", "MARAUDE_ACME_ROOT"),
    key("behind-proxy", "MARAUDE_BEHIND_PROXY").or("false"),
    key("trusted-proxy", "MARAUDE_TRUSTED_PROXY"),
    key("accept-single-copy", "MARAUDE_ACCEPT_SINGLE_COPY").or("false"),
    key("backup", "MARAUDE_BACKUP"),
    key("backup-every", "MARAUDE_BACKUP_EVERY").or("15"),
    key("backup-keep", "MARAUDE_BACKUP_KEEP").or("20"),
    key("metrics-listen", "MARAUDE_METRICS_LISTEN"),
    key("metrics-token", "MARAUDE_METRICS_TOKEN").secret(),
    key("log", "MARAUDE_LOG").or("info"),
    key("log-format", "MARAUDE_LOG_FORMAT").or("text"),
];

const fn key(name: &'static str, variable: &'static str) -> Key {
    Key {
        name,
        variable,
        default: None,
        is_secret: false,
    }
}

impl Key {
    const fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// A value as it may be printed: an address with an `@` may hold a password.
    pub fn shown(&self, raw: &Raw) -> String {
        let value = raw.to_string();
        if self.is_secret || value.contains('@') {
            "[hidden]".to_owned()
        } else {
            value
        }
    }

    /// The setting of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }
}

/// The name that was probably meant, if one is near.
pub fn nearest<'k>(written: &str, names: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    /// More slips than this are another word.
    const SLIPS: usize = 3;
    let written = written.to_lowercase().replace('_', "-");
    names
        .map(|name| {
            let plain = name.to_lowercase().replace('_', "-");
            (strsim::damerau_levenshtein(&written, &plain), name)
        })
        .filter(|(slips, name)| *slips <= SLIPS && *slips * 2 < name.len())
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, name)| name)
}
