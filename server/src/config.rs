//! What a run of the server is told, and the clock it reads.
//!
//! [`Layers`] gathers who said what, [`Settings`] understands it, [`look`] compares it with this
//! machine. `command` calls them; it must never open what they name.

mod acme;
mod check;
mod key;
mod layers;
mod problem;
mod settings;
#[cfg(test)]
mod tests;
mod tls;
mod transport;

pub use acme::{Acme, AcmeError, LETS_ENCRYPT};
pub use check::look;
pub use key::{DEFAULT_FILE, KEYS, Key};
pub use layers::{Layers, Raw, Sources, Told};
pub use problem::{ConfigProblem, Origin, ProblemLine};
pub use settings::{BackupSettings, LogFormat, MetricsSettings, Settings};
pub use tls::{TlsPairError, tls_config};

use maraude_core::model::TimestampMs;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the server listens when nothing else is said.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:8600";

/// What a run is told.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// Views, positions in clear: never backed up (design D6).
    pub runtime: PathBuf,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The address tablets and browsers use, without a slash at the end.
    pub public_url: String,
    /// How it is reached.
    pub transport: Transport,
    /// The operator accepts that a round acknowledged once may leave the tablets.
    pub single_copy_accepted: bool,
}

/// How the server is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transport {
    /// Plain HTTP, on loopback only.
    Loopback,
    /// TLS by these files (PEM).
    Tls {
        /// Certificate and its chain.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
    /// TLS by a certificate that an authority gives and renews.
    Acme(Acme),
    /// A proxy in front speaks TLS.
    BehindProxy {
        /// Whose connections are taken, and whose `X-Forwarded-For` is believed.
        trusted: Vec<IpAddr>,
    },
}

impl Config {
    /// For a folder, on loopback, with defaults.
    pub fn local(data: impl Into<PathBuf>) -> Self {
        let data = data.into();
        Self {
            runtime: data.join("run"),
            data,
            listen: SocketAddr::from(([127, 0, 0, 1], 8600)),
            public_url: "http://localhost:8600".to_owned(),
            transport: Transport::Loopback,
            single_copy_accepted: false,
        }
    }

    /// A password alone opens an account's own page and nothing else: everywhere but on plain loopback,
    /// where only this machine asks.
    pub fn wants_two_proofs(&self) -> bool {
        self.transport != Transport::Loopback
    }

    /// Cookies carry `Secure`: everywhere but on plain loopback.
    pub fn secure_cookies(&self) -> bool {
        self.transport != Transport::Loopback
    }
}

/// Where the time comes from: the system, or a test.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands until it is set.
    pub fn manual(now: TimestampMs) -> Self {
        Self(Some(Arc::new(AtomicI64::new(now))))
    }

    /// Now, UTC.
    pub fn now(&self) -> TimestampMs {
        match &self.0 {
            Some(held) => held.load(Ordering::Relaxed),
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_millis() as i64),
        }
    }

    /// Moves a manual clock; the system's is left alone.
    pub fn advance(&self, by_ms: i64) {
        if let Some(held) = &self.0 {
            held.fetch_add(by_ms, Ordering::Relaxed);
        }
    }
}
