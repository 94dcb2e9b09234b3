//! The servers under measure, each fresh in a folder of its own: ours, automerge-repo's, samod's.

use super::peer;
use super::rounds::{Author, BuiltRound, Grain, build, night, sector};
use super::server::Process;
use crate::enrolment::{Tablet, enrol};
use anyhow::{Context, Result};
use maraude_core::document::DocumentName;
use maraude_core::model::{
    Assignment, Campaign, CampaignId, CampaignKind, CampaignMode, CampaignState, DeviceId, TeamId,
};
use maraude_server::app::App;
use maraude_server::auth::{NewCode, issue_code};
use maraude_server::config::{Clock, Config};
use maraude_server::store::{DataFolder, MasterKey};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;

/// Whose server.
#[derive(Debug, Clone)]
pub enum Contender {
    /// The `maraude` binary.
    Maraude(PathBuf),
    /// npm's automerge-repo: the folder of its packages.
    Repo(PathBuf),
    /// samod: the program made of it.
    Samod(PathBuf),
}

/// How much is pushed at once.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Tablets.
    pub tablets: u32,
    /// Rounds of each.
    pub rounds: u32,
    /// Times the same again, with other rounds, on one server.
    pub runs: u32,
}

/// A server that runs.
pub struct Running {
    /// The process.
    pub process: Process,
    /// Where it listens: `http://...`.
    pub base: String,
    /// Enrolled tablets, of ours.
    pub tablets: Vec<Arc<Tablet>>,
    contender: Contender,
    port: u16,
    folder: TempDir,
}

impl Contender {
    /// Its name in the tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Maraude(_) => "Maraude",
            Self::Repo(_) => "automerge-repo",
            Self::Samod(_) => "samod",
        }
    }

    /// Starts it in a fresh folder.
    pub fn start(&self, port: u16, size: Size) -> Result<Running> {
        let folder = tempfile::tempdir()?;
        let codes = match self {
            Self::Maraude(_) => prepare(folder.path(), size)?,
            _ => Vec::new(),
        };
        let process = self.launch(port, folder.path())?;
        let base = format!("http://127.0.0.1:{port}");
        let agent = ureq::Agent::new_with_defaults();
        let codes = codes.iter().zip(1..);
        let tablets = codes
            .map(|(code, seed)| enrol(&agent, &base, code, seed).map(Arc::new))
            .collect::<Result<_>>()?;
        Ok(Running {
            process,
            base,
            tablets,
            contender: self.clone(),
            port,
            folder,
        })
    }

    fn launch(&self, port: u16, folder: &Path) -> Result<Process> {
        let data = folder.join("data");
        match self {
            Self::Maraude(program) => {
                let listen = format!("127.0.0.1:{port}");
                let mut serve = Command::new(program);
                serve.args(["serve", "--listen", &listen, "--master-key"]);
                serve
                    .arg(folder.join("master.key"))
                    .env("MARAUDE_DATA", data);
                Process::start(serve.env("MARAUDE_LOG", "error"), &port.to_string())
            }
            Self::Repo(packages) => {
                let script = crate::generated::root().join("tests/peers/automerge-repo-server.mjs");
                std::fs::create_dir_all(&data)?;
                let mut serve = Command::new("node");
                serve.arg(script).arg(port.to_string()).arg(data);
                Process::start(serve.arg(packages), "ready")
            }
            Self::Samod(program) => {
                std::fs::create_dir_all(&data)?;
                let mut serve = Command::new(program);
                Process::start(serve.arg(port.to_string()).arg(data), "ready")
            }
        }
    }
}

impl Running {
    /// Whose rounds a tablet pushes.
    pub fn author(&self, tablet: u32) -> Author {
        let enrolled = self.tablets.get(tablet as usize);
        let other = [tablet as u8; 16];
        Author {
            campaign: enrolled.map_or(CampaignId::from_random([1; 16]), |t| t.campaign),
            device: enrolled.map_or(DeviceId::from_random(other), |t| t.device),
            team: team(tablet),
        }
    }

    /// The rounds of a tablet in one run.
    pub fn rounds(&self, size: Size, tablet: u32, run: u32, grain: Grain) -> Vec<BuiltRound> {
        let first = run * size.rounds;
        let seed = u64::from(run) * 1_000 + u64::from(tablet);
        build(self.author(tablet), first..first + size.rounds, grain, seed)
    }

    /// Where a tablet speaks automerge-repo's protocol, its session open.
    pub fn url(&self, tablet: u32) -> Result<String> {
        let port = self.port;
        let Some(enrolled) = self.tablets.get(tablet as usize) else {
            return Ok(format!("ws://127.0.0.1:{port}/"));
        };
        let agent = ureq::Agent::new_with_defaults();
        let token = enrolled.session(&agent, &self.base)?;
        Ok(format!("ws://127.0.0.1:{port}/sync?access_token={token}"))
    }

    /// Connections with their documents built, waiting for the clock.
    pub fn pushers(&self, size: Size, run: u32, grain: Grain) -> Result<Vec<peer::Pusher>> {
        (0..size.tablets)
            .map(|tablet| {
                let rounds = self.rounds(size, tablet, run, grain);
                peer::Pusher::connect(&self.url(tablet)?, tablet, &rounds)
            })
            .collect()
    }

    /// Killed at once, and started again over what is on the disk.
    pub fn killed(self) -> Result<Self> {
        self.process.kill()?;
        let process = self.contender.launch(self.port, self.folder.path())?;
        Ok(Self { process, ..self })
    }
}

fn team(tablet: u32) -> TeamId {
    let mut bytes = [0x70; 16];
    bytes[..4].copy_from_slice(&tablet.to_be_bytes());
    TeamId::from_random(bytes)
}

/// A campaign in which each tablet has a team of its own, sent to all sectors; its codes.
fn prepare(folder: &Path, size: Size) -> Result<Vec<String>> {
    let data = folder.join("data");
    DataFolder::new(&data).create()?;
    let master = MasterKey::draw()?;
    master.save(&folder.join("master.key"), &data)?;
    let app = App::open(Config::local(&data), &master, Clock::system())?;
    let campaign = CampaignId::from_random([1; 16]);
    let (kind, mode) = (CampaignKind::NightCount, CampaignMode::Exercise);
    let mut plan = Campaign::prepare(campaign, "Mesure".to_owned(), kind, mode);
    plan.nights = vec![night()];
    plan.state = CampaignState::Open;
    let engine = app.create_campaign(&plan)?;
    let name = DocumentName::Plan { campaign };
    for tablet in 0..size.tablets {
        engine.author(&name, |w| {
            for number in 0..size.rounds * size.runs {
                w.put_assignment(&Assignment {
                    team: team(tablet),
                    sector: sector(number),
                    night: night(),
                });
            }
        })?;
    }
    let code = |tablet: u32| {
        let new = NewCode {
            campaign,
            label: format!("T{tablet}"),
            team: Some(team(tablet)),
            organisation: None,
            accepted: true,
        };
        let issued = issue_code(app.server(), new, app.clock().now());
        Ok(issued.context("a code")?.code)
    };
    (0..size.tablets).map(code).collect()
}
