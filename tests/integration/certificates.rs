//! A certificate is renewed under a server that runs: new connections get it, open ones stay, and a
//! broken one is not taken.

use anyhow::Result;
use maraude_tests::encrypted_server::{Connected, EncryptedServer};
use maraude_tests::real_server::free_port;
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::CertificateDer;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a change of the files may take to be seen.
const PATIENCE: Duration = Duration::from_secs(30);

type Pair = CertifiedKey<KeyPair>;

fn pair() -> Result<Pair> {
    Ok(generate_simple_self_signed(vec!["localhost".to_owned()])?)
}

fn serve_with(certificate: &Pair) -> Result<EncryptedServer> {
    let folder = tempfile::tempdir()?;
    put(folder.path(), certificate, certificate)?;
    let named = |name: &str| folder.path().join(name).display().to_string();
    let settings = [
        ("MARAUDE_TLS_CERT", named("cert.pem")),
        ("MARAUDE_TLS_KEY", named("key.pem")),
    ];
    EncryptedServer::start(folder, free_port()?, &settings)
}

/// Waits until new connections are served with this certificate; an open one is used meanwhile.
fn serves(
    server: &EncryptedServer,
    wanted: &Pair,
    trusted: &[CertificateDer<'static>],
    open: &mut Connected,
) -> Result<bool> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE {
        if server.connect(trusted)?.certificate()? == *wanted.cert.der() {
            return Ok(true);
        }
        assert_eq!(open.get("/health")?, "ok", "an open connection was dropped");
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(false)
}

/// The certificate of one pair and the key of another, each put in place by a rename.
fn put(folder: &Path, certificate: &Pair, key: &Pair) -> Result<()> {
    for (name, text) in [
        ("cert.pem", certificate.cert.pem()),
        ("key.pem", key.signing_key.serialize_pem()),
    ] {
        let aside = folder.join("aside");
        std::fs::write(&aside, text)?;
        std::fs::rename(aside, folder.join(name))?;
    }
    Ok(())
}

#[test]
fn a_renewed_certificate_is_served_and_no_connection_dropped() -> Result<()> {
    let (first, second, third) = (pair()?, pair()?, pair()?);
    let all = [&first, &second, &third].map(|pair| pair.cert.der().clone());
    let server = serve_with(&first)?;
    let mut open = server.connect(&all)?;
    // Control: nothing changed, so that a new connection gets the first.
    assert_eq!(server.connect(&all)?.certificate()?, *first.cert.der());

    // The files change: seen without being told.
    put(server.folder(), &second, &second)?;
    let is_served = serves(&server, &second, &all, &mut open)?;
    assert!(is_served, "{}", server.log()?);
    assert_eq!(open.get("/health")?, "ok", "the open connection stays");
    assert_eq!(open.certificate()?, *first.cert.der());

    // A certificate with another's key: not taken, told, the former served on.
    put(server.folder(), &third, &second)?;
    server.hang_up()?;
    let since = Instant::now();
    while !server.log()?.contains("the new certificate is not served") {
        assert!(since.elapsed() < PATIENCE, "{}", server.log()?);
        assert_eq!(open.get("/health")?, "ok");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(server.log()?.contains("do not belong together"));
    assert_eq!(server.connect(&all)?.certificate()?, *second.cert.der());
    assert_eq!(open.get("/health")?, "ok");

    // Put in order, and told by the signal.
    put(server.folder(), &third, &third)?;
    server.hang_up()?;
    let is_served = serves(&server, &third, &all, &mut open)?;
    assert!(is_served, "{}", server.log()?);
    let last = open.get("/health")?;
    assert_eq!(last, "ok", "after three renewals the open connection stays");
    Ok(())
}
