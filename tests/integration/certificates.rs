//! A certificate is renewed under a server that runs: new connections get it, open ones stay, and a
//! broken one is not taken.

use maraude_tests::real_server::server_binary;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a change of the files may take to be seen.
const PATIENCE: Duration = Duration::from_secs(30);

type Pair = CertifiedKey<KeyPair>;

fn pair() -> Pair {
    generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap()
}

/// A server that speaks TLS, by the real binary.
struct Served {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
    /// Kept open: a server that cannot say something ends.
    _said: Lines<BufReader<ChildStdout>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        // A test that failed leaves no server behind; nothing else can be done here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Served {
    fn with(certificate: &Pair) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let binary = server_binary().unwrap();
        let settings = |command: &mut Command| {
            command
                .env("MARAUDE_DATA", at("data"))
                .env("MARAUDE_MASTER_KEY", at("master.key"))
                .env("MARAUDE_LISTEN", "127.0.0.1:0")
                .env("MARAUDE_TLS_CERT", at("cert.pem"))
                .env("MARAUDE_TLS_KEY", at("key.pem"))
                .env("MARAUDE_LOG", "info")
                .stdin(Stdio::null());
        };
        put(folder.path(), certificate, certificate);
        let mut init = Command::new(binary);
        settings(init.arg("init").stdout(Stdio::null()));
        assert!(init.status().unwrap().success());
        let mut serve = Command::new(binary);
        settings(&mut serve);
        let log = std::fs::File::create(at("log")).unwrap();
        serve.arg("serve").stdout(Stdio::piped()).stderr(log);
        let mut child = serve.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines.by_ref().map(|line| line.unwrap()).find_map(|line| {
            line.strip_prefix("tablets:")
                .map(|url| url.trim().to_owned())
        });
        let port = url.unwrap().rsplit(':').next().unwrap().parse().unwrap();
        Self {
            child,
            port,
            folder,
            _said: lines,
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    fn hang_up(&self) {
        let mut kill = Command::new("kill");
        let done = kill.args(["-HUP", &self.child.id().to_string()]).status();
        assert!(done.unwrap().success());
    }

    fn connect(&self, trusted: &[&Pair]) -> Connected {
        let mut roots = RootCertStore::empty();
        for pair in trusted {
            roots.add(pair.cert.der().clone()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut connected = Connected(StreamOwned::new(connection, socket));
        assert_eq!(connected.health(), "ok");
        connected
    }

    /// Waits until new connections are served with this certificate; an open one is used meanwhile.
    fn serves(&self, wanted: &Pair, trusted: &[&Pair], open: &mut Connected) -> bool {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if self.connect(trusted).certificate() == *wanted.cert.der() {
                return true;
            }
            assert_eq!(open.health(), "ok", "an open connection was dropped");
            std::thread::sleep(Duration::from_millis(100));
        }
        false
    }
}

/// The certificate of one pair and the key of another, each put in place by a rename.
fn put(folder: &Path, certificate: &Pair, key: &Pair) {
    for (name, text) in [
        ("cert.pem", certificate.cert.pem()),
        ("key.pem", key.signing_key.serialize_pem()),
    ] {
        let aside = folder.join("aside");
        std::fs::write(&aside, text).unwrap();
        std::fs::rename(aside, folder.join(name)).unwrap();
    }
}

/// A connection that is kept open.
struct Connected(StreamOwned<ClientConnection, TcpStream>);

impl Connected {
    /// Asks over this very connection.
    fn health(&mut self) -> String {
        write!(self.0, "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            self.0.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap();
        let length = length.split("\r\n").next().unwrap().parse().unwrap();
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        String::from_utf8(body).unwrap().trim().to_owned()
    }

    fn certificate(&self) -> CertificateDer<'static> {
        self.0.conn.peer_certificates().unwrap()[0].clone()
    }
}

#[test]
fn a_renewed_certificate_is_served_and_no_connection_dropped() {
    let (first, second, third) = (pair(), pair(), pair());
    let all = [&first, &second, &third];
    let server = Served::with(&first);
    let mut open = server.connect(&all);
    // Control: nothing changed, so that a new connection gets the first.
    assert_eq!(server.connect(&all).certificate(), *first.cert.der());

    // The files change: seen without being told.
    put(server.folder.path(), &second, &second);
    assert!(server.serves(&second, &all, &mut open), "{}", server.log());
    assert_eq!(open.health(), "ok", "the open connection stays");
    assert_eq!(open.certificate(), *first.cert.der());

    // A certificate with another's key: not taken, told, the former served on.
    put(server.folder.path(), &third, &second);
    server.hang_up();
    let since = Instant::now();
    while !server.log().contains("the new certificate is not served") {
        assert!(since.elapsed() < PATIENCE, "{}", server.log());
        assert_eq!(open.health(), "ok");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(server.log().contains("do not belong together"));
    assert_eq!(server.connect(&all).certificate(), *second.cert.der());
    assert_eq!(open.health(), "ok");

    // Put in order, and told by the signal.
    put(server.folder.path(), &third, &third);
    server.hang_up();
    assert!(server.serves(&third, &all, &mut open), "{}", server.log());
    assert_eq!(
        open.health(),
        "ok",
        "after three renewals the open connection stays"
    );
}
