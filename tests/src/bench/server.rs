//! A process under measure: its processor seconds and its memory, from `/proc`.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A server process; killed when dropped.
pub struct Process {
    child: Child,
}

/// Clock ticks per second of `/proc/PID/stat` on Linux.
const TICKS_PER_S: f64 = 100.0;

impl Process {
    /// Starts it and waits for a line that holds `ready`.
    pub fn start(command: &mut Command, ready: &str) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let pipe = child.stdout.take().context("no pipe from the server")?;
        let process = Self { child };
        let mut lines = BufReader::new(pipe).lines();
        for line in lines.by_ref() {
            if line?.contains(ready) {
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(process);
            }
        }
        bail!("the server stopped before it said « {ready} »")
    }

    /// Processor seconds so far, user and system.
    pub fn cpu_s(&self) -> Result<f64> {
        let text = std::fs::read_to_string(self.file("stat"))?;
        let after_name = text.rsplit(')').next().unwrap_or_default();
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let ticks = |index: usize| {
            fields
                .get(index)
                .and_then(|field| field.parse::<f64>().ok())
        };
        let (Some(user), Some(system)) = (ticks(11), ticks(12)) else {
            bail!("/proc/PID/stat has another shape here");
        };
        Ok((user + system) / TICKS_PER_S)
    }

    /// Largest memory so far, MB.
    pub fn peak_mb(&self) -> Result<f64> {
        let text = std::fs::read_to_string(self.file("status"))?;
        let line = text.lines().find(|line| line.starts_with("VmHWM:"));
        let kb = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
        Ok(kb.context("/proc/PID/status has another shape here")? * 1024.0 / 1e6)
    }

    /// Its death, at once; nothing of it is left running.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        Path::new("/proc")
            .join(self.child.id().to_string())
            .join(name)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
