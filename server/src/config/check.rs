//! What the settings name, looked at on this machine: folders, keys, who else may read them.
//!
//! It must never change anything, nor bind the address: a server may be running on it.

use super::layers::Layers;
use super::problem::{ConfigProblem, Origin};
use super::settings::Settings;
use super::tls::{TlsPairError, tls_config};
use super::{Acme, Transport};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Bits of a mode by which others than the owner read, write or enter.
const NOT_OWNER: u32 = 0o077;

/// Bits of a mode by which anybody does: a key of TLS is often shared with a group.
const ANYBODY: u32 = 0o007;

/// Everything wrong on this machine.
pub fn look(settings: &Settings, layers: &Layers) -> Vec<ConfigProblem> {
    let mut looked = Looked {
        layers,
        found: Vec::new(),
    };
    looked.data(&settings.data);
    if let Some((key, _)) = &settings.master_key {
        looked.master_key(key, &settings.data);
    }
    if let Some(runtime) = &settings.runtime
        && runtime.exists()
    {
        looked.private("runtime-dir", runtime, NOT_OWNER, "chmod 700");
    }
    if let Some(backup) = &settings.backup {
        looked.backup(&backup.folder, &settings.data);
    }
    looked.file_with_secret();
    if let Transport::Tls { certificate, key } = &settings.transport {
        looked.pair(certificate, key);
    }
    if let Transport::Acme(acme) = &settings.transport {
        looked.authority(acme);
    }
    looked.found
}

struct Looked<'l> {
    layers: &'l Layers,
    found: Vec<ConfigProblem>,
}

impl Looked<'_> {
    fn wrong(&mut self, name: &str, what: String, remedy: String) {
        let told = self.layers.told(name);
        self.found.push(ConfigProblem {
            origin: told.map_or(Origin::Default, |told| told.origin.clone()),
            key: Some(name.to_owned()),
            what,
            remedy,
        });
    }

    fn data(&mut self, data: &Path) {
        let shown = data.display();
        if !data.join("server.db").exists() {
            self.wrong(
                "data",
                format!("{shown} is no data folder"),
                format!("maraude init --data {shown} --master-key FILE"),
            );
        }
        if data.exists() {
            self.private("data", data, NOT_OWNER, "chmod 700");
        }
    }

    fn master_key(&mut self, key: &Path, data: &Path) {
        if !self.is_file("master-key", key) {
            return;
        }
        self.private("master-key", key, NOT_OWNER, "chmod 600");
        let places = (key.canonicalize(), data.canonicalize());
        if let (Ok(key), Ok(data)) = places
            && key.starts_with(data)
        {
            let what = "the master key lies in the data folder it opens".to_owned();
            self.wrong("master-key", what, "keep it elsewhere".to_owned());
        }
    }

    fn backup(&mut self, folder: &Path, data: &Path) {
        let shown = folder.display();
        if !folder.is_dir() {
            let remedy = "make it, or mount its disk".to_owned();
            self.wrong("backup", format!("there is no folder {shown}"), remedy);
            return;
        }
        self.private("backup", folder, NOT_OWNER, "chmod 700");
        let places = (folder.canonicalize(), data.canonicalize());
        if let (Ok(folder), Ok(data)) = places
            && folder.starts_with(data)
        {
            let what = "the copies lie in the folder they are of".to_owned();
            self.wrong("backup", what, "name a folder of another disk".to_owned());
        }
    }

    fn pair(&mut self, certificate: &Path, key: &Path) {
        let readable = [("tls-cert", certificate), ("tls-key", key)]
            .map(|(name, path)| self.is_file(name, path));
        if key.exists() {
            self.private("tls-key", key, ANYBODY, "chmod 640");
        }
        if readable != [true, true] {
            return;
        }
        if let Err(error) = tls_config(certificate, key) {
            let name = match &error {
                TlsPairError::File { path, .. } | TlsPairError::Empty { path, .. }
                    if path == certificate =>
                {
                    "tls-cert"
                }
                _ => "tls-key",
            };
            let remedy = "give the certificate first in its file, then its chain, and its own key";
            self.wrong(name, error.to_string(), remedy.to_owned());
        }
    }

    fn authority(&mut self, acme: &Acme) {
        if let Err(error) = acme.client() {
            let remedy = "name the certificate that vouches for the directory".to_owned();
            self.wrong("acme-root", error.to_string(), remedy);
        }
    }

    /// A token in the file is for those who may read the file.
    fn file_with_secret(&mut self) {
        let told = self.layers.told("metrics-token");
        if let Some(Origin::File { path, .. }) = told.map(|told| &told.origin) {
            self.private("metrics-token", &path.clone(), ANYBODY, "chmod 640");
        }
    }

    fn is_file(&mut self, name: &str, path: &Path) -> bool {
        match std::fs::File::open(path).and_then(|file| file.metadata()) {
            Ok(found) if found.is_file() => return true,
            Ok(_) => {
                let what = format!("{} is no file", path.display());
                self.wrong(name, what, "name the file".to_owned());
            }
            Err(cause) => {
                let what = format!("{} does not read ({cause})", path.display());
                let remedy = "name the right one, or let this account read it".to_owned();
                self.wrong(name, what, remedy);
            }
        }
        false
    }

    fn private(&mut self, name: &str, path: &Path, whose: u32, remedy: &str) {
        let Ok(found) = std::fs::metadata(path) else {
            return;
        };
        let mode = found.permissions().mode() & 0o777;
        if mode & whose != 0 {
            let shown = path.display();
            self.wrong(
                name,
                format!("others than its owner may use {shown} (mode {mode:03o})"),
                format!("{remedy} {shown}"),
            );
        }
    }
}
