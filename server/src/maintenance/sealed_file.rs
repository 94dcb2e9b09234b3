//! A sealed stream in pieces: what was cut, swapped or altered does not open.
//!
//! Each piece is sealed with its number and whether it is the last, so that none can be left out.
//! Callers give a key that seals nothing else.
//!
//! # Source
//! Hoang, Reyhanitabar, Rogaway, Vizár (2015), "Online Authenticated-Encryption and its
//! Nonce-Reuse Misuse-Resistance" (the STREAM construction), with XChaCha20-Poly1305 per piece.

use crate::store::{Key32, seal, unseal};
use std::io::{Error, ErrorKind, Read, Result, Write};

/// What a file is for: no piece of one opens in another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Purpose {
    /// First bytes of the file.
    pub(super) header: &'static [u8; 16],
    /// What every piece is sealed for, before its number.
    context: &'static [u8],
    /// What the file is, in messages.
    what: &'static str,
}

/// A copy of the data.
pub(super) const BACKUP: Purpose = Purpose {
    header: b"maraude backup 1",
    context: b"maraude/backup/1/",
    what: "backup of Maraude's",
};

/// A campaign on its way to another server.
pub(super) const MOVING: Purpose = Purpose {
    header: b"maraude moving 1",
    context: b"maraude/moving/1/",
    what: "file of a campaign that moves",
};

/// Plain bytes of a piece.
const PIECE: usize = 1024 * 1024;
/// Most bytes a piece may take sealed.
const SEALED_CAP: usize = PIECE + 64;

fn context(purpose: Purpose, number: u64, last: bool) -> Vec<u8> {
    let mut context = purpose.context.to_vec();
    context.extend_from_slice(&number.to_be_bytes());
    context.push(u8::from(last));
    context
}

/// Seals what is written to it.
pub(super) struct SealedWriter<W: Write> {
    inner: W,
    purpose: Purpose,
    key: Key32,
    number: u64,
    pending: Vec<u8>,
}

impl<W: Write> SealedWriter<W> {
    /// Writes the header.
    pub(super) fn new(mut inner: W, purpose: Purpose, key: Key32) -> Result<Self> {
        inner.write_all(purpose.header)?;
        Ok(Self {
            inner,
            purpose,
            key,
            number: 0,
            pending: Vec::with_capacity(PIECE),
        })
    }

    fn piece(&mut self, last: bool) -> Result<()> {
        let context = context(self.purpose, self.number, last);
        let sealed = seal(&self.key, &context, &self.pending).map_err(Error::other)?;
        let head = ((sealed.len() as u32) << 1) | u32::from(last);
        self.inner.write_all(&head.to_be_bytes())?;
        self.inner.write_all(&sealed)?;
        self.number += 1;
        self.pending.clear();
        Ok(())
    }

    /// Seals the last piece and gives the file back.
    pub(super) fn finish(mut self) -> Result<W> {
        self.piece(true)?;
        self.inner.flush()?;
        Ok(self.inner)
    }
}

impl<W: Write> Write for SealedWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.pending.len() == PIECE {
            self.piece(false)?;
        }
        let taken = bytes.len().min(PIECE - self.pending.len());
        self.pending.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> Result<()> {
        self.inner.flush()
    }
}

/// Opens what a [`SealedWriter`] sealed.
pub(super) struct SealedReader<R: Read> {
    inner: R,
    purpose: Purpose,
    key: Key32,
    number: u64,
    plain: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> SealedReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// `InvalidData` when the file is not for this purpose.
    pub(super) fn new(mut inner: R, purpose: Purpose, key: Key32) -> Result<Self> {
        let mut header = [0; 16];
        inner.read_exact(&mut header)?;
        if header != *purpose.header {
            return Err(invalid(format!("this is no {}", purpose.what)));
        }
        Ok(Self {
            inner,
            purpose,
            key,
            number: 0,
            plain: Vec::new(),
            at: 0,
            ended: false,
        })
    }

    /// Opens the first piece: what fails here has another key, or was altered at its beginning.
    pub(super) fn begin(&mut self) -> Result<()> {
        if self.number == 0 {
            self.next()?;
        }
        Ok(())
    }

    /// Reads what is left, to the end that was sealed, and nothing may follow it.
    ///
    /// # Errors
    /// `InvalidData` where something does, and what reading fails with.
    pub(super) fn finish(mut self) -> Result<R> {
        std::io::copy(&mut self, &mut std::io::sink())?;
        if self.inner.read(&mut [0])? > 0 {
            return Err(invalid("something follows the end that was sealed"));
        }
        Ok(self.inner)
    }

    fn next(&mut self) -> Result<()> {
        let mut head = [0; 4];
        self.inner.read_exact(&mut head)?;
        let head = u32::from_be_bytes(head);
        let (length, last) = ((head >> 1) as usize, head & 1 == 1);
        if length > SEALED_CAP {
            return Err(invalid("a piece of the file is too long"));
        }
        let mut sealed = vec![0; length];
        self.inner.read_exact(&mut sealed)?;
        let context = context(self.purpose, self.number, last);
        self.plain = unseal(&self.key, &context, &sealed, "a piece of the file")
            .map_err(|error| invalid(error.to_string()))?;
        (self.at, self.ended) = (0, last);
        self.number += 1;
        Ok(())
    }
}

fn invalid(why: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidData, why.into())
}

impl<R: Read> Read for SealedReader<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        while self.at == self.plain.len() {
            if self.ended {
                return Ok(0);
            }
            self.next()?;
        }
        let given = into.len().min(self.plain.len() - self.at);
        into[..given].copy_from_slice(&self.plain[self.at..self.at + given]);
        self.at += given;
        Ok(given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut writer = SealedWriter::new(Vec::new(), BACKUP, Zeroizing::new([7; 32])).unwrap();
        writer.write_all(plain).unwrap();
        writer.finish().unwrap()
    }

    fn opened(bytes: &[u8], key: u8) -> Result<Vec<u8>> {
        let mut plain = Vec::new();
        SealedReader::new(bytes, BACKUP, Zeroizing::new([key; 32]))?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn a_stream_opens_whole_or_not_at_all() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 5] {
            let plain: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let bytes = sealed(&plain);
            assert_eq!(opened(&bytes, 7).unwrap(), plain, "{length}");
            assert!(opened(&bytes, 8).is_err(), "another key");
            assert!(opened(&bytes[..bytes.len() - 1], 7).is_err(), "cut");
            let mut altered = bytes.clone();
            let middle = altered.len() - 3;
            altered[middle] ^= 1;
            assert!(opened(&altered, 7).is_err(), "altered");
        }
    }

    #[test]
    fn no_piece_can_be_left_out_and_the_end_cannot_be_moved() {
        let bytes = sealed(&vec![1; 3 * PIECE]);
        let (head, piece) = (BACKUP.header.len(), 4 + PIECE + 24 + 16);
        let without_second = [&bytes[..head + piece], &bytes[head + 2 * piece..]].concat();
        assert!(opened(&without_second, 7).is_err());
        assert!(opened(&bytes[..head + 2 * piece], 7).is_err());
        let mut claims_to_end = bytes[..head + piece].to_vec();
        claims_to_end[head + 3] |= 1;
        assert!(opened(&claims_to_end, 7).is_err());
    }

    #[test]
    fn a_file_of_another_purpose_does_not_open_and_nothing_may_follow_the_end() {
        let key = || Zeroizing::new([7; 32]);
        let bytes = sealed(b"a copy");
        assert!(SealedReader::new(&*bytes, MOVING, key()).is_err());
        // Nor with its header made that of another.
        let moved = [MOVING.header.as_slice(), &bytes[16..]].concat();
        let mut reader = SealedReader::new(&*moved, MOVING, key()).unwrap();
        assert!(reader.begin().is_err());
        let whole = SealedReader::new(&*bytes, BACKUP, key()).unwrap();
        assert!(whole.finish().is_ok());
        let longer = [&*bytes, b"x"].concat();
        let longer = SealedReader::new(&*longer, BACKUP, key()).unwrap();
        assert!(longer.finish().is_err());
    }
}
