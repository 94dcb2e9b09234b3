//! `maraude serve`: runs the server until it is told to stop.
//!
//! Plain HTTP on loopback only. It holds `DIR/lock` and answers commands on `DIR/control.sock`.

use super::backup::keep_backing_up;
use super::control::listen;
use super::place::{Place, PlaceError};
use super::{CommandError, say};
use crate::app::App;
use crate::config::{Clock, Config, DEFAULT_LISTEN, Transport};
use crate::http::router;
use crate::maintenance::BackupOrder;
use crate::store::{DataFolder, MasterKey, StoreError};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use clap::Args;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustix::process::{Resource, getrlimit, setrlimit};
use std::io::IsTerminal;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How long a request's head may take.
const HEAD_PATIENCE: Duration = Duration::from_secs(20);

/// How long requests may go on once the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// `maraude serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port
    #[arg(long, default_value = DEFAULT_LISTEN)]
    listen: SocketAddr,
    /// Certificate and its chain (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// A proxy in front speaks TLS; nobody else is answered
    #[arg(long, conflicts_with = "tls_cert")]
    behind_proxy: bool,
    /// The proxy's address, once for each (default: this machine, where --listen is on loopback)
    #[arg(long, value_name = "ADDR", requires = "behind_proxy")]
    trusted_proxy: Vec<IpAddr>,
    /// Address tablets and browsers use (default: from --listen)
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Let tablets erase rounds that are on this server's disk alone, before a second copy is made
    #[arg(long)]
    accept_single_copy: bool,
    /// Copy everything into this folder now and then, on another disk
    #[arg(long, value_name = "DIR")]
    backup: Option<PathBuf>,
    /// How often, minutes; nothing is copied while nothing was added
    #[arg(
        long,
        value_name = "MINUTES",
        default_value_t = 15,
        requires = "backup"
    )]
    backup_every: u16,
    /// Older copies that stay
    #[arg(long, value_name = "N", default_value_t = 20, requires = "backup")]
    backup_keep: usize,
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Plain HTTP beyond loopback.
    #[error(
        "plain HTTP is for this machine only: give --tls-cert and --tls-key, or --behind-proxy"
    )]
    PlainHttp,
    /// A proxy that nobody named.
    #[error("say which proxy may connect: --trusted-proxy ADDR")]
    ProxyUnknown,
    /// The address.
    #[error("{listen}: {cause}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// How.
        cause: std::io::Error,
    },
    /// The certificate.
    #[error("the certificate does not load: {0}")]
    Certificate(std::io::Error),
    /// The data folder.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The runtime, or the control socket.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

impl Serve {
    pub(super) fn run(self, place: &Place) -> Result<(), CommandError> {
        log_to_stderr();
        allow_many_connections();
        self.serve(place)?;
        Ok(())
    }

    fn serve(self, place: &Place) -> Result<(), ServeError> {
        let transport = self.transport()?;
        let folder = place.existing()?;
        let _lock = folder.lock().map_err(PlaceError::from)?;
        let (key, key_source) = place.load_master_key()?;
        let listener = TcpListener::bind(self.listen).map_err(|cause| ServeError::Listen {
            listen: self.listen,
            cause,
        })?;
        let listen = listener.local_addr()?;
        let config = Config {
            data: place.data.clone(),
            runtime: place.runtime(),
            listen,
            public_url: self.public_url(listen),
            transport,
            single_copy_accepted: self.accept_single_copy,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        let app = start(config, &key, &key_source)?;
        if let Some(order) = self.backup_order()? {
            let every = Duration::from_mins(self.backup_every.max(1).into());
            runtime.spawn(keep_backing_up(app.clone(), order, every));
        }
        runtime.spawn(crate::app::keep_retention(app.clone()));
        let served = runtime.block_on(serve(app.clone(), listener));
        app.close_views();
        runtime.shutdown_timeout(GRACE);
        remove_socket(app.folder());
        served
    }

    fn backup_order(&self) -> Result<Option<BackupOrder>, ServeError> {
        let Some(out) = &self.backup else {
            return Ok(None);
        };
        Ok(Some(BackupOrder {
            out: std::path::absolute(out)?,
            same_disk_counts: false,
            keep: Some(self.backup_keep),
        }))
    }

    fn transport(&self) -> Result<Transport, ServeError> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Ok(Transport::Tls {
                certificate: certificate.clone(),
                key: key.clone(),
            }),
            _ if self.behind_proxy => self.proxies(),
            _ if self.listen.ip().is_loopback() => Ok(Transport::Loopback),
            _ => Err(ServeError::PlainHttp),
        }
    }

    fn proxies(&self) -> Result<Transport, ServeError> {
        let mut trusted: Vec<IpAddr> = self
            .trusted_proxy
            .iter()
            .map(IpAddr::to_canonical)
            .collect();
        if trusted.is_empty() {
            if !self.listen.ip().is_loopback() {
                return Err(ServeError::ProxyUnknown);
            }
            trusted = vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        }
        Ok(Transport::BehindProxy { trusted })
    }

    /// On loopback a name, not an address: a passkey needs one.
    fn public_url(&self, listen: SocketAddr) -> String {
        if let Some(url) = &self.public_url {
            return url.trim_end_matches('/').to_owned();
        }
        let scheme = if self.tls_cert.is_some() || self.behind_proxy {
            "https"
        } else {
            "http"
        };
        let ip = listen.ip();
        if ip.is_loopback() || ip.is_unspecified() {
            format!("{scheme}://localhost:{}", listen.port())
        } else {
            format!("{scheme}://{listen}")
        }
    }
}

/// Opens everything and says what is being served.
fn start(config: Config, key: &MasterKey, key_source: &str) -> Result<App, ServeError> {
    let app = App::open(config, key, Clock::system())?;
    let campaigns = app.campaigns().list()?;
    for campaign in &campaigns {
        match app.engine(*campaign) {
            // Named below, and in the log; the others are served.
            Err(StoreError::DamagedCampaign { .. }) => {}
            opened => drop(opened?),
        }
    }
    let damaged = app.damaged_campaigns();
    let copied = app.server().setting("last_backup")?;
    let copied = copied.and_then(|text| String::from_utf8(text).ok());
    let url = &app.config().public_url;
    say(format_args!(
        "data folder:    {}\nfree space:     {}\nmaster key:     {key_source}\n\
         last backup:    {}\nopen campaigns: {}\ntablets:        {url}\n\
         console:        {url}/console",
        app.config().data.display(),
        app.free_bytes().map_or_else(
            || "unknown".to_owned(),
            |bytes| format!("{} MB", bytes / 1_000_000)
        ),
        copied.as_deref().unwrap_or("never"),
        campaigns.len() - damaged.len(),
    ))?;
    if app.config().listen.ip().is_unspecified() && url.contains("//localhost:") {
        say("NOT REACHED:    no tablet finds localhost elsewhere: give --public-url https://NAME")?;
    }
    for (campaign, cause) in &damaged {
        say(format_args!("NOT SERVED:     campaign {campaign}: {cause}"))?;
    }
    for engine in app.open_engines() {
        if let Some(found) = engine.went_back()? {
            say(format_args!(
                "WENT BACK:      campaign {}: an older copy was restored (log at {} where {} was \
                 known); tablets offer again what they still hold",
                engine.campaign(),
                found.found,
                found.knew,
            ))?;
        }
    }
    Ok(app)
}

async fn serve(app: App, listener: TcpListener) -> Result<(), ServeError> {
    let control = tokio::spawn(listen(app.clone())?);
    let views = app.clone();
    let opening = tokio::task::spawn_blocking(move || open_views(&views));
    let disk = tokio::spawn(crate::app::watch_disk(app.clone()));
    let handle = Handle::new();
    let stopping = tokio::spawn(stop_on_signal(handle.clone())?);
    let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let transport = app.config().transport.clone();
    let served = match transport {
        Transport::Tls { certificate, key } => {
            // A second call changes nothing: the provider is the same.
            let _ = rustls::crypto::ring::default_provider().install_default();
            let config = RustlsConfig::from_pem_file(certificate, key)
                .await
                .map_err(ServeError::Certificate)?;
            let mut server = axum_server::from_tcp_rustls(listener, config)?.handle(handle);
            be_patient_for_so_long(server.http_builder());
            server.serve(service).await
        }
        Transport::Loopback | Transport::BehindProxy { .. } => {
            let mut server = axum_server::from_tcp(listener)?.handle(handle);
            be_patient_for_so_long(server.http_builder());
            server.serve(service).await
        }
    };
    control.abort();
    disk.abort();
    stopping.abort();
    if opening.await.is_ok() {
        app.close_views();
    }
    served.map_err(ServeError::System)
}

/// A client that drips its request's head is let go; one that drips the body, by its route.
fn be_patient_for_so_long(builder: &mut Builder<TokioExecutor>) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE);
    builder.http2().timer(TokioTimer::new());
}

/// As many connections as the system lets this program have: five thousand tablets come at once.
fn allow_many_connections() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the number of connections stays limited");
    }
}

/// Views may have to be rebuilt: tablets are served meanwhile.
fn open_views(app: &App) {
    for engine in app.open_engines() {
        let campaign = engine.campaign();
        if let Err(error) = app.live_view(campaign) {
            tracing::error!(%error, %campaign, "the view does not open");
        }
    }
}

/// On SIGTERM and SIGINT requests that are under way are answered, then the server ends.
fn stop_on_signal(handle: Handle<SocketAddr>) -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        handle.graceful_shutdown(Some(GRACE));
    })
}

fn remove_socket(folder: &DataFolder) {
    // Left behind, it is replaced at the next start.
    let _ = std::fs::remove_file(folder.control_socket());
}

/// Identifiers and counts only; `MARAUDE_LOG` chooses how much.
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("MARAUDE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // Already set when a test drives the library: that one goes on.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
}
