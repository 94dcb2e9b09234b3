//! The real binary where it speaks TLS, and connections that are kept open to it.

use crate::real_server::server_binary;
use anyhow::{Context, Result, ensure};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that speaks TLS as `localhost`, on a data folder of its own.
pub struct EncryptedServer {
    child: Child,
    port: u16,
    folder: TempDir,
    /// Kept open: a server that cannot say something ends.
    _said: Lines<BufReader<ChildStdout>>,
}

impl Drop for EncryptedServer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl EncryptedServer {
    /// Starts it in a folder, where it has lived or not, with settings by their variables.
    pub fn start(folder: TempDir, port: u16, settings: &[(&str, String)]) -> Result<Self> {
        let at = |name: &str| folder.path().join(name);
        let told = |command: &mut Command| {
            command
                .env("MARAUDE_DATA", at("data"))
                .env("MARAUDE_MASTER_KEY", at("master.key"))
                .env("MARAUDE_LISTEN", format!("127.0.0.1:{port}"))
                .env("MARAUDE_LOG", "info")
                .stdin(Stdio::null());
            for (variable, value) in settings {
                command.env(variable, value);
            }
        };
        let binary = server_binary()?;
        if !at("data").exists() {
            let mut init = Command::new(binary);
            told(init.arg("init").stdout(Stdio::null()));
            ensure!(init.status()?.success(), "no data folder was made");
        }
        let mut serve = Command::new(binary);
        told(&mut serve);
        let log = std::fs::File::create(at("log"))?;
        serve.arg("serve").stdout(Stdio::piped()).stderr(log);
        let mut child = serve.spawn()?;
        let said = child.stdout.take().context("its output is piped")?;
        let mut said = BufReader::new(said).lines();
        let server = |said| Self {
            child,
            port,
            folder,
            _said: said,
        };
        let serves = said
            .by_ref()
            .map_while(Result::ok)
            .any(|line| line.starts_with("console:"));
        let server = server(said);
        ensure!(serves, "it does not serve: {}", server.log()?);
        Ok(server)
    }

    /// Its folder, once it has ended.
    pub fn into_folder(mut self) -> Result<TempDir> {
        self.stop();
        Ok(std::mem::replace(&mut self.folder, tempfile::tempdir()?))
    }

    fn stop(&mut self) {
        // A test that failed leaves no server behind; nothing else can be done here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Where its data folder, its log and its files of TLS are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Everything it logged since it was started.
    pub fn log(&self) -> Result<String> {
        Ok(std::fs::read_to_string(self.folder.path().join("log"))?)
    }

    /// Has it read its certificate again.
    pub fn hang_up(&self) -> Result<()> {
        let mut kill = Command::new("kill");
        let done = kill.args(["-HUP", &self.child.id().to_string()]).status()?;
        ensure!(done.success(), "it was not told");
        Ok(())
    }

    /// A connection to a server that is well, by whom these vouch for.
    pub fn connect(&self, trusted: &[CertificateDer<'static>]) -> Result<Connected> {
        let mut connected = Connected::to(self.port, trusted)?;
        ensure!(connected.get("/health")? == "ok", "the server is not well");
        Ok(connected)
    }
}

/// A connection that is kept open.
pub struct Connected(StreamOwned<ClientConnection, TcpStream>);

impl Connected {
    /// To a port of this machine, as `localhost`.
    pub fn to(port: u16, trusted: &[CertificateDer<'static>]) -> Result<Self> {
        let mut roots = RootCertStore::empty();
        for root in trusted {
            roots.add(root.clone())?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost")?;
        let connection = ClientConnection::new(Arc::new(config), name)?;
        let socket = TcpStream::connect(("127.0.0.1", port))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(StreamOwned::new(connection, socket)))
    }

    /// Asks over this very connection; the text of the answer.
    pub fn get(&mut self, path: &str) -> Result<String> {
        write!(self.0, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            self.0.read_exact(&mut byte)?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head)?.to_lowercase();
        let (_, length) = head
            .split_once("content-length: ")
            .context("an answer with its length")?;
        let length = length.split("\r\n").next().unwrap_or_default().parse()?;
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok(String::from_utf8(body)?.trim().to_owned())
    }

    /// What the server showed of itself.
    pub fn certificate(&self) -> Result<CertificateDer<'static>> {
        let shown = self.0.conn.peer_certificates().unwrap_or_default();
        Ok(shown.first().context("no certificate was shown")?.clone())
    }
}
