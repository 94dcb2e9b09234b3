//! `cargo xtask dist`: the release binary as a Debian package, with its systemd unit.
//!
//! It must never hold a rule of the product: it lays files where Debian wants them.

use crate::run::{cargo, has, output, root, run as run_to_end, say, target};
use crate::web;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files of the package that are text: where they lie, what they say, their mode.
const TEXTS: [(&str, &str, u32); 6] = [
    (
        "lib/systemd/system/maraude.service",
        include_str!("../package/maraude.service"),
        0o644,
    ),
    (
        "etc/maraude/maraude.toml",
        include_str!("../package/maraude.toml"),
        0o644,
    ),
    (
        "etc/maraude/maraude.env",
        include_str!("../package/maraude.env"),
        0o640,
    ),
    (
        "DEBIAN/postinst",
        include_str!("../package/postinst"),
        0o755,
    ),
    ("DEBIAN/prerm", include_str!("../package/prerm"), 0o755),
    ("DEBIAN/postrm", include_str!("../package/postrm"), 0o755),
];

/// Documents that come with it.
const DOCUMENTS: [&str; 5] = [
    "README.md",
    "CHANGELOG.md",
    "docs/OPERATIONS.md",
    "docs/THREAT_MODEL.md",
    "docs/RELEASES.md",
];

/// Makes the package.
#[derive(Args)]
pub struct Dist {
    /// Version of the package (default: the workspace's)
    #[arg(long)]
    version: Option<String>,
}

impl Dist {
    /// Builds, and says where the package is.
    pub fn run(self) -> Result<()> {
        let version = self.version.unwrap_or_else(|| own_version().to_owned());
        let package = make(&binary()?, &version)?;
        let digest = output(Command::new("sha256sum").arg(&package))?;
        say(format!("\n{}", package.display()));
        say(format!(
            "SHA-256 {}",
            digest.split(' ').next().unwrap_or("")
        ));
        say("Install it with: apt install ./FILE.deb");
        Ok(())
    }
}

/// The workspace's version.
pub fn own_version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The release binary, the web app in it.
pub fn binary() -> Result<PathBuf> {
    web::build()?;
    let mut build = cargo();
    build.args([
        "build",
        "--release",
        "--package",
        "maraude-server",
        "--bin",
        "maraude",
    ]);
    run_to_end(&mut build)?;
    Ok(target().join("release/maraude"))
}

/// A package of a binary under a version.
pub fn make(binary: &Path, version: &str) -> Result<PathBuf> {
    if !has("dpkg-deb") {
        bail!("dpkg-deb is needed to make a Debian package (Debian: apt-get install dpkg)");
    }
    let architecture = output(Command::new("dpkg").arg("--print-architecture"))?;
    let architecture = architecture.trim();
    let name = format!("maraude_{version}_{architecture}");
    let folder = target().join("dist").join(&name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for (path, text, mode) in TEXTS {
        write(&folder.join(path), text.as_bytes(), mode)?;
    }
    let program = fs::read(binary).with_context(|| format!("no {}", binary.display()))?;
    write(&folder.join("usr/bin/maraude"), &program, 0o755)?;
    let documents = folder.join("usr/share/doc/maraude");
    for document in DOCUMENTS {
        let text = fs::read(root().join(document))?;
        let file = Path::new(document).file_name().unwrap_or_default();
        write(&documents.join(file), &text, 0o644)?;
    }
    let licences =
        ["LICENSE-MIT", "LICENSE-APACHE"].map(|file| fs::read_to_string(root().join(file)));
    let [mit, apache] = licences;
    let copyright = format!("MIT OR Apache-2.0\n\n{}\n\n{}", mit?, apache?);
    write(&documents.join("copyright"), copyright.as_bytes(), 0o644)?;
    write(
        &folder.join("DEBIAN/conffiles"),
        b"/etc/maraude/maraude.env\n/etc/maraude/maraude.toml\n",
        0o644,
    )?;
    let kilobytes = program.len().div_ceil(1024);
    let control = control(version, architecture, kilobytes);
    write(&folder.join("DEBIAN/control"), control.as_bytes(), 0o644)?;
    let package = folder.with_file_name(format!("{name}.deb"));
    let mut pack = Command::new("dpkg-deb");
    pack.args(["--root-owner-group", "--build"]);
    run_to_end(pack.arg(&folder).arg(&package))?;
    fs::remove_dir_all(&folder)?;
    Ok(package)
}

fn control(version: &str, architecture: &str, kilobytes: usize) -> String {
    format!(
        "Package: maraude\nVersion: {version}\nArchitecture: {architecture}\n\
         Maintainer: Maraude <maraude@example.invalid>\nInstalled-Size: {kilobytes}\n\
         Depends: libc6 (>= 2.36), passwd\nSection: misc\nPriority: optional\n\
         Description: counting of people who sleep rough, at night, without network\n \
         Server of tablets and console: encrypted store, sync, map, linkage, releases\n \
         under disclosure control. One binary, one folder of data.\n"
    )
}

fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let folder = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)?;
    fs::write(path, bytes)?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_holds_the_program_its_unit_and_the_documents() {
        if !has("dpkg-deb") {
            return;
        }
        let program = std::env::current_exe().unwrap();
        let package = make(&program, "0.0.1~test").unwrap();
        let listed = output(Command::new("dpkg-deb").arg("--contents").arg(&package)).unwrap();
        for path in [
            "./usr/bin/maraude",
            "./lib/systemd/system/maraude.service",
            "./etc/maraude/maraude.toml",
            "./etc/maraude/maraude.env",
            "./usr/share/doc/maraude/OPERATIONS.md",
            "./usr/share/doc/maraude/copyright",
        ] {
            assert!(listed.lines().any(|line| line.ends_with(path)), "{path}");
        }
        assert!(listed.lines().all(|line| line.contains("root/root")));
        fs::remove_file(package).unwrap();
    }
}
