//! A bad network as a proxy on this machine: slow, far away, and cut after a drawn number of bytes.
//!
//! It must never be put before anything but a test's own server.

use crate::dice::Dice;
use anyhow::Result;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What one packet of a mobile network carries, bytes.
const PACKET_BYTES: usize = 1_400;

/// Packets that may be under way in one direction.
const UNDER_WAY: usize = 64;

/// What a line is like, the same both ways.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    /// How fast, bytes per second; as fast as can be without.
    pub bytes_per_s: Option<u32>,
    /// How long a packet is under way, one way.
    pub delay: Duration,
    /// Probability that the connection ends with a packet.
    pub cut: f64,
}

/// What a proxy does and has done.
pub struct Proxy {
    /// Where clients find it.
    pub base: String,
    cuts: Arc<AtomicU64>,
    sent: Arc<AtomicU64>,
    next: Arc<Mutex<Option<Cut>>>,
}

/// Where a connection is cut: after so many bytes of what the client says, or of what it hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// On the way there.
    There(u32),
    /// On the way back.
    Back(u32),
}

/// One direction of a connection.
struct Way {
    line: Line,
    /// Bytes until it is cut, where that was drawn beforehand.
    left: Option<u32>,
    dice: Dice,
}

impl Proxy {
    /// Before a server at `http://ADDRESS`. A connection lives with this probability; the others
    /// are cut after at most so many bytes, either way.
    pub fn before(server: &str, seed: u64, lives: f64, longest: u32) -> Result<Self> {
        let line = Line {
            bytes_per_s: None,
            delay: Duration::ZERO,
            cut: 0.0,
        };
        Self::start(server, seed, move |dice| Way {
            line,
            left: (!dice.chance(lives)).then(|| dice.whole(0, longest)),
            dice: dice.fork(),
        })
    }

    /// Before a server, over a line that is slow, far and bad.
    pub fn over(server: &str, seed: u64, line: Line) -> Result<Self> {
        Self::start(server, seed, move |dice| Way {
            line,
            left: None,
            dice: dice.fork(),
        })
    }

    /// Before a server, over a line without fault but for the cuts of [`Proxy::cut_next`].
    pub fn cut_at_will(server: &str) -> Result<Self> {
        let next: Arc<Mutex<Option<Cut>>> = Arc::default();
        let line = Line {
            bytes_per_s: None,
            delay: Duration::ZERO,
            cut: 0.0,
        };
        let (asked, mut back) = (next.clone(), None);
        let mut ways = 0_u32;
        // The ways of a connection are asked for one after the other: there, then back.
        let mut made = Self::start(server, 0, move |dice| {
            ways += 1;
            let there = ways % 2 == 1;
            if there {
                back = asked.lock().unwrap_or_else(PoisonError::into_inner).take();
            }
            let left = match back {
                Some(Cut::There(bytes)) if there => Some(bytes),
                Some(Cut::Back(bytes)) if !there => Some(bytes),
                _ => None,
            };
            Way {
                line,
                left,
                dice: dice.fork(),
            }
        })?;
        made.next = next;
        Ok(made)
    }

    /// The next connection is cut there.
    pub fn cut_next(&self, cut: Cut) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = Some(cut);
    }

    /// Bytes that clients sent so far and that went on.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    fn start(
        server: &str,
        seed: u64,
        mut way: impl FnMut(&mut Dice) -> Way + Send + 'static,
    ) -> Result<Self> {
        let server: SocketAddr = server.trim_start_matches("http://").parse()?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let base = format!("http://{}", listener.local_addr()?);
        let cuts = Arc::new(AtomicU64::new(0));
        let counted = cuts.clone();
        let sent = Arc::new(AtomicU64::new(0));
        let (there, back) = (sent.clone(), Arc::new(AtomicU64::new(0)));
        std::thread::spawn(move || {
            let mut dice = Dice::new(seed);
            for client in listener.incoming().flatten() {
                let (up, down) = (way(&mut dice), way(&mut dice));
                let Ok(server) = TcpStream::connect(server) else {
                    continue;
                };
                let ways = [
                    (&client, &server, up, &there),
                    (&server, &client, down, &back),
                ];
                for (from, to, way, bytes) in ways {
                    let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else {
                        continue;
                    };
                    let (cuts, bytes) = (counted.clone(), bytes.clone());
                    let (sender, packets) = sync_channel(UNDER_WAY);
                    let line = way.line;
                    std::thread::spawn(move || take(from, way, &cuts, &bytes, &sender));
                    std::thread::spawn(move || bring(to, line, &packets));
                }
            }
        });
        Ok(Self {
            base,
            cuts,
            sent,
            next: Arc::default(),
        })
    }

    /// Connections cut so far.
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }
}

/// A packet, and when it set out.
type Packet = (Instant, Vec<u8>);

/// Takes packets up until the end or the cut.
fn take(
    mut from: TcpStream,
    mut way: Way,
    cuts: &AtomicU64,
    bytes: &AtomicU64,
    sender: &SyncSender<Packet>,
) {
    let mut block = [0; PACKET_BYTES];
    loop {
        let room = way
            .left
            .map_or(block.len(), |left| block.len().min(left as usize));
        if room == 0 {
            cuts.fetch_add(1, Ordering::Relaxed);
            break;
        }
        let Ok(read @ 1..) = from.read(&mut block[..room]) else {
            break;
        };
        if way.dice.chance(way.line.cut) {
            cuts.fetch_add(1, Ordering::Relaxed);
            break;
        }
        bytes.fetch_add(read as u64, Ordering::Relaxed);
        if sender
            .send((Instant::now(), block[..read].to_vec()))
            .is_err()
        {
            break;
        }
        way.left = way.left.map(|left| left - read as u32);
    }
    // Closed already, or closed now: the other side learns it.
    let _ = from.shutdown(Shutdown::Both);
}

/// Brings packets, each when the line lets it arrive; then both ends are closed.
fn bring(mut to: TcpStream, line: Line, packets: &Receiver<Packet>) {
    let mut free_at = Instant::now();
    while let Ok((set_out_at, bytes)) = packets.recv() {
        let takes = line.bytes_per_s.map_or(Duration::ZERO, |rate| {
            Duration::from_secs_f64(bytes.len() as f64 / f64::from(rate))
        });
        free_at = free_at.max(set_out_at) + takes;
        let arrives_at = free_at + line.delay;
        std::thread::sleep(arrives_at.saturating_duration_since(Instant::now()));
        if to.write_all(&bytes).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
