//! What a campaign leaves without persons (design D14): counts by sector and by unit, contacts,
//! coverage, perimeter, method, releases. Comparison works from it after the purge.
//!
//! It must never hold an observation, a place, or anything of one person. Its small counts did not
//! pass disclosure control: it is for the observatory, not to be published. `maraude campaign
//! archive` writes it.

use super::FrozenRelease;
use super::by_sector::{BySector, ground_of};
use super::prepare::{Prepared, Sources, walked_sectors};
use crate::projection::{Counting, ObservationFilter, ObservationLine, ViewError, counting};
use maraude_core::model::{CampaignState, Contact};
use maraude_linkage::Dimension;
use maraude_observatory::disclosure::Settings;
use maraude_observatory::indicator::Unit;
use maraude_observatory::typology;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What every count of an archive means; another version counts other people.
pub const DEFINITION: &str = "street-distinct-at-least-1";

/// Counts of people in the street by sector.
pub const SECTORS_FILE: &str = "sectors.csv";
/// Counts of people in squats, in bidonvilles and at partners' by sector.
pub const SITES_FILE: &str = "sites.csv";
/// What the counts are of, and how they came about.
pub const ABOUT_FILE: &str = "archive.json";

/// Columns of [`SECTORS_FILE`].
const SECTOR_COLUMNS: &str =
    "sector,walked,people,low,high,definition,zone,ground,spots,largest_spot";

/// A file of the archive: its name and its text.
pub type ArchiveFile = (String, String);

/// The files of an archive, but those of its releases.
///
/// # Errors
/// When the view fails.
pub fn archive(
    sources: Sources<'_>,
    prepared: &Prepared,
    releases: &[FrozenRelease],
    settings: &Settings,
) -> Result<Vec<ArchiveFile>, ViewError> {
    let plan = sources.view.plan()?;
    let rounds = sources.view.rounds(None)?;
    let walked = walked_sectors(&plan, &rounds);
    let parts = sources.reviewed.street_parts();
    let held = BySector::of(&plan, &prepared.places, settings);
    let mut sectors = format!("{SECTOR_COLUMNS}\n");
    let mut placed = 0;
    for (number, sector) in plan.sectors.iter().enumerate() {
        let part = parts.iter().find(|part| {
            part.dimension == Dimension::Sector && part.code.as_ref() == Some(&sector.code)
        });
        let (people, [low, high]) = part.map_or((0, [0, 0]), |part| (part.distinct, part.interval));
        let code = quoted(&sector.code);
        let walked = walked.contains(&sector.id);
        let zone = plan.zones.iter().find(|zone| Some(zone.id) == sector.zone);
        let zone = zone.map_or(String::new(), |zone| quoted(&zone.code));
        let ground = ground_of(&sector.boundary);
        let spots = held.spots(Some(number));
        let (spots, largest) = (spots.spots, spots.largest);
        placed += people;
        let line = format!(
            "{code},{walked},{people},{low},{high},{DEFINITION},{zone},{ground},{spots},{largest}\n"
        );
        sectors.push_str(&line);
    }
    let mut units = String::from("unit,places,people_at_least,people_at_most\n");
    for unit in Unit::ALL {
        let of = || prepared.places.iter().filter(|place| place.unit == unit);
        let (places, code) = (of().count(), unit.code());
        let least: u32 = of().map(|place| place.people_at_least).sum();
        let most: u32 = of().map(|place| place.people_at_most).sum();
        let line = format!("{code},{places},{least},{most}\n");
        units.push_str(&line);
    }
    let mut about = about(sources, prepared, releases, settings)?;
    let elsewhere = held.spots(None);
    about["street_elsewhere"] = json!({
        "people": prepared.provisional.people.saturating_sub(placed),
        "spots": elsewhere.spots,
        "largest": elsewhere.largest,
    });
    Ok(vec![
        (SECTORS_FILE.to_owned(), sectors),
        (SITES_FILE.to_owned(), held.sites(&plan)),
        ("units.csv".to_owned(), units),
        (ABOUT_FILE.to_owned(), format!("{about:#}\n")),
    ])
}

fn about(
    sources: Sources<'_>,
    prepared: &Prepared,
    releases: &[FrozenRelease],
    settings: &Settings,
) -> Result<Value, ViewError> {
    let (lines, _) = sources.view.lines(&ObservationFilter::default())?;
    let contacts = contacts(&lines);
    let campaign = &prepared.campaign;
    let nights: Vec<String> = campaign.nights.iter().map(ToString::to_string).collect();
    let areas = prepared.tree.as_ref().ok().map(|tree| {
        let codes: Vec<&str> = tree.areas().iter().map(|area| area.code.as_str()).collect();
        json!({ "codes": codes, "fingerprint": tree.fingerprint() })
    });
    let releases: Vec<Value> = releases
        .iter()
        .map(|kept| {
            json!({
                "number": kept.number,
                "stage": kept.stage.code(),
                "digest": kept.digest,
            })
        })
        .collect();
    let told = prepared.provisional;
    Ok(json!({
        "warning": "Counts that did not pass disclosure control: not to be published.",
        "campaign": campaign.name,
        "nights": nights,
        "mode": campaign.mode,
        "kind": campaign.kind,
        "definition": DEFINITION,
        "typology": typology::VERSION,
        "perimeter": sources.view.plan()?.perimeter,
        "areas": areas,
        "street": { "people": told.people, "low": told.low, "high": told.high },
        "observations_by_contact": contacts,
        "rounds": { "closed": told.rounds_in, "expected": told.rounds_expected },
        "outside_perimeter": prepared.outside,
        "doubtful": prepared.doubtful,
        "open": !matches!(campaign.state, CampaignState::Locked | CampaignState::Archived),
        "pairs_not_decided": prepared.to_review,
        "settings": settings.lines(),
        "releases": releases,
    }))
}

/// Counted observations by how the contact went.
pub(super) fn contacts(lines: &[ObservationLine]) -> BTreeMap<&'static str, u32> {
    let mut contacts = BTreeMap::new();
    let counted = lines
        .iter()
        .filter(|line| counting(line) == Counting::Counted);
    for line in counted {
        let code = contact(line.observation.contact);
        *contacts.entry(code).or_insert(0) += 1;
    }
    contacts
}

fn contact(contact: Contact) -> &'static str {
    match contact {
        Contact::Answered => "answered",
        Contact::Partial => "partial",
        Contact::Refused => "refused",
        Contact::Asleep => "asleep",
        Contact::Language => "language",
        Contact::Unsafe => "unsafe",
        Contact::Observed => "observed",
    }
}

/// A code as it may stand in a CSV that a spreadsheet opens.
pub(super) fn quoted(code: &str) -> String {
    let bare = code.replace('"', "\"\"");
    let formula = bare.starts_with(['=', '+', '-', '@']);
    format!("\"{}{bare}\"", if formula { "'" } else { "" })
}
