//! Many tablets at once: the morning after, and sockets that drip.

use super::contender::Running;
use super::ours::Pusher;
use super::rounds::{Grain, one, sector};
use crate::dice::Dice;
use anyhow::{Context, Result};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Stack of a tablet's thread: it waits, sends and reads.
const STACK_BYTES: usize = 256 * 1024;

/// A byte of each socket so often.
const DRIP: Duration = Duration::from_secs(1);

/// What a crowd met.
pub struct Met {
    /// Times from the first byte sent to the last acknowledgement, one per tablet that had them all.
    pub times: Vec<Duration>,
    /// Tablets that did not.
    pub errors: usize,
    /// Times a tablet was told to come back later, and did.
    pub returns: u32,
}

/// All tablets come back within a window, each with so many unsent observations, an envelope each.
pub fn come_back(running: &Running, observations: u32, window: Duration) -> Result<Met> {
    let mut dice = Dice::new(7);
    let mut threads = Vec::new();
    let tablets = running.tablets.iter().zip(0..);
    let mut pushers = Vec::new();
    for (tablet, number) in tablets {
        let mut rng = ChaCha20Rng::seed_from_u64(u64::from(number));
        let author = running.author(number);
        let round = one(author, sector(0), observations, Grain::Form, &mut rng);
        let mut pusher = Pusher::of(&running.base, Arc::clone(tablet));
        pusher.seal_each(&round, u64::from(number));
        pushers.push((pusher, window.mul_f64(dice.unit())));
    }
    let returns: Vec<_> = pushers.iter().map(|(pusher, _)| pusher.returns()).collect();
    let start = Instant::now();
    for (pusher, after) in pushers {
        let builder = std::thread::Builder::new().stack_size(STACK_BYTES);
        threads.push(builder.spawn(move || {
            std::thread::sleep((start + after).saturating_duration_since(Instant::now()));
            let since = Instant::now();
            pusher.push().map(|_| since.elapsed())
        })?);
    }
    let mut met = Met {
        times: Vec::new(),
        errors: 0,
        returns: 0,
    };
    for thread in threads {
        match thread.join() {
            Ok(Ok(time)) => met.times.push(time),
            _ => met.errors += 1,
        }
    }
    met.returns = returns
        .iter()
        .map(|told| told.load(Ordering::Relaxed))
        .sum();
    Ok(met)
}

/// What sockets drip.
#[derive(Debug, Clone, Copy)]
pub enum Drip {
    /// The head of a request.
    Head,
    /// The body of an enrolled tablet's request, its head sent whole.
    Body,
}

/// Sockets that send one byte a second, until dropped.
pub struct Dripping {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Dripping {
    /// Opens so many.
    pub fn on(running: &Running, sockets: usize, drip: Drip) -> Result<Self> {
        let address = running.base.strip_prefix("http://").context("an address")?;
        let mut open = Vec::new();
        for _ in 0..sockets {
            open.push(TcpStream::connect(address)?);
        }
        let head = match drip {
            Drip::Head => "POST /api/sync HTTP/1.1\r\nHost: localhost\r\nX-Drip: ".to_owned(),
            Drip::Body => {
                let token = &running.tablets.last().context("a tablet")?.upload_token;
                let head = format!(
                    "POST /api/sync HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \
                     {token}\r\nContent-Length: 200000\r\n\r\n"
                );
                for socket in &mut open {
                    socket.write_all(head.as_bytes())?;
                }
                String::new()
            }
        };
        let stop = Arc::new(AtomicBool::new(false));
        let told = stop.clone();
        let thread = std::thread::spawn(move || {
            for byte in head.as_bytes().iter().chain(std::iter::repeat(&b'a')) {
                for socket in &mut open {
                    // Those the server let go of drip into nothing.
                    let _ = socket.write_all(&[*byte]);
                }
                if told.load(Ordering::Relaxed) {
                    return;
                }
                std::thread::sleep(DRIP);
            }
        });
        let thread = Some(thread);
        Ok(Self { stop, thread })
    }
}

impl Drop for Dripping {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An honest tablet sends rounds one after the other, each numbered from `first`.
pub fn honest(running: &Running, first: u32, rounds: u32) -> Result<Vec<Duration>> {
    let tablet = running.tablets.first().context("an enrolled tablet")?;
    let mut pusher = Pusher::of(&running.base, Arc::clone(tablet));
    let built = super::rounds::build(
        running.author(0),
        first..first + rounds,
        Grain::Form,
        u64::from(first),
    );
    pusher.seal(&built, 1);
    pusher.push()
}
