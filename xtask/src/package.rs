//! `cargo xtask proof package`: the Debian package in a clean Debian root, from its installation to
//! its removal.

use crate::dist::{binary, make, own_version};
use crate::run::{has, output, run as run_to_end, say, target};
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Where the packaged server answers, from outside its root too.
const LISTEN: &str = "127.0.0.1:8671";
const START_WITHIN: Duration = Duration::from_secs(30);
const KEY: &str = "/etc/maraude/master.key";
const DATA: &str = "/var/lib/maraude";
const RUN: &str = "/run/maraude";

/// Runs it; what it showed, line by line.
pub fn run() -> Result<Vec<String>> {
    ensure!(
        output(Command::new("id").arg("-u"))?.trim() == "0",
        "a Debian root is made by root alone: run this as root"
    );
    if !has("debootstrap") {
        say("Installing debootstrap...");
        run_to_end(Command::new("apt-get").args(["-qq", "update"]))?;
        run_to_end(Command::new("apt-get").args(["-qq", "-y", "install", "debootstrap"]))?;
    }
    let binary = binary()?;
    let first = make(&binary, own_version())?;
    let next = make(&binary, &format!("{}+next", own_version()))?;
    let system = Debian::make()?;
    let mut told = Vec::new();
    let mut tell = |line: String| {
        say(&line);
        told.push(line);
    };

    let said = system.install(&first)?;
    ensure!(
        said.contains("maraude init"),
        "the installation says what is left to do"
    );
    system.run(&[
        "systemd-analyze",
        "verify",
        "/lib/systemd/system/maraude.service",
    ])?;
    tell("unit verified by systemd-analyze".to_owned());
    tell(system.hardened()?);
    system.run(&["maraude", "init", "--master-key", KEY])?;
    system.run(&["maraude", "config", "check"])?;
    tell("shipped settings checked: nothing to put in order".to_owned());
    let account = [
        "user",
        "add",
        "--name",
        "lucie",
        "--role",
        "coordinator",
        "--password-stdin",
    ];
    system.maraude(&account, "une longue phrase\n")?;
    tell(format!("installed: /health {}", system.health()?));

    let before = system.maraude(&["user", "list", "--json"], "")?;
    system.install(&next)?;
    let after = system.maraude(&["user", "list", "--json"], "")?;
    ensure!(
        before == after && before.contains("lucie"),
        "the upgrade keeps accounts"
    );
    tell(format!("upgraded: /health {}, data kept", system.health()?));

    let said = system.run(&["dpkg", "--remove", "maraude"])?;
    ensure!(
        said.contains(DATA),
        "the removal names the data it leaves: {said}"
    );
    ensure!(
        system.path(DATA).join("server.db").exists(),
        "the removal keeps the data"
    );
    ensure!(
        system.run(&["maraude", "--version"]).is_err(),
        "the program is gone"
    );
    tell("removed: data kept and named".to_owned());
    system.remove()?;
    Ok(told)
}

/// A clean Debian in a folder.
struct Debian {
    root: PathBuf,
}

impl Debian {
    fn make() -> Result<Self> {
        let system = Self {
            root: target().join("proof/debian"),
        };
        system.remove()?;
        fs::create_dir_all(&system.root)?;
        say("Making a clean Debian root...");
        let (mirror, suite) = source()?;
        let mut make = Command::new("debootstrap");
        make.args(["--variant=minbase", "--include=systemd,passwd", &suite]);
        run_to_end(make.arg(&system.root).arg(mirror).stdout(Stdio::null()))?;
        Ok(system)
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.root.join(inside.trim_start_matches('/'))
    }

    fn run(&self, words: &[&str]) -> Result<String> {
        let mut command = Command::new("chroot");
        command.arg(&self.root).args(words).stdin(Stdio::null());
        let done = command.output().context("could not start chroot")?;
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
        if !done.status.success() {
            bail!("{} failed: {said}", words.join(" "));
        }
        Ok(said)
    }

    fn maraude(&self, words: &[&str], input: &str) -> Result<String> {
        use std::io::Write;
        let mut command = Command::new("chroot");
        command.arg(&self.root).arg("maraude").args(words);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut stdin = child.stdin.take().context("stdin was asked for")?;
        stdin.write_all(input.as_bytes())?;
        drop(stdin);
        let done = child.wait_with_output()?;
        ensure!(done.status.success(), "maraude {} failed", words.join(" "));
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// How exposed systemd holds the service to be: 0 is least, 10 most.
    fn hardened(&self) -> Result<String> {
        let unit = "/lib/systemd/system/maraude.service";
        let told = self.run(&["systemd-analyze", "security", "--offline=yes", unit])?;
        let last = told.lines().rev().find(|line| line.contains("exposure"));
        let last = last.context("systemd-analyze tells no exposure")?;
        Ok(last
            .trim_start_matches(|c: char| !c.is_ascii_alphabetic())
            .to_owned())
    }

    fn install(&self, package: &Path) -> Result<String> {
        let name = package.file_name().context("a package has a name")?;
        fs::copy(package, self.root.join("tmp").join(name))?;
        let inside = Path::new("/tmp").join(name);
        self.run(&["dpkg", "--install", &inside.to_string_lossy()])
    }

    /// Starts what the unit starts, as its account, asks for `/health`, and stops it.
    fn health(&self) -> Result<u16> {
        let unit = fs::read_to_string(self.path("/lib/systemd/system/maraude.service"))?;
        let line = unit
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart="));
        let line = line.context("the unit starts something")?;
        // What systemd does before: the folders, their owner, and the key handed over.
        self.run(&[
            "install", "-d", "-m", "0700", "-o", "maraude", "-g", "maraude", RUN,
        ])?;
        self.run(&["chown", "-R", "maraude:maraude", DATA])?;
        let handed = format!("{RUN}/credentials");
        self.run(&[
            "install", "-d", "-m", "0700", "-o", "maraude", "-g", "maraude", &handed,
        ])?;
        let key = format!("{handed}/maraude-master-key");
        self.run(&[
            "install", "-m", "0400", "-o", "maraude", "-g", "maraude", KEY, &key,
        ])?;
        let options = format!("--listen {LISTEN}");
        let started = line.replace("$MARAUDE_OPTIONS", &options);
        let mut command = Command::new("chroot");
        command.arg("--userspec=maraude:maraude").arg(&self.root);
        command.args(["env", &format!("CREDENTIALS_DIRECTORY={handed}")]);
        command.args(started.split_whitespace());
        let mut server = Stopped(command.stdout(Stdio::null()).spawn()?);
        let end = Instant::now() + START_WITHIN;
        while Instant::now() < end {
            if let Some(code) = answered() {
                return Ok(code);
            }
            if let Some(code) = server.0.try_wait()? {
                bail!("the packaged server ended: {code}");
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        bail!("the packaged server does not answer")
    }

    fn remove(&self) -> Result<()> {
        if self.root.exists() {
            fs::remove_dir_all(&self.root)?;
        }
        Ok(())
    }
}

/// A server that is told to stop, and waited for.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

fn answered() -> Option<u16> {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(LISTEN).ok()?;
    write!(
        stream,
        "GET /health HTTP/1.1\r\nHost: {LISTEN}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.split(' ').nth(1)?.parse().ok()
}

/// Where this machine's own Debian comes from, and which it is.
fn source() -> Result<(String, String)> {
    let mut texts = vec![fs::read_to_string("/etc/apt/sources.list").unwrap_or_default()];
    if let Ok(listed) = fs::read_dir("/etc/apt/sources.list.d") {
        let files = listed.filter_map(Result::ok);
        texts.extend(files.map(|file| fs::read_to_string(file.path()).unwrap_or_default()));
    }
    let release = fs::read_to_string("/etc/os-release")?;
    let suite = release
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let suite = suite.context("this machine does not say which Debian it is")?;
    let mirror = texts.iter().find_map(|text| archive_of(text, suite));
    let mirror = mirror.context("this machine has no archive of its Debian in /etc/apt")?;
    Ok((mirror, suite.to_owned()))
}

/// The archive of a suite in a file of apt, of either format: other programs' archives stand beside it.
fn archive_of(text: &str, suite: &str) -> Option<String> {
    let plain = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let lines: Vec<&str> = plain.collect();
    let of_one_line = lines.iter().find_map(|line| {
        let words: Vec<&str> = line
            .split_whitespace()
            .filter(|word| !word.starts_with('[') && !word.ends_with(']'))
            .collect();
        match words[..] {
            ["deb", uri, of, ..] if of == suite => Some(uri.to_owned()),
            _ => None,
        }
    });
    of_one_line.or_else(|| {
        lines
            .split(|line| line.trim().is_empty())
            .find_map(|stanza| {
                let field = |name: &str| stanza.iter().find_map(|line| line.strip_prefix(name));
                let suites = field("Suites:")?;
                let is_it = suites.split_whitespace().any(|of| of == suite);
                let uri = field("URIs:")?.split_whitespace().next()?;
                is_it.then(|| uri.to_owned())
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_is_debian_s_own_whatever_stands_beside_it() {
        let other = "deb [signed-by=/k] https://other.example/apt other-bookworm main\n";
        assert_eq!(archive_of(other, "bookworm"), None);
        let line = format!("{other}deb http://a.example/debian bookworm main\n");
        assert_eq!(
            archive_of(&line, "bookworm").unwrap(),
            "http://a.example/debian"
        );
        let stanzas = "Types: deb\n# http://old.example\nURIs: http://b.example/debian\n\
                       Suites: bookworm bookworm-updates\n\nTypes: deb\n\
                       URIs: http://b.example/security\nSuites: bookworm-security\n";
        assert_eq!(
            archive_of(stanzas, "bookworm").unwrap(),
            "http://b.example/debian"
        );
    }
}
