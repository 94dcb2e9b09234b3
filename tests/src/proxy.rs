//! A bad network as a proxy on this machine: it cuts connections after a drawn number of bytes.
//!
//! It must never be put before anything but a test's own server.

use crate::dice::Dice;
use anyhow::Result;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a proxy does and has done.
pub struct Proxy {
    /// Where clients find it.
    pub base: String,
    cuts: Arc<AtomicU64>,
}

impl Proxy {
    /// Before a server at `http://ADDRESS`. A connection lives with this probability; the others
    /// are cut after at most so many bytes, either way.
    pub fn before(server: &str, seed: u64, lives: f64, longest: u32) -> Result<Self> {
        let server: SocketAddr = server.trim_start_matches("http://").parse()?;
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let base = format!("http://{}", listener.local_addr()?);
        let cuts = Arc::new(AtomicU64::new(0));
        let counted = cuts.clone();
        std::thread::spawn(move || {
            let mut dice = Dice::new(seed);
            for client in listener.incoming().flatten() {
                let mut left = || (!dice.chance(lives)).then(|| dice.whole(0, longest));
                let (up, down) = (left(), left());
                let Ok(server) = TcpStream::connect(server) else {
                    continue;
                };
                let pairs = [(&client, &server, up), (&server, &client, down)];
                for (from, to, left) in pairs {
                    let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else {
                        continue;
                    };
                    let cuts = counted.clone();
                    std::thread::spawn(move || carry(from, to, left, &cuts));
                }
            }
        });
        Ok(Self { base, cuts })
    }

    /// Connections cut so far.
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }
}

/// Carries bytes one way until the end or the cut; then both ends are closed.
fn carry(mut from: TcpStream, mut to: TcpStream, mut left: Option<u32>, cuts: &AtomicU64) {
    let mut block = [0; 1_024];
    loop {
        let room = left.map_or(block.len(), |left| block.len().min(left as usize));
        if room == 0 {
            cuts.fetch_add(1, Ordering::Relaxed);
            break;
        }
        let Ok(read @ 1..) = from.read(&mut block[..room]) else {
            break;
        };
        if to.write_all(&block[..read]).is_err() {
            break;
        }
        left = left.map(|left| left - read as u32);
    }
    // Closed already, or closed now: both ends learn it.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
