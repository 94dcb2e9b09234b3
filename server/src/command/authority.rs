//! A certificate that an authority gives and renews (RFC 8555), for as long as the server runs.
//!
//! The authority proves for itself that the name leads here by calling port 443 of it with a protocol of
//! its own (RFC 8737), which the server's listener answers beside HTTP. Account and certificate lie in
//! `DIR/acme`, and are no part of copies: they can be asked for again.

use crate::app::App;
use crate::config::{Acme, AcmeError};
use crate::measures::measures;
use crate::store::{DataFolder, StoreError};
use futures_util::StreamExt;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls_acme::caches::DirCache;
use rustls_acme::{AcmeConfig, AcmeState, EventError, EventOk};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// The protocol of the authority's call (RFC 8737, section 6.2).
const CALL: &[u8] = b"acme-tls/1";

/// A server's standing with its authority.
pub(super) struct Asked(AcmeState<std::io::Error>);

/// Why an authority cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Who vouches for it.
    #[error(transparent)]
    Acme(#[from] AcmeError),
    /// The folder of what it gave.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Asked {
    /// Nobody is asked before [`Self::keep`] runs.
    pub(super) fn of(acme: &Acme, folder: &DataFolder) -> Result<Self, AuthorityError> {
        let kept: PathBuf = folder.create_acme()?;
        let mut config = AcmeConfig::new(&acme.names)
            .contact(&acme.contact)
            .directory(&acme.directory)
            .cache(DirCache::new(kept));
        if let Some(client) = acme.client()? {
            config = config.client_tls_config(client);
        }
        Ok(Self(config.state()))
    }

    /// What new connections are served with: whatever certificate there is by then.
    pub(super) fn tls_config(&self) -> Arc<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the library's own versions go with its own ciphers")
            .with_no_client_auth()
            .with_cert_resolver(self.0.resolver());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec(), CALL.to_vec()];
        Arc::new(config)
    }

    /// Asks, and asks again in time, for ever.
    pub(super) async fn keep(mut self, app: App) -> std::io::Result<()> {
        let mut hangup = signal(SignalKind::hangup())?;
        loop {
            let event = tokio::select! {
                event = self.0.next() => event,
                _ = hangup.recv() => {
                    tracing::info!("nothing to read again: the certificate comes from its authority");
                    continue;
                }
            };
            match event {
                None => return Ok(()),
                Some(Ok(done)) => taken(&app, &done),
                Some(Err(cause)) => refused(&app, &cause),
            }
        }
    }
}

fn taken(app: &App, done: &EventOk) {
    match done {
        EventOk::DeployedCachedCert | EventOk::DeployedNewCert => {
            app.served_pair().taken(app.clock().now());
            measures().tls_pair_refused(false);
            tracing::info!("the authority's certificate is served");
        }
        EventOk::CertCacheStore | EventOk::AccountCacheStore => {}
    }
}

fn refused(app: &App, cause: &EventError<std::io::Error, std::io::Error>) {
    match cause {
        EventError::Order(_) | EventError::NewCertParse(_) => {
            app.served_pair()
                .refused(app.clock().now(), cause.to_string());
            measures().tls_pair_refused(true);
            tracing::error!(
                %cause,
                "the authority gave no certificate: port 443 of each name must lead here; it is \
                 asked again"
            );
        }
        EventError::CertCacheStore(_) | EventError::AccountCacheStore(_) => {
            tracing::error!(%cause, "what the authority gave is not kept over a restart");
        }
        EventError::CertCacheLoad(_)
        | EventError::AccountCacheLoad(_)
        | EventError::CachedCertParse(_) => {
            tracing::warn!(%cause, "what the authority gave does not read: it is asked anew");
        }
    }
}
