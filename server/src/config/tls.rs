//! A certificate with its chain, and the key it belongs to, from their files.

use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why a pair cannot be served with.
#[derive(Debug, thiserror::Error)]
pub enum TlsPairError {
    /// A file does not read.
    #[error("{path} does not read ({cause})")]
    File {
        /// Which.
        path: PathBuf,
        /// How.
        cause: std::io::Error,
    },
    /// It is not what it should be.
    #[error("{path} holds no {what} in PEM")]
    Empty {
        /// Which.
        path: PathBuf,
        /// What was looked for.
        what: &'static str,
    },
    /// Certificate and key are of two pairs.
    #[error("certificate and key do not belong together")]
    Mismatch,
    /// The library takes it not.
    #[error("the pair is of no use ({0})")]
    Unusable(rustls::Error),
}

/// What new connections are served with.
pub fn tls_config(certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, TlsPairError> {
    let provider = Arc::new(default_provider());
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&read(certificate)?)
        .filter_map(Result::ok)
        .collect();
    if chain.is_empty() {
        return Err(TlsPairError::Empty {
            path: certificate.to_path_buf(),
            what: "certificate",
        });
    }
    let private = PrivateKeyDer::from_pem_slice(&read(key)?).map_err(|_| TlsPairError::Empty {
        path: key.to_path_buf(),
        what: "key",
    })?;
    let pair = CertifiedKey::from_der(chain, private, &provider).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsPairError::Mismatch,
        other => TlsPairError::Unusable(other),
    })?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsPairError::Unusable)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(pair)));
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn read(path: &Path) -> Result<Vec<u8>, TlsPairError> {
    std::fs::read(path).map_err(|cause| TlsPairError::File {
        path: path.to_path_buf(),
        cause,
    })
}
