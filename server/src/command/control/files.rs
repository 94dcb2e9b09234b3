//! Operations that give a file, of any length: it passes the socket in pieces and is held whole by
//! neither side.
//!
//! Pieces of a file, each behind its length (four bytes, the highest first), then an empty one, then
//! the line of JSON that every operation is answered with: a file is whole when that line says so.

use super::{Answered, Asked, Reached, Refusal, broken, carry_out, reach, request};
use crate::app::App;
use crate::command::place::Place;
use crate::command::{export, moving};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::{self, BufWriter, Read, Write};
use std::os::unix::net::UnixStream;

/// Longest piece, bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// Something a command asks of the stores that gives a file.
pub trait FileOperation: Serialize + DeserializeOwned {
    /// Its name on the socket.
    const NAME: &'static str;

    /// Writes the file. What was written when it is refused is no file. Blocks.
    fn write(self, app: &App, out: &mut dyn Write) -> Result<(), Refusal>;
}

type WriteFile = fn(&App, Value, &mut dyn Write) -> Result<(), Refusal>;

/// Every operation that gives a file.
const TABLE: &[(&str, WriteFile)] = &[entry::<export::Internal>(), entry::<moving::Export>()];

const fn entry<O: FileOperation>() -> (&'static str, WriteFile) {
    (O::NAME, |app, arguments, out| {
        let operation: O = serde_json::from_value(arguments)
            .map_err(|error| Refusal::new("unreadable", error.to_string()))?;
        operation.write(app, out)
    })
}

/// Asks the running server, or carries the operation out here.
pub fn ask_file<O: FileOperation>(
    place: &Place,
    operation: O,
    out: &mut dyn Write,
) -> Result<(), Refusal> {
    match reach(place)? {
        Reached::Here(here) => operation.write(&here.1, out),
        Reached::There(mut stream) => {
            let line = request(O::NAME, &operation)?;
            let sent = stream.write_all(&line);
            sent.and_then(|()| stream.shutdown(std::net::Shutdown::Write))
                .map_err(|error| broken(&error))?;
            receive(stream, out)
        }
    }
}

fn receive(mut from: impl Read, out: &mut dyn Write) -> Result<(), Refusal> {
    let mut line = Vec::new();
    loop {
        let mut head = [0; 4];
        from.read_exact(&mut head).map_err(|e| broken(&e))?;
        let length = u32::from_be_bytes(head) as usize;
        if length > PIECE_BYTES {
            // A server that does not know the operation answers with the line alone.
            line.extend(head);
        }
        if length == 0 || length > PIECE_BYTES {
            break;
        }
        let mut piece = vec![0; length];
        from.read_exact(&mut piece).map_err(|e| broken(&e))?;
        out.write_all(&piece)
            .map_err(|error| Refusal::new("file", error.to_string()))?;
    }
    from.read_to_end(&mut line).map_err(|e| broken(&e))?;
    match serde_json::from_slice(&line).map_err(|error| broken(&error))? {
        Answered::Done(_) => Ok(()),
        Answered::Refused(refusal) => Err(refusal),
    }
}

/// Whether an operation gives a file.
pub(super) fn is_known(operation: &str) -> bool {
    TABLE.iter().any(|(name, _)| *name == operation)
}

/// Answers with the file and the line.
pub(super) async fn answer(app: App, asked: Asked, stream: tokio::net::UnixStream) {
    let Ok(stream) = stream.into_std() else {
        return;
    };
    // Not the pool of the tablets: a large campaign may take a while. A command that went away has
    // its file broken off, and what is done stands in the audit log all the same.
    let _ = tokio::task::spawn_blocking(move || {
        stream.set_nonblocking(false)?;
        send(&app, asked, &stream)
    })
    .await;
}

fn send(app: &App, asked: Asked, mut stream: &UnixStream) -> io::Result<()> {
    let known = TABLE.iter().find(|(name, _)| *name == asked.operation);
    let Some((_, write)) = known else {
        return serde_json::to_writer(stream, &carry_out(app, Some(asked))).map_err(Into::into);
    };
    let mut pieces = BufWriter::with_capacity(PIECE_BYTES, Pieces(&mut stream));
    let answered = match write(app, asked.arguments, &mut pieces) {
        Ok(()) => Answered::Done(Value::Null),
        Err(refusal) => Answered::Refused(refusal),
    };
    pieces.flush()?;
    drop(pieces);
    stream.write_all(&0_u32.to_be_bytes())?;
    serde_json::to_writer(stream, &answered).map_err(Into::into)
}

/// Writes pieces behind their lengths.
struct Pieces<W>(W);

impl<W: Write> Write for Pieces<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = &bytes[..bytes.len().min(PIECE_BYTES)];
        if !piece.is_empty() {
            self.0.write_all(&(piece.len() as u32).to_be_bytes())?;
            self.0.write_all(piece)?;
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(file: &[u8], answered: &Answered) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut pieces = BufWriter::with_capacity(PIECE_BYTES, Pieces(&mut bytes));
        for part in file.chunks(7_001) {
            pieces.write_all(part).unwrap();
        }
        pieces.flush().unwrap();
        drop(pieces);
        bytes.extend(0_u32.to_be_bytes());
        serde_json::to_writer(&mut bytes, answered).unwrap();
        bytes
    }

    fn received(bytes: &[u8]) -> (Result<(), String>, Vec<u8>) {
        let mut file = Vec::new();
        let done = receive(bytes, &mut file).map_err(|refusal| refusal.code);
        (done, file)
    }

    #[test]
    fn a_file_of_any_length_comes_through_and_one_that_breaks_off_is_none() {
        let done = Answered::Done(Value::Null);
        for length in [0, 1, PIECE_BYTES, 3 * PIECE_BYTES + 17] {
            let file: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let bytes = sent(&file, &done);
            assert_eq!(received(&bytes), (Ok(()), file.clone()), "{length}");
            // Wherever it breaks off, it is told.
            for end in [0, 3, bytes.len() / 2, bytes.len() - 1] {
                let (told, _) = received(&bytes[..end]);
                assert_eq!(told, Err("server-broke-off".to_owned()), "{length} {end}");
            }
        }
    }

    #[test]
    fn a_refusal_is_told_after_some_of_the_file_or_in_place_of_it() {
        let refused = Answered::Refused(Refusal::new("export", "the disk is full"));
        assert_eq!(
            received(&sent(&[7; 9], &refused)).0,
            Err("export".to_owned())
        );
        // As a server of another version answers.
        let line = serde_json::to_vec(&refused).unwrap();
        assert_eq!(received(&line), (Err("export".to_owned()), Vec::new()));
    }
}
