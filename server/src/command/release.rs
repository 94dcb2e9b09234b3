//! `maraude release build/list/verify`.

use super::campaign::choose;
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::App;
use crate::export::Format;
use crate::publication::{
    BuildError, Builder, FrozenRelease, Numbers, NumbersError, OpenList, Sources, build, frozen,
    one_at_a_time, prepare, releases,
};
use crate::store::Deed;
use clap::{Args, Subcommand, ValueEnum};
use maraude_core::model::CampaignId;
use maraude_observatory::disclosure::{PublishedFile, Stage, verify};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `maraude release ...`.
#[derive(Debug, Subcommand)]
pub enum Releases {
    /// Build a release and keep it
    Build(Build),
    /// List the releases of a campaign
    List(List),
    /// Let anybody read a release at /open/ogc
    Open(Open),
    /// Take a release off /open/ogc
    Close(Open),
    /// Print the numbers of disclosure control of a campaign, or make them stricter before its
    /// first release
    Settings(Set),
    /// Attack published files: a linear program tries to compute what they withhold
    Verify(Verify),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
enum StageName {
    Provisional,
    Consolidated,
    Correction,
}

/// `maraude release build`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Build {
    /// Identifier of the campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
    /// One sentence; all levels, once; or a correction of these on the same areas
    #[arg(long, value_enum, default_value = "provisional")]
    stage: StageName,
}

/// `maraude release list`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct List {
    /// Identifier of the campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

/// `maraude release open` and `close`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Open {
    /// Number of the release
    #[arg(long, value_name = "N")]
    release: u32,
    /// Identifier of the campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

/// `maraude release settings`.
#[derive(Debug, Args, Serialize, Deserialize)]
pub struct Set {
    /// A number that protects more, as street_minimum_people=11; may be given several times
    #[arg(long = "set", value_name = "NAME=N", value_parser = read_number)]
    numbers: Vec<(String, u32)>,
    /// Identifier of the campaign (default: the only one)
    #[arg(long)]
    campaign: Option<CampaignId>,
}

fn read_number(text: &str) -> Result<(String, u32), String> {
    let (name, value) = text.split_once('=').ok_or("write it NAME=N")?;
    let value = value.parse().map_err(|_| "N is a whole number")?;
    Ok((name.to_owned(), value))
}

impl Operation for Set {
    const NAME: &'static str = "release-settings";
    type Answer = Vec<String>;

    fn perform(self, app: &App) -> Result<Vec<String>, Refusal> {
        let campaign = choose(app, self.campaign)?;
        let (past, list) = (app.past(campaign)?, Numbers::of(app.folder()));
        if self.numbers.is_empty() {
            return Ok(list.settings(campaign, &past)?.lines());
        }
        let told: Vec<String> = self
            .numbers
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        let settings = list.set(campaign, &past, &self.numbers.into_iter().collect())?;
        let deed = Deed {
            author: COMMAND,
            action: "release-settings",
            subject: &campaign.to_string(),
            reason: &told.join(" "),
        };
        app.server().add_deed(app.clock().now(), deed)?;
        Ok(settings.lines())
    }
}

impl From<NumbersError> for Refusal {
    fn from(error: NumbersError) -> Self {
        Self::new("release-settings", error.to_string())
    }
}

/// Opening a release to anybody, or closing it.
#[derive(Debug, Serialize, Deserialize)]
pub struct SetOpen {
    of: Open,
    open: bool,
}

impl Operation for SetOpen {
    const NAME: &'static str = "release-open";
    type Answer = ReleaseLine;

    fn perform(self, app: &App) -> Result<ReleaseLine, Refusal> {
        let campaign = choose_released(app, self.of.campaign)?;
        let number = self.of.release;
        let kept = frozen(app.stored_releases(campaign)?, number)?.ok_or_else(|| {
            Refusal::new(
                "release-unknown",
                format!("there is no release number {number}"),
            )
        })?;
        let action = if self.open {
            "release-opened"
        } else {
            "release-closed"
        };
        let subject = format!("{campaign} {number}");
        let now = app.clock().now();
        app.server().add_audit(now, COMMAND, action, &subject)?;
        OpenList::of(app.folder())
            .set(campaign, &kept, self.open)
            .map_err(|error| Refusal::new("storage", error.to_string()))?;
        Ok(ReleaseLine::from(&kept))
    }
}

/// `maraude release verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// Published files (GeoJSON, CSV), of one or several releases; where the data folder is here,
    /// what this server released before is attacked together with them
    #[arg(value_name = "FILE", required_unless_present = "all")]
    files: Vec<PathBuf>,
    /// Attack the files alone, as somebody would who never saw the others
    #[arg(long, conflicts_with = "all")]
    alone: bool,
    /// Also attack everything that this server has released so far, purged campaigns included (or
    /// one campaign), as it was kept
    #[arg(long)]
    all: bool,
    /// Identifier of the campaign (default: the only one)
    #[arg(long, requires = "all")]
    campaign: Option<CampaignId>,
}

/// All maps and tables of this server, or of one campaign, as they are written.
#[derive(Debug, Serialize, Deserialize)]
pub struct Everything {
    campaign: Option<CampaignId>,
}

impl Operation for Everything {
    const NAME: &'static str = "release-everything";
    type Answer = Vec<(String, String)>;

    fn perform(self, app: &App) -> Result<Vec<(String, String)>, Refusal> {
        let mut files = Vec::new();
        for (campaign, _) in app.server().campaigns()? {
            if self.campaign.is_some_and(|wanted| wanted != campaign) {
                continue;
            }
            for kept in releases(app.stored_releases(campaign)?)? {
                for format in [Format::Geojson, Format::Csv] {
                    let mut bytes = Vec::new();
                    format
                        .write(&kept.release, &mut bytes)
                        .map_err(|error| Refusal::new("export", error.to_string()))?;
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    files.push((format.file_name(&kept.release), text));
                }
            }
        }
        Ok(files)
    }
}

/// The campaign named, else the only one, else the only one that released something, purged or not.
pub(super) fn choose_released(app: &App, named: Option<CampaignId>) -> Result<CampaignId, Refusal> {
    let chosen = choose(app, named);
    if chosen.is_ok() {
        return chosen;
    }
    let mut found = Vec::new();
    for (campaign, _) in app.server().campaigns()? {
        if !app.stored_releases(campaign)?.is_empty() {
            found.push(campaign);
        }
    }
    match found[..] {
        [only] => Ok(only),
        _ => chosen,
    }
}

/// A release as it is listed.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReleaseLine {
    /// Number, from 1.
    pub number: u32,
    /// Its stage.
    pub stage: Stage,
    /// Server clock.
    pub built_at: i64,
    /// Account that built it.
    pub by: String,
    /// SHA-256 of what was kept.
    pub digest: String,
    /// Figures shown.
    pub figures: u32,
    /// Figures withheld.
    pub withheld: u32,
    /// What may be said.
    pub sentence: String,
}

/// Name of the command line in the list of builders.
const COMMAND: &str = "command";

impl Releases {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        match self {
            Self::Build(build) => print(place, &[ask(place, build)?]),
            Self::List(list) => print(place, &ask(place, list)?),
            Self::Open(of) => print(place, &[ask(place, SetOpen { of, open: true })?]),
            Self::Close(of) => print(place, &[ask(place, SetOpen { of, open: false })?]),
            Self::Settings(set) => {
                for line in ask(place, set)? {
                    say(line)?;
                }
                Ok(())
            }
            Self::Verify(verify) => verify.run(place),
        }
    }
}

fn print(place: &Place, lines: &[ReleaseLine]) -> Result<(), CommandError> {
    if place.json {
        say(serde_json::to_string(lines).map_err(std::io::Error::from)?)?;
        return Ok(());
    }
    for line in lines {
        say(format_args!(
            "{}  {:12} {} shown, {} withheld, by {}, {}\n   {}",
            line.number,
            line.stage.code(),
            line.figures,
            line.withheld,
            line.by,
            line.digest.get(..12).unwrap_or_default(),
            line.sentence
        ))?;
    }
    Ok(())
}

impl From<&FrozenRelease> for ReleaseLine {
    fn from(kept: &FrozenRelease) -> Self {
        let published = kept.release.published();
        Self {
            number: kept.number,
            stage: kept.stage,
            built_at: kept.built_at,
            by: kept.by.clone(),
            digest: kept.digest.clone(),
            figures: published.shown_count(),
            withheld: published.withheld_count(),
            sentence: published.sentence.fr.clone(),
        }
    }
}

impl Operation for Build {
    const NAME: &'static str = "release-build";
    type Answer = ReleaseLine;

    fn perform(self, app: &App) -> Result<ReleaseLine, Refusal> {
        let campaign = choose(app, self.campaign)?;
        let failed = |error: &dyn std::fmt::Display| Refusal::new("view", error.to_string());
        let live = app.live_view(campaign).map_err(|error| failed(&error))?;
        live.catch_up().map_err(|error| failed(&error))?;
        let (view, ground) = (live.view(), live.ground());
        let position = view.position().map_err(|error| failed(&error))?;
        let engine = app.engine(campaign)?;
        let sources = crate::review::Sources {
            view: &live,
            log: engine.log().as_ref(),
            now: app.clock().now(),
        };
        // Under the snapshot that the screens tell the figure with.
        let reviewed = (app.review(campaign).anew(sources, position)).map_err(|e| failed(&e))?;
        let sources = Sources {
            view: &view,
            ground: &ground,
            reviewed: &reviewed,
        };
        let alone = one_at_a_time();
        let past = app.past(campaign)?;
        let settings = Numbers::of(app.folder()).settings(campaign, &past)?;
        let prepared = prepare(sources, &settings)
            .map_err(|error| failed(&error))?
            .ok_or_else(|| Refusal::new("plan-missing", "the campaign has no plan"))?;
        let stage = match self.stage {
            StageName::Provisional => Stage::Provisional,
            StageName::Consolidated => Stage::Consolidated,
            StageName::Correction => Stage::Correction,
        };
        let now = app.clock().now();
        let builder = Builder { by: COMMAND, now };
        let log = engine.log().as_ref();
        let made = build(&prepared, (log, &past), stage, builder, &settings)?;
        live.layers()
            .pin_areas(campaign)
            .map_err(|error| failed(&error))?;
        drop(alone);
        let action = format!("release-built-{}", stage.code());
        let subject = format!("{campaign} {}", made.number);
        app.server().add_audit(now, COMMAND, &action, &subject)?;
        Ok(ReleaseLine::from(&made))
    }
}

impl Operation for List {
    const NAME: &'static str = "release-list";
    type Answer = Vec<ReleaseLine>;

    fn perform(self, app: &App) -> Result<Vec<ReleaseLine>, Refusal> {
        let campaign = choose_released(app, self.campaign)?;
        let kept = releases(app.stored_releases(campaign)?)?;
        Ok(kept.iter().map(ReleaseLine::from).collect())
    }
}

impl From<BuildError> for Refusal {
    fn from(error: BuildError) -> Self {
        let code = match &error {
            BuildError::Obstacles { .. } => "release-obstacles",
            BuildError::Ledger(_) => "release-ledger",
            BuildError::Store(_) => "storage",
            BuildError::Disclosure(_)
            | BuildError::Reopen(_)
            | BuildError::Past(_)
            | BuildError::LedgerUnwritable(_) => "release-refused",
        };
        Self::new(code, error.to_string())
    }
}

impl Verify {
    fn run(&self, place: &Place) -> Result<(), CommandError> {
        let mut files = Vec::new();
        for path in &self.files {
            let text = std::fs::read_to_string(path)
                .map_err(|error| Refusal::new("file", format!("{}: {error}", path.display())))?;
            files.push(PublishedFile {
                name: path.display().to_string(),
                text,
            });
        }
        if self.all || (!self.alone && place.existing().is_ok()) {
            let campaign = self.campaign;
            for (name, text) in ask(place, Everything { campaign })? {
                files.push(PublishedFile { name, text });
            }
        }
        let seen = verify(&files);
        if place.json {
            let findings: Vec<_> = seen
                .findings
                .iter()
                .map(|finding| {
                    serde_json::json!({
                        "rule": finding.rule.code(),
                        "cell": finding.cell,
                        "reason": finding.reason,
                    })
                })
                .collect();
            say(serde_json::json!({
                "releases": seen.releases,
                "shown": seen.shown,
                "withheld": seen.withheld,
                "findings": findings,
            }))?;
        } else {
            for release in &seen.releases {
                say(format_args!("release {release}"))?;
            }
            for finding in &seen.findings {
                say(format_args!("FAILS  {finding}"))?;
            }
            say(format_args!(
                "{} figures shown, {} withheld, {} rules broken",
                seen.shown,
                seen.withheld,
                seen.findings.len()
            ))?;
        }
        match seen.findings.len() {
            0 => Ok(()),
            broken => Err(Refusal::new(
                "release-broken",
                format!("{broken} rules do not hold on these files: do not publish them"),
            )
            .into()),
        }
    }
}

#[cfg(test)]
mod tests;
