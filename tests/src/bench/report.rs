//! What a benchmark prints, and the same as JSON.

use super::Measured;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::Path;

/// One line of the tables.
#[derive(Debug, Clone, serde::Serialize)]
struct Row {
    part: String,
    server: String,
    what: String,
    figures: BTreeMap<String, f64>,
}

/// Everything measured so far.
#[derive(Debug, Default)]
pub struct Report {
    rows: Vec<Row>,
    said: Vec<String>,
}

impl Report {
    /// A line of its own, printed and kept.
    #[expect(clippy::print_stdout, reason = "a benchmark prints its table")]
    pub fn say(&mut self, line: &str) {
        println!("{line}");
        self.said.push(line.to_owned());
    }

    /// The head of a table.
    pub fn head(&mut self, line: &str) {
        self.say("");
        self.say(line);
    }

    /// A line of figures, in the order given.
    pub fn figures(&mut self, part: &str, server: &str, what: &str, figures: &[(&str, f64)]) {
        let told = figures
            .iter()
            .map(|(name, value)| format!("{name} {value:.1}"));
        let told: Vec<String> = told.collect();
        self.say(&format!("  {server:<16} {what:<34} {}", told.join(", ")));
        let figures = figures
            .iter()
            .map(|(name, value)| ((*name).to_owned(), *value));
        self.rows.push(Row {
            part: part.to_owned(),
            server: server.to_owned(),
            what: what.to_owned(),
            figures: figures.collect(),
        });
    }

    /// A line of a run.
    pub fn measured(&mut self, part: &str, server: &str, what: &str, run: &Measured) {
        let figures = [
            ("obs/s", run.observations_per_s),
            ("CPU s", run.server_cpu_s),
            ("peak MB", run.peak_mb),
            ("p95 ms", run.p95_ms),
        ];
        self.figures(part, server, what, &figures);
    }

    /// Writes what there is so far.
    pub fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let all = serde_json::json!({ "said": self.said, "rows": self.rows });
        Ok(std::fs::write(path, serde_json::to_string_pretty(&all)?)?)
    }
}

/// Of this machine, as Linux tells it.
pub fn load_average() -> String {
    let told = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    told.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
