//! `cargo xtask demo`: from a clean checkout to a served campaign with a night in it.

use crate::run::{cargo, output, root, run as run_to_end, say, target};
use crate::web;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long the server may take to answer after its start.
const START_WITHIN: Duration = Duration::from_mins(1);

/// Serve a demo campaign with a night already collected.
#[derive(Args, Default)]
pub struct Demo {
    /// Folder of real layers (communes, quartiers, streets, water, landmarks as GeoJSON).
    #[arg(long)]
    geodata: Option<PathBuf>,
    /// Port on this machine.
    #[arg(long, default_value_t = 8600)]
    port: u16,
    /// Prepare and collect the night, print everything, then stop.
    #[arg(long)]
    once: bool,
    /// Seed of the night.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The coordinator's account of the demo, printed on the terminal.
pub const COORDINATOR: &str = "coordination";
/// Its password: a demo's, on this machine only.
pub const PASSWORD: &str = "nuit-de-demonstration";

/// The team that the simulated night sends out and that has not left yet: the printed tablet's.
const WAITING_TEAM: &str = "E07";

/// A server of the demo; stopped when dropped.
pub struct Served {
    child: Child,
    /// `http://localhost:PORT`.
    pub base: String,
    /// Its data folder.
    pub data: PathBuf,
    /// Its master key.
    pub key: PathBuf,
}

impl Drop for Served {
    fn drop(&mut self) {
        let stop = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        if stop.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Demo {
    /// Prepares, collects, serves until stopped.
    pub fn run(self) -> Result<()> {
        let start = Instant::now();
        // Before minutes of building, and before the folder of a demo that runs is touched.
        check_free(self.port)?;
        build()?;
        let mut served = self.serve()?;
        say(format!(
            "\nReady in {:.0} s.",
            start.elapsed().as_secs_f64()
        ));
        print_addresses(&served)?;
        if self.once {
            return Ok(());
        }
        say("\nStop with Ctrl-C.");
        served.child.wait().context("the server stopped")?;
        Ok(())
    }

    /// A port of its own, for the screenshots.
    pub fn on_port(port: u16) -> Self {
        Self {
            port,
            seed: 1,
            once: true,
            ..Self::default()
        }
    }

    /// A fresh data folder, a running server and a collected night.
    pub fn serve(&self) -> Result<Served> {
        check_free(self.port)?;
        let folder = target().join(format!("demo-{}", self.port));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).context("the former demo's folder is in the way")?;
        }
        std::fs::create_dir_all(&folder)?;
        let data = folder.join("data");
        let key = folder.join("master.key");
        run_to_end(
            maraude(&data)
                .arg("init")
                .arg("--master-key")
                .arg(&key)
                .stdout(Stdio::null()),
        )?;
        add_account(&data, &key, COORDINATOR, "coordinator")?;
        if let Some(geodata) = &self.geodata {
            import_layers(&data, geodata)?;
        }
        let served = start(&data, &key, self.port)?;
        say("Collecting a night with simulated tablets, through the real sync...");
        let mut night = Command::new(target().join("debug/simulated_night"));
        night.args([
            "--base",
            &served.base,
            "--account",
            COORDINATOR,
            "--password",
            PASSWORD,
        ]);
        night.args(["--seed", &self.seed.to_string(), "--waiting-team"]);
        if self.geodata.is_none() {
            night.arg("--with-layers");
        }
        run_to_end(&mut night)?;
        Ok(served)
    }
}

fn print_addresses(served: &Served) -> Result<()> {
    let mut enrol = maraude(&served.data);
    enrol.args([
        "device",
        "enrol",
        "--label",
        "Tablette de démonstration",
        "--team",
        WAITING_TEAM,
        "--qr",
    ]);
    let enrolment = output(enrol.args(["--base-url", &served.base]))?;
    say(format!(
        "\n--- A tablet of team {WAITING_TEAM}, which has not left yet: open this link in a browser ---"
    ));
    say(enrolment.trim_end());
    say("\n--- The console ---");
    say(format!("{}/console", served.base));
    say(format!("name: {COORDINATOR}\npassword: {PASSWORD}"));
    Ok(())
}

/// Everything the demo needs, built.
pub fn build() -> Result<()> {
    web::build()?;
    say("Building the server and the simulated tablets...");
    let mut build = cargo();
    build.args([
        "build",
        "--package",
        "maraude-server",
        "--package",
        "maraude-tests",
        "--bins",
    ]);
    run_to_end(&mut build)
}

fn maraude(data: &Path) -> Command {
    let mut command = Command::new(target().join("debug/maraude"));
    command.current_dir(root()).env("MARAUDE_DATA", data);
    command
}

/// Makes an account of the demo, with its password.
pub fn add_account(data: &Path, key: &Path, name: &str, role: &str) -> Result<()> {
    let mut add = maraude(data);
    add.args(["user", "add", "--name", name, "--role", role]);
    add.arg("--password-stdin");
    add.arg("--master-key").arg(key);
    let mut child = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    let mut pipe = child.stdin.take().context("no pipe to the command")?;
    writeln!(pipe, "{PASSWORD}")?;
    drop(pipe);
    if !child.wait()?.success() {
        bail!("the account {name} could not be made");
    }
    Ok(())
}

/// Layers of a folder of GeoJSON files, told by their names.
fn import_layers(data: &Path, geodata: &Path) -> Result<()> {
    const LAYERS: [(&str, &str, &str, &str); 7] = [
        ("m3m_communes", "commune", "code", "nom"),
        ("mtp_quartiers", "quartier", "code", "nom"),
        ("mtp_sous_quartiers", "sous_quartier", "code", "nom"),
        ("mtp_filaire_voies", "street", "code", "nom"),
        ("mtp_cours_eau", "water", "code", "nom"),
        ("mtp_ponts", "landmark", "code", "nom"),
        ("mtp_parcs", "landmark", "code", "nom"),
    ];
    let mut imported = 0;
    for item in std::fs::read_dir(geodata).context("the --geodata folder cannot be read")? {
        let path = item?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.contains("_adresses_") && name.ends_with(".csv.gz") {
            say(format!("Importing {name} as addresses..."));
            run_to_end(maraude(data).args(["addresses", "import"]).arg(&path))?;
            continue;
        }
        let known = LAYERS.iter().find(|layer| name.starts_with(layer.0));
        let (Some(layer), true) = (known, name.ends_with(".geojson")) else {
            continue;
        };
        say(format!("Importing {name} as {}...", layer.1));
        let mut import = maraude(data);
        import
            .args(["layers", "import"])
            .arg(&path)
            .args(["--kind", layer.1]);
        run_to_end(&mut import)?;
        imported += 1;
    }
    if imported == 0 {
        bail!(
            "{} holds none of the layers the demo knows",
            geodata.display()
        );
    }
    Ok(())
}

/// Starts the server and waits until it is well.
fn start(data: &Path, key: &Path, port: u16) -> Result<Served> {
    let mut serve = maraude(data);
    serve
        .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
        .arg("--master-key")
        .arg(key);
    let mut child = serve.stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?;
    let pipe = child.stdout.take().context("no pipe from the server")?;
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            say(format!("  {line}"));
        }
    });
    let mut served = Served {
        child,
        base: format!("http://localhost:{port}"),
        data: data.into(),
        key: key.into(),
    };
    let since = Instant::now();
    while !healthy(port) {
        if let Some(status) = served.child.try_wait()? {
            bail!("the server ended ({status}) before it answered; what it said stands above");
        }
        if since.elapsed() > START_WITHIN {
            bail!("the server did not answer on port {port} within a minute");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(served)
}

/// Whatever answers on a port that is taken would be held for the demo's own server.
fn check_free(port: u16) -> Result<()> {
    if let Err(cause) = TcpListener::bind(("127.0.0.1", port)) {
        bail!(
            "port {port} is taken ({cause}): another demo may be running. Stop it, or choose a \
             port: cargo xtask demo --port {}",
            port.checked_add(1).unwrap_or(8600)
        );
    }
    Ok(())
}

fn healthy(port: u16) -> bool {
    let Ok(mut socket) = TcpStream::connect(("127.0.0.1", port)) else {
        return false;
    };
    let ask = "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut answer = String::new();
    socket.write_all(ask.as_bytes()).is_ok()
        && socket.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_told_with_another_one() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let said = check_free(port).unwrap_err().to_string();
        assert!(said.contains(&format!("port {port} is taken")), "{said}");
        drop(taken);
        // The negative control: ports that were free a moment ago. Each alone may be taken by then,
        // by another program or by a child of another test; all of them are not.
        let mut free = (0..20).map(|_| {
            let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            listener.local_addr().unwrap().port()
        });
        assert!(free.any(|port| check_free(port).is_ok()));
    }
}
