//! `maraude release build/list/verify`.

use super::campaign::choose;
use super::control::{Operation, Refusal, ask};
use super::place::Place;
use super::{CommandError, say};
use crate::app::App;
use crate::export::Format;
use crate::publication::{
    BuildError, Builder, FrozenRelease, OpenList, Sources, build, frozen, prepare, releases,
};
use clap::{Args, Subcommand, ValueEnum};
use maraude_core::model::CampaignId;
use maraude_observatory::disclosure::{PublishedFile, Settings, Stage, verify};
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
        let campaign = choose(app, self.of.campaign)?;
        let number = self.of.release;
        let engine = app.engine(campaign)?;
        let kept = frozen(engine.log().as_ref(), number)?.ok_or_else(|| {
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
    /// Published files (GeoJSON, CSV), of one or several releases
    #[arg(value_name = "FILE", required_unless_present = "all")]
    files: Vec<PathBuf>,
    /// Also attack everything that the campaign has released so far, as it was kept
    #[arg(long)]
    all: bool,
    /// Identifier of the campaign (default: the only one)
    #[arg(long, requires = "all")]
    campaign: Option<CampaignId>,
}

/// All maps and tables of a campaign, as they are written.
#[derive(Debug, Serialize, Deserialize)]
pub struct Everything {
    campaign: Option<CampaignId>,
}

impl Operation for Everything {
    const NAME: &'static str = "release-everything";
    type Answer = Vec<(String, String)>;

    fn perform(self, app: &App) -> Result<Vec<(String, String)>, Refusal> {
        let engine = app.engine(choose(app, self.campaign)?)?;
        let mut files = Vec::new();
        for kept in releases(engine.log().as_ref())? {
            for format in [Format::Geojson, Format::Csv] {
                let mut bytes = Vec::new();
                format
                    .write(&kept.release, &mut bytes)
                    .map_err(|error| Refusal::new("export", error.to_string()))?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                files.push((format.file_name(&kept.release), text));
            }
        }
        Ok(files)
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
        let settings = Settings::default();
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
        let made = build(&prepared, engine.log().as_ref(), stage, builder, &settings)?;
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
        let engine = app.engine(choose(app, self.campaign)?)?;
        let kept = releases(engine.log().as_ref())?;
        Ok(kept.iter().map(ReleaseLine::from).collect())
    }
}

impl From<BuildError> for Refusal {
    fn from(error: BuildError) -> Self {
        let code = match &error {
            BuildError::Obstacles { .. } => "release-obstacles",
            BuildError::Ledger(_) => "release-ledger",
            BuildError::Store(_) => "storage",
            BuildError::Disclosure(_) | BuildError::Reopen(_) | BuildError::LedgerUnreadable(_) => {
                "release-refused"
            }
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
        if self.all {
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
