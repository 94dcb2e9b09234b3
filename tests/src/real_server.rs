//! The small campaign on the real binary, in a process that may be killed.
//!
//! It must never be told of a tablet's state: only its port and its files are known.

use crate::generated::root;
use crate::tablet::SimulatedTablet;
use crate::world::Campaigning;
use anyhow::{Context, Result, bail};
use maraude_core::document::{DocumentName, document_id, read_round};
use maraude_core::model::{DeviceId, Round};
use maraude_server::app::App;
use maraude_server::config::{Clock, Config};
use maraude_server::store::{DataFolder, MasterKey};
use std::collections::BTreeMap;
use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long the server may take to start or stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// A port that is free now; nobody else draws from the ephemeral range twice in a row.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// What the measures of a server are read with.
pub const METRICS_TOKEN: &str = "a-token-of-the-tests-0123456789";

/// The real binary on a data folder of its own.
pub struct RealServer {
    /// The invented campaign.
    pub plan: Campaigning,
    /// Where it listens.
    pub base: String,
    port: u16,
    fault: Option<&'static str>,
    checkpoints: bool,
    log: &'static str,
    metrics: Option<u16>,
    child: Option<Child>,
    codes: Vec<String>,
    folder: TempDir,
}

impl RealServer {
    /// A data folder with a campaign and codes for some tablets of team 0; not started yet. With a
    /// `fault` the server misbehaves on purpose.
    pub fn prepare(tablets: usize, fault: Option<&'static str>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        DataFolder::new(&data).create()?;
        let master = MasterKey::draw()?;
        master.save(&folder.path().join("master.key"), &data)?;
        let app = App::open(Config::local(&data), &master, Clock::system())?;
        let plan = Campaigning::prepare(&app)?;
        let codes = (0..tablets)
            .map(|n| plan.code(&app, &format!("T{n}"), 0))
            .collect::<Result<_>>()?;
        drop(app);
        let port = free_port()?;
        Ok(Self {
            plan,
            base: format!("http://127.0.0.1:{port}"),
            port,
            fault,
            checkpoints: false,
            log: "warn",
            metrics: None,
            child: None,
            codes,
            folder,
        })
    }

    /// A data folder without any campaign.
    pub fn empty() -> Result<Self> {
        let made = Self::prepare(0, None)?;
        let data = made.data();
        std::fs::remove_dir_all(&data)?;
        DataFolder::new(&data).create()?;
        drop(made.open()?);
        Ok(made)
    }

    /// The data folder and master key that an earlier version left, the campaign the world's own.
    pub fn found(
        files: &BTreeMap<String, Vec<u8>>,
        master: &[u8],
        fault: Option<&'static str>,
    ) -> Result<Self> {
        let made = Self::prepare(0, fault)?;
        let data = made.data();
        std::fs::remove_dir_all(&data)?;
        DataFolder::new(&data).create()?;
        for (name, bytes) in files {
            let path = data.join(name);
            std::fs::create_dir_all(path.parent().context("a file in a folder")?)?;
            std::fs::write(path, bytes)?;
        }
        std::fs::write(made.folder.path().join("master.key"), master)?;
        Ok(made)
    }

    /// The next code.
    pub fn code(&mut self) -> Option<String> {
        self.codes.pop()
    }

    /// A tablet with the next code, its clock the machine's, on the round of team 0.
    pub fn tablet(&mut self, seed: u64) -> Result<SimulatedTablet> {
        let code = self.code().context("no code is left")?;
        let mut tablet = SimulatedTablet::enrolled(&self.base, &code, seed, Clock::system().now())?;
        let plan = &self.plan;
        tablet.set_out(plan.teams[0], Some(plan.sectors[0]), plan.night)?;
        Ok(tablet)
    }

    /// Starts it and waits until it is well.
    pub fn start(&mut self) -> Result<()> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("server.log"))?;
        let mut command = Command::new(server_binary()?);
        command
            .args(["serve", "--listen", &format!("127.0.0.1:{}", self.port)])
            .env("MARAUDE_DATA", self.folder.path().join("data"))
            .env("MARAUDE_MASTER_KEY", self.folder.path().join("master.key"))
            .env("MARAUDE_LOG", self.log)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        if let Some(port) = self.metrics {
            let listen = format!("127.0.0.1:{port}");
            command.env("MARAUDE_METRICS_LISTEN", listen);
            command.env("MARAUDE_METRICS_TOKEN", METRICS_TOKEN);
        }
        if let Some(fault) = self.fault {
            command.env("MARAUDE_FAULT", fault);
        }
        if self.checkpoints {
            command.env("MARAUDE_CHECKPOINTS", self.checkpoint_mark());
        }
        self.child = Some(command.spawn().context("the server does not start")?);
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        bail!("the server did not listen within a minute")
    }

    /// From its next start on it makes a checkpoint after each commit.
    pub fn checkpoint_often(&mut self) {
        self.checkpoints = true;
    }

    /// From its next start on it answers Prometheus; where.
    pub fn measure(&mut self) -> Result<String> {
        let port = free_port()?;
        self.metrics = Some(port);
        Ok(format!("http://127.0.0.1:{port}/metrics"))
    }

    /// From its next start on it logs all it can.
    pub fn log_everything(&mut self) {
        self.log = "trace";
    }

    /// Everything it logged so far.
    pub fn logged(&self) -> Result<Vec<u8>> {
        Ok(std::fs::read(self.folder.path().join("server.log"))?)
    }

    /// A file that is there while a checkpoint runs, or ran when the server was killed.
    pub fn checkpoint_mark(&self) -> PathBuf {
        self.folder.path().join("checkpoint")
    }

    /// The data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Runs a command of the binary, beside the server or without it; what it printed.
    pub fn command(&self, arguments: &[&str]) -> Result<String> {
        let done = Command::new(server_binary()?)
            .args(arguments)
            .env("MARAUDE_DATA", self.data())
            .env("MARAUDE_MASTER_KEY", self.folder.path().join("master.key"))
            .stdin(Stdio::null())
            .output()?;
        if !done.status.success() {
            bail!("{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(String::from_utf8(done.stdout)?)
    }

    /// Runs a command that ends campaigns, and kills it once it has done a step.
    pub fn command_killed_at(&self, step: &str, arguments: &[&str]) -> Result<()> {
        let mark = self.folder.path().join(format!("reached-{step}"));
        let mut child = Command::new(server_binary()?)
            .args(arguments)
            .env("MARAUDE_DATA", self.data())
            .env("MARAUDE_MASTER_KEY", self.folder.path().join("master.key"))
            .env("MARAUDE_PAUSE", format!("{step}={}", mark.display()))
            .env("MARAUDE_FAULT", self.fault.unwrap_or_default())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let since = Instant::now();
        while !mark.exists() {
            if let Some(ended) = child.try_wait()? {
                bail!("{arguments:?} ended before {step}: {ended}");
            }
            if since.elapsed() > PATIENCE {
                child.kill()?;
                child.wait()?;
                bail!("{arguments:?} did not reach {step} within a minute");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// A file of a name, beside the data.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A folder of its own for copies, beside the data.
    pub fn copies(&self) -> PathBuf {
        self.folder.path().join("copies")
    }

    /// Puts a copy of the campaign's log aside; the server is down.
    pub fn copy_log(&self, name: &str) -> Result<()> {
        copy_files(&self.campaign_folder(), &self.folder.path().join(name))
    }

    /// Puts a copy back in the log's place, as somebody would by hand; the server is down.
    pub fn put_log_back(&self, name: &str) -> Result<()> {
        copy_files(&self.folder.path().join(name), &self.campaign_folder())
    }

    fn campaign_folder(&self) -> PathBuf {
        DataFolder::new(self.data()).campaign(self.plan.campaign)
    }

    /// Its process, where it lives.
    pub fn process(&mut self) -> Option<u32> {
        let child = self.child.as_mut()?;
        let lives = child.try_wait().is_ok_and(|ended| ended.is_none());
        lives.then(|| child.id())
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    fn open(&self) -> Result<App> {
        let master = MasterKey::load(&self.folder.path().join("master.key"))?;
        let config = Config::local(self.data());
        Ok(App::open(config, &master, Clock::system())?)
    }

    /// Who signed what is kept aside, and why it is, read from the log's file: the server is down.
    pub fn set_aside_on_disk(&self) -> Result<Vec<(Option<DeviceId>, String)>> {
        let log = self.open()?.engine(self.plan.campaign)?.log().clone();
        let kept = log.quarantine(0, usize::from(u16::MAX))?;
        let told = kept
            .into_iter()
            .map(|kept| (kept.item.device, kept.item.code));
        Ok(told.collect())
    }

    /// The round of team 0, read from the log's file by another process' eyes: the server is down.
    pub fn round_on_disk(&self) -> Result<Round> {
        let app = self.open()?;
        let name = DocumentName::Round {
            key: self.plan.round(0),
        };
        let document = app.engine(self.plan.campaign)?.document(&name)?;
        Ok(read_round(&document, document_id(&name)).0)
    }
}

/// Makes one folder's files those of another.
pub(crate) fn copy_files(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for file in std::fs::read_dir(to)? {
        std::fs::remove_file(file?.path())?;
    }
    for file in std::fs::read_dir(from)? {
        let file = file?;
        std::fs::copy(file.path(), to.join(file.file_name()))?;
    }
    Ok(())
}

impl Drop for RealServer {
    fn drop(&mut self) {
        // A test that failed leaves no server behind; nothing else can be done here.
        let _ = self.kill();
    }
}

/// The binary `maraude` with fault points: the one `MARAUDE_BIN` names, else built once per run
/// beside the tests.
pub fn server_binary() -> Result<&'static Path> {
    static BUILT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        if let Some(named) = std::env::var_os("MARAUDE_BIN").map(PathBuf::from) {
            return named.exists().then_some(named);
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        // Together with the tests' package, so that features and artefacts are the tests' own.
        let done = Command::new(cargo)
            .current_dir(root())
            .args(["build", "--quiet", "--package", "maraude-server"])
            .args(["--package", "maraude-tests", "--bin", "maraude"])
            .status();
        let binary = std::env::current_exe().ok()?;
        let profile = binary.parent()?.parent()?.join("maraude");
        (done.is_ok_and(|done| done.success()) && profile.exists()).then_some(profile)
    });
    built
        .as_deref()
        .context("the server's binary could not be built")
}
