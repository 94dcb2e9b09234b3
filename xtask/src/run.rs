//! Running other programs, with errors that say what was run and what to do.

use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The workspace's root folder.
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest
        .parent()
        .expect("xtask lies in the workspace")
        .to_path_buf()
}

/// Where cargo puts what it builds.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Says something to the person at the terminal.
pub fn say(text: impl AsRef<str>) {
    #[expect(clippy::print_stdout, reason = "a command speaks to the terminal")]
    {
        println!("{}", text.as_ref());
    }
}

/// A cargo command in the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// A command in the web folder.
pub fn in_web(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root().join("web-pwa"));
    command
}

/// A command in a folder.
pub fn in_folder(program: impl AsRef<OsStr>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}

/// Runs to the end; an error names the command.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let code = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("could not start {shown}"))?;
    if !code.success() {
        bail!("{shown} failed ({code})");
    }
    Ok(())
}

/// Runs to the end, shows what it printed, and gives it back with whether it succeeded.
pub fn run_and_read(command: &mut Command) -> Result<(bool, String)> {
    use std::io::{BufRead, BufReader, Write};
    let shown = show(command);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {shown}"))?;
    let pipe = child.stdout.take().expect("stdout was asked for");
    let mut text = String::new();
    for line in BufReader::new(pipe).lines() {
        let line = line.with_context(|| format!("could not read what {shown} printed"))?;
        writeln!(std::io::stdout(), "{line}")?;
        text.push_str(&line);
        text.push('\n');
    }
    Ok((child.wait()?.success(), text))
}

/// What a command prints, when it succeeds.
pub fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let result = command
        .output()
        .with_context(|| format!("could not start {shown}"))?;
    if !result.status.success() {
        bail!(
            "{shown} failed: {}",
            String::from_utf8_lossy(&result.stderr)
        );
    }
    Ok(String::from_utf8_lossy(&result.stdout).into_owned())
}

/// Whether a program is on the path.
pub fn has(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|paths| {
        std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
    })
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

/// All files under a folder, sorted, leaving out build products.
pub fn files_under(folder: &Path) -> Result<Vec<PathBuf>> {
    const LEFT_OUT: [&str; 7] = [
        "node_modules",
        "target",
        "dist",
        "pkg",
        ".git",
        "test-results",
        "playwright-report",
    ];
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let listing = std::fs::read_dir(&folder)
            .with_context(|| format!("could not list {}", folder.display()))?;
        for item in listing {
            let path = item?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if !LEFT_OUT.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}
