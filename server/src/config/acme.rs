//! Which authority gives the certificate, and for which names (RFC 8555, challenge TLS-ALPN-01 of
//! RFC 8737: the authority calls port 443 of each name).

use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::PathBuf;
use std::sync::Arc;

/// The directory that is asked when nobody names another.
pub const LETS_ENCRYPT: &str = "https://acme-v02.api.letsencrypt.org/directory";

/// A certificate by an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acme {
    /// Names the certificate is for; one at least, the first being the server's.
    pub names: Vec<String>,
    /// Where the authority writes to when something is wrong; it is told to nobody else.
    pub contact: Option<String>,
    /// Its directory.
    pub directory: String,
    /// Who vouches for the directory (PEM), in place of the authorities of the web.
    pub root: Option<PathBuf>,
}

/// Why an authority cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum AcmeError {
    /// The file does not read.
    #[error("{path} does not read ({cause})")]
    File {
        /// Which.
        path: PathBuf,
        /// How.
        cause: std::io::Error,
    },
    /// It vouches for nobody.
    #[error("{path} holds no certificate in PEM that can vouch for an authority")]
    Empty {
        /// Which.
        path: PathBuf,
    },
}

impl Acme {
    /// How its directory is spoken to; none where the web's own authorities vouch for it.
    ///
    /// # Errors
    /// [`AcmeError`]
    pub fn client(&self) -> Result<Option<Arc<ClientConfig>>, AcmeError> {
        let Some(path) = &self.root else {
            return Ok(None);
        };
        let text = std::fs::read(path).map_err(|cause| AcmeError::File {
            path: path.clone(),
            cause,
        })?;
        let mut roots = RootCertStore::empty();
        let (taken, _) = roots.add_parsable_certificates(
            CertificateDer::pem_slice_iter(&text).filter_map(Result::ok),
        );
        if taken == 0 {
            return Err(AcmeError::Empty { path: path.clone() });
        }
        let client = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the library's own versions go with its own ciphers")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Some(Arc::new(client)))
    }
}
