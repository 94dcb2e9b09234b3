//! What is measured of this process, for Prometheus: how many, how long, how full; never who, where
//! or which campaign.
//!
//! A label is a word of the program's own text (`&'static str`) or a number it knows: what anybody
//! wrote or sent cannot become one. Any part of the server may count here; only `command` reads.

use maraude_core::gate::Refusal;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: &'static str,
    code: u16,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRoute {
    method: &'static str,
    route: &'static str,
}

/// Why something was refused.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Refused {
    code: &'static str,
}

/// A part of the program that keeps work waiting.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Queue {
    queue: &'static str,
}

/// What is read at the moment somebody asks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Moment {
    /// Batches that wait for the writers.
    pub writers_waiting: i64,
    /// Pieces of work that run or wait on the pool.
    pub pool_busy: i64,
    /// Tablets in contact a moment ago.
    pub tablets_connected: i64,
    /// Rows of quarantine that nobody settled.
    pub quarantine_open: i64,
    /// Open campaigns' files that do not open.
    pub damaged: i64,
    /// Free space, bytes.
    pub disk_free_bytes: Option<i64>,
    /// Since the last copy, seconds.
    pub backup_age_s: Option<f64>,
    /// Memory of this process, bytes.
    pub memory_bytes: Option<i64>,
}

/// Everything that is measured.
pub struct Measures {
    registry: Registry,
    requests: Family<Answered, Counter>,
    request_seconds: Family<OfRoute, Histogram>,
    commit_batches: Histogram,
    commit_seconds: Histogram,
    refused: Family<Refused, Counter>,
    queues: Family<Queue, Gauge>,
    tablets: Gauge,
    quarantine: Gauge,
    damaged: Gauge,
    disk_free: Gauge,
    backup_age: Gauge<f64, AtomicU64>,
    memory: Gauge,
    retention_looked_at: Gauge<f64, AtomicU64>,
    tls_refused: Gauge<i64, AtomicI64>,
}

/// This process' own.
pub fn measures() -> &'static Measures {
    static MEASURES: LazyLock<Measures> = LazyLock::new(Measures::new);
    &MEASURES
}

impl Measures {
    #[expect(clippy::too_many_lines, reason = "one line for each thing measured")]
    fn new() -> Self {
        let seconds: fn() -> Histogram = || Histogram::new(exponential_buckets(0.001, 2.0, 16));
        let mut made = Self {
            registry: Registry::with_prefix("maraude"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            commit_batches: Histogram::new(exponential_buckets(1.0, 2.0, 7)),
            commit_seconds: seconds(),
            refused: Family::default(),
            queues: Family::default(),
            tablets: Gauge::default(),
            quarantine: Gauge::default(),
            damaged: Gauge::default(),
            disk_free: Gauge::default(),
            backup_age: Gauge::default(),
            memory: Gauge::default(),
            retention_looked_at: Gauge::default(),
            tls_refused: Gauge::default(),
        };
        let all = &mut made.registry;
        all.register(
            "http_requests",
            "Requests answered, by route and code",
            made.requests.clone(),
        );
        all.register_with_unit(
            "http_request_duration",
            "Until the answer begins, by route",
            Unit::Seconds,
            made.request_seconds.clone(),
        );
        all.register(
            "commit_batches",
            "Batches that one commit wrote",
            made.commit_batches.clone(),
        );
        all.register_with_unit(
            "commit_duration",
            "A commit, to the disk",
            Unit::Seconds,
            made.commit_seconds.clone(),
        );
        all.register(
            "refused_changes",
            "Changes and envelopes refused, by code",
            made.refused.clone(),
        );
        all.register(
            "queue_depth",
            "Work that waits or runs",
            made.queues.clone(),
        );
        all.register(
            "tablets_connected",
            "Tablets in contact in the last 15 minutes",
            made.tablets.clone(),
        );
        all.register(
            "quarantine_open",
            "Refused things that nobody settled",
            made.quarantine.clone(),
        );
        all.register(
            "damaged_campaigns",
            "Campaigns whose files do not open",
            made.damaged.clone(),
        );
        all.register_with_unit(
            "disk_free",
            "Free space of the data's disk",
            Unit::Bytes,
            made.disk_free.clone(),
        );
        all.register_with_unit(
            "backup_age",
            "Since the last copy; -1 without one",
            Unit::Seconds,
            made.backup_age.clone(),
        );
        all.register_with_unit(
            "process_resident_memory",
            "Memory of this process",
            Unit::Bytes,
            made.memory.clone(),
        );
        all.register_with_unit(
            "retention_looked_at_timestamp",
            "When the dates of campaigns were last looked at and acted on",
            Unit::Seconds,
            made.retention_looked_at.clone(),
        );
        all.register(
            "tls_pair_refused",
            "1 while a new certificate is not served because it is of no use",
            made.tls_refused.clone(),
        );
        made
    }

    /// A request was answered.
    pub fn answered(&self, method: &'static str, route: &'static str, code: u16, took: Duration) {
        let answered = Answered {
            method,
            route,
            code,
        };
        self.requests.get_or_create(&answered).inc();
        let of_route = OfRoute { method, route };
        let seconds = took.as_secs_f64();
        self.request_seconds
            .get_or_create(&of_route)
            .observe(seconds);
    }

    /// A commit is on the disk.
    pub fn committed(&self, batches: usize, took: Duration) {
        self.commit_batches.observe(batches as f64);
        self.commit_seconds.observe(took.as_secs_f64());
    }

    /// Something was refused; a code that is none of the program's is told as `other`.
    pub fn refused(&self, code: &str) {
        /// Codes of whole envelopes and of what is set aside.
        const OTHERS: [&str; 13] = [
            "envelope-unreadable",
            "envelope-version",
            "envelope-signature",
            "envelope-key",
            "envelope-too-large",
            "envelope-payload",
            "other-campaign",
            "device-unknown",
            "device-revoked",
            "document-gone",
            "change-panics",
            "change-panics-on-tablet",
            "document-damaged",
        ];
        let known = Refusal::of_code(code).map(|refusal| refusal.code());
        let other = || OTHERS.into_iter().find(|other| *other == code);
        let code = known.or_else(other).unwrap_or("other");
        self.refused.get_or_create(&Refused { code }).inc();
    }

    /// The dates of campaigns were looked at, at this instant (UTC, milliseconds).
    pub fn looked_at_retention(&self, now_ms: i64) {
        self.retention_looked_at.set(now_ms as f64 / 1_000.0);
    }

    /// A new certificate is of no use, and the former one is served on; or no more.
    pub fn tls_pair_refused(&self, refused: bool) {
        self.tls_refused.set(refused.into());
    }

    /// Everything, in the text format that Prometheus reads.
    pub fn told(&self, moment: Moment) -> String {
        for (queue, depth) in [
            ("writers", moment.writers_waiting),
            ("pool", moment.pool_busy),
        ] {
            self.queues.get_or_create(&Queue { queue }).set(depth);
        }
        self.tablets.set(moment.tablets_connected);
        self.quarantine.set(moment.quarantine_open);
        self.damaged.set(moment.damaged);
        self.disk_free.set(moment.disk_free_bytes.unwrap_or(-1));
        self.backup_age.set(moment.backup_age_s.unwrap_or(-1.0));
        self.memory.set(moment.memory_bytes.unwrap_or(-1));
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes everything");
        text
    }
}
