//! Re-checking every invariant on what is published, files included: thresholds, tiling, sums,
//! differences between releases, a linear program that attacks all figures, and a scan of bytes.
//!
//! It must never need anything but the published files: an outsider can run it. Releases check
//! themselves with it; `maraude release verify` runs it on files.

mod attack;
mod comparisons;
mod content;
mod differences;
mod linear;
mod read_csv;
mod read_geojson;
pub(super) mod tables;
mod thresholds;
mod tiling;

pub use comparisons::{ToldGround, attack_comparisons, may_be_told};
pub use read_csv::COLUMNS as TABLE_COLUMNS;

use super::published::Published;
use super::settings::Settings;
use std::fmt;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The file cannot be read as a release.
    Readable,
    /// Settings are printed and can be read.
    Settings,
    /// No figure under its threshold, none at a level where it is never told (I1).
    Threshold,
    /// Parts tile their whole (I2).
    Tiling,
    /// Parts add up to their whole (I3).
    Sum,
    /// No two figures a few people apart, in one release or several (I4).
    Difference,
    /// No withheld figure can be computed (I5).
    Attack,
    /// Nothing but figures: no identifier, time of day, fine coordinate or formula (I8).
    Content,
    /// Two files of one release say the same.
    Agreement,
}

impl Rule {
    /// Its code on outputs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Readable => "readable",
            Self::Settings => "settings",
            Self::Threshold => "threshold",
            Self::Tiling => "tiling",
            Self::Sum => "sum",
            Self::Difference => "difference",
            Self::Attack => "attack",
            Self::Content => "content",
            Self::Agreement => "agreement",
        }
    }
}

/// A rule that does not hold, and the cell that fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The area's code, or the file's name.
    pub cell: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Finding {
    pub(super) fn new(rule: Rule, cell: &str, reason: String) -> Self {
        let cell = cell.to_owned();
        Self { rule, cell, reason }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.rule.code(), self.cell, self.reason)
    }
}

/// A published file.
#[derive(Debug, Clone)]
pub struct PublishedFile {
    /// Its name; `.csv` is read as CSV, anything else as GeoJSON.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What was checked, and what does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// Releases read, by number and stage.
    pub releases: Vec<String>,
    /// Figures shown and withheld, over all files.
    pub shown: u32,
    /// See `shown`.
    pub withheld: u32,
    /// Rules that do not hold.
    pub findings: Vec<Finding>,
}

/// Checks files of one or several releases, oldest first within a campaign (by number).
///
/// Not checkable from files alone: spots behind a figure and the share of the largest one.
pub fn verify(files: &[PublishedFile]) -> Verification {
    let mut seen = Verification::default();
    let (mut maps, mut tables) = (Vec::new(), Vec::new());
    for file in files {
        seen.findings.extend(content::scan(file));
        let is_csv = file.name.to_lowercase().ends_with(".csv");
        let read = if is_csv {
            read_csv::read(&file.text)
        } else {
            read_geojson::read(&file.text)
        };
        match read {
            Ok(published) if is_csv => tables.push(published),
            // A file given twice is one release.
            Ok(published) if maps.contains(&published) => {}
            Ok(published) => maps.push(published),
            Err(reason) => seen
                .findings
                .push(Finding::new(Rule::Readable, &file.name, reason)),
        }
    }
    maps.sort_by_key(|published: &Published| published.heading.number);
    let releases: Vec<Published> = maps;
    for (index, published) in releases.iter().enumerate() {
        seen.findings.extend(check(published, &releases[..index]));
    }
    for table in &tables {
        let twin = releases.iter().find(|map| {
            map.heading.number == table.heading.number
                && map.heading.campaign == table.heading.campaign
        });
        seen.findings.extend(match twin {
            Some(map) => read_csv::disagreements(map, table),
            None => figures_of(table, &[]),
        });
        if twin.is_none() {
            seen.add(table);
        }
    }
    for published in &releases {
        seen.add(published);
    }
    seen
}

impl Verification {
    fn add(&mut self, published: &Published) {
        self.shown += published.shown_count();
        self.withheld += published.withheld_count();
        self.releases.push(format!(
            "{} {} {}",
            published.heading.number,
            published.stage.code(),
            published.heading.campaign
        ));
    }
}

/// Checks what a release says, beside earlier ones.
pub fn check(published: &Published, earlier: &[Published]) -> Vec<Finding> {
    let Some(settings) = Settings::parse(&published.settings) else {
        return vec![no_settings(published)];
    };
    let mut findings = figures_of(published, earlier);
    findings.extend(tiling::check(published));
    findings.extend(differences::between(published, earlier, &settings));
    findings.extend(attack::between(published, earlier, &settings));
    findings
}

/// The checks that need no boundary.
fn figures_of(published: &Published, earlier: &[Published]) -> Vec<Finding> {
    let Some(settings) = Settings::parse(&published.settings) else {
        return vec![no_settings(published)];
    };
    let mut findings = thresholds::check(published, &settings);
    findings.extend(differences::sums(published, &settings));
    findings.extend(attack::alone(published, earlier, &settings));
    findings.extend(tables::check(published, &settings));
    findings
}

fn no_settings(published: &Published) -> Finding {
    let reason = "the settings are not printed, or not all".to_owned();
    Finding::new(Rule::Settings, &published.heading.campaign, reason)
}
