//! A night as the CSV of observations that `maraude link` reads, and its truth beside it.

use super::Night;
use maraude_core::model::{Answer, Contact, ObservationKind};
use maraude_linkage::{Gender, Household, LinkageObservation};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Columns, in order.
const COLUMNS: &str = "observation_id,night,team_id,device_id,observed_at,lat,lon,gps_accuracy_m,\
    kind,local_group_id,group_size,n_men,n_women,n_minors,gender,age_band,household,language,\
    shelter_type,n_tents,n_dogs,marks,pseudonym,contact,already_surveyed";

/// Writes the observations and, on `truth`, `observation_id,slot,person` (empty: nobody).
pub fn write_csv(night: &Night, out: &mut dyn Write, truth: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{COLUMNS}")?;
    writeln!(truth, "observation_id,slot,person")?;
    for of in &night.observations {
        writeln!(out, "{}", line(of).join(","))?;
        for (slot, who) in night.truth[&of.id].iter().enumerate() {
            let who = who.map(|who| who.to_string()).unwrap_or_default();
            writeln!(truth, "{},{slot},{who}", of.id)?;
        }
    }
    Ok(())
}

/// Saves a night and its truth in a folder; answers the two files.
pub fn save(night: &Night, folder: &Path, seed: u64) -> io::Result<[PathBuf; 2]> {
    std::fs::create_dir_all(folder)?;
    let name = |what: &str| folder.join(format!("{what}-{}-{seed}.csv", night.people));
    let mut rows = BufWriter::new(File::create(name("night"))?);
    let mut truth = BufWriter::new(File::create(name("truth"))?);
    write_csv(night, &mut rows, &mut truth)?;
    rows.flush()?;
    truth.flush()?;
    Ok([name("night"), name("truth")])
}

fn line(of: &LinkageObservation) -> Vec<String> {
    fn told<T: ToString>(answer: &Answer<T>) -> String {
        answer.known().map(ToString::to_string).unwrap_or_default()
    }
    let group = of.kind == ObservationKind::Group;
    let size = if group {
        of.people.to_string()
    } else {
        told(&of.seen_together)
    };
    let place = |value: fn(&maraude_linkage::Place) -> f64| {
        of.place
            .as_ref()
            .map(value)
            .map(|v| v.to_string())
            .unwrap_or_default()
    };
    vec![
        of.id.to_string(),
        of.night.to_string(),
        of.team.to_string(),
        of.device.to_string(),
        instant(of.observed_at),
        place(|p| p.coordinates.latitude),
        place(|p| p.coordinates.longitude),
        place(|p| p.accuracy_m.unwrap_or_default()),
        if group { "group" } else { "individual" }.to_owned(),
        of.local_group.map(|id| id.to_string()).unwrap_or_default(),
        size,
        told(&of.men),
        told(&of.women),
        told(&of.minors),
        of.gender.known().map_or("", |g| gender(*g)).to_owned(),
        told(&of.age),
        of.household
            .known()
            .map_or("", |h| household(*h))
            .to_owned(),
        told(&of.language),
        told(&of.shelter),
        told(&of.tents),
        told(&of.dogs),
        of.marks
            .known()
            .map(|words| format!("\"{words}\""))
            .unwrap_or_default(),
        told(&of.pseudonym),
        contact(of.contact).to_owned(),
        of.already_surveyed
            .known()
            .map_or("", |yes| if *yes { "yes" } else { "no" })
            .to_owned(),
    ]
}

/// RFC 3339, for the days around [`super::START_MS`].
fn instant(at_ms: i64) -> String {
    let away = at_ms - super::START_MS + 21 * 3_600_000;
    let (day, rest) = (away.div_euclid(86_400_000), away.rem_euclid(86_400_000));
    let (seconds, ms) = (rest / 1_000, rest % 1_000);
    format!(
        "2026-01-{:02}T{:02}:{:02}:{:02}.{ms:03}Z",
        22 + day,
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

fn gender(of: Gender) -> &'static str {
    match of {
        Gender::Man => "m",
        Gender::Woman => "f",
        Gender::Other => "x",
    }
}

fn household(of: Household) -> &'static str {
    match of {
        Household::Alone => "alone",
        Household::Couple => "couple",
        Household::Family => "family",
        Household::Group => "group",
    }
}

fn contact(of: Contact) -> &'static str {
    match of {
        Contact::Answered => "answered",
        Contact::Partial => "partial",
        Contact::Refused => "refused",
        Contact::Asleep => "asleep",
        Contact::Language => "language",
        Contact::Unsafe => "unsafe",
        Contact::Observed => "observed",
    }
}
