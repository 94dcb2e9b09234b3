//! A program run to its end, with its time and its largest memory.

use anyhow::{Context, Result, ensure};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Between two looks at a program's memory.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(5);

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Watched {
    /// From start to end.
    pub seconds: f64,
    /// Its largest memory, MB.
    pub peak_mb: f64,
    /// What it printed.
    pub told: String,
}

/// Runs a program.
///
/// # Errors
/// When it cannot be started or fails; what it said is in the error.
pub fn watch(command: &mut Command) -> Result<Watched> {
    // Through a file: a pipe that nobody reads would fill up.
    let said = tempfile::NamedTempFile::new()?;
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(said.reopen()?)
        .spawn()
        .with_context(|| format!("{command:?}"))?;
    let status = format!("/proc/{}/status", child.id());
    let mut pipe = child.stdout.take().context("no pipe from the program")?;
    let reader = std::thread::spawn(move || {
        let mut told = String::new();
        std::io::Read::read_to_string(&mut pipe, &mut told).map(|_| told)
    });
    let mut peak_kb = 0.0_f64;
    let ended = loop {
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        peak_kb = peak_kb.max(largest_kb(&status).unwrap_or(0.0));
        std::thread::sleep(LOOKED_AT_EVERY);
    };
    let seconds = start.elapsed().as_secs_f64();
    let told = reader
        .join()
        .map_err(|_| anyhow::anyhow!("the reader panicked"))??;
    let said = std::fs::read_to_string(said.path()).unwrap_or_default();
    ensure!(ended.success(), "{command:?}: {}", said.trim());
    Ok(Watched {
        seconds,
        peak_mb: peak_kb * 1024.0 / 1e6,
        told,
    })
}

fn largest_kb(status: &str) -> Option<f64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
