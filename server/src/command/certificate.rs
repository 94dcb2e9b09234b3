//! `maraude certificate make`: a local authority and a certificate for a name, to try real tablets
//! on a local network. Run again, it keeps the authority.

use super::place::Place;
use super::{CommandError, say};
use clap::{Args, Subcommand};
use jiff::{ToSpan, Zoned};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::io::Write;
use std::path::{Path, PathBuf};

/// How long the authority holds, years.
const AUTHORITY_YEARS: i64 = 10;

/// How long a certificate holds, days: browsers take no longer ones.
const SERVER_DAYS: i64 = 397;

/// `maraude certificate ...`.
#[derive(Debug, Subcommand)]
pub enum Certificates {
    /// Make a local authority and a certificate for a name
    Make(Make),
}

/// `maraude certificate make`.
#[derive(Debug, Args)]
pub struct Make {
    /// Name or address tablets use; may be given several times
    #[arg(long = "host", required = true)]
    hosts: Vec<String>,
    /// Folder for authority.pem, server.pem and their keys
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Why no certificate was made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A name is no name, or the kept authority does not read.
    #[error("the certificate cannot be made: {0}")]
    Make(#[from] rcgen::Error),
    /// A file.
    #[error("{path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// How.
        cause: std::io::Error,
    },
    /// The clock is out of the calendar.
    #[error(transparent)]
    Calendar(#[from] jiff::Error),
}

impl Certificates {
    pub(super) fn run(self, _: &Place) -> Result<(), CommandError> {
        let Self::Make(make) = self;
        make_files(&make.hosts, &make.out)?;
        let out = make.out.display();
        say(format_args!(
            "{out}/authority.pem: install it on the tablets\n\
             serve with: --tls-cert {out}/server.pem --tls-key {out}/server.key"
        ))?;
        Ok(())
    }
}

fn make_files(hosts: &[String], out: &Path) -> Result<(), CertificateError> {
    std::fs::create_dir_all(out).map_err(|cause| failed(out, cause))?;
    let authority = authority_params()?;
    let key = authority_key(out, &authority)?;
    let issuer = Issuer::new(authority, key);
    let server_key = KeyPair::generate()?;
    let certificate = server_params(hosts)?.signed_by(&server_key, &issuer)?;
    write(&out.join("server.pem"), &certificate.pem(), 0o644)?;
    write(&out.join("server.key"), &server_key.serialize_pem(), 0o600)
}

/// The authority's key: kept from the last run, or drawn with a new certificate.
fn authority_key(out: &Path, params: &CertificateParams) -> Result<KeyPair, CertificateError> {
    let (pem, key_file) = (out.join("authority.pem"), out.join("authority.key"));
    if pem.exists() && key_file.exists() {
        let text = std::fs::read_to_string(&key_file).map_err(|cause| failed(&key_file, cause))?;
        return Ok(KeyPair::from_pem(&text)?);
    }
    let key = KeyPair::generate()?;
    write(&pem, &params.self_signed(&key)?.pem(), 0o644)?;
    write(&key_file, &key.serialize_pem(), 0o600)?;
    Ok(key)
}

fn authority_params() -> Result<CertificateParams, CertificateError> {
    let mut params = CertificateParams::default();
    let name = &mut params.distinguished_name;
    name.push(DnType::CommonName, "Maraude local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    hold(&mut params, AUTHORITY_YEARS * 365)?;
    Ok(params)
}

fn server_params(hosts: &[String]) -> Result<CertificateParams, CertificateError> {
    let mut params = CertificateParams::new(hosts.to_vec())?;
    let first = hosts.first().map_or("maraude", String::as_str);
    params.distinguished_name.push(DnType::CommonName, first);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    hold(&mut params, SERVER_DAYS)?;
    Ok(params)
}

/// From the day before, so that a tablet with a slow clock takes it too.
fn hold(params: &mut CertificateParams, days: i64) -> Result<(), CertificateError> {
    let today = Zoned::now().date();
    let (from, until) = (
        today.checked_sub(1.day())?,
        today.checked_add((days - 2).days())?,
    );
    let at = |day: jiff::civil::Date| {
        date_time_ymd(i32::from(day.year()), day.month() as u8, day.day() as u8)
    };
    params.not_before = at(from);
    params.not_after = at(until);
    Ok(())
}

fn write(path: &Path, text: &str, mode: u32) -> Result<(), CertificateError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    options
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|cause| failed(path, cause))
}

fn failed(path: &Path, cause: std::io::Error) -> CertificateError {
    CertificateError::File {
        path: path.to_path_buf(),
        cause,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_certificate_keeps_the_authority() {
        let folder = tempfile::tempdir().unwrap();
        let hosts = ["maraude.local".to_owned(), "192.168.1.10".to_owned()];
        make_files(&hosts, folder.path()).unwrap();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let (authority, server) = (read("authority.pem"), read("server.pem"));
        make_files(&hosts, folder.path()).unwrap();
        assert_eq!(read("authority.pem"), authority);
        assert_ne!(read("server.pem"), server);
        assert!(make_files(&["\u{e9}".to_owned()], folder.path()).is_err());
    }
}
