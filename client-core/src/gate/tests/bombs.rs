//! Small bytes that claim to be a lot: refused before anything believes them.

use super::*;
use crate::document::GENESIS_HASH;
use crate::gate::prescan::{actors_of_changes, chunk_of, hash_of};
use flate2::Compression;
use flate2::write::DeflateEncoder;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// What a bomb may cost.
const TIME: Duration = Duration::from_millis(10);
const MEMORY_KB: u64 = 8 * 1024;

/// Set for the process in which memory is measured.
const ALONE: &str = "MARAUDE_BOMBS_ALONE";

const BILLION: u64 = 1_000_000_000;

fn unsigned(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn signed(mut value: i64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

/// So many times the same bytes of a value.
fn run(count: u64, value: &[u8]) -> Vec<u8> {
    [&signed(count as i64)[..], value].concat()
}

fn nulls(count: u64) -> Vec<u8> {
    [&[0][..], &unsigned(count)].concat()
}

/// A change by hand: what is not said is that of an honest small one.
struct Forge {
    dependencies: u64,
    sequence: u64,
    start: u64,
    message: u64,
    actors: u64,
    columns: Option<u64>,
    lengths: Option<u64>,
    data: Vec<(u64, Vec<u8>)>,
}

fn forge(data: Vec<(u64, Vec<u8>)>) -> Forge {
    Forge {
        dependencies: 1,
        sequence: 1,
        start: 2,
        message: 0,
        actors: 0,
        columns: None,
        lengths: None,
        data,
    }
}

impl Forge {
    fn body(&self) -> Vec<u8> {
        let mut body = unsigned(self.dependencies);
        body.extend_from_slice(&GENESIS_HASH.0);
        body.push(24);
        body.extend_from_slice(sample::actor(1).as_bytes());
        body.extend(unsigned(self.sequence));
        body.extend(unsigned(self.start));
        body.push(0);
        body.extend(unsigned(self.message));
        body.extend(unsigned(self.actors));
        body.extend(unsigned(self.columns.unwrap_or(self.data.len() as u64)));
        for (specification, column) in &self.data {
            body.extend(unsigned(*specification));
            body.extend(unsigned(self.lengths.unwrap_or(column.len() as u64)));
        }
        for (_, column) in &self.data {
            body.extend_from_slice(column);
        }
        body
    }

    fn chunk(&self) -> Vec<u8> {
        let body = self.body();
        chunk_of(&body, hash_of(&body))
    }
}

fn deflated(body: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// A compressed change with a true checksum.
fn compressed(body: &[u8]) -> Vec<u8> {
    let inside = deflated(body);
    let mut chunk = chunk_of(&[], hash_of(body))[..8].to_vec();
    chunk.push(2);
    chunk.extend(unsigned(inside.len() as u64));
    chunk.extend(inside);
    chunk
}

/// Operations of one kind, so many.
fn many(count: u64, action: u8) -> Vec<(u64, Vec<u8>)> {
    vec![
        (0x15, run(count, b"\x01k")),
        (0x42, run(count, &[action])),
        (0x56, run(count, &[0])),
        (0x70, run(count, &[0])),
    ]
}

fn inserts(count: u64) -> Vec<(u64, Vec<u8>)> {
    let mut insert = unsigned(0);
    insert.extend(unsigned(count));
    let mut columns = many(count, 1);
    columns[0] = (0x34, insert);
    columns
}

fn with(specification: u64, column: Vec<u8>) -> Vec<(u64, Vec<u8>)> {
    let mut columns = many(1, 1);
    columns.retain(|(other, _)| *other != specification);
    columns.push((specification, column));
    columns.sort_by_key(|(specification, _)| *specification);
    columns
}

type Bomb = (&'static str, Vec<u8>);

/// Every form known to us, each with its name.
fn bombs() -> Vec<Bomb> {
    let mut bombs = long_columns();
    bombs.extend(longer_than_the_others());
    bombs.extend(inflating());
    bombs.extend(headers());
    bombs
}

fn plain(data: Vec<(u64, Vec<u8>)>) -> Vec<u8> {
    forge(data).chunk()
}

/// Operations that are many.
fn long_columns() -> Vec<Bomb> {
    let literals = [&signed(-(BILLION as i64))[..], &[1, 1, 1]].concat();
    let overflow = [
        run(i64::MAX as u64, &[1]),
        run(i64::MAX as u64, &[2]),
        run(9, &[3]),
    ];
    vec![
        ("a million inserts", plain(inserts(1_000_000))),
        ("a thousand million inserts", plain(inserts(BILLION))),
        ("inserts without end", plain(inserts(u64::MAX >> 2))),
        ("a thousand million puts", plain(many(BILLION, 1))),
        ("a thousand million maps", plain(many(BILLION, 0))),
        ("a thousand million deletions", plain(many(BILLION, 3))),
        ("a thousand million increments", plain(many(BILLION, 5))),
        (
            "one beyond the cap",
            plain(many(limits().operations + 1, 1)),
        ),
        ("nulls as actions", plain(with(0x42, nulls(BILLION)))),
        ("literals as actions", plain(with(0x42, literals))),
        ("runs that overflow", plain(with(0x42, overflow.concat()))),
    ]
}

/// Few operations, and columns beside them that claim more.
fn longer_than_the_others() -> Vec<Bomb> {
    let mut counts = many(1_000, 1);
    counts[3].1 = run(1_000, &unsigned(1_000_000));
    let text = run(1, &unsigned((BILLION << 4) | 6));
    let expansions = [unsigned(0), unsigned(BILLION)].concat();
    vec![
        (
            "predecessors",
            plain(with(0x70, run(1, &unsigned(BILLION)))),
        ),
        ("predecessors of each", plain(counts)),
        ("predecessor actors", plain(with(0x71, run(BILLION, &[0])))),
        (
            "counters that overflow",
            plain(with(0x73, run(BILLION, &signed(i64::MAX)))),
        ),
        ("a long text", plain(with(0x56, text))),
        (
            "a text longer than memory",
            plain(with(0x56, run(1, &unsigned(u64::MAX)))),
        ),
        ("values", plain(with(0x56, run(BILLION, &[0])))),
        ("keys", plain(with(0x15, run(BILLION, b"\x01k")))),
        (
            "a key without end",
            plain(with(0x15, run(1, &unsigned(BILLION)))),
        ),
        ("objects", plain(with(0x02, run(BILLION, &[1])))),
        ("object actors", plain(with(0x01, run(BILLION, &[0])))),
        ("expansions", plain(with(0x94, expansions))),
        ("mark names", plain(with(0xa5, run(BILLION, b"\x01m")))),
    ]
}

/// Little that inflates to much.
fn inflating() -> Vec<Bomb> {
    let inserts = forge(inserts(BILLION)).body();
    let beyond = vec![0; limits().inflated_bytes + 1];
    vec![
        (
            "a compressed column",
            plain(with(0x42 | 8, deflated(&vec![1; 200_000]))),
        ),
        (
            "zeros that inflate to 50 MB",
            compressed(&vec![0; 50_000_000]),
        ),
        ("zeros just beyond the cap", compressed(&beyond)),
        ("inserts, compressed", compressed(&inserts)),
        (
            "a change within a change",
            compressed(&compressed(&inserts)),
        ),
    ]
}

type Alter = fn(&mut Forge);

/// Numbers before the columns that claim much.
fn headers() -> Vec<Bomb> {
    let headers: [(&'static str, Alter); 9] = [
        ("dependencies", |f| f.dependencies = BILLION),
        ("dependencies without end", |f| f.dependencies = u64::MAX),
        ("the sequence", |f| f.sequence = u64::MAX),
        ("the counter", |f| f.start = u64::MAX),
        ("the message", |f| f.message = BILLION),
        ("the actors", |f| f.actors = BILLION),
        ("the actors without end", |f| f.actors = u64::MAX),
        ("the columns", |f| f.columns = Some(BILLION)),
        ("the lengths", |f| f.lengths = Some(u64::MAX)),
    ];
    let forged = headers.into_iter().map(|(name, alter)| {
        let mut forged = forge(many(1, 1));
        alter(&mut forged);
        (name, forged.chunk())
    });
    let mut endless = forge(many(1, 1)).chunk();
    endless.truncate(9);
    endless.extend(unsigned(u64::MAX));
    forged.chain([("a chunk without end", endless)]).collect()
}

/// As many changes as an envelope may hold, each of them small and within every limit, that come
/// to a thousand times their bytes.
fn swarm(changes: u64) -> Vec<Vec<u8>> {
    const TEXT: u64 = 250_000;
    let one = |sequence: u64| {
        let mut data = with(0x56, unsigned_run(1, TEXT << 4 | 6));
        data.retain(|(specification, _)| *specification != 0x57);
        data.push((0x57, vec![b'a'; TEXT as usize]));
        data.sort_by_key(|(specification, _)| *specification);
        compressed(
            &Forge {
                sequence,
                ..forge(data)
            }
            .body(),
        )
    };
    (1..=changes).map(one).collect()
}

fn unsigned_run(count: i64, value: u64) -> Vec<u8> {
    [signed(count), unsigned(value)].concat()
}

/// How many of them are refused for their size.
fn too_large(swarm: &[Vec<u8>]) -> usize {
    let mut document = Document::new(sample::actor(99));
    let (kind, author) = (DocumentKind::Round, sample::device(1));
    let admission = admit(&mut document, kind, swarm, author, true, &limits());
    assert_eq!(admission.refused.len(), swarm.len());
    let size = |refused: &&(_, Refusal, _)| refused.1 == Refusal::TooLarge;
    admission.refused.iter().filter(size).count()
}

#[test]
fn many_small_changes_that_come_to_much_are_refused_together() {
    let all = swarm(600);
    assert!(all.iter().map(Vec::len).sum::<usize>() < 1024 * 1024);
    let held = limits().batch_bytes / 250_000;
    let refused = too_large(&all);
    assert!(
        (600 - held - 2..=600 - held).contains(&refused),
        "{refused}"
    );
    // What an envelope really comes to has room.
    assert_eq!(too_large(&all[..100]), 0);
}

#[test]
fn who_wrote_what_lies_beyond_the_bound_is_not_read() {
    let (hundred, all) = (swarm(100), swarm(200));
    let mut body = forge(many(1, 1)).body();
    let other = sample::actor(2).as_bytes().to_vec();
    let at = body
        .windows(24)
        .position(|w| w == sample::actor(1).as_bytes());
    let at = at.unwrap();
    body[at..at + 24].copy_from_slice(&other);
    let last = chunk_of(&body, hash_of(&body));
    let is_read = |before: &[Vec<u8>], limits: &GateLimits| {
        let batch = [before, std::slice::from_ref(&last)].concat();
        actors_of_changes(&batch, limits).contains(&other)
    };
    // Control: it is read behind as much as is allowed, and behind everything without the bound.
    let unbounded = GateLimits {
        batch_bytes: usize::MAX,
        ..limits()
    };
    assert!(is_read(&hundred, &limits()));
    assert!(is_read(&all, &unbounded));
    assert!(!is_read(&all, &limits()));
    // What inflates and is then found wrong has cost as much.
    let mut wrong = all;
    for chunk in &mut wrong {
        chunk[4] ^= 1;
    }
    assert!(is_read(&wrong, &unbounded));
    assert!(!is_read(&wrong, &limits()));
}

/// Told by the system, in kilobytes; none where it does not tell.
fn memory_kb(line: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let found = text.lines().find_map(|found| found.strip_prefix(line))?;
    found.trim().trim_end_matches(" kB").trim().parse().ok()
}

fn refused(document: &mut Document, bomb: &[u8]) -> Duration {
    let batch = [bomb.to_vec()];
    let since = Instant::now();
    let author = sample::device(1);
    let admission = admit(
        document,
        DocumentKind::Round,
        &batch,
        author,
        true,
        &limits(),
    );
    let took = since.elapsed();
    assert!(admission.accepted.is_empty() && admission.refused.len() == 1);
    took
}

#[test]
fn every_bomb_is_refused_at_once() {
    let mut document = Document::new(sample::actor(99));
    let all = bombs();
    assert!(all.len() >= 20, "{}", all.len());
    for (name, bomb) in &all {
        // The best of five: other programs run on this machine.
        let best = (0..5).map(|_| refused(&mut document, bomb)).min().unwrap();
        assert!(best < TIME, "{name}: {best:?}");
    }
    // Control: the watch sees what time is taken by an inflation with a hundred times the cap.
    let zeros = deflated(&vec![0; 50_000_000]);
    let since = Instant::now();
    let greedy = crate::gate::inflate::inflate(&zeros, 100_000_000).unwrap();
    assert!(greedy.len() == 50_000_000 && since.elapsed() > TIME);
    let small = all.iter().filter(|(_, bomb)| bomb.len() <= 200).count();
    assert!(
        small >= 30,
        "{small} of {} have at most 200 bytes",
        all.len()
    );
}

#[test]
fn no_bomb_takes_memory() {
    if std::env::var_os(ALONE).is_some() {
        return measure();
    }
    let name = "gate::tests::bombs::no_bomb_takes_memory";
    let done = std::process::Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--test-threads=1", "--nocapture"])
        .env(ALONE, "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
}

/// In a process of its own: the peak of memory while each bomb is refused.
fn measure() {
    let mut document = Document::new(sample::actor(99));
    for (name, bomb) in bombs() {
        refused(&mut document, &bomb);
        // Writing 5 resets the peak (proc(5), /proc/pid/clear_refs).
        if std::fs::write("/proc/self/clear_refs", "5").is_err() {
            return;
        }
        let Some(before) = memory_kb("VmRSS:") else {
            return;
        };
        refused(&mut document, &bomb);
        let peak = memory_kb("VmHWM:").unwrap();
        let more = peak.saturating_sub(before);
        assert!(more < MEMORY_KB, "{name}: {more} kB");
    }
    // The measure sees what is taken: an inflation with a hundred times the cap.
    let zeros = deflated(&vec![0; 50_000_000]);
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = memory_kb("VmRSS:").unwrap();
    let greedy = crate::gate::inflate::inflate(&zeros, 100_000_000).unwrap();
    assert_eq!(greedy.len(), 50_000_000);
    assert!(memory_kb("VmHWM:").unwrap() - before > MEMORY_KB);
}
