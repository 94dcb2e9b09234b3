//! A certificate and its key, read again when their files change or on SIGHUP, without a connection
//! being dropped. A new pair that is of no use is told, and the former one is served on.

use crate::app::{App, ServedPair};
use crate::config::tls_config;
use crate::measures::measures;
use axum_server::tls_rustls::RustlsConfig;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often the files are looked at. They are read once two looks find the same: certificate and
/// key are written one after the other.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The files of a pair.
#[derive(Clone)]
pub(super) struct PairFiles {
    /// Certificate and chain.
    pub(super) certificate: PathBuf,
    /// Its key.
    pub(super) key: PathBuf,
}

/// What tells one version of a file from another without reading it.
type Mark = [Option<(u64, u64, i64, i64)>; 2];

impl PairFiles {
    fn mark(&self) -> Mark {
        let of = |path: &Path| {
            let found = std::fs::metadata(path).ok()?;
            Some((found.ino(), found.len(), found.mtime(), found.mtime_nsec()))
        };
        [of(&self.certificate), of(&self.key)]
    }
}

/// Follows the files, for ever. Without any, SIGHUP says that there is nothing to read again.
pub(super) async fn follow(
    app: App,
    pair: Option<(RustlsConfig, PairFiles)>,
) -> std::io::Result<()> {
    let mut hangup = signal(SignalKind::hangup())?;
    let Some((served, files)) = pair else {
        while hangup.recv().await.is_some() {
            tracing::info!("nothing to read again: no certificate is served here");
        }
        return Ok(());
    };
    let state = app.served_pair();
    let mut read = files.mark();
    let mut seen = read;
    loop {
        let asked = tokio::select! {
            _ = hangup.recv() => true,
            () = tokio::time::sleep(LOOK_EVERY) => false,
        };
        let now = files.mark();
        let settled = now == seen && now != read;
        seen = now;
        if asked || settled {
            read = now;
            take(&served, &files, &state, app.clock().now());
        }
    }
}

fn take(served: &RustlsConfig, files: &PairFiles, state: &ServedPair, now: i64) {
    match tls_config(&files.certificate, &files.key) {
        Ok(config) => {
            served.reload_from_config(config);
            state.taken(now);
            measures().tls_pair_refused(false);
            tracing::info!("the certificate was read again");
        }
        Err(cause) => {
            state.refused(now, cause.to_string());
            measures().tls_pair_refused(true);
            tracing::error!(%cause, "the new certificate is not served; the former one is");
        }
    }
}
