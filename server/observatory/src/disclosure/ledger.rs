//! The ledger: one line per figure published, without any person, which outlives the purge and
//! checks later releases.
//!
//! It must never hold a count that was withheld. `server/src/publication` keeps it.

use super::published::{Figure, Published, Stage};
use super::release::Release;
use super::settings::Settings;
use super::verify::{Finding, Rule};
use crate::area::Level;
use crate::indicator::Unit;
use serde::{Deserialize, Serialize};

/// A figure that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// Number of the release in its campaign.
    pub release: u32,
    /// Its stage.
    pub stage: Stage,
    /// The nights it counts.
    pub nights: Vec<String>,
    /// The area's code.
    pub code: String,
    /// How wide.
    pub level: Level,
    /// The unit.
    pub unit: Unit,
    /// The figure; never a withheld one.
    pub figure: Figure,
    /// FNV-1a of the boundary's corners: the same ground has the same key.
    pub ground: String,
}

/// The lines of a release.
pub fn ledger_lines(release: &Release) -> Vec<LedgerLine> {
    lines_of(release.published())
}

fn lines_of(published: &Published) -> Vec<LedgerLine> {
    let mut lines = Vec::new();
    for area in &published.areas {
        for (unit, figure) in &area.figures {
            if figure.shown().is_some() {
                lines.push(LedgerLine {
                    release: published.heading.number,
                    stage: published.stage,
                    nights: published.heading.nights.clone(),
                    code: area.code.clone(),
                    level: area.level,
                    unit: *unit,
                    figure: *figure,
                    ground: ground_key(area.boundary.iter().flat_map(|p| p.exterior().coords())),
                });
            }
        }
    }
    lines
}

fn ground_key<'a>(corners: impl Iterator<Item = &'a geo::Coord<f64>>) -> String {
    let mut key: u64 = 0xcbf2_9ce4_8422_2325;
    for corner in corners {
        for value in [corner.x, corner.y] {
            for byte in ((value * 1e6).round() as i64).to_le_bytes() {
                key = (key ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    format!("{key:016x}")
}

/// What of the ledger stands against a new release: the same ground told twice for a night with a
/// difference of a few people, or told on another partition.
pub fn ledger_conflicts(ledger: &[LedgerLine], new: &Release, settings: &Settings) -> Vec<Finding> {
    let new = new.published();
    if new.stage == Stage::Provisional {
        return Vec::new();
    }
    let lines = lines_of(new);
    let shared = |nights: &[String]| nights.iter().any(|n| new.heading.nights.contains(n));
    let mut findings = Vec::new();
    for old in ledger {
        if old.stage == Stage::Provisional || !shared(&old.nights) {
            continue;
        }
        let same = lines
            .iter()
            .find(|line| line.unit == old.unit && line.ground == old.ground);
        match same {
            Some(line) => {
                if let (Figure::Exact(one), Figure::Exact(other)) = (old.figure, line.figure) {
                    let apart = one.abs_diff(other);
                    let step = if old.level == Level::Leaf {
                        settings.leaf_minimum_people
                    } else {
                        settings.street_minimum_people
                    };
                    if apart > 0 && apart < step {
                        findings.push(Finding::new(
                            Rule::Difference,
                            &old.code,
                            format!("{one} was released before, {other} is too near"),
                        ));
                    }
                }
            }
            None if new.stage == Stage::Consolidated => findings.push(Finding::new(
                Rule::Difference,
                &old.code,
                "these nights were already released on other areas".to_owned(),
            )),
            None => {}
        }
    }
    findings
}
