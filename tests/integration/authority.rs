//! A certificate by an authority: Let's Encrypt's own test authority (Pebble) gives one to the real
//! server, which keeps it over a restart; one that cannot reach the server gives none, and it is told.

use anyhow::{Context, Result, ensure};
use maraude_tests::encrypted_server::{Connected, EncryptedServer};
use maraude_tests::real_server::free_port;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long an authority may take; it is polled every second or so.
const PATIENCE: Duration = Duration::from_mins(1);

/// What the authority says of a server that asks for a certificate.
const ORDER: &str = "POST /order-plz";

/// The authority, in a process of its own.
struct Authority {
    child: Child,
    /// What its own addresses are served with.
    own: CertifiedKey<KeyPair>,
    directory: u16,
    management: u16,
    folder: TempDir,
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Authority {
    /// One that calls names at this port of theirs.
    fn calling(port: u16) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let own = generate_simple_self_signed(vec!["localhost".to_owned()])?;
        let file = |name: &str| folder.path().join(name);
        std::fs::write(file("own.pem"), own.cert.pem())?;
        std::fs::write(file("own.key"), own.signing_key.serialize_pem())?;
        let (directory, management) = (free_port()?, free_port()?);
        let told = json!({ "pebble": {
            "listenAddress": format!("127.0.0.1:{directory}"),
            "managementListenAddress": format!("127.0.0.1:{management}"),
            "certificate": file("own.pem"),
            "privateKey": file("own.key"),
            "httpPort": port,
            "tlsPort": port,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": false,
        }});
        std::fs::write(file("told.json"), told.to_string())?;
        let said = std::fs::File::create(file("said"))?;
        let child = Command::new("pebble")
            .arg("-config")
            .arg(file("told.json"))
            .env("PEBBLE_VA_NOSLEEP", "1")
            .env("PEBBLE_WFE_NONCEREJECT", "0")
            .stdin(Stdio::null())
            .stdout(said.try_clone()?)
            .stderr(said)
            .spawn()
            .context("pebble does not start (Debian: apt-get install pebble)")?;
        let authority = Self {
            child,
            own,
            directory,
            management,
            folder,
        };
        authority.root()?;
        Ok(authority)
    }

    /// Who vouches for what it gives: drawn anew at each start.
    fn root(&self) -> Result<CertificateDer<'static>> {
        let trusted = [self.own.cert.der().clone()];
        let since = Instant::now();
        loop {
            let asked = Connected::to(self.management, &trusted);
            match asked.and_then(|mut open| open.get("/roots/0")) {
                Ok(text) => return Ok(CertificateDer::from_pem_slice(text.as_bytes())?),
                Err(_) if since.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(error) => return Err(error.context(self.said())),
            }
        }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("said")).unwrap_or_default()
    }

    /// What a server is told of it.
    fn settings(&self) -> [(&'static str, String); 4] {
        let root = self.folder.path().join("own.pem");
        let directory = format!("https://localhost:{}/dir", self.directory);
        [
            ("MARAUDE_ACME", "localhost".to_owned()),
            ("MARAUDE_ACME_CONTACT", "it@maraude.example".to_owned()),
            ("MARAUDE_ACME_DIRECTORY", directory),
            ("MARAUDE_ACME_ROOT", root.display().to_string()),
        ]
    }
}

/// Waits until the log of a server says this.
fn says(server: &EncryptedServer, wanted: &str) -> Result<()> {
    let since = Instant::now();
    while !server.log()?.contains(wanted) {
        ensure!(since.elapsed() < PATIENCE, "{}", server.log()?);
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

fn is_private(path: &Path) -> Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(path.metadata()?.permissions().mode() & 0o777 == 0o700)
}

#[test]
fn an_authority_gives_a_certificate_which_is_kept() -> Result<()> {
    const SERVED: &str = "the authority's certificate is served";
    let port = free_port()?;
    let authority = Authority::calling(port)?;
    let root = [authority.root()?];
    let server = EncryptedServer::start(tempfile::tempdir()?, port, &authority.settings())?;
    says(&server, SERVED).with_context(|| authority.said())?;
    let given = server.connect(&root)?.certificate()?;
    assert!(authority.said().contains(ORDER), "{}", authority.said());
    // Control: nobody else vouches for it.
    let strangers = [authority.own.cert.der().clone()];
    assert!(server.connect(&strangers).is_err());
    assert!(is_private(&server.folder().join("data/acme"))?);

    // The authority is gone: what it gave is served on.
    let settings = authority.settings();
    drop(authority);
    // Its file went with its folder; the one that vouches for it is named all the same.
    let folder = server.into_folder()?;
    let own = folder.path().join("own.pem");
    std::fs::write(&own, pem_of_a_stranger()?)?;
    let mut settings = settings.to_vec();
    settings[3].1 = own.display().to_string();
    let server = EncryptedServer::start(folder, port, &settings)?;
    says(&server, SERVED)?;
    assert_eq!(server.connect(&root)?.certificate()?, given);
    Ok(())
}

fn pem_of_a_stranger() -> Result<String> {
    Ok(generate_simple_self_signed(vec!["localhost".to_owned()])?
        .cert
        .pem())
}

#[test]
fn an_authority_that_does_not_reach_the_server_gives_none() -> Result<()> {
    let (port, elsewhere) = (free_port()?, free_port()?);
    let authority = Authority::calling(elsewhere)?;
    let root = [authority.root()?];
    let server = EncryptedServer::start(tempfile::tempdir()?, port, &authority.settings())?;
    says(&server, "the authority gave no certificate: port 443")?;
    assert!(server.connect(&root).is_err(), "nothing is served without");
    assert!(
        !server.log()?.contains("it@maraude.example"),
        "somebody's address is in the log"
    );
    Ok(())
}

#[test]
fn an_authority_that_nobody_vouches_for_is_not_asked() -> Result<()> {
    let port = free_port()?;
    let authority = Authority::calling(port)?;
    let root = [authority.root()?];
    let folder = tempfile::tempdir()?;
    let own = folder.path().join("stranger.pem");
    std::fs::write(&own, pem_of_a_stranger()?)?;
    let mut settings = authority.settings();
    settings[3].1 = own.display().to_string();
    let server = EncryptedServer::start(folder, port, &settings)?;
    says(&server, "the authority gave no certificate")?;
    assert!(server.connect(&root).is_err(), "nothing is served without");
    assert!(!authority.said().contains(ORDER), "{}", authority.said());
    Ok(())
}
