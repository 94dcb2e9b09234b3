//! Two campaigns side by side, as the console shows them: on the sectors walked both times, by unit, by zone and,
//! for whoever sees observations, by sector.
//!
//! It must never tell two definitions as one. Who works on figures alone reads parts of at least the leaves' size both times, to the nearest ten, and
//! only where what is left out could not be subtracted. `http::comparison` calls it.

use super::counts::CampaignCounts;
use super::indicators::Reader;
use maraude_observatory::comparison::{CommonGround, Difference, LeftOutSector, SectorCount};
use maraude_observatory::disclosure::{Settings, Spread, ToldGround, is_ground_told, told_parts};
use maraude_observatory::indicator::Unit;
use std::collections::BTreeMap;
pub use together::ToldBefore;

/// What figures are told by to whoever sees no observation: sectors do not nest in the areas of releases, and
/// the difference of two figures told by tens leaves at least ten numbers.
pub const ROUNDED_TO: u32 = 10;

/// A line of the comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The unit, the zone or the sector; none for sectors of no zone.
    pub code: Option<String>,
    /// Sectors it stands on.
    pub sectors: u32,
    /// Both figures and what they differ by; none where withheld.
    pub told: Option<Difference>,
}

/// Two campaigns side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// Sectors walked both times.
    pub sectors: u32,
    /// All others of either, and why.
    pub left_out: Vec<LeftOutSector>,
    /// People by unit, lines that are never added up.
    pub units: Vec<Line>,
    /// People in the street by zone of the later campaign.
    pub zones: Vec<Line>,
    /// People in the street by sector; nothing for `Figures`.
    pub by_sector: Vec<Line>,
}

/// Why two campaigns are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCompared {
    /// They are the same.
    Same,
    /// One is an exercise, the other is not.
    OtherMode,
    /// One counts a night, the other weeks or the year round.
    OtherKind,
    /// Their figures are of other people.
    OtherDefinition,
    /// No sector was walked both times.
    NoCommonGround,
    /// Teams may still send, and `Figures` reads no number that moves.
    Open,
    /// A sector stands twice in a campaign.
    Twice,
}

impl NotCompared {
    /// Its code on screens.
    pub fn code(self) -> &'static str {
        match self {
            Self::Same => "same-campaign",
            Self::OtherMode => "other-mode",
            Self::OtherKind => "other-kind",
            Self::OtherDefinition => "other-definition",
            Self::NoCommonGround => "no-common-ground",
            Self::Open => "campaign-open",
            Self::Twice => "sector-twice",
        }
    }
}

/// Compares two campaigns, the earlier one first.
///
/// `told_before` is what other comparisons told `Figures` of both.
///
/// # Errors
/// [`NotCompared`].
pub fn compare_campaigns(
    before: &CampaignCounts,
    after: &CampaignCounts,
    (settings, told_before): (&Settings, &ToldBefore),
    reader: Reader,
) -> Result<Compared, NotCompared> {
    let (one, other) = (&before.defined, &after.defined);
    if one.mode != other.mode {
        return Err(NotCompared::OtherMode);
    }
    if one.kind != other.kind {
        return Err(NotCompared::OtherKind);
    }
    if one.definition != other.definition {
        return Err(NotCompared::OtherDefinition);
    }
    if reader == Reader::Figures && (before.open || after.open) {
        return Err(NotCompared::Open);
    }
    let (first, second) = (sectors_of(before), sectors_of(after));
    let ground = CommonGround::of(&first, &second).map_err(|_| NotCompared::Twice)?;
    if ground.sectors.is_empty() {
        return Err(NotCompared::NoCommonGround);
    }
    let both = Both {
        sides: [before, after],
        ground: &ground,
        settings,
        reader,
        told_before,
    };
    let (units, zones) = (both.units(), both.zones());
    let by_sector = match reader {
        Reader::Coordination => both.by_sector(),
        Reader::Figures => Vec::new(),
    };
    Ok(Compared {
        sectors: ground.sectors.len() as u32,
        units,
        zones,
        by_sector,
        left_out: ground.left_out,
    })
}

fn sectors_of(of: &CampaignCounts) -> Vec<SectorCount> {
    let counts = of.sectors.iter().map(|(count, _)| count.clone());
    counts.collect()
}

struct Both<'a> {
    sides: [&'a CampaignCounts; 2],
    ground: &'a CommonGround<'a>,
    settings: &'a Settings,
    reader: Reader,
    told_before: &'a ToldBefore,
}

/// Sectors of each zone on the common ground, and how their people spread both times.
type Zones<'a> = BTreeMap<Option<&'a str>, (Vec<&'a str>, [Spread; 2])>;

impl Both<'_> {
    /// As this reader is told it.
    fn line(&self, code: Option<&str>, sectors: u32, is_told: bool, exact: Difference) -> Line {
        let told = match self.reader {
            Reader::Coordination => Some(exact),
            Reader::Figures => is_told.then(|| exact.rounded(ROUNDED_TO)),
        };
        Line {
            code: code.map(str::to_owned),
            sectors,
            told,
        }
    }

    /// People in the street of both times on the common ground, and of both times elsewhere.
    fn street(&self) -> ([Spread; 2], [Spread; 2]) {
        let common = |code: &str| self.ground.sectors.iter().any(|[of, _]| of.sector == code);
        let mut found = ([Spread::default(); 2], [Spread::default(); 2]);
        for (number, side) in self.sides.iter().enumerate() {
            found.1[number] = side.elsewhere;
            for (of, spread) in &side.sectors {
                let part = if common(&of.sector) {
                    &mut found.0[number]
                } else {
                    &mut found.1[number]
                };
                *part = part.and(*spread);
            }
        }
        found
    }

    /// Whether the street's figures on the common ground may be told: by themselves, and beside what was told
    /// before.
    fn is_street_told(&self) -> bool {
        self.grounds().is_some_and(|told| {
            self.told_before
                .leaves_room(self.sides, &told, self.settings)
        })
    }

    /// What the street's lines tell of each campaign; nothing where they are no lines to tell.
    fn grounds(&self) -> Option<[Vec<ToldGround>; 2]> {
        let (here, elsewhere) = self.street();
        if !is_ground_told(here, elsewhere, self.settings) {
            return None;
        }
        let zones = self.by_zone();
        let told = self.told_zones(&zones);
        let mut parts = vec![
            (self.ground.sectors.iter())
                .map(|[_, after]| after.sector.as_str())
                .collect::<Vec<_>>(),
        ];
        let shown = zones.into_values().zip(told).filter(|(_, told)| *told);
        parts.extend(shown.map(|((sectors, _), _)| sectors));
        let line = |side: usize, sectors: &Vec<&str>| {
            let held = self.ground.sectors.iter();
            let held = held.filter(|[_, after]| sectors.contains(&after.sector.as_str()));
            let people = held.map(|pair| pair[side].of(Unit::Street).people).sum();
            let codes = sectors.iter().map(|&code| code.to_owned()).collect();
            ToldGround::rounded(codes, people, ROUNDED_TO)
        };
        Some([0, 1].map(|side| parts.iter().map(|sectors| line(side, sectors)).collect()))
    }

    /// None where there is one zone, or none drawn: the line of the street says it.
    fn told_zones(&self, zones: &Zones<'_>) -> Vec<bool> {
        if zones.len() < 2 {
            return Vec::new();
        }
        let parts: Vec<[Spread; 2]> = zones.values().map(|(_, parts)| *parts).collect();
        told_parts(&parts, self.settings)
    }

    fn by_zone(&self) -> Zones<'_> {
        let mut zones = Zones::new();
        for [_, after] in &self.ground.sectors {
            let (sectors, spreads) = zones.entry(after.zone.as_deref()).or_default();
            sectors.push(after.sector.as_str());
            for (spread, side) in spreads.iter_mut().zip(self.sides) {
                let mut of = side.sectors.iter();
                let held = of.find(|(of, _)| of.sector == after.sector);
                *spread = held.map_or(*spread, |(_, held)| spread.and(*held));
            }
        }
        zones
    }

    /// Squats and bidonvilles are told by the whole territory, never by a part of it.
    fn are_sites_told(&self, unit: Unit) -> bool {
        let whole = self.ground.left_out.is_empty();
        whole
            && self.sides.iter().all(|side| {
                let of = side.sites.get(&unit).copied();
                of.is_some_and(|(of, nowhere)| nowhere == 0 && of.passes_as_sites(self.settings))
            })
    }

    fn units(&self) -> Vec<Line> {
        let sectors = self.ground.sectors.len() as u32;
        let each = Unit::ALL.into_iter().map(|unit| {
            let is_told = match unit {
                Unit::Street => self.is_street_told(),
                Unit::Squat | Unit::Bidonville | Unit::Partner => self.are_sites_told(unit),
            };
            let exact = self.ground.difference(unit, |_| true);
            self.line(Some(unit.code()), sectors, is_told, exact)
        });
        each.collect()
    }

    fn zones(&self) -> Vec<Line> {
        let zones = self.by_zone();
        let told = self.told_zones(&zones);
        let is_street_told = self.is_street_told();
        let each = zones.iter().zip(told).map(|((zone, (sectors, _)), told)| {
            let of_zone = |of: &SectorCount| of.zone.as_deref() == *zone;
            let exact = self.ground.difference(Unit::Street, of_zone);
            let sectors = sectors.len() as u32;
            self.line(*zone, sectors, told && is_street_told, exact)
        });
        each.collect()
    }

    fn by_sector(&self) -> Vec<Line> {
        let each = self.ground.sectors.iter().map(|[before, after]| {
            let exact = Difference::between(before.of(Unit::Street), after.of(Unit::Street));
            self.line(Some(&after.sector), 1, true, exact)
        });
        each.collect()
    }
}

mod together;

#[cfg(test)]
mod tests;
