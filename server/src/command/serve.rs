//! `maraude serve`: runs the server until it is told to stop.
//!
//! Plain HTTP on loopback only. It holds `DIR/lock` and answers commands on `DIR/control.sock`.

use super::authority::{Asked, AuthorityError};
use super::backup::keep_backing_up;
use super::control::listen;
use super::following_tls::{PairFiles, follow};
use super::place::{Place, PlaceError, PlaceFlags, Problems};
use super::{CommandError, say};
use crate::app::App;
use crate::config::{
    Clock, Config, LogFormat, Raw, Settings, TlsPairError, Transport, look, tls_config,
};
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
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// How long a request's head may take.
const HEAD_PATIENCE: Duration = Duration::from_secs(20);

/// The task that keeps a certificate up to date.
type Following = tokio::task::JoinHandle<std::io::Result<()>>;

/// How long requests may go on once the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// `maraude serve`.
#[derive(Debug, Args)]
pub struct Serve {
    /// Address and port (default: 127.0.0.1:8600) [env: `MARAUDE_LISTEN`]
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Certificate and its chain (PEM) [env: `MARAUDE_TLS_CERT`]
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Key of the certificate (PEM) [env: `MARAUDE_TLS_KEY`]
    #[arg(long, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Have a certificate for this name from an authority that calls port 443 of it, once for each
    /// name; its terms are accepted with that [env: `MARAUDE_ACME`]
    #[arg(long, value_name = "NAME")]
    acme: Vec<String>,
    /// Mail address the authority may write to [env: `MARAUDE_ACME_CONTACT`]
    #[arg(long, value_name = "MAIL")]
    acme_contact: Option<String>,
    /// The authority's directory (default: Let's Encrypt) [env: `MARAUDE_ACME_DIRECTORY`]
    #[arg(long, value_name = "URL")]
    acme_directory: Option<String>,
    /// Who vouches for that directory (PEM), where the web's authorities do not
    /// [env: `MARAUDE_ACME_ROOT`]
    #[arg(long, value_name = "FILE")]
    acme_root: Option<PathBuf>,
    /// A proxy in front speaks TLS; nobody else is answered [env: `MARAUDE_BEHIND_PROXY`]
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    behind_proxy: Option<bool>,
    /// The proxy's address, once for each (default: this machine, where --listen is on loopback)
    /// [env: `MARAUDE_TRUSTED_PROXY`]
    #[arg(long, value_name = "ADDR")]
    trusted_proxy: Vec<IpAddr>,
    /// Address tablets and browsers use (default: from --listen) [env: `MARAUDE_PUBLIC_URL`]
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// Let tablets erase rounds that are on this server's disk alone, before a second copy is made
    /// [env: `MARAUDE_ACCEPT_SINGLE_COPY`]
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    accept_single_copy: Option<bool>,
    /// Copy everything into this folder now and then, on another disk [env: `MARAUDE_BACKUP`]
    #[arg(long, value_name = "DIR")]
    backup: Option<PathBuf>,
    /// How often, minutes; nothing is copied while nothing was added (default: 15)
    /// [env: `MARAUDE_BACKUP_EVERY`]
    #[arg(long, value_name = "MINUTES")]
    backup_every: Option<u16>,
    /// Older copies that stay (default: 20) [env: `MARAUDE_BACKUP_KEEP`]
    #[arg(long, value_name = "N")]
    backup_keep: Option<usize>,
    /// Answer Prometheus here, at /metrics (default: nowhere) [env: `MARAUDE_METRICS_LISTEN`]
    #[arg(long, value_name = "ADDR:PORT")]
    metrics_listen: Option<SocketAddr>,
    /// What is logged: error, warn, info, debug or trace (default: info) [env: `MARAUDE_LOG`]
    #[arg(long, value_name = "LEVEL")]
    log: Option<String>,
    /// How: text, or json for machines (default: text) [env: `MARAUDE_LOG_FORMAT`]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The settings.
    #[error("{0}")]
    Settings(Problems),
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
    Certificate(#[from] TlsPairError),
    /// Who vouches for the authority of the certificate.
    #[error("the authority of the certificate cannot be asked: {0}")]
    Authority(#[from] AuthorityError),
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
    pub(super) fn run(self, flags: &PlaceFlags) -> Result<(), CommandError> {
        let layers = flags.layers(self.flags());
        let (settings, problems) = Settings::read(&layers);
        if !problems.is_empty() {
            return Err(ServeError::Settings(Problems(problems)).into());
        }
        log_to_stderr(&settings);
        for problem in look(&settings, &layers) {
            tracing::warn!(%problem, "the settings");
        }
        allow_many_connections();
        serve_with(&settings, &Place::of(&settings, flags.json))?;
        Ok(())
    }

    /// Settings told by flags.
    fn flags(&self) -> Vec<(&'static str, Raw)> {
        let words = |words: Option<String>| words.map(Raw::text);
        let path = |path: &Option<PathBuf>| path.as_ref().map(Raw::text);
        let list = |all: Vec<String>| (!all.is_empty()).then_some(Raw::List(all));
        let trusted = self.trusted_proxy.iter().map(IpAddr::to_string);
        let all = [
            (
                "listen",
                words(self.listen.map(|listen| listen.to_string())),
            ),
            ("tls-cert", path(&self.tls_cert)),
            ("tls-key", path(&self.tls_key)),
            ("acme", list(self.acme.clone())),
            ("acme-contact", words(self.acme_contact.clone())),
            ("acme-directory", words(self.acme_directory.clone())),
            ("acme-root", path(&self.acme_root)),
            ("behind-proxy", self.behind_proxy.map(Raw::Truth)),
            ("trusted-proxy", list(trusted.collect())),
            ("public-url", words(self.public_url.clone())),
            (
                "accept-single-copy",
                self.accept_single_copy.map(Raw::Truth),
            ),
            ("backup", path(&self.backup)),
            (
                "backup-every",
                words(self.backup_every.map(|n| n.to_string())),
            ),
            (
                "backup-keep",
                words(self.backup_keep.map(|n| n.to_string())),
            ),
            (
                "metrics-listen",
                words(self.metrics_listen.map(|listen| listen.to_string())),
            ),
            ("log", words(self.log.clone())),
            ("log-format", words(self.log_format.clone())),
        ];
        let said = all.into_iter();
        said.filter_map(|(name, raw)| Some((name, raw?))).collect()
    }
}

fn serve_with(settings: &Settings, place: &Place) -> Result<(), ServeError> {
    let folder = place.existing()?;
    let _lock = folder.lock().map_err(PlaceError::from)?;
    let (key, key_source) = place.load_master_key()?;
    let listener = bind(settings.listen)?;
    let listen = listener.local_addr()?;
    let config = Config {
        data: place.data.clone(),
        runtime: place.runtime(),
        listen,
        public_url: public_url(settings, listen),
        transport: settings.transport.clone(),
        single_copy_accepted: settings.accept_single_copy,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let app = start(config, &key, &key_source)?;
    if let Some(backup) = &settings.backup {
        let order = BackupOrder {
            out: std::path::absolute(&backup.folder)?,
            same_disk_counts: false,
            keep: Some(backup.keep),
        };
        let every = Duration::from_mins(backup.every_minutes.into());
        runtime.spawn(keep_backing_up(app.clone(), order, every));
    }
    runtime.spawn(crate::app::keep_retention(app.clone()));
    if let Some(metrics) = &settings.metrics {
        let listener = bind(metrics.listen)?;
        listener.set_nonblocking(true)?;
        let router = super::metrics::router(app.clone(), metrics.token.clone());
        runtime.spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, router).await
        });
    }
    let served = runtime.block_on(serve(app.clone(), listener));
    app.close_views();
    runtime.shutdown_timeout(GRACE);
    remove_socket(app.folder());
    served
}

fn bind(listen: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(listen).map_err(|cause| ServeError::Listen { listen, cause })
}

/// On loopback a name, not an address: a passkey needs one.
fn public_url(settings: &Settings, listen: SocketAddr) -> String {
    if let Some(url) = &settings.public_url {
        return url.clone();
    }
    let scheme = match &settings.transport {
        Transport::Loopback => "http",
        // The authority calls its port 443: so do tablets.
        Transport::Acme(acme) => return format!("https://{}", acme.names[0]),
        Transport::Tls { .. } | Transport::BehindProxy { .. } => "https",
    };
    let ip = listen.ip();
    if ip.is_loopback() || ip.is_unspecified() {
        format!("{scheme}://localhost:{}", listen.port())
    } else {
        format!("{scheme}://{listen}")
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
    let (config, following) = encrypted(&app)?;
    let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let served = if let Some(config) = config {
        let mut server = axum_server::from_tcp_rustls(listener, config)?.handle(handle);
        be_patient_for_so_long(server.http_builder());
        server.serve(service).await
    } else {
        let mut server = axum_server::from_tcp(listener)?.handle(handle);
        be_patient_for_so_long(server.http_builder());
        server.serve(service).await
    };
    control.abort();
    disk.abort();
    stopping.abort();
    following.abort();
    if opening.await.is_ok() {
        app.close_views();
    }
    served.map_err(ServeError::System)
}

/// What is served with, where TLS is spoken, and the task that follows its certificate.
fn encrypted(app: &App) -> Result<(Option<RustlsConfig>, Following), ServeError> {
    match app.config().transport.clone() {
        Transport::Tls { certificate, key } => {
            let config = RustlsConfig::from_config(tls_config(&certificate, &key)?);
            app.served_pair().taken(app.clock().now());
            let files = PairFiles { certificate, key };
            let following = follow(app.clone(), Some((config.clone(), files)));
            Ok((Some(config), tokio::spawn(following)))
        }
        Transport::Acme(acme) => {
            let asked = Asked::of(&acme, app.folder())?;
            let config = RustlsConfig::from_config(asked.tls_config());
            Ok((Some(config), tokio::spawn(asked.keep(app.clone()))))
        }
        Transport::Loopback | Transport::BehindProxy { .. } => {
            Ok((None, tokio::spawn(follow(app.clone(), None))))
        }
    }
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

/// Parts of other makers that repeat what was sent, where it does not read: never heard.
const REPEATERS: [&str; 1] = ["axum::rejection=off"];

/// Identifiers and counts only; `log` chooses how much.
fn log_to_stderr(settings: &Settings) {
    let repeaters = REPEATERS
        .iter()
        .map(|part| part.parse().expect("a directive"));
    let filter = repeaters.fold(EnvFilter::new(&settings.log), EnvFilter::add_directive);
    let logged = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // Already set when a test drives the library: that one goes on.
    let _ = match settings.log_format {
        LogFormat::Text => logged.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => logged.json().flatten_event(true).try_init(),
    };
}
